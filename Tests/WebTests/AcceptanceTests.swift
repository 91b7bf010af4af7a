import Cast
import Domain
import Testing

@testable import Web

/// 要求补正 and 不予受理, by pages and forms.
@Suite struct AcceptanceTests {
    /// Opens the page of a dossier and sends one of its windows.
    private func take(_ window: StepWindow, on id: ID<Dossier>, by browser: Browser, _ typed: [String: String]) async throws -> Answer {
        try await browser.submit(Path.step(window, on: id), on: Path.dossier(id), typed)
    }

    /// What is to be corrected is said once, by a day within the acceptance; what is not accepted ends there and frees the year (D10, D22).
    @Test func theWayOfACorrectionAndOfARefusal() async throws {
        let site = try await TestSite(try await World())
        let (accepter, applicant) = (try await site.browser(.officeAccepter), try await site.browser(.applicant))
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass())])
        let until = site.world.plan.windows.acceptanceUntil
        let late = try await take(.corrections, on: id, by: accepter, ["opinion": "补充聘书", "within": "", "deadline": until.adding(1).description])
        #expect(late.status == 422 || late.status == 409)
        #expect(late.form(to: Path.step(.corrections, on: id))["opinion"] == "补充聘书")
        let asked = try await take(.corrections, on: id, by: accepter, ["opinion": "补充聘书", "within": "", "deadline": until.description, "remark.work": "缺聘书"])
        #expect(asked.status == 303 && asked.location.hasPrefix("/reviews/acceptance?done="))
        let mine = try await applicant.get(Path.myDossier(id)).body
        #expect(mine.contains("补充聘书") && mine.contains("缺聘书") && mine.contains("\(until) 24:00"))
        #expect(try await applicant.get(Path.home).body.contains("要求补正：补充聘书"))
        // While it is mended there it can be refused, and its deadline moved; it waits for nobody here.
        let page = try await accepter.get(Path.dossier(id)).body
        #expect(page.contains("href=\"#refusals\"") && page.contains("href=\"#extensions\"") && !page.contains("<h2>受理</h2>") && !page.contains("action=\"\(Path.passes(id))\""))
        #expect(try await applicant.submit(Path.resubmissions(id), on: "/my/dossiers/\(id)/submission", ["pledge": "1"]).status == 303)
        let again = try await accepter.get(Path.dossier(id)).body
        #expect(again.contains("<h2>受理</h2>") && !again.contains("href=\"#corrections\""), "corrections are asked for once")
        let path = Path.step(.refusals, on: id)
        let unconfirmed = try await take(.refusals, on: id, by: accepter, ["opinion": "不属于评审范围"])
        #expect(unconfirmed.status == 422 && unconfirmed.body.contains("请勾选确认") && unconfirmed.form(to: path)["opinion"] == "不属于评审范围")
        #expect(try await accepter.post(path, unconfirmed.form(to: path).merging(["confirmed": "1"]) { $1 }).status == 303)
        #expect(try await applicant.get(Path.myDossier(id)).body.contains("不属于评审范围"))
        #expect(try await site.browser(.schoolFirst).get(Path.home).body.contains("受理单位不予受理：不属于评审范围"))
        #expect(try await applicant.submit(Path.myDossiers, on: Path.home, [:]).status == 303, "the year is free")
        #expect(try await site.world.database.verify().findings == [])
    }
}
