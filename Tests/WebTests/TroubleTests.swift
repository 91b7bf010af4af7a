import Cast
import Domain
import Files
import Foundation
import HTTPTypes
import Storage
import Synchronization
import Testing

@testable import Web

/// A database that can be made to fail.
final class FaultyDatabase: Database {
    struct Gone: Error, CustomStringConvertible {
        let description = "gone, with 510100190001010012 in hand"
    }

    struct Faults: OptionSet, Sendable {
        let rawValue: Int
        static let reading = Faults(rawValue: 1)
        static let writing = Faults(rawValue: 2)
        static let settings = Faults(rawValue: 4)
        static let space = Faults(rawValue: 8)
        static let all: Faults = [.reading, .writing, .settings, .space]
    }

    private let sound: any Database
    private let state = Mutex((faults: Faults(), spared: 0))

    init(_ sound: any Database) { self.sound = sound }

    /// Fails from now on, after so many accesses that still succeed.
    func fail(_ faults: Faults, after spared: Int = 0) { state.withLock { $0 = (faults, spared) } }

    private func guarding(_ fault: Faults) throws {
        let fails = state.withLock { state in
            guard state.faults.contains(fault) else { return false }
            state.spared -= 1
            return state.spared < 0
        }
        if fails { throw Gone() }
    }

    func read<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try guarding(.reading)
        return try await sound.read(body)
    }

    func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try guarding(.writing)
        return try await sound.write(body)
    }

    func writeAlone<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result { try await write(body) }

    func keepsSettings() async throws -> Bool {
        try guarding(.settings)
        return try await sound.keepsSettings()
    }

    func freeBytes() throws -> Int64 {
        try guarding(.space)
        return try sound.freeBytes()
    }

    var watch: EngineWatch { sound.watch }
    func facts() async throws -> [String: String] { try await sound.facts() }
    func walBytes() -> Int64? { sound.walBytes() }
    func close() async throws { try await sound.close() }
}

/// What nobody foresaw has a page, a number and one line in the log; whether the site can work is told to whoever watches it.
@Suite struct TroubleTests {
    private func setUp() async throws -> (TestSite, FaultyDatabase, Browser) {
        let world = try await World()
        let database = FaultyDatabase(world.database)
        let site = try await TestSite(world, database: database)
        return (site, database, try await site.browser(.schoolFirst))
    }

    @Test(arguments: [.reading, .all] as [FaultyDatabase.Faults])
    func aFaultIsAPageWithANumberEvenWithoutADatabase(_ faults: FaultyDatabase.Faults) async throws {
        let (site, database, browser) = try await setUp()
        database.fail(faults)
        for answer in [try await browser.get("/home"), try await browser.get("/"), try await browser.post("/sign-out", [:]), try await browser.get("/nothing")] {
            let number = try #require(answer.headers[.requestNumber])
            #expect(answer.status == 500 && answer.body.contains(number) && answer.body.contains("系统出错了") && answer.body.contains("class=\"button primary\""))
            #expect(wellFormed(answer.body) == nil && !answer.body.contains("Gone") && !answer.body.contains("gone"))
            #expect(answer.headers[.contentSecurityPolicy] != nil && answer.headers[.cacheControl] == "no-store")
            let lines = site.log.lines(.error).filter { $0.contains(number) }
            #expect(lines.count == 1 && lines[0].contains("Gone") && !lines[0].contains("510100190001010012"), "\(lines)")
        }
        // What needs no database stays.
        #expect(try await site.visitor.get(site.site.assets.path("zhiping.css")).status == 200)
        database.fail([])
        #expect(try await browser.get("/home").status == 200)
    }

    /// The session was read, the page was not: nothing more is tried, and nothing is said twice.
    @Test func aFaultAfterTheSessionShowsOnlyItsNumber() async throws {
        let (site, database, browser) = try await setUp()
        database.fail(.reading, after: 1)
        let answer = try await browser.get("/home")
        #expect(answer.status == 500 && answer.body.contains("回到首页") && !answer.body.contains("schoolFirst") && !answer.body.contains("退出"))
        #expect(site.log.lines(.error).count == 1)
    }

    @Test func aFaultInTheMiddleOfAPostLosesOnlyThePost() async throws {
        let (site, database, browser) = try await setUp()
        let id = try await site.world.dossier()
        let path = "/dossiers/\(id)/passes"
        let form = try await browser.get("/dossiers/\(id)").form(to: path).merging(["action": "pass", "opinion": "意见"]) { $1 }
        database.fail(.writing)
        let answer = try await browser.post(path, form)
        #expect(answer.status == 500 && answer.body.contains("回到首页") && !answer.body.contains("schoolFirst") && site.log.lines(.error).count == 1)
        database.fail([])
        #expect(try await site.world.version(of: id) == 2)
        #expect(try await browser.post(path, form).status == 303)
    }

    @Test(arguments: [("/nothing", 404), ("/reviews/own-second", 200), ("/my/dossiers/x", 403)])
    func otherTroubleHasItsPageToo(_ path: String, _ status: Int) async throws {
        let (site, _, browser) = try await setUp()
        let answer = try await browser.get(path)
        #expect(answer.status == status && site.log.lines(.error).isEmpty && wellFormed(answer.body) == nil)
    }

    @Test func healthIsOnlyBeingAlive() async throws {
        let (site, database, browser) = try await setUp()
        database.fail(.all)
        for path in ["/healthz", "/readyz", "/metrics"] { #expect(try await browser.get(path).status == 500, "nothing of the sort at the site's own address") }
        database.fail([.writing, .settings, .space])
        for path in ["/healthz", "/readyz", "/metrics"] { #expect(try await browser.get(path).status == 404) }
        let before = site.log.lines.count
        for answer in [try await site.watch("/healthz"), try await site.watch("/healthz", host: "10.0.0.7:9999")] {
            #expect(answer.status == 200 && answer.body == "ok\n" && answer.headers[.contentType] == "text/plain; charset=utf-8")
        }
        #expect(site.log.lines.count == before, "no line a probe")
    }

    static let ready = ["serving", "database-writable", "settings-kept", "migrations-known", "disk-space", "file-store", "clock"]
    static let all = ["database-writable", "settings-kept", "migrations-known", "disk-space"]

    @Test func whatWorksIsReady() async throws {
        let (site, _, _) = try await setUp()
        let before = try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM migrations") }
        for host in ["127.0.0.1:8080", "10.0.0.7:9999", nil] {
            let answer = try await site.watch("/readyz", host: host)
            #expect(answer.status == 200 && answer.body == Self.ready.map { "{\"check\":\"\($0)\",\"ok\":true}\n" }.joined())
        }
        #expect(try await site.world.database.read { try $0.count("SELECT COUNT(*) FROM migrations") } == before && site.log.lines.isEmpty)
    }

    @Test(
        arguments: [
            (.writing, ["database-writable"]), (.settings, ["settings-kept"]), (.space, ["disk-space"]), (.reading, ["migrations-known"]), (.all, all),
        ] as [(FaultyDatabase.Faults, [String])])
    func eachFaultIsTold(_ faults: FaultyDatabase.Faults, _ broken: [String]) async throws {
        let (site, database, _) = try await setUp()
        database.fail(faults)
        let answer = try await site.watch("/readyz")
        #expect(answer.status == 503 && answer.body == Self.ready.map { "{\"check\":\"\($0)\",\"ok\":\(!broken.contains($0))}\n" }.joined())
        #expect(site.log.lines(.warning).filter { $0.contains("not ready") }.count == broken.count && site.log.lines(.error).isEmpty)
    }

    /// Uploads are refused for a while; what lies here is read on.
    @Test func aFileStoreThatDoesNotAnswerIsTold() async throws {
        let world = try await World()
        let bucket = try Bucket(endpoint: "http://127.0.0.1:1", name: "zhiping", accessKey: "a", secretKey: "b")
        let (id, _) = try await world.draft()
        let site = try await TestSite(world, bucket: bucket)
        #expect(try await site.watch("/readyz").body.contains("{\"check\":\"file-store\",\"ok\":false}\n"))
        let browser = try await site.browser(.applicant)
        let answer = try await browser.attach([("a.pdf", Papers.pdf(pages: 3))], to: .work, "w1", of: id.text)
        #expect(answer.status == 503 && answer.headers[.retryAfter] == "30" && answer.body.contains("附件存储暂时不可用"))
        #expect(site.log.lines(.error).count == 1 && site.log.lines(.error)[0].contains("the file store is unavailable"))
        let page = try await browser.get("/my/dossiers/\(id)/sections/education")
        let path = try #require(page.body.firstMatch(of: /data-file="([^"]*)"/)).1
        #expect(try await browser.get(String(path)).status == 200)
        try FileManager.default.removeItem(at: world.folder.appending(path: "files/contents"))
        #expect(try await browser.get(String(path)).status == 503)
    }

    @Test func aFullDiskIsNotReady() async throws {
        let answer = try await TestSite(try await World(embedded: true), leastFreeBytes: .max).watch("/readyz")
        #expect(answer.status == 503 && answer.body.contains("{\"check\":\"disk-space\",\"ok\":false}"))
    }

    @Test func anotherProgramsDatabaseIsNotReady() async throws {
        for change: SQL in ["UPDATE migrations SET checksum = 'x'", "INSERT INTO migrations (name, checksum, applied_at) VALUES ('9999_later.sql', 'x', 0)"] {
            let site = try await TestSite(try await World())
            _ = try await site.world.database.write { try $0.run(change) }
            #expect(try await site.watch("/readyz").body.contains("{\"check\":\"migrations-known\",\"ok\":false}"))
        }
    }

    /// However many ask at once, the disk is written to once.
    @Test func manyProbesAreOneLook() async throws {
        let (site, database, _) = try await setUp()
        #expect(try await site.watch("/readyz").status == 200)
        database.fail([.reading, .writing])
        #expect(try await site.watch("/readyz").status == 200, "within the same second")
    }
}
