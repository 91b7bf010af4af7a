import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Why a backup or a restore does not go on, in a line for the operator.
public struct BackupRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// The key under which backups are sealed; in a file of its own, that lies neither beside the data nor beside the backups.
public struct BackupKey: Sendable {
    let secret: SymmetricKey

    /// Reads a key file; one that others may read is refused.
    public init(_ file: URL) throws {
        var status = stat()
        guard stat(file.path, &status) == 0 else { throw BackupRefusal(description: "the backup key file \(file.path) is missing: make one with `zhiping backup-key FILE`") }
        guard status.st_mode & 0o077 == 0 else { throw BackupRefusal(description: "the backup key file \(file.path) can be read by others; make it 0600") }
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let bytes = Data(base64Encoded: text), bytes.count == 32 else { throw BackupRefusal(description: "\(file.path) is no backup key file") }
        secret = SymmetricKey(data: bytes)
    }

    /// Makes a new key file, durable when this returns; one that is there is never touched.
    public static func make(_ file: URL) throws {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BackupRefusal(description: errno == EEXIST ? "\(file.path) is there already" : "cannot make \(file.path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data((SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString() + "\n").utf8))
        try handle.synchronize()
        try synchronize(file.deletingLastPathComponent())
    }

    /// What tells one key from another, and nothing about either.
    var mark: Data { Data(HMAC<SHA256>.authenticationCode(for: Data("zhiping backup key".utf8), using: secret).prefix(8)) }

    /// The key of one sealed file.
    func key(of salt: Data) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, salt: salt, info: Data("zhiping backup file".utf8), outputByteCount: 32)
    }
}

/// Puts the names of a folder on the disk.
func synchronize(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw BackupRefusal(description: "cannot open \(folder.path)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw BackupRefusal(description: "cannot synchronize \(folder.path)") }
}
