import Cast
import Domain
import Testing

@testable import Web

/// A dossier travels, by pages and forms only.
@Suite struct JourneyTests {
    private let summary = "任现职以来<script>window.__pwn=1</script>\"'&"

    /// Fills a draft in, section by section, as a person would; returns the dossier's path.
    private func fill(_ browser: Browser) async throws -> String {
        let first = try await browser.submit("/my/dossiers", on: "/home")
        let path = String(first.location.dropLast("/sections/application".count))
        let content = World.content()
        func attach(_ bytes: [UInt8], _ name: String, _ part: Part, _ row: String) async throws {
            let dossier = String(path.split(separator: "/")[2])
            #expect(try await browser.attach([(name, bytes)], to: part, row, of: dossier).status == 303)
        }
        for section in Section.allCases {
            let page = "\(path)/sections/\(section.rawValue)"
            for part in section.parts where part.isTable && !content[part].isEmpty {
                _ = try await browser.submit(page, on: page, ["action": "add.\(part.rawValue)"])
            }
            if section == .basics { _ = try await attach(Papers.png, "照片.png", .basics, "basics") }
            if section == .education {
                let row = try await browser.get(page).form(to: page).keys.first { $0.hasPrefix("education.") }?.split(separator: ".")[1] ?? ""
                _ = try await attach(Papers.pdf(), "证书.pdf", .education, String(row))
            }
            var typed = ["action": "next"]
            let form = try await browser.get(page).form(to: page)
            for part in section.parts {
                for key in form.keys where key.hasPrefix("\(part.rawValue).") {
                    typed[key] = content[part].first?[String(key.split(separator: ".")[2])] ?? ""
                }
            }
            if section == .application { typed["title"] = "22--2" }
            if section == .summary { typed["summary.summary.summary"] = summary }
            #expect(try await browser.submit(page, on: page, typed).status == 303, "\(section)")
        }
        return path
    }

    @Test func theWholeWay() async throws {
        let site = try await TestSite(try await World())
        let applicant = try await site.browser(.applicant)
        let path = try await fill(applicant)
        let unsigned = try await applicant.submit("\(path)/submission", on: "\(path)/submission")
        #expect(unsigned.status == 422 && unsigned.body.contains("请先签署诚信承诺"))
        let receipt = try await applicant.submit("\(path)/submission", on: "\(path)/submission", ["pledge": "1"])
        #expect(receipt.location == "\(path)?submitted=1")
        #expect(try await applicant.get(receipt.location).body.contains("申报材料已提交"))

        let id = path.split(separator: "/").last.map(String.init) ?? ""
        try await review(site, id)
        let done = try await applicant.get(path)
        #expect(done.body.contains("已受理") && done.body.contains("人applicant") && !done.body.contains("人schoolFirst"))
        let trail = try await applicant.get("\(path)/trail").body
        #expect(trail.contains("复审通过") && !trail.contains("本单位的意见") && !trail.contains("上级的意见") && !trail.contains("人bureauFirst"))
    }

    private func review(_ site: TestSite, _ id: String) async throws {
        let steps: [(World.Name, String, String, String)] = [
            (.schoolFirst, "/reviews/own-first", "passes", "本单位的意见"), (.schoolSecond, "/reviews/own-second", "passes", "本单位的意见"),
            (.bureauFirst, "/reviews/subordinate-first", "passes", "上级的意见"), (.bureauSecond, "/reviews/subordinate-second", "passes", "上级的意见"),
            (.officeAccepter, "/reviews/acceptance", "acceptances", "符合受理要求"),
        ]
        for (name, list, noun, opinion) in steps {
            let browser = try await site.browser(name)
            #expect(try await browser.get("/home").body.contains("人applicant"))
            #expect(try await browser.get(list).body.contains("/dossiers/\(id)"))
            let page = try await browser.get("/dossiers/\(id)").body
            #expect(page.contains("任现职以来&lt;script&gt;") && !page.contains("<script>window"))
            var typed = ["opinion": opinion]
            if noun == "passes" { typed["action"] = "pass" }
            if name == .schoolSecond { typed["confirmed"] = "1" }
            let answer = try await browser.submit("/dossiers/\(id)/\(noun)", on: "/dossiers/\(id)", typed)
            #expect(answer.status == 303 && answer.location.hasPrefix("\(list)?done="), "\(name): \(answer.status) \(answer.location)")
            #expect(try await browser.get(answer.location).body.contains("role=\"status\""))
            #expect(try await !browser.get(list).body.contains("/dossiers/\(id)\""))
        }
    }

    @Test func publicityIsAskedForOnceAndRecordedWhenLeftOut() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let browser = try await site.browser(.schoolSecond)
        let asked = try await browser.submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", ["opinion": "我的意见", "action": "pass"])
        #expect(asked.status == 422 && asked.body.contains("未填写公示信息，仍要提交？") && asked.body.contains("我的意见"))
        var again = asked.form(to: "/dossiers/\(id)/passes")
        (again["confirmed"], again["action"]) = ("1", nil)
        #expect(try await browser.post("/dossiers/\(id)/passes", again).status == 303)
        #expect(try await site.world.database.read { try $0.trail(of: id).last?.remark } == "未填写公示信息，经确认提交")
    }

    @Test func aMistakenRecommendationKeepsWhatWasTyped() async throws {
        let site = try await TestSite(try await World(demand: .required))
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let browser = try await site.browser(.schoolSecond)
        let typed = [
            "opinion": "复审意见", "recommendation": "推荐<b>", "recommended": "1", "publicFrom": "2026-11-16", "publicThrough": "2026-11-18", "publicResult": "1", "action": "pass",
        ]
        let wrong = try await browser.submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", typed)
        #expect(wrong.status == 422 && wrong.body.contains("不少于 5 个工作日，现为 3 个") && wrong.body.contains("推荐&lt;b&gt;"))
        var mended = wrong.form(to: "/dossiers/\(id)/passes")
        (mended["publicFrom"], mended["action"]) = ("2026-11-12", "pass")
        #expect(try await browser.post("/dossiers/\(id)/passes", mended).body.contains("请上传单位公示证明材料"))
        #expect(try await browser.upload("/dossiers/\(id)/passes", mended, [("proof", "公示.pdf", Papers.pdf())]).status == 303)
        #expect(try await site.world.database.read { try $0.first("SELECT body FROM recommendations WHERE dossier_id = \(id)") { try $0.text() } }?.contains("推荐<b>") == true)
        let seen = try await site.browser(.bureauFirst).get("/dossiers/\(id)").body
        #expect(seen.contains("推荐&lt;b&gt;") && seen.contains("2026-11-12"))
        #expect(try await site.browser(.applicant).get("/my/dossiers/\(id)").body.contains("推荐&lt;b&gt;"))
    }

    @Test func unitsAreInsertedWithAReason() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())])
        let (browser, path, page) = (try await site.browser(.schoolSecond), "/dossiers/\(id)/passes", "/dossiers/\(id)")
        let found = try await browser.submit(path, on: page, ["action": "find", "search": "otherBureau", "opinion": "保留"])
        let other = site.world.unit(.otherBureau).id
        #expect(found.status == 200 && found.body.contains("add.\(other)") && found.body.contains("保留"))
        #expect(try await browser.submit(path, on: page, ["action": "find", "search": "closedUnit"]).body.contains("没有找到可以增加的单位"))
        var added = try await browser.post(path, found.form(to: path).merging(["action": "add.\(other)"]) { $1 }).form(to: path)
        #expect(added["additions"] == other.text)
        (added["action"], added["confirmed"]) = ("pass", "1")
        #expect(try await browser.post(path, added).body.contains("请填写增加原因"))
        added["reason.\(other)"] = "派遣单位审核"
        #expect(try await browser.post(path, added).status == 303)
        let inserted = try await site.browser(.otherFirst).get("/dossiers/\(id)")
        #expect(inserted.status == 200 && inserted.body.contains("派遣单位审核"))
    }

    /// D3: what the first reviewer filled in stands in the second's window.
    @Test func theFirstReviewerMayFillInAhead() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let typed = ["action": "pass", "recommendation": "初审拟的推荐意见", "recommended": "1"]
        #expect(try await site.browser(.schoolFirst).submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", typed).status == 303)
        #expect(try await !site.browser(.applicant).get("/my/dossiers/\(id)").body.contains("初审拟的推荐意见"))
        #expect(try await site.browser(.schoolSecond).get("/dossiers/\(id)").form(to: "/dossiers/\(id)/passes")["recommendation"] == "初审拟的推荐意见")
    }

    /// D25: a reviewer who applies from his own unit reads of his own dossier what an applicant reads.
    @Test func nobodyReadsReviewersNamesInHisOwnTrail() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(of: .reviewingApplicant, after: [(.schoolFirst, .pass())])
        let own = try await site.browser(.reviewingApplicant).get("/dossiers/\(id)/trail")
        #expect(own.status == 200 && !own.body.contains("人schoolFirst"))
        #expect(try await site.browser(.schoolSecond).get("/dossiers/\(id)/trail").body.contains("人schoolFirst"))
        #expect(try await site.personalBrowser(.reviewingApplicant).get("/my/dossiers/\(id)").body.contains("待复审"))
    }

    @Test func aYearWithoutCalendarIsSaid() async throws {
        let world = try await World()
        #expect(try await !TestSite(world).browser(.schoolFirst).get("/home").body.contains("工作日历尚未维护"))
        let later = try await TestSite(world, clock: { Instant(Day(year: 2031, month: 3, day: 3) ?? World.start.day, hour: 9) })
        #expect(try await later.browser(.schoolFirst).get("/home").body.contains("2031 年的工作日历尚未维护"))
    }

    @Test func homeCountsAreTheListsLengths() async throws {
        let site = try await TestSite(try await World())
        for name in [World.Name.applicant, .secondApplicant] { _ = try await site.world.dossier(of: name) }
        let home = try await site.browser(.schoolFirst).get("/home").body
        #expect(home.contains("进入审核（2）") && home.contains("<span class=\"number\">2</span>"))
    }
}
