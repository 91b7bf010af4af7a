import Cast
import Domain
import Foundation
import HTTPTypes
import Logging
import Testing

@testable import Web

/// The log: what stands in it, what never does, and that nobody can write his own lines into it.
@Suite struct LogTests {
    private func objects(_ lines: [String]) throws -> [[String: Any]] {
        try lines.map { line in
            #expect(!line.contains("\n") && !line.contains("\r"))
            return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func aLineIsAnObject() throws {
        let log = Log()
        var logger = log.logger
        logger[metadataKey: "hb.request.id"] = "abc"
        logger.info("request", metadata: ["status": .stringConvertible(200), "route": "/home", "list": ["a", .stringConvertible(2)]])
        #expect(
            log.lines == [
                #"{"time":"1970-01-01T00:00:00.125Z","level":"info","message":"request","request":"abc","metadata":{"list":["a",2],"route":"/home","status":200}}"#
            ])
        logger.debug("not wanted")
        #expect(log.lines.count == 1)
    }

    @Test(arguments: [
        "a\nb", "a\r\n{\"level\":\"error\"}", "\"}", "\\", "\u{0}\u{1B}[2J\u{7F}", "\u{9B}31m", "\u{2028}\u{2029}\u{85}", "\u{202E}abc\u{200B}", "\u{FEFF}", "😀家", "\u{E000}",
        "\u{10FFFF}",
    ])
    func nothingBeginsALineOfItsOwn(_ hostile: String) throws {
        let log = Log()
        log.logger.warning("\(hostile)", metadata: [hostile: .string(hostile), "nested": .dictionary(["list": .array([.string(hostile)])])])
        let line = try #require(log.lines.first)
        #expect(line.unicodeScalars.allSatisfy { ![.control, .format, .lineSeparator, .paragraphSeparator, .privateUse].contains($0.properties.generalCategory) })
        let object = try #require(try objects(log.lines).first)
        #expect(object["message"] as? String == hostile && object["level"] as? String == "warning")
        #expect((object["metadata"] as? [String: Any])?[hostile] as? String == hostile)
    }

    @Test func numbersOfPeopleAreMasked() throws {
        let log = Log()
        log.logger.error("of 510100190001010012 and 51010019000101001X", metadata: ["phone": "call 13800001234.", "status": .stringConvertible(404)])
        #expect(log.lines[0].contains("of [number] and [number]") && log.lines[0].contains("call [number].") && log.lines[0].contains("404"))
    }

    /// One line a request: the route, never the address, and of the asker nothing but the kind of his account.
    @Test func everyRequestLeavesOneLine() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        let (clerk, applicant) = (try await site.browser(.schoolFirst), try await site.browser(.applicant))
        let asked: [(Browser, String, String, Int, String)] = [
            (site.visitor, "/?to=/secret", "/", 200, "none"), (clerk, "/dossiers/\(id)?q=secret", "/dossiers/{id}", 200, "unit"),
            (clerk, "/reviews/own-first?q=secret", "/reviews/{list}", 200, "unit"), (applicant, "/my/dossiers/\(id)", "/my/dossiers/{id}", 200, "person"),
            (applicant, "/nothing/secret", "NotFound", 404, "person"), (site.visitor, "/home", "/home", 303, "none"),
        ]
        for (browser, path, route, status, account) in asked {
            let before = site.log.lines.count
            let answer = try await browser.get(path)
            let lines = try objects(Array(site.log.lines[before...])).filter { $0["message"] as? String == "request" }
            try #require(lines.count == 1, "\(path)")
            let about = try #require(lines[0]["metadata"] as? [String: Any])
            #expect(about["route"] as? String == route && about["status"] as? Int == status && about["account"] as? String == account && about["method"] as? String == "GET")
            #expect(about["milliseconds"] is Int && lines[0]["level"] as? String == "info")
            #expect(lines[0]["request"] as? String == answer.headers[.requestNumber])
        }
        let all = site.log.lines.joined()
        for kept in ["secret", id.text, "school", "5101041980", "cookie", clerk.token ?? "?"] { #expect(!all.contains(kept), "\(kept)") }
    }

    @Test func theNumberIsOursAndNew() async throws {
        let site = try await TestSite(try await World())
        var numbers: Set<String> = []
        for _ in 0..<50 {
            let answer = try await site.send(.get, "/", headers: [("x-request-id", "mine")])
            numbers.insert(try #require(answer.headers[.requestNumber]))
        }
        #expect(numbers.count == 50 && numbers.allSatisfy { $0.wholeMatch(of: /[a-z2-7]{16}/) != nil })
        #expect(!site.log.lines.joined().contains("mine"))
    }

    /// What is asked of a log that is to show an attack.
    @Test func whatMattersIsSaid() async throws {
        let site = try await TestSite(try await World())
        let id = try await site.world.dossier()
        func said(_ level: Logger.Level, _ message: String) -> Int { site.log.lines(level).filter { $0.contains("\"message\":\"\(message)\"") }.count }
        let started = try await site.started()
        site.provider.answer { $0.claims = claims(nonce: started.nonce) }
        _ = try await site.finish(started)
        #expect(said(.info, "signed in") == 1)
        _ = try await site.finish(started)
        #expect(said(.warning, "sign-in refused") == 1)
        _ = try await site.browser(.applicant).get("/reviews/own-first")
        #expect(said(.info, "not allowed") == 1)
        _ = try await site.browser(.otherFirst).get("/dossiers/\(id)")
        #expect(said(.info, "not visible") == 1)
        _ = try await site.browser(.schoolFirst).post("/dossiers/\(id)/passes", [:], headers: [("origin", "http://evil.example")])
        _ = try await site.visitor.post("/dossiers/\(id)/passes", [:], headers: [("origin", "http://evil.example")])
        #expect(said(.warning, "forged form") == 2)
        _ = try await site.visitor.get("/nothing")
        #expect(said(.info, "not visible") == 1 && site.log.lines(.error).isEmpty)
    }

    @Test func errorsAreNamedWithoutWhatWasRead() throws {
        struct Kept: Decodable { let number: Int }
        var said = ""
        do { _ = try JSONDecoder().decode(Kept.self, from: Data(#"{"number":"张三 510100190001010012"}"#.utf8)) } catch { said = summary(of: error) }
        #expect(said == "typeMismatch Int at number")
    }
}
