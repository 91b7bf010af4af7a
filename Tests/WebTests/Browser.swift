import Cast
import Domain
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Storage
import Synchronization

@testable import Web

/// The site over a world, asked through its router as over the network.
final class TestSite: Sendable {
    let world: World
    let site: Site
    let provider = FakeProvider()
    let log = Log()
    private let responder: any HTTPResponder<VisitorContext>

    static let origin = "http://127.0.0.1:8080"

    init(
        _ world: World, database: (any Database)? = nil, leastFreeBytes: Int64 = 0, patience: Duration = .seconds(100), bucket: Bucket? = nil,
        mostExportedAtOnce: Int = 5000,
        clock: @escaping @Sendable () -> Instant = { World.start }
    ) async throws {
        self.world = world
        let settings = Settings(
            origin: Self.origin, provider: .init(issuer: FakeProvider.issuer, clientID: "zhiping", clientSecret: "secret"), leastFreeBytes: leastFreeBytes,
            watchPatience: patience, mostExportedAtOnce: mostExportedAtOnce)
        site = try await Site(
            database: database ?? world.database, files: try world.intake(bucket), settings: settings, transport: provider, clock: clock, timekeeper: nil)
        responder = site.router().buildResponder()
    }

    func send(_ method: HTTPRequest.Method, _ path: String, host: String? = "127.0.0.1:8080", headers: [(String, String)] = [], body: String = "") async throws -> Answer {
        try await send(method, path, host: host, headers: headers, bytes: Array(body.utf8))
    }

    func send(_ method: HTTPRequest.Method, _ path: String, host: String? = "127.0.0.1:8080", headers: [(String, String)] = [], bytes: [UInt8]) async throws -> Answer {
        var fields = HTTPFields()
        for (name, value) in headers { fields.append(HTTPField(name: HTTPField.Name(name)!, value: value)) }
        let request = Request(
            head: .init(method: method, scheme: "http", authority: host, path: path, headerFields: fields), body: .init(buffer: ByteBuffer(bytes: bytes)))
        let context = VisitorContext(source: .init(channel: EmbeddedChannel(), logger: log.logger))
        let response = try await responder.respond(to: request, context: context)
        let collected = Collected()
        try await response.body.write(BodyWriter(collected: collected))
        return Answer(
            status: response.status.code, headers: response.headers, body: String(buffer: collected.buffer),
            bytes: Array(collected.buffer.readableBytesView))
    }

    /// What a decision names to say what it saw.
    func seen(of dossier: String) async throws -> String {
        guard let id = ID<Dossier>(dossier) else { return "" }
        return try await world.database.read { try $0.content(of: id)?.digest } ?? ""
    }

    /// A browser in which this name is signed in; staff through their unit, others in their own name.
    func browser(_ name: World.Name) async throws -> Browser {
        let person = world.person(name)
        let unit: WorkUnit? = try await world.database.read { connection in
            try self.world.staff[name].flatMap { try connection.staff($0, on: World.start.day) }.flatMap { try connection.unit($0.unit) }
        }
        let code = unit?.creditCode ?? (name == .strangerClerk ? World.strangersCode : nil)
        let identity = Identity(
            issuer: FakeProvider.issuer, subject: "\(name)", kind: code == nil ? .person : .unit, name: person.name, idNumber: person.idNumber,
            phone: person.phone, creditCode: code, unitName: unit?.name ?? (code == nil ? "" : "未注册单位"))
        return try await browser(as: identity)
    }

    /// The person himself, even where he has a seat in a unit.
    func personalBrowser(_ name: World.Name) async throws -> Browser {
        let person = world.person(name)
        return try await browser(
            as: Identity(
                issuer: FakeProvider.issuer, subject: "personal-\(name)", kind: .person, name: person.name, idNumber: person.idNumber, phone: person.phone,
                creditCode: nil, unitName: ""))
    }

    /// Somebody who is none of the cast, in his own name.
    func browser(of person: Person) async throws -> Browser {
        try await browser(
            as: Identity(
                issuer: FakeProvider.issuer, subject: person.id.text, kind: .person, name: person.name, idNumber: person.idNumber, phone: person.phone, creditCode: nil,
                unitName: ""))
    }

    func browser(as identity: Identity) async throws -> Browser {
        var source = SystemRandomNumberGenerator()
        let token = randomText(characters: 52, from: &source)
        let now = site.clock()
        try await world.database.write { try $0.signIn(identity, tokenHash: digest(token), at: now) }
        return Browser(site: self, token: token)
    }

    var visitor: Browser { Browser(site: self, token: nil) }
}

/// What the site has logged, line by line, as it would stand in the log.
final class Log: Sendable {
    private let held = Mutex<[String]>([])

    var lines: [String] { held.withLock { $0 } }
    var logger: Logger {
        Logger(label: "test") { _ in JSONLog(clock: { Date(timeIntervalSince1970: 0.125) }) { line in self.held.withLock { $0.append(line) } } }
    }

    /// The lines at a level.
    func lines(_ level: Logger.Level) -> [String] { lines.filter { $0.contains("\"level\":\"\(level)\"") } }
}

struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: String
    var bytes: [UInt8] = []

    var location: String { headers[.location] ?? "" }

    /// The fields of the form that posts to a path, as a browser would send them.
    func form(to path: String) -> [String: String] {
        guard let start = body.range(of: "action=\"\(path)\""), let end = body.range(of: "</form>", range: start.upperBound..<body.endIndex) else { return [:] }
        let form = String(body[start.upperBound..<end.lowerBound])
        var fields: [String: String] = [:]
        for match in form.matches(of: /<input [^>]*name="([^"]*)"[^>]*?>/) {
            let value = match.0.firstMatch(of: /value="([^"]*)"/).map { String($0.1) } ?? ""
            if match.0.contains("type=\"radio\""), !match.0.contains(" checked") { continue }
            if !match.0.contains("type=\"checkbox\""), !match.0.contains("type=\"file\"") { fields[String(match.1)] = unescaped(value) }
        }
        for match in form.matches(of: /<textarea [^>]*name="([^"]*)"[^>]*>\n([^<]*)</) { fields[String(match.1)] = unescaped(String(match.2)) }
        for match in form.matches(of: /(?s)<select [^>]*name="([^"]*)"[^>]*>(.*?)<\/select>/) {
            fields[String(match.1)] = match.2.firstMatch(of: /value="([^"]*)" selected/).map { String($0.1) } ?? ""
        }
        return fields
    }

    private func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }
}

/// A person's browser: his cookie, and the headers a browser adds.
struct Browser: Sendable {
    let site: TestSite
    let token: String?

    private var cookie: [(String, String)] { token.map { [("cookie", "zhiping=\($0)")] } ?? [] }

    func get(_ path: String) async throws -> Answer { try await site.send(.get, path, headers: cookie) }

    func post(_ path: String, _ fields: [String: String], headers: [(String, String)] = [("origin", TestSite.origin), ("sec-fetch-site", "same-origin")]) async throws -> Answer {
        let body = fields.map { "\(Path.percentEncode($0.key))=\(Path.percentEncode($0.value))" }.joined(separator: "&")
        return try await site.send(.post, path, headers: cookie + headers + [("content-type", "application/x-www-form-urlencoded")], body: body)
    }

    /// Sends a form with files, as a browser encodes it.
    func upload(
        _ path: String, _ fields: [String: String], _ files: [(field: String, name: String, bytes: [UInt8])], cut: Int = 0
    ) async throws -> Answer {
        let mark = "----boundary7MA4YWxk"
        var body: [UInt8] = []
        for (name, value) in fields { body += "--\(mark)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8 }
        for file in files {
            body += "--\(mark)\r\nContent-Disposition: form-data; name=\"\(file.field)\"; filename=\"\(file.name)\"\r\nContent-Type: application/octet-stream\r\n\r\n".utf8
            body += file.bytes + Array("\r\n".utf8)
        }
        body += "--\(mark)--\r\n".utf8
        let headers = [("origin", TestSite.origin), ("sec-fetch-site", "same-origin"), ("content-type", "multipart/form-data; boundary=\(mark)")]
        return try await site.send(.post, path, headers: cookie + headers, bytes: Array(body.dropLast(cut)))
    }

    /// Uploads files to a row of a draft, from the row's own page.
    func attach(_ files: [(String, [UInt8])], to part: Part, _ row: String, of dossier: String) async throws -> Answer {
        let page = "/my/dossiers/\(dossier)/attaching?part=\(part.rawValue)&row=\(row)"
        let form = try await get(page).form(to: "/my/dossiers/\(dossier)/files")
        return try await upload("/my/dossiers/\(dossier)/files", form, files.map { ("file", $0.0, $0.1) })
    }

    /// Opens a page, fills in one of its forms and sends it.
    func submit(_ path: String, on page: String, _ typed: [String: String] = [:]) async throws -> Answer {
        let form = try await get(page).form(to: path)
        return try await post(path, form.merging(typed) { _, typed in typed })
    }

    /// Hidden fields as the site would give them to this session, for people whose page does not offer the form.
    func token(for path: String, version: Int, key: String = World.key()) async throws -> [String: String] {
        guard let token else { return ["_token": "x", "_version": "\(version)", "_key": key] }
        let now = site.site.clock()
        let found = try await site.world.database.read { connection in
            try connection.signedIn(tokenHash: digest(token), rule: SessionRule(idle: 1800, absolute: 28_800), at: now).map {
                Session(token: token, signedIn: $0.0, vault: connection.vault)
            }
        }
        guard let found else { return [:] }
        let fields = FormToken.fields(for: path, version: version, key: key, in: found).description
        return Answer(status: 200, headers: [:], body: "action=\"\(path)\"\(fields)</form>").form(to: path)
    }
}

private final class Collected: @unchecked Sendable { var buffer = ByteBuffer() }

private struct BodyWriter: ResponseBodyWriter {
    let collected: Collected
    func write(_ buffer: ByteBuffer) async throws { collected.buffer.writeImmutableBuffer(buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension TestSite {
    /// Asks the watch address.
    func watch(_ path: String, host: String? = "127.0.0.1:9080") async throws -> Answer {
        let request = Request(head: .init(method: .get, scheme: "http", authority: host, path: path, headerFields: [:]), body: .init(buffer: ByteBuffer()))
        let responder = site.watchRouter().buildResponder()
        let response = try await responder.respond(to: request, context: BasicRequestContext(source: .init(channel: EmbeddedChannel(), logger: log.logger)))
        let collected = Collected()
        try await response.body.write(BodyWriter(collected: collected))
        return Answer(status: response.status.code, headers: response.headers, body: String(buffer: collected.buffer))
    }

    /// Does what the site does in the background, as one node at one moment.
    func sweepFiles(at now: Instant) async throws {
        let clock: @Sendable () -> Instant = { now }
        try await world.database.write { try $0.enlist(["files"], at: now) }
        guard case .held(let lease) = try await world.database.write({ try $0.claim("files", for: "node", at: now) }) else { throw Lease.Lost() }
        try await site.sweepContents(Shift(lease: lease, database: world.database, clock: clock))
        try await world.database.write { try $0.finish(lease, at: now, next: now) }
        try await site.sweepFolder(at: now)
    }
}
