import Cast
import Domain
import Storage
import Testing

@testable import Web

/// 评审计划管理, as the title authority sees it.
@Suite struct PlanPageTests {
    @Test func aPlanIsOpenedFromItsForm() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let empty = try await browser.get("/plans/new")
        #expect(empty.body.contains("审核至") && empty.body.contains("value=\"2026-11-23\""))
        let typed = ["name": "<b>2027</b>", "year": "2027", "applicationsUntil": "2027/03/01", "reviewsUntil": "2027-02-01", "title.22--1": "1"]
        let found = try await browser.post(
            "/plans", empty.form(to: "/plans").merging(typed) { $1 }.merging(["search.acceptanceUnit": "office", "action": "find.acceptanceUnit"]) { $1 })
        #expect(found.status == 200 && found.body.contains("演示office") && found.body.contains("&lt;b&gt;2027&lt;/b&gt;") && found.body.contains("（已选 1 个）"))
        let values = typed.merging(["acceptanceUnit": site.world.unit(.office).id.text, "limit": site.world.unit(.bureau).id.text, "action": "submit"]) { $1 }
        let wrong = try await browser.post("/plans", found.form(to: "/plans").merging(values) { $1 })
        #expect(wrong.status == 422 && wrong.body.contains("审核截止不能早于申报截止") && wrong.body.contains("请填写受理截止"))
        let right = wrong.form(to: "/plans").merging(values.merging(["reviewsUntil": "2027-04-01", "acceptanceUntil": "2027-05-01"]) { $1 }) { $1 }
        let done = try await browser.post("/plans", right)
        #expect(done.status == 303)
        #expect(try await browser.post("/plans", right).location == done.location, "sent twice, it is one")
        let list = try await browser.get(done.location)
        #expect(list.body.contains("&lt;b&gt;2027&lt;/b&gt;") && list.body.contains("未开放") == false && list.body.contains("申报中"))
        for strange in [["title.none": "1"], ["action": "find.x"], ["concluded": "1"]] {
            #expect(try await browser.post("/plans", try await browser.token(for: "/plans", version: 0).merging(values.merging(strange) { $1 }) { $1 }).status == 400, "\(strange)")
        }
    }

    @Test func aPlanThatIsUsedShowsItsWindowsOnly() async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier()
        let (browser, id) = (try await site.browser(.authorityAdministrator), site.world.plan.id)
        let page = try await browser.get("/plans/\(id)")
        #expect(page.body.contains("延长期限") && !page.body.contains("name=\"name\""))
        let path = "/plans/\(id)/extensions"
        let same = try await browser.post(path, page.form(to: path).merging(site.world.plan.windows.values.filter { $0.key != "opens" }.merging(["reason": "维护"]) { $1 }) { $1 })
        #expect(same.status == 422 && same.body.contains("至少延长一个期限") && same.body.contains("维护"))
        let later = site.world.plan.windows.acceptanceUntil.adding(9).description
        let values = site.world.plan.windows.values.filter { $0.key != "opens" }.merging(["acceptanceUntil": later, "reason": "维护"]) { $1 }
        #expect(try await browser.post(path, page.form(to: path).merging(values) { $1 }).status == 303)
        let stale = try await browser.post(path, try await browser.token(for: path, version: 1).merging(values.merging(["acceptanceUntil": "2030-01-01"]) { $1 }) { $1 })
        #expect(stale.status == 409 && stale.body.contains("延长评审计划期限") && stale.body.contains("2030-01-01"), "who has done what, and what was typed")
        #expect(try await browser.get("/plans/\(id)").body.contains(later))
        #expect(try await site.browser(.schoolAdministrator).get("/plans").status == 403)
    }
}
