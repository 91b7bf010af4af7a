import Domain

/// The way of a file into the store: recognised by its content, scanned, looked at, kept. Only then may a row refer to it.
public struct Intake: Sendable {
    public let store: FileStore
    public let drawing: Drawing
    private let scanner: VirusScanner?

    public init(store: FileStore, scanner: VirusScanner? = nil) {
        self.store = store
        self.scanner = scanner
        drawing = Drawing(store: store)
    }

    /// Throws a `FileRefusal` for what is not taken; the received file is gone then.
    public func take(_ file: IncomingFile, for asker: String = "") async throws -> KeptFile {
        defer { file.discard() }
        let digest = try await file.finish()
        guard file.bytes > 0 else { throw FileRefusal.empty }
        guard let kind = FileKind(head: file.head, tail: file.tail) else { throw FileRefusal.unknownKind }
        try await scanner?.demandClean(file.path)
        let pages = try await drawing.inspect(file.path, kind, for: asker)
        try await store.keep(file.path, as: digest)
        return KeptFile(digest: digest, kind: kind, bytes: file.bytes, pages: pages)
    }

    /// Keeps bytes that this program itself has made, which need no looking at.
    public func keep(_ bytes: [UInt8], _ kind: FileKind, pages: Int = 1) async throws -> KeptFile {
        var file = try store.newIncoming()
        defer { file.discard() }
        try await file.append(bytes)
        let digest = try await file.finish()
        try await store.keep(file.path, as: digest)
        return KeptFile(digest: digest, kind: kind, bytes: bytes.count, pages: pages)
    }
}
