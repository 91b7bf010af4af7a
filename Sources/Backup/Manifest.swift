import Domain
import Foundation
import Storage

/// What a backup is of, and what it needs. It begins the sealed file of a point in time, before the digests of the contents it needs
/// and the database itself.
public struct Manifest: Codable, Sendable {
    /// Of this layout.
    public static let format = 1

    public let format: Int
    /// Milliseconds since 1970 UTC.
    public let madeAt: Int64
    /// nil when only files were backed up.
    public let database: DatabasePart?
    /// How many contents it needs.
    public let contents: Int
    /// Contents that records in use refer to, and that were missing or altered already when the backup was made.
    public let lost: [String]

    /// The database as it was.
    public struct DatabasePart: Codable, Sendable {
        public let bytes: Int
        /// SHA-256 of the file, in hexadecimal.
        public let digest: String
        public let migrations: [AppliedMigration]
        /// Rows by table.
        public let rows: [String: Int]

        /// Entries of all trails together.
        public var trailEntries: Int { rows["trail"] ?? 0 }
    }

    init(at now: Instant, database: DatabasePart?, contents: Int, lost: [String]) {
        (format, madeAt, self.database, self.contents, self.lost) = (Self.format, now.milliseconds, database, contents, lost)
    }

    private static let mostBytes = 64 << 20

    /// Begins a sealed file.
    func write(_ digests: [ContentDigest], to writer: SealedWriter) throws {
        let text = try JSONEncoder().encode(self)
        guard let length = UInt32(exactly: text.count), text.count <= Self.mostBytes else { throw BackupRefusal(description: "the manifest is too large") }
        try writer.append(withUnsafeBytes(of: length.bigEndian) { Data($0) } + text)
        for digest in digests { try writer.append(digest.bytes) }
    }

    /// Reads the beginning of a sealed file; what follows is the database.
    static func read(_ reader: SealedReader) throws -> (Manifest, [ContentDigest]) {
        let length = try reader.read(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= mostBytes else { throw Seal.altered(reader.name) }
        let text = try reader.read(length)
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: text)
        } catch {
            throw BackupRefusal(description: "the manifest of \(reader.name) cannot be read by this program")
        }
        guard manifest.format == format, (0...100_000_000).contains(manifest.contents) else {
            throw BackupRefusal(description: "\(reader.name) is of another format than this program's (\(manifest.format))")
        }
        var digests: [ContentDigest] = []
        while digests.count < manifest.contents {
            let some = try reader.read(32 * min(4096, manifest.contents - digests.count))
            digests += stride(from: 0, to: some.count, by: 32).map { ContentDigest(some.dropFirst($0).prefix(32)) }
        }
        return (manifest, digests)
    }
}

/// The digest of a content, in as little memory as it needs.
struct ContentDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    init(_ bytes: Data) {
        var words: [UInt64] = [0, 0, 0, 0]
        for (position, byte) in bytes.prefix(32).enumerated() { words[position / 8] = words[position / 8] << 8 | UInt64(byte) }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// nil for what is no digest in hexadecimal.
    init?(_ text: String) {
        guard text.utf8.count == 64 else { return nil }
        let digits = text.utf8.compactMap { byte -> UInt8? in
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x61...0x66: byte - 0x61 + 10
            case _: nil
            }
        }
        guard digits.count == 64 else { return nil }
        self.init(Data(stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }))
    }

    var bytes: Data {
        [words.0, words.1, words.2, words.3].reduce(into: Data()) { data, word in withUnsafeBytes(of: word.bigEndian) { data.append(contentsOf: $0) } }
    }

    var text: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
