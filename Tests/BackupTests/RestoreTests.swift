import Cast
import Domain
import Files
import Foundation
import Storage
import Testing

@testable import Backup

/// A restore says what is wrong, and what it has not finished nobody opens.
@Suite struct RestoreTests {
    private func backedUp() async throws -> Vicinity {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        try await here.backUp()
        return here
    }

    /// Why a restore does not go on.
    private func refusal(_ here: Vicinity, _ point: Repository.Point? = nil, into name: String = "restored", by repository: Repository? = nil) async throws -> String {
        try await here.refusal { _ = try await (repository ?? here.repository).restore(point, into: here.place(name)) }
    }

    @Test func onlyAnEmptyPlaceWillDo() async throws {
        let here = try await backedUp()
        try FileManager.default.createDirectory(at: here.place(), withIntermediateDirectories: true)
        try Data().write(to: here.place().appending(path: "something"))
        #expect(try await refusal(here).contains("is not empty"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.place().path) == ["something"])
        try FileManager.default.removeItem(at: here.place().appending(path: "something"))
        #expect(try await refusal(here) == "")
        #expect(try await refusal(here).contains("is not empty"), "nor the place of a restore")
    }

    @Test func aWrongKeyIsSaid() async throws {
        let here = try await backedUp()
        let other = here.safe.folder.appending(path: "other-key")
        try BackupKey.make(other)
        #expect(try await refusal(here, by: try Repository(folder: here.repository.folder, keyFile: other)).contains("another key"))
        #expect(!FileManager.default.fileExists(atPath: here.place().path))
    }

    @Test func whatIsMissingIsSaidBeforeAnythingIsWritten() async throws {
        let here = try await backedUp()
        let digest = try await here.digests()[1]
        try FileManager.default.removeItem(at: here.sealed(digest))
        #expect(try await refusal(here) == "the content \(digest) is missing in the backup")
        #expect(!FileManager.default.fileExists(atPath: here.place().path))
        #expect(try await refusal(here, Repository.Point("20250101T000000Z")).contains("there is no backup 20250101T000000Z"))
        let empty = try Repository(folder: here.safe.folder.appending(path: "none"), keyFile: here.safe.keyFile)
        #expect(try await refusal(here, by: empty).contains("there is no backup in"))
    }

    @Test func whatIsAlteredIsSaidAndLeavesNothingToUse() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        let long = String(repeating: "x", count: 3 * Seal.pieceBytes)
        try await here.database.write { try $0.run("INSERT INTO codes (list, code, name, position) VALUES ('long', 'one', \(long), 0)") }
        try await here.backUp()
        let digest = try await here.digests()[0]
        let content = try Data(contentsOf: here.sealed(digest))
        try here.flip(here.sealed(digest))
        #expect(try await refusal(here, into: "one").contains("\(digest) is altered"))
        try content.write(to: here.sealed(digest))
        // Two contents under each other's names.
        let other = try await here.digests()[1]
        let its = try Data(contentsOf: here.sealed(other))
        try its.write(to: here.sealed(digest))
        try content.write(to: here.sealed(other))
        #expect(try await refusal(here, into: "two").contains("is altered"))
        try content.write(to: here.sealed(digest))
        try its.write(to: here.sealed(other))
        #expect(try await refusal(here, into: "three") == "")
        // In its last piece, long after the manifest.
        let point = here.repository.file(of: try here.repository.points()[0])
        #expect(try Data(contentsOf: point).count > 2 * Seal.pieceBytes)
        try here.flip(point, fromEnd: 100)
        #expect(try await refusal(here, into: "four").contains("is altered"))
        for name in ["one", "two", "four"] {
            #expect(throws: SQLiteDatabase.CannotOpen.self) { try here.opened(here.place(name)) }
            #expect(try await refusal(here, into: name).contains("was interrupted"))
        }
        #expect(throws: Never.self) { try here.opened(here.place("three")) }
    }

    @Test func aBackupUnderAnotherNameIsNone() async throws {
        let here = try await backedUp()
        let point = try here.repository.points()[0]
        try FileManager.default.copyItem(at: here.repository.file(of: point), to: here.repository.folder.appending(path: "20270101T000000Z.sealed"))
        #expect(try await refusal(here).contains("20270101T000000Z is altered"))
        #expect(try await refusal(here, point) == "")
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let here = try await backedUp()
        _ = try await here.database.write { try $0.run("INSERT INTO migrations (name, checksum, applied_at) VALUES ('9999_later.sql', 'x', 0)") }
        try await here.backUp(after: 1)
        #expect(try await refusal(here).contains("9999_later.sql"))
        #expect(!FileManager.default.fileExists(atPath: here.place().path))
        #expect(try await refusal(here, here.repository.points()[0]) == "")
    }

    /// The last look can say no, and a process can end at any moment: the folder is marked until all is done.
    @Test func anUnfinishedRestoreIsOpenedByNobody() async throws {
        let here = try await backedUp()
        let line = try await here.refusal {
            _ = try await here.repository.restore(into: here.place(), verify: { _, manifest in throw BackupRefusal(description: "no, \(manifest.contents)") })
        }
        #expect(line == "no, 2")
        let refusal = #expect(throws: SQLiteDatabase.CannotOpen.self) { try here.opened(here.place()) }
        #expect(refusal?.description.contains("interrupted") == true)
        #expect(try await self.refusal(here).contains("interrupted"))
    }

    @Test func twoAtATimeAreNotLetIn() async throws {
        let here = try await backedUp()
        let line = try await here.refusal {
            _ = try await here.repository.restore(into: here.place(), verify: { _, _ in try await here.backUp(after: 1) })
        }
        #expect(line.contains("is at work"))
    }

    @Test func aDamagedCopyIsNoticed() async throws {
        let here = try await backedUp()
        try await here.database.write { connection in
            try connection.run("PRAGMA defer_foreign_keys = ON")
            try connection.run("DELETE FROM attachments")
        }
        let file = here.safe.folder.appending(path: "copy.sqlite")
        try await here.database.copy(to: file)
        #expect(try await DatabaseFile(file).inspect().rows["attachments"] == 0)
        var bytes = try Data(contentsOf: file)
        for page in stride(from: 8192, to: bytes.count - 4096, by: 4096) { bytes.replaceSubrange(page..<page + 64, with: Data(repeating: 0xA5, count: 64)) }
        try bytes.write(to: file)
        await #expect(throws: DatabaseFile.Damaged.self) { _ = try await DatabaseFile(file).inspect() }
    }
}
