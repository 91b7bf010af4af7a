import Foundation
import HTTPTypes
import Hummingbird
import Markup

func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
    Response(
        status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: html.bytes))
    )
}

/// After a form the browser must turn to GET, which 303 alone says plainly.
func redirect(to address: String) -> Response {
    Response(status: .seeOther, headers: [.location: address, .cacheControl: "no-store"])
}

/// Returns the browser to the relying party with an answer in the query.
func sendBack(to redirectURI: String, _ fields: [(String, String)]) -> Response {
    redirect(to: redirectURI + (redirectURI.contains("?") ? "&" : "?") + Form.encode(fields))
}

func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok, cacheControl: String = "no-store"
) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Response(
        status: status, headers: [.contentType: "application/json", .cacheControl: cacheControl],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(value)))
    )
}

extension Site {
    /// Reads a posted form of at most 64 KiB.
    func form(of request: Request) async throws -> Form {
        let type = request.headers[.contentType]?.prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/x-www-form-urlencoded" else { throw Refusal.malformedForm }
        let body = try await request.body.collect(upTo: 65_536)
        return try Form(Array(buffer: body))
    }

    /// Reads a form that a browser must have got from this platform: another site's page could otherwise make it sign in here.
    ///
    /// `Sec-Fetch-Site` decides where there is one, because under `Referrer-Policy: no-referrer` browsers send `Origin: null`.
    func ownForm(of request: Request) async throws -> Form {
        if let site = request.headers.first(where: { $0.name.canonicalName == "sec-fetch-site" })?.value {
            guard site == "same-origin" else { throw Refusal.foreignForm }
        } else if let origin = request.headers[.origin], origin != settings.issuer {
            throw Refusal.foreignForm
        }
        return try await form(of: request)
    }

    func query(of request: Request) throws -> Form {
        try Form(Array((request.uri.query ?? "").utf8))
    }
}
