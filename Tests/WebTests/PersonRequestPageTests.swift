import Cast
import Domain
import Storage
import Testing

@testable import Web

/// 委托申请 and 专技人才档案, as those who ask and those who decide see them, and as somebody sends them who should not.
@Suite struct PersonRequestPageTests {
    private let form = "/my/profile/form"

    /// Chooses a unit by search, is told what is missing, keeps what was typed and uploaded, and submits.
    @Test func aProfileIsFilledInAndSubmitted() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.unemployed)
        let empty = try await browser.get(form)
        let found = try await browser.post(form, empty.form(to: form).merging(World.profileValues) { $1 }.merging(["search": "smallSchool", "action": "find"]) { $1 })
        #expect(found.status == 200 && found.body.contains("演示smallSchool<small>演示authority › 演示bureau</small>") && found.body.contains("四川演示师范大学"))
        let values = World.profileValues.merging(["unit": site.world.unit(.school).id.text, "action": "submit"]) { $1 }
        let wrong = try await browser.upload(
            form, found.form(to: form).merging(values) { $1 }.merging(["titleSince": "2099-01-01"]) { $1 }, [("file", "<证书>.pdf", Papers.pdf())])
        #expect(wrong.status == 422 && wrong.body.contains("不能晚于今天") && wrong.body.contains("证书") && !wrong.body.contains("<证书>"))
        let mended = wrong.form(to: form).merging(values) { $1 }
        #expect(try await site.browser(.applicant).post(form, mended).status == 403, "another's form")
        let done = try await browser.post(form, mended)
        #expect(done.status == 303)
        #expect(try await browser.post(form, mended).location == done.location, "sent twice, it is one")
        let again = try await browser.get(form)
        #expect(again.status == 303, "what is under review is shown instead of a second form")
        let home = try await browser.get("/my/profile")
        #expect(home.body.contains("正在审核"))
        #expect(try await site.browser(.smallClerk).get(done.location).status == 404)
    }

    /// D25: the person learns the unit and why, never who.
    @Test func thePersonIsToldTheUnitAndNotTheReviewer() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.profile()
        let (path, reviewer, applicant) = ("/person-requests/\(id)", try await site.browser(.schoolTalents), try await site.browser(.applicant))
        let page = try await reviewer.get(path)
        #expect(page.body.contains("档案内容") && page.body.contains("照片和证明.pdf"))
        let unconfirmed = try await reviewer.post(path, page.form(to: path).merging(["action": "fail", "opinion": "不符"]) { $1 })
        #expect(unconfirmed.status == 422 && unconfirmed.body.contains("请勾选确认") && unconfirmed.body.contains("不符"))
        #expect(try await reviewer.post(path, page.form(to: path).merging(["action": "giveBack", "opinion": "<b>请补充</b>"]) { $1 }).status == 303)
        let told = try await applicant.get(path)
        #expect(told.body.contains("&lt;b&gt;请补充&lt;/b&gt;") && told.body.contains("演示school") && !told.body.contains("人schoolTalents"))
        #expect(try await reviewer.get(path).body.contains("人schoolTalents"))
        let late = try await reviewer.post(path, page.form(to: path).merging(["action": "pass", "opinion": "同意"]) { $1 })
        #expect(late.status == 409)
    }

    /// A lost race says who did what, and keeps what was typed.
    @Test func whoIsLateIsToldWhoWasFirst() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.profile()
        let (path, first, second) = ("/person-requests/\(id)", try await site.browser(.schoolAdministrator), try await site.browser(.schoolTalents))
        let page = try await second.get(path)
        try await site.world.decide(id, .pass, by: .schoolAdministrator)
        let late = try await second.post(path, page.form(to: path).merging(["action": "giveBack", "opinion": "请补充学历证书"]) { $1 })
        #expect(late.status == 409 && late.body.contains("人schoolAdministrator") && late.body.contains("通过") && late.body.contains("待“演示bureau”审核"))
        #expect(try await first.get(path).status == 200)
    }

    /// A person who cancels while an opinion is being written does not take the opinion with him.
    @Test func whatWasTypedSurvivesACancellation() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.profile()
        let (path, reviewer, applicant) = ("/person-requests/\(id)", try await site.browser(.schoolTalents), try await site.browser(.applicant))
        let (page, own) = (try await reviewer.get(path), try await applicant.get(path))
        let cancel = path + "/cancellation"
        let unsure = try await applicant.post(cancel, own.form(to: cancel))
        #expect(unsure.status == 422 && unsure.body.contains("请勾选确认"))
        #expect(try await applicant.post(cancel, own.form(to: cancel).merging(["confirmed": "1"]) { $1 }).status == 303)
        let late = try await reviewer.post(path, page.form(to: path).merging(["action": "giveBack", "opinion": "请补充学位证书"]) { $1 })
        #expect(late.status == 409 && late.body.contains("申报人 人applicant") && late.body.contains("取消申请"))
        #expect(try await reviewer.get("/profiles").body.contains("没有等待审核"))
        #expect(try await reviewer.get("/profiles?list=decided").body.contains("还没有审核过"))
    }

    /// What no page of this site sends: a letter before the end or without its paper, fields of another form, a step that is nobody's.
    @Test func whatNoPageSendsIsRefused() async throws {
        let site = try await TestSite(try await World())
        let (first, last) = (try await site.world.entrustment(of: .secondApplicant), try await site.world.entrustment(passedBy: [.schoolTalents, .bureauTalents]))
        let (school, authority) = (try await site.browser(.schoolTalents), try await site.browser(.authorityAdministrator))
        let (path, end) = ("/person-requests/\(first)", "/person-requests/\(last)")
        let page = try await school.get(path)
        let letter = ["letterNumber": "1", "letterDate": "2026-11-20"]
        for extra in [["action": "submit"], ["action": "cancel"], ["action": "pass", "plan": "x"], [:]] {
            #expect(try await school.post(path, page.form(to: path).merging(extra) { $1 }).status == 400, "\(extra)")
        }
        #expect(!page.body.contains("letterNumber"))
        #expect(
            try await school.post(path, page.form(to: path).merging(letter.merging(["action": "pass"]) { $1 }) { $1 }).status == 303,
            "what a letter says is not looked at before the end")
        let steps = try await site.world.database.read { try $0.steps(of: first) }
        #expect(steps.last?.values == [:])
        let decision = try await authority.get(end)
        let missing = try await authority.post(end, decision.form(to: end).merging(letter.merging(["action": "pass"]) { $1 }) { $1 })
        #expect(missing.status == 422 && missing.body.contains("请上传委托函"))
        let done = try await authority.upload(end, decision.form(to: end).merging(letter.merging(["action": "pass"]) { $1 }) { $1 }, [("letter", "委托函.pdf", Papers.pdf())])
        #expect(done.status == 303)
        let file = try #require(try await authority.get(end).body.firstMatch(of: /href="(\/person-requests\/[^"]*\/view)" data-file/)).1
        #expect(try await site.browser(.applicant).get(String(file)).status == 200)
        #expect(try await site.browser(.secondApplicant).get(String(file)).status == 404)
        #expect(try await site.browser(.bureauFirst).get(String(file)).status == 404)
    }

    /// Home counts equal the lists (M6), for whoever has the permission and nobody else.
    @Test func theHomePageCountsWhatWaits() async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.profile()
        _ = try await site.world.profile(of: .secondApplicant)
        _ = try await site.world.entrustment()
        let home = try await site.browser(.schoolTalents).get("/home")
        #expect(home.body.contains("进入审核（2）") && home.body.contains("进入审核（1）"))
        #expect(home.body.contains("人secondApplicant"))
        let without = try await site.browser(.schoolFirst).get("/home")
        #expect(!without.body.contains("专技人才审核") && !without.body.contains("委托申请审核"))
    }

    /// D12: while the unit waits for another superior nothing of it is decided, and nothing of its people submitted.
    @Test func aUnitThatWaitsForItsSuperiorDecidesNothing() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.profile()
        _ = try await site.world.superiorChange()
        let (path, reviewer) = ("/person-requests/\(id)", try await site.browser(.schoolTalents))
        let page = try await reviewer.get(path)
        #expect(page.status == 200 && page.body.contains("变更上级单位") && !page.body.contains("value=\"giveBack\""))
        #expect(try await reviewer.post(path, try await reviewer.token(for: path, version: 1).merging(["action": "pass"]) { $1 }).status == 403)
        await #expect(throws: Problem.self) { _ = try await site.world.profile(of: .secondApplicant) }
    }

    /// A number of the statistics leads to the people that the reader's unit has reviewed, within what was asked, and a stranger's unit to nothing.
    @Test func statisticsKeepToTheirUnits() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.profile()
        for name in [World.Name.schoolTalents, .bureauTalents] { try await site.world.decide(id, .pass, by: name) }
        let bureau = try await site.browser(.bureauTalents)
        let page = try await bureau.get("/statistics")
        #expect(page.body.contains("共 1 人") && page.body.contains("演示school"))
        let link = String(try #require(page.body.firstMatch(of: /href="(\/statistics\/people[^"]*dimension=party[^"]*)"/)).1.replacing("&amp;", with: "&"))
        #expect(try await bureau.get(link).body.contains("人applicant"))
        let school = site.world.unit(.school).id
        #expect(try await bureau.get("/statistics?unit=\(school)&scope=own").body.contains("共 1 人"))
        for unit in [World.UnitName.authority, .otherSchool] {
            for address in ["/statistics?unit=", "/statistics/cross?unit=", "/statistics/export?unit=", "/statistics/people?dimension=origin&group=%E5%86%85%E5%9C%B0&unit="] {
                #expect(try await bureau.get(address + site.world.unit(unit).id.text).status == 404)
            }
        }
        let authority = try await site.browser(.authorityAdministrator)
        let counted = try await authority.get(link)
        #expect(counted.body.contains("共 1 人") && !counted.body.contains("人applicant"), "counted, and not named: it never came that far")
        #expect(try await bureau.get("/statistics/people?dimension=nothing&group=x").status == 404)
    }
}
