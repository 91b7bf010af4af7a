import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// Files go up, are seen by whom they should, and by nobody else.
@Suite struct FileTests {
    private func drafted() async throws -> (TestSite, Browser, String) {
        let site = try await TestSite(try await World())
        let (id, _) = try await site.world.draft()
        return (site, try await site.browser(.applicant), id.text)
    }

    private func links(_ answer: Answer) -> [String] { answer.body.matches(of: /data-file="([^"]*)"/).map { String($0.1) } }

    private func rowFiles(_ site: TestSite, _ id: String, _ part: Part) async throws -> [Domain.Attachment] {
        try await site.world.database.read { try $0.draft(of: ID(id)!).content[part].flatMap(\.files) }
    }

    @Test func anUploadIsListedShownAndSaved() async throws {
        let (site, browser, id) = try await drafted()
        let answer = try await browser.attach([("任职文件.pdf", Papers.pdf(pages: 2)), ("照片 1.jpeg", Papers.jpeg)], to: .work, "w1", of: id)
        #expect(answer.location == "/my/dossiers/\(id)/sections/work#work.w1.files")
        let page = try await browser.get("/my/dossiers/\(id)/sections/work")
        #expect(page.body.contains("任职文件.pdf") && page.body.contains("2 页") && page.body.contains("照片 1.jpg"))
        let path = try #require(links(page).first { try! rowName(page, $0) == "任职文件.pdf" })
        let original = try await browser.get(path)
        #expect(original.bytes == Papers.pdf(pages: 2))
        #expect(original.headers[.contentType] == "application/pdf" && original.headers[.xContentTypeOptions] == "nosniff")
        #expect(original.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox" && original.headers[.cacheControl] == "no-store")
        #expect(original.headers[.contentDisposition]?.contains("attachment;") == true)
        #expect(original.headers[.contentDisposition]?.hasSuffix("filename*=UTF-8''%E4%BB%BB%E8%81%8C%E6%96%87%E4%BB%B6.pdf") == true)
        for number in 1...2 {
            let picture = try await browser.get("\(path)/pages/\(number)")
            #expect(picture.headers[.contentType] == "image/jpeg" && picture.bytes.starts(with: [0xFF, 0xD8, 0xFF]))
        }
        for wrong in ["3", "0", "-1", "99999999999999999999", "a"] { #expect(try await browser.get("\(path)/pages/\(wrong)").status == 404) }
        #expect(try await browser.get("\(path)/view?page=2").body.contains("第 2 页，共 2 页"))
        _ = site
    }

    private func rowName(_ page: Answer, _ path: String) throws -> String {
        guard let start = page.body.range(of: "data-file=\"\(path)\"") else { return "" }
        return page.body[start.upperBound...].firstMatch(of: />([^<]*)</).map { String($0.1) } ?? ""
    }

    @Test func theSameFormUploadsOnce() async throws {
        let (site, browser, id) = try await drafted()
        let path = "/my/dossiers/\(id)/files"
        let form = try await browser.get("/my/dossiers/\(id)/attaching?part=work&row=w1").form(to: path)
        for _ in 0..<3 { #expect(try await browser.upload(path, form, [("file", "a.pdf", Papers.pdf())]).status == 303) }
        #expect(try await rowFiles(site, id, .work).count == 1)
        #expect(try await browser.upload(path, form.merging(["_token": "0"]) { $1 }, [("file", "a.pdf", Papers.pdf())]).status == 403)
        #expect(try await browser.upload(path, form.merging(["status": "x"]) { $1 }, [("file", "a.pdf", Papers.pdf())]).status == 400)
        #expect(try await browser.upload(path, form, [("file", "a.pdf", Papers.pdf())], cut: 30).status == 400)
    }

    @Test(
        arguments: [
            ("壳.pdf", Array("<!doctype html><script>1</script>".utf8), "不是 PDF、JPG 或 PNG"), ("图.png", Array("<svg xmlns='http://www.w3.org/2000/svg'/>".utf8), "不是 PDF、JPG 或 PNG"),
            ("空.pdf", [], "文件是空的"), ("坏.pdf", Array("%PDF-1.4 rubbish %%EOF".utf8), "已损坏"), ("大.pdf", Papers.pdf() + Array(repeating: 32, count: 20_000_000), "超过 20 MB"),
        ] as [(String, [UInt8], String)])
    func whatIsNotTakenIsSaidAtItsField(_ name: String, _ bytes: [UInt8], _ sentence: String) async throws {
        let (site, browser, id) = try await drafted()
        let answer = try await browser.attach([(name, bytes)], to: .work, "w1", of: id)
        #expect(answer.status == 422 && answer.body.contains(sentence) && answer.body.contains("“\(name.prefix(1))”"))
        #expect(try await rowFiles(site, id, .work).isEmpty)
        let left = try FileManager.default.contentsOfDirectory(atPath: site.world.folder.appending(path: "files/incoming").path)
        #expect(left.isEmpty, "nothing is left half received")
    }

    @Test(arguments: ["../../../etc/passwd", "a\\..\\b.pdf", "x%0D%0ASet-Cookie: a=b.pdf", String(repeating: "长", count: 255) + ".pdf", "gnp.\u{202E}fdp", ""])
    func namesDoNoHarm(_ name: String) async throws {
        let (site, browser, id) = try await drafted()
        _ = try await browser.attach([(name, Papers.pdf())], to: .work, "w1", of: id)
        let file = try #require(try await rowFiles(site, id, .work).first)
        #expect(file.name.hasSuffix(".pdf") && file.name.unicodeScalars.count <= 104 && !file.name.contains("/") && !file.name.contains(".."))
        let header = try await browser.get("/my/dossiers/\(id)/files/\(file.id)").headers[.contentDisposition] ?? ""
        #expect(header.utf8.allSatisfy { (0x20...0x7E).contains($0) } && header.hasPrefix("attachment; filename=\"file-"))
    }

    @Test func rowsAndDossiersTakeSoManyAndNoMore() async throws {
        let (site, browser, id) = try await drafted()
        let more = try await browser.attach((1...6).map { ("\($0).pdf", Papers.pdf(mark: "\($0)")) }, to: .work, "w1", of: id)
        #expect(more.status == 422 && more.body.contains("最多 5 个"))
        #expect(try await rowFiles(site, id, .work).count == 5)
        #expect(try await browser.attach([("a.pdf", Papers.pdf())], to: .basics, "basics", of: id).body.contains("最多 1 个"))
        let (dossier, person) = (ID<Dossier>(id)!, site.world.person(.applicant).id)
        try await site.world.database.write { connection in
            let heavy = World.file(.pdf, "heavy", bytes: 20_000_000)
            try connection.attach(heavy, to: .education, "e1", of: dossier, by: .applicant(person), at: World.start)
            // As if ten such files stood there.
            try connection.run("UPDATE files SET bytes = 199996000 WHERE digest = \(heavy.digest)")
        }
        let full = try await browser.attach([("b.pdf", Papers.pdf(mark: String(repeating: "b", count: 4000)))], to: .education, "e1", of: id)
        #expect(full.status == 422 && full.body.contains("超过 200 MB"))
    }

    @Test func aFileThatWasTakenAwayIsGoneAndTheSubmissionNoticed() async throws {
        let (site, browser, id) = try await drafted()
        let page = "/my/dossiers/\(id)/submission"
        let form = try await browser.get(page).form(to: page)
        let file = try #require(try await rowFiles(site, id, .education).first)
        let section = "/my/dossiers/\(id)/sections/education"
        let taken = try await browser.submit(section, on: section, ["action": "detach.education.e1.\(file.id)"])
        #expect(taken.location == "\(section)#education.e1.files")
        #expect(try await browser.get("/my/dossiers/\(id)/files/\(file.id)").status == 404)
        #expect(try await browser.post(page, form.merging(["pledge": "1"]) { $1 }).status == 409, "the files seen are no more those submitted")
        #expect(try await browser.get(page).body.contains("请上传学历、学位证书"))
        _ = try await browser.submit("/my/dossiers/\(id)/sections/work", on: "/my/dossiers/\(id)/sections/work", ["action": "attach.work.w1"])
    }

    /// D25, M10: the unit's own proofs are its own until it has passed the dossier on with them.
    @Test func proofsAreSeenFromThePassOn() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())]).text
        let second = try await site.browser(.schoolSecond)
        let path = "/dossiers/\(id)/proofs"
        let inline = try await second.get("/dossiers/\(id)").form(to: path).merging(["inline": "1"]) { $1 }
        let list = try await second.upload(path, inline, [("proof", "公示.pdf", Papers.pdf())])
        #expect(list.status == 200 && list.body.contains("公示.pdf"))
        let file = try #require(links(list).first).split(separator: "/").last.map(String.init) ?? ""
        let whole = ["recommendation": "推荐", "recommended": "1", "publicFrom": "2026-11-12", "publicThrough": "2026-11-18", "publicResult": "1", "action": "pass"]
        func status(_ name: World.Name) async throws -> Int {
            let base = name == .applicant ? "/my/dossiers" : "/dossiers"
            return try await site.browser(name).get("\(base)/\(id)/files/\(file)").status
        }
        #expect(try await [status(.schoolFirst), status(.applicant), status(.authorityAdministrator), status(.bureauFirst)] == [200, 404, 404, 404])
        #expect(try await second.submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", whole).status == 303)
        #expect(try await [status(.schoolFirst), status(.applicant), status(.authorityAdministrator), status(.bureauFirst), status(.otherFirst)] == [200, 200, 200, 200, 404])
        #expect(try await second.upload(path, inline, [("proof", "晚了.pdf", Papers.pdf())]).status == 403)
    }

    /// The same form shown again brings other files: each is kept, and one that was taken away and chosen again comes back.
    @Test func everyProofThatIsChosenIsKept() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: [(.schoolFirst, .pass())]).text
        let (browser, path) = (try await site.browser(.schoolSecond), "/dossiers/\(id)/passes")
        let first = try await browser.upload(
            path, try await browser.get("/dossiers/\(id)").form(to: path).merging(["action": "find"]) { $1 }, [("proof", "甲.pdf", Papers.pdf(mark: "a"))])
        let second = try await browser.upload(path, first.form(to: path).merging(["action": "find"]) { $1 }, [("proof", "乙.pdf", Papers.pdf(mark: "b"))])
        #expect(second.body.contains("甲.pdf") && second.body.contains("乙.pdf"))
        let file = try #require(second.body.firstMatch(of: /甲\.pdf<\/a>[^甲乙]*?value="drop\.([a-z2-7]{26})"/)).1
        let third = try await browser.post(path, second.form(to: path).merging(["action": "drop.\(file)"]) { $1 })
        #expect(!third.body.contains("甲.pdf") && third.body.contains("乙.pdf"))
        let fourth = try await browser.upload(path, third.form(to: path).merging(["action": "find"]) { $1 }, [("proof", "甲.pdf", Papers.pdf(mark: "a"))])
        #expect(fourth.body.contains("甲.pdf"))
    }

    /// Nothing is stored for whoever may not have it stored.
    @Test func aRefusedUploadLeavesNothing() async throws {
        let (site, browser, id) = try await drafted()
        func contents() throws -> Int {
            FileManager.default.enumerator(atPath: site.world.folder.appending(path: "files/contents").path)?.allObjects.count ?? 0
        }
        let before = try contents()
        let own = try await browser.get("/my/dossiers/\(id)/attaching?part=work&row=w1").form(to: "/my/dossiers/\(id)/files")
        #expect(try await browser.upload("/my/dossiers/\(id)/files", own.merging(["row": "nosuch"]) { $1 }, [("file", "a.pdf", Papers.pdf(mark: "x"))]).status == 409)
        let path = "/dossiers/\(World.key())/passes"
        let other = try await site.browser(.otherFirst)
        let form = try await other.token(for: path, version: 2).merging(["action": "pass", "seen": ""]) { $1 }
        #expect(try await other.upload(path, form, [("proof", "a.pdf", Papers.pdf(mark: "y"))]).status == 404)
        #expect(try contents() == before)
    }

    /// Anybody can post without a session: what he gets back is small.
    @Test func aVisitorsFormIsShownAgainWithinMeasure() async throws {
        let site = try await TestSite(try await World())
        let fields = Dictionary(uniqueKeysWithValues: (0..<40).map { ("field\($0)", String(repeating: "\"", count: 100_000)) })
        let answer = try await site.visitor.upload("/dossiers/\(World.key())/passes", fields, [])
        #expect(answer.status == 401 && answer.body.utf8.count < 2_000_000)
        let typed = try await site.visitor.upload("/dossiers/\(World.key())/passes", ["opinion": "写了很久的意见"], [])
        #expect(typed.status == 401 && typed.body.contains("写了很久的意见"))
    }

    /// A-15: what is decided is what was shown.
    @Test func aDecisionNamesTheContentItSaw() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let (browser, path) = (try await site.browser(.schoolFirst), "/dossiers/\(id)/passes")
        let form = try await browser.get("/dossiers/\(id)").form(to: path).merging(["action": "pass", "opinion": "同意"]) { $1 }
        #expect(form["seen"]?.count == 64)
        for seen in [String(repeating: "0", count: 64), ""] {
            let answer = try await browser.post(path, form.merging(["seen": seen]) { $1 })
            #expect(answer.status == 409 && answer.body.contains("同意"))
        }
        #expect(try await site.world.version(of: id) == 2)
        #expect(try await browser.post(path, form).status == 303)
        let recorded: String? = try await site.world.database.read {
            try $0.first("SELECT digest FROM trail WHERE dossier_id = \(id) ORDER BY number DESC LIMIT 1") { try $0.text() }
        }
        #expect(recorded == form["seen"])
    }

    @Test func numbersInFullAreShownOnDemandAndRecorded() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier().text
        let number = site.world.person(.applicant).idNumber.text
        let browser = try await site.browser(.schoolFirst)
        let page = try await browser.get("/dossiers/\(id)")
        #expect(!page.body.contains(number))
        let shown = try await browser.post("/dossiers/\(id)/revelations", page.form(to: "/dossiers/\(id)/revelations"))
        #expect(shown.status == 200 && shown.body.contains(number))
        #expect(try await browser.get("/dossiers/\(id)/trail").body.contains("证件号码查看记录"))
        #expect(try await !browser.get("/dossiers/\(id)").body.contains(number))
        #expect(try await !site.browser(.applicant).get("/my/dossiers/\(id)/trail").body.contains("查看记录"))
    }

    @Test func theStoreIsSweptOfWhatBelongsToNothing() async throws {
        let (site, browser, id) = try await drafted()
        _ = try await browser.attach([("a.pdf", Papers.pdf(mark: "lost"))], to: .work, "w1", of: id)
        let file = try #require(try await rowFiles(site, id, .work).first)
        _ = try await browser.submit("/my/dossiers/\(id)/sections/work", on: "/my/dossiers/\(id)/sections/work", ["action": "detach.work.w1.\(file.id)"])
        try await site.sweepFiles(at: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
        #expect(try await site.site.intake.store.holds(file.digest), "not before a day is over")
        try await site.sweepFiles(at: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).adding(seconds: 90_000))
        #expect(try await !site.site.intake.store.holds(file.digest))
        for each in try await site.world.database.read({ try $0.draft(of: ID(id)!).content.files }) { #expect(try await site.site.intake.store.holds(each.digest)) }
    }

    @Test func anAlteredFileIsNotServed() async throws {
        let (site, browser, id) = try await drafted()
        let file = try #require(try await rowFiles(site, id, .basics).first)
        let path = site.world.folder.appending(path: "files/contents/\(file.digest.prefix(2))/\(file.digest)")
        try Data("other".utf8).write(to: path)
        let answer = try await browser.get("/my/dossiers/\(id)/files/\(file.id)")
        #expect(answer.status == 503 && answer.body.contains("完整性校验"))
    }
}
