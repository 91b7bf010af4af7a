import Domain
import Foundation
import GRDB

/// The embedded engine: one process, one writing connection, which alone checkpoints; several reading ones.
public final class SQLiteDatabase: Database {
    private let folder: URL
    private let pool: DatabasePool
    private let vault: Vault
    /// Held open for as long as the database is, so that a second process cannot open the same folder.
    private let lock: FileHandle

    public struct CannotOpen: Error, CustomStringConvertible {
        public let description: String
    }

    /// Opens or creates `zhiping.sqlite` in a folder, with the key file `keys.json` beside it unless it is kept elsewhere. A new key
    /// file is made for a new database only: one that has lost its keys is not opened.
    public init(folder: URL, keyFile: URL? = nil) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        lock = try Self.lock(folder)
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size = 0; PRAGMA secure_delete = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY")
        }
        pool = try DatabasePool(path: folder.appending(path: "zhiping.sqlite").path, configuration: configuration)
        // GRDB sets synchronous to NORMAL when it opens a pool; a commit must be on the disk before it is answered.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000") }
        vault = try Self.vault(keyFile ?? folder.appending(path: "keys.json"), for: pool)
        let settings = try settings()
        guard settings == Self.demanded else {
            throw CannotOpen(description: "the database does not keep its settings: \(settings)")
        }
    }

    /// The key file's keys; made anew where nothing was sealed yet.
    private static func vault(_ file: URL, for pool: DatabasePool) throws -> Vault {
        if let vault = try Vault.read(file) { return vault }
        let isSealed = try pool.read { try $0.tableExists("sealing_keys") && Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM sealing_keys)") == true }
        if isSealed { throw CannotOpen(description: "the key file \(file.path) is missing: without it the sealed numbers cannot be read; bring it back") }
        return try Vault.make(file)
    }

    private static let demanded = ["journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"]

    /// The settings on which durability rests, as the writing connection reports them.
    public func settings() throws -> [String: String] { try pool.writeWithoutTransaction(Self.settings) }

    public func keepsSettings() async throws -> Bool { try await pool.writeWithoutTransaction { try Self.settings($0) } == Self.demanded }

    private static func settings(_ database: GRDB.Database) throws -> [String: String] {
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
        try await pool.read { [vault] in try body(SQLiteConnection(database: $0, vault: vault)) }
    }

    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try await pool.writeWithoutTransaction { [vault] database in
            var result: Result?
            try database.inTransaction(.immediate) {
                result = try body(SQLiteConnection(database: database, vault: vault))
                return .commit
            }
            guard let result else { throw CannotOpen(description: "a transaction ended without its result") }
            return result
        }
    }

    private static func lock(_ folder: URL) throws -> FileHandle {
        let path = folder.appending(path: "lock").path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CannotOpen(description: "cannot open \(path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = String(decoding: (try handle.readToEnd()) ?? Data(), as: UTF8.self)
            throw CannotOpen(description: "another zhiping process (pid \(holder.trimmed)) has this database open")
        }
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data("\(ProcessInfo.processInfo.processIdentifier)\n".utf8))
        return handle
    }
}

private struct SQLiteConnection: Connection {
    let database: GRDB.Database
    let vault: Vault

    func rows<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> [Result] {
        let prepared = try prepare(statement)
        var results: [Result] = []
        let cursor = try GRDB.Row.fetchCursor(prepared)
        while let found = try cursor.next() {
            var row = Row { column in
                switch (found[column] as DatabaseValue).storage {
                case .null: .null
                case .int64(let number): .integer(number)
                case .string(let text): .text(text)
                case .blob(let data): .bytes(Array(data))
                case .double: .null
                }
            }
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

    func script(_ migration: MigrationText) throws {
        try database.execute(sql: migration.statements(types: ["INSTANT": "INTEGER", "COUNT": "INTEGER", "DAY": "TEXT", "BYTES": "BLOB"], tableOption: " STRICT"))
    }

    private func prepare(_ statement: SQL) throws -> Statement {
        let prepared = try database.cachedStatement(sql: statement.text { _ in "?" })
        try prepared.setArguments(StatementArguments(statement.values.map(\.databaseValue)))
        return prepared
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
