import Crypto
import Domain
import Files
import Foundation
import Storage

#if canImport(Glibc)
    import Glibc
#endif

extension Repository {
    /// What a backup was found to hold, or what a restore has brought back.
    public struct Found: Sendable {
        public let point: Point
        public let manifest: Manifest
    }

    /// Brings a backup back into a folder that is empty or not there. Whatever is wrong is said and nothing of it may be used: until the
    /// last look has found everything in order, a marker keeps every program of ours from opening the folder. `verify` looks last.
    public func restore(
        _ asked: Point? = nil, into target: URL, store: (_ target: URL) throws -> FileStore = { try FileStore(folder: $0.appending(path: "files")) },
        progress: @Sendable (Progress) -> Void = { _ in }, verify: (_ target: URL, Manifest) async throws -> Void = { _, _ in }
    ) async throws -> Found {
        let point = try point(asked)
        return try await locked {
            try demandEmpty(target)
            let (manifest, digests, reader) = try await manifest(of: point)
            if let database = manifest.database { try demandKnown(database.migrations) }
            for digest in digests where access(file(of: digest.text).path, R_OK) != 0 { throw BackupRefusal(description: "the content \(digest.text) is missing in the backup") }
            try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let marker = UnfinishedRestore.marker(in: target)
            try Data().write(to: marker)
            try synchronize(target)
            if let database = manifest.database {
                try await bringDatabase(reader, to: target.appending(path: "zhiping.sqlite"), database)
            }
            let store = try store(target)
            for (number, digest) in digests.enumerated() {
                try await bring(digest.text, to: store)
                progress(Progress(contents: number + 1, of: digests.count))
            }
            try await verify(target, manifest)
            guard unlink(marker.path) == 0 else { throw BackupRefusal(description: "cannot remove \(marker.path)") }
            try synchronize(target)
            return Found(point: point, manifest: manifest)
        }
    }

    /// Reads a backup as a restore would, without keeping anything: the database always, in a file of the workspace that is removed
    /// again; the contents all, or only whether they are there. That it was found whole is remembered.
    public func check(_ asked: Point? = nil, at now: Instant, workspace: URL, withContents: Bool) async throws -> Found {
        let point = try point(asked)
        return try await locked {
            let (manifest, digests, reader) = try await manifest(of: point)
            if let database = manifest.database {
                let file = workspace.appending(path: "backup-check.sqlite")
                defer { unlink(file.path) }
                unlink(file.path)
                try await bringDatabase(reader, to: file, database)
            }
            for digest in digests.map(\.text) {
                try Task.checkCancellation()
                guard access(file(of: digest).path, R_OK) == 0 else { throw BackupRefusal(description: "the content \(digest) is missing in the backup") }
                if withContents { try await read(digest) { _ in } }
            }
            try await blocking {
                let writer = try SealedWriter(mark(of: point), .mark, point.name, key)
                defer { writer.discard() }
                try writer.append(Data("\(now.milliseconds)".utf8))
                _ = try writer.finish()
            }
            return Found(point: point, manifest: manifest)
        }
    }

    private func demandEmpty(_ target: URL) throws {
        guard FileManager.default.fileExists(atPath: target.path) else { return }
        do { try UnfinishedRestore.refuse(target) } catch let error as SQLiteDatabase.CannotOpen { throw BackupRefusal(description: error.description) }
        guard try FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty else {
            throw BackupRefusal(description: "\(target.path) is not empty: a restore needs a folder of its own")
        }
    }

    private func demandKnown(_ migrations: [AppliedMigration]) throws {
        do {
            try Migrator().demandKnown(migrations, on: .sqlite)
        } catch let error as Migrator.CannotMigrate {
            throw BackupRefusal(description: "this program is too old for the backup, or another: \(error)")
        }
    }

    /// Writes the database and looks at all of it.
    private func bringDatabase(_ reader: SealedReader, to file: URL, _ part: Manifest.DatabasePart) async throws {
        try await blocking {
            let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw BackupRefusal(description: "cannot write \(file.path)") }
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            var (hash, bytes) = (SHA256(), 0)
            while let piece = try reader.read() {
                hash.update(data: piece)
                bytes += piece.count
                try handle.write(contentsOf: piece)
            }
            guard bytes == part.bytes, hash.finalize().hexadecimal == part.digest else { throw Seal.altered(reader.name) }
            try handle.synchronize()
            try synchronize(file.deletingLastPathComponent())
        }
        let facts: DatabaseFile.Facts
        do { facts = try await DatabaseFile(file).inspect() } catch let damaged as DatabaseFile.Damaged { throw BackupRefusal(description: damaged.description) }
        guard facts.migrations == part.migrations, facts.rows == part.rows else { throw BackupRefusal(description: "the database is not the one that the backup describes") }
    }

    private func bring(_ digest: String, to store: FileStore) async throws {
        do {
            try await store.keep(as: digest, mostBytes: .max) { take in try await read(digest) { try await take(Array($0)) } }
        } catch let failure as FileStore.Failure {
            throw BackupRefusal(description: failure.description)
        }
    }

    /// A content's bytes, to a whole and genuine end.
    private func read(_ digest: String, _ take: (Data) async throws -> Void) async throws {
        let reader = try await blocking { try SealedReader(file(of: digest), .content, digest, key) }
        var hash = SHA256()
        while let piece = try await blocking({ try reader.read() }) {
            hash.update(data: piece)
            try await take(piece)
        }
        guard hash.finalize().hexadecimal == digest else { throw Seal.altered(digest) }
    }
}
