import Domain
import GRDB
import GRDBSQLite
import Synchronization

/// Lets the writes that come while one is on its way to the disk share the next commit: each in a savepoint of its own, answered only
/// when the commit that holds it is durable.
final class GroupCommit: Sendable {
    private let atOnce: Int
    private let watch: EngineWatch
    private let log: WriteAheadLog
    private let state = Mutex(State())

    private struct State {
        var waiting: [Work] = []
        var isWorking = false
    }

    /// One body: `run` gives the answer that is to be sent when all is durable.
    private final class Work: Sendable {
        let run: @Sendable (any Connection) throws -> Answer
        let fail: @Sendable (any Error) -> Void
        let asked = ContinuousClock.now

        init(run: @escaping @Sendable (any Connection) throws -> Answer, fail: @escaping @Sendable (any Error) -> Void) {
            (self.run, self.fail) = (run, fail)
        }
    }

    private typealias Answer = @Sendable () -> Void

    /// The engine undid the whole transaction because of another body in it.
    struct UndoneByAnother: Error {}

    init(atOnce: Int, watch: EngineWatch, log: WriteAheadLog) {
        self.atOnce = max(1, atOnce)
        self.log = log
        self.watch = watch
    }

    /// Bodies that wait for the writing connection.
    var queueDepth: Int { state.withLock { $0.waiting.count } }

    func run<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result, in pool: DatabasePool, _ vault: Vault) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let work = Work(
                run: { connection in
                    let result = try body(connection)
                    return { continuation.resume(returning: result) }
                }, fail: { continuation.resume(throwing: $0) })
            let begins = state.withLock { state in
                state.waiting.append(work)
                defer { state.isWorking = true }
                return !state.isWorking
            }
            if begins { begin(in: pool, vault) }
        }
    }

    private func begin(in pool: DatabasePool, _ vault: Vault) {
        pool.asyncWriteWithoutTransaction { [self] in
            if drain(SQLiteConnection(database: $0, vault: vault)) { begin(in: pool, vault) }
        }
    }

    /// Batches after which others who want the writing connection, as the probe of its settings, have their turn.
    private static let turns = 8

    /// Works until nothing waits, or for so many turns; true when something still waits.
    private func drain(_ connection: SQLiteConnection) -> Bool {
        for _ in 0..<Self.turns {
            guard let batch = next(atOnce) else { return false }
            let answers: [Answer]
            do {
                answers = try commit(batch, connection)
            } catch {
                // After a fatal failure nothing is committed on this connection any more: the next might seem to succeed.
                let isFatal = Self.failure(error)?.isFatal == true
                if isFatal { _ = (error as? DatabaseError).map(watch.met) }
                let failed = batch + (isFatal || Self.failure(error) == .busy ? next(.max, ends: false) ?? [] : [])
                answers = failed.map { work in { work.fail(error) } }
            }
            for answer in answers { answer() }
            checkpoint(connection)
        }
        return true
    }

    /// Pages of the log past which it is written into the file. SQLite would do so by itself, and keep to itself when that fails.
    private static let mostPages = 1000

    private func checkpoint(_ connection: SQLiteConnection) {
        guard log.pages > Self.mostPages else { return }
        do {
            try connection.database.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
        } catch {
            _ = (error as? DatabaseError).map(watch.met)
        }
    }

    private static func failure(_ error: any Error) -> EngineFailure? { (error as? DatabaseError).flatMap { EngineFailure($0) } }

    private func next(_ most: Int, ends: Bool = true) -> [Work]? {
        state.withLock { state in
            if state.waiting.isEmpty {
                if ends { state.isWorking = false }
                return nil
            }
            let batch = Array(state.waiting.prefix(most))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// What everyone is to be told, after the commit; throws when it fails for all.
    private func commit(_ batch: [Work], _ connection: SQLiteConnection) throws -> [Answer] {
        try watch.demandSound()
        let (database, begun) = (connection.database, ContinuousClock.now)
        for work in batch { watch.waited.observe(begun - work.asked) }
        try database.cachedStatement(sql: "BEGIN IMMEDIATE").execute()
        do {
            let answers = try batch.map { try answer(to: $0, connection, isAlone: batch.count == 1) }
            try database.cachedStatement(sql: "COMMIT").execute()
            watch.committed.observe(ContinuousClock.now - begun)
            return answers
        } catch {
            if database.isInsideTransaction { try database.cachedStatement(sql: "ROLLBACK").execute() }
            throw error
        }
    }

    /// Runs one body; what it throws undoes only itself, and is told with the others' results, for it may rest on them.
    private func answer(to work: Work, _ connection: SQLiteConnection, isAlone: Bool) throws -> Answer {
        if isAlone { return try work.run(connection) }
        let database = connection.database
        guard database.isInsideTransaction else { throw UndoneByAnother() }
        try database.cachedStatement(sql: "SAVEPOINT one").execute()
        do {
            let answer = try work.run(connection)
            try database.cachedStatement(sql: "RELEASE one").execute()
            return answer
        } catch {
            // A full disk or a failing one undoes the whole transaction by itself.
            guard database.isInsideTransaction, Self.failure(error)?.isFatal != true else { throw error }
            try database.cachedStatement(sql: "ROLLBACK TO one").execute()
            try database.cachedStatement(sql: "RELEASE one").execute()
            return { work.fail(error) }
        }
    }
}

/// How long the log of the writing connection is, as SQLite tells it at every commit.
final class WriteAheadLog: Sendable {
    private let count = Mutex<CInt>(0)

    var pages: CInt { count.withLock { $0 } }

    /// Listens to a connection for as long as that is open; its own checkpoints end with this.
    func listen(to database: GRDB.Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                if let context { Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue().count.withLock { $0 = pages } }
                return SQLITE_OK
            }, context)
    }
}
