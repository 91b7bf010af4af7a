import Crypto
import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The file of keys as it stands on disk. It is only ever replaced as a whole: written beside, made durable, renamed.
struct KeyFile: Codable {
    /// The key that seals; older ones still open.
    var current: String
    var keys: [String: Data]
    let index: Data
    /// nil in a file of a version that did not sign.
    var signing: Signing?

    /// Keys that are in the file already and used by nobody yet; nil when there are none.
    var next: Next?

    struct Next: Codable {
        let sealing: String
        let signing: String
    }

    struct Signing: Codable {
        var current: String
        var keys: [String: Data]
    }

    /// Reads a key file; nil when there is none. One that others may read is refused.
    static func read(_ file: URL) throws -> KeyFile? {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return nil }
        guard status.st_mode & 0o077 == 0 else { throw Vault.Unusable(description: "the key file \(file.path) can be read by others; make it 0600") }
        let kept = try JSONDecoder().decode(KeyFile.self, from: Data(contentsOf: file))
        let signingIsWhole = kept.signing.map { $0.keys[$0.current] != nil && $0.keys.values.allSatisfy { $0.count == 32 } } ?? true
        let nextIsWhole = kept.next.map { kept.keys[$0.sealing] != nil && kept.signing?.keys[$0.signing] != nil } ?? true
        guard nextIsWhole, kept.keys[kept.current] != nil, kept.keys.values.allSatisfy({ $0.count == 32 }), kept.index.count == 32, signingIsWhole else {
            throw Vault.Unusable(description: "the key file \(file.path) is not whole")
        }
        return kept
    }

    /// A new file's keys.
    static func made() -> KeyFile {
        let id = newName()
        var file = KeyFile(current: id, keys: [id: secret()], index: secret(), signing: nil, next: nil)
        file.renewSigning()
        return file
    }

    private static func secret() -> Data { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) } }

    private static func newName() -> String {
        var source = SystemRandomNumberGenerator()
        return randomText(characters: 8, from: &source)
    }

    /// A new key signs from now on.
    mutating func renewSigning() {
        let id = addSigning()
        signing?.current = id
    }

    /// New keys that nobody uses yet, so that the file can be brought to every node first.
    mutating func prepare() {
        guard next == nil else { return }
        let sealing = KeyFile.newName()
        keys[sealing] = KeyFile.secret()
        next = Next(sealing: sealing, signing: addSigning())
    }

    /// The keys that were prepared, or others made now, seal and sign from now on.
    mutating func activate() {
        prepare()
        guard let next else { return }
        current = next.sealing
        signing?.current = next.signing
        self.next = nil
    }

    /// A key's name follows from its public half.
    private mutating func addSigning() -> String {
        let key = Curve25519.Signing.PrivateKey()
        let id = SigningKey.name(of: Array(key.publicKey.rawRepresentation))
        signing = Signing(current: signing?.current ?? id, keys: (signing?.keys ?? [:]).merging([id: key.rawRepresentation]) { $1 })
        return id
    }

    /// Changes a file, or makes it, while no other process does; what is returned is on the disk.
    static func change(_ file: URL, _ body: (KeyFile?) throws -> KeyFile) throws -> KeyFile {
        let lock = open(file.path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw cannotWrite(file) }
        defer { close(lock) }
        let changed = try body(try read(file))
        try changed.write(to: file)
        return changed
    }

    private func write(to file: URL) throws {
        let new = file.path + ".new"
        let descriptor = Glibc.open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw KeyFile.cannotWrite(file) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: JSONEncoder().encode(self))
        try handle.synchronize()
        guard rename(new, file.path) == 0 else { throw KeyFile.cannotWrite(file) }
        // The name has to be on the disk as well as the bytes.
        let folder = Glibc.open(file.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0, fsync(folder) == 0, close(folder) == 0 else { throw Vault.Unusable(description: "cannot make the key file \(file.path) durable") }
    }

    private static func cannotWrite(_ file: URL) -> Vault.Unusable { .init(description: "cannot write the key file \(file.path); nothing was changed") }
}
