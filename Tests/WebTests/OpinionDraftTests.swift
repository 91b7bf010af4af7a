import Cast
import Domain
import Testing

@testable import Storage
@testable import Web

/// What a reviewer types is kept for him, and for nobody else, until he decides (D27).
@Suite struct OpinionDraftTests {
    private func keep(_ step: String, on id: ID<Dossier>, by browser: Browser, _ typed: [String: String]) async throws -> Answer {
        let path = "/dossiers/\(id)/\(step)"
        let form = try await browser.get("/dossiers/\(id)").form(to: path)
        return try await browser.post(path, form.merging(typed) { $1 }.merging(["autosave": "1"]) { $1 })
    }

    @Test func whatIsTypedComesBackToItsAuthorAlone() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let (first, other) = (try await site.browser(.schoolFirst), try await site.browser(.schoolFirstToo))
        let kept = try await keep("passes", on: id, by: first, ["opinion": "写到一半的<意见>", "recommendation": "拟推荐"])
        #expect(kept.status == 200 && kept.body == "<output data-saved>已暂存 10:00，只有您本人可见</output>")
        #expect(try await keep("returns", on: id, by: first, ["opinion": "也许退回", "remark.work": "写清楚", "within": "", "deadline": "2026-12-01"]).status == 200)
        let page = try await first.get("/dossiers/\(id)")
        #expect(page.form(to: "/dossiers/\(id)/passes")["opinion"] == "写到一半的<意见>" && page.form(to: "/dossiers/\(id)/passes")["recommendation"] == "拟推荐")
        #expect(page.form(to: "/dossiers/\(id)/returns")["remark.work"] == "写清楚" && page.form(to: "/dossiers/\(id)/returns")["deadline"] == "2026-12-01")
        #expect(page.body.contains("已恢复您 2026-11-23 10:00 暂存的内容"))
        let others = try await other.get("/dossiers/\(id)").body
        #expect(!others.contains("写到一半的") && !others.contains("也许退回"))
        #expect(try await site.world.database.read { try $0.trail(of: id) }.count == 1)
        // Emptied, it is gone.
        _ = try await keep("returns", on: id, by: first, ["opinion": "", "remark.work": "", "within": "", "deadline": ""])
        #expect(try await !first.get("/dossiers/\(id)").body.contains("写清楚"))
    }

    @Test func whoDecidesHasNoDraftAnyMoreAndWhoMayNotKeepsNone() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let (first, second) = (try await site.browser(.schoolFirst), try await site.browser(.schoolSecond))
        _ = try await keep("passes", on: id, by: first, ["opinion": "初稿"])
        let stranger = try await site.browser(.otherFirst)
        let path = "/dossiers/\(id)/passes"
        let token = try await stranger.token(for: path, version: 2)
        #expect(try await stranger.post(path, token.merging(["opinion": "窥探", "autosave": "1"]) { $1 }).status == 404)
        // He sees it, and it does not wait for him.
        let early = try await second.token(for: path, version: 2)
        #expect(try await second.post(path, early.merging(["opinion": "太早", "autosave": "1"]) { $1 }).status == 409)
        #expect(try await first.submit(path, on: "/dossiers/\(id)", ["action": "pass", "opinion": "终稿"]).status == 303)
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM opinion_drafts") } == 0)
        try await site.world.take(.takeBack, on: id, by: .schoolFirst)
        #expect(try await first.get("/dossiers/\(id)").form(to: path)["opinion"] == "")
    }
}
