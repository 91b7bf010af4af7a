import Cast
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

    enum Signer: Sendable {
        case own, strangeKey
        /// A MAC whose key is what everybody knows: the public key.
        case publicKeyAsSecret
        case nobody
    }

    struct State: Sendable {
        /// The claims as JSON.
        var claims = Data("{}".utf8)
        var header = #"{"alg":"ES256","kid":"one","typ":"JWT"}"#
        var signer = Signer.own
        /// Put in the place of the token altogether.
        var token: String?
        /// What an address answers instead of the truth; nil: nothing, it cannot be reached.
        var answers: [String: (body: String, status: Int)?] = [:]
        var askedVerifier = ""
    }

    func answer(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    /// Nothing is reachable any more.
    func goDown() { answer { state in for address in ["/.well-known/openid-configuration", "/jwks", "/token"] { state.answers[address] = .some(nil) } } }

    var verifier: String { state.withLock { $0.askedVerifier } }

    func send(_ request: URLRequest) async throws -> (body: Data, status: Int) {
        let path = request.url?.path() ?? ""
        if let told = state.withLock({ $0.answers[path] }) {
            guard let told else { throw URLError(.cannotConnectToHost) }
            return (Data(told.body.utf8), told.status)
        }
        switch path {
        case "/.well-known/openid-configuration": return (Data(Self.configuration().utf8), 200)
        case "/jwks": return (Data(try keySet().utf8), 200)
        case "/token":
            let body = String(decoding: request.httpBody ?? Data(), as: UTF8.self)
            state.withLock { $0.askedVerifier = body.split(separator: "&").first { $0.hasPrefix("code_verifier=") }.map { String($0.dropFirst(14)) } ?? "" }
            return (try JSONSerialization.data(withJSONObject: ["id_token": try token()]), 200)
        case _: return (Data(), 404)
        }
    }

    static func configuration(issuer: String = FakeProvider.issuer, authorize: String = "\(FakeProvider.issuer)/authorize") -> String {
        #"{"issuer":"\#(issuer)","authorization_endpoint":"\#(authorize)","token_endpoint":"\#(Self.issuer)/token","jwks_uri":"\#(Self.issuer)/jwks"}"#
    }

    /// The right key, behind others.
    func keySet(before others: [[String: String]] = []) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: ["keys": others + [jwk(key)]]), as: UTF8.self)
    }

    private func jwk(_ key: P256.Signing.PrivateKey) -> [String: String] {
        let point = key.publicKey.rawRepresentation
        return ["kty": "EC", "crv": "P-256", "kid": "one", "alg": "ES256", "use": "sig", "x": base64URL(point.prefix(32)), "y": base64URL(point.suffix(32))]
    }

    /// The key nobody has heard of, as a token's header would offer it.
    var strangeJWK: String { String(decoding: (try? JSONSerialization.data(withJSONObject: jwk(strangeKey))) ?? Data(), as: UTF8.self) }

    /// Signed by hand, so that headers and claims can be anything.
    private func token() throws -> String {
        let state = state.withLock { $0 }
        if let token = state.token { return token }
        let signed = base64URL(Data(state.header.utf8)) + "." + base64URL(state.claims)
        let signature =
            switch state.signer {
            case .own: try key.signature(for: Data(signed.utf8)).rawRepresentation
            case .strangeKey: try strangeKey.signature(for: Data(signed.utf8)).rawRepresentation
            case .publicKeyAsSecret:
                Data(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: SymmetricKey(data: Data(key.publicKey.pemRepresentation.utf8))))
            case .nobody: Data()
            }
        return signed + "." + base64URL(signature)
    }
}

/// A sign-in that has been begun in a browser: what was sent to the platform, and what the browser keeps.
struct StartedSignIn: Sendable {
    let state: String
    let nonce: String
    let challenge: String
    let cookie: String
}

extension TestSite {
    func started(_ path: String = "/sign-in/person") async throws -> StartedSignIn {
        let answer = try await visitor.get(path)
        let query = URLComponents(string: answer.location)?.queryItems ?? []
        func value(_ name: String) -> String { query.first { $0.name == name }?.value ?? "" }
        let cookie = answer.headers[values: .setCookie].first { $0.hasPrefix("zhiping-sign-in=") }?.split(separator: ";").first.map(String.init) ?? ""
        return StartedSignIn(state: value("state"), nonce: value("nonce"), challenge: value("code_challenge"), cookie: cookie)
    }

    /// The way back from the platform, with these parameters in the place of the right ones.
    func finish(_ started: StartedSignIn, query: String? = nil, cookie: String? = nil) async throws -> Answer {
        let query = query ?? "code=abc&state=\(started.state)&iss=\(Path.percentEncode(FakeProvider.issuer))"
        return try await send(.get, "/sign-in/callback?\(query)", headers: [("cookie", cookie ?? started.cookie)])
    }
}

/// What an honest platform says of somebody, with changes.
func claims(nonce: String, changing changes: [String: Any?] = [:], at seconds: Int = Int(World.start.milliseconds / 1000)) -> Data {
    var claims: [String: Any] = [
        "iss": FakeProvider.issuer, "aud": "zhiping", "sub": "somebody", "exp": seconds + 300, "iat": seconds, "nonce": nonce, "auth_time": 0.5,
        "name": "某人", "id_number": "510100190001010012", "phone_number": "13800001234",
    ]
    for (name, value) in changes { claims[name] = value }
    return (try? JSONSerialization.data(withJSONObject: claims)) ?? Data()
}

extension Answer {
    /// The token of the session that this answer opens; nil when it opens none.
    var session: String? {
        headers[values: .setCookie].first { $0.hasPrefix("zhiping=") }.flatMap { $0.split(separator: ";").first?.dropFirst("zhiping=".count) }.map(String.init)
    }
}
