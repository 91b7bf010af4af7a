import Cast
import Crypto
import Domain
import Foundation
import Testing

@testable import Web

@Suite struct SignInTests {
    private func started(_ site: TestSite, _ path: String = "/sign-in/person") async throws -> (state: String, nonce: String, challenge: String, cookie: String) {
        let answer = try await site.visitor.get(path)
        #expect(answer.status == 303 || answer.status == 302)
        let query = Dictionary(
            uniqueKeysWithValues: answer.location.split(separator: "?")[1].split(separator: "&").map { ($0.split(separator: "=")[0], String($0.split(separator: "=")[1])) })
        let cookie = answer.headers[values: .setCookie].first { $0.hasPrefix("zhiping-sign-in=") }?.split(separator: ";").first.map(String.init) ?? ""
        #expect(answer.headers[values: .setCookie].allSatisfy { $0.contains("HttpOnly") && $0.contains("SameSite=Lax") })
        return (query["state"] ?? "", query["nonce"] ?? "", query["code_challenge"] ?? "", cookie)
    }

    private func claims(nonce: String, changing changes: [String: Any?] = [:]) -> Data {
        let seconds = Int(World.start.milliseconds / 1000)
        var claims: [String: Any] = [
            "iss": FakeProvider.issuer, "aud": "zhiping", "sub": "somebody", "exp": seconds + 300, "iat": seconds, "nonce": nonce, "auth_time": 0.5,
            "name": "某人", "id_number": "510100190001010012", "phone_number": "13800001234",
        ]
        for (name, value) in changes { claims[name] = value }
        return (try? JSONSerialization.data(withJSONObject: claims)) ?? Data()
    }

    private func finish(_ site: TestSite, state: String, cookie: String, iss: String = FakeProvider.issuer) async throws -> Answer {
        try await site.send(.get, "/sign-in/callback?code=abc&state=\(state)&iss=\(Path.percentEncode(iss))", headers: [("cookie", cookie)])
    }

    private func session(_ answer: Answer) -> String? {
        answer.headers[values: .setCookie].first { $0.hasPrefix("zhiping=") }.flatMap { $0.split(separator: ";").first?.dropFirst("zhiping=".count) }.map(String.init)
    }

    @Test func codeFlowWithProofKey() async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, challenge, cookie) = try await started(site)
        site.provider.answer { $0.claims = claims(nonce: nonce, changing: ["aud": ["zhiping"]]) }
        let answer = try await finish(site, state: state, cookie: cookie)
        #expect(answer.location == "/home")
        #expect(base64URL(Data(SHA256.hash(data: Data(site.provider.verifier.utf8)))) == challenge)
        let token = try #require(session(answer))
        let home = try await Browser(site: site, token: token).get("/home")
        #expect(home.status == 200 && home.body.contains("某人，您好") && !home.body.contains("510100190001010012"))
        // The answer serves once.
        #expect(try await finish(site, state: state, cookie: cookie).status == 403)
    }

    /// By each door only what belongs through it: an operator bound as a person could never come in for his unit again.
    @Test(arguments: [("/sign-in/person", true, false), ("/sign-in/person", false, true), ("/sign-in/unit", true, true), ("/sign-in/unit", false, false)])
    func eachDoorTakesItsOwnKind(_ door: String, _ asUnit: Bool, _ comesIn: Bool) async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site, door)
        site.provider.answer { $0.claims = claims(nonce: nonce, changing: asUnit ? ["credit_code": "91510000MA6000008A", "unit_name": "演示公司"] : [:]) }
        #expect(try await (session(finish(site, state: state, cookie: cookie)) != nil) == comesIn)
    }

    /// Some platforms send every claim for everybody, with nothing in it.
    @Test(arguments: [true, false]) func anEmptyClaimIsNoClaim(_ isNull: Bool) async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        let nothing: Any = isNull ? NSNull() : ""
        site.provider.answer { $0.claims = claims(nonce: nonce, changing: ["credit_code": nothing, "unit_name": nothing, "phone_number": nothing]) }
        #expect(session(try await finish(site, state: state, cookie: cookie)) != nil)
    }

    /// A token is believed whole or not at all.
    @Test(arguments: [
        ("iss", "http://evil.example" as String?), ("aud", "another"), ("aud", nil), ("nonce", "other"), ("nonce", nil), ("sub", ""), ("sub", nil), ("exp", "1"), ("exp", nil),
        ("iat", nil), ("name", nil), ("id_number", "510100190001010000"), ("id_number", nil), ("phone_number", "12a"),
    ])
    func malformedClaimsSignNobodyIn(_ name: String, _ value: String?) async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { $0.claims = claims(nonce: nonce, changing: [name: value.map { Int($0).map { $0 as Any } ?? $0 }]) }
        let answer = try await finish(site, state: state, cookie: cookie)
        #expect(answer.status == 403 && session(answer) == nil, "\(name)")
    }

    @Test(arguments: [["alg": "none"], ["alg": "HS256", "kid": "one"], ["alg": "ES384", "kid": "one"]])
    func theAlgorithmAndTheKeysArePinned(_ header: [String: String]) async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { ($0.claims, $0.header) = (claims(nonce: nonce), header) }
        #expect(session(try await finish(site, state: state, cookie: cookie)) == nil)
    }

    @Test func aStrangeKeySignsNobodyIn() async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { ($0.claims, $0.signsWithStrangeKey) = (claims(nonce: nonce), true) }
        #expect(session(try await finish(site, state: state, cookie: cookie)) == nil)
    }

    /// Platforms publish keys for other purposes beside the one that signs.
    @Test(arguments: [
        ["kty": "OKP", "crv": "Ed25519", "kid": "two", "x": "gvy_FrcmpGSEroW4qe3pAtMGV1QBgHFNsXCuJdf-hP8"], ["kty": "OKP", "crv": "X25519", "kid": "two", "x": "AA"],
        ["kty": "EC", "crv": "SM2", "kid": "two", "x": "AA", "y": "AA"], ["kty": "AKP", "alg": "ML-DSA-44", "kid": "two", "pub": "AA"],
    ])
    func keysOfOtherKindsArePassedOver(_ other: [String: String]) async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { ($0.claims, $0.otherKeys) = (claims(nonce: nonce), [other]) }
        #expect(session(try await finish(site, state: state, cookie: cookie)) != nil)
    }

    /// Its address of discovery has one slash all the same (OpenID Connect Discovery, 4.1).
    @Test func anIssuerMayEndInASlash() async throws {
        let provider = FakeProvider()
        provider.answer { $0.issuer += "/" }
        let client = ProviderClient(
            provider: .init(issuer: "\(FakeProvider.issuer)/", clientID: "zhiping", clientSecret: "secret"), redirect: "", transport: provider)
        let address = try await client.authorization(state: "", nonce: "", verifier: "", kind: .person, hint: nil)
        #expect(address.hasPrefix("\(FakeProvider.issuer)/authorize?"))
    }

    @Test func thePlatformIsToAskAnewEachTime() async throws {
        let site = try await TestSite(try await World())
        for door in ["/sign-in/person", "/sign-in/unit"] { #expect(try await site.visitor.get(door).location.contains("&prompt=login&")) }
    }

    @Test func theAnswerMustComeToTheSameBrowserFromTheSameIssuer() async throws {
        let site = try await TestSite(try await World())
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { $0.claims = claims(nonce: nonce) }
        #expect(try await finish(site, state: state, cookie: "zhiping-sign-in=\(String(repeating: "a", count: 52))").status == 403)
        #expect(try await finish(site, state: "other", cookie: cookie).status == 403)
        #expect(try await finish(site, state: state, cookie: cookie, iss: "http://evil.example").status == 403)
    }

    @Test func aSessionIsNewAtSignInAndGoneAtSignOut() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let (state, nonce, _, cookie) = try await started(site)
        site.provider.answer { $0.claims = claims(nonce: nonce) }
        let answer = try await finish(site, state: state, cookie: "\(cookie); zhiping=\(browser.token ?? "")")
        #expect(session(answer) != browser.token)
        #expect(try await browser.get("/home").location == "/")
        let fresh = Browser(site: site, token: session(answer))
        #expect(try await fresh.submit("/sign-out", on: "/home").location == "/")
        #expect(try await fresh.get("/home").location == "/")
    }

    @Test(arguments: [(29 * 60, true), (31 * 60, false)])
    func anIdleSessionEnds(_ seconds: Int, _ lives: Bool) async throws {
        let world = try await World()
        let early = try await TestSite(world)
        let browser = try await early.browser(.applicant)
        let later = try await TestSite(world, clock: { World.start.adding(seconds: Int64(seconds)) })
        #expect(try await Browser(site: later, token: browser.token).get("/home").status == (lives ? 200 : 303))
    }

    @Test func anUnreachablePlatformIsSaidAndOthersGoOn() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        site.provider.answer { $0.isDown = true }
        let answer = try await site.visitor.get("/sign-in/unit")
        #expect(answer.status == 503 && answer.body.contains("暂时无法访问"))
        #expect(try await browser.get("/home").status == 200)
    }

    @Test func rightsAreThoseOfTheRequest() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.schoolFirst)
        #expect(try await browser.get("/reviews/own-first").status == 200)
        let id = site.world.staff[.schoolFirst]
        _ = try await site.world.database.write { try $0.run("DELETE FROM staff_roles WHERE staff_id = \(id)") }
        #expect(try await browser.get("/reviews/own-first").status == 403)
        _ = try await site.world.database.write { try $0.run("UPDATE accounts SET disabled = 1") }
        #expect(try await browser.get("/home").location == "/")
    }

    @Test func strangersAreNeverMadeAdministrators() async throws {
        let site = try await TestSite(try await World())
        let home = try await site.browser(.strangerClerk).get("/home")
        #expect(home.status == 200 && home.body.contains("还不能办理业务") && !home.body.contains("申报材料审核"))
    }
}
