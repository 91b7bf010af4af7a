import Domain
import Foundation
import GRDB

/// A restore that has begun in a folder and not ended.
public enum UnfinishedRestore {
    /// The file that says so.
    public static func marker(in folder: URL) -> URL { folder.appending(path: "restoring") }

    /// Refuses a folder in which a restore was interrupted.
    public static func refuse(_ folder: URL) throws {
        guard access(marker(in: folder).path, F_OK) != 0 else {
            throw SQLiteDatabase.CannotOpen(description: "a restore into \(folder.path) was interrupted: remove the folder and restore again")
        }
    }
}

extension SQLiteDatabase {
    /// Copies the database as it is at one moment into a new file, whole and by itself, while others read and write on.
    public func copy(to file: URL) async throws {
        try await onOwnThread { [pool] in
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA temp_store = MEMORY") }
            let copy = try DatabaseQueue(path: file.path, configuration: configuration)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            // Within one reading transaction: writers go on, and the copy does not begin anew for them.
            try pool.backup(to: copy, pagesPerStep: 512)
            try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            try copy.close()
        }
    }

    /// Copies of before a migration that stay; an older one goes when a new one is whole.
    private static let keptCopies = 3

    /// Keeps the database as it is before migrations change it, in a file beside it; nil where nothing is to be changed.
    public func keepCopy(before migrator: Migrator, at now: Instant) async throws -> URL? {
        guard try await pool.read({ try $0.tableExists("migrations") }) else { return nil }
        let applied = try await read { try migrator.applied($0) }
        guard let last = applied.last, applied.count < migrator.migrations.count else { return nil }
        let (unfinished, kept) = (folder.appending(path: "before.new"), folder.appending(path: "before-\(last.name.prefix(4))-\(now.milliseconds).sqlite"))
        unlink(unfinished.path)
        try await copy(to: unfinished)
        guard rename(unfinished.path, kept.path) == 0 else { throw CannotOpen(description: "cannot keep a copy of the database in \(folder.path)") }
        let copies = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("before-") && $0.hasSuffix(".sqlite") }
        let oldest = copies.sorted { $0.split(separator: "-").last ?? "" < $1.split(separator: "-").last ?? "" }.dropLast(Self.keptCopies)
        for name in oldest { unlink(folder.appending(path: name).path) }
        return kept
    }

    /// The contents that a copy of this database names.
    public func contents(in copy: URL) async throws -> [NamedContent] {
        try await onOwnThread { [vault] in
            try DatabaseFile.reading(copy) { try SQLiteConnection(database: $0, vault: vault).namedContents() }
        }
    }
}

/// A database that lies in a file which nobody has open.
public struct DatabaseFile: Sendable {
    let url: URL

    public init(_ url: URL) { self.url = url }

    /// What a whole database holds.
    public struct Facts: Sendable {
        public let migrations: [AppliedMigration]
        /// Rows by table.
        public let rows: [String: Int]
    }

    /// The file is no database, or not a whole one.
    public struct Damaged: Error, CustomStringConvertible {
        public let description: String
    }

    /// Looks at every page and every reference; throws `Damaged` for what is not as it must be.
    public func inspect() async throws -> Facts {
        try await onOwnThread {
            do {
                return try Self.reading(url, Self.facts)
            } catch let error as DatabaseError {
                throw Damaged(description: "the database is damaged: \(error.message ?? "\(error.resultCode)")")
            }
        }
    }

    private static func facts(_ database: GRDB.Database) throws -> Facts {
        let faults = try String.fetchAll(database, sql: "PRAGMA integrity_check(10)")
        guard faults == ["ok"] else { throw Damaged(description: "the database is damaged: \(faults.joined(separator: "; ").prefix(500))") }
        if let row = try GRDB.Row.fetchOne(database, sql: "PRAGMA foreign_key_check") {
            throw Damaged(description: "a row of \(row[0] as String? ?? "?") refers to one of \(row[2] as String? ?? "?") that is missing")
        }
        let tables = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
        let migrations = try tables.contains("migrations") ? GRDB.Row.fetchAll(database, sql: "SELECT name, checksum FROM migrations ORDER BY name") : []
        var rows: [String: Int] = [:]
        for table in tables { rows[table] = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \(table.quotedDatabaseIdentifier)") }
        return Facts(migrations: migrations.map { AppliedMigration(name: $0[0], checksum: $0[1]) }, rows: rows)
    }

    static func reading<Result>(_ file: URL, _ body: (GRDB.Database) throws -> Result) throws -> Result {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: file.path, configuration: configuration)
        return try queue.read(body)
    }
}

/// A content that a database names.
public struct NamedContent: Sendable, Hashable {
    public let digest: String
    /// Whether something in use refers to it: what does not may be swept at any moment, everything else not within a day.
    public let isInUse: Bool
}

extension Connection {
    /// The contents that the records name, in the order of their digests.
    public func namedContents() throws -> [NamedContent] {
        try rows(
            """
            SELECT f.digest, CASE WHEN EXISTS (SELECT 1 FROM attachments a WHERE a.digest = f.digest AND (a.settled > 0 OR a.removed_at IS NULL))
              OR EXISTS (SELECT 1 FROM post_tables t WHERE t.digest = f.digest) THEN 1 ELSE 0 END
            FROM files f ORDER BY f.digest
            """
        ) { NamedContent(digest: try $0.text(), isInUse: try $0.integer() == 1) }
    }
}

private let threads = DispatchQueue(label: "copies", attributes: .concurrent)

/// Runs what takes long and waits for the disk on a thread of its own.
private func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        threads.async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
