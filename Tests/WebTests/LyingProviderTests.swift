import Cast
import Domain
import Foundation
import Testing

@testable import Web

/// A-10, A-11: a platform, or whoever speaks in its name, that answers wrongly in one way each. A token is believed whole or not
/// at all: nobody is signed in, nothing breaks, and the person is told in his language.
@Suite struct LyingProviderTests {
    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var door = "/sign-in/person"
        var status = 403
        let tell: @Sendable (inout FakeProvider.State, StartedSignIn, FakeProvider) -> Void

        init(_ name: String, door: String = "/sign-in/person", status: Int = 403, _ tell: @escaping @Sendable (inout FakeProvider.State, StartedSignIn, FakeProvider) -> Void) {
            (testDescription, self.door, self.status, self.tell) = (name, door, status, tell)
        }

        /// Claims changed, everything else right.
        init(_ name: String, door: String = "/sign-in/person", _ changes: [String: (any Sendable)?]) {
            self.init(name, door: door) { state, started, _ in state.claims = claims(nonce: started.nonce, changing: changes) }
        }

        /// A header changed.
        init(_ name: String, header: String, signer: FakeProvider.Signer = .own) {
            self.init(name) { state, _, provider in (state.header, state.signer) = (header.replacing("STRANGE", with: provider.strangeJWK), signer) }
        }

        /// An address that answers otherwise; nil: not at all.
        init(_ name: String, _ address: String, _ body: String?, _ answers: Int = 200, status: Int = 403) {
            self.init(name, status: status) { state, _, _ in state.answers[address] = .some(body.map { ($0, answers) }) }
        }
    }

    static let seconds = Int(World.start.milliseconds / 1000)

    static let keys: [Lie] = [
        Lie("alg none", header: #"{"alg":"none"}"#, signer: .nobody), Lie("alg None", header: #"{"alg":"None","kid":"one"}"#, signer: .nobody),
        Lie("no alg", header: #"{"kid":"one"}"#), Lie("alg a number", header: #"{"alg":256,"kid":"one"}"#),
        Lie("HS256 with the public key", header: #"{"alg":"HS256","kid":"one"}"#, signer: .publicKeyAsSecret),
        Lie("ES256 named, MAC given", header: #"{"alg":"ES256","kid":"one"}"#, signer: .publicKeyAsSecret), Lie("ES384 named", header: #"{"alg":"ES384","kid":"one"}"#),
        Lie("foreign key", header: #"{"alg":"ES256","kid":"one"}"#, signer: .strangeKey), Lie("no signature", header: #"{"alg":"ES256","kid":"one"}"#, signer: .nobody),
        Lie("key offered in jwk", header: #"{"alg":"ES256","jwk":STRANGE}"#, signer: .strangeKey),
        Lie("key offered at jku", header: #"{"alg":"ES256","kid":"one","jku":"http://evil.example/jwks"}"#, signer: .strangeKey),
        Lie("key offered in x5u and x5c", header: #"{"alg":"ES256","x5u":"http://evil.example/c","x5c":["MIIB"]}"#, signer: .strangeKey),
        Lie("unknown kid", header: #"{"alg":"ES256","kid":"../../dev/null"}"#, signer: .strangeKey),
        Lie("an extension that must be understood", header: #"{"alg":"ES256","kid":"one","crit":["exp2"],"exp2":1}"#),
        Lie("an access token", header: #"{"alg":"ES256","kid":"one","typ":"at+jwt"}"#), Lie("a header that is no JSON", header: "alg=ES256"),
    ]

    static let claimed: [Lie] = [
        Lie("no aud", ["aud": nil]), Lie("aud of another", ["aud": "another"]), Lie("aud list of another", ["aud": ["another"]]), Lie("aud empty list", ["aud": [String]()]),
        Lie("aud with others, no azp", ["aud": ["zhiping", "another"]]), Lie("aud with others, azp of another", ["aud": ["zhiping", "another"], "azp": "another"]),
        Lie("aud right, azp of another", ["azp": "another"]), Lie("aud list right, azp of another", ["aud": ["zhiping"], "azp": "another"]),
        Lie("azp a list", ["azp": ["zhiping"]]), Lie("aud of several kinds", ["aud": ["zhiping", 1] as [any Sendable]]),
        Lie("iss of another", ["iss": "http://evil.example"]), Lie("iss with a slash more", ["iss": "\(FakeProvider.issuer)/"]), Lie("no iss", ["iss": nil]),
        Lie("expired", ["exp": seconds - 61]), Lie("no exp", ["exp": nil]), Lie("exp a text", ["exp": "\(seconds + 300)"]), Lie("issued in the future", ["iat": seconds + 61]),
        Lie("issued long ago", ["iat": seconds - 7200]), Lie("no iat", ["iat": nil]), Lie("nbf ahead", ["nbf": seconds + 61]), Lie("nbf a text", ["nbf": "later"]),
        Lie("another nonce", ["nonce": "other"]), Lie("no nonce", ["nonce": nil]), Lie("nonce a list", ["nonce": ["a"]]), Lie("no sub", ["sub": nil]),
        Lie("empty sub", ["sub": ""]), Lie("huge sub", ["sub": String(repeating: "s", count: 256)]), Lie("sub a number", ["sub": 7]),
        Lie("no name", ["name": nil]), Lie("a name of a thousand accents", ["name": "a" + String(repeating: "\u{301}", count: 1000)]),
        Lie("a name that turns the text around", ["name": "某\u{202E}人"]), Lie("no ID number", ["id_number": nil]),
        Lie("ID number with a wrong check digit", ["id_number": "510100190001010000"]), Lie("ID number as a number", ["id_number": 510_100_190_001_010_012]),
        Lie("a phone that is none", ["phone_number": "12a"]),
        Lie("a unit without credit code", door: "/sign-in/unit", [:]), Lie("a unit with a wrong credit code", door: "/sign-in/unit", ["credit_code": "91510000MA6000008B"]),
        Lie("a unit with a list of codes", door: "/sign-in/unit", ["credit_code": ["91510000MA6000008A"]]),
        Lie("a unit with a name without end", door: "/sign-in/unit", ["credit_code": "91510000MA6000008A", "unit_name": String(repeating: "长", count: 201)]),
    ]

    static let answers: [Lie] = [
        Lie("token endpoint in trouble", "/token", "oops", 500, status: 503), Lie("token endpoint unreachable", "/token", nil, status: 503),
        Lie("token endpoint refuses", "/token", #"{"error":"invalid_grant"}"#, 400), Lie("token endpoint redirects", "/token", "", 302),
        Lie("token endpoint answers HTML", "/token", "<html>login</html>"), Lie("token endpoint answers nothing", "/token", ""),
        Lie("no ID token", "/token", #"{"access_token":"a"}"#), Lie("ID token null", "/token", #"{"id_token":null}"#), Lie("ID token a list", "/token", #"{"id_token":[]}"#),
        Lie("keys unreachable", "/jwks", nil, status: 503), Lie("keys in trouble", "/jwks", "", 502, status: 503), Lie("keys no JSON", "/jwks", "<html>"),
        Lie("no keys", "/jwks", #"{"keys":[]}"#),
    ]

    static let tokens: [Lie] = ["", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30", "not a token", String(repeating: "a", count: 100_000), "😀.😀.😀"].map { text in
        Lie("token “\(text.prefix(12))”") { state, _, _ in state.token = text }
    }

    @Test(arguments: keys + claimed + answers + tokens)
    func nobodyIsSignedInByIt(_ lie: Lie) async throws {
        let site = try await TestSite(try await World())
        let reader = try await site.browser(.applicant)
        let started = try await site.started(lie.door)
        site.provider.answer { state in
            state.claims = claims(nonce: started.nonce)
            lie.tell(&state, started, site.provider)
        }
        let answer = try await site.finish(started)
        #expect(answer.session == nil && answer.status == lie.status, "\(answer.status)")
        #expect(answer.body.contains("<html lang=\"zh-CN\">") && answer.body.contains("去登录") && wellFormed(answer.body) == nil)
        #expect(site.log.lines(.warning).count == 1 && site.log.lines(.error).isEmpty, "\(site.log.lines)")
        #expect(!site.log.lines.joined().contains("510100190001010012") && !site.log.lines.joined().contains("某人"))
        #expect(try await reader.get("/home").status == 200, "who is signed in goes on")
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM sessions") } == 1)
    }

    /// The guard of the guards: with nothing changed, each door opens.
    @Test func theTruthIsBelieved() async throws {
        let site = try await TestSite(try await World())
        let truths: [[String: Any?]] = [[:], ["aud": ["zhiping"]], ["azp": "zhiping"], ["nbf": Self.seconds], ["exp": Self.seconds - 59], ["phone_number": nil]]
        for truth in truths {
            let started = try await site.started()
            site.provider.answer { $0.claims = claims(nonce: started.nonce, changing: truth) }
            #expect(try await site.finish(started).session != nil, "\(truth)")
        }
    }

    /// The way back, forged: each with a token that would be right.
    @Test(arguments: [
        "code=abc&iss=ISS", "code=abc&state=&iss=ISS", "code=abc&state=other&iss=ISS", "code=abc&state=STATE", "code=abc&state=STATE&iss=http%3A%2F%2Fevil.example",
        "code=abc&state=STATE&iss=ISS%2F", "state=STATE&iss=ISS", "code=&state=STATE&iss=ISS", "error=access_denied&state=STATE&iss=ISS", "code=abc&error=x&state=STATE&iss=ISS",
        "code=abc&code=def&state=STATE&iss=ISS", "code=abc&state=STATE&state=STATE&iss=ISS", "code=abc&state=STATE&state=other&iss=ISS", "code=abc&state=STATE&iss=ISS&iss=ISS", "",
        "code=abc&state=%FF%FE&iss=ISS", "code=abc&state=STATE%00&iss=ISS",
    ])
    func aForgedWayBackSignsNobodyIn(_ template: String) async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started()
        site.provider.answer { $0.claims = claims(nonce: started.nonce) }
        let query = template.replacing("STATE", with: started.state).replacing("ISS", with: Path.percentEncode(FakeProvider.issuer))
        let answer = try await site.finish(started, query: query)
        #expect(answer.status == 403 && answer.session == nil && answer.body.contains("去登录"))
        #expect(site.log.lines(.warning).count == 1 && site.log.lines(.error).isEmpty)
    }

    @Test func anAnswerServesOnceAndOneBrowser() async throws {
        let site = try await TestSite(try await World())
        let (mine, others) = (try await site.started(), try await site.started())
        site.provider.answer { $0.claims = claims(nonce: mine.nonce) }
        for cookie in [others.cookie, "", "zhiping-sign-in=\(String(repeating: "a", count: 52))", "zhiping-sign-in="] {
            #expect(try await site.finish(mine, cookie: cookie).session == nil)
        }
        #expect(try await site.finish(mine).session != nil)
        #expect(try await site.finish(mine).status == 403, "the state is used up")
        // The token of the first sign-in, offered for the second: its nonce is another's.
        #expect(try await site.finish(others).session == nil)
    }

    @Test func anAttemptIsForgotten() async throws {
        let world = try await World()
        let started = try await TestSite(world).started()
        for (seconds, comesIn) in [(601, false), (599, true)] {
            let later = try await TestSite(world, clock: { World.start.adding(seconds: Int64(seconds)) })
            later.provider.answer { $0.claims = claims(nonce: started.nonce, at: Self.seconds + seconds) }
            #expect(try await (later.finish(started).session != nil) == comesIn)
        }
    }

    @Test(arguments: [
        FakeProvider.configuration(issuer: "http://evil.example"), FakeProvider.configuration(authorize: "javascript:alert(1)"),
        FakeProvider.configuration(authorize: "http://a@evil.example/"), FakeProvider.configuration(authorize: "//evil.example"),
        FakeProvider.configuration(authorize: "http://127.0.0.1:8081/authorize\\r\\nSet-Cookie: a=b"), FakeProvider.configuration(authorize: "http:\\\\\\\\evil"), "{}", "<html>",
        "",
    ])
    func aWrongConfigurationSendsNobodyAway(_ configuration: String) async throws {
        let site = try await TestSite(try await World())
        site.provider.answer { $0.answers["/.well-known/openid-configuration"] = (configuration, 200) }
        let answer = try await site.visitor.get("/sign-in/person")
        #expect(answer.status == 503 && answer.location == "" && answer.headers[.setCookie] == nil)
        // Once it is right again, so is the site.
        site.provider.answer { $0.answers = [:] }
        #expect(try await site.visitor.get("/sign-in/person").location.hasPrefix("\(FakeProvider.issuer)/authorize?"))
    }
}
