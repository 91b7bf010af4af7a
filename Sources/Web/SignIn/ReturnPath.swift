import Foundation
import Hummingbird

/// A page of this site to come back to after signing in. It comes from a request, so it is made only of what cannot lead
/// elsewhere: one slash and then a letter or digit, plain characters, and an address that resolves to the own origin.
struct ReturnPath: Sendable, Hashable {
    let text: String

    static let mostBytes = 512

    init?(_ text: String, origin: String) {
        guard text.utf8.count <= Self.mostBytes, text.wholeMatch(of: /\/[A-Za-z0-9][A-Za-z0-9\/_.~=&?%+-]*/) != nil else { return nil }
        // Neither up and out, nor in circles.
        guard !text.contains("//"), !text.contains(".."), !text.hasPrefix("/sign-") else { return nil }
        guard let resolved = URL(string: text, relativeTo: URL(string: origin)), resolved.absoluteString == origin + text else { return nil }
        self.text = text
    }

    /// The page named by a sign-in link.
    init?(_ request: Request, origin: String) {
        guard let text = request.parameter("to") else { return nil }
        self.init(text, origin: origin)
    }
}

extension Request {
    /// A parameter of the query; nil unless it is there exactly once.
    func parameter(_ name: String) -> String? {
        let found = uri.queryParameters.getAll(name)
        return found.count == 1 ? found[0] : nil
    }
}
