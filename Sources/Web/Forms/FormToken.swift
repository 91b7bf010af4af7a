import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Markup

/// What makes a form one of ours: a key of its own (for idempotency), the version it was made on, and a code over both, the
/// address it posts to and the session it was given to, under a key that only the server can make.
struct FormToken {
    let key: String
    let version: Int

    /// What stands in for a form's where a decision is carried out that was made before.
    init(key: String, version: Int) { (self.key, self.version) = (key, version) }

    static let keys: Set<String> = ["_token", "_version", "_key"]

    /// The hidden fields of a new form.
    static func fields(for path: String, version: Int = 0, in session: Session) -> HTML {
        var source = SystemRandomNumberGenerator()
        return fields(for: path, version: version, key: randomText(characters: 26, from: &source), in: session)
    }

    /// Those of a form that may have been posted already: its key stays, unless somebody was faster (`Typing.key`).
    static func fields(for path: String, version: Int, shownAgain typing: Typing?, in session: Session) -> HTML {
        typing?.key.map { fields(for: path, version: version, key: $0, in: session) } ?? fields(for: path, version: version, in: session)
    }

    /// The same with a key that stays: a form shown again after an error is still the same decision.
    static func fields(for path: String, version: Int, key: String, in session: Session) -> HTML {
        """
        <input type="hidden" name="_token" value="\(code(path: path, version: version, key: key, in: session))">\
        <input type="hidden" name="_version" value="\(version)"><input type="hidden" name="_key" value="\(key)">
        """
    }

    /// Checks that this site gave the form to this session, for this address, and that this site's page sent it.
    init(_ form: Form, of request: Request, in session: Session, origin: String) throws(Problem) {
        try FormToken.checkSource(of: request, origin: origin)
        let (key, version) = (form["_key"], Int(form["_version"]))
        guard let version, key.utf8.count == 26, !form["_token"].isEmpty else { throw .forgedForm }
        let expected = FormToken.code(path: request.uri.path, version: version, key: key, in: session)
        guard constantTimeEqual(expected, form["_token"]) else { throw .forgedForm }
        self.key = key
        self.version = version
    }

    /// Browsers say where a post comes from; one that does not say is not a browser.
    static func checkSource(of request: Request, origin: String) throws(Problem) {
        let site = request.headers[.secFetchSite]
        let from = request.headers[.origin]
        guard site != nil || from != nil, site == nil || site == "same-origin", from == nil || from == origin else { throw .forgedForm }
    }

    private static func code(path: String, version: Int, key: String, in session: Session) -> String {
        let message = Data("form\n\(path)\n\(version)\n\(key)".utf8)
        return hexadecimal(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Data(session.formKey.utf8))))
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name(parsed: "sec-fetch-site") ?? .origin
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Equality whose time does not tell where two texts differ.
func constantTimeEqual(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
