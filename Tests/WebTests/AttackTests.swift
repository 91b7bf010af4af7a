import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// What an attacker found once, or would try: each refused with its answer, nothing changed.
@Suite struct AttackTests {
    /// A version that is still to come is no more judged right than one that is past: it is no page's.
    @Test(arguments: [1, 3, 4]) func onlyTheVersionSeenIsDecided(_ version: Int) async throws {
        let site = try await TestSite(try await World(demand: .required))
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let browser = try await site.browser(.schoolSecond)
        let path = "/dossiers/\(id)/passes"
        let answer = try await browser.post(path, try await browser.token(for: path, version: version).merging(["action": "pass", "seen": site.seen(of: id.text)]) { $1 })
        #expect(answer.status == (version == 3 ? 422 : 409))
        #expect(try await site.world.version(of: id) == 3)
    }

    @Test func aFormWithoutAButtonDecidesNothing() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        #expect(try await site.browser(.schoolFirst).submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", ["opinion": "意见"]).status == 200)
        #expect(try await site.world.version(of: id) == 2)
    }

    /// Limits count code points: a letter under a thousand accents is not one character of a record.
    @Test func opinionsAreReadAsStrictlyAsFields() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let (browser, page, path) = (try await site.browser(.schoolSecond), "/dossiers/\(id)", "/dossiers/\(id)/passes")
        for (opinion, message) in [("a" + String(repeating: "\u{301}", count: 3000), "最多 2000 字"), ("同意\u{7}但", "不可见字符")] {
            let answer = try await browser.submit(path, on: page, ["opinion": opinion, "action": "pass"])
            #expect(answer.status == 422 && answer.body.contains(message))
        }
        let unit = World.key()
        let unknown = try await browser.submit(path, on: page, ["action": "pass", "additions": unit, "reason.\(unit)": "原因", "confirmed": "1"])
        #expect(unknown.status == 409 && unknown.body.contains("增加的审核单位不存在"))
        #expect(try await browser.submit(path, on: page, ["search": String(repeating: "长", count: 20_000), "action": "find"]).status == 200)
        #expect(try await site.world.version(of: id) == 3)
    }

    @Test func draftsKeepWhatIsTypedWithinMeasure() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let path = try await browser.submit("/my/dossiers", on: "/home").location
        let typed = ["title": "garbage", "application.application.specialty": "a" + String(repeating: "\u{301}", count: 100_000), "action": "save"]
        #expect(try await browser.submit(path, on: path, typed).status == 422)
        let kept = try await browser.get(path).form(to: path)["application.application.specialty"] ?? ""
        #expect((41...500).contains(kept.unicodeScalars.count))
    }

    @Test func aDossierIsNotOpenedOverAnothers() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let browser = try await site.browser(.secondApplicant)
        let form = try await browser.token(for: "/my/dossiers", version: 0, key: id.text).merging(["plan": site.world.plan.id.text]) { $1 }
        #expect(try await browser.post("/my/dossiers", form).status == 403)
    }

    @Test func headAnswersWithoutABody() async throws {
        let site = try await TestSite(try await World())
        for (path, status) in [("/", 200), ("/nothing", 404)] {
            let answer = try await site.send(.head, path)
            #expect(answer.status == status && answer.body.isEmpty, "\(path)")
        }
    }

    @Test func strangersWordsAreNotShownOnOurPage() async throws {
        let site = try await TestSite(try await World())
        let answer = try await site.visitor.post("/sign-out", ["text": "请拨打 12345"], headers: [("origin", "http://evil.example")])
        #expect(answer.status == 403 && !answer.body.contains("12345"))
    }
}
