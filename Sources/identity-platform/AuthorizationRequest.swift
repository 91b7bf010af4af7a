/// Which of the two kinds of account signs in: a person's own, or a legal person's, through one of its operators.
enum AccountKind: String, Sendable, Codable, CaseIterable {
    case person
    case unit
}

/// A request for a sign-in that was found in order; it travels through the platform's forms and is checked anew each time.
struct AuthorizationRequest: Sendable {
    let clientID: String
    let redirectURI: String
    let scope: String
    let state: String
    let nonce: String
    let codeChallenge: String
    /// nil when the relying party leaves the choice to the user.
    let account: AccountKind?

    /// Throws a `Refusal` when it is not sure who asks, and a `Rejection` when he can be told.
    init(_ form: Form, _ settings: Settings) throws {
        // Before these two are known to be right, a redirect would lead whoever made the link's victims wherever he likes.
        guard form["client_id"] == settings.clientID, form["redirect_uri"] == settings.redirectURI else {
            throw Refusal.unknownSender
        }
        (clientID, redirectURI) = (form["client_id"], form["redirect_uri"])
        (scope, state, nonce) = (form["scope"], form["state"], form["nonce"])
        codeChallenge = form["code_challenge"]
        account = AccountKind(rawValue: form["account"])
        if let (error, description) = AuthorizationRequest.fault(in: form) {
            throw Rejection(redirectURI: redirectURI, state: state, error: error, description: description)
        }
    }

    private static func fault(in form: Form) -> (error: String, description: String)? {
        guard !form["response_type"].isEmpty else { return ("invalid_request", "response_type is missing") }
        guard form["response_type"] == "code" else { return ("unsupported_response_type", "only code is supported") }
        guard form["scope"].split(separator: " ").contains("openid") else { return ("invalid_scope", "scope must contain openid") }
        for name in ["state", "nonce"] {
            guard (1...1024).contains(form[name].utf8.count) else {
                return ("invalid_request", "\(name) must have 1 to 1024 bytes")
            }
        }
        guard form["code_challenge_method"] == "S256" else { return ("invalid_request", "code_challenge_method must be S256") }
        guard isDigest(form["code_challenge"]) else { return ("invalid_request", "code_challenge must be 43 characters of base64url") }
        guard form["account"].isEmpty || AccountKind(rawValue: form["account"]) != nil else {
            return ("invalid_request", "account must be person or unit")
        }
        // Every sign-in asks for credentials here, so one without a page cannot be.
        guard !form["prompt"].split(separator: " ").contains("none") else { return ("login_required", "there are no sessions") }
        return nil
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 43
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                case _: false
                }
            }
    }

    /// The parameters again, for the hidden fields of a form and for the way back from a registration.
    var fields: [(String, String)] {
        let all = [
            ("client_id", clientID), ("redirect_uri", redirectURI), ("response_type", "code"), ("scope", scope), ("state", state),
            ("nonce", nonce), ("code_challenge", codeChallenge), ("code_challenge_method", "S256"),
        ]
        return account.map { all + [("account", $0.rawValue)] } ?? all
    }

    var query: String { Form.encode(fields) }
}

/// Why the relying party gets an error instead of a code (RFC 6749, 4.1.2.1).
struct Rejection: Error {
    let redirectURI: String
    let state: String
    let error: String
    let description: String

    var fields: [(String, String)] {
        let all = [("error", error), ("error_description", description)]
        return state.isEmpty ? all : all + [("state", state)]
    }
}
