import ArgumentParser
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
    @Option(help: "Under which scheme, host and port browsers reach the site.") var origin: String?
    @Option(help: "The identity platform.") var issuer = ProcessInfo.processInfo.environment["ISSUER"] ?? "http://127.0.0.1:8081"
    @Option(help: "Our name at the identity platform.") var clientID = ProcessInfo.processInfo.environment["CLIENT_ID"] ?? "zhiping"
    @Option(help: "The algorithm ID tokens are signed with.") var algorithm = ProcessInfo.processInfo.environment["ID_TOKEN_ALGORITHM"] ?? "ES256"

    func run() async throws {
        // A scanner that hangs up in the middle of a file is an error to be told, not the end of the server.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { _ in JSONLog() }
        // Whoever reads the log may go away; the site stays.
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessInfo.processInfo.environment
        guard let secret = environment["IDENTITY_CLIENT_SECRET"], !secret.isEmpty else {
            throw ValidationError("IDENTITY_CLIENT_SECRET is missing: the secret by which the identity platform knows this site")
        }
        let provider = Web.Settings.Provider(
            issuer: issuer, clientID: clientID, clientSecret: secret, algorithm: algorithm, claims: .init(environment: environment))
        let settings = Web.Settings(origin: origin ?? "http://\(host):\(port)", provider: provider)
        let site = try await Site(database: try await folder.open(), files: try folder.intake(), settings: settings, clock: now)
        try await site.application(host: host, port: port, logger: Logger(label: "zhiping")).runService()
    }
}
