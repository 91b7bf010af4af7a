import Crypto
import Domain
import Hummingbird

// There is no session at the platform, on purpose: every authorization asks for credentials. An office PC is shared, and who
// signs out of a business system must not be signed in again, by the next one at the keyboard, with one click.
extension Site {
    func askToSignIn(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let form = try query(of: request)
        let authorization = try AuthorizationRequest(form, settings)
        if let persona = try await persona(form["login_hint"], for: authorization) {
            return try await sendCode(to: persona, for: authorization)
        }
        return page(loginPage(authorization, registered: AccountKind(rawValue: form["registered"])))
    }

    func signIn(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let form = try await ownForm(of: request)
        let authorization = try AuthorizationRequest(form, settings)
        guard let kind = AccountKind(rawValue: form["kind"]), authorization.account == nil || authorization.account == kind else {
            throw Refusal.malformedForm
        }
        let typed = TypedLogin(form, kind)
        do {
            let subject = try await check(typed.credentials(password: form["password"]))
            return try await sendCode(to: subject, for: authorization)
        } catch let problems as Problems {
            return page(loginPage(authorization, typed, problems), status: problems.status)
        }
    }

    /// Whom a hint names: a demo persona, where those are offered, of the kind of account that was asked for.
    private func persona(_ hint: String, for authorization: AuthorizationRequest) async throws -> Subject? {
        guard settings.offersPersonas, !hint.isEmpty, let persona = try await accounts.persona(hint) else { return nil }
        return authorization.account == nil || authorization.account == persona.kind ? persona : nil
    }

    private func sendCode(to subject: Subject, for authorization: AuthorizationRequest) async throws -> Response {
        let code = secretText()
        try await accounts.keep(Grant(to: subject, for: authorization, at: .now), under: code)
        return sendBack(
            to: authorization.redirectURI, [("code", code), ("state", authorization.state), ("iss", settings.issuer)]
        )
    }
}

/// What was typed into a login box and is shown again when it was wrong; never the password.
struct TypedLogin: Sendable {
    let kind: AccountKind
    let idNumber: String
    let creditCode: String

    init(_ form: Form, _ kind: AccountKind) {
        self.kind = kind
        idNumber = form["idNumber"]
        creditCode = form["creditCode"]
    }

    func credentials(password: String) throws(Problems) -> Credentials {
        var checks = Checks()
        let unit: CreditCode? =
            switch kind {
            case .person: nil
            case .unit: checks.read("creditCode") { () throws(Invalid) in try CreditCode(creditCode) }
            }
        let number = checks.read("idNumber") { () throws(Invalid) in try IDNumber(idNumber, today: Instant.now.day) }
        checks.require("password", !password.isEmpty, "请填写密码")
        guard checks.problems.isEmpty, let number else { throw Problems(checks.problems) }
        return Credentials(idNumber: number, password: password, unit: unit)
    }
}
