import CPostgres
import Domain
import Foundation
import Storage

/// The engine that the tests run on: the embedded one, or the PostgreSQL server that `TEST_DATABASE_URL` names.
public enum Engines {
    static let server = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]

    struct Failure: Error {
        let statement: String
    }

    /// An empty database of this program in its newest form, with a key file in the folder.
    public static func database(in folder: URL, embedded: Bool = false, atOnce: Int = 64, connections: Int = 4) async throws -> (any Database, discard: @Sendable () -> Void) {
        guard let server, !embedded else {
            let template = try await embeddedTemplate.value
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for name in ["zhiping.sqlite", "keys.json"] { try FileManager.default.copyItem(at: template.appending(path: name), to: folder.appending(path: name)) }
            return (try SQLiteDatabase(folder: folder, atOnce: atOnce), {})
        }
        let (template, keys) = try await template.value
        let name = unusedName()
        try command("CREATE DATABASE \(name) TEMPLATE \(template)", on: server)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let keyFile = folder.appending(path: "keys.json")
        try FileManager.default.copyItem(at: keys, to: keyFile)
        let database = try PostgresDatabase(address: address(of: name, on: server), keyFile: keyFile, connections: connections, longestWait: 60)
        return (database, discarding(name, of: database, on: server))
    }

    /// A database without anything in it.
    public static func empty(in folder: URL) async throws -> (any Database, discard: @Sendable () -> Void) {
        guard let server else { return (try SQLiteDatabase(folder: folder), {}) }
        let name = try create(on: server)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try PostgresDatabase(address: address(of: name, on: server), keyFile: folder.appending(path: "keys.json"), connections: 4, longestWait: 60)
        return (database, discarding(name, of: database, on: server))
    }

    private static func create(on server: String) throws -> String {
        let name = unusedName()
        try command("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'", on: server)
        return name
    }

    private static func discarding(_ name: String, of database: PostgresDatabase, on server: String) -> @Sendable () -> Void {
        {
            database.close()
            do { try command("DROP DATABASE \(name) WITH (FORCE)", on: server) } catch { print("left behind: \(name)") }
        }
    }

    static func prepare(_ database: some Database) async throws {
        try await Migrator().migrate(database, at: World.start)
        try await ReferenceTables.load(into: database)
    }

    /// The folder of a database that is made once; every world's is a copy.
    private static let embeddedTemplate = Task {
        let made = FileManager.default.temporaryDirectory.appending(path: "zhiping-template-\(newID() as ID<WorkUnit>)")
        let database = try SQLiteDatabase(folder: made)
        try await prepare(database)
        let folder = made.appending(path: "template")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await database.copy(to: folder.appending(path: "zhiping.sqlite"))
        try FileManager.default.copyItem(at: made.appending(path: "keys.json"), to: folder.appending(path: "keys.json"))
        return folder
    }

    /// The same on the server.
    private static let template = Task {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-template-\(getpid())")
        guard let server else { throw Failure(statement: "TEST_DATABASE_URL") }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let name = try create(on: server)
        let keys = folder.appending(path: "keys.json")
        let database = try PostgresDatabase(address: address(of: name, on: server), keyFile: keys, connections: 1)
        try await prepare(database)
        database.close()
        try command("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'", on: server)
        return (name, keys)
    }

    private static func unusedName() -> String { "zhiping_\((newID() as ID<WorkUnit>).text)" }

    /// The server's address with another database's name.
    static func address(of name: String, on server: String) -> String {
        server.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/" + name
    }

    static func command(_ statement: String, on server: String) throws {
        let connection = PQconnectdb(server)
        defer { PQfinish(connection) }
        let result = PQexec(connection, statement)
        defer { PQclear(result) }
        guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else { throw Failure(statement: statement) }
    }
}
