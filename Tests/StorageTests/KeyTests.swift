import Cast
import Domain
import Foundation
import Testing

@testable import Storage

@Suite struct KeyTests {
    @Test func rotatedKeysSealAndSignAndTheOldOnesStillOpen() async throws {
        let world = try await World()
        let (database, person) = (world.database, world.person(.applicant))
        _ = try await world.dossier()
        _ = try await database.checkpoint(at: World.start)
        let old = try await database.read { ($0.vault.current, $0.vault.signingKey) }
        let sealed = try await database.read { try $0.vault.seal("alt", for: "place") }
        // In the file they are used by nobody yet.
        try await database.prepareKeys()
        #expect(try await database.read { ($0.vault.current, $0.vault.signingKey) } == old)
        try await database.rotateKeys(at: World.start.adding(seconds: 60))
        let new = try await database.read { ($0.vault.current, $0.vault.signingKey) }
        #expect(new.0 != old.0 && new.1 != old.1)
        #expect(try await database.read { try $0.vault.open(sealed, for: "place") } == "alt")
        #expect(try await database.read { try $0.person(person.idNumber) } == person)
        let left = try await database.read {
            try $0.rows("SELECT id_number_sealed FROM persons UNION SELECT phone_sealed FROM persons WHERE phone_sealed IS NOT NULL") { try $0.text() }
        }
        #expect(left.allSatisfy { $0.hasPrefix("\(new.0).") }, "the old key can be retired")
        #expect(try await database.resealPeople() == 0)
        try await world.take(
            .abandon, on: try await world.database.read { try $0.first("SELECT id FROM dossiers") { try $0.id() as ID<Dossier> }! }, by: .applicant,
            at: World.start.adding(seconds: 90))
        let checkpoint = try #require(try await database.checkpoint(at: World.start.adding(seconds: 100)).first)
        #expect(checkpoint.key == new.1)
        #expect(try await database.read { try $0.signingKeys() }.map(\.endorsedBy) == [old.1, old.1])
        #expect(try await database.verify().findings == [])
    }

    /// Where nodes share the records, every node's file has to have the keys before one uses them.
    @Test func severalNodesNeedTheKeysFirst() async throws {
        let world = try await World()
        let isShared = try await world.database.read { $0.engine } == .postgres
        let before = try await world.database.read { $0.vault.current }
        if isShared { await #expect(throws: Problem.self) { try await world.database.rotateKeys(at: World.start) } }
        #expect(try await world.database.read { $0.vault.current } == before)
        try await world.database.prepareKeys()
        // Another node has the prepared file, and goes on with it as it was: it opens and signs what comes under the new keys.
        let file = world.folder.appending(path: "keys.json")
        let copy = world.folder.appending(path: "other.json")
        try FileManager.default.copyItem(at: file, to: copy)
        let other = try #require(try Vault.read(copy))
        try await world.database.rotateKeys(at: World.start)
        let (sealed, signing) = try await world.database.read { (try $0.vault.seal("neu", for: "place"), $0.vault.signingKey) }
        #expect(try other.open(sealed, for: "place") == "neu" && other.canSign(with: signing) && other.current == before)
    }

    /// Two nodes share the file: what one seals under a new key the other opens.
    @Test func aNodeThatMeetsAnUnknownKeyLooksIntoTheFile() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-keys-\(newID() as ID<WorkUnit>)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "keys.json")
        let (one, other) = (try Vault.make(file), try #require(try Vault.read(file)))
        try one.rotate()
        #expect(try other.open(try one.seal("neu", for: "place"), for: "place") == "neu")
        #expect(other.current == one.current)
        #expect(throws: Vault.Unusable.self) { _ = try other.open("fremd.\(Data([1, 2, 3]).base64EncodedString())", for: "place") }
        // Making it again takes what is there.
        #expect(try Vault.make(file).current == one.current)
    }

    @Test func anOlderKeyFileGetsASigningKey() async throws {
        let world = try await World()
        let file = world.folder.appending(path: "keys.json")
        var kept = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        kept["signing"] = nil
        try JSONSerialization.data(withJSONObject: kept).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let (one, other) = (try #require(try Vault.read(file)), try #require(try Vault.read(file)))
        #expect(one.signingKey == other.signingKey, "it was written down")
        #expect(try one.publicKey(of: one.signingKey) == other.publicKey(of: other.signingKey))
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Where the file cannot be written nothing is changed: neither in it nor in memory.
    @Test func keysAreNotRotatedWhereTheFileCannotBeWritten() async throws {
        let world = try await World()
        try await world.database.prepareKeys()
        let before = try await world.database.read { ($0.vault.current, $0.vault.signingKey) }
        let blocked = world.folder.appending(path: "keys.json.new")
        try FileManager.default.createDirectory(at: blocked, withIntermediateDirectories: true)
        await #expect(throws: Vault.Unusable.self) { try await world.database.rotateKeys(at: World.start) }
        #expect(try await world.database.read { ($0.vault.current, $0.vault.signingKey) } == before)
        try FileManager.default.removeItem(at: blocked)
        try await world.database.rotateKeys(at: World.start)
        #expect(try await world.database.read { $0.vault.current } != before.0)
    }
}
