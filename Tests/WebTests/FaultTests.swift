import Cast
import Crypto
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// What goes wrong has a clear answer, changes nothing, and loses nothing that was typed.
@Suite struct FaultTests {
    private func setUp(_ steps: [(World.Name, Step)] = []) async throws -> (TestSite, ID<Dossier>, page: String, path: String) {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier(after: steps)
        return (site, id, "/dossiers/\(id)", "/dossiers/\(id)/passes")
    }

    @Test func aStalePageIsToldWhoWasFasterAndKeepsTheOpinion() async throws {
        let (site, id, page, path) = try await setUp()
        let slow = try await site.browser(.schoolFirst)
        let form = try await slow.get(page).form(to: path)
        #expect(try await site.browser(.schoolFirstToo).submit(path, on: page, ["action": "pass"]).status == 303)
        let late = try await slow.post(path, form.merging(["opinion": "我辛苦写的意见", "action": "pass"]) { $1 })
        #expect(late.status == 409)
        #expect(late.body.contains("演示school 人schoolFirstToo 已于 2026-11-23 10:00 进行“初审通过”"))
        #expect(late.body.contains("我辛苦写的意见"))
        #expect(try await site.world.database.read { try $0.trail(of: id).count } == 2)
    }

    @Test func aDoubleClickAndTheBackButtonDoItOnce() async throws {
        let (site, id, page, path) = try await setUp()
        let browser = try await site.browser(.schoolFirst)
        let form = try await browser.get(page).form(to: path).merging(["action": "pass"]) { $1 }
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for _ in 0..<20 { group.addTask { try await browser.post(path, form) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers.map(\.status)) == [303])
        #expect(Set(answers.map(\.location)).count == 1)
        #expect(try await site.world.database.read { try $0.trail(of: id).count } == 2)
    }

    @Test func aSecondClickOnApplyOpensNothingNew() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let form = try await browser.get("/home").form(to: "/my/dossiers")
        let first = try await browser.post("/my/dossiers", form)
        #expect(try await browser.post("/my/dossiers", form).location == first.location)
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM dossiers") } == 1)
    }

    /// A-09: no post without this site's own form, given to this session, for this record and version.
    @Test func formsOfOthersAreRefused() async throws {
        let (site, id, page, path) = try await setUp()
        let browser = try await site.browser(.schoolFirst)
        let form = try await browser.get(page).form(to: path).merging(["action": "pass"]) { $1 }
        let other = try await site.browser(.schoolFirstToo).get(page).form(to: path)
        let cases: [([String: String], [(String, String)])] = [
            (form, []), (form, [("origin", "http://evil.example")]), (form, [("sec-fetch-site", "cross-site")]),
            (form, [("origin", TestSite.origin), ("sec-fetch-site", "cross-site")]),
            (form, [("sec-fetch-site", "same-site")]), (other.merging(["action": "pass"]) { $1 }, [("origin", TestSite.origin)]),
            (form.merging(["_version": "3"]) { $1 }, [("origin", TestSite.origin)]), (form.merging(["_key": World.key()]) { $1 }, [("origin", TestSite.origin)]),
            (form.merging(["_token": ""]) { $1 }, [("origin", TestSite.origin)]),
        ]
        for (fields, headers) in cases { #expect(try await browser.post(path, fields, headers: headers).status == 403) }
        let elsewhere = try await site.world.dossier(of: .secondApplicant)
        #expect(try await browser.post("/dossiers/\(elsewhere)/passes", form).status == 403)
        #expect(try await site.world.version(of: id) == 2)
    }

    /// Whoever holds a session knows its token; the code of a form takes the server's key as well.
    @Test func nobodyMakesAFormForHimself() async throws {
        let (site, id, page, path) = try await setUp()
        let browser = try await site.browser(.schoolFirst)
        let form = try await browser.get(page).form(to: path).merging(["action": "pass"]) { $1 }
        let message = Data("form\n\(path)\n\(form["_version"] ?? "")\n\(form["_key"] ?? "")".utf8)
        for secret in [browser.token ?? "", digest(browser.token ?? ""), digest("forms\n\(digest(browser.token ?? ""))")] {
            let code = hexadecimal(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Data(secret.utf8))))
            #expect(try await browser.post(path, form.merging(["_token": code]) { $1 }).status == 403)
        }
        #expect(try await site.world.version(of: id) == 2)
        #expect(try await browser.post(path, form).status == 303)
    }

    /// A-13: unknown and repeated keys, broken encodings, other bodies.
    @Test(arguments: [
        "stage=accepted", "version=9", "opinion=a&opinion=b", "opinion%5B%5D=a", "opinion=%FF", "opinion=%2", "action=pass.x", "action=drop", "unit_id=x",
        "additions=a,b", "action=pass&opinion=a%00b",
    ])
    func strangeFormsAreRefused(_ extra: String) async throws {
        let (site, id, page, path) = try await setUp()
        let browser = try await site.browser(.schoolFirst)
        let form = try await browser.get(page).form(to: path).filter { FormToken.keys.contains($0.key) }
        let body = form.map { "\($0.key)=\($0.value)" }.joined(separator: "&") + "&" + extra
        let answer = try await site.send(
            .post, path,
            headers: [
                ("cookie", "zhiping=\(browser.token ?? "")"), ("origin", TestSite.origin), ("content-type", "application/x-www-form-urlencoded"),
            ], body: body)
        #expect(answer.status == 400, "\(extra): \(answer.status)")
        #expect(try await site.world.version(of: id) == 2)
    }

    @Test func othersDossiersDoNotExist() async throws {
        let (site, id, _, _) = try await setUp()
        let other = try await site.browser(.otherFirst).get("/dossiers/\(id)")
        let unknown = try await site.browser(.otherFirst).get("/dossiers/\(newID() as ID<Dossier>)")
        #expect(other.status == 404 && unknown.status == 404 && withoutTokens(other.body) == withoutTokens(unknown.body))
        for path in ["/dossiers/x", "/dossiers/..%2f..", "/dossiers/'", "/reviews/none", "/nothing", "/public/../Package.swift"] {
            #expect(try await site.browser(.otherFirst).get(path).status == 404, "\(path)")
        }
    }

    private func withoutTokens(_ body: String) -> String { body.replacing(/value="[^"]*"/, with: "") }

    @Test func anExpiredSessionShowsWhatWasTyped() async throws {
        let (site, _, page, path) = try await setUp()
        let browser = try await site.browser(.schoolFirst)
        let form = try await browser.get(page).form(to: path).merging(["opinion": "写了很久的意见", "action": "pass"]) { $1 }
        _ = try await browser.submit("/sign-out", on: "/home")
        let answer = try await browser.post(path, form)
        #expect(answer.status == 401 && answer.body.contains("写了很久的意见") && !answer.body.contains(form["_token"] ?? "?"))
    }

    @Test func wrongValuesAreToldAtTheFieldAndKept() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let path = try await browser.submit("/my/dossiers", on: "/home").location.replacing("application", with: "education")
        _ = try await browser.submit(path, on: path, ["action": "add.education"])
        let key = try #require(try await browser.get(path).form(to: path).keys.first { $0.hasSuffix(".from") })
        let wrong = try await browser.submit(path, on: path, [key: "2030-01", "action": "next"])
        #expect(wrong.status == 422 && wrong.body.contains("开始时间不能晚于今天") && wrong.body.contains("value=\"2030-01\"") && wrong.body.contains("href=\"#\(key)\""))
        // Wrong as it is, it was saved: the draft holds what was typed.
        #expect(try await browser.get(path).form(to: path)[key] == "2030-01")
    }

    /// Enter presses the first button of a form; it must neither decide nor delete.
    @Test func enterDecidesAndDeletesNothing() async throws {
        let (site, _, page, path) = try await setUp([(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        func first(_ body: String, _ path: String) throws -> Substring {
            let form = try #require(body.range(of: "action=\"\(path)\""))
            return try #require(body[form.upperBound...].firstMatch(of: /<button [^>]*name="action" value="([a-z]+)"/)).1
        }
        #expect(try first(try await site.browser(.bureauFirst).get(page).body, path) == "find")
        let applicant = try await site.browser(.secondApplicant)
        let section = try await applicant.submit("/my/dossiers", on: "/home").location.replacing("application", with: "education")
        _ = try await applicant.submit(section, on: section, ["action": "add.education"])
        #expect(try first(try await applicant.get(section).body, section) == "save")
    }

    @Test func twoWindowsOfOneDraft() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let path = try await browser.submit("/my/dossiers", on: "/home").location.replacing("application", with: "summary")
        let form = try await browser.get(path).form(to: path)
        let automatic = try await browser.post(path, form.merging(["summary.summary.summary": "第一个窗口", "autosave": "1"]) { $1 })
        #expect(automatic.status == 200 && automatic.body.contains("已自动保存"))
        let stale = try await browser.post(path, form.merging(["summary.summary.summary": "第二个窗口", "action": "save"]) { $1 })
        #expect(stale.status == 409 && stale.body.contains("第二个窗口") && stale.body.contains("在另一个窗口保存过"))
        #expect(try await browser.post(path, stale.form(to: path).merging(["action": "save"]) { $1 }).status == 303)
        #expect(try await browser.get(path).body.contains("第二个窗口"))
    }

    @Test func longAndHostileTextsComeBackAsText() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let path = try await browser.submit("/my/dossiers", on: "/home").location
        let hostile = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>\u{7}\u{202E}＝1+1"
        let fields = try await browser.get(path).form(to: path).filter { $0.key.hasPrefix("application.") }.mapValues { _ in hostile }
        let answer = try await browser.submit(path, on: path, fields.merging(["action": "save"]) { $1 })
        #expect(answer.status == 422 && !answer.body.contains("<img") && !answer.body.contains("<script>alert"))
        #expect(wellFormed(answer.body) == nil, "\(wellFormed(answer.body) ?? "")")
        let long = try await browser.submit(path, on: path, ["application.application.specialty": String(repeating: "长", count: 30_000), "action": "save"])
        #expect(long.status == 422 && long.body.contains("最多 40 字"))
    }

    @Test func everyPageIsWellFormed() async throws {
        let (site, id, page, _) = try await setUp([(.schoolFirst, .pass())])
        for (name, paths) in [
            (World.Name.schoolSecond, ["/home", "/reviews/own-first", "/reviews/own-second?q=%3Cb%3E", page, "\(page)/trail", "/nothing"]),
            (.applicant, ["/home", "/my/dossiers/\(id)", "/my/dossiers/\(id)/trail"]), (.unemployed, ["/home"]), (.strangerClerk, ["/home"]),
        ] {
            let browser = try await site.browser(name)
            for path in paths {
                let answer = try await browser.get(path)
                #expect(wellFormed(answer.body) == nil, "\(path): \(wellFormed(answer.body) ?? "")")
                #expect(!answer.body.contains("5101041980"), "an ID number on \(path)")
            }
        }
        #expect(wellFormed(try await site.visitor.get("/").body) == nil)
    }

    @Test func everyAnswerForbidsWhatPagesDoNotNeed() async throws {
        let site = try await TestSite(try await World())
        for path in ["/", "/home", "/nothing", site.site.assets.path("zhiping.css")] {
            let headers = try await site.visitor.get(path).headers
            #expect(headers[.contentSecurityPolicy]?.contains("script-src 'self';") == true && headers[.contentSecurityPolicy]?.contains("unsafe") == false)
            #expect(headers[.xContentTypeOptions] == "nosniff")
        }
        #expect(try await site.visitor.get("/").headers[.cacheControl] == "no-store")
    }
}

/// What is wrong with a page's tags; nil when every one that opens closes, and every attribute is quoted.
func wellFormed(_ html: String) -> String? {
    let void: Set<String> = ["meta", "link", "input", "br", "img", "hr"]
    var open: [String] = []
    for match in html.dropFirst("<!doctype html>".count).matches(of: /<(\/?)([a-z0-9]+)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*>|</) {
        guard let name = match.2.map(String.init) else { return "a loose < near \(html[match.range.lowerBound...].prefix(60))" }
        if match.1 == "/" {
            guard open.popLast() == name else { return "</\(name)> closes nothing" }
        } else if !void.contains(name) {
            open.append(name)
        }
    }
    return open.isEmpty ? nil : "\(open) stay open"
}
