import Cast
import Domain
import Foundation
import GRDB
import Testing

@testable import Storage

/// What the engine refuses is told as what it is, counted, and, where nothing may follow it, ends the process.
@Suite struct FailureTests {
    private func pool(of world: World) throws -> DatabasePool { try #require(world.database as? SQLiteDatabase).pool }

    @Test(
        arguments: [
            (.SQLITE_BUSY, .busy), (.SQLITE_BUSY_SNAPSHOT, .busy), (.SQLITE_LOCKED, .busy), (.SQLITE_FULL, .full), (.SQLITE_IOERR, .inputOutput),
            (.SQLITE_IOERR_FSYNC, .inputOutput), (.SQLITE_IOERR_WRITE, .inputOutput), (.SQLITE_CORRUPT, .corrupt), (.SQLITE_NOTADB, .corrupt),
            (.SQLITE_CONSTRAINT, nil), (.SQLITE_ERROR, nil), (.SQLITE_INTERRUPT, nil),
        ] as [(ResultCode, EngineFailure?)])
    func eachCodeIsTakenForWhatItIs(_ code: ResultCode, _ failure: EngineFailure?) {
        let error = DatabaseError(resultCode: code)
        #expect(EngineFailure(error) == failure && unavailability(of: error) == failure?.problem)
        let watch = EngineWatch()
        let thrown = watch.met(error)
        #expect((thrown as? Problem) == failure?.problem && (thrown is DatabaseError) == (failure == nil))
        #expect(watch.fatal == (failure?.isFatal == true ? failure : nil))
        if let failure { #expect(watch.failures.count(failure.rawValue) == 1) }
    }

    @Test func theFirstFatalFailureIsToldOnce() async throws {
        let watch = EngineWatch()
        try watch.demandSound()
        await confirmation(expectedCount: 1) { told in
            watch.onFatal { failure in
                #expect(failure == .inputOutput)
                told()
            }
            watch.note(.busy)
            watch.note(.inputOutput)
            watch.note(.corrupt)
        }
        #expect(throws: EngineFailure.inputOutput.problem) { try watch.demandSound() }
        // Whoever asks too late is told all the same.
        await confirmation { told in watch.onFatal { _ in told() } }
    }

    @Test func aFullDatabaseSaysSoAndTakesWritesAgainLater() async throws {
        let world = try await World(embedded: true)
        let id = try await world.dossier()
        let most = try await pool(of: world).writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1") ?? 0 }
        #expect(most > 1)
        let long = String(repeating: "长", count: 100_000)
        let writing: @Sendable (any Storage.Connection) throws -> Void = { connection in
            _ = try connection.run("UPDATE dossiers SET person_name = '半途' WHERE id = \(id)")
            for number in 0..<20 { try connection.run("INSERT INTO codes (list, code, name, position) VALUES ('x', \("\(number)"), \(long), 0)") }
        }
        await #expect(throws: EngineFailure.full.problem) { try await world.database.write(writing) }
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM dossiers WHERE person_name = '半途'") } == 0)
        #expect(world.database.watch.fatal == nil && world.database.watch.failures.count("full") == 1 && world.database.watch.queued.value == 0)
        _ = try await pool(of: world).writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA max_page_count = 1073741823") }
        try await world.database.write(writing)
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM dossiers WHERE person_name = '半途'") } == 1)
    }

    @Test func aLockedDatabaseSaysSo() async throws {
        let world = try await World(embedded: true)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: world.folder.appending(path: "zhiping.sqlite").path, configuration: configuration)
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        await #expect(throws: EngineFailure.busy.problem) { try await world.database.write { try $0.run("DELETE FROM sessions") } }
        #expect(try await world.database.read { try $0.hasNoUnits() } == false, "reading goes on")
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        _ = try await world.database.write { try $0.run("DELETE FROM sessions") }
        #expect(world.database.watch.failures.count("busy") == 1 && world.database.watch.fatal == nil)
    }

    /// The file is overwritten behind the engine's back: the first to notice ends all writing.
    @Test func aCorruptFileEndsAllWriting() async throws {
        let world = try await World(embedded: true)
        _ = try await world.dossier()
        try await pool(of: world).writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        let file = try FileHandle(forUpdating: world.folder.appending(path: "zhiping.sqlite"))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xAB, count: Int(size) - 4096))
        try file.close()
        try await pool(of: world).writeWithoutTransaction { try $0.execute(sql: "PRAGMA shrink_memory") }
        await #expect(throws: EngineFailure.corrupt.problem) {
            try await world.database.write { try $0.run("INSERT INTO codes (list, code, name, position) VALUES ('x', 'y', 'z', 0)") }
        }
        #expect(world.database.watch.fatal == .corrupt)
        await #expect(throws: EngineFailure.corrupt.problem) { try await world.database.write { _ in } }
    }

    @Test func closingLeavesNoLogBehind() async throws {
        let world = try await World(embedded: true)
        _ = try await world.dossier()
        #expect((world.database.walBytes() ?? 0) > 0)
        try await world.database.close()
        #expect(world.database.walBytes() == 0)
        let file = world.folder.appending(path: "zhiping.sqlite")
        let count = try await DatabaseQueue(path: file.path).read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM dossiers") }
        #expect(count == 1)
    }

    @Test func filesystemsAreToldApart() throws {
        let mounts = """
            29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw
            36 29 0:32 / /mnt/nas rw,relatime - nfs4 10.0.0.1:/x rw,vers=4.2
            37 29 0:33 / /mnt/a\\040b rw shared:3 master:1 - 9p host rw
            """
        #expect(Filesystem(type: Filesystem.type(ofMount: "29", in: mounts)) == .ordinary)
        #expect(Filesystem(type: Filesystem.type(ofMount: "36", in: mounts)) == .remote("nfs4"))
        #expect(Filesystem(type: Filesystem.type(ofMount: "37", in: mounts)) == .remote("9p"))
        #expect(Filesystem(type: Filesystem.type(ofMount: "3", in: mounts)) == .ordinary && Filesystem(type: "overlay") == .passing("overlay"))
        #expect(throws: SQLiteDatabase.CannotOpen.self) { try Filesystem.remote("nfs4").demandLocal(URL(filePath: "/mnt/nas")) }
        _ = try Filesystem(of: URL(filePath: "/proc"))
        for (version, isOld) in [("3.40.1", true), ("3.51.2", true), ("3.51.3", false), ("3.51.10", false), ("4.0", false)] {
            #expect(SQLiteDatabase.isOutdated(engine: ["engine": "sqlite", "version": version]) == isOld)
        }
        #expect(!SQLiteDatabase.isOutdated(engine: ["engine": "postgres", "version": "15"]))
    }
}
