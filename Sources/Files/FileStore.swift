import Crypto
import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Where the bytes of files are: one file a content, named by its digest, in a folder that no web address leads to.
public struct FileStore: Sendable {
    /// `ab/ab…`: the contents.
    private let contents: URL
    /// What is being received.
    private let incoming: URL
    /// Pictures drawn of the contents; can be drawn again.
    let pictures: URL

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    public init(folder: URL) throws {
        contents = folder.appending(path: "contents", directoryHint: .isDirectory)
        incoming = folder.appending(path: "incoming", directoryHint: .isDirectory)
        pictures = folder.appending(path: "pictures", directoryHint: .isDirectory)
        for each in [contents, incoming, pictures] {
            try FileManager.default.createDirectory(at: each, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    /// A place for a file that is about to be received.
    public func newIncoming(mostBytes: Int = FileRule.mostBytes) throws -> IncomingFile {
        var source = SystemRandomNumberGenerator()
        return try IncomingFile(at: incoming.appending(path: randomText(characters: 26, from: &source)), mostBytes: mostBytes)
    }

    /// Only what looks like a digest names a content: nothing else may become part of a path.
    func path(of digest: String) throws -> URL {
        guard digest.utf8.count == 64, digest.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            throw Failure(description: "this is no digest")
        }
        return contents.appending(path: String(digest.prefix(2))).appending(path: digest)
    }

    /// Bytes of a content as it lies there.
    public func size(of digest: String) throws -> Int {
        var status = stat()
        guard stat(try path(of: digest).path, &status) == 0 else { throw Failure(description: "the content \(digest) is missing") }
        return Int(status.st_size)
    }

    /// Makes a received file part of the store: its bytes, then its name are on the disk when this returns.
    func keep(_ received: URL, as digest: String) async throws {
        let target = try path(of: digest)
        try await blocking {
            let folder = target.deletingLastPathComponent()
            if mkdir(folder.path, 0o700) == 0 { try synchronize(contents) } else if errno != EEXIST { throw Failure(description: "cannot make \(folder.path)") }
            guard rename(received.path, target.path) == 0 else { throw Failure(description: "cannot rename into \(target.path): \(errno)") }
            try synchronize(folder)
        }
    }

    /// Whether the store holds this content, unaltered.
    public func holds(_ digest: String) async throws -> Bool {
        let path = try path(of: digest)
        return try await blocking {
            guard let handle = FileHandle(forReadingAtPath: path.path) else { return false }
            var hash = SHA256()
            while let chunk = try handle.read(upToCount: 1 << 18), !chunk.isEmpty { hash.update(data: chunk) }
            return hash.finalize().hexadecimal == digest
        }
    }

    /// The content's bytes, piece by piece.
    public func read(_ digest: String, _ take: (Data) async throws -> Void) async throws {
        guard let handle = FileHandle(forReadingAtPath: try path(of: digest).path) else { throw Failure(description: "the content \(digest) is missing") }
        while let chunk = try await blocking({ try handle.read(upToCount: 1 << 17) }), !chunk.isEmpty { try await take(chunk) }
    }

    private func synchronize(_ folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(description: "cannot open \(folder.path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(description: "cannot synchronize \(folder.path)") }
    }
}

extension FileStore {
    /// Removes contents that nothing refers to. Each is first moved aside; one that was received again meanwhile, or that is referred
    /// to after all, goes back to its place, so that no upload can lose its file to a sweep.
    public func remove(_ digests: [String], olderThan limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        for digest in digests {
            let (here, aside) = (try path(of: digest), incoming.appending(path: "\(digest).condemned"))
            guard rename(here.path, aside.path) == 0 else { continue }
            var status = stat()
            let isFresh = stat(aside.path, &status) == 0 && Double(status.st_mtim.tv_sec) >= limit.timeIntervalSince1970
            if try await isReferred(digest) || isFresh {
                if link(aside.path, here.path) != 0, errno != EEXIST { throw Failure(description: "cannot put back \(digest)") }
            } else {
                try removeAll(at: pictures.appending(path: digest))
            }
            unlink(aside.path)
        }
    }

    /// Removes what was left half received or half drawn, contents that no row was ever written for, and pictures nobody has looked at for long.
    public func sweep(begunBefore begun: Date, receivedBefore limit: Date, drawnBefore old: Date, unless isReferred: (String) async throws -> Bool) async throws {
        for file in try list(incoming) where try age(of: file) < begun && file.pathExtension != "condemned" { unlink(file.path) }
        for file in try list(pictures) where try file.lastPathComponent.hasPrefix(".") && age(of: file) < begun { unlink(file.path) }
        var unknown: [String] = []
        for folder in try list(contents) {
            for file in try list(folder) where try age(of: file) < limit {
                if try await !isReferred(file.lastPathComponent) { unknown.append(file.lastPathComponent) }
            }
        }
        try await remove(unknown, olderThan: limit, unless: isReferred)
        for folder in try list(pictures) where try age(of: folder) < old { try removeAll(at: folder) }
        // A sweep that was cut short leaves a content aside: it goes back, and the next sweep decides anew.
        for file in try list(incoming) where file.pathExtension == "condemned" {
            let here = try path(of: file.deletingPathExtension().lastPathComponent)
            if link(file.path, here.path) == 0 || errno == EEXIST { unlink(file.path) }
        }
    }

    private func list(_ folder: URL) throws -> [URL] { try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) }

    private func age(of file: URL) throws -> Date {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return .distantFuture }
        return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
    }

    private func removeAll(at url: URL) throws {
        if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
    }
}

/// A file while it is received: written and digested piece by piece, never held in memory.
public struct IncomingFile: Sendable {
    let path: URL
    private let handle: FileHandle
    private let mostBytes: Int
    private var hash = SHA256()
    public private(set) var bytes = 0
    private(set) var head: [UInt8] = []
    private(set) var tail: [UInt8] = []

    init(at path: URL, mostBytes: Int) throws {
        let descriptor = open(path.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileStore.Failure(description: "cannot create \(path.path)") }
        self.path = path
        self.mostBytes = mostBytes
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// Throws `FileRefusal.tooLarge` as soon as there is one byte too many.
    public mutating func append(_ piece: [UInt8]) async throws {
        guard bytes + piece.count <= mostBytes else { throw FileRefusal.tooLarge }
        bytes += piece.count
        hash.update(data: piece)
        if head.count < 16 { head += piece.prefix(16 - head.count) }
        tail = Array((tail + piece.suffix(FileKind.tailLength)).suffix(FileKind.tailLength))
        let handle = handle
        try await blocking { try handle.write(contentsOf: piece) }
    }

    /// The digest of what was received, which is on the disk when this returns.
    func finish() async throws -> String {
        let handle = handle
        try await blocking {
            try handle.synchronize()
            try handle.close()
        }
        return hash.finalize().hexadecimal
    }

    /// Removes what was received; nothing happens when it was kept.
    public func discard() { unlink(path.path) }
}

extension SHA256.Digest {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

private let threads = DispatchQueue(label: "files", attributes: .concurrent)

/// Runs what waits for the disk or for another process on a thread of its own, never on one that serves requests.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        threads.async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
