import Domain
import Foundation
import Storage

/// A file that came with a form which was wrong elsewhere: it is in the store, and the form shown again carries it. The code is this
/// server's, not only the session's: a session's holder knows his own token.
struct FileTicket {
    let vault: Vault
    let session: Session

    func text(_ file: Attachment) throws -> String {
        let body = base64URL(try JSONEncoder().encode(file))
        return "\(body).\(code(body))"
    }

    /// nil when there is none; forged ones are refused.
    func read(_ text: String) throws -> Attachment? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, constantTimeEqual(code(parts[0]), parts[1]), let body = data(base64URL: parts[0]) else { throw Problem.forgedForm }
        return try JSONDecoder().decode(Attachment.self, from: body)
    }

    private func code(_ body: String) -> String { vault.code(for: "file\n\(digest(session.token))\n\(body)") }
}

/// The inverse of `base64URL`.
func data(base64URL text: String) -> Data? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
}
