import Cast
import Domain
import Foundation
import Sheets
import Storage
import Testing

@testable import Web

/// Units and staff out of a spreadsheet: looked at row by row before anything is written, taken over once, and the lists back into one.
@Suite struct ImportTests {
    private func workbook(_ heading: [String], _ rows: [[String]]) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString).xlsx")
        defer { unlink(path.path) }
        let writer = try SheetWriter(at: path, sheet: "填写", heading: heading, widths: heading.map { _ in 20 })
        for row in rows { try writer.add(row) }
        try writer.close()
        return Array(try Data(contentsOf: path))
    }

    private func read(_ answer: Answer) throws -> [SheetReader.Row] {
        let path = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString).xlsx")
        defer { unlink(path.path) }
        try Data(answer.bytes).write(to: path)
        return try SheetReader(at: path, mostRows: 1000).rows
    }

    private static let heading = [
        "单位名称★", "统一社会信用代码", "单位性质", "职称业务归属地", "审核环节", "初审、复审可由同一人办理", "全面实行岗位管理的事业单位", "联系人", "联系电话", "经办人员姓名", "身份证号码", "手机号码",
    ]

    private func row(_ name: String, _ code: String, number: String = "110105194912310046") -> [String] {
        [name, code, "10", "四川省省本级", "初审一个环节", "否", "否", "联系人", "028-12345678", "新来的", number, "13800001234"]
    }

    @Test func unitsAreLookedAtAndThenTakenOver() async throws {
        let site = try await TestSite(try await World())
        let (browser, path) = (try await site.browser(.authorityAdministrator), "/subordinates/import")
        let page = try await browser.get(path)
        #expect(page.body.contains("初审、复审两个环节") && page.body.contains("下载模板"))
        let book = try workbook(
            Self.heading, [row("甲校", "91350100M000100Y43"), row("乙校", "91350100M000100Y44"), row("丙校", "CODE1", number: "5.10104E+17"), row("丁校", "91510000MA6XXXXX0K")])
        let sent = try await browser.upload(path, page.form(to: path), [("sheet", "单位.xlsx", book)])
        #expect(sent.status == 303 && sent.location.hasPrefix("/subordinates/import/"))
        let report = try await browser.get(sent.location)
        #expect(report.body.contains("共 4 行，可以导入") && report.body.contains("校验码不正确") && report.body.contains("表格把它存成了数字"))
        #expect(try await site.world.database.read { try $0.unit(CreditCode(stored: "91350100M000100Y43")) } == nil, "nothing is written before")
        #expect(try await site.browser(.schoolAdministrator).get(sent.location).status == 404)
        let ready = report.body.contains("可以导入 2 行") ? 2 : 1
        let done = try await browser.submit(sent.location, on: sent.location)
        #expect(done.status == 303 && done.location == sent.location)
        let outcome = try await browser.get(sent.location)
        #expect(outcome.body.contains("已导入 \(ready) 行"))
        #expect(try await site.world.database.read { try $0.unit(CreditCode(stored: "91350100M000100Y43")) }?.superior == site.world.unit(.authority).id)
        // Sent again, as by a reload: nothing twice.
        _ = try await browser.post(sent.location, try await browser.token(for: sent.location, version: 0))
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM administration WHERE act = 'addUnit'") } == ready)
        // Another sheet with the same unit says whose it is.
        let again = try await browser.upload(path, page.form(to: path), [("sheet", "再来.xlsx", try workbook(Self.heading, [row("甲校", "91350100M000100Y43")]))])
        _ = try await browser.submit(again.location, on: again.location)
        #expect(try await browser.get(again.location).body.contains("未导入</span> 该统一社会信用代码已有单位“甲校”"))
        #expect(try await site.world.database.verify().findings == [])
    }

    @Test func staffGetTheirRoles() async throws {
        let site = try await TestSite(try await World())
        let (browser, path) = (try await site.browser(.schoolAdministrator), "/staff/import")
        let heading = ["姓名", "身份证号码", "手机号码", "部门", "角色", "授权截止"]
        let book = try workbook(
            heading,
            [
                ["新来的", "110105194912310046", "13800001234", "教务处", "schoolFirst、schoolSecond", "2027-01-31"], ["另一位", "11010519491231002X", "13800001235", "", "没有的角色", ""],
            ])
        let sent = try await browser.upload(path, try await browser.get(path).form(to: path), [("sheet", "人员.xlsx", book)])
        let report = try await browser.get(sent.location)
        #expect(report.body.contains("可以导入 1 行") && report.body.contains("本单位没有名为“没有的角色”的角色"))
        #expect(try await browser.submit(sent.location, on: sent.location).status == 303)
        let record = try #require(try await site.world.database.read { try $0.staffRecords(of: site.world.unit(.school).id, search: "新来的") }.first)
        #expect(record.department == "教务处" && record.roles.count == 2 && record.validUntil.description == "2027-01-31")
        // Whoever lacks a right gives it to nobody, not by a sheet either.
        let manager = try await site.browser(.schoolManager)
        let other = try await manager.upload(
            path, try await manager.get(path).form(to: path), [("sheet", "人员.xlsx", try workbook(heading, [["第三位", "11010519491231002X", "13800001236", "", "schoolFirst", ""]]))])
        _ = try await manager.submit(other.location, on: other.location)
        #expect(try await manager.get(other.location).body.contains("只能赋予或取消自己具有的权限"))
        // What the sheet said of people does not lie in the open.
        let kept = try await site.world.database.read { try $0.rows("SELECT body FROM imports") { try $0.text() } }
        #expect(kept.count == 2 && !kept.contains { $0.contains("110105194912310046") })
        try await site.world.database.write { try $0.sweepImports(at: World.start.adding(seconds: ImportedSheet.lifetime + 1)) }
        #expect(try await browser.get(sent.location).status == 404)
    }

    @Test func whatIsNoSheetIsSaid() async throws {
        let site = try await TestSite(try await World())
        let (browser, path) = (try await site.browser(.authorityAdministrator), "/subordinates/import")
        let form = try await browser.get(path).form(to: path)
        for (name, bytes, told) in [
            ("a.xlsx", Array("PK".utf8), "不是可以读取的 xlsx 工作簿"), ("a.xlsx", try workbook(["单位名称"], [["甲"]]), "第一行缺少：统一社会信用代码"),
            ("a.xlsx", try workbook(Self.heading, []), "没有要导入的行"), ("a.pdf", Papers.pdf(), "不是可以读取的 xlsx 工作簿"),
        ] {
            let answer = try await browser.upload(path, form, [("sheet", name, bytes)])
            #expect(answer.status == 422 && answer.body.contains(told), "\(told)")
        }
        #expect(try await browser.post(path, form).body.contains("请选择填写好的工作簿"))
    }

    @Test func listsAndTemplatesAreWorkbooks() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let list = try read(try await browser.get("/subordinates/export"))
        #expect(list.count == 5 && list[1].cells[0] == "演示bureau" && list[1].cells[2] == "演示authority")
        #expect(try read(try await browser.get("/subordinates/export?q=school")).count == 4)
        #expect(try await browser.get("/subordinates/export?unit=\(World.key())").status == 404)
        let template = try await browser.get("/subordinates/import/template")
        #expect(try read(template).first?.cells[0] == "单位名称★" && template.headers[.contentDisposition]?.contains("attachment") == true)
        let staff = try read(try await site.browser(.schoolAdministrator).get("/staff/export"))
        #expect(staff.contains { $0.cells[0] == "人schoolFirst" && $0.cells[1]?.contains("*") == true })
    }
}
