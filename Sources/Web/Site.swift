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
    let references: References
    var reference: Reference { references.current }
    let calendar: WorkCalendar
    let provider: ProviderClient
    let printer: Printer
    let readiness = Readiness()
    let measures = SiteMeasures()
    let phase = Phase()
    let clock: @Sendable () -> Instant
    /// Where the time comes from, unless it is given by a test.
    let timekeeper: Clock?

    public init(
        database: any Database, files intake: Intake, settings: Settings, transport: any ProviderTransport = URLTransport(), clock: Clock
    ) async throws {
        try await self.init(database: database, files: intake, settings: settings, transport: transport, clock: clock.now, timekeeper: clock)
    }

    init(
        database: any Database, files intake: Intake, settings: Settings, transport: any ProviderTransport, clock: @escaping @Sendable () -> Instant,
        timekeeper: Clock? = nil
    ) async throws {
        self.clock = clock
        self.timekeeper = timekeeper
        self.database = database
        self.intake = intake
        self.settings = settings
        assets = try Assets()
        printer = Printer(font: settings.printFont)
        let tables = try await database.read { (reference: try ReferenceTables.reference($0), calendar: try ReferenceTables.calendar($0)) }
        (references, calendar) = (References(tables.reference), tables.calendar)
        provider = ProviderClient(provider: settings.provider, redirect: settings.origin + Path.callback, transport: transport)
    }

    /// The application, listening on an address; port 0 is any free one, and `whenRunning` is told which.
    public func application(
        host: String, port: Int, logger: Logger, whenRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        return Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [
                        ConnectionCount(gauge: measures.connections), UnreadableRequests(settings: settings, measures: measures, logger: logger),
                    ], idleTimeout: .seconds(75),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 4 * Limits.headerBytes, maxHeaderListSize: 4 * Limits.headerBytes, maxHeaderFieldCount: 4 * Limits.headerFields))),
            configuration: .init(address: .hostname(host, port: port), serverName: nil),
            onServerRunning: { channel in
                await whenRunning(channel.localAddress?.port ?? port)
                // Connections are taken only when this returns.
                Task { if await !printer.canPrint { logger.error("no font for PDFs", metadata: ["font": "\(settings.printFont)"]) } }
            }, logger: logger)
    }

    /// The machine's own time, for what others have stamped with theirs.
    func machineTime() -> Instant { timekeeper?.machineTime() ?? clock() }

    /// A page as an answer.
    func page(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
    }

    /// After a post: to a page of this site, which a reload does not repeat.
    func see(_ path: String) -> Response { .redirect(to: path, type: .normal) }
}
