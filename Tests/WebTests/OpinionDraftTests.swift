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

    /// A deadline that was chosen by working days and kept is not shortened by a day that has passed.
    @Test func aKeptDeadlineIsTheSameOrChosenAnew() async throws {
        let world = try await World()
        let (site, later) = (try await TestSite(world), try await TestSite(world, clock: { World.start.adding(seconds: 86_400) }))
        let id = try await world.dossier()
        let path = "/dossiers/\(id)/returns"
        let first = try await site.browser(.schoolFirst)
        let usual = try await first.get("/dossiers/\(id)").form(to: path)["within"] ?? ""
        _ = try await keep("returns", on: id, by: first, ["opinion": "请补充", "within": usual, "deadline": ""])
        let same = try await first.get("/dossiers/\(id)").form(to: path)
        #expect(same["within"] == usual && same["opinion"] == "请补充")
        let tomorrow = try await later.browser(.schoolFirst).get("/dossiers/\(id)").form(to: path)
        #expect(tomorrow["opinion"] == "请补充")
        #expect(tomorrow["within"] ?? "" > usual, "five working days, as for a fresh form")
    }

    /// what was written on one edition is not put under another; and what others have filled in since is not written over.
    @Test func whatIsOutdatedIsOnlyThereToCopy() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let (first, second) = (try await site.browser(.schoolFirst), try await site.browser(.schoolSecond))
        let path = "/dossiers/\(id)/passes"
        let prepared = ["action": "pass", "recommendation": "先拟的推荐", "recommended": "1"]
        #expect(try await first.submit(path, on: "/dossiers/\(id)", prepared).status == 303)
        // Only what he has typed himself is kept, and what he has emptied.
        _ = try await keep("passes", on: id, by: second, ["opinion": "复审意见", "recommended": ""])
        let restored = try await second.get("/dossiers/\(id)").form(to: path)
        #expect(restored["opinion"] == "复审意见" && restored["recommendation"] == "先拟的推荐" && restored["recommended"] == "")
        try await site.world.take(.takeBack, on: id, by: .schoolFirst)
        #expect(try await first.submit(path, on: "/dossiers/\(id)", prepared.merging(["recommendation": "改过的推荐"]) { $1 }).status == 303)
        let page = try await second.get("/dossiers/\(id)")
        let fresh = page.form(to: path)
        #expect(fresh["opinion"] == "" && fresh["recommendation"] == "改过的推荐" && fresh["recommended"] == "1")
        #expect(page.body.contains("此后材料有变化，没有填入") && page.body.contains("复审意见"))
    }

    @Test func addedUnitsAreKeptWithTheirReasons() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let second = try await site.browser(.schoolSecond)
        let other = site.world.unit(.otherBureau).id
        _ = try await keep("passes", on: id, by: second, ["opinion": "意见", "additions": other.text, "reason.\(other)": "派遣单位审核"])
        let form = try await second.get("/dossiers/\(id)").form(to: "/dossiers/\(id)/passes")
        #expect(form["additions"] == other.text && form["reason.\(other)"] == "派遣单位审核")
        let recusal = try await second.token(for: "/dossiers/\(id)/recusals", version: 3)
        #expect(try await second.post("/dossiers/\(id)/recusals", recusal.merging(["opinion": "x", "autosave": "1"]) { $1 }).status == 400)
    }
}
