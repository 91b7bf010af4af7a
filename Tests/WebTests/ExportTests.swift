import Cast
import Domain
import Foundation
import Sheets
import Testing

@testable import Storage
@testable import Web

/// 导出 of lists: at once where they are small, in the background where they are large.
@Suite struct ExportTests {
    private func makeThem(_ site: TestSite, at now: Instant = World.start) async throws {
        let clock: @Sendable () -> Instant = { now }
        try await site.world.database.write { try $0.enlist(["exports"], at: now) }
        guard case .held(let lease) = try await site.world.database.write({ try $0.claim("exports", for: "node", at: now) }) else { throw Lease.Lost() }
        try await site.site.makeExports(Shift(lease: lease, database: site.world.database, clock: clock))
        try await site.world.database.write { try $0.finish(lease, at: now, next: now) }
    }

    private func read(_ answer: Answer) throws -> [SheetReader.Row] {
        let path = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString).xlsx")
        try Data(answer.bytes).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        return try SheetReader(at: path, mostRows: 2000).rows
    }

    @Test func aLargeListIsMadeInTheBackgroundForItsAuthorAlone() async throws {
        let site = try await TestSite(try await World(), mostExportedAtOnce: 2)
        for number in 0..<3 { _ = try await site.world.dossierOfCrowd(number) }
        let (first, other) = (try await site.browser(.schoolFirst), try await site.browser(.schoolFirstToo))
        let small = try await first.get("/reviews/own-first/export?name=\(Path.percentEncode("众1"))")
        #expect(try read(small).count == 2)
        let offered = try await first.get("/reviews/own-first/export?year=2026")
        #expect(offered.body.contains("在后台生成") && offered.headers[.contentType]?.hasPrefix("text/html") == true)
        let form = offered.form(to: "/reviews/own-first/exports")
        let begun = try await first.post("/reviews/own-first/exports", form)
        #expect(begun.status == 303 && begun.location.hasPrefix("/exports/"))
        #expect(try await first.post("/reviews/own-first/exports", form).location == begun.location)
        let waiting = try await first.get(begun.location).body
        #expect(waiting.contains("共 3 人，已写入 0 人") && waiting.contains("data-reload"))
        #expect(try await first.get("\(begun.location)/file").status == 404)
        try await makeThem(site)
        let done = try await first.get(begun.location).body
        #expect(done.contains("已生成，共 3 人") && !done.contains("data-reload"))
        #expect(try await first.get("/reviews/own-first").body.contains(begun.location))
        let rows = try read(try await first.get("\(begun.location)/file"))
        #expect(rows.count == 4 && rows.contains { $0.cells.values.contains("众0") })
        for path in [begun.location, "\(begun.location)/file"] { #expect(try await other.get(path).status == 404) }
    }

    @Test func itIsMadeWithTheRightsOfThatMomentAndKeptForADay() async throws {
        let world = try await World()
        let site = try await TestSite(world, mostExportedAtOnce: 0)
        _ = try await world.dossierOfCrowd(0)
        let first = try await site.browser(.schoolFirst)
        let begun = try await first.submit("/reviews/own-first/exports", on: "/reviews/own-first/export")
        let kept = try await first.submit("/reviews/own-first/exports", on: "/reviews/own-first/export")
        try await makeThem(site)
        let digest = try await world.database.read { try $0.first("SELECT digest FROM exports WHERE state = 'made'") { try $0.text() } }
        let found = try #require(digest)
        #expect(try await world.database.read { try $0.refersToFile(found, at: World.start) })
        #expect(try await !world.database.read { try $0.refersToFile(found, at: World.start.adding(seconds: Export.kept)) })
        let later = try await TestSite(world, clock: { World.start.adding(seconds: Export.kept) })
        let tomorrow = try await later.browser(.schoolFirst)
        #expect(try await tomorrow.get(kept.location).body.contains("已超过保存期限"))
        #expect(try await tomorrow.get("\(kept.location)/file").status == 404)
        #expect(begun.location != kept.location)
        // Who has lost the right gets nothing made, and nothing that was.
        let again = try await first.submit("/reviews/own-first/exports", on: "/reviews/own-first/export")
        let role = try await world.role(of: .schoolFirst)
        try await world.database.write { try $0.run("DELETE FROM role_permissions WHERE role_id = \(role) AND permission = 'firstReview'") }
        try await makeThem(site)
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM exports WHERE state = 'failed'") } == 1)
        #expect(try await first.get("\(kept.location)/file").status == 403)
        #expect(try await first.get(again.location).body.contains("您已没有查看该列表的权限"))
    }

    @Test func aLargeArchiveIsRecordedOnceAndNobodyFillsTheQueue() async throws {
        let site = try await TestSite(try await World(), mostExportedAtOnce: 0)
        _ = try await site.world.dossierOfCrowd(0)
        let (first, path) = (try await site.browser(.schoolFirst), "/reviews/archive/export")
        let form = try await first.get("/reviews/archive").form(to: path).merging(["purpose": "年度统计", "format": "xlsx"]) { $1 }
        let begun = try await first.post(path, form)
        #expect(begun.status == 303 && begun.location.hasPrefix("/exports/"))
        #expect(try await first.post(path, form).location == begun.location)
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM administration WHERE act = 'exportArchive'") } == 1)
        for _ in 0..<2 { #expect(try await first.submit("/reviews/own-first/exports", on: "/reviews/own-first/export").status == 303) }
        let refused = try await first.submit("/reviews/own-first/exports", on: "/reviews/own-first/export")
        #expect(refused.status == 409 && refused.body.contains("您有 3 个导出正在生成"))
        try await makeThem(site)
        #expect(try await site.world.database.verify().findings == [])
    }
}
