import Cast
import Domain
import Storage
import Testing

@testable import Web

/// 常用意见: kept by their owners, put into opinions by name, counted when used.
@Suite struct CommonOpinionTests {
    private func opinions(_ site: TestSite, _ name: World.Name) async throws -> [CommonOpinion] {
        guard case .staff(let member) = try await site.world.actor(name) else { return [] }
        return try await site.world.database.read { try $0.commonOpinions(for: member) }
    }

    @Test func areKeptUsedAndCounted() async throws {
        let site = try await TestSite(try await World())
        let (first, administrator) = (try await site.browser(.schoolFirst), try await site.browser(.schoolAdministrator))
        let path = Path.commonOpinions
        let empty = try await first.submit(path, on: path, ["kind": "giveBack", "body": " "])
        #expect(empty.status == 422 && empty.body.contains("请填写常用意见"))
        #expect(try await first.submit(path, on: path, ["kind": "giveBack", "body": "请{姓名}于{截止时间}前补充<论文>"]).status == 303)
        #expect(try await first.submit(path, on: path, ["kind": "pass", "body": "同意", "shared": "1"]).status == 403)
        #expect(try await administrator.submit(path, on: path, ["kind": "pass", "body": "同意{姓名}上报", "shared": "1"]).status == 303)
        let unknown = try await first.submit(path, on: path, ["kind": "pass", "body": "{姓名}于{截止时间}前"])
        #expect(unknown.status == 422 && unknown.body.contains("不能使用“{截止时间}”") && unknown.body.contains("{姓名}于{截止时间}前"))
        #expect(try await opinions(site, .schoolFirst).map(\.isShared) == [false, true])
        #expect(try await opinions(site, .schoolSecond).map(\.body) == ["同意{姓名}上报"])
        #expect(try await opinions(site, .bureauFirst).isEmpty)

        let id = try await site.world.dossier()
        let mine = try await opinions(site, .schoolFirst)
        let page = try await first.get(Path.dossier(id))
        #expect(page.body.contains("data-text=\"请人applicant于{截止时间}前补充&lt;论文&gt;\""))
        // Where no script runs, the server puts it in.
        let returns = Path.step(.returns, on: id)
        let shown = try await first.submit(returns, on: Path.dossier(id), ["action": "insert", "phrase": mine[0].id.text, "opinion": "一、", "within": "", "deadline": "2026-12-02"])
        #expect(shown.status == 200 && shown.form(to: returns)["opinion"] == "一、请人applicant于2026-12-02前补充<论文>")
        let passes = Path.passes(id)
        let passing = try await first.submit(passes, on: Path.dossier(id), ["action": "insert", "phrase": mine[1].id.text])
        #expect(passing.status == 200 && passing.form(to: passes)["opinion"] == "同意人applicant上报")
        // Used once with the decision, whatever was tried before; another's counts for nothing.
        let given = try await first.post(
            returns, shown.form(to: returns).merging(["used.\(mine[0].id)": "1", "used.\(World.key())": "1", "deadline": "2026-12-02", "phrase": ""]) { $1 })
        #expect(given.status == 303)
        #expect(try await opinions(site, .schoolFirst).map(\.uses) == [1, 0])
    }

    @Test func areChangedByTheirOwnersOnly() async throws {
        let site = try await TestSite(try await World())
        let (first, other) = (try await site.browser(.schoolFirst), try await site.browser(.schoolFirstToo))
        for body in ["一", "二"] { _ = try await first.submit(Path.commonOpinions, on: Path.commonOpinions, ["kind": "pass", "body": body]) }
        let second = try await opinions(site, .schoolFirst)[1]
        let path = Path.commonOpinion(second.id)
        #expect(
            try await other.post(path, try await other.token(for: path, version: 0).merging(["action": "delete", "body": ""]) { $1 }).status == 303, "what is not there is deleted")
        #expect(try await other.post(path, try await other.token(for: path, version: 0).merging(["action": "save", "body": "改"]) { $1 }).status == 404)
        #expect(try await first.submit(path, on: Path.commonOpinions, ["action": "raise"]).status == 303)
        #expect(try await opinions(site, .schoolFirst).map(\.body) == ["二", "一"])
        #expect(try await first.submit(path, on: Path.commonOpinions, ["action": "save", "body": "二改"]).status == 303)
        #expect(try await first.submit(path, on: Path.commonOpinions, ["action": "delete"]).status == 303)
        #expect(try await opinions(site, .schoolFirst).map(\.body) == ["一"])
    }
}
