import Domain
import Foundation

/// A numbered migration file, written in the neutral type words INSTANT, COUNT, DAY, BYTES and TEXT.
public struct MigrationText: Sendable {
    let name: String
    let text: String

    var checksum: String { digest(text) }

    /// What a migration does that SQL alone cannot, in the same transaction.
    func finish(_ connection: any Connection) throws {
        if name == "0002_sealed_identities.sql" { try connection.sealIdentities() }
    }

    /// The statements in an engine's own type words; `tableOption` ends each CREATE TABLE.
    func statements(types: [String: String], tableOption: String) -> String {
        var statements = text
        for (word, type) in types {
            statements = statements.replacing(" \(word)", with: " \(type)")
        }
        return statements.replacing("\n);", with: "\n)\(tableOption);")
    }
}

/// Brings a database forward: each file once, in its own transaction, in order, unchanged since.
public struct Migrator: Sendable {
    let migrations: [MigrationText]

    public struct CannotMigrate: Error, CustomStringConvertible {
        public let description: String
    }

    public init() throws {
        let folder = try resource("Migrations")
        migrations = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".sql") }.sorted().map {
            MigrationText(name: $0, text: try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
        }
    }

    public func migrate(_ database: some Database, at now: Instant) async throws {
        try await database.write { connection in
            try connection.script(
                MigrationText(
                    name: "",
                    text: """
                        CREATE TABLE IF NOT EXISTS migrations (
                            name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at INSTANT NOT NULL
                        );
                        """))
        }
        let applied = try await applied(to: database)
        for (number, done) in applied.enumerated() {
            guard number < migrations.count, migrations[number].name == done.name else {
                throw CannotMigrate(description: "the database has migration \(done.name), which this program does not know: it is newer, or another")
            }
            guard migrations[number].checksum == done.checksum else {
                throw CannotMigrate(description: "migration \(done.name) was changed after it had been applied")
            }
        }
        for migration in migrations.dropFirst(applied.count) {
            try await database.write { connection in
                try connection.script(migration)
                try migration.finish(connection)
                try connection.run("INSERT INTO migrations (name, checksum, applied_at) VALUES (\(migration.name), \(migration.checksum), \(now))")
            }
        }
        try await database.write { try $0.acquaint(at: now) }
    }
}

extension Migrator {
    /// Whether the database has exactly this program's migrations.
    public func isCurrent(_ database: some Database) async throws -> Bool {
        try await applied(to: database).map { [$0.name, $0.checksum] } == migrations.map { [$0.name, $0.checksum] }
    }

    private func applied(to database: some Database) async throws -> [(name: String, checksum: String)] {
        try await database.read { connection in
            try connection.rows("SELECT name, checksum FROM migrations ORDER BY name") { (name: try $0.text(), checksum: try $0.text()) }
        }
    }
}

/// A folder that is delivered with the program.
func resource(_ folder: String) throws -> URL {
    guard let base = Bundle.module.resourceURL else { throw Migrator.CannotMigrate(description: "the program's own files are missing") }
    return base.appending(path: folder)
}
