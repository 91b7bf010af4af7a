import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Markup

extension Site {
    func showFront(_ request: Request, _ context: BasicRequestContext) -> Response { page(frontPage()) }

    func showRegistered(_ request: Request, _ context: BasicRequestContext) -> Response { page(registeredPage()) }

    func showHealth(_ request: Request, _ context: BasicRequestContext) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: ResponseBody(byteBuffer: ByteBuffer(string: "ok"))
        )
    }

    func showStylesheet(_ request: Request, _ context: BasicRequestContext) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/css; charset=utf-8", .cacheControl: "public, max-age=300", .eTag: stylesheet.tag,
        ]
        if request.headers[.ifNoneMatch] == stylesheet.tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: stylesheet.text)))
    }
}

extension Site {
    func showIcon(_ request: Request, _ context: BasicRequestContext) -> Response {
        let icon: HTML = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0958d9"/><circle cx="16" cy="12" r="5" fill="#fff"/>\
            <path d="M6 27c0-6 5-9 10-9s10 3 10 9z" fill="#fff"/></svg>
            """
        return Response(
            status: .ok, headers: [.contentType: "image/svg+xml", .cacheControl: "public, max-age=300"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: icon.bytes)))
    }
}

/// The one stylesheet, read at the start.
struct Stylesheet: Sendable {
    let text: Data
    let tag: String

    static func bundled() throws -> Stylesheet {
        guard let file = Bundle.module.url(forResource: "platform", withExtension: "css", subdirectory: "Public") else {
            throw CannotRun(description: "the program's own Public/platform.css is missing")
        }
        let text = try Data(contentsOf: file)
        return Stylesheet(text: text, tag: "\"\(hex(SHA256.hash(data: text)).prefix(16))\"")
    }
}
