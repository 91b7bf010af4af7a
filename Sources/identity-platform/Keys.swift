import Crypto
import Foundation
import JWTKit

/// The key that signs ID tokens: P-256, made at the first start and kept in `signing-key.pem`.
struct SigningKeys: Sendable {
    /// The key's thumbprint (RFC 7638), so that another key always has another name.
    let id: String
    let publicKey: PublicKey
    private let keys: JWTKeyCollection

    /// The public half as relying parties fetch it (RFC 7517).
    struct PublicKey: Encodable, Sendable {
        let kty = "EC"
        let crv = "P-256"
        let alg = "ES256"
        let use = "sig"
        let kid: String
        let x: String
        let y: String
    }

    init(folder: URL) async throws {
        let key = try SigningKeys.key(in: folder.appending(path: "signing-key.pem"))
        let point = key.publicKey.rawRepresentation
        let (x, y) = (base64URL(point.prefix(32)), base64URL(point.suffix(32)))
        id = base64URL(SHA256.hash(data: Data(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)))
        publicKey = PublicKey(kid: id, x: x, y: y)
        keys = await JWTKeyCollection().add(ecdsa: try ES256PrivateKey(pem: key.pemRepresentation), kid: JWKIdentifier(string: id))
    }

    func sign(_ token: IDToken) async throws -> String {
        try await keys.sign(token, kid: JWKIdentifier(string: id))
    }

    private static func key(in file: URL) throws -> P256.Signing.PrivateKey {
        if FileManager.default.fileExists(atPath: file.path) {
            return try P256.Signing.PrivateKey(pemRepresentation: String(contentsOf: file, encoding: .utf8))
        }
        let key = P256.Signing.PrivateKey()
        try write(Data(key.pemRepresentation.utf8), to: file)
        return key
    }

    /// Readable to nobody else from its first byte on, and under its name only when whole.
    private static func write(_ text: Data, to file: URL) throws {
        let new = file.appendingPathExtension("new")
        let descriptor = open(new.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CannotRun(description: "cannot create \(new.path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: text)
        try handle.synchronize()
        try handle.close()
        try FileManager.default.moveItem(at: new, to: file)
    }
}
