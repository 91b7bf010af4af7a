import Cast
import Domain
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// R-20: whatever bytes come, the answer is one of refusal, never a fault, and the site goes on. Over a real socket.
@Suite(.timeLimit(.minutes(5))) struct LimitTests {
    static let host = "Host: 127.0.0.1:8080\r\n"
    /// Of somebody signed in, whose token takes the place of the word.
    static let form = "Cookie: zhiping=TOKEN\r\nContent-Type: application/x-www-form-urlencoded\r\nOrigin: \(TestSite.origin)\r\n"

    static func get(_ path: String, _ fields: String = "", host: String = host) -> String { "GET \(path) HTTP/1.1\r\n\(host)\(fields)\r\n" }

    static func post(_ path: String, _ body: String, _ fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\n\(host)\(form)\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    static func fields(_ count: Int) -> String { (0..<count).map { "f\($0)=\($0)" }.joined(separator: "&") }

    static let large = String(repeating: "a", count: 300_000)

    /// What is sent, and what is answered; several answers where several requests were read.
    static let hostile: [(name: String, sent: String, answered: [Int])] = [
        ("a plain request", get("/"), [200]), ("two at once", get("/") + get("/"), [200, 200]),
        ("address of 4 KiB", get("/?" + String(repeating: "a", count: 4094)), [200]), ("address beyond 4 KiB", get("/?" + String(repeating: "a", count: 4095)), [414]),
        ("address of 20 KiB", get("/" + String(repeating: "a", count: 20_000)), [414]), ("address beyond the decoder", get("/" + String(repeating: "a", count: 70_000)), [431]),
        ("one field of 16 KiB", get("/", "A: \(String(repeating: "a", count: 16_383))\r\n"), [200]),
        ("one field beyond", get("/", "A: \(String(repeating: "a", count: 16_384))\r\n"), [431]),
        ("many fields within", get("/", (0..<64).map { "A\($0): a\r\n" }.joined()), [200]), ("many fields beyond", get("/", (0..<65).map { "A\($0): a\r\n" }.joined()), [431]),
        ("fields beyond the decoder", get("/", (0..<300).map { "A\($0): a\r\n" }.joined()), [431]),
        ("field beyond the decoder", get("/", "A: \(String(repeating: "a", count: 200_000))\r\n"), [431]),
        ("fields of trailers", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Transfer-Encoding: chunked\r\n\r\n0\r\n" + (0..<300).map { "A\($0): a\r\n" }.joined() + "\r\n", [400]),
        ("a form too long", post("/sign-out", "a=\(large)"), [413]), ("a form of too many fields", post("/sign-out", fields(501)), [400]),
        ("a form that is announced too long", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Content-Length: 99999999999\r\n\r\na=b", [400]),
        ("a form in chunks, too long", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Transfer-Encoding: chunked\r\n\r\n493e0\r\n\(large)\r\n0\r\n\r\n", [413]),
        ("a length beyond numbers", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Content-Length: 99999999999999999999999\r\n\r\na=b", [400]),
        ("a negative length", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Content-Length: -1\r\n\r\na=b", [400]),
        ("two lengths", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Content-Length: 3\r\nContent-Length: 4\r\n\r\na=bc", [400]),
        ("length and chunks", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]),
        ("chunks and length", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", [400]),
        ("an encoding nobody knows, and length", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\na=b", [400]),
        ("a wrong chunk", "POST /sign-out HTTP/1.1\r\n\(host)\(form)Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n0\r\n\r\n", [400]),
        ("TRACE", "TRACE / HTTP/1.1\r\n\(host)\r\n", [405]), ("TRACK", "TRACK / HTTP/1.1\r\n\(host)\r\n", [405]),
        ("PUT", "PUT /home HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n", [405]),
        ("OPTIONS of all", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", [405]), ("a method of nobody", "STEAL / HTTP/1.1\r\n\(host)\r\n", [405]),
        ("no Host", get("/", host: ""), [400]), ("empty Host", get("/", host: "Host:\r\n"), [400]), ("two Hosts", get("/", "Host: evil.example\r\n"), [400]),
        ("another Host", get("/", host: "Host: evil.example\r\n"), [421]), ("another port", get("/", host: "Host: 127.0.0.1\r\n"), [421]),
        ("a Host that begins as ours", get("/", host: "Host: 127.0.0.1:8080.evil.example\r\n"), [421]), ("localhost", get("/", host: "Host: localhost:8080\r\n"), [421]),
        ("another address", get("http://evil.example/"), [200]), ("an asset under any Host", get("/public/none", host: "Host: 10.1.2.3\r\n"), [404]),
        ("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", [400]), ("HTTP/2.0 in letters", "GET / HTTP/2.0\r\n\(host)\r\n", [505]),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]), ("HTTP/0.9", "GET /\r\n\r\n", [505]), ("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", [405]),
        ("no blank", "GET/ HTTP/1.1\r\n\(host)\r\n", [405]), ("no address", "GET  HTTP/1.1\r\n\(host)\r\n", [400]), ("an address without slash", get("home"), [400]),
        ("a control in the address", get("/\u{1}"), [400]), ("a NUL in a field", get("/", "A: b\u{0}c\r\n"), [400]), ("a blank before the colon", get("/", "A : b\r\n"), [400]),
        ("a folded field", get("/", "A: b\r\n c\r\n"), [400]), ("a bare line end", "GET / HTTP/1.1\n\(host)\n", [505]), ("an unended head", "GET / HTTP/1.1\r\n\(host)", [400]),
        ("nothing", "", []), ("line ends", "\r\n\r\n\r\n", []),
    ]

    @Test func whateverComesIsAnsweredAndTheSiteGoesOn() async throws {
        let site = try await TestSite(try await World())
        let token = try #require(try await site.browser(.applicant).token)
        try await Wire.over(site) { wire in
            for (name, sent, answered) in Self.hostile {
                let answer = try await wire.exchange(sent.replacing("TOKEN", with: token))
                #expect(answer.statuses == answered, "\(name)")
                for line in ["x-request-id: ", "x-content-type-options: nosniff"] where !answered.isEmpty {
                    #expect(answer.text.lowercased().contains(line), "\(name) lacks \(line)")
                }
                if let status = answered.first, status >= 400 { #expect(answer.text.contains("没有进行任何操作") || answer.text.contains("<h1>"), "\(name)") }
            }
            #expect(try await wire.exchange(Self.get("/")).status == 200)
        }
        #expect(site.log.lines(.error).isEmpty && site.log.lines(.critical).isEmpty)
        let requests = site.log.lines.filter { $0.contains("\"message\":\"request\"") }
        #expect(requests.contains { $0.contains("\"status\":431") } && !requests.joined().contains("aaaa"))
    }

    /// Two thousand requests that are almost right, the same ones every time.
    @Test func almostRightRequestsBreakNothing() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let section = try await browser.submit("/my/dossiers", on: "/home").location
        let token = try #require(browser.token)
        let cookie = "Cookie: zhiping=TOKEN\r\n"
        let form = try await browser.get(section).form(to: section).merging(["action": "save"]) { $1 }
        let body = form.map { "\(Path.percentEncode($0.key))=\(Path.percentEncode($0.value))" }.joined(separator: "&")
        let right = [
            Self.get("/?to=%2Fhome"), Self.get("/home", cookie), Self.get("/sign-in/callback?code=a&state=b&iss=c", "Cookie: zhiping-sign-in=abc\r\n"), Self.get(section, cookie),
            Self.post(section, body), Self.post("/sign-out", "_token=a&_version=0&_key=\(World.key())"), Self.get("/reviews/own-first?q=%E5%BC%A0&after=1-a", cookie),
            "POST \(section) HTTP/1.1\r\n\(Self.host)\(Self.form)Transfer-Encoding: chunked\r\n\r\n5\r\na=b&c\r\n3\r\n=d&\r\n0\r\n\r\n", Self.get("/home"),
        ].map { Array($0.replacing("TOKEN", with: token).utf8) }
        try await Wire.over(site) { wire in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        var source = Seeded(state: UInt64(worker))
                        for number in 0..<500 {
                            let sent = Self.mutated(right[number % right.count], among: right, with: &source)
                            let statuses = try await wire.exchange(sent).statuses
                            let odd = statuses.filter { !(200..<500).contains($0) && $0 != 505 }
                            #expect(odd.isEmpty, "worker \(worker), number \(number): \(odd) to \(String(decoding: sent.prefix(400), as: UTF8.self).debugDescription)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await wire.exchange(Self.get("/")).status == 200)
        }
        #expect(site.log.lines(.error).isEmpty, "\(site.log.lines(.error).prefix(3))")
        #expect(try await site.browser(.applicant).get("/home").status == 200)
    }

    private static func mutated(_ request: [UInt8], among others: [[UInt8]], with source: inout Seeded) -> [UInt8] {
        var bytes = request
        for _ in 0...Int.random(in: 0..<4, using: &source) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &source)
            let end = min(bytes.count, place + Int.random(in: 1..<40, using: &source))
            switch Int.random(in: 0..<8, using: &source) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &source)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &source)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.insert(contentsOf: (0..<8).map { _ in UInt8.random(in: 0...255, using: &source) }, at: place)
            case 5: bytes.insert(contentsOf: [13, 10], at: place)
            case 6:
                let other = others.randomElement(using: &source) ?? []
                bytes.replaceSubrange(place..., with: other.suffix(other.count - min(place, other.count)))
            case _: bytes.append(contentsOf: others.randomElement(using: &source) ?? [])
            }
        }
        return bytes
    }

    /// A dossier's section may be long, other forms not; what is typed into a section is shown again to whoever was signed out.
    @Test func eachFormHasItsMeasure() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let path = try await browser.submit("/my/dossiers", on: "/home").location.replacing("application", with: "summary")
        let long = String(repeating: "总", count: 60_000)
        #expect(try await browser.submit(path, on: path, ["summary.summary.summary": long, "action": "save"]).status == 422)
        #expect(try await browser.submit(path, on: path, ["summary.summary.summary": long + long, "action": "save"]).status == 413)
        #expect(try await browser.submit("/sign-out", on: "/home", ["more": long]).status == 413)
        let many = Dictionary(uniqueKeysWithValues: (0..<501).map { ("f\($0)", "x") })
        #expect(try await browser.submit("/sign-out", on: "/home", many).status == 400)
        #expect(throws: Problem.malformed) { try Form(body: Self.fields(2001), within: .section) }
        #expect(throws: Never.self) { try Form(body: Self.fields(2000), within: .section) }
        let answer = try await site.visitor.post(path, ["summary.summary.summary": long])
        #expect(answer.status == 401 && answer.body.contains(long))
    }

    @Test func whoComesUnderAnotherNameIsToldTheRightOne() async throws {
        let site = try await TestSite(try await World())
        let answer = try await site.send(.get, "/home", host: "localhost:8080")
        #expect(answer.status == 421 && answer.body.contains("<a class=\"button primary\" href=\"\(TestSite.origin)/\">") && answer.location == "")
        #expect(try await site.send(.get, site.site.assets.path("zhiping.css"), host: "localhost:8080").status == 200)
    }

    /// Behind TLS at its own port, browsers leave the port out.
    @Test(arguments: [
        ("https://zp.example", "zp.example", true), ("https://zp.example", "ZP.Example:443", true), ("https://zp.example", "zp.example:80", false),
        ("http://zp.example:80", "zp.example", true), ("http://127.0.0.1:8080", "127.0.0.1:8080", true), ("http://127.0.0.1:8080", "127.0.0.1:8081", false),
        ("https://zp.example", "zp.example.", false), ("https://zp.example", "azp.example", false),
    ])
    func theOwnHostIsKnown(_ origin: String, _ host: String, _ isOwn: Bool) {
        #expect(Settings(origin: origin, provider: .init(issuer: "", clientID: "", clientSecret: "")).isOwn(host: host) == isOwn)
    }
}
