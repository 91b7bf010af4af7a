import Domain
import Foundation

/// A numbered migration, written in the neutral type words INSTANT, COUNT, DAY, BYTES and TEXT; what only one engine has stands in a file
/// of its own beside it (`0004_….sqlite.sql`, `0004_….postgres.sql`).
public struct MigrationText: Sendable {
    let name: String
    let text: String
    var additions: [Engine: String] = [:]

    func checksum(on engine: Engine) -> String { digest(text + (additions[engine] ?? "")) }

    /// What a migration does that SQL alone cannot, in the same transaction.
    func finish(_ connection: any Connection) throws {
        if name == "0002_sealed_identities.sql" { try connection.sealIdentities() }
        if name == "0004_trail_chain.sql" { try connection.chainRecords() }
    }

    /// The statements in an engine's own type words.
    func statements(for engine: Engine) -> String {
        var statements = text
        for (word, type) in engine.types {
            statements = statements.replacing(" \(word)", with: " \(type)")
        }
        return statements.replacing("\n);", with: "\n)\(engine.tableOption);") + (additions[engine] ?? "")
    }
}

/// Brings a database forward: each file once, in its own transaction, in order, unchanged since.
public struct Migrator: Sendable {
    let migrations: [MigrationText]

    public struct CannotMigrate: Error, CustomStringConvertible {
        public let description: String
    }

    public init() throws {
        try self.init(folder: try resource("Migrations"))
    }

    init(migrations: [MigrationText]) { self.migrations = migrations }

    init(folder: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }.sorted()
        func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
        migrations = try names.filter { name in Engine.allCases.allSatisfy { !name.hasSuffix(".\($0.rawValue).sql") } }.map { name in
            let additions = try Engine.allCases.map { engine in
                let own = name.dropLast(3) + "\(engine.rawValue).sql"
                return (engine, names.contains(String(own)) ? try text(String(own)) : "")
            }
            return MigrationText(name: name, text: try text(name), additions: Dictionary(uniqueKeysWithValues: additions))
        }
    }

    public func migrate(_ database: some Database, at now: Instant) async throws {
        try await bringForward(database, at: now)
        try await database.writeAlone { try $0.acquaint(at: now) }
    }

    func bringForward(_ database: some Database, at now: Instant) async throws {
        try await database.writeAlone { connection in
            try connection.script(Migrator.list)
            try check(connection)
        }
        for migration in migrations {
            // Another node may have come first: whoever is alone looks again.
            try await database.writeAlone { connection in
                guard try !applied(connection).contains(where: { $0.name == migration.name }) else { return }
                try connection.script(migration)
                try migration.finish(connection)
                let checksum = migration.checksum(on: connection.engine)
                try connection.run("INSERT INTO migrations (name, checksum, applied_at) VALUES (\(migration.name), \(checksum), \(now))")
            }
        }
    }

    private static let list = MigrationText(
        name: "",
        text: """
            CREATE TABLE IF NOT EXISTS migrations (
                name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at INSTANT NOT NULL
            );
            """)

    /// Refuses a database that is newer than this program, or was made by other files.
    private func check(_ connection: any Connection) throws { try demandKnown(try applied(connection), on: connection.engine) }

    /// Refuses migrations that are not the first of this program's own.
    public func demandKnown(_ applied: [AppliedMigration], on engine: Engine) throws {
        for (number, done) in applied.enumerated() {
            guard number < migrations.count, migrations[number].name == done.name else {
                throw CannotMigrate(description: "the database has migration \(done.name), which this program does not know: it is newer, or another")
            }
            guard migrations[number].checksum(on: engine) == done.checksum else {
                throw CannotMigrate(description: "migration \(done.name) was changed after it had been applied")
            }
        }
    }
}

extension Migrator {
    /// Whether the database has exactly this program's migrations.
    public func isCurrent(_ database: some Database) async throws -> Bool {
        try await database.read { connection in
            try applied(connection).map { [$0.name, $0.checksum] } == migrations.map { [$0.name, $0.checksum(on: connection.engine)] }
        }
    }

    func applied(_ connection: any Connection) throws -> [AppliedMigration] {
        try connection.rows("SELECT name, checksum FROM migrations ORDER BY name") { AppliedMigration(name: try $0.text(), checksum: try $0.text()) }
    }
}

/// A migration that a database has had.
public struct AppliedMigration: Codable, Sendable, Hashable {
    public let name: String
    public let checksum: String
}

/// A folder that is delivered with the program.
func resource(_ folder: String) throws -> URL {
    guard let base = Bundle.module.resourceURL else { throw Migrator.CannotMigrate(description: "the program's own files are missing") }
    return base.appending(path: folder)
}
