import CPostgres
import Domain
import Foundation

/// A PostgreSQL server, which several nodes may share. Writing transactions see what was committed before each statement and hold the rows
/// they decide about (`hold`); one that collides with another is run again from its start.
public final class PostgresDatabase: Database {
    /// Reading has sessions of its own: where commits wait for a standby that is gone, pages are still shown.
    private let readers: PostgresPool
    private let writers: PostgresPool
    private let vault: Vault
    public let watch = EngineWatch()

    public struct CannotOpen: Error, CustomStringConvertible {
        public let description: String
    }

    /// Connects to a server by a libpq address (`postgresql://user@host/name`) and refuses one that may lose what it has acknowledged.
    /// `longestWait`: seconds for which what is asked may wait for one of the connections.
    public init(address: String, keyFile: URL, connections: Int = 16, longestWait: TimeInterval = 2) throws {
        let session: PostgresSession
        do { session = try PostgresSession(address) } catch { throw CannotOpen(description: "the PostgreSQL server does not answer; see DATABASE_URL") }
        let faults = try Self.faults(session)
        guard faults.isEmpty else { throw CannotOpen(description: "the PostgreSQL server is not set so that nothing is lost: \(faults.joined(separator: ", "))") }
        let isSealed =
            try session.answer(to: "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'sealing_keys'").rows == 1
            && session.answer(to: "SELECT 1 FROM sealing_keys LIMIT 1").rows == 1
        vault = try Vault.open(keyFile, isSealed: isSealed)
        readers = PostgresPool(address: address, size: max(1, connections / 2), longestWait: longestWait)
        writers = PostgresPool(address: address, size: max(1, connections - connections / 2), longestWait: longestWait)
    }

    deinit { close() }

    /// Lets the connections go; whatever is asked afterwards is refused.
    public func close() {
        readers.close()
        writers.close()
    }

    public func facts() async throws -> [String: String] {
        let names = ["server_version", "fsync", "full_page_writes", "synchronous_commit"]
        let values = try await read { connection in
            try names.map { name in try connection.first("SELECT current_setting(\(name))") { try $0.text() } ?? "" }
        }
        var facts = Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first })
        facts["engine"] = "postgres"
        facts["version"] = facts.removeValue(forKey: "server_version")
        return facts
    }

    public func clock() async throws -> Instant? {
        try await read { try $0.first("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)") { try $0.instant() } }
    }

    /// What the server must report, and what it reports instead.
    private static func faults(_ session: PostgresSession) throws -> [String] {
        let demanded = ["fsync": "on", "full_page_writes": "on", "data_sync_retry": "off", "server_encoding": "UTF8"]
        var faults: [String] = []
        for (name, value) in demanded.sorted(by: { $0.key < $1.key }) {
            let answer = try session.answer(to: "SELECT current_setting(\(name))").value(0, 0)
            if answer != .text(value) { faults.append("\(name) is not \(value)") }
        }
        // Both engines put texts in the same order, and ranges of them hold the same rows.
        if case .text(let order) = try session.answer(to: "SELECT datcollate FROM pg_database WHERE datname = current_database()").value(0, 0),
            !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(order)
        {
            faults.append("the database's LC_COLLATE is \(order): make it with TEMPLATE template0 LC_COLLATE 'C'")
        }
        // `local` answers before a standby has it, which is the operator's choice; `off` answers before the disk has it.
        if try session.answer(to: "SELECT current_setting('synchronous_commit')").value(0, 0) == .text("off") { faults.append("synchronous_commit is off") }
        return faults
    }

    public func keepsSettings() async throws -> Bool { try await writers.run { try Self.faults($0).isEmpty } }

    /// The server's disk is the server's to watch.
    public func freeBytes() throws -> Int64 { .max }

    private static let reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    private static let writing = "BEGIN ISOLATION LEVEL READ COMMITTED"

    public func read<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try await transaction(Self.reading, on: readers, body)
    }

    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        watch.queued.add(1)
        defer { watch.queued.add(-1) }
        return try await transaction(Self.writing, on: writers, body)
    }

    public func writeAlone<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try await writers.run { [vault] session in
            // Held by the session around the transaction, so that a schema is only looked at when nobody changes it.
            try session.command("SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(7355608215)")
            defer { session.end() }
            return try session.transaction(Self.writing, vault, body)
        }
    }

    private func transaction<Result: Sendable>(
        _ begin: String, on pool: PostgresPool, _ body: @escaping @Sendable (any Connection) throws -> Result
    ) async throws -> Result {
        let asked = ContinuousClock.now
        do {
            return try await pool.run { [vault, watch, writers] session in
                let begun = ContinuousClock.now
                if pool === writers { watch.waited.observe(begun - asked) }
                let result = try session.transaction(begin, vault, retried: { watch.retried.add() }, body)
                if pool === writers { watch.committed.observe(ContinuousClock.now - begun) }
                return result
            }
        } catch let failure as PostgresFailure {
            if let kind = failure.kind { watch.note(kind) }
            throw failure.problem ?? failure
        }
    }
}

extension PostgresSession {
    /// Tries of one transaction, and milliseconds of the first pause between two.
    private static let tries = 30
    /// Seconds for which a commit may be on its way, as when the standby that has to have it is gone; then this session is given up.
    private static let longestCommit = 10.0

    /// Runs a body in a transaction; when it collides with another, from its start again.
    func transaction<Result>(
        _ begin: String, _ vault: Vault, retried: () -> Void = {}, _ body: (any Connection) throws -> Result
    ) throws -> Result {
        try tidy()
        for attempt in 1... {
            do {
                return try once(begin, vault, body)
            } catch {
                guard attempt < Self.tries, try isWorthAnotherTry(error) else { throw error }
                retried()
                // Longer each time and by chance, so that the same two do not meet again.
                usleep(UInt32.random(in: 0...(500 << UInt32(min(attempt, 7)))))
            }
        }
        throw PostgresFailure.disconnected
    }

    private func isWorthAnotherTry(_ error: any Error) throws -> Bool {
        if error is NotUnique { return true }
        guard let failure = error as? PostgresFailure else { return false }
        if failure.isStalePlan { try forgetPrepared() }
        return failure.isCollision || failure.isStalePlan
    }

    private func once<Result>(_ begin: String, _ vault: Vault, _ body: (any Connection) throws -> Result) throws -> Result {
        try command(begin)
        let result: Result
        do {
            result = try body(PostgresConnection(session: self, vault: vault, sharesWriting: !begin.hasSuffix("READ ONLY")))
        } catch {
            if isAlive { try command("ROLLBACK") }
            throw error
        }
        do {
            try commit(within: Self.longestCommit)
        } catch let failure as PostgresFailure where failure.isDisconnected {
            throw Problem.unavailable("数据库的连接中断，不能确定是否已经保存。请刷新页面查看结果；如未保存，请重新提交。")
        }
        return result
    }

    /// Ends what a session was set to beyond one transaction.
    fileprivate func end() {
        guard isAlive else { return }
        // Whatever fails here has lost the connection, and with it the lock.
        do { try command("SELECT pg_advisory_unlock_all(); SET lock_timeout = 2000; SET statement_timeout = 60000") } catch { return }
    }
}

private struct PostgresConnection: Connection {
    let session: PostgresSession
    let vault: Vault
    let sharesWriting: Bool
    var engine: Engine { .postgres }

    func rows<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> [Result] {
        let answer = try distinct { try session.answer(to: statement) }
        return try (0..<answer.rows).map { number in
            var row = Row(PostgresColumns(answer: answer, row: number))
            return try read(&row)
        }
    }

    func run(_ statement: SQL) throws -> Int { try distinct { try session.answer(to: statement).changed } }
    func run(all statements: [SQL]) throws { try distinct { try session.run(all: statements) } }

    func script(_ migration: MigrationText) throws {
        try session.command(migration.statements(for: .postgres))
        try session.forgetPrepared()
    }

    private func distinct<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let failure as PostgresFailure where failure.isNotUnique { throw NotUnique() }
    }
}
