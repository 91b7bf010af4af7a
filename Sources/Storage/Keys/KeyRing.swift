import Crypto
import Foundation
import Synchronization

/// The keys as they are used.
struct Keys: Sendable {
    let current: String
    let sealing: [String: SymmetricKey]
    let index: SymmetricKey
    let currentSigning: String
    let signing: [String: Curve25519.Signing.PrivateKey]

    init(_ kept: KeyFile) throws {
        guard let signing = kept.signing else { throw Vault.Unusable(description: "the key file has no signing key") }
        current = kept.current
        sealing = kept.keys.mapValues { SymmetricKey(data: $0) }
        index = SymmetricKey(data: kept.index)
        currentSigning = signing.current
        self.signing = try signing.keys.mapValues { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
    }
}

/// The keys of a file, shared by all who use it. Another node may have put new ones into the file: whoever meets one that is not
/// known yet looks there again.
final class KeyRing: Sendable {
    /// nil where the keys are nobody's.
    private let file: URL?
    private let held: Mutex<Keys>

    init(_ file: URL?, _ kept: KeyFile) throws {
        self.file = file
        held = Mutex(try Keys(kept))
    }

    var isClosed: Bool { file == nil }

    var keys: Keys { held.withLock { $0 } }

    /// The key of this name; nil where the file does not have it either.
    func sealingKey(_ id: String) throws -> SymmetricKey? {
        if let key = held.withLock({ $0.sealing[id] }) { return key }
        guard let file, let kept = try KeyFile.read(file), kept.keys[id] != nil else { return nil }
        let read = try Keys(kept)
        held.withLock { $0 = read }
        return read.sealing[id]
    }

    /// The same for a key that signs.
    func signingPrivateKey(_ id: String) throws -> Curve25519.Signing.PrivateKey? {
        if let key = keys.signing[id] { return key }
        guard let file, let kept = try KeyFile.read(file), kept.signing?.keys[id] != nil else { return nil }
        let read = try Keys(kept)
        held.withLock { $0 = read }
        return read.signing[id]
    }

    /// Whether the file has keys that were prepared.
    var isPrepared: Bool {
        get throws { try file.flatMap { try KeyFile.read($0) }?.next != nil }
    }

    func prepare() throws {
        guard let file else { throw Vault.Unusable(description: "there is no key file to change") }
        _ = try KeyFile.change(file) { found in
            guard var file = found else { throw Vault.Unusable(description: "the key file is missing; bring it back") }
            file.prepare()
            return file
        }
    }

    func rotate() throws {
        guard let file else { throw Vault.Unusable(description: "there is no key file to change") }
        let changed = try KeyFile.change(file) { found in
            guard var file = found else { throw Vault.Unusable(description: "the key file is missing; bring it back") }
            file.activate()
            return file
        }
        let read = try Keys(changed)
        held.withLock { $0 = read }
    }
}
