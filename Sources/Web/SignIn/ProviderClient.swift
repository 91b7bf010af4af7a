import Crypto
import Domain
import Foundation
import JWTKit
import Storage

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The relying party's side of OpenID Connect: authorization code with PKCE, and an ID token that is believed only whole.
actor ProviderClient {
    private let provider: Settings.Provider
    private let redirect: String
    private let transport: any ProviderTransport
    private var metadata: Metadata?
    private var keys: JWTKeyCollection?
    private var keysRead = Instant(milliseconds: 0)

    /// What is said here goes to the log: words of ours, never of the answer.
    enum Unusable: Error {
        case answer(String)
        case unreachable(String)
    }

    struct Metadata: Decodable {
        let issuer: String
        let authorizationEndpoint: String
        let tokenEndpoint: String
        let keysAddress: String

        enum CodingKeys: String, CodingKey {
            case issuer
            case authorizationEndpoint = "authorization_endpoint"
            case tokenEndpoint = "token_endpoint"
            case keysAddress = "jwks_uri"
        }
    }

    /// The keys of a kind known here; a set may hold others, which are passed over (RFC 7517, 5).
    private struct KeySet: Decodable {
        let keys: [JWK]

        enum CodingKeys: String, CodingKey { case keys }

        private struct Entry: Decodable {
            let key: JWK?

            init(from decoder: any Decoder) throws { do { key = try JWK(from: decoder) } catch { key = nil } }
        }

        init(from decoder: any Decoder) throws {
            keys = try decoder.container(keyedBy: CodingKeys.self).decode([Entry].self, forKey: .keys).compactMap(\.key)
        }
    }

    /// Of the token endpoint's answer only the ID token is used.
    private struct Tokens: Decodable {
        let identity: String

        enum CodingKeys: String, CodingKey { case identity = "id_token" }
    }

    init(provider: Settings.Provider, redirect: String, transport: any ProviderTransport) {
        self.provider = provider
        self.redirect = redirect
        self.transport = transport
    }

    /// Where to send the browser. The platform is to ask anew each time: whoever has left here may still be signed in there, and the next one
    /// at this computer, or the same one for another account, must not come in as him.
    func authorization(state: String, nonce: String, verifier: String, kind: Identity.Kind, hint: String?) async throws -> String {
        let challenge = base64URL(Data(SHA256.hash(data: Data(verifier.utf8))))
        var query = [
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", redirect), ("scope", "openid profile phone"),
            ("state", state), ("nonce", nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"), ("prompt", "login"),
            ("account", kind.rawValue),
        ]
        if let hint { query.append(("login_hint", hint)) }
        let endpoint = try await configuration().authorizationEndpoint
        return endpoint + (endpoint.contains("?") ? "&" : "?") + query.map { "\($0.0)=\(Path.percentEncode($0.1))" }.joined(separator: "&")
    }

    /// Trades the code for an ID token, checks it, and reads the identity out of it.
    func identity(code: String, attempt: SignInAttempt, at now: Instant) async throws -> Identity {
        let metadata = try await configuration()
        guard let url = URL(string: metadata.tokenEndpoint) else { throw Unusable.answer("token endpoint") }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
        let credentials = "\(Path.percentEncode(provider.clientID)):\(Path.percentEncode(provider.clientSecret))"
        request.setValue("Basic \(Data(credentials.utf8).base64EncodedString())", forHTTPHeaderField: "Authorization")
        let form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect), ("code_verifier", attempt.verifier)]
        request.httpBody = Data(form.map { "\($0.0)=\(Path.percentEncode($0.1))" }.joined(separator: "&").utf8)
        let token = try await ask(request, for: Tokens.self, "token endpoint").identity
        let claims = try await verified(token, at: now)
        return try claims.identity(of: provider, clientID: provider.clientID, attempt: attempt, at: now)
    }

    /// Signature by a key of the platform's own set, with the pinned algorithm, whatever the token's header says.
    private func verified(_ token: String, at now: Instant) async throws -> IDToken {
        try checkHeader(of: token)
        do {
            return try await keyCollection(refresh: false, at: now).verify(token, as: IDToken.self)
        } catch {
            // A key may be new: the set is read again, at most once a minute.
            guard now.milliseconds - keysRead.milliseconds > 60_000 else { throw error }
            return try await keyCollection(refresh: true, at: now).verify(token, as: IDToken.self)
        }
    }

    /// The header says what the token is, and is believed in nothing else: keys and addresses in it are not looked at.
    private func checkHeader(of token: String) throws {
        var text = String(token.prefix { $0 != "." }).replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        guard let data = Data(base64Encoded: text) else { throw Unusable.answer("header") }
        let header = try JSONDecoder().decode([String: IDToken.Claim].self, from: data)
        guard case .text(provider.algorithm) = header["alg"] else { throw Unusable.answer("algorithm") }
        // An access token or a logout token may bear the same signature and the same audience.
        if let type = header["typ"] { guard case .text(let name) = type, name.uppercased() == "JWT" else { throw Unusable.answer("type") } }
        guard header["crit"] == nil else { throw Unusable.answer("critical header") }
    }

    private func configuration() async throws -> Metadata {
        if let metadata { return metadata }
        let base = provider.issuer.hasSuffix("/") ? String(provider.issuer.dropLast()) : provider.issuer
        let read: Metadata = try await fetch("\(base)/.well-known/openid-configuration", "configuration")
        guard read.issuer == provider.issuer else { throw Unusable.answer("issuer of the configuration") }
        for endpoint in [read.authorizationEndpoint, read.tokenEndpoint, read.keysAddress] {
            // As safe as the issuer itself, and nothing that a browser or this program would read differently.
            guard let url = URL(string: endpoint), url.scheme == URL(string: provider.issuer)?.scheme, url.host()?.isEmpty == false, url.user() == nil,
                url.fragment() == nil, endpoint.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
            else { throw Unusable.answer("an endpoint of the configuration") }
        }
        metadata = read
        return read
    }

    private func keyCollection(refresh: Bool, at now: Instant) async throws -> JWTKeyCollection {
        if let keys, !refresh { return keys }
        let set: KeySet = try await fetch(try await configuration().keysAddress, "keys")
        let collection = try await JWTKeyCollection().add(jwks: JWKS(keys: set.keys))
        (keys, keysRead) = (collection, now)
        return collection
    }

    private func fetch<Answer: Decodable>(_ address: String, _ what: String) async throws -> Answer {
        guard let url = URL(string: address) else { throw Unusable.answer(what) }
        return try await ask(URLRequest(url: url), for: Answer.self, what)
    }

    /// A platform that cannot be reached or is in trouble is another matter than one whose answer is wrong.
    private func ask<Answer: Decodable>(_ request: URLRequest, for _: Answer.Type, _ what: String) async throws -> Answer {
        let (body, status): (Data, Int)
        do {
            (body, status) = try await transport.send(request)
        } catch let unusable as Unusable {
            throw unusable
        } catch {
            throw Unusable.unreachable("\(what), \(summary(of: error))")
        }
        guard status < 500 else { throw Unusable.unreachable("\(what) answers \(status)") }
        guard status == 200 else { throw Unusable.answer("\(what) answers \(status)") }
        do { return try JSONDecoder().decode(Answer.self, from: body) } catch { throw Unusable.answer("\(what), \(summary(of: error))") }
    }
}

func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}
