import Cast
import Domain
import Foundation
import Synchronization
import Testing

@testable import Web

/// The steps that are taken in windows of their own, by pages and forms.
@Suite struct StepTests {
    /// A clock that a test moves.
    private final class Time: Sendable {
        private let held = Mutex(World.start)
        var now: Instant { held.withLock { $0 } }
        func move(to instant: Instant) { held.withLock { $0 = instant } }
    }

    private static let day = World.start.day.adding(9)

    /// Opens the page of a dossier and sends one of its windows.
    private func take(_ window: StepWindow, on id: ID<Dossier>, by browser: Browser, _ typed: [String: String] = [:]) async throws -> Answer {
        try await browser.submit(Path.step(window, on: id), on: Path.dossier(id), typed)
    }

    @Test func theWayOfAReturn() async throws {
        let site = try await TestSite(try await World())
        let (first, applicant) = (try await site.browser(.schoolFirst), try await site.browser(.applicant))
        let id = try await site.world.dossier()
        let given = try await take(
            .returns, on: id, by: first, ["opinion": "请补充<论文>", "within": "", "deadline": Self.day.description, "remark.education": "学历证书不清楚"])
        #expect(given.status == 303 && given.location.hasPrefix("/reviews/own-first?done="))
        #expect(try await first.get(given.location).body.contains("初审退回"))

        let mine = try await applicant.get("/my/dossiers/\(id)").body
        #expect(mine.contains("请补充&lt;论文&gt;") && mine.contains("学历证书不清楚") && mine.contains("\(Self.day) 24:00"))
        let section = "/my/dossiers/\(id)/sections/education"
        let page = try await applicant.get(section)
        #expect(page.body.contains("的修改意见") && page.body.contains("学历证书不清楚"))
        let row = page.form(to: section).keys.first { $0.hasSuffix(".school") } ?? ""
        #expect(try await applicant.submit(section, on: section, [row: "四川演示学院", "action": "save"]).status == 303)
        // Reviewers see what was submitted until it is submitted again.
        #expect(try await !first.get("/dossiers/\(id)").body.contains("四川演示学院"))

        let submission = "/my/dossiers/\(id)/submission"
        #expect(try await applicant.get(submission).body.contains("<del><span class=\"unseen\">原为</span>四川演示师范大学</del>"))
        let answer = try await applicant.submit("/my/dossiers/\(id)/resubmissions", on: submission, ["pledge": "1"])
        #expect(answer.status == 303)
        let review = try await first.get("/dossiers/\(id)").body
        #expect(review.contains("初审退回以后的修改") && review.contains("<ins><span class=\"unseen\">现为</span>四川演示学院</ins>"))
        // Passed by the first, seen as changed by the second; then by the unit no more.
        try await site.world.take(.pass(), on: id, by: .schoolFirst)
        #expect(try await site.browser(.schoolSecond).get("/dossiers/\(id)").body.contains("以后的修改"))
        try await site.world.take(.pass(), on: id, by: .schoolSecond)
        #expect(try await !first.get("/dossiers/\(id)").body.contains("以后的修改"))
        #expect(try await !site.browser(.bureauFirst).get("/dossiers/\(id)").body.contains("以后的修改"))
    }

    @Test func whatIsMissingIsAskedForInTheWindow() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let id = try await site.world.dossier()
        let form = try await first.get(Path.dossier(id)).form(to: Path.step(.returns, on: id))
        let wrong = try await first.post(Path.step(.returns, on: id), form.merging(["within": "", "deadline": "2026-02-30", "remark.work": "写清楚"]) { $1 })
        #expect(wrong.status == 422 && wrong.body.contains("不是有效日期") && wrong.body.contains("请填写退回原因") && wrong.body.contains("写清楚"))
        #expect(wrong.body.contains("<dialog id=\"returns\" class=\"dialog narrow\" aria-labelledby=\"returns-title\" open"))
        // The same form, mended.
        let again = try await first.post(
            Path.step(.returns, on: id), wrong.form(to: Path.step(.returns, on: id)).merging(["deadline": World.start.day.adding(-1).description, "opinion": "补充"]) { $1 })
        #expect(again.status == 422 && again.body.contains("应晚于现在"))
        let late = try await take(.returns, on: id, by: first, ["within": "", "deadline": site.world.plan.windows.reviewsUntil.adding(1).description, "opinion": "补充"])
        #expect(late.status == 422)
        let failure = try await take(.failures, on: id, by: first, ["opinion": "不符合条件"])
        #expect(failure.status == 422 && failure.body.contains("请勾选确认") && failure.body.contains("不符合条件"))
        #expect(try await site.world.database.read { try $0.trail(of: id) }.count == 1)
    }

    /// D9: until the deadline he may send it in; then only when it was extended, which it may be at any time.
    @Test func deadlines() async throws {
        let time = Time()
        let site = try await TestSite(try await World(), clock: { time.now })
        let (first, id) = (try await site.browser(.schoolFirst), try await site.world.dossier())
        _ = try await take(.returns, on: id, by: first, ["opinion": "补充", "within": "", "deadline": World.start.day.adding(1).description])
        time.move(to: World.start.day.adding(1).end)
        let applicant = try await site.browser(.applicant)
        let submission = "/my/dossiers/\(id)/submission"
        #expect(try await applicant.get(submission).body.contains("已过，不能重新提交"))
        let edition = try await site.world.database.read { try $0.draft(of: id).edition }
        let late = try await applicant.post(
            "/my/dossiers/\(id)/resubmissions",
            try await applicant.token(for: "/my/dossiers/\(id)/resubmissions", version: 3).merging(["pledge": "1", "edition": edition]) { $1 })
        #expect(late.status == 409 && late.body.contains("已过"))
        let clerk = try await site.browser(.schoolFirstToo)
        #expect(try await clerk.get(Path.dossier(id)).body.contains("已逾期"))
        let stale = try await applicant.get("/my/dossiers/\(id)")
        #expect(stale.body.contains("已逾期"))
        let extended = try await take(.extensions, on: id, by: clerk, ["within": "", "deadline": World.start.day.adding(5).description])
        #expect(extended.status == 303 && extended.location.hasPrefix("/dossiers/\(id)?"))
        #expect(try await applicant.submit("/my/dossiers/\(id)/resubmissions", on: submission, ["pledge": "1"]).status == 303)
        let tooLate = try await clerk.post(
            Path.step(.extensions, on: id),
            try await clerk.token(for: Path.step(.extensions, on: id), version: 3).merging(["deadline": World.start.day.adding(7).description, "seen": ""]) { $1 })
        #expect(tooLate.status == 409 && tooLate.body.contains("申报人 已于") && tooLate.body.contains("重新提交"))
    }

    @Test func aFailureIsReopenedByItsUnit() async throws {
        let site = try await TestSite(try await World())
        let (first, id) = (try await site.browser(.schoolFirst), try await site.world.dossier())
        #expect(try await take(.failures, on: id, by: first, ["opinion": "材料不实", "confirmed": "1"]).status == 303)
        #expect(try await site.browser(.applicant).get("/my/dossiers/\(id)").body.contains("材料不实"))
        let second = try await site.browser(.schoolSecond)
        #expect(try await take(.reopenings, on: id, by: second).status == 422)
        #expect(try await take(.reopenings, on: id, by: second, ["opinion": "经复核"]).status == 303)
        #expect(try await first.get(Path.dossier(id)).body.contains("data-opens=\"pass\""))
    }

    /// M16 and D17: with one click from where the pass is told, while the next has not acted.
    @Test func whatWasPassedIsTakenBack() async throws {
        let site = try await TestSite(try await World())
        let (first, second) = (try await site.browser(.schoolFirst), try await site.browser(.schoolSecond))
        let id = try await site.world.dossier()
        let passed = try await first.submit(Path.passes(id), on: Path.dossier(id), ["opinion": "同意", "action": "pass"])
        let back = try await first.submit(Path.step(.takeBacks, on: id), on: passed.location)
        #expect(back.status == 303 && back.location.hasPrefix("/dossiers/\(id)"))
        #expect(try await first.get(back.location).body.contains("收回初审"))
        try await site.world.take(.pass(), on: id, by: .schoolFirst)
        let reported = try await second.submit(Path.passes(id), on: Path.dossier(id), ["opinion": "", "action": "pass", "confirmed": "1"])
        #expect(try await second.submit(Path.step(.withdrawals, on: id), on: reported.location).status == 303)
        #expect(try await second.get(Path.dossier(id)).body.contains("单位推荐和公示信息"))
        try await site.world.take(.pass(), on: id, by: .schoolSecond)
        try await site.world.take(.pass(), on: id, by: .bureauFirst)
        let late = try await second.post(
            Path.step(.withdrawals, on: id), try await second.token(for: Path.step(.withdrawals, on: id), version: 7).merging(["opinion": "有误"]) { $1 })
        #expect(late.status == 409 && late.body.contains("人bureauFirst 已于") && late.body.contains("有误"))
    }

    @Test func recusalLeavesItToTheOthers() async throws {
        let site = try await TestSite(try await World())
        let (first, id) = (try await site.browser(.schoolFirst), try await site.world.dossier())
        #expect(try await take(.recusals, on: id, by: first, ["opinion": "系亲属"]).status == 303)
        let page = try await first.get(Path.dossier(id)).body
        #expect(page.contains("您已对该材料声明回避，可由 人reviewingApplicant、人schoolFirstToo 办理") && !page.contains("action=\"\(Path.passes(id))\""))
        let pass = try await first.post(Path.passes(id), try await first.token(for: Path.passes(id), version: 2).merging(["action": "pass"]) { $1 })
        #expect(pass.status == 403 && pass.body.contains("声明回避"))
        let other = try await site.browser(.schoolFirstToo)
        #expect(try await other.submit(Path.passes(id), on: Path.dossier(id), ["action": "pass"]).status == 303)
        #expect(try await !site.browser(.applicant).get("/my/dossiers/\(id)").body.contains("系亲属"))
    }

    @Test func applicantsTakeBackAndAbandon() async throws {
        let site = try await TestSite(try await World())
        let applicant = try await site.browser(.applicant)
        let id = try await site.world.dossier()
        let path = "/my/dossiers/\(id)"
        #expect(try await applicant.submit("\(path)/recalls", on: path).status == 303)
        #expect(try await applicant.get(path).location == "\(path)/submission")
        #expect(try await applicant.submit("\(path)/submission", on: "\(path)/submission", ["pledge": "1"]).status == 303)
        try await site.world.take(.giveBack, on: id, by: .schoolFirst)
        #expect(try await applicant.submit("\(path)/abandonments", on: path).status == 422)
        #expect(try await applicant.submit("\(path)/abandonments", on: path, ["confirmed": "1"]).status == 303)
        #expect(try await applicant.get(path).body.contains("放弃申报"))
    }

    /// I-33: the same form sent twice is one step, and answered alike.
    @Test func aRepeatedStepIsOne() async throws {
        let site = try await TestSite(try await World())
        let (first, id) = (try await site.browser(.schoolFirst), try await site.world.dossier())
        let path = Path.step(.returns, on: id)
        let form = try await first.get(Path.dossier(id)).form(to: path).merging(["opinion": "补充"]) { $1 }
        let (once, twice) = (try await first.post(path, form), try await first.post(path, form))
        #expect(once.status == 303 && twice.location == once.location)
        #expect(try await site.world.database.read { try $0.trail(of: id) }.count == 2)
    }

    /// The archive leaves for a purpose, and that is on record before it does.
    @Test func whatIsExportedIsRecorded() async throws {
        let site = try await TestSite(try await World())
        let (first, administrator) = (try await site.browser(.schoolFirst), try await site.browser(.schoolAdministrator))
        _ = try await site.world.dossier()
        let (path, page) = ("/reviews/archive/export", "/reviews/archive?year=2026")
        let without = try await first.submit(path, on: page, ["format": "csv"])
        #expect(without.status == 422 && without.body.contains("请填写导出用途"))
        let table = try await first.submit(path, on: page, ["format": "csv", "purpose": "=年度总结"])
        #expect(table.status == 200 && table.body.contains("人applicant") && table.body.contains("待初审"))
        #expect(!table.body.contains("11010519491231002X"))
        let log = try await administrator.get("/administration").body
        #expect(log.contains("导出历年上报人员") && log.contains("=年度总结") && log.contains("年度 2026"))
    }

    /// 提醒: once a day, by the unit that gave it back, as long as it can still be sent in.
    @Test func applicantsAreUrgedOnceADay() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let id = try await site.world.dossier(after: [(.schoolFirst, .giveBack)])
        let (path, list) = ("/dossiers/\(id)/reminders", "/reviews/own-returned?year=2026")
        let form = try await first.get(list).form(to: path)
        let told = try await first.post(path, form)
        #expect(told.status == 303 && told.location.hasPrefix("/reviews/own-returned?year=2026"))
        #expect(try await first.get(told.location).body.contains("已提醒申报人"))
        #expect(try await site.browser(.applicant).get("/home").body.contains("提醒您"))
        #expect(try await first.post(path, form).status == 303, "the same form, sent again")
        let again = try await first.submit(path, on: list)
        #expect(again.status == 409 && again.body.contains("没有提醒") && again.body.contains("今天已提醒过"))
    }

    /// D25: who was faster is told by his unit only.
    @Test func applicantsAreNotToldReviewersNames() async throws {
        let site = try await TestSite(try await World())
        let applicant = try await site.browser(.applicant)
        let id = try await site.world.dossier()
        let form = try await applicant.get("/my/dossiers/\(id)").form(to: "/my/dossiers/\(id)/recalls")
        try await site.world.take(.pass(), on: id, by: .schoolFirst)
        let late = try await applicant.post("/my/dossiers/\(id)/recalls", form)
        #expect(late.status == 409 && late.body.contains("演示school 已于") && !late.body.contains("人schoolFirst"))
    }

    /// D21: whoever has taken over what was given back has it in his list and can extend it; its applicant still reads what was asked for.
    @Test func whatWasGivenBackIsTakenOver() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .giveBack)])
        let superior = try await site.browser(.authorityAdministrator)
        let bureau = site.world.unit(.bureau).id
        #expect(try await superior.submit(Path.handOvers(bureau), on: Path.subordinate(bureau), ["action": "take", "confirmed": "1"]).location.contains("done=1"))
        #expect(try await superior.get("/reviews/subordinate-returned").body.contains("/dossiers/\(id)"))
        #expect(try await take(.extensions, on: id, by: superior, ["deadline": Self.day.description]).status == 303)
        let mine = try await site.browser(.applicant).get("/my/dossiers/\(id)").body
        #expect(mine.contains("退回：请修改后重新提交") && mine.contains("<p class=\"opinion\">意见</p>"))
        // Sent in again, passed on by the superior in the unit's name, it stands in his lists with one sender.
        try await site.world.take(.resubmit, on: id, by: .applicant)
        for (name, step) in [(World.Name.schoolFirst, Step.pass()), (.schoolSecond, .pass())] { try await site.world.take(step, on: id, by: name) }
        #expect(try await superior.get("/reviews/subordinate-first").body.contains("演示school"))
        #expect(try await site.world.database.verify().findings == [])
    }

    /// What a colleague's decision has taken the ground from is kept whole.
    @Test func everythingWrittenIsKept() async throws {
        let site = try await TestSite(try await World())
        let first = try await site.browser(.schoolFirst)
        let id = try await site.world.dossier()
        let path = Path.step(.returns, on: id)
        let form = try await first.get(Path.dossier(id)).form(to: path).merging(["opinion": "原因甲", "deadline": "2026-12-18", "remark.work": "意见乙"]) { $1 }
        try await site.world.take(.pass(), on: id, by: .schoolFirstToo)
        let late = try await first.post(path, form)
        #expect(late.status == 409 && ["原因甲", "意见乙", "2026-12-18", "人schoolFirstToo 已于"].allSatisfy(late.body.contains))
    }

    /// A day that was typed counts, whatever the list beside it says.
    @Test func aTypedDeadlineCounts() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        _ = try await take(.returns, on: id, by: try await site.browser(.schoolFirst), ["opinion": "补充", "deadline": "2026-12-18"])
        let trail = try await site.world.database.read { try $0.trail(of: id) }
        #expect(trail.last?.deadline == Day("2026-12-18")?.end)
    }

    /// Addresses that no page makes harm nobody.
    @Test(arguments: [
        "own-first?after=-aaaaaaaaaaaaaaaaaaaaaaaaaa", "own-first?after=", "own-first?after=n-", "own-first?after=tx-aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "own-first?order=name&after=n1-aaaaaaaaaaaaaaaaaaaaaaaaaa", "own-first?order=deadline&after=n99999999999999999999-aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "own-first?year=99999999999999999999",
        "own-first?person=x&office=y&level=%27&series=%25&correction=z&stage=q&order=w",
    ])
    func craftedAddresses(_ address: String) async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier()
        #expect(try await site.browser(.schoolFirst).get("/reviews/\(address)").status == 200)
    }

    @Test func unreadableDaysAreSaid() async throws {
        let site = try await TestSite(try await World())
        let answer = try await site.browser(.schoolFirst).get("/reviews/own-first?from=2026-02-30")
        #expect(answer.status == 422 && answer.body.contains("2026-02-30"))
    }

    /// A number that is known here says nothing to whoever does not have its person in his list.
    @Test func numbersOfOthersAreNobodys() async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier()
        _ = try await site.world.dossier(of: .smallApplicant)
        let first = try await site.browser(.schoolFirst)
        let path = "/reviews/own-first/person"
        let other = try await first.submit(path, on: "/reviews/own-first", ["idNumber": site.world.person(.smallApplicant).idNumber.text])
        let unknown = try await first.submit(path, on: "/reviews/own-first", ["idNumber": "110105194912310046"])
        #expect(other.status == 303 && other.location == unknown.location)
        let own = try await first.submit(path, on: "/reviews/own-first", ["idNumber": site.world.person(.applicant).idNumber.text])
        #expect(try await first.get(own.location).body.contains("找到 1 人"))
    }
}
