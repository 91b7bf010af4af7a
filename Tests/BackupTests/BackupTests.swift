import Cast
import Domain
import Files
import Foundation
import Storage
import Testing

@testable import Backup

/// A world with a place for its backups.
final class Vicinity: Sendable {
    let world: World
    let database: SQLiteDatabase
    let store: FileStore
    let safe: Safe
    let repository: Repository

    init() async throws {
        world = try await World(embedded: true)
        database = try #require(world.database as? SQLiteDatabase)
        store = try world.intake().store
        safe = try Safe()
        repository = try Repository(folder: safe.folder.appending(path: "backups"), keyFile: safe.keyFile)
    }

    static let start = World.start

    @discardableResult func backUp(after hours: Int64 = 0) async throws -> Repository.Written {
        try await repository.write(of: database, store: store, at: Self.start.adding(seconds: hours * 3600))
    }

    /// A place to restore into, with the key file of the sealed numbers beside it.
    func place(_ name: String = "restored") -> URL { safe.folder.appending(path: name) }

    func opened(_ folder: URL) throws -> SQLiteDatabase { try SQLiteDatabase(folder: folder, keyFile: world.folder.appending(path: "keys.json")) }

    func refusal(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            return ""
        } catch let refusal as BackupRefusal {
            return refusal.description
        } catch let inUse as BackupFolderInUse {
            return inUse.description
        }
    }

    func sealed(_ digest: String) -> URL { repository.file(of: digest) }

    func digests() async throws -> [String] { try await database.read { try $0.rows("SELECT digest FROM files ORDER BY digest") { try $0.text() } } }

    func flip(_ file: URL, fromEnd: Int? = nil) throws {
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - (fromEnd ?? bytes.count / 2)] ^= 4
        try bytes.write(to: file)
    }
}

/// What was acknowledged, by whom it came.
private actor Acknowledged {
    private(set) var names: [String] = []
    func note(_ name: String) { names.append(name) }
}

@Suite struct BackupTests {
    @Test func whatWasThereIsThereAgain() async throws {
        let here = try await Vicinity()
        let dossier = try await here.world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        let written = try await here.backUp()
        #expect(written.point.name == "20261123T020000Z" && written.contents == 2 && written.newContents == 2 && written.lost.isEmpty)
        let found = try await here.repository.restore(into: here.place())
        #expect(found.manifest.database?.rows["dossiers"] == 1 && (found.manifest.database?.trailEntries ?? 0) >= 3)
        let restored = try here.opened(here.place())
        #expect(try await restored.read { try $0.count("SELECT version FROM dossiers WHERE id = \(dossier)") } == here.world.version(of: dossier))
        #expect(try await restored.read { try $0.person(here.world.person(.applicant).id)?.name } == here.world.person(.applicant).name)
        let store = try FileStore(folder: here.place().appending(path: "files"))
        for digest in try await here.digests() { #expect(try await store.holds(digest)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.world.folder.path).allSatisfy { !$0.contains("backup-copy") })
    }

    /// Every transaction writes two rows: a backup has both or none, and all that was acknowledged before it began.
    @Test func aBackupWhileManyWriteIsOfOneMoment() async throws {
        let here = try await Vicinity()
        let (database, unit, acknowledged) = (here.database, here.world.unit(.school).id, Acknowledged())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0... {
                        if Task.isCancelled { return }
                        let name = "\(writer)-\(number)"
                        try await database.write { connection in
                            for half in ["a", "b"] { try connection.addRole(newID(), unit: unit, name: "\(name)-\(half)", permissions: [.firstReview]) }
                        }
                        await acknowledged.note(name)
                    }
                }
            }
            for round in 1...3 {
                let goal = await acknowledged.names.count + 100
                while await acknowledged.names.count < goal { await Task.yield() }
                let before = await acknowledged.names
                try await here.backUp(after: Int64(round))
                let during = await acknowledged.names.count - before.count
                let found = try await here.repository.restore(into: here.place("\(round)"))
                let restored = try here.opened(here.place("\(round)"))
                let names = Set(try await restored.read { try $0.rows("SELECT name FROM roles") { try $0.text() } })
                #expect(before.allSatisfy { names.contains("\($0)-a") && names.contains("\($0)-b") })
                let numbered = names.filter { $0.contains("-") }
                #expect(numbered.filter { $0.hasSuffix("-a") }.count * 2 == numbered.count && found.manifest.database?.rows["roles"] == names.count)
                #expect(during > 0, "writers go on while a backup is made")
            }
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func theNextBackupAddsOnlyWhatIsNew() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        let first = try await here.backUp()
        #expect(first.newContents == 2)
        let intake = try here.world.intake()
        let kept = try await intake.keep(Papers.pdf(pages: 5), .pdf, pages: 5)
        try await here.database.write { try $0.remember(kept.attachment(newID(), named: "新"), at: World.start) }
        let times = try here.modified()
        let second = try await here.backUp(after: 1)
        #expect(second.newContents == 1 && second.contents == 3)
        #expect(try here.modified().filter { times[$0.key] != nil } == times, "what is there is not written again")
        #expect(try here.repository.points() == [first.point, second.point])
        // Of two in the same second the later has the next one's name.
        let third = try await here.backUp(after: 1)
        #expect(try here.repository.points() == [first.point, second.point, third.point])
    }

    @Test func aContentThatIsMissingIsSaidAndTheRestIsBackedUp() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        let (gone, altered) = (try await here.digests()[0], try await here.digests()[1])
        func path(_ digest: String) -> URL { here.world.folder.appending(path: "files/contents/\(digest.prefix(2))/\(digest)") }
        try FileManager.default.removeItem(at: path(gone))
        try here.flip(path(altered))
        let written = try await here.backUp()
        #expect(Set(written.lost) == [gone, altered] && written.contents == 0)
        #expect(try await here.repository.restore(into: here.place()).manifest.lost.count == 2)
        // What belongs to nothing may be gone: it is no loss.
        try await here.database.write { try $0.remember(World.file(), at: World.start) }
        #expect(try await here.backUp(after: 1).lost.count == 2)
    }

    @Test func aCheckIsRemembered() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        #expect(try here.repository.latest() == nil)
        try await here.backUp()
        #expect(try here.repository.latest()?.checkedAt == nil)
        _ = try await here.repository.check(at: World.start, workspace: here.world.folder, withContents: true)
        #expect(try here.repository.latest()?.checkedAt == World.start)
        try await here.backUp(after: 1)
        #expect(try here.repository.latest()?.checkedAt == nil && here.repository.latest()?.point.name == "20261123T030000Z")
        let digest = try await here.digests()[0]
        try here.flip(here.sealed(digest))
        _ = try await here.repository.check(at: World.start, workspace: here.world.folder, withContents: false)
        #expect(try await here.refusal { _ = try await here.repository.check(at: World.start, workspace: here.world.folder, withContents: true) }.contains(digest))
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.world.folder.path).allSatisfy { !$0.contains("backup-check") })
    }

    @Test func filesAloneAreBackedUpForAnotherEngine() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        let written = try await here.repository.writeFiles(of: here.database as any Database, store: here.store, at: World.start)
        #expect(written.databaseBytes == 0 && written.contents == 2)
        _ = try await here.repository.restore(into: here.place())
        #expect(try FileManager.default.contentsOfDirectory(atPath: here.place().path) == ["files"])
        let store = try FileStore(folder: here.place().appending(path: "files"))
        for digest in try await here.digests() { #expect(try await store.holds(digest)) }
    }
}

extension Vicinity {
    /// When the sealed contents were written.
    func modified() throws -> [String: Date] {
        let files = FileManager.default.enumerator(at: repository.contents, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return try files.filter { $0.pathExtension == "sealed" }.reduce(into: [:]) {
            $0[$1.lastPathComponent] = try FileManager.default.attributesOfItem(atPath: $1.path)[.modificationDate] as? Date
        }
    }
}

@Suite struct PruningTests {
    @Test func whatNoKeptBackupNeedsGoes() async throws {
        let here = try await Vicinity()
        let intake = try here.world.intake()
        func remember(_ pages: Int) async throws -> String {
            let kept = try await intake.keep(Papers.pdf(pages: pages), .pdf, pages: pages)
            try await here.database.write { try $0.remember(kept.attachment(newID(), named: "文件"), at: World.start) }
            return kept.digest
        }
        let old = try await remember(1)
        let first = try await here.backUp()
        _ = try await here.repository.check(at: World.start, workspace: here.world.folder, withContents: false)
        _ = try await here.database.write { try $0.run("DELETE FROM files WHERE digest = \(old)") }
        let new = try await remember(2)
        try await here.backUp(after: 24 * 400)
        try Data().write(to: here.repository.contents.appending(path: "\(old.prefix(2))/x.sealed.part"))
        try Data().write(to: here.repository.folder.appending(path: "notes.txt"))
        let pruned = try await here.repository.prune(at: World.start.adding(seconds: 86_400 * 400))
        #expect(pruned.points == [first.point] && pruned.contents == 1)
        #expect(try here.modified().keys.sorted() == ["\(new).sealed"] && here.repository.points().count == 1)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: here.repository.folder.path)) == ["20271228T020000Z.sealed", "contents", "lock", "notes.txt"])
        #expect(try await here.repository.restore(into: here.place()).manifest.contents == 1)
    }

    @Test func aBackupThatCannotBeReadStopsIt() async throws {
        let here = try await Vicinity()
        _ = try await here.world.dossier()
        try await here.backUp()
        let second = try await here.backUp(after: 24 * 400)
        try await here.backUp(after: 24 * 401)
        let sealed = here.repository.file(of: second.point)
        var bytes = try Data(contentsOf: sealed)
        bytes[100] ^= 1
        try bytes.write(to: sealed)
        let later = World.start.adding(seconds: 86_400 * 401)
        #expect(try await here.refusal { try await here.repository.prune(at: later) }.hasPrefix("nothing was removed: 20271228T020000Z is altered"))
        #expect(try here.repository.points().count == 3 && here.modified().count == 2)
    }
}
