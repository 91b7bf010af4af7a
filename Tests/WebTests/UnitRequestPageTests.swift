import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// 自行注册, 变更上级单位 and 更正, as those who ask and those who decide see them.
@Suite struct UnitRequestPageTests {
    private func field(_ answer: Answer, _ path: String) -> [String: String] { answer.form(to: path).merging(World.unitValues) { $1 } }

    /// Figures 1-2-6 and 1-2-7: complete the information, choose the superior by search, upload the licence, submit, be let in.
    @Test func aStrangerRegistersHisUnit() async throws {
        let site = try await TestSite(try await World())
        let (browser, path) = (try await site.browser(.strangerClerk), "/registration")
        let closed = try await browser.get("/staff")
        #expect(closed.status == 403 && closed.body.contains("单位尚未在本系统注册"))
        let empty = try await browser.get(path)
        #expect(empty.body.contains("未注册单位") && empty.body.contains("91510000MA6XXXXX0K"))
        let found = try await browser.post(path, field(empty, path).merging(["search": "bureau", "action": "find"]) { $1 })
        #expect(found.status == 200 && found.body.contains("演示bureau<small>演示authority</small>") && found.body.contains("演示路 1 号"))
        let bureau = site.world.unit(.authority).id.text
        let missing = try await browser.post(path, field(found, path).merging(["superior": bureau, "action": "submit"]) { $1 })
        #expect(missing.status == 422 && missing.body.contains("请上传证照附件") && missing.body.contains("演示authority<small>职称授权管理单位</small>"))
        let wrong = try await browser.upload(
            path, field(missing, path).merging(["superior": bureau, "affiliation": "", "action": "submit"]) { $1 }, [("file", "营业执照.pdf", Papers.pdf())])
        #expect(wrong.status == 422 && wrong.body.contains("href=\"#affiliation\"") && wrong.body.contains("营业执照.pdf"), "the file is kept")
        let mended = wrong.form(to: path).merging(["affiliation": "3", "action": "submit"]) { $1 }
        #expect(try await site.browser(.schoolAdministrator).post(path, mended).status == 403, "another's form, and nobody who registers")
        let forged = Dictionary(uniqueKeysWithValues: mended.map { ($0.key, $0.key.hasPrefix("ticket.") ? "forged.00" : $0.value) })
        #expect(try await browser.post(path, forged).status == 403)
        let done = try await browser.post(path, mended)
        #expect(done.status == 303 && done.location.hasPrefix("/unit-requests/"))
        let shown = try await browser.get(done.location)
        #expect(shown.body.contains("待“演示authority”审核，审核通过后开放申报、经办功能。") && shown.body.contains("取消申请"))
        #expect(try await browser.get("/staff").body.contains("待“演示authority”审核"), "every page says why, and with whom it lies")
        let id = try #require(done.location.split(separator: "?").first.map(String.init))

        let superior = try await site.browser(.authorityAdministrator)
        let list = try await superior.get("/unit-requests")
        #expect(list.body.contains("未注册单位") && list.body.contains("今天到达"))
        let page = try await superior.get(id)
        let file = try #require(page.body.firstMatch(of: /href="(\/unit-requests\/[^"]*\/view)"/)).1
        #expect(try await superior.get(String(file)).status == 200)
        #expect(try await site.browser(.bureauFirst).get(String(file)).status == 404)
        let silent = try await superior.post(id, page.form(to: id).merging(["action": "fail"]) { $1 })
        #expect(silent.status == 422 && silent.body.contains("请填写不通过的意见"))
        #expect(try await superior.post(id, silent.form(to: id).merging(["action": "pass"]) { $1 }).status == 303)
        let stale = try await superior.post(id, page.form(to: id).merging(["action": "giveBack", "opinion": "再看看"]) { $1 })
        #expect(stale.status == 409 && stale.body.contains("演示authority 人authorityAdministrator") && stale.body.contains("通过"))
        let home = try await browser.get("/home")
        #expect(home.body.contains("单位基本信息") && home.body.contains("超级管理员") && home.body.contains("申报、经办功能已开放"))
        #expect(try await browser.get("/unit").body.contains("营业执照.pdf"))
        #expect(try await superior.get("/unit-requests?list=decided").body.contains("已通过"))
    }

    @Test func aRequestGivenBackIsMended() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.registration(of: .strangerClerk, to: .authority)
        let (browser, superior, path) = (try await site.browser(.strangerClerk), try await site.browser(.authorityAdministrator), "/unit-requests/\(id)")
        #expect(try await browser.get("/registration").location == path)
        #expect(try await superior.submit(path, on: path, ["action": "giveBack", "opinion": "所在地填错"]).status == 303)
        #expect(try await browser.get("/home").body.contains("已被“演示authority”退回"))
        let form = try await browser.get("/registration")
        #expect(form.body.contains("所在地填错") && form.body.contains("营业执照.pdf") && form.body.contains("演示路 1 号"))
        #expect(try await browser.post("/registration", form.form(to: "/registration").merging(["address": "新路", "action": "submit"]) { $1 }).location == path + "?done=1")
        #expect(try await superior.get(path).body.contains("新路"))
        #expect(try await browser.submit("\(path)/cancellation", on: path).status == 303)
        #expect(try await browser.get("/registration").body.contains("提交上级单位审核"), "it may be asked anew")
    }

    /// D12: said before it is asked, on every page while it waits, and where the material is.
    @Test func aChangeOfSuperiorIsSaidEverywhere() async throws {
        let site = try await TestSite(try await World())
        let dossier = try await site.world.dossier()
        let browser = try await site.browser(.schoolAdministrator)
        let (path, authority) = ("/unit/superior", site.world.unit(.authority).id.text)
        let page = try await browser.get(path)
        #expect(page.body.contains("等待本单位办理的 1 件申报材料") && page.body.contains("尚未办结的 1 件申报，审核流程不变"))
        let own = try await browser.post(path, page.form(to: path).merging(["superior": site.world.unit(.school).id.text, "reason": "改", "action": "submit"]) { $1 })
        #expect(own.status == 422 && own.body.contains("不能作为上级单位"))
        let done = try await browser.post(path, page.form(to: path).merging(["superior": authority, "reason": "机构改革", "action": "submit"]) { $1 })
        #expect(done.status == 303)
        let first = try await site.browser(.schoolFirst)
        for page in ["/home", "/reviews/own-first", "/dossiers/\(dossier)"] { #expect(try await first.get(page).body.contains("待“演示authority”审核")) }
        let refused = try await first.post(
            "/dossiers/\(dossier)/passes", try await first.token(for: "/dossiers/\(dossier)/passes", version: 2).merging(["action": "pass", "opinion": "同意"]) { $1 })
        #expect(refused.status == 403 && refused.body.contains("变更上级单位"))
        let applicant = try await site.browser(.applicant)
        #expect(try await applicant.get("/my/dossiers/\(dossier)").body.contains("（该单位变更上级待审，由 演示authority 办理）"))
        #expect(try await site.browser(.secondApplicant).get("/home").body.contains("变更上级单位待“演示authority”审核"))
        #expect(try await site.browser(.bureauFirst).get("/home").body.contains("申请变更上级单位为“演示authority”"), "the old superior is told")
        let id = try #require(done.location.split(separator: "?").first.map(String.init))
        #expect(try await browser.submit("\(id)/cancellation", on: id).status == 303)
        #expect(try await !first.get("/home").body.contains("待“演示authority”审核"))
    }

    /// A-04: no administrator moves any unit by asking.
    @Test func askingMovesNothing() async throws {
        let site = try await TestSite(try await World())
        func tree() async throws -> [String] {
            try await site.world.database.read { try $0.rows("SELECT id, superior_id FROM units ORDER BY id") { "\(try $0.text()) \(try $0.optionalText() ?? "")" } }
        }
        let before = try await tree()
        for name in [World.Name.schoolAdministrator, .authorityAdministrator, .schoolManager, .schoolFirst, .bureauFirst] {
            let browser = try await site.browser(name)
            for unit in World.UnitName.allCases {
                let fields = try await browser.token(for: "/unit/superior", version: 0)
                let answer = try await browser.post(
                    "/unit/superior", fields.merging(["superior": site.world.unit(unit).id.text, "reason": "改", "action": "submit"]) { $1 })
                #expect([303, 403, 409, 422].contains(answer.status))
                if answer.status == 303, let id = answer.location.split(separator: "?").first { _ = try await browser.submit("\(id)/cancellation", on: String(id)) }
            }
        }
        #expect(try await tree() == before)
    }

    @Test func informationIsKeptUp() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.schoolAdministrator)
        let page = try await browser.get("/unit")
        #expect(page.body.contains("单位名称和统一社会信用代码不能修改"))
        let form = page.form(to: "/unit")
        #expect(try await browser.post("/unit", form.merging(["name": "改名"]) { $1 }).status == 400, "what is locked has no field")
        let wrong = try await browser.post("/unit", form.merging(World.unitValues.merging(["email": "不是邮箱", "address": "新地址"]) { $1 }) { $1 })
        #expect(wrong.status == 422 && wrong.body.contains("电子邮箱的格式不正确") && wrong.body.contains("新地址"))
        #expect(try await browser.post("/unit", wrong.form(to: "/unit").merging(["email": "a@b.cn"]) { $1 }).location == "/unit?saved=1")
        #expect(try await browser.get("/unit?saved=1").body.contains("a@b.cn"))
        let stale = try await browser.post("/unit", form.merging(World.unitValues) { $1 })
        #expect(stale.status == 409 && stale.body.contains("修改基本信息"))
    }
}
