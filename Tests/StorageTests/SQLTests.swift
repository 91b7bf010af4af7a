import Cast
import Domain
import Storage
import Testing

@Suite struct SQLTests {
    @Test func valuesAreBoundAndPartsNest() async throws {
        let world = try await World()
        let hostile = "'; DROP TABLE units; --"
        let part: SQL = "SELECT \(hostile) AS first, \(7) AS second"
        let read = try await world.database.read { connection in
            try connection.first("SELECT x.first, x.second, \(true), \(String?.none) FROM (\(part)) x WHERE x.second IN \([6, 7])") {
                (try $0.text(), try $0.integer(), try $0.bool(), try $0.optionalText())
            }
        }
        #expect(read?.0 == hostile)
        #expect(read?.1 == 7 && read?.2 == true && read?.3 == nil)
    }

    @Test func aColumnOfAnotherKindIsReportedNotGuessed() async throws {
        let world = try await World()
        await #expect(throws: (any Error).self) { try await world.database.read { try $0.first("SELECT 1") { try $0.text() } } }
        await #expect(throws: (any Error).self) { try await world.database.read { try $0.first("SELECT 'x'") { try $0.id() as ID<WorkUnit> } } }
    }

    @Test func decisionsAreOnTheDiskBeforeTheyAreAnswered() async throws {
        let world = try await World(embedded: true)
        let database = try #require(world.database as? SQLiteDatabase)
        #expect(try database.settings() == ["journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"])
    }

    @Test func aThrownErrorUndoesTheWholeTransaction() async throws {
        let world = try await World()
        struct Stop: Error {}
        await #expect(throws: Stop.self) {
            try await world.database.write { connection in
                try connection.run("DELETE FROM calendar_days")
                throw Stop()
            }
        }
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM calendar_days") } > 100)
    }

    @Test func oneProcessOwnsTheFolder() async throws {
        let world = try await World(embedded: true)
        #expect(throws: SQLiteDatabase.InUse.self) { _ = try SQLiteDatabase(folder: world.folder) }
    }

    @Test func migrationsAreAppliedOnceAndRefusedWhenChangedOrUnknown() async throws {
        let world = try await World()
        try await Migrator().migrate(world.database, at: World.start)
        _ = try await world.database.write { try $0.run("UPDATE migrations SET checksum = 'other'") }
        await #expect(throws: Migrator.CannotMigrate.self) { try await Migrator().migrate(world.database, at: World.start) }
        _ = try await world.database.write { try $0.run("UPDATE migrations SET name = '9999_future.sql' WHERE name LIKE '0001%'") }
        await #expect(throws: Migrator.CannotMigrate.self) { try await Migrator().migrate(world.database, at: World.start) }
    }

    @Test func referenceTablesAreTheRealOnes() async throws {
        let world = try await World()
        #expect(world.reference.codes(.ethnicGroups).count == 58)
        #expect(world.reference.title("22--2")?.name == "高级教师")
        #expect(world.reference.affiliation("511100") == "乐山市本级")
        #expect(world.reference.orderedRegions.count == 205)
        #expect(world.calendar.isWorkingDay(Day("2026-10-10")!) && !world.calendar.isWorkingDay(Day("2026-10-01")!))
    }
}
