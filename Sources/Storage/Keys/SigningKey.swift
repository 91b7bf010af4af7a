import Crypto
import Domain
import Foundation

/// The public half of a key that signs checkpoints, as anybody may have it.
public struct SigningKey: Sendable, Hashable, Codable {
    public let id: String
    /// Ed25519, 32 bytes in hexadecimal.
    public let publicKey: String
    /// Milliseconds since 1970 UTC.
    public let firstUsedAt: Int64
    /// The key before it, which signed this one in; the first is its own.
    public let endorsedBy: String
    public let endorsement: String

    /// A key's name follows from it, so that no other can be passed off under the name.
    static func name(of publicKey: [UInt8]) -> String { String(hex(sha256(publicKey)).prefix(16)) }

    static func isSigned(_ statement: [UInt8], _ signature: [UInt8], by publicKey: [UInt8]) -> Bool {
        do {
            return try Curve25519.Signing.PublicKey(rawRepresentation: publicKey).isValidSignature(signature, for: statement)
        } catch {
            return false
        }
    }

    /// What the key before signs of a new one.
    static func statement(_ id: String, _ publicKey: [UInt8], firstUsedAt: Instant) -> [UInt8] {
        var bytes = Array("zhiping/signing-key/1".utf8) + [0]
        bytes.append(contentsOf: id.utf8)
        bytes.append(contentsOf: publicKey)
        bytes.append(number: firstUsedAt.milliseconds)
        return bytes
    }
}

extension Connection {
    /// Makes the key known that signs from now on, endorsed by the one before it.
    func acquaintSigningKey(at now: Instant) throws {
        let id = vault.signingKey
        guard try count("SELECT COUNT(*) FROM signing_keys WHERE key_id = \(id)") == 0 else { return }
        let last = try signingKeys().last
        if let last, try !vault.canSign(with: last.id) { throw Vault.Unusable(description: "the signing key \(last.id) is not in the key file; bring it back") }
        let first = last.map { max(now, Instant(milliseconds: $0.firstUsedAt).adding(seconds: 1)) } ?? now
        let publicKey = try vault.publicKey(of: id)
        let endorsement = try vault.sign(SigningKey.statement(id, publicKey, firstUsedAt: first), with: last?.id ?? id)
        try run(
            """
            INSERT INTO signing_keys (key_id, public_key, first_used_at, endorsed_by, endorsement)
            VALUES (\(id), \(hex(publicKey)), \(first), \(last?.id ?? id), \(hex(endorsement)))
            """)
    }

    /// Every key that has signed, oldest first.
    public func signingKeys() throws -> [SigningKey] {
        try rows("SELECT key_id, public_key, first_used_at, endorsed_by, endorsement FROM signing_keys ORDER BY first_used_at, key_id") {
            SigningKey(
                id: try $0.text(), publicKey: try $0.text(), firstUsedAt: try $0.instant().milliseconds, endorsedBy: try $0.text(), endorsement: try $0.text())
        }
    }
}
