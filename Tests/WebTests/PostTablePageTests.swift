import Cast
import Crypto
import Domain
import Foundation
import Storage
import Testing

@testable import Web

@Suite struct PostTablePageTests {
    private var values: [String: String] {
        var values = ["staffing": "100", "employed": "90", "posts": "95", "professionalPosts": "80", "filledOn": "2026-09-01", "filledBy": "张三"]
        for level in PostTable.Level.allCases {
            for (column, number) in [(PostTable.Column.approved, 10), (.filled, 8), (.recommended, 2)] { values[PostTable.key(level, column)] = "\(number)" }
        }
        return values
    }

    private func managed() async throws -> TestSite {
        let site = try await TestSite(try await World())
        _ = try await site.world.database.write { try $0.run("UPDATE units SET post_management = 1 WHERE id = \(site.world.unit(.school).id)") }
        return site
    }

    /// M12: demanded in the window, filled in once, reused, and passed on as it stood.
    @Test func aUnitUnderPostManagementBringsItsTable() async throws {
        let site = try await managed()
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())]).text
        let (browser, path) = (try await site.browser(.schoolSecond), "/dossiers/\(id)/passes")
        let typed = ["opinion": "同意", "action": "pass", "confirmed": "1"]
        let missing = try await browser.submit(path, on: "/dossiers/\(id)", typed)
        #expect(missing.status == 422 && missing.body.contains("须先填报本年度事业单位岗位情况表") && missing.body.contains("同意"))
        let form = try await browser.get("/post-tables/2026").form(to: "/post-tables/2026")
        #expect(try await browser.upload("/post-tables/2026", form.merging(values) { $1 }, [("file", "岗位.pdf", Papers.pdf())]).location == "/post-tables/2026?saved=1")
        #expect(try await browser.submit(path, on: "/dossiers/\(id)", typed).status == 303)
        let above = try await site.browser(.bureauFirst)
        let page = try await above.get("/dossiers/\(id)")
        #expect(page.body.contains("2026 年度事业单位岗位情况表") && page.body.contains("岗位.pdf"))
        let file = try #require(page.body.matches(of: /data-file="([^"]*)"[^>]*>岗位/).first).1
        #expect(try await above.get(String(file)).status == 200)
        // A later version leaves what was recommended with as it was.
        let next = try await browser.get("/post-tables/2026").form(to: "/post-tables/2026")
        #expect(try await browser.post("/post-tables/2026", next.merging(["staffing": "987654"]) { $1 }).status == 303)
        #expect(try await !above.get("/dossiers/\(id)").body.contains("987654"))
        #expect(try await browser.get("/post-tables/2026").body.contains("987654"))
    }

    @Test func whatIsWrongIsSaidAndTheFileKept() async throws {
        let site = try await managed()
        let (browser, path) = (try await site.browser(.schoolFirst), "/post-tables/2026")
        let empty = try await browser.submit(path, on: path, values)
        #expect(empty.status == 422 && empty.body.contains("请上传盖章的岗位情况表"))
        let exceeding = values.merging(["middle.recommended": "9"]) { $1 }
        let wrong = try await browser.upload(path, try await browser.get(path).form(to: path).merging(exceeding) { $1 }, [("file", "岗位.pdf", Papers.pdf())])
        #expect(wrong.status == 422 && wrong.body.contains("中级的推荐数多于空缺数，请说明") && wrong.body.contains("已上传 岗位.pdf"))
        let mended = wrong.form(to: path).merging(["explanation": "一人年内退休"]) { $1 }
        #expect(try await browser.post(path, mended.merging(["ticket": "forged.00"]) { $1 }).status == 403)
        #expect(try await site.browser(.schoolSecond).post(path, mended).status == 403, "the form is the other's")
        #expect(try await browser.post(path, mended).status == 303)
        #expect(try await browser.get(path).body.contains("岗位.pdf"))
    }

    /// Whoever holds a session can reckon with its token; a ticket needs what only the server has.
    @Test func aTicketIsNotMadeOfTheSessionAlone() async throws {
        let site = try await managed()
        let (browser, path) = (try await site.browser(.schoolFirst), "/post-tables/2026")
        let forged = try JSONEncoder().encode(Domain.Attachment(id: newID(), name: "x.png", digest: "../../secret.png", kind: .png, bytes: 10, pages: 5))
        let body = base64URL(forged)
        let code = hexadecimal(HMAC<SHA256>.authenticationCode(for: Data("file\n\(body)".utf8), using: SymmetricKey(data: Data((browser.token ?? "").utf8))))
        let answer = try await browser.submit(path, on: path, values.merging(["ticket": "\(body).\(code)"]) { $1 })
        #expect(answer.status == 403)
        #expect(try await site.world.database.read { try $0.postTable(of: site.world.unit(.school).id, year: 2026) } == nil)
    }

    @Test func whoComesTooLateIsToldAndKeepsHisNumbers() async throws {
        let site = try await managed()
        let path = "/post-tables/2026"
        let (one, other) = (try await site.browser(.schoolFirst), try await site.browser(.schoolSecond))
        let forms = (try await one.get(path).form(to: path).merging(values) { $1 }, try await other.get(path).form(to: path).merging(values) { $1 })
        #expect(try await one.upload(path, forms.0, [("file", "a.pdf", Papers.pdf())]).status == 303)
        let late = try await other.upload(path, forms.1.merging(["staffing": "101"]) { $1 }, [("file", "b.pdf", Papers.pdf(mark: "b"))])
        #expect(late.status == 409 && late.body.contains("人schoolFirst") && late.body.contains("value=\"101\"") && late.body.contains("已上传 b.pdf"))
    }

    @Test func othersHaveNone() async throws {
        let site = try await managed()
        #expect(try await site.browser(.bureauFirst).get("/post-tables").status == 403)
        for year in ["1999", "2200", "abc", "20260"] { #expect(try await site.browser(.schoolFirst).get("/post-tables/\(year)").status == 404) }
    }
}
