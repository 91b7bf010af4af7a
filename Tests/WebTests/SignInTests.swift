import Cast
import Crypto
import Domain
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// How people come in; how nobody else does is in `LyingProviderTests`, what a session is worth in `SessionTests`.
@Suite struct SignInTests {
    @Test func codeFlowWithProofKey() async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started()
        site.provider.answer { $0.claims = claims(nonce: started.nonce, changing: ["aud": ["zhiping"], "azp": "zhiping"]) }
        let answer = try await site.finish(started)
        #expect(answer.location == "/home")
        #expect(base64URL(Data(SHA256.hash(data: Data(site.provider.verifier.utf8)))) == started.challenge)
        let token = try #require(answer.session)
        let home = try await Browser(site: site, token: token).get("/home")
        #expect(home.status == 200 && home.body.contains("某人，您好") && !home.body.contains("510100190001010012"))
    }

    @Test func cookiesAreOutOfReach() async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started()
        site.provider.answer { $0.claims = claims(nonce: started.nonce) }
        for answer in [try await site.visitor.get("/sign-in/unit"), try await site.finish(started)] {
            let cookies = answer.headers[values: .setCookie]
            #expect(!cookies.isEmpty && cookies.allSatisfy { $0.contains("HttpOnly") && $0.contains("SameSite=Lax") && $0.contains("Path=/") })
        }
    }

    /// By each door only what belongs through it: an operator bound as a person could never come in for his unit again.
    @Test(arguments: [("/sign-in/person", true, false), ("/sign-in/person", false, true), ("/sign-in/unit", true, true), ("/sign-in/unit", false, false)])
    func eachDoorTakesItsOwnKind(_ door: String, _ asUnit: Bool, _ comesIn: Bool) async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started(door)
        site.provider.answer { $0.claims = claims(nonce: started.nonce, changing: asUnit ? ["credit_code": "91510000MA6000008A", "unit_name": "演示公司"] : [:]) }
        #expect(try await (site.finish(started).session != nil) == comesIn)
    }

    /// Some platforms send every claim for everybody, with nothing in it.
    @Test(arguments: [true, false]) func anEmptyClaimIsNoClaim(_ isNull: Bool) async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started()
        let nothing: Any = isNull ? NSNull() : ""
        site.provider.answer { $0.claims = claims(nonce: started.nonce, changing: ["credit_code": nothing, "unit_name": nothing, "phone_number": nothing]) }
        #expect(try await site.finish(started).session != nil)
    }

    /// Platforms publish keys for other purposes beside the one that signs.
    @Test(arguments: [
        ["kty": "OKP", "crv": "Ed25519", "kid": "two", "x": "gvy_FrcmpGSEroW4qe3pAtMGV1QBgHFNsXCuJdf-hP8"], ["kty": "OKP", "crv": "X25519", "kid": "two", "x": "AA"],
        ["kty": "EC", "crv": "SM2", "kid": "two", "x": "AA", "y": "AA"], ["kty": "AKP", "alg": "ML-DSA-44", "kid": "two", "pub": "AA"],
    ])
    func keysOfOtherKindsArePassedOver(_ other: [String: String]) async throws {
        let site = try await TestSite(try await World())
        let started = try await site.started()
        let keys = try site.provider.keySet(before: [other])
        site.provider.answer { ($0.claims, $0.answers["/jwks"]) = (claims(nonce: started.nonce), (keys, 200)) }
        #expect(try await site.finish(started).session != nil)
    }

    /// Its address of discovery has one slash all the same (OpenID Connect Discovery, 4.1).
    @Test func anIssuerMayEndInASlash() async throws {
        let provider = FakeProvider()
        provider.answer { $0.answers["/.well-known/openid-configuration"] = (FakeProvider.configuration(issuer: "\(FakeProvider.issuer)/"), 200) }
        let client = ProviderClient(
            provider: .init(issuer: "\(FakeProvider.issuer)/", clientID: "zhiping", clientSecret: "secret"), redirect: "", transport: provider)
        let address = try await client.authorization(state: "", nonce: "", verifier: "", kind: .person, hint: nil)
        #expect(address.hasPrefix("\(FakeProvider.issuer)/authorize?"))
    }

    @Test func thePlatformIsToAskAnewEachTime() async throws {
        let site = try await TestSite(try await World())
        for door in ["/sign-in/person", "/sign-in/unit"] { #expect(try await site.visitor.get(door).location.contains("&prompt=login&")) }
    }

    @Test func anUnreachablePlatformIsSaidAndOthersGoOn() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        site.provider.goDown()
        let answer = try await site.visitor.get("/sign-in/unit")
        #expect(answer.status == 503 && answer.body.contains("暂时无法访问") && answer.headers[.retryAfter] != nil)
        #expect(try await browser.get("/home").status == 200)
    }

    @Test func strangersAreNeverMadeAdministrators() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.strangerClerk)
        let home = try await browser.get("/home")
        #expect(home.status == 200 && home.body.contains("单位尚未在本系统注册") && !home.body.contains("申报材料审核"))
        // Of a unit that is known nobody is made anything who is not on its staff.
        try await site.world.database.write { try $0.run("UPDATE units SET credit_code = \(World.strangersCode) WHERE id = \(site.world.unit(.school).id)") }
        let known = try await browser.get("/home")
        #expect(known.body.contains("还不能办理业务") && known.body.contains("请联系该单位超级管理员"))
        for page in ["/registration", "/staff", "/unit"] { #expect(try await browser.get(page).status == 403) }
    }

    /// Whoever opened a page before signing in comes back to it.
    @Test(arguments: [("/reviews/own-first?q=%E5%BC%A0", .schoolFirst), ("/my/dossiers/\(World.key())", .applicant)] as [(String, World.Name)])
    func signingInLeadsToThePageThatWasWanted(_ page: String, _ name: World.Name) async throws {
        let site = try await TestSite(try await World())
        let away = try await site.visitor.get(page)
        #expect(away.status == 303 && away.location == "/?to=\(Path.percentEncode(page))")
        let entry = try await site.visitor.get(away.location)
        #expect(entry.body.contains("登录后将打开您要访问的页面"))
        let link = try #require(entry.body.firstMatch(of: /href="(\/sign-in\/person\?[^"]*)"/)).1
        let started = try await site.started(String(link))
        site.provider.answer { $0.claims = claims(nonce: started.nonce) }
        #expect(try await site.finish(started).location == page)
    }

    @Test func theHomePageNeedsNoRemembering() async throws {
        let site = try await TestSite(try await World())
        for method in [HTTPRequest.Method.get, .head] { #expect(try await site.send(method, "/home").location == "/") }
        #expect(try await site.send(.head, "/my/dossiers/x").status == 303)
        #expect(try await !site.visitor.get("/").body.contains("登录后将打开"))
    }
}
