import Crypto
import Foundation
import Synchronization

@testable import Web

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An identity platform in memory, which can be told to lie.
final class FakeProvider: ProviderTransport {
    static let issuer = "http://127.0.0.1:8081"
    private let key = P256.Signing.PrivateKey()
    private let strangeKey = P256.Signing.PrivateKey()
    private let state = Mutex(State())

    struct State: Sendable {
        /// The claims as JSON.
        var claims = Data("{}".utf8)
        var signsWithStrangeKey = false
        var header: [String: String]?
        var isDown = false
        var issuer = FakeProvider.issuer
        /// What stands in the key set before the right key.
        var otherKeys: [[String: String]] = []
        var askedVerifier = ""
    }

    func answer(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    var verifier: String { state.withLock { $0.askedVerifier } }

    func send(_ request: URLRequest) async throws -> (body: Data, status: Int) {
        if state.withLock({ $0.isDown }) { throw URLError(.cannotConnectToHost) }
        switch request.url?.path() {
        case "/.well-known/openid-configuration":
            let metadata = [
                "issuer": state.withLock { $0.issuer }, "authorization_endpoint": "\(Self.issuer)/authorize",
                "token_endpoint": "\(Self.issuer)/token", "jwks_uri": "\(Self.issuer)/jwks",
            ]
            return (try JSONSerialization.data(withJSONObject: metadata), 200)
        case "/jwks": return (try JSONSerialization.data(withJSONObject: ["keys": state.withLock { $0.otherKeys } + [jwk()]]), 200)
        case "/token":
            let body = String(decoding: request.httpBody ?? Data(), as: UTF8.self)
            state.withLock { $0.askedVerifier = body.split(separator: "&").first { $0.hasPrefix("code_verifier=") }.map { String($0.dropFirst(14)) } ?? "" }
            return (try JSONSerialization.data(withJSONObject: ["id_token": try token()]), 200)
        case _: return (Data(), 404)
        }
    }

    private func jwk() -> [String: String] {
        let point = key.publicKey.rawRepresentation
        return ["kty": "EC", "crv": "P-256", "kid": "one", "alg": "ES256", "use": "sig", "x": base64URL(point.prefix(32)), "y": base64URL(point.suffix(32))]
    }

    /// Signed by hand, so that headers and claims can be anything.
    private func token() throws -> String {
        let (claims, header, strange) = state.withLock { state in
            (state.claims, state.header ?? ["alg": "ES256", "kid": "one", "typ": "JWT"], state.signsWithStrangeKey)
        }
        let signed = base64URL(try JSONSerialization.data(withJSONObject: header)) + "." + base64URL(claims)
        if header["alg"] == "none" { return signed + "." }
        return signed + "." + base64URL(try (strange ? strangeKey : key).signature(for: Data(signed.utf8)).rawRepresentation)
    }
}
