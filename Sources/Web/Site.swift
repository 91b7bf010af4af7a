import Domain
import Files
import HTTPTypes
import Hummingbird
import Logging
import Markup
import NIOCore
import Storage

/// The web site: everything its handlers share. State that outlives a request is in the database.
public struct Site: Sendable {
    let database: any Database
    let intake: Intake
    let settings: Settings
    let assets: Assets
    let reference: Reference
    let calendar: WorkCalendar
    let provider: ProviderClient
    let readiness = Readiness()
    let clock: @Sendable () -> Instant

    public init(
        database: any Database, files intake: Intake, settings: Settings, transport: any ProviderTransport = URLTransport(), clock: @escaping @Sendable () -> Instant
    ) async throws {
        self.clock = clock
        self.database = database
        self.intake = intake
        self.settings = settings
        assets = try Assets()
        (reference, calendar) = try await database.read { (try ReferenceTables.reference($0), try ReferenceTables.calendar($0)) }
        provider = ProviderClient(provider: settings.provider, redirect: settings.origin + Path.callback, transport: transport)
    }

    /// The application, listening on an address; port 0 is any free one, and `whenRunning` is told which.
    public func application(
        host: String, port: Int, logger: Logger, whenRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [UnreadableRequests(settings: settings, logger: logger)], idleTimeout: .seconds(75),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 4 * Limits.headerBytes, maxHeaderListSize: 4 * Limits.headerBytes, maxHeaderFieldCount: 4 * Limits.headerFields))),
            configuration: .init(address: .hostname(host, port: port), serverName: nil), services: [FileSweep(site: self, logger: logger)],
            onServerRunning: { await whenRunning($0.localAddress?.port ?? port) }, logger: logger)
    }

    /// A page as an answer.
    func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
    }

    /// After a post: to a page of this site, which a reload does not repeat.
    func see(_ path: String) -> Response { .redirect(to: path, type: .normal) }
}
