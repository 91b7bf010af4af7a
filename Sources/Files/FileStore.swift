import Crypto
import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Where the bytes of files are: one file a content, named by its digest, in a folder that no web address leads to. Where there is a
/// bucket, the contents are in it, and the folder holds copies of those that this node has received or shown.
public struct FileStore: Sendable {
    /// `ab/ab…`: the contents.
    let contents: URL
    /// What is being received.
    let incoming: URL
    /// Pictures drawn of the contents; can be drawn again.
    let pictures: URL
    let bucket: Bucket?
    private let fetches = Fetches()

    public struct Failure: Error, CustomStringConvertible {
        public enum Kind: Sendable, Hashable {
            /// The disk has no room.
            case full
            /// The disk does not do as it is told.
            case disk
            /// A content is not what it should be, or not there.
            case content
        }

        public let kind: Kind
        public let description: String

        init(description: String) { (kind, self.description) = (.content, description) }

        /// What the system has refused, by its number.
        init(_ what: String, code: CInt) {
            kind = [ENOSPC, EDQUOT].contains(code) ? .full : .disk
            description = "\(what): \(String(cString: strerror(code)))"
        }
    }

    public init(folder: URL, bucket: Bucket? = nil) throws {
        contents = folder.appending(path: "contents", directoryHint: .isDirectory)
        incoming = folder.appending(path: "incoming", directoryHint: .isDirectory)
        pictures = folder.appending(path: "pictures", directoryHint: .isDirectory)
        self.bucket = bucket
        for each in [contents, incoming, pictures] {
            try FileManager.default.createDirectory(at: each, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// A place for a file that is about to be received.
    public func newIncoming(mostBytes: Int = FileRule.mostBytes) throws -> IncomingFile {
        var source = SystemRandomNumberGenerator()
        return try IncomingFile(at: incoming.appending(path: randomText(characters: 26, from: &source)), mostBytes: mostBytes)
    }

    /// A place for a file that is made to be sent and then removed; what a crash leaves there is swept like an upload that broke off.
    public func scratch() -> URL {
        var source = SystemRandomNumberGenerator()
        return incoming.appending(path: randomText(characters: 26, from: &source))
    }

    /// Whether files can be kept: the bucket answers, and a file can be written here.
    public func isUsable() async -> Bool {
        do {
            var probe = try newIncoming()
            defer { probe.discard() }
            try await probe.append([0])
            _ = try await probe.finish()
        } catch {
            return false
        }
        return await bucket?.answers() ?? true
    }

    /// Only what looks like a digest names a content: nothing else may become part of a path.
    func path(of digest: String) throws -> URL {
        guard digest.utf8.count == 64, digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            throw Failure(description: "this is no digest")
        }
        return contents.appending(path: String(digest.prefix(2))).appending(path: digest)
    }

    /// Bytes of a content as it lies there.
    public func size(of digest: String) async throws -> Int {
        var status = stat()
        guard stat(try await file(of: digest).path, &status) == 0 else { throw Failure(description: "the content \(digest) is missing") }
        return Int(status.st_size)
    }

    /// Makes a received file part of the store: when this returns its bytes, then its name are on the disk, in the bucket where there is one, and here.
    func keep(_ received: URL, as digest: String) async throws {
        _ = try path(of: digest)
        try await bucket?.keep(received, as: digest)
        try await shelve(received, as: digest)
    }

    /// Keeps a file that this program has made in `scratch()`; returns the digest under which it is found.
    public func keep(made file: URL) async throws -> String {
        let digest = try await blocking {
            guard let handle = FileHandle(forReadingAtPath: file.path) else { throw Failure(description: "a file that was made is missing") }
            var hash = SHA256()
            while let chunk = try handle.read(upToCount: 1 << 17), !chunk.isEmpty { hash.update(data: chunk) }
            guard fsync(handle.fileDescriptor) == 0 else { throw Failure("cannot write \(file.path)", code: errno) }
            return hash.finalize().hexadecimal
        }
        try await keep(file, as: digest)
        return digest
    }

    /// Keeps a content that comes piece by piece from elsewhere, if it is the one that its digest says.
    public func keep(as digest: String, mostBytes: Int = FileRule.mostBytes, from source: (_ take: ([UInt8]) async throws -> Void) async throws -> Void) async throws {
        var file = try newIncoming(mostBytes: mostBytes)
        defer { file.discard() }
        try await source { try await file.append($0) }
        guard try await file.finish() == digest else { throw Failure(description: "the content \(digest) is altered") }
        try await keep(file.path, as: digest)
    }

    private func shelve(_ received: URL, as digest: String) async throws {
        let target = try path(of: digest)
        try await blocking {
            let folder = target.deletingLastPathComponent()
            if mkdir(folder.path, 0o700) == 0 { try synchronize(contents) } else if errno != EEXIST { throw Failure("cannot make \(folder.path)", code: errno) }
            guard rename(received.path, target.path) == 0 else { throw Failure("cannot rename into \(target.path)", code: errno) }
            try synchronize(folder)
        }
    }

    /// Whether the store holds this content, unaltered.
    public func holds(_ digest: String) async throws -> Bool {
        let path = try await file(of: digest)
        if try await isWhole(path, digest) { return true }
        // Here is only a copy: one that has gone bad is fetched anew.
        return bucket == nil ? false : try await fetch(digest)
    }

    private func isWhole(_ path: URL, _ digest: String) async throws -> Bool {
        try await blocking {
            guard let handle = FileHandle(forReadingAtPath: path.path) else { return false }
            var hash = SHA256()
            while let chunk = try handle.read(upToCount: 1 << 18), !chunk.isEmpty { hash.update(data: chunk) }
            return hash.finalize().hexadecimal == digest
        }
    }

    /// The content's bytes, piece by piece.
    public func read(_ digest: String, _ take: (Data) async throws -> Void) async throws {
        guard let handle = FileHandle(forReadingAtPath: try await file(of: digest).path) else { throw Failure(description: "the content \(digest) is missing") }
        while let chunk = try await blocking({ try handle.read(upToCount: 1 << 17) }), !chunk.isEmpty { try await take(chunk) }
    }

    /// Where a content lies here; fetched from the bucket when it is missing.
    func file(of digest: String) async throws -> URL {
        let path = try path(of: digest)
        if bucket != nil, try !use(path) { _ = try await fetch(digest) }
        return path
    }

    /// Whether there is a copy here, whose time of change says from now on when it was last used.
    private func use(_ path: URL) throws -> Bool {
        var status = stat()
        guard stat(path.path, &status) == 0 else { return false }
        if Date().timeIntervalSince1970 - Double(status.st_mtim.tv_sec) > 86_400 { utimensat(AT_FDCWD, path.path, nil, 0) }
        return true
    }

    /// Brings a content here from the bucket, once for all who ask at the same time; false when the bucket has none that is unaltered.
    private func fetch(_ digest: String) async throws -> Bool {
        guard let bucket else { return false }
        return try await fetches.once(digest) {
            for copy in try await bucket.copies(of: digest) {
                // As large as it was kept: its digest is what it is known by.
                var file = try newIncoming(mostBytes: .max)
                defer { file.discard() }
                guard try await bucket.get(copy.key, { try await file.append($0) }), try await file.finish() == digest else { continue }
                try await shelve(file.path, as: digest)
                return true
            }
            return false
        }
    }

    private func synchronize(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("cannot open \(folder.path)", code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure("cannot synchronize \(folder.path)", code: errno) }
    }
}

/// What is being fetched now, by digest.
private actor Fetches {
    private var running: [String: Task<Bool, any Error>] = [:]

    func once(_ digest: String, _ fetch: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        if let task = running[digest] { return try await task.value }
        let task = Task { try await fetch() }
        running[digest] = task
        defer { running[digest] = nil }
        return try await task.value
    }
}
