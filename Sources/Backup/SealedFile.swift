import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A sealed file while it is written: under a temporary name, until it is whole and on the disk.
final class SealedWriter: Sendable {
    private let target: URL
    private let temporary: URL
    private let handle: FileHandle
    private let state: Mutex<State>

    private struct State {
        var seal: Seal
        var waiting = Data()
        var written: Int
    }

    init(_ target: URL, _ kind: Seal.Kind, _ name: String, _ key: BackupKey) throws {
        self.target = target
        temporary = target.appendingPathExtension("part")
        let descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BackupRefusal(description: "cannot write \(temporary.path)") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let (seal, head) = Seal.new(kind, name, key)
        try handle.write(contentsOf: head)
        state = Mutex(State(seal: seal, written: head.count))
    }

    func append(_ bytes: Data) throws {
        try state.withLock { state in
            state.waiting.append(bytes)
            // The last piece is known by what follows it: nothing.
            while state.waiting.count > Seal.pieceBytes {
                try write(state.waiting.prefix(Seal.pieceBytes), isLast: false, &state)
                state.waiting = Data(state.waiting.dropFirst(Seal.pieceBytes))
            }
        }
    }

    /// Ends the file; when this returns it stands under its name, on the disk. Its bytes.
    func finish() throws -> Int {
        let written = try state.withLock { state in
            try write(state.waiting, isLast: true, &state)
            return state.written
        }
        try handle.synchronize()
        try handle.close()
        guard rename(temporary.path, target.path) == 0 else { throw BackupRefusal(description: "cannot rename into \(target.path)") }
        try synchronize(target.deletingLastPathComponent())
        return written
    }

    /// Removes what was written; nothing happens when it is finished.
    func discard() { unlink(temporary.path) }

    private func write(_ piece: Data, isLast: Bool, _ state: inout State) throws {
        let sealed = try state.seal.seal(piece, isLast: isLast)
        try handle.write(contentsOf: sealed)
        state.written += sealed.count
    }
}

/// A sealed file while it is read. What it gives is genuine as far as it goes; that nothing is missing is known at its end.
final class SealedReader: Sendable {
    let name: String
    private let handle: FileHandle
    private let state: Mutex<State>

    private struct State {
        var seal: Seal
        /// The piece that is to be opened next, as it lies there; the last when nothing follows.
        var next: Data
        var opened = Data()
        var isAtEnd = false
    }

    init(_ file: URL, _ kind: Seal.Kind, _ name: String, _ key: BackupKey) throws {
        guard let handle = FileHandle(forReadingAtPath: file.path) else { throw BackupRefusal(description: "\(name) is missing in the backup") }
        self.name = name
        self.handle = handle
        let seal = try Seal.of(kind, name, key, head: try handle.read(upToCount: Seal.headBytes) ?? Data())
        state = Mutex(State(seal: seal, next: try Self.piece(handle)))
    }

    private static func piece(_ handle: FileHandle) throws -> Data { try handle.read(upToCount: Seal.pieceBytes + Seal.tagBytes) ?? Data() }

    /// The next bytes; nil at the end of a whole file.
    func read() throws -> Data? {
        try state.withLock { state in
            if !state.opened.isEmpty {
                defer { state.opened = Data() }
                return state.opened
            }
            return try open(&state)
        }
    }

    /// Exactly so many bytes.
    func read(_ count: Int) throws -> Data {
        try state.withLock { state in
            while state.opened.count < count {
                guard let piece = try open(&state) else { throw Seal.altered(name) }
                state.opened.append(piece)
            }
            defer { state.opened = Data(state.opened.dropFirst(count)) }
            return Data(state.opened.prefix(count))
        }
    }

    private func open(_ state: inout State) throws -> Data? {
        if state.isAtEnd { return nil }
        let piece = state.next
        state.next = try Self.piece(handle)
        state.isAtEnd = state.next.isEmpty
        let opened = try state.seal.open(piece, isLast: state.isAtEnd)
        return opened.isEmpty ? nil : opened
    }
}
