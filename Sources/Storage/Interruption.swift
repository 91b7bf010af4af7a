import GRDB
import GRDBSQLite
import Synchronization

/// Ends what a task reads when the task is cancelled.
final class Interruption: Sendable {
    private let reading = Mutex<Handle?>(nil)

    /// A connection, for nothing but to be interrupted; SQLite allows that from any thread as long as it is open.
    private struct Handle: @unchecked Sendable {
        let connection: OpaquePointer?
    }

    func during<Result>(_ database: GRDB.Database, _ body: () throws -> Result) throws -> Result {
        let handle = Handle(connection: database.sqliteConnection)
        reading.withLock { $0 = handle }
        defer { reading.withLock { $0 = nil } }
        // It may have been cancelled before there was anything to interrupt.
        try Task.checkCancellation()
        return try body()
    }

    func interrupt() {
        reading.withLock { reading in
            if let reading { sqlite3_interrupt(reading.connection) }
        }
    }
}
