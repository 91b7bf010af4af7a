import Crypto
import Domain
import Files
import Foundation
import Storage

extension Repository {
    /// What a backup has become.
    public struct Written: Sendable {
        public let point: Point
        public let databaseBytes: Int
        public let contents: Int
        public let newContents: Int
        /// What was added to the folder.
        public let newBytes: Int
        /// Contents that records in use refer to and that could not be backed up: missing or altered in the store.
        public let lost: [String]
    }

    /// How far a backup is: contents looked at, of so many.
    public struct Progress: Sendable {
        public let contents: Int
        public let of: Int
    }

    /// Backs up a database in use and the contents it names. The database comes first: what it names and is in use cannot go away within
    /// the day that follows, however long the contents take and whatever is swept meanwhile.
    public func write(
        of database: SQLiteDatabase, store: FileStore, at now: Instant, progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Written {
        try await beginning(at: now) { point in
            let copy = database.folder.appending(path: "backup-copy.sqlite")
            defer { for ending in ["", "-wal", "-shm", "-journal"] { unlink(copy.path + ending) } }
            for ending in ["", "-wal", "-shm", "-journal"] { unlink(copy.path + ending) }
            try await database.copy(to: copy)
            let facts = try await DatabaseFile(copy).inspect()
            let kept = try await keep(try await database.contents(in: copy), from: store, progress)
            let (digest, bytes) = try await blocking { try fingerprint(of: copy) }
            let part = Manifest.DatabasePart(bytes: bytes, digest: digest, migrations: facts.migrations, rows: facts.rows)
            return try await finish(point, part, kept, database: copy)
        }
    }

    /// Backs up the contents that a database names, which is itself backed up by other means.
    public func writeFiles(
        of database: any Database, store: FileStore, at now: Instant, progress: @Sendable (Progress) -> Void = { _ in }
    ) async throws -> Written {
        try await beginning(at: now) { point in
            let kept = try await keep(try await database.read { try $0.namedContents() }, from: store, progress)
            return try await finish(point, nil, kept, database: nil)
        }
    }

    /// Seconds by which a backup's name may be later than it is.
    private static let mostLater = 10

    private func beginning(at now: Instant, _ body: (Point) async throws -> Written) async throws -> Written {
        try FileManager.default.createDirectory(at: contents, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try await locked {
            // Named by the second: of two that are asked in one the later has the next.
            let made = try points()
            let free = (0..<Int64(Self.mostLater)).lazy.map { Point(now.adding(seconds: $0)) }.first { !made.contains($0) }
            guard let point = free else { throw BackupRefusal(description: "there is a backup \(Point(now)) already") }
            return try await body(point)
        }
    }

    private struct Kept {
        var digests: [ContentDigest] = []
        var lost: [String] = []
        var new = 0
        var bytes = 0
    }

    /// Seals the contents that no earlier backup has.
    private func keep(_ named: [NamedContent], from store: FileStore, _ progress: @Sendable (Progress) -> Void) async throws -> Kept {
        var kept = Kept()
        for (number, content) in named.enumerated() {
            try Task.checkCancellation()
            guard let digest = ContentDigest(content.digest) else { throw BackupRefusal(description: "the database names a content that is no digest") }
            if FileManager.default.fileExists(atPath: file(of: content.digest).path) {
                kept.digests.append(digest)
            } else if let bytes = try await seal(content.digest, from: store) {
                kept.digests.append(digest)
                kept.new += 1
                kept.bytes += bytes
            } else if content.isInUse {
                kept.lost.append(content.digest)
            }
            progress(Progress(contents: number + 1, of: named.count))
        }
        return kept
    }

    /// The bytes written; nil when the store has no such content, or an altered one.
    private func seal(_ digest: String, from store: FileStore) async throws -> Int? {
        let target = file(of: digest)
        let folder = target.deletingLastPathComponent()
        if !FileManager.default.fileExists(atPath: folder.path) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try synchronize(contents)
        }
        let writer = try await blocking { try SealedWriter(target, .content, digest, key) }
        defer { writer.discard() }
        var hash = SHA256()
        do {
            try await store.read(digest) { piece in
                hash.update(data: piece)
                try await blocking { try writer.append(piece) }
            }
        } catch is FileStore.Failure {
            return nil
        }
        guard hash.finalize().hexadecimal == digest else { return nil }
        return try await blocking { try writer.finish() }
    }

    private func finish(_ point: Point, _ part: Manifest.DatabasePart?, _ kept: Kept, database: URL?) async throws -> Written {
        let manifest = Manifest(at: point.instant, database: part, contents: kept.digests.count, lost: kept.lost)
        let bytes = try await blocking {
            let writer = try SealedWriter(file(of: point), .point, point.name, key)
            defer { writer.discard() }
            try manifest.write(kept.digests, to: writer)
            if let database {
                let handle = try FileHandle(forReadingFrom: database)
                while let piece = try handle.read(upToCount: Seal.pieceBytes), !piece.isEmpty { try writer.append(piece) }
            }
            return try writer.finish()
        }
        return Written(
            point: point, databaseBytes: part?.bytes ?? 0, contents: kept.digests.count, newContents: kept.new, newBytes: kept.bytes + bytes, lost: kept.lost)
    }
}

/// SHA-256 of a file, and its bytes.
func fingerprint(of file: URL) throws -> (String, bytes: Int) {
    let handle = try FileHandle(forReadingFrom: file)
    var (hash, bytes) = (SHA256(), 0)
    while let piece = try handle.read(upToCount: 1 << 18), !piece.isEmpty {
        hash.update(data: piece)
        bytes += piece.count
    }
    return (hash.finalize().hexadecimal, bytes)
}

extension SHA256.Digest {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
