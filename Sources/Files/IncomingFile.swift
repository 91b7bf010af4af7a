import Crypto
import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A file while it is received: written and digested piece by piece, never held in memory.
public struct IncomingFile: Sendable {
    public let path: URL
    private let file: OpenFile
    private let mostBytes: Int
    private var hash = SHA256()
    public private(set) var bytes = 0
    private(set) var head: [UInt8] = []
    private(set) var tail: [UInt8] = []

    init(at path: URL, mostBytes: Int) throws {
        let descriptor = open(path.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileStore.Failure("cannot create \(path.path)", code: errno) }
        self.path = path
        self.mostBytes = mostBytes
        file = OpenFile(descriptor: descriptor, path: path.path)
    }

    /// Throws `FileRefusal.tooLarge` as soon as there is one byte too many.
    public mutating func append(_ piece: [UInt8]) async throws {
        guard piece.count <= mostBytes - bytes else { throw FileRefusal.tooLarge }
        bytes += piece.count
        hash.update(data: piece)
        if head.count < 16 { head += piece.prefix(16 - head.count) }
        tail = Array((tail + piece.suffix(FileKind.tailLength)).suffix(FileKind.tailLength))
        try await blocking { [file] in try file.write(piece) }
    }

    /// The digest of what was received, which is on the disk when this returns.
    func finish() async throws -> String {
        try await blocking { [file] in try file.synchronize() }
        return hash.finalize().hexadecimal
    }

    /// Removes what was received; nothing happens when it was kept.
    public func discard() { unlink(path.path) }
}

/// A file that is being written, closed with the value's end.
private final class OpenFile: Sendable {
    private let descriptor: CInt
    private let path: String

    init(descriptor: CInt, path: String) { (self.descriptor, self.path) = (descriptor, path) }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { all in
            var rest = all[...]
            while !rest.isEmpty {
                let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written >= 0 else { throw FileStore.Failure("cannot write \(path)", code: errno) }
                rest = rest.dropFirst(written)
            }
        }
    }

    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw FileStore.Failure("cannot synchronize \(path)", code: errno) }
    }
}
