import Foundation
import Testing

@testable import Backup

/// A folder with a key of its own.
final class Safe: Sendable {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-safe-\(UUID().uuidString)")
    let keyFile: URL
    let key: BackupKey

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        keyFile = folder.appending(path: "key")
        try BackupKey.make(keyFile)
        key = try BackupKey(keyFile)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func seal(_ bytes: Data, _ kind: Seal.Kind = .content, _ name: String = "a", by pieces: Int = 100_000) throws -> URL {
        let file = folder.appending(path: UUID().uuidString)
        let writer = try SealedWriter(file, kind, name, key)
        for start in stride(from: 0, to: bytes.count, by: pieces) { try writer.append(bytes[start..<min(start + pieces, bytes.count)]) }
        #expect(try writer.finish() == size(file))
        return file
    }

    func open(_ file: URL, _ kind: Seal.Kind = .content, _ name: String = "a") throws -> Data {
        let reader = try SealedReader(file, kind, name, key)
        var found = Data()
        while let piece = try reader.read() { found.append(piece) }
        return found
    }

    /// Whether a file with these bytes is refused.
    func refuses(_ bytes: Data, _ kind: Seal.Kind = .content, _ name: String = "a") throws -> Bool {
        let file = folder.appending(path: "altered")
        try bytes.write(to: file)
        do {
            _ = try open(file, kind, name)
            return false
        } catch is BackupRefusal {
            return true
        }
    }

    func size(_ file: URL) throws -> Int { try Data(contentsOf: file).count }
}

private func bytes(_ count: Int) -> Data { Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }) }
private let whole = Seal.pieceBytes + Seal.tagBytes

@Suite struct SealTests {
    @Test(arguments: [0, 1, Seal.pieceBytes - 1, Seal.pieceBytes, Seal.pieceBytes + 1, 3 * Seal.pieceBytes, 3 * Seal.pieceBytes + 12345])
    func whatIsSealedOpens(_ count: Int) throws {
        let safe = try Safe()
        let content = bytes(count)
        #expect(try safe.open(safe.seal(content)) == content)
        // Exact numbers of bytes, across pieces.
        let reader = try SealedReader(try safe.seal(content), .content, "a", safe.key)
        #expect(try reader.read(count / 2) + reader.read(count - count / 2) == content && reader.read() == nil)
        #expect(throws: BackupRefusal.self) { try reader.read(1) }
    }

    @Test func twoSealsOfTheSameDiffer() throws {
        let safe = try Safe()
        let (one, other) = (try Data(contentsOf: safe.seal(bytes(1000))), try Data(contentsOf: safe.seal(bytes(1000))))
        #expect(one.dropFirst(16) != other.dropFirst(16) && one.suffix(100) != other.suffix(100))
        #expect(one.range(of: bytes(1000).prefix(16)) == nil)
    }

    @Test func everyOneOfAThousandFlipsIsFound() throws {
        let safe = try Safe()
        // Three pieces of which the last is short; and a small file, in which the head counts for more.
        for (content, flips) in [(bytes(2 * Seal.pieceBytes + 500), 400), (bytes(200), 600)] {
            let sealed = try Data(contentsOf: safe.seal(content))
            for _ in 0..<flips {
                var altered = sealed
                altered[Int.random(in: 0..<sealed.count)] ^= 1 << UInt8.random(in: 0..<8)
                #expect(try safe.refuses(altered))
            }
        }
    }

    @Test func everyCutIsFound() throws {
        let safe = try Safe()
        let sealed = try Data(contentsOf: safe.seal(bytes(4 * Seal.pieceBytes)))
        #expect(sealed.count == Seal.headBytes + 4 * whole)
        for pieces in 0..<4 {
            let border = Seal.headBytes + pieces * whole
            for cut in [border - 1, border, border + 1, border + Seal.tagBytes, border + whole - 1] { #expect(try safe.refuses(sealed.prefix(cut))) }
        }
        for _ in 0..<100 { #expect(try safe.refuses(sealed.prefix(.random(in: 0..<sealed.count)))) }
        for more in [Data([0]), sealed.suffix(whole), Data(repeating: 0, count: whole)] { #expect(try safe.refuses(sealed + more)) }
    }

    @Test func piecesKeepTheirPlaces() throws {
        let safe = try Safe()
        let content = bytes(3 * Seal.pieceBytes)
        let (sealed, other) = (try Data(contentsOf: safe.seal(content)), try Data(contentsOf: safe.seal(content)))
        func piece(_ file: Data, _ number: Int) -> Data { file.dropFirst(Seal.headBytes + number * whole).prefix(whole) }
        let head = sealed.prefix(Seal.headBytes)
        #expect(try !safe.refuses(head + piece(sealed, 0) + piece(sealed, 1) + piece(sealed, 2)))
        #expect(try safe.refuses(head + piece(sealed, 1) + piece(sealed, 0) + piece(sealed, 2)))
        #expect(try safe.refuses(head + piece(sealed, 0) + piece(sealed, 2)))
        #expect(try safe.refuses(head + piece(sealed, 0) + piece(sealed, 0) + piece(sealed, 1) + piece(sealed, 2)))
        #expect(try safe.refuses(head + piece(sealed, 0) + piece(other, 1) + piece(sealed, 2)))
        #expect(try safe.refuses(other.prefix(Seal.headBytes) + sealed.dropFirst(Seal.headBytes)))
    }

    @Test func noFilePassesForAnother() throws {
        let safe = try Safe()
        let sealed = try Data(contentsOf: safe.seal(bytes(1000), .content, "a"))
        #expect(try safe.refuses(sealed, .content, "b") && safe.refuses(sealed, .point, "a") && !safe.refuses(sealed, .content, "a"))
        let file = try safe.seal(bytes(10))
        let refusal = #expect(throws: BackupRefusal.self) { try SealedReader(file, .content, "a", try Safe().key) }
        #expect(refusal?.description.contains("another key") == true)
    }

    @Test func whatIsNotFinishedIsNotThere() throws {
        let safe = try Safe()
        let file = safe.folder.appending(path: "unfinished")
        let writer = try SealedWriter(file, .content, "a", safe.key)
        try writer.append(bytes(1_000_000))
        #expect(!FileManager.default.fileExists(atPath: file.path))
        writer.discard()
        #expect(try FileManager.default.contentsOfDirectory(atPath: safe.folder.path) == ["key"])
    }
}

@Suite struct BackupKeyTests {
    @Test func aKeyFileIsMadeOnceAndForTheOwnerOnly() throws {
        let safe = try Safe()
        let text = try String(contentsOf: safe.keyFile, encoding: .utf8)
        #expect(text.hasSuffix("\n") && Data(base64Encoded: text.dropLast().description)?.count == 32)
        let mode = try FileManager.default.attributesOfItem(atPath: safe.keyFile.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: BackupRefusal.self) { try BackupKey.make(safe.keyFile) }
        #expect(try String(contentsOf: safe.keyFile, encoding: .utf8) == text)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: safe.keyFile.path)
        #expect(throws: BackupRefusal.self) { try BackupKey(safe.keyFile) }
    }

    @Test(arguments: ["", "abc", "AAAA\n", String(repeating: "A", count: 100)]) func otherFilesAreNone(_ text: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(throws: BackupRefusal.self) { try BackupKey(file) }
    }

    @Test func theKeyLiesApartFromTheBackups() throws {
        let safe = try Safe()
        let link = safe.folder.deletingLastPathComponent().appending(path: UUID().uuidString)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: safe.folder)
        defer { try? FileManager.default.removeItem(at: link) }
        #expect(throws: BackupRefusal.self) { try Repository(folder: safe.folder, keyFile: safe.keyFile) }
        #expect(throws: BackupRefusal.self) { try Repository(folder: safe.folder, keyFile: link.appending(path: "key")) }
        #expect(throws: Never.self) { try Repository(folder: safe.folder.appending(path: "backups"), keyFile: safe.keyFile) }
        #expect(throws: Never.self) { try Repository(folder: URL(filePath: safe.folder.path + "-too"), keyFile: safe.keyFile) }
    }
}
