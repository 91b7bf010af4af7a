import Cast
import Domain
import Foundation
import Testing

@testable import Storage

@Suite struct VaultTests {
    @Test func nothingInTheFilesGivesANumberAway() async throws {
        let world = try await World()
        let person = world.person(.applicant)
        _ = try await world.dossier()
        let secrets = [person.idNumber.text, person.phone?.text ?? "none"].map { Data($0.utf8) }
        for name in try FileManager.default.contentsOfDirectory(atPath: world.folder.path) where name.hasPrefix("zhiping.sqlite") {
            let bytes = try Data(contentsOf: world.folder.appending(path: name))
            for secret in secrets { #expect(bytes.range(of: secret) == nil, "\(name)") }
        }
        #expect(try await world.database.read { try $0.person(person.idNumber) } == person)
    }

    /// A sealed number moved to another row opens there no more.
    @Test func whatIsSealedOpensInItsPlaceOnly() async throws {
        let world = try await World()
        let (one, other) = (world.person(.applicant).id, world.person(.secondApplicant).id)
        _ = try await world.database.write {
            try $0.run("UPDATE persons SET id_number_sealed = (SELECT id_number_sealed FROM persons WHERE id = \(other)) WHERE id = \(one)")
        }
        await #expect(throws: Vault.Unusable.self) { _ = try await world.database.read { try $0.person(one) } }
        #expect(try await world.database.read { try $0.person(other) }?.id == other)
    }

    @Test func equalNumbersAreSealedDifferentlyAndFoundAlike() async throws {
        let world = try await World()
        let vault = try await world.database.read { $0.vault }
        let number = IDNumber(stored: "510100190001010012")
        let person: ID<Person> = newID()
        #expect(try vault.seal(number, of: person) != vault.seal(number, of: person))
        #expect(vault.index(number) == vault.index(number) && !vault.index(number).contains("5101"))
        #expect(try vault.idNumber(vault.seal(number, of: person), of: person) == number)
    }

    @Test func theKeyFileIsForNobodyElse() async throws {
        let world = try await World()
        let file = world.folder.appending(path: "keys.json")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        #expect(throws: Vault.Unusable.self) { _ = try Vault.read(file) }
    }

    private func copy(of world: World) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-copy-\(newID() as ID<WorkUnit>)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["zhiping.sqlite", "zhiping.sqlite-wal", "keys.json"] where FileManager.default.fileExists(atPath: world.folder.appending(path: name).path) {
            try FileManager.default.copyItem(at: world.folder.appending(path: name), to: folder.appending(path: name))
        }
        return folder
    }

    @Test func aDatabaseWithoutItsKeysIsNotOpened() async throws {
        let folder = try copy(of: try await World(embedded: true))
        defer { try? FileManager.default.removeItem(at: folder) }
        let keys = folder.appending(path: "keys.json")
        try FileManager.default.removeItem(at: keys)
        #expect(throws: Vault.Unusable.self) { _ = try SQLiteDatabase(folder: folder) }
        #expect(!FileManager.default.fileExists(atPath: keys.path), "no new keys are made for old numbers")
        _ = try Vault.make(keys)
        let database = try SQLiteDatabase(folder: folder)
        await #expect(throws: Vault.Unusable.self) { try await Migrator().migrate(database, at: World.start) }
        let other = try copy(of: try await World(embedded: true))
        defer { try? FileManager.default.removeItem(at: other) }
        try JSONSerialization.data(withJSONObject: try remixed(other)).write(to: other.appending(path: "keys.json"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: other.appending(path: "keys.json").path)
        let reopened = try SQLiteDatabase(folder: other)
        await #expect(throws: Vault.Unusable.self) { try await Migrator().migrate(reopened, at: World.start) }
    }

    /// A folder's own keys with another index key.
    private func remixed(_ folder: URL) throws -> [String: Any] {
        var keys = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "keys.json"))) as? [String: Any])
        keys["index"] = Data(repeating: 1, count: 32).base64EncodedString()
        return keys
    }

    /// Numbers that stood in plain text before this version are sealed when it first opens the database.
    @Test func plainNumbersAreSealedByTheMigration() async throws {
        let world = try await World()
        let person = world.person(.applicant)
        _ = try await world.database.write {
            try $0.run("UPDATE persons SET id_number_index = \(person.idNumber.text), id_number_sealed = '', phone_sealed = \(person.phone?.text) WHERE id = \(person.id)")
        }
        try await world.database.write { try $0.sealIdentities() }
        #expect(try await world.database.read { try $0.person(person.idNumber) } == person)
    }

    @Test func revelationsAreRecordedOnceAForm() async throws {
        let world = try await World()
        let id = try await world.dossier()
        guard case .staff(let member) = try await world.actor(.schoolFirst) else { return }
        let key: ID<Revelation> = newID()
        for _ in 0..<2 {
            let shown = try await world.database.write { try $0.reveal(id, to: member, key: key, at: World.start) }
            #expect(shown == world.person(.applicant))
        }
        #expect(try await world.database.read { try $0.revelations(of: id) }.map(\.readerName) == [member.name])
        // One key for many dossiers, or in another's hands, stands for none of them but the first.
        let another = try await world.dossier(of: .secondApplicant)
        guard case .staff(let colleague) = try await world.actor(.schoolSecond) else { return }
        _ = try await world.database.write { try $0.reveal(another, to: member, key: key, at: World.start) }
        _ = try await world.database.write { try $0.reveal(id, to: colleague, key: key, at: World.start) }
        #expect(try await world.database.read { try $0.revelations(of: another) }.count == 1)
        #expect(Set(try await world.database.read { try $0.revelations(of: id) }.map(\.readerName)) == [member.name, colleague.name])
        guard case .staff(let stranger) = try await world.actor(.otherFirst) else { return }
        await #expect(throws: Problem.notFound) { _ = try await world.database.write { try $0.reveal(id, to: stranger, key: newID(), at: World.start) } }
        #expect(try await world.database.read { try $0.revelations(of: id) }.count == 2)
    }
}
