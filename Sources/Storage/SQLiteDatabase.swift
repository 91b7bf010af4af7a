import Domain
import Foundation
import GRDB
import GRDBSQLite

/// The embedded engine: one process, one writing connection, which alone checkpoints; several reading ones.
public final class SQLiteDatabase: Database {
    public let folder: URL
    let pool: DatabasePool
    let vault: Vault
    public let watch = EngineWatch()
    private let writes: GroupCommit
    private let log = WriteAheadLog()
    private let (requests, monitors, others) = (Lanes(SQLiteDatabase.lanes), Lanes(1), Lanes(2))
    /// Held open for as long as the database is, so that a second process cannot open the same folder.
    private let lock: FileHandle

    public struct CannotOpen: Error, CustomStringConvertible {
        public let description: String
    }

    /// Another process has the folder; commands may ask it to do their work.
    public struct InUse: Error, CustomStringConvertible {
        public let pid: String
        public var description: String { "another zhiping process (pid \(pid)) has this database open" }
    }

    /// Opens or creates `zhiping.sqlite` in a folder, with the key file `keys.json` beside it unless it is kept elsewhere. A new key
    /// file is made for a new database only: one that has lost its keys is not opened.
    /// `atOnce`: bodies that may share one commit.
    public convenience init(folder: URL, keyFile: URL? = nil, atOnce: Int = 64) throws {
        try UnfinishedRestore.refuse(folder)
        try self.init(folder, atOnce: atOnce) { try Vault.open(keyFile ?? folder.appending(path: "keys.json"), isSealed: $0) }
    }

    /// Opens a database to be looked at, such as one that is being restored, without its keys: what is sealed stays so.
    public convenience init(inspecting folder: URL) throws { try self.init(folder, atOnce: 1) { _ in try Vault.closed() } }

    private init(_ folder: URL, atOnce: Int, vault open: (_ isSealed: Bool) throws -> Vault) throws {
        writes = GroupCommit(atOnce: atOnce, watch: watch, log: log)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        try Filesystem(of: folder).demandLocal(folder)
        lock = try Self.lock(folder)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // One more for a copy of the whole, which is read by a thread of its own.
        configuration.maximumReaderCount = requests.count + monitors.count + others.count + 1
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0; PRAGMA secure_delete = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY")
        }
        pool = try DatabasePool(path: folder.appending(path: "zhiping.sqlite").path, configuration: configuration)
        // GRDB sets synchronous to NORMAL when it opens a pool; a commit must be on the disk before it is answered.
        try pool.writeWithoutTransaction { [log] in
            try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
            log.listen(to: $0)
        }
        let isSealed = try pool.read { try $0.tableExists("sealing_keys") && Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM sealing_keys)") == true }
        vault = try open(isSealed)
        let settings = try settings()
        guard settings == Self.demanded else {
            throw CannotOpen(description: "the database does not keep its settings: \(settings)")
        }
    }

    /// One for each core, as far as sixteen, and one more, since one may wait for the disk. More would only take turns, and make every
    /// request wait as long as the slowest.
    private static let lanes = max(2, min(16, ProcessInfo.processInfo.activeProcessorCount)) + 1

    private static let demanded = ["journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"]

    /// The settings on which durability rests, as the writing connection reports them.
    public func settings() throws -> [String: String] { try pool.writeWithoutTransaction(Self.settings) }

    public func keepsSettings() async throws -> Bool { try await pool.writeWithoutTransaction { try Self.settings($0) } == Self.demanded }

    static func settings(_ database: GRDB.Database) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in demanded.keys { found[name] = try String.fetchOne(database, sql: "PRAGMA \(name)") }
        return found
    }

    public func freeBytes() throws -> Int64 {
        var space = statvfs()
        guard statvfs(folder.path, &space) == 0 else { throw CannotOpen(description: "the data folder's disk cannot be asked for its space") }
        let (bytes, isTooMany) = Int64(clamping: space.f_bavail).multipliedReportingOverflow(by: Int64(clamping: space.f_frsize))
        return isTooMany ? .max : bytes
    }

    public func read<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        do {
            // What is read for no request may take long, and has threads of its own.
            let lanes = requests.isCurrent ? requests : monitors.isCurrent ? monitors : others
            let interruption = Interruption()
            return try await withTaskExecutorPreference(lanes) {
                try await withTaskCancellationHandler {
                    try pool.read { database in
                        try interruption.during(database) { try body(SQLiteConnection(database: database, vault: vault)) }
                    }
                } onCancel: {
                    interruption.interrupt()
                }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            throw CancellationError()
        } catch let error as DatabaseError {
            throw watch.met(error)
        }
    }

    public func serving<Result, Failure: Error>(_ readers: Readers, _ body: () async throws(Failure) -> Result) async throws(Failure) -> Result {
        try await withTaskExecutorPreference(readers == .requests ? requests : monitors, operation: body)
    }

    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try watch.demandSound()
        watch.queued.add(1)
        defer { watch.queued.add(-1) }
        do {
            return try await writes.run(body, in: pool, vault)
        } catch let error as DatabaseError {
            throw watch.met(error)
        }
    }

    /// Bodies that wait for the writing connection.
    public var waitingWrites: Int { writes.queueDepth }

    /// This process is the only one that has the file.
    public func writeAlone<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try await write(body)
    }

    private static func lock(_ folder: URL) throws -> FileHandle {
        let path = folder.appending(path: "lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CannotOpen(description: "cannot open \(path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = String(decoding: (try handle.readToEnd()) ?? Data(), as: UTF8.self)
            throw InUse(pid: holder.trimmed)
        }
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8))
        return handle
    }
}

struct SQLiteConnection: Connection {
    let database: GRDB.Database
    let vault: Vault
    var engine: Engine { .sqlite }
    var sharesWriting: Bool { false }

    func rows<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> [Result] {
        let prepared = try prepare(statement)
        // Between two statements there is nothing to interrupt.
        try Task.checkCancellation()
        var results: [Result] = []
        let cursor = try Unread?.fetchCursor(prepared)
        let columns = SQLiteColumns(statement: prepared.sqliteStatement)
        while try cursor.next() != nil {
            var row = Row(columns)
            results.append(try read(&row))
        }
        return results
    }

    func run(_ statement: SQL) throws -> Int {
        do {
            try prepare(statement).execute()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE || error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY {
            throw NotUnique()
        }
        return database.changesCount
    }

    func run(all statements: [SQL]) throws {
        for statement in statements { _ = try run(statement) }
    }

    func script(_ migration: MigrationText) throws {
        try database.execute(sql: migration.statements(for: .sqlite))
    }

    private func prepare(_ statement: SQL) throws -> Statement {
        let prepared = try database.cachedStatement(sql: statement.text { _ in "?" })
        // One value for each mark, by the make of `SQL`; as optionals, since GRDB would take the others by key paths, which are slow.
        prepared.setUncheckedArguments(StatementArguments(statement.values.map { $0 as (any DatabaseValueConvertible)? }))
        return prepared
    }
}

/// What a cursor of GRDB's gives for a row whose columns are read where SQLite has them.
private struct Unread: DatabaseValueConvertible, StatementColumnConvertible {
    init(sqliteStatement: SQLiteStatement, index: CInt) {}

    var databaseValue: DatabaseValue { .null }
    static func fromDatabaseValue(_: DatabaseValue) -> Unread? { nil }
}

/// Columns read where SQLite has them: GRDB's own rows cost as much as the checks of `verify` that read them.
private struct SQLiteColumns: Columns {
    let statement: OpaquePointer

    func value(_ column: Int) -> Value {
        let column = CInt(column)
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            let text = UnsafeBufferPointer(start: sqlite3_column_text(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
            return .text(String(decoding: text, as: UTF8.self))
        case SQLITE_BLOB:
            let bytes = sqlite3_column_blob(statement, column)
            return .bytes(Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column)))))
        case _: return .null
        }
    }

    func isText(_ text: String, in column: Int) -> Bool {
        guard sqlite3_column_type(statement, CInt(column)) == SQLITE_TEXT, let bytes = sqlite3_column_text(statement, CInt(column)) else { return false }
        let count = Int(sqlite3_column_bytes(statement, CInt(column)))
        var text = text
        return text.withUTF8 { $0.count == count && ($0.baseAddress.map { memcmp($0, bytes, count) == 0 } ?? true) }
    }
}

extension Value: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .text(let text): text.databaseValue
        case .integer(let number): number.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Value? {
        switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .string(let text): .text(text)
        case .blob(let data): .bytes(Array(data))
        case .double: nil
        }
    }
}
