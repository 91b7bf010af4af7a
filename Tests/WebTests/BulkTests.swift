import Cast
import Domain
import Testing

@testable import Storage
@testable import Web

/// 批量办理: many dossiers, each taken by itself.
@Suite struct BulkTests {
    /// Ticks dossiers in a list and sends the page that follows.
    private func send(
        _ kind: Bulk.Kind, _ dossiers: [ID<Dossier>], in list: String, by browser: Browser, _ typed: [String: String], _ files: [(field: String, name: String, bytes: [UInt8])] = []
    ) async throws -> Answer {
        let page = try await browser.get("/reviews/\(list)")
        var form = page.form(to: "/reviews/\(list)/bulk").merging(["action": kind.rawValue]) { $1 }
        for id in dossiers {
            let version = try #require(page.body.firstMatch(of: try Regex("name=\"d\\.\(id)\" value=\"(\\d+)\"", as: (Substring, Substring).self))?.1)
            form["d.\(id)"] = String(version)
        }
        let prepared = try await browser.post("/reviews/\(list)/bulk", form)
        try #require(prepared.status == 200)
        return try await browser.upload(Path.bulks, prepared.form(to: Path.bulks).merging(typed.merging(["action": "submit"]) { $1 }) { $1 }, files)
    }

    /// Carries out what there is, as one node would.
    private func carryOut(_ site: TestSite, most: Int = .max) async throws {
        let clock: @Sendable () -> Instant = { World.start }
        try await site.world.database.write { try $0.enlist(["bulks"], at: World.start) }
        guard case .held(let lease) = try await site.world.database.write({ try $0.claim("bulks", for: "node", at: World.start) }) else { throw Lease.Lost() }
        try await site.site.takeBulks(Shift(lease: lease, database: site.world.database, clock: clock))
        try await site.world.database.write { try $0.finish(lease, at: World.start, next: World.start) }
    }

    @Test func eachIsTakenByItself() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let all = [try await site.world.dossierOfCrowd(0), try await site.world.dossierOfCrowd(1), try await site.world.dossierOfCrowd(2)]
        let wrong = try await send(.giveBack, all, in: "own-first", by: first, ["within": "", "deadline": "x"])
        #expect(wrong.status == 422 && wrong.body.contains("请填写退回原因") && wrong.body.contains("已选择 <strong>3</strong> 人"))
        let sent = try await send(.giveBack, all, in: "own-first", by: first, ["opinion": "补充材料", "within": "", "deadline": World.start.day.adding(9).description])
        #expect(sent.status == 303 && sent.location.hasPrefix("/bulks/"))
        #expect(try await first.get(sent.location).body.contains("共 3 人，已办理 0 人，未办理 0 人，等待 3 人"))
        // Meanwhile one is taken back by its applicant; and nobody else decides on what is claimed.
        let applicant = try #require(try await site.world.database.read { try $0.first("SELECT person_id FROM dossiers WHERE id = \(all[1])") { try $0.id() as ID<Person> } })
        _ = try await site.world.database.write {
            try $0.move(Move(.recall, on: all[1], by: .applicant(applicant), seenVersion: 2, key: World.key()), at: World.start)
        }
        let other = try await site.browser(.schoolFirstToo)
        let claimed = try await other.submit(Path.passes(all[0]), on: Path.dossier(all[0]), ["action": "pass", "opinion": "同意"])
        #expect(claimed.status == 409 && claimed.body.contains("人schoolFirst 已于 2026-11-23 10:00 提交批量退回") && claimed.body.contains("同意"))
        try await carryOut(site)
        let page = try await first.get(sent.location).body
        #expect(page.contains("已办理 2 人，未办理 1 人，等待 0 人") && page.contains("初审退回") && page.contains("申报人 已于 2026-11-23 10:00 进行“取回”"))
        #expect(try await other.get(sent.location).status == 404)
        for id in [all[0], all[2]] {
            let trail = try await site.world.database.read { try $0.trail(of: id) }
            #expect(trail.last?.opinion == "补充材料")
        }
        // Done twice, by another node or after a restart, it is done once.
        try await site.world.database.write { try $0.run("UPDATE bulk_items SET state = 'waiting'") }
        try await carryOut(site)
        let trail = try await site.world.database.read { try $0.trail(of: all[0]) }
        #expect(trail.count == 2)
        #expect(try await first.get(sent.location).body.contains("已办理 2 人，未办理 1 人"))
        #expect(try await site.world.database.verify().findings == [])
    }

    /// Whoever takes his own back while it is ticked is left out, and the reviewer is told before anything is decided.
    @Test func whoTakesHisOwnBackMeanwhileIsLeftOut() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let all = [try await site.world.dossierOfCrowd(0), try await site.world.dossierOfCrowd(1), try await site.world.dossierOfCrowd(2)]
        func takeBack(_ id: ID<Dossier>) async throws {
            _ = try await site.world.database.write { connection in
                let applicant = try #require(try connection.first("SELECT person_id FROM dossiers WHERE id = \(id)") { try $0.id() as ID<Person> })
                return try connection.move(Move(.recall, on: id, by: .applicant(applicant), seenVersion: 2, key: World.key()), at: World.start)
            }
        }
        let list = try await first.get("/reviews/own-first")
        let ticked = list.form(to: "/reviews/own-first/bulk").merging(["action": "giveBack"]) { $1 }.merging(all.map { ("d.\($0)", "2") }) { $1 }
        try await takeBack(all[0])
        let prepared = try await first.post("/reviews/own-first/bulk", ticked)
        #expect(prepared.status == 200 && prepared.body.contains("已选择 <strong>2</strong> 人") && prepared.body.contains("1 人的材料已被取回或转走，不再包括"))
        try await takeBack(all[1])
        let form = prepared.form(to: Path.bulks).merging(["action": "submit", "opinion": "补充材料", "within": World.start.day.adding(9).description]) { $1 }
        let changed = try await first.upload(Path.bulks, form, [])
        #expect(changed.status == 409 && changed.body.contains("所选人员有变化") && changed.body.contains("补充材料") && changed.body.contains("已选择 <strong>1</strong> 人"))
        let again = changed.form(to: Path.bulks).merging(["action": "submit", "within": World.start.day.adding(9).description]) { $1 }
        #expect(try await first.upload(Path.bulks, again, []).status == 303)
        try await takeBack(all[2])
        #expect(try await first.post("/reviews/own-first/bulk", ticked).status == 404)
    }

    /// Own people who leave the unit need a shared publicity, with its proof.
    @Test func aPassOfOwnPeopleSharesItsPublicity() async throws {
        let site = try await TestSite(try await World())
        let second = try await site.browser(.schoolSecond)
        var all: [ID<Dossier>] = []
        for number in 0..<2 {
            let id = try await site.world.dossierOfCrowd(number)
            try await site.world.take(.pass(), on: id, by: .schoolFirst)
            all.append(id)
        }
        let bare = try await send(.pass, all, in: "own-second", by: second, ["opinion": "同意"])
        try await carryOut(site)
        #expect(try await second.get(bare.location).body.contains("请填写推荐意见"))
        // What can be right for nobody is told at its field, before anybody is taken.
        let impossible = try await send(
            .pass, all, in: "own-second", by: second,
            ["recommended": "0", "publicFrom": "2026-11-13", "publicThrough": "2026-11-02", "rank": "5", "ranked": "3", "recommendation": "不同意<推荐>"])
        #expect(impossible.status == 422)
        for told in ["不同意推荐的，应选择", "公示结束早于公示开始", "推荐排名不能大于参加排名人数", "不同意&lt;推荐&gt;"] { #expect(impossible.body.contains(told), "\(told)") }
        let publicity = [
            "opinion": "同意", "recommendation": "同意推荐", "recommended": "1", "publicFrom": "2026-11-02", "publicThrough": "2026-11-13", "publicResult": "1",
        ]
        let sent = try await send(.pass, all, in: "own-second", by: second, publicity, [("proof", "公示.pdf", Papers.pdf())])
        try await carryOut(site)
        let page = try await second.get(sent.location).body
        #expect(page.contains("已办理 2 人，未办理 0 人"), "\(page.suffix(900))")
        for id in all {
            let dossier = try await site.world.database.read { try $0.loadDossier(id, where: "1 = 1") }
            #expect(dossier?.journey.stage == .firstReview(1))
            let proofs = try await site.world.database.read { try $0.proofs(of: id) }
            #expect(proofs.map(\.name) == ["公示.pdf"])
        }
        #expect(try await site.world.database.verify().findings == [])
    }

    @Test func nothingTickedIsSaidOnTheList() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        _ = try await site.world.dossier()
        let answer = try await first.submit("/reviews/own-first/bulk", on: "/reviews/own-first?year=2026", ["action": "pass"])
        #expect(answer.status == 303 && answer.location == "/reviews/own-first?year=2026&none=1")
        #expect(try await first.get(answer.location).body.contains("没有选择申报人，请先勾选"))
    }

    /// What waits at the unit and is not for this reader is marked, and cannot be ticked (D1, D11).
    @Test func whatIsClosedToTheReaderIsMarked() async throws {
        let site = try await TestSite(try await World())
        let (first, administrator) = (try await site.browser(.schoolFirst), try await site.browser(.schoolAdministrator))
        let (one, two) = (try await site.world.dossierOfCrowd(0), try await site.world.dossierOfCrowd(1))
        try await site.world.take(.recuse, on: one, by: .schoolFirst)
        let list = try await first.get("/reviews/own-first").body
        #expect(list.contains("您已回避") && !list.contains("name=\"d.\(one)\"") && list.contains("name=\"d.\(two)\""))
        #expect(try await !site.browser(.schoolFirstToo).get("/reviews/own-first").body.contains("您已回避"))
        #expect(try await !first.get(Path.dossier(one)).body.contains("显示完整证件号码"))
        #expect(try await first.post(Path.revelations(one), try await first.token(for: Path.revelations(one), version: 0)).status == 403)
        try await site.world.take(.pass(), on: two, by: .schoolAdministrator)
        #expect(try await administrator.get("/reviews/own-second").body.contains("由您初审"))
        #expect(try await !site.browser(.schoolSecond).get("/reviews/own-second").body.contains("由您初审"))
    }

    @Test func applicantsAreUrgedTogether() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let id = try await site.world.dossier(after: [(.schoolFirst, .giveBack)])
        let sent = try await send(.remind, [id], in: "own-returned", by: first, [:])
        try await carryOut(site)
        #expect(try await first.get(sent.location).body.contains("已提醒"))
        let nothing = try await first.submit("/reviews/own-returned/bulk", on: "/reviews/own-returned", ["action": "remind"])
        #expect(nothing.status == 303 && nothing.location.hasSuffix("none=1"))
        let forged = try await first.upload(
            Path.bulks, try await first.token(for: Path.bulks, version: 0).merging(["kind": "remind", "back": "own-first", "action": "submit"]) { $1 }, [])
        #expect(forged.status == 409)
    }
}
