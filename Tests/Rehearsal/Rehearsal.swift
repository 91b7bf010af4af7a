import Cast
import Domain
import Files
import Foundation
import Hummingbird
import Logging
import Storage
import Synchronization

@testable import Web

/// The small world of the Swift tests, served over HTTP to tests in other languages: `rehearsal PORT [ownUnit|returningUnit]`. It reads one
/// command a line, as JSON, and answers each with one line. What a command prepares or tells goes past the site's pages; what is tried goes through them.
@main
struct Rehearsal {
    let world: World
    let site: Site
    let time: Time
    let rule = SessionRule(idle: 1 << 40, absolute: 1 << 40)

    /// The clock of the world, which moves only when it is told to.
    final class Time: Sendable {
        private let passed = Mutex<Int64>(0)
        var reading: Clock.Reading {
            let seconds = passed.withLock { $0 }
            return Clock.Reading(time: World.start.adding(seconds: seconds), running: .seconds(seconds))
        }
        func pass(_ seconds: Int64) { passed.withLock { $0 += seconds } }
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 3, let port = Int(words[1]), let reentry = ReviewChain.Reentry(rawValue: words[2]) else { return }
        let (world, time) = (try await World(reentry: reentry, lasting: 40_000), Time())
        let logger = Logger(label: "rehearsal") { _ in JSONLog(write: { FileHandle.standardError.write(Data("\($0)\n".utf8)) }) }
        let clock = Clock(latest: nil, logger: logger, read: { time.reading })
        let settings = Settings(
            origin: "http://127.0.0.1:\(port)", provider: .init(issuer: "http://127.0.0.1", clientID: "zhiping", clientSecret: "secret"),
            sessions: SessionRule(idle: 1 << 40, absolute: 1 << 40))
        let site = try await Site(database: world.database, files: try world.intake(), settings: settings, clock: clock)
        let application = site.application(host: "127.0.0.1", port: port, logger: logger) { _ in say(["ready": "yes"]) }
        let serving = Task { try await application.runService() }
        let rehearsal = Rehearsal(world: world, site: site, time: time)
        while let line = try await blocking({ readLine() }) {
            let command = try JSONDecoder().decode(Command.self, from: Data(line.utf8))
            say(try await rehearsal.answer(command))
        }
        // Whoever ends the commands has ended the site before, by SIGTERM.
        try await serving.value
    }

    struct Command: Decodable {
        let command: String
        var name = ""
        var cookie = ""
        var path = ""
        var dossier = ""
        var version = 0
        var number: Int64 = 0

        private enum CodingKeys: String, CodingKey { case command, name, cookie, path, dossier, version, number }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            command = try values.decode(String.self, forKey: .command)
            name = try values.decodeIfPresent(String.self, forKey: .name) ?? ""
            cookie = try values.decodeIfPresent(String.self, forKey: .cookie) ?? ""
            path = try values.decodeIfPresent(String.self, forKey: .path) ?? ""
            dossier = try values.decodeIfPresent(String.self, forKey: .dossier) ?? ""
            version = try values.decodeIfPresent(Int.self, forKey: .version) ?? 0
            number = try values.decodeIfPresent(Int64.self, forKey: .number) ?? 0
        }
    }

    /// A word for another program.
    typealias Answer = [String: String]

    private static func say(_ answer: Answer) {
        do { FileHandle.standardOutput.write(try JSONEncoder().encode(answer) + Data("\n".utf8)) } catch { exit(1) }
    }

    private func answer(_ command: Command) async throws -> Answer {
        switch command.command {
        case "person": return ["cookie": try await session(of: command.name)]
        case "dossier":
            let made = try await world.crowd(Int(command.number))
            return ["dossier": made.dossier.text, "name": made.person.name, "cookie": try await session(of: made.person, at: nil)]
        case "form": return try await form(command)
        case "dossier as it is": return try await look(at: ID(command.dossier))
        case "time passes":
            time.pass(command.number)
            return ["today": time.reading.time.day.description]
        case "verify": return ["findings": try await world.database.verify().findings.map { "\($0)" }.joined(separator: "\n")]
        case _: return ["unknown": command.command]
        }
    }

    private func session(of name: String) async throws -> String {
        guard let name = World.Name(rawValue: name), let id = world.staff[name] else { return "" }
        let unit = try await world.database.read { connection in try connection.staff(id, on: World.start.day).flatMap { try connection.unit($0.unit) } }
        return try await session(of: world.person(name), at: unit)
    }

    /// Signs a person in, in his own name or for his unit.
    private func session(of person: Person, at unit: WorkUnit?) async throws -> String {
        var source = SystemRandomNumberGenerator()
        let token = randomText(characters: 52, from: &source)
        let identity = Identity(
            issuer: "http://127.0.0.1", subject: person.id.text, kind: unit == nil ? .person : .unit, name: person.name, idNumber: person.idNumber, phone: person.phone,
            creditCode: unit?.creditCode, unitName: unit?.name ?? "")
        let now = time.reading.time
        try await world.database.write { try $0.signIn(identity, tokenHash: digest(token), at: now) }
        return token
    }

    /// The hidden fields of a form, as the site would give them to this session, whether or not a page of its offers the form.
    private func form(_ command: Command) async throws -> Answer {
        let (now, rule) = (time.reading.time, rule)
        let session = try await world.database.read { connection in
            try connection.signedIn(tokenHash: digest(command.cookie), rule: rule, at: now).map { Session(token: command.cookie, signedIn: $0.0, vault: connection.vault) }
        }
        guard let session else { return [:] }
        let fields = FormToken.fields(for: command.path, version: command.version, in: session).description
        return Dictionary(fields.matches(of: /name="([^"]*)" value="([^"]*)"/).map { (String($0.1), String($0.2)) }) { first, _ in first }
    }

    private func look(at id: ID<Dossier>?) async throws -> Answer {
        guard let id else { return [:] }
        return try await world.database.read { connection in
            let stage = try connection.first("SELECT stage, COALESCE(stop, -1), version FROM dossiers WHERE id = \(id)") { (try $0.text(), try $0.integer(), try $0.integer()) }
            guard let stage else { return [:] }
            return [
                "stage": stage.0, "stop": String(stage.1), "version": String(stage.2), "seen": try connection.content(of: id)?.digest ?? "",
                "edition": try connection.draft(of: id).edition,
            ]
        }
    }
}
