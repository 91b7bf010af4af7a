import Crypto
import Foundation

/// How a file is sealed: a head (what this is, a mark of the key, a salt), then pieces under AES-256-GCM with a key of this file's own.
/// The nonce counts the pieces and says which is the last; the kind and name of the file and its head are authenticated with each: no piece
/// can be altered, left out, moved or taken from another file without being noticed, and no file can be cut or pass for another.
struct Seal {
    enum Kind: String {
        case content, point, mark
    }

    static let pieceBytes = 1 << 18
    static let tagBytes = 16
    static let headBytes = 48
    private static let magic = Data("ZHIPING1".utf8)

    private let key: SymmetricKey
    private let associated: Data
    private let name: String
    private var count: UInt32 = 0

    /// A seal for a new file, and the head to begin it with.
    static func new(_ kind: Kind, _ name: String, _ key: BackupKey) -> (Seal, head: Data) {
        let head = magic + key.mark + SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return (Seal(kind, name, key, head), head)
    }

    /// The seal of a file with this head.
    static func of(_ kind: Kind, _ name: String, _ key: BackupKey, head: Data) throws -> Seal {
        guard head.count == headBytes, head.prefix(8) == magic else { throw altered(name) }
        guard head.dropFirst(8).prefix(8) == key.mark else { throw BackupRefusal(description: "\(name) was sealed under another key, or is altered") }
        return Seal(kind, name, key, head)
    }

    static func altered(_ name: String) -> BackupRefusal { BackupRefusal(description: "\(name) is altered or not whole") }

    private init(_ kind: Kind, _ name: String, _ key: BackupKey, _ head: Data) {
        self.name = name
        self.key = key.key(of: Data(head.suffix(32)))
        associated = Data("\(kind.rawValue)\n\(name)\n".utf8) + head
    }

    mutating func seal(_ piece: Data, isLast: Bool) throws -> Data {
        let box = try AES.GCM.seal(piece, using: key, nonce: try nonce(isLast), authenticating: associated)
        return box.ciphertext + box.tag
    }

    mutating func open(_ piece: Data, isLast: Bool) throws -> Data {
        guard piece.count >= Self.tagBytes else { throw Self.altered(name) }
        do {
            let box = try AES.GCM.SealedBox(nonce: try nonce(isLast), ciphertext: piece.dropLast(Self.tagBytes), tag: piece.suffix(Self.tagBytes))
            return try AES.GCM.open(box, using: key, authenticating: associated)
        } catch is CryptoKitError {
            throw Self.altered(name)
        }
    }

    private mutating func nonce(_ isLast: Bool) throws -> AES.GCM.Nonce {
        let number = withUnsafeBytes(of: count.bigEndian) { Data($0) }
        let (next, isTooMany) = count.addingReportingOverflow(1)
        guard !isTooMany else { throw BackupRefusal(description: "\(name) is too large to be sealed") }
        count = next
        return try AES.GCM.Nonce(data: Data(repeating: 0, count: 7) + number + [isLast ? 1 : 0])
    }
}
