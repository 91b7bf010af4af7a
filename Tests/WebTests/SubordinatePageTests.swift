import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// 移交, the tree, and the record of what was done to a unit, as its superior and the unit itself see them.
@Suite struct SubordinatePageTests {
    /// D21: what waits at a unit that cannot act is taken over as a whole, unseen before; then the unit can be stopped.
    @Test func whatWaitsIsTakenOver() async throws {
        let site = try await TestSite(try await World())
        let world = site.world
        let (one, two) = (
            try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())]), try await world.dossier(of: .smallApplicant, after: [(.smallClerk, .pass())])
        )
        let returned = try await world.dossier(of: .secondApplicant, after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .giveBack)])
        let (path, bureau) = ("/subordinates/\(world.unit(.bureau).id)", world.unit(.bureau))
        let browser = try await site.browser(.authorityAdministrator)
        let page = try await browser.get(path)
        #expect(page.body.contains("该单位有 3 件申报材料待审核或已退回申报人") && !page.body.contains("人applicant"), "numbers, never names")
        #expect(try await browser.submit("\(path)/suspension", on: path, ["action": "disable", "confirmed": "1"]).status == 409)
        let asked = try await browser.submit("\(path)/hand-overs", on: path, ["action": "take"])
        #expect(asked.status == 422 && asked.body.contains("id=\"confirmed-take-note\""), "what concerns a whole unit is confirmed first")
        let done = try await browser.submit("\(path)/hand-overs", on: path, ["action": "take", "confirmed": "1"])
        #expect(done.location == "\(path)?done=3&refused=0")
        #expect(try await browser.get(done.location).body.contains("本单位正代该单位办理 3 件"))
        #expect(try await site.browser(.bureauFirst).get("/reviews/subordinate-first").body.contains("没有"))
        #expect(try await site.browser(.bureauFirst).get(Path.home).body.contains("已移交办理本单位的 3 件申报材料"), "the unit is told")
        try await world.take(.pass(), on: one, by: .authorityFirst)
        let trail = try await browser.get("/dossiers/\(one)/trail")
        #expect(trail.body.contains("移交") && trail.body.contains("代 演示bureau 办理"))
        // Returned ones as well: the superior may extend.
        try await world.take(.extend, on: returned, by: .authorityFirst, deadline: World.start.day.adding(9).end)
        let unconfirmed = try await browser.submit("\(path)/suspension", on: path, ["action": "disable"])
        #expect(unconfirmed.status == 422 && unconfirmed.body.contains("id=\"confirmed-disable-note\""))
        let stopped = try await browser.submit("\(path)/suspension", on: path, ["action": "disable", "confirmed": "1"])
        #expect(stopped.status == 303)
        #expect(try await browser.get(stopped.location).body.contains("已停用："))
        #expect(try await browser.submit("\(path)/suspension", on: path, ["action": "enable"]).status == 303)
        let back = try await browser.submit("\(path)/hand-overs", on: path, ["action": "giveBack"])
        #expect(back.location == "\(path)?done=3&refused=0&back=1")
        #expect(try await browser.get(back.location).body.contains("已交回 3 件"))
        try await world.take(.pass(), on: two, by: .bureauFirst)
        #expect(try await world.database.verify().findings == [])
        #expect(try await world.database.read { try $0.subordinate(bureau.id, below: world.unit(.authority).id).waiting } == 2)
    }

    @Test func bothSidesReadTheRecord() async throws {
        let site = try await TestSite(try await World())
        let bureau = site.world.unit(.bureau)
        let (superior, path) = (try await site.browser(.authorityAdministrator), "/subordinates/\(bureau.id)")
        #expect(try await superior.submit(path, on: path, ["contactName": "=HYPERLINK(\"x\")"]).status == 303)
        let (id, person) = (newID() as ID<StaffMember>, site.world.person(.strangerClerk).id)
        try await site.world.database.write { try $0.addStaff(id, person: person, unit: bureau.id, superAdministrator: true, roles: [], at: World.start) }
        let log = try await superior.get("\(path)/administration")
        #expect(log.body.contains("修改下级单位") && log.body.contains("<del>联系人</del> → =HYPERLINK"))
        let own = try await superior.get("/administration?act=changeUnit&q=bureau")
        #expect(own.body.contains("修改下级单位") && own.body.contains("value=\"changeUnit\" selected"))
        #expect(try await superior.get("/administration?act=addRole").body.contains("没有符合条件的记录"))
        #expect(try await superior.get("/administration?from=2026-11-24").body.contains("没有符合条件的记录"))
        let table = try await superior.get("\(path)/administration/export")
        #expect(table.headers[.contentType] == "text/csv; charset=utf-8" && table.body.hasPrefix("\u{FEFF}\"时间\",\"单位\""))
        #expect(CSVLine(["=1+1", "a\"b", "＝x", "正常"]).text == "\"'=1+1\",\"a\"\"b\",\"'＝x\",\"正常\"\r\n")
        // What the superior has done is in the unit's own record as well.
        try await site.world.database.write { try $0.run("UPDATE units SET credit_code = \(World.strangersCode) WHERE id = \(bureau.id)") }
        let clerk = try await site.world.database.write { connection in
            try connection.run("UPDATE staff SET entered_name = '人strangerClerk' WHERE id = \(id)")
            return id
        }
        let told = try await site.browser(.strangerClerk).get("/administration")
        #expect(told.body.contains("修改下级单位") && told.body.contains("<small>演示authority</small>"))
        _ = clerk
    }

    @Test func theTreeOpensWhereOneIs() async throws {
        let site = try await TestSite(try await World())
        let (browser, bureau) = (try await site.browser(.authorityAdministrator), site.world.unit(.bureau).id)
        let top = try await browser.get("/subordinates")
        #expect(top.body.contains("data-branch=\"/subordinates/branch?unit=\(bureau)\" aria-expanded=\"false\"") && !top.body.contains("演示smallSchool"))
        let open = try await browser.get("/subordinates?unit=\(bureau)")
        #expect(open.body.contains("data-branch=\"/subordinates/branch?unit=\(bureau)\" aria-expanded=\"true\"") && open.body.contains("演示smallSchool"))
        let branch = try await browser.get("/subordinates/branch?unit=\(bureau)")
        #expect(branch.body.hasPrefix("<ul><li>") && branch.body.contains("演示school"))
        let school = try await site.browser(.schoolAdministrator)
        #expect(try await school.get("/subordinates/branch?unit=\(bureau)").status == 404, "nobody opens what is not below him")
    }

    /// 归属地: a cascade of prefectures and counties, to which the title authority adds zones that every form has at once.
    @Test func zonesAreAdded() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let form = try await browser.get("/subordinates/new")
        #expect(form.body.contains("<optgroup label=\"四川省省本级\"><option value=\"510000\"") && form.body.contains("<optgroup label=\"乐山市\">"))
        let wrong = try await browser.submit("/regions", on: "/regions", ["affiliation": "乐山市本级", "superior": "511100"])
        #expect(wrong.status == 422 && wrong.body.contains("已有名为“乐山市本级”的归属地"))
        #expect(try await browser.post("/regions", wrong.form(to: "/regions").merging(["affiliation": "乐山演示高新区"]) { $1 }).location == "/regions?saved=1")
        #expect(try await browser.get("/subordinates/new").body.contains("<option value=\"511100-01\">乐山演示高新区</option>"))
        let made = try await browser.get("/unit").form(to: "/unit").merging(World.unitValues.merging(["jurisdiction": "511100-01"]) { $1 }) { $1 }
        #expect(try await browser.post("/unit", made).status == 303)
        #expect(try await browser.get("/administration").body.contains("新增归属地"))
        #expect(try await browser.get("/regions").body.contains("乐山演示高新区 · 511100-01 · 1 个单位"))
    }

    /// Whoever has a role's form open when it is deleted is told by whom.
    @Test func aDeletedRoleIsSaid() async throws {
        let site = try await TestSite(try await World())
        let (one, two) = (try await site.browser(.schoolAdministrator), try await site.browser(.schoolManager))
        #expect(try await one.submit("/roles", on: "/roles/new", ["name": "短命", "permission.staff": "1"]).status == 303)
        let path = try #require(try await one.get("/roles").body.firstMatch(of: /href="(\/roles\/[a-z2-7]{26})">短命/)).1
        let open = try await two.get(String(path)).form(to: String(path))
        #expect(try await one.submit("\(path)/deletion", on: String(path)).status == 303)
        let late = try await two.post(String(path), open.merging(["name": "改名", "permission.staff": "1"]) { $1 })
        #expect(late.status == 409 && late.body.contains("角色“短命”已由 人schoolAdministrator 于"))
    }

    @Test func messagesAreMarkedAsRead() async throws {
        let site = try await TestSite(try await World(), clock: { World.start.adding(seconds: 60) })
        _ = try await site.world.dossier(after: [(.schoolFirst, .giveBack)])
        let browser = try await site.browser(.applicant)
        #expect(try await browser.get("/home").body.contains("1 条未读"))
        #expect(try await browser.submit("/messages/seen", on: "/home").location == "/home")
        let home = try await browser.get("/home")
        #expect(!home.body.contains("未读") && home.body.contains("演示school退回"))
    }

    /// A refused deputy leaves the form beside it as it is.
    @Test func theFormsOfAStaffMemberAreTwo() async throws {
        let site = try await TestSite(try await World())
        let (browser, path) = (try await site.browser(.schoolAdministrator), "/staff/\(site.world.staff[.schoolFirst]!)")
        let role = "role.\(try await site.world.role(of: .schoolFirst))"
        #expect(try await browser.get(path).body.contains("name=\"\(role)\" value=\"1\" checked"))
        let refused = try await browser.submit("\(path)/deputies", on: path, ["from": "2026-11-23"])
        #expect(refused.status == 422 && refused.body.contains("请选择代理人") && refused.body.contains("value=\"2026-11-23\""))
        #expect(refused.body.contains("name=\"\(role)\" value=\"1\" checked"), "nothing of the other form is lost")
        // Both are sent then, each once: neither takes the other's key for its own.
        let (staff, deputy) = (refused.form(to: path), refused.form(to: "\(path)/deputies"))
        #expect(staff["_key"] != deputy["_key"])
        let days = ["deputy": site.world.staff[.schoolSecond]?.text ?? "", "until": "2026-11-30"]
        #expect(try await browser.post("\(path)/deputies", deputy.merging(days) { $1 }).status == 303)
        #expect(try await browser.post(path, staff.merging(["department": "教务处", role: "1"]) { $1 }).status == 303)
        #expect(try await browser.get(path).body.contains("value=\"教务处\""))
    }

    /// Figure 2-1-1: what was given back, with the deadlines that are near, and what units ask.
    @Test func theHomePageCounts() async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier(after: [(.schoolFirst, .giveBack)])
        let home = try await site.browser(.schoolFirst).get("/home")
        #expect(home.body.contains("已退回、待申报人修改") && home.body.contains("<span class=\"number\">1</span>") && home.body.contains("人applicant"))
        _ = try await site.world.registration(of: .strangerClerk, to: .authority)
        let above = try await site.browser(.authorityAdministrator).get("/home")
        #expect(above.body.contains("个单位待审核") && above.body.contains("未注册单位") && !above.body.contains("人applicant"))
    }
}
