import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// 消息通知 and 已接收消息列表 over HTTP: what is typed is kept, what is sent is sent once, and nobody reads what was not sent to him (M21).
@Suite struct CircularPageTests {
    /// A draft to the school, begun in the list.
    private func begin(_ browser: Browser, _ site: TestSite) async throws -> String {
        let school = site.world.unit(.school).id
        let begun = try await browser.submit(Path.circularDrafts, on: Path.newCircular, ["u.\(school)": "1"])
        return try #require(begun.status == 303 ? begun.location : nil)
    }

    @Test func wrongInputIsToldAndKept() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let draft = try await begin(browser, site)
        let long = String(repeating: "长", count: 61)
        for (subject, body, complaint) in [("", "内容", "请填写标题"), (long, "内容", "标题"), ("标题", " \n", "请填写消息内容"), ("标\u{202E}题", "内容\u{7}", "不可见字符")] {
            let answer = try await browser.submit(draft, on: draft, ["subject": subject, "body": body, "action": "send", "audience": "chosen"])
            #expect(answer.status == 422 && answer.body.contains(complaint), "\(subject) \(body)")
            let form = answer.form(to: draft)
            #expect(form["subject"] == subject && form["body"]?.trimmed.hasPrefix(body.trimmed.prefix(2)) == true, "\(form)")
            // It is in the draft as well.
            #expect(try await browser.get(draft).form(to: draft)["subject"] == subject)
        }
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM circulars") } == 0)
    }

    @Test func sendingTwiceSendsOnce() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let draft = try await begin(browser, site)
        let fields = try await browser.get(draft).form(to: draft).merging(["subject": "<b>通知</b>", "body": "一、\n二、", "action": "send", "audience": "direct"]) { $1 }
        let (first, second) = (try await browser.post(draft, fields), try await browser.post(draft, fields))
        #expect(first.status == 303 && second.location == first.location)
        #expect(try await browser.get(draft).location == Path.circular(ID(String(draft.suffix(26))) ?? newID()), "the draft's address leads to what was sent")
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM circulars") } == 1)
        let reader = try await site.browser(.schoolWithoutRole)
        #expect(try await reader.get(Path.home).body.contains("&lt;b&gt;通知&lt;/b&gt;"))
    }

    /// Two windows on one draft: the second is told, and what it typed is kept.
    @Test func twoWindows() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let draft = try await begin(browser, site)
        let old = try await browser.get(draft).form(to: draft)
        #expect(try await browser.submit(draft, on: draft, ["subject": "一", "body": "一", "action": "save", "audience": "chosen"]).status == 303)
        let answer = try await browser.post(draft, old.merging(["subject": "二", "body": "二", "action": "send", "audience": "chosen"]) { $1 })
        #expect(answer.status == 409 && answer.body.contains("另一个窗口") && answer.form(to: draft)["subject"] == "二")
        #expect(try await browser.post(draft, answer.form(to: draft).merging(["action": "send"]) { $1 }).status == 303, "the page that told it can be sent")
    }

    @Test func choicesOfOthersAreRefused() async throws {
        let site = try await TestSite(try await World())
        let (authority, school) = (try await site.browser(.authorityAdministrator), try await site.browser(.schoolAdministrator))
        let (applicant, own) = (site.world.person(.applicant).id, site.world.unit(.school).id)
        for forged in [["u.\(site.world.unit(.bureau).id)": "1"], ["p.\(site.world.person(.otherApplicant).id)": own.text], ["p.\(applicant)": site.world.unit(.bureau).id.text]] {
            #expect(try await school.submit(Path.circularDrafts, on: Path.newCircular, forged).status == 404)
        }
        #expect(try await school.submit(Path.circularDrafts, on: Path.newCircular, ["u.nonsense": "1"]).status == 400)
        #expect(try await school.submit(Path.circularDrafts, on: Path.newCircular, ["p.\(applicant)": own.text]).status == 303)
        // Another's draft is nobody's to add to.
        let draft = try await begin(authority, site)
        let answer = try await school.submit(Path.circularDrafts, on: Path.newCircular, ["p.\(applicant)": own.text, "draft": String(draft.suffix(26))])
        #expect(answer.status == 404)
    }

    @Test func oneByOneAtMost() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.authorityAdministrator)
        let draft = try await begin(browser, site)
        #expect(try await browser.submit(draft, on: draft, ["subject": "", "body": "", "action": "drop.\(site.world.unit(.school).id)", "audience": "below"]).location == draft)
        let page = try await browser.get(draft)
        #expect(page.body.contains("没有逐一选择") && page.form(to: draft)["audience"] == "below")
        #expect(try await browser.submit(draft, on: draft, ["action": "delete"]).location == Path.circulars)
        #expect(try await browser.get(draft).status == 404)
    }

    @Test func readersConfirm() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.circular()
        let (first, second, applicant) = (try await site.browser(.schoolFirst), try await site.browser(.schoolSecond), try await site.browser(.applicant))
        let path = Path.confirmations(id)
        #expect(try await first.get(Path.home).body.contains("title=\"待确认 1 条\""))
        for browser in [first, first, second, applicant] { #expect(try await browser.post(path, try await browser.token(for: path, version: 0)).status == 303) }
        #expect(try await second.get(Path.receivedMessages).body.contains("已由 人schoolFirst 于"))
        #expect(try await !first.get(Path.home).body.contains("待确认"))
        let sender = try await site.browser(.authorityAdministrator)
        let shown = try await sender.get(Path.circular(id))
        #expect(shown.body.contains("人schoolFirst") && !shown.body.contains("人schoolSecond"))
        #expect(try await sender.get(Path.circular(id) + "?list=waiting").body.contains("接收人都已确认"))
    }
}
