import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// What leaves the site on paper: the same that its reader's pages show, as a page and as a PDF.
@Suite struct PrintoutTests {
    private static let kinds = ["dossier", "recommendation", "publicity", "materials"]

    @Test func everyPrintoutIsAPageAndAPDFForWhoeverReadsTheDossier() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let (reviewer, applicant) = (try await site.browser(.schoolSecond), try await site.browser(.applicant))
        for (browser, base, reader) in [(reviewer, "/dossiers/\(id)", "人schoolSecond"), (applicant, "/my/dossiers/\(id)", "申报人 人applicant")] {
            #expect(try await browser.get(base).body.contains("\(base)/printouts/materials/pdf"))
            for kind in Self.kinds where kind != "publicity" || reader == "人schoolSecond" {
                let page = try await browser.get("\(base)/printouts/\(kind)")
                #expect(page.status == 200 && page.body.contains("人applicant"), "\(kind)")
                #expect(page.body.contains("\(reader) \(World.start.text) 打印</footer>"), "\(kind) says who prints it and when")
                #expect(!page.body.contains(site.world.person(.applicant).idNumber.text))
                let pdf = try await browser.get("\(base)/printouts/\(kind)/pdf")
                #expect(pdf.status == 200 && pdf.headers[.contentType] == "application/pdf" && pdf.bytes.starts(with: Array("%PDF-1.".utf8)), "\(kind)")
                #expect(pdf.headers[.contentDisposition]?.hasPrefix("attachment;") == true && pdf.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
            }
            #expect(try await browser.get("\(base)/printouts/other").status == 404)
        }
        let whole = try await reviewer.get("/dossiers/\(id)/printouts/dossier").body
        for words in ["四川演示师范大学", String(Pledge.current.text.prefix(12)), "内容摘要", "class=\"portrait\""] { #expect(whole.contains(words), "\(words)") }
    }

    /// D25: on paper too the applicant reads the recommendation only after his unit has passed it on.
    @Test func aRecommendationIsPrintedForWhomItIsShown() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let typed = ["action": "pass", "recommendation": "初审拟的推荐意见", "recommended": "1"]
        _ = try await site.browser(.schoolFirst).submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", typed)
        let applicant = try await site.browser(.applicant)
        for kind in ["dossier", "recommendation"] {
            #expect(try await site.browser(.schoolSecond).get("/dossiers/\(id)/printouts/\(kind)").body.contains("初审拟的推荐意见"))
            #expect(try await !applicant.get("/my/dossiers/\(id)/printouts/\(kind)").body.contains("初审拟的推荐意见"))
        }
        #expect(try await applicant.get("/my/dossiers/\(id)/printouts/publicity").status == 404, "nothing was posted")
        #expect(try await site.browser(.schoolSecond).get("/dossiers/\(id)/printouts/publicity").status == 200, "to be posted")
        let second = try await site.browser(.schoolSecond)
        let posted = [
            "recommendation": "复审的推荐意见", "recommended": "1", "publicFrom": "2026-11-12", "publicThrough": "2026-11-18", "publicResult": "1", "action": "pass", "opinion": "",
        ]
        let form = try await second.get("/dossiers/\(id)").form(to: "/dossiers/\(id)/passes").merging(posted) { $1 }
        #expect(try await second.upload("/dossiers/\(id)/passes", form, [("proof", "公示.pdf", Papers.pdf())]).status == 303)
        #expect(try await applicant.get("/my/dossiers/\(id)/printouts/recommendation").body.contains("复审的推荐意见"))
        #expect(try await applicant.get("/my/dossiers/\(id)/printouts/publicity").body.contains("公示期自 2026-11-12 至 2026-11-18，共 5 个工作日"))
    }

    @Test func onePublicityNamesAllOfTheListAndBeginsWhenItIsTold() async throws {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier()
        _ = try await site.world.dossier(of: .secondApplicant)
        let browser = try await site.browser(.schoolFirst)
        #expect(try await browser.get("/reviews/own-first").body.contains("/reviews/own-first/publicity"))
        let page = try await browser.get("/reviews/own-first/publicity?begin=2026-09-28").body
        #expect(page.contains("人applicant") && page.contains("人secondApplicant") && page.contains("拟推荐以下 2 人"))
        // Three days, the rest of 国庆 through 7 October, and two more.
        #expect(page.contains("公示期自 2026-09-28 至 2026-10-09，共 5 个工作日"))
        let narrowed = try await browser.get("/reviews/own-first/publicity?name=secondApplicant").body
        #expect(!narrowed.contains("<td>人applicant</td>") && narrowed.contains("拟推荐以下 1 人"))
        let wrong = try await browser.get("/reviews/own-first/publicity?begin=2026-02-30")
        #expect(wrong.body.contains("“2026-02-30”不是有效日期") && wrong.body.contains("value=\"2026-02-30\""))
        let pdf = try await browser.get("/reviews/own-first/publicity/pdf?begin=2026-09-28")
        #expect(pdf.bytes.starts(with: Array("%PDF-1.".utf8)))
        #expect(try await browser.get("/reviews/own-reported/publicity").status == 404)
    }
}
