import Domain
import Files
import Foundation
import Logging
import ServiceLifecycle
import Storage

extension Site {
    /// Removes what was uploaded and belongs to nothing, a day after it came, and pictures that nobody has looked at for a month.
    func sweepFiles(at now: Instant) async throws {
        let (database, hour, day, month) = (database, now.adding(seconds: -3600), now.adding(seconds: -86_400), now.adding(seconds: -30 * 86_400))
        func date(_ instant: Instant) -> Date { Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000) }
        let isReferred: (String) async throws -> Bool = { digest in try await database.read { try $0.refersToFile(digest) } }
        let forgotten = try await database.write { try $0.sweepFiles(before: day) }
        try await intake.store.remove(forgotten, olderThan: date(day), unless: isReferred)
        try await intake.store.sweep(begunBefore: date(hour), receivedBefore: date(day), drawnBefore: date(month), unless: isReferred)
    }
}

/// Sweeps the store at start and every hour after, until the server is told to end.
struct FileSweep: Service {
    let site: Site
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                try await site.sweepFiles(at: site.clock())
            } catch {
                logger.error("the store of files could not be swept", metadata: ["error": "\(error)"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3600)) }
            } catch is CancellationError {
                return
            }
        }
    }
}
