import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// A-01: everything that anybody comes to by links is asked for again by everybody else, and every form that was given to somebody is sent by
/// everybody else. Whoever gets an answer that his own links do not lead to must have it from the hand-written matrix.
@Suite struct CrawlTests {
    private struct Crawl {
        /// Pages that were answered with 200.
        var pages: Set<String> = []
        /// Forms on them: where they post to, and their hidden fields.
        var forms: [String: [String: String]] = [:]
    }

    /// Answers that are found by no link, and are meant to be there for whoever has the page that they belong to.
    private static let unlinked = ["/verification-keys"]

    private func province() async throws -> TestSite {
        let site = try await TestSite(try await World())
        _ = try await site.world.dossier()
        _ = try await site.world.dossier(of: .secondApplicant, after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass())])
        _ = try await site.world.dossier(of: .smallApplicant, after: [(.smallClerk, .pass())])
        _ = try await site.world.draft(.reviewingApplicant)
        _ = try await site.world.registration(of: .strangerClerk, to: .authority)
        _ = try await site.world.profile(of: .secondApplicant)
        _ = try await site.world.entrustment(passedBy: [.schoolTalents, .bureauTalents])
        return site
    }

    private func crawl(_ browser: Browser) async throws -> Crawl {
        var (crawl, waiting, seen) = (Crawl(), ["/", "/home"], Set<String>())
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted, seen.count < 800 else { continue }
            let answer = try await browser.get(path)
            guard answer.status == 200 else { continue }
            crawl.pages.insert(path)
            guard answer.headers[.contentType]?.hasPrefix("text/html") == true else { continue }
            // Markup that became text: a condition between two literals is text unless it says otherwise.
            #expect(!answer.body.contains("&lt;/"), "\(path) shows its own tags")
            for match in answer.body.matches(of: /(?:href|src|data-branch)="(\/[^"#]*)/) {
                let address = String(match.1).replacing("&amp;", with: "&")
                if !address.hasPrefix("/public/"), !address.hasPrefix("/sign-in/"), !address.hasPrefix("/sign-out") { waiting.append(address) }
            }
            for match in answer.body.matches(of: /data-file="([^"]*)"/) { waiting += [String(match.1), "\(match.1)/pages/1"] }
            for match in answer.body.matches(of: /method="post" action="([^"]*)"/) where match.1 != "/sign-out" { crawl.forms[String(match.1)] = answer.form(to: String(match.1)) }
        }
        return crawl
    }

    /// A path as the routes name it.
    private func route(_ path: String) -> String {
        let path = path.split(separator: "?").first.map(String.init) ?? path
        var parts = path.split(separator: "/").map(String.init)
        for (index, part) in parts.enumerated() where index > 0 {
            if ID<Dossier>(part) != nil { parts[index] = parts[index - 1] == "files" ? ":file" : ":id" }
            if parts[index - 1] == "pages" { parts[index] = ":page" }
            if parts[index - 1] == "printouts" { parts[index] = ":printout" }
            if parts[index - 1] == "sections" { parts[index] = ":section" }
            if parts[index - 1] == "post-tables" { parts[index] = ":year" }
        }
        return "/" + parts.joined(separator: "/")
    }

    @Test func nobodyGetsWhatHeIsNotLedTo() async throws {
        let site = try await province()
        var crawls: [(person: World.Name?, browser: Browser, crawl: Crawl)] = []
        for person in AccessMatrix.people {
            let browser = if let person { try await site.browser(person) } else { site.visitor }
            crawls.append((person, browser, try await crawl(browser)))
        }
        let all = crawls.reduce(into: Set<String>()) { $0.formUnion($1.crawl.pages) }
        #expect(all.count > 100, "the crawl goes somewhere")
        for (index, asker) in crawls.enumerated() {
            let granted = Set(
                AccessMatrix.lines.filter { $0.method == .get && $0.expected.split(separator: " ")[index] == "200" }.map(\.route) + Self.unlinked)
            for path in all.sorted() {
                let answer = try await asker.browser.get(path)
                let name = asker.person.map { "\($0)" } ?? "nobody"
                if asker.crawl.pages.contains(path) {
                    #expect(answer.status == 200, "\(path) as \(name)")
                } else if answer.status == 200 {
                    #expect(granted.contains(route(path)), "\(path) as \(name), whom no link leads there")
                }
            }
        }
    }

    @Test func nobodySendsAnothersForm() async throws {
        let site = try await province()
        var (browsers, forms): ([Browser], [(of: Int, path: String, fields: [String: String])]) = ([], [])
        for (index, person) in AccessMatrix.people.enumerated() {
            let browser = if let person { try await site.browser(person) } else { site.visitor }
            browsers.append(browser)
            for (path, fields) in try await crawl(browser).forms { forms.append((index, path, fields)) }
        }
        #expect(forms.count > 60, "there are forms")
        let before = try await records(site.world)
        for form in forms {
            for (index, browser) in browsers.enumerated() where index != form.of {
                let status = try await browser.post(form.path, form.fields).status
                #expect([401, 403, 404].contains(status), "\(form.path) of \(AccessMatrix.titles[form.of]) as \(AccessMatrix.titles[index]): \(status)")
            }
        }
        #expect(try await records(site.world) == before)
    }

    /// How many steps have ever been recorded.
    private func records(_ world: World) async throws -> Int {
        try await world.database.read {
            try $0.count("SELECT COUNT(*) FROM trail") + $0.count("SELECT COUNT(*) FROM administration") + $0.count("SELECT COUNT(*) FROM unit_request_steps")
                + $0.count("SELECT COUNT(*) FROM person_request_steps")
        }
    }
}
