import Cast
import Domain
import Foundation
import Storage
import Testing

@testable import Web

/// What a session is worth, how long, and when it ends.
@Suite struct SessionTests {
    /// a cookie that somebody put into the browser before is not the session after.
    @Test func aSessionIsNewAtSignIn() async throws {
        let site = try await TestSite(try await World())
        let existing = try await site.browser(.applicant)
        for planted in [String(repeating: "a", count: 52), try #require(existing.token)] {
            let started = try await site.started()
            site.provider.answer { $0.claims = claims(nonce: started.nonce) }
            let answer = try await site.finish(started, cookie: "\(started.cookie); zhiping=\(planted)")
            let token = try #require(answer.session)
            #expect(token != planted && token.utf8.count == 52)
            #expect(try await Browser(site: site, token: planted).get("/home").status == 303)
            #expect(try await Browser(site: site, token: token).get("/home").status == 200)
        }
    }

    @Test func signingOutEndsTheSessionOnTheServer() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let answer = try await browser.submit("/sign-out", on: "/home")
        #expect(answer.location == "/" && answer.session == "")
        #expect(try await browser.get("/home").location == "/")
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM sessions") } == 0)
    }

    @Test func twoSessionsOfOneAccountAreTwo() async throws {
        let site = try await TestSite(try await World())
        let (office, home) = (try await site.browser(.schoolFirst), try await site.browser(.schoolFirst))
        #expect(office.token != home.token)
        let form = try await office.get("/home").form(to: "/sign-out")
        #expect(try await home.post("/sign-out", form).status == 403, "a form of one session is none of the other")
        #expect(try await office.post("/sign-out", form).status == 303)
        #expect(try await office.get("/home").status == 303)
        #expect(try await home.get("/home").status == 200)
    }

    @Test(arguments: [(29 * 60, true), (31 * 60, false)])
    func anIdleSessionEnds(_ seconds: Int, _ lives: Bool) async throws {
        let world = try await World()
        let early = try await TestSite(world)
        let browser = try await early.browser(.applicant)
        let later = try await TestSite(world, clock: { World.start.adding(seconds: Int64(seconds)) })
        #expect(try await Browser(site: later, token: browser.token).get("/home").status == (lives ? 200 : 303))
    }

    @Test func rightsAreThoseOfTheRequest() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.schoolFirst)
        #expect(try await browser.get("/reviews/own-first").status == 200)
        let id = site.world.staff[.schoolFirst]
        _ = try await site.world.database.write { try $0.run("DELETE FROM staff_roles WHERE staff_id = \(id)") }
        #expect(try await browser.get("/reviews/own-first").status == 403)
    }

    /// Whatever is switched off of a person ends his rights at his very next request, reading or writing.
    @Test func whoIsDisabledIsRefusedAtOnce() async throws {
        let switches: [(String, SQL, Int)] = [
            ("account", "UPDATE accounts SET disabled = 1", 303), ("staff member", "UPDATE staff SET enabled = 0", 403),
            ("unit", "UPDATE units SET enabled = 0", 403),
        ]
        for (what, switchOff, status) in switches {
            let site = try await TestSite(try await World())
            let id = try await site.world.dossier()
            let browser = try await site.browser(.schoolFirst)
            let form = try await browser.get("/dossiers/\(id)").form(to: "/dossiers/\(id)/passes").merging(["action": "pass"]) { $1 }
            _ = try await site.world.database.write { try $0.run(switchOff) }
            #expect(try await browser.get("/reviews/own-first").status == status, "\(what)")
            #expect(try await browser.post("/dossiers/\(id)/passes", form).status == (status == 303 ? 401 : 403), "\(what)")
            #expect(try await site.world.version(of: id) == 2, "\(what)")
        }
    }

    /// Whose session has ended is shown what he wrote, in the words of his form, and nothing that it carried by itself.
    @Test func whatWasTypedIsToldInItsWords() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let browser = try await site.browser(.schoolFirst)
        let path = Path.step(.returns, on: id)
        let form = try await browser.get(Path.dossier(id)).form(to: path).merging(["opinion": "请补充<论文>", "remark.education": "学历不清", "within": "2026-12-01"]) { $1 }
        try await site.world.database.write { try $0.run("DELETE FROM sessions") }
        let answer = try await browser.post(path, form)
        #expect(answer.status == 401)
        for told in ["请补充&lt;论文&gt;", "审核意见", "修改意见：学历", "学历不清"] { #expect(answer.body.contains(told), "\(told)") }
        for carried in ["<dt>list", "<dt>seen", "<dt>opinion", form["seen"] ?? "?"] { #expect(!answer.body.contains(carried), "\(carried)") }
    }

    @Test func aDisabledAccountDoesNotComeBackIn() async throws {
        let site = try await TestSite(try await World())
        for (round, comesIn) in [true, false].enumerated() {
            let started = try await site.started()
            site.provider.answer { $0.claims = claims(nonce: started.nonce) }
            let answer = try await site.finish(started)
            #expect((answer.session != nil) == comesIn && answer.status == (comesIn ? 303 : 403), "round \(round)")
            _ = try await site.world.database.write { try $0.run("UPDATE accounts SET disabled = 1") }
        }
        #expect(site.log.lines(.warning).contains { $0.contains("sign-in refused") })
    }
}
