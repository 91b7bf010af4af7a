import Dispatch
import Domain
import Hummingbird
import Logging
import ServiceLifecycle
import Storage

#if canImport(Glibc)
    import Glibc
#endif

/// The server as a whole: the site, the watch address, the control socket and the jobs, from their beginning to an orderly end.
///
/// SIGTERM or SIGINT end it: it is not ready from that moment and takes no new connection; requests in flight have twenty seconds; then the jobs
/// and commands end and the database is closed. A second signal, or twenty-five seconds, end the process at once, which loses nothing that
/// was acknowledged.
public struct Running: Sendable {
    /// Codes the process ends with: as in sysexits, a fault of this program, and one of the disk.
    public enum Ending: Int32 { case orderly = 0, fault = 70, disk = 74 }

    let site: Site
    let logger: Logger
    let addresses: Addresses
    let jobs: [Job]
    let control: Control?

    /// Seconds for requests in flight, and for all of the ending.
    static let grace = 20
    static let patience = 25

    /// Where the server listens.
    public struct Addresses: Sendable {
        public let host: String
        public let port: Int
        public let watchHost: String
        public let watchPort: Int

        public init(host: String, port: Int, watchHost: String, watchPort: Int) {
            self.host = host
            self.port = port
            self.watchHost = watchHost
            self.watchPort = watchPort
        }
    }

    /// `control` is nil where commands go to the database themselves.
    public init(site: Site, at addresses: Addresses, jobs: [Job], control: Control?, logger: Logger) {
        self.site = site
        self.addresses = addresses
        self.jobs = jobs
        self.control = control
        self.logger = logger
    }

    /// Runs until it is told to end, or until a part of it ends by itself, and returns the code for the process.
    public func run() async -> Ending {
        site.database.watch.onFatal { [site, logger] failure in
            site.phase.end()
            // Time enough for the answer of whoever met it. Arranged before the log, which may lie on the same disk and hang.
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(500)) { _exit(Ending.disk.rawValue) }
            logger.critical("the storage has failed; the process ends, so that nothing is acknowledged that is not there", metadata: ["failure": "\(failure.rawValue)"])
        }
        let group = group()
        let signals = listen { Task { await group.triggerGracefulShutdown() } }
        defer { for signal in signals { signal.cancel() } }
        var ending = Ending.orderly
        do {
            try await group.run()
        } catch {
            // What was cut short after its time is no fault; a part that ended by itself has said so.
            if !site.phase.isEnding { ending = .fault }
        }
        site.phase.end()
        do {
            try await site.database.close()
        } catch {
            logger.error("the database could not be closed in order; the next start recovers it", metadata: ["error": "\(summary(of: error))"])
        }
        logger.info("ended", metadata: ["code": .stringConvertible(Int(ending.rawValue))])
        return ending
    }

    /// Ended from the last to the first: first of all the site.
    private func group() -> ServiceGroup {
        let site = site
        let runner = JobRunner(
            jobs: jobs, database: site.database, measures: site.measures, phase: site.phase, logger: logger, clock: site.clock)
        let watch = site.watchApplication(host: addresses.watchHost, port: addresses.watchPort, logger: logger)
        let application = site.application(host: addresses.host, port: addresses.port, logger: logger)
        var services: [(String, any Service)] = [
            ("watch address", watch), ("sweep of the folder", FolderSweep(site: site, logger: logger)), ("reference tables", ReferenceRefresh(site: site, logger: logger)),
            ("jobs", runner),
        ]
        if let control { services.append(("control socket", control)) }
        services.append(("site", application))
        let parts = services.map { Part(name: $0.0, phase: site.phase, logger: logger, service: $0.1) }
        var configuration = ServiceGroupConfiguration(services: parts, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(Self.grace)
        return ServiceGroup(configuration: configuration)
    }

    private func listen(_ end: @escaping @Sendable () -> Void) -> [any DispatchSourceSignal] {
        let queue = DispatchQueue(label: "signals")
        return [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [site, logger] in
                guard site.phase.end() else {
                    logger.warning("told to end a second time: ends at once")
                    _exit(Ending.fault.rawValue)
                }
                logger.info("told to end; requests in flight have \(Self.grace) seconds")
                queue.asyncAfter(deadline: .now() + .seconds(Self.patience)) {
                    logger.error("has not ended in \(Self.patience) seconds: ends at once")
                    _exit(Ending.fault.rawValue)
                }
                end()
            }
            source.resume()
            return source
        }
    }
}

/// A part of the server, which says by its name that it has ended when nobody told it to.
private struct Part: Service {
    let name: String
    let phase: Phase
    let logger: Logger
    let service: any Service

    func run() async throws {
        do {
            try await service.run()
            if !phase.isEnding, !Task.isCancelled { logger.critical("a part of the server has ended", metadata: ["part": "\(name)"]) }
        } catch {
            if !phase.isEnding, !(error is CancellationError) {
                logger.critical("a part of the server has ended", metadata: ["part": "\(name)", "error": "\(summary(of: error))"])
            }
            throw error
        }
    }
}
