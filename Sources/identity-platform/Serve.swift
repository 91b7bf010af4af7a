import ArgumentParser
import Foundation
import Hummingbird
import Logging

/// Runs the platform until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "运行平台 (run the server).")

    @Option(help: "Address to listen on; personas sign in with one click only on a loopback address.") var host = "127.0.0.1"
    @Option(help: "Port to listen on.") var port = 8081
    @Option(help: "Folder of the database and the signing key.") var folder: String
    @Option(help: "Origin under which browsers reach this platform.") var issuer = "http://127.0.0.1:8081"
    @Option(help: "Where the relying party takes its codes.") var redirectURI = "http://127.0.0.1:8080/sign-in/callback"
    @Option(name: .customLong("client-id"), help: "Name of the relying party.") var clientID = "zhiping"

    func run() async throws {
        let settings = try Settings(
            host: host, issuer: issuer, redirectURI: redirectURI, clientID: clientID,
            clientSecret: ProcessInfo.processInfo.environment["IDENTITY_CLIENT_SECRET"] ?? ""
        )
        let folder = URL(fileURLWithPath: folder, isDirectory: true)
        let accounts = try Accounts(folder: folder)
        let site = try await Site(
            settings: settings, accounts: accounts, keys: SigningKeys(folder: folder), stylesheet: Stylesheet.bundled()
        )
        let logger = Logger(label: "identity-platform")
        logger.info("\(settings.issuer) 模拟统一身份认证平台，仅用于演示和测试", metadata: ["listening": "\(host):\(port)"])
        let application = Application(
            router: site.router(), configuration: ApplicationConfiguration(address: .hostname(host, port: port)), logger: logger
        )
        try await application.runService()
    }
}
