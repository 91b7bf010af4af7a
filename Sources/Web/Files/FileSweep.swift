import Domain
import Files
import Foundation
import Logging
import ServiceLifecycle
import Storage

extension Site {
    /// Removes what was uploaded and belongs to nothing, a day after it came: once, whichever node does it.
    func sweepContents(_ shift: Shift) async throws {
        let day = shift.clock().adding(seconds: -86_400)
        let forgotten = try await shift.write { try $0.sweepFiles(before: day) }
        try await intake.store.remove(forgotten, olderThan: date(day), unless: isReferred)
        try await intake.store.sweepBucket(receivedBefore: date(day), unless: isReferred)
    }

    /// Removes what is left over in this node's own folder, and pictures that nobody has looked at for a month.
    func sweepFolder(at now: Instant) async throws {
        let (hour, day, month) = (now.adding(seconds: -3600), now.adding(seconds: -86_400), now.adding(seconds: -30 * 86_400))
        try await intake.store.sweep(begunBefore: date(hour), receivedBefore: date(day), drawnBefore: date(month), unless: isReferred)
    }

    private var isReferred: (String) async throws -> Bool {
        { [database, clock] digest in try await database.read { try $0.refersToFile(digest, at: clock()) } }
    }

    private func date(_ instant: Instant) -> Date { Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000) }
}

/// Sweeps this node's folder at start and every hour after, until the server is told to end.
struct FolderSweep: Service {
    let site: Site
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                try await site.sweepFolder(at: site.clock())
            } catch {
                logger.error("the store of files could not be swept", metadata: ["error": "\(summary(of: error))"])
            }
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(3600)) }
            } catch is CancellationError {
                return
            }
        }
    }
}
