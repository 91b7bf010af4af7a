import Crypto
import Domain
import Foundation

/// A file that came with a form which was wrong elsewhere: it is in the store, and the form shown again carries it, under a code that
/// only this session can have been given.
enum FileTicket {
    static func text(_ file: Attachment, in session: Session) throws -> String {
        let body = base64URL(try JSONEncoder().encode(file))
        return "\(body).\(code(body, session))"
    }

    /// nil when there is none; forged ones are refused.
    static func read(_ text: String, in session: Session) throws -> Attachment? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, constantTimeEqual(code(parts[0], session), parts[1]), let body = data(base64URL: parts[0]) else { throw Problem.forgedForm }
        return try JSONDecoder().decode(Attachment.self, from: body)
    }

    private static func code(_ body: String, _ session: Session) -> String {
        hexadecimal(HMAC<SHA256>.authenticationCode(for: Data("file\n\(body)".utf8), using: SymmetricKey(data: Data(session.token.utf8))))
    }
}

/// The inverse of `base64URL`.
func data(base64URL text: String) -> Data? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
}
