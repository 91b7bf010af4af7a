import ArgumentParser
import CMalloc
import Domain
import Foundation
import Hummingbird
import Logging
import Storage
import Web

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve the site.")
    @OptionGroup var folder: DataFolder
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port to listen on (PORT).") var port = Int(ProcessInfo.processInfo.environment["PORT"] ?? "") ?? 8080
    @Option(help: "The address for monitors: /healthz, /readyz, /metrics (WATCH_HOST).")
    var watchHost = ProcessInfo.processInfo.environment["WATCH_HOST"] ?? "127.0.0.1"
    @Option(help: "The port for monitors (WATCH_PORT); 1000 above the site's unless given.")
    var watchPort = Int(ProcessInfo.processInfo.environment["WATCH_PORT"] ?? "")
    @Option(help: "Under which scheme, host and port browsers reach the site.") var origin: String?
    @Option(help: "The identity platform.") var issuer = ProcessInfo.processInfo.environment["ISSUER"] ?? "http://127.0.0.1:8081"
    @Option(help: "Our name at the identity platform.") var clientID = ProcessInfo.processInfo.environment["CLIENT_ID"] ?? "zhiping"
    @Option(help: "The algorithm ID tokens are signed with.") var algorithm = ProcessInfo.processInfo.environment["ID_TOKEN_ALGORITHM"] ?? "ES256"

    func validate() throws {
        guard (1...65_535).contains(port), (1...65_535).contains(watching), watching != port else {
            throw ValidationError("--port (\(port)) and --watch-port (\(watching)) have to be two ports from 1 to 65535")
        }
    }

    private var watching: Int { watchPort ?? port.addingReportingOverflow(1000).partialValue }

    func run() async throws {
        // A scanner that hangs up in the middle of a file is an error to be told, not the end of the server; and so is a log that nobody reads.
        signal(SIGPIPE, SIG_IGN)
        // By itself glibc keeps free memory in eight places for each core: what one thread gives back the others do not find again.
        mallopt(M_ARENA_MAX, Int32(clamping: max(2, ProcessInfo.processInfo.activeProcessorCount)))
        LoggingSystem.bootstrap { _ in JSONLog() }
        let logger = Logger(label: "zhiping")
        let database = try await folder.open()
        for warning in try await database.warnings() { logger.warning("\(warning)") }
        let clock = Clock(latest: try await database.read { try $0.latestInstant() }, logger: logger)
        let site = try await Site(database: database, files: try folder.intake(), settings: try settings(), clock: clock)
        // Commands reach a PostgreSQL database themselves.
        let commands = Commands(database: database, folder: folder, clock: clock.now)
        let control = folder.isEmbedded ? Control(folder: folder.url, commands: commands, logger: logger) : nil
        let plan = try BackupPlan(environment: ProcessInfo.processInfo.environment, of: folder)
        let jobs = site.jobs + (try recordJobs(database: database, folder: folder, plan: plan))
        let addresses = Running.Addresses(host: host, port: port, watchHost: watchHost, watchPort: watching)
        let ending = await Running(site: site, at: addresses, jobs: jobs, control: control, logger: logger).run()
        throw ExitCode(ending.rawValue)
    }

    /// A number of 1 or more; nil where it is not set.
    private func number(_ name: String, in environment: [String: String]) throws -> Int? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        guard let number = Int(text), number > 0 else { throw ValidationError("\(name) (\(text)) has to be a number of 1 or more") }
        return number
    }

    private func settings() throws -> Web.Settings {
        let environment = ProcessInfo.processInfo.environment
        guard let secret = environment["IDENTITY_CLIENT_SECRET"], !secret.isEmpty else {
            throw ValidationError("IDENTITY_CLIENT_SECRET is missing: the secret by which the identity platform knows this site")
        }
        let provider = Web.Settings.Provider(
            issuer: issuer, clientID: clientID, clientSecret: secret, algorithm: algorithm, claims: .init(environment: environment))
        return Web.Settings(
            origin: origin ?? "http://\(host):\(port)", provider: provider, printFont: environment["PRINT_FONT"] ?? "Noto Sans CJK SC",
            mostExportedAtOnce: try number("MOST_EXPORTED_AT_ONCE", in: environment) ?? 5000)
    }
}
