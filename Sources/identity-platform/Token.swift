import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird

extension Site {
    func exchangeCode(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        do {
            guard isClient(request.headers[.authorization]) else { throw TokenError.invalidClient }
            let grant = try await grant(for: try await form(of: request))
            guard let holder = try await accounts.holder(of: grant.subject) else { throw TokenError.invalidGrant }
            let idToken = try await keys.sign(IDToken(grant, holder, issuer: settings.issuer, at: .now))
            return try json(TokenAnswer(idToken: idToken))
        } catch let error as TokenError {
            return try error.response()
        } catch Refusal.malformedForm {
            return try TokenError.invalidRequest.response()
        }
    }

    private func grant(for form: Form) async throws -> Grant {
        switch form["grant_type"] {
        case "authorization_code": break
        case "": throw TokenError.invalidRequest
        case _: throw TokenError.unsupportedGrantType
        }
        let (code, redirectURI, verifier) = (form["code"], form["redirect_uri"], form["code_verifier"])
        guard !code.isEmpty, !redirectURI.isEmpty, !verifier.isEmpty else { throw TokenError.invalidRequest }
        guard let grant = try await accounts.take(code, at: .now), grant.clientID == settings.clientID,
            grant.redirectURI == redirectURI, (43...128).contains(verifier.utf8.count),
            grant.codeChallenge == base64URL(SHA256.hash(data: Array(verifier.utf8)))
        else { throw TokenError.invalidGrant }
        return grant
    }

    /// Checks `client_secret_basic`: name and secret are form-encoded before they are joined (RFC 6749, 2.3.1).
    private func isClient(_ header: String?) -> Bool {
        guard let header, header.prefix(6).lowercased() == "basic ",
            let pair = Data(base64Encoded: String(header.dropFirst(6)).trimmed)
        else { return false }
        let parts = pair.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        do {
            let (id, secret) = (try Form.decode(parts[0]), try Form.decode(parts[1]))
            // Digests compare in constant time, and hide how long the secret is.
            let right = digest(secret) == digest(settings.clientSecret)
            return id == settings.clientID && right
        } catch {
            return false
        }
    }
}

private func digest(_ text: String) -> SHA256.Digest { SHA256.hash(data: Array(text.utf8)) }

private struct TokenAnswer: Encodable {
    /// Opens nothing, for the ID token says all there is to know; but RFC 6749 requires one.
    let accessToken = secretText()
    let tokenType = "Bearer"
    let expiresIn = 60
    let idToken: String

    enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case idToken = "id_token"
    }
}

/// Why a code is not exchanged (RFC 6749, 5.2).
private enum TokenError: String, Error {
    case invalidRequest = "invalid_request"
    case invalidClient = "invalid_client"
    case invalidGrant = "invalid_grant"
    case unsupportedGrantType = "unsupported_grant_type"

    func response() throws -> Response {
        switch self {
        case .invalidClient:
            var response = try json(["error": rawValue], status: .unauthorized)
            response.headers[.wwwAuthenticate] = #"Basic realm="identity-platform", charset="UTF-8""#
            return response
        case .invalidRequest, .invalidGrant, .unsupportedGrantType:
            return try json(["error": rawValue], status: .badRequest)
        }
    }
}
