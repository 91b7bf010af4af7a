import Hummingbird

/// Where a registration leads back to: the sign-in it interrupted, found in order again, or nowhere in particular.
struct Continuation: Sendable {
    let authorization: AuthorizationRequest?

    /// Takes the query of `/authorize` as a form or an address carried it. One that is not in order is dropped: whoever
    /// tampered with it gets an ordinary registration.
    init(_ carried: String, _ settings: Settings) {
        do {
            authorization = try AuthorizationRequest(Form(Array(carried.utf8)), settings)
        } catch {
            authorization = nil
        }
    }

    init(_ authorization: AuthorizationRequest) { self.authorization = authorization }

    /// The hidden field `continue`.
    var carried: String { authorization?.query ?? "" }

    /// Back to the login page, if one was left; always a path of this platform.
    var loginPath: String? { authorization.map { "/authorize?" + $0.query } }

    func registrationPath(_ kind: AccountKind) -> String {
        let path = "/register/\(kind.rawValue)"
        return authorization == nil ? path : path + "?" + Form.encode([("continue", carried)])
    }

    func afterRegistration(_ kind: AccountKind) -> Response {
        let done = Form.encode([("registered", kind.rawValue)])
        return redirect(to: loginPath.map { "\($0)&\(done)" } ?? "/registered?\(done)")
    }
}
