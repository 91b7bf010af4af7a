import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Storage

extension Site {
    /// Sends the browser to the identity platform, remembering what has to come back, and from which browser.
    func startSignIn(_ request: Request, _ context: VisitorContext, as kind: Identity.Kind) async throws -> Response {
        var source = SystemRandomNumberGenerator()
        func secret() -> String { randomText(characters: 52, from: &source) }
        let (state, browser, nonce, verifier) = (secret(), secret(), secret(), secret())
        let persona = try await database.read { try $0.demoPersonas() }.first { $0.loginHint == request.uri.queryParameters["persona"].map(String.init) }
        let attempt = SignInAttempt(
            stateHash: digest(state), browserHash: digest(browser), nonce: nonce, verifier: verifier, kind: persona?.kind ?? kind, returnPath: Path.home)
        let address: String
        do {
            address = try await provider.authorization(
                state: state, nonce: nonce, verifier: verifier, kind: attempt.kind, hint: settings.issuerIsLoopback ? persona?.loginHint : nil)
        } catch {
            context.logger.warning("identity platform", metadata: ["error": "\(error)"])
            throw Problem.unavailable("统一身份认证平台暂时无法访问，请稍后再试。已登录的用户不受影响。")
        }
        try await database.write { try $0.begin(attempt, at: context.now) }
        var response = Response.redirect(to: address, type: .normal)
        response.setCookie(cookie(settings.attemptCookie, browser, maxAge: Int(SignInAttempt.lifetime)))
        return response
    }

    /// Takes the platform's answer: state, issuer and code; then opens a new session, whatever cookie the browser brought.
    @Sendable func finishSignIn(_ request: Request, _ context: VisitorContext) async throws -> Response {
        let query = request.uri.queryParameters
        func parameter(_ name: String) -> String? { query.getAll(name).count == 1 ? query[name[...]].map { String($0) } : nil }
        guard let state = parameter("state"), let browser = request.cookies[settings.attemptCookie]?.value,
            let attempt = try await database.write({ try $0.take(stateHash: digest(state), browserHash: digest(browser), at: context.now) })
        else { throw Problem.notAllowed("登录请求已失效，请返回登录页重新登录。") }
        guard parameter("iss") == settings.provider.issuer else { throw Problem.notAllowed("登录应答不是来自统一身份认证平台，请重新登录。") }
        guard let code = parameter("code") else { throw Problem.notAllowed("登录未完成，请重新登录。") }
        let identity: Identity
        do {
            identity = try await provider.identity(code: code, attempt: attempt, at: context.now)
        } catch let problem as Problem {
            throw problem
        } catch {
            context.logger.warning("sign-in refused", metadata: ["error": "\(error)"])
            throw Problem.notAllowed("统一身份认证平台的应答无法核验，没有登录。请重新登录；如仍不成功，请联系管理员（编号 \(context.id)）。")
        }
        var source = SystemRandomNumberGenerator()
        let token = randomText(characters: 52, from: &source)
        let old = request.cookies[settings.sessionCookie]?.value
        try await database.write { connection in
            if let old { try connection.signOut(tokenHash: digest(old)) }
            try connection.sweepSessions(rule: settings.sessions, at: context.now)
            try connection.signIn(identity, tokenHash: digest(token), at: context.now)
        }
        context.logger.info("signed in", metadata: ["kind": "\(identity.kind)"])
        var response = see(attempt.returnPath)
        response.setCookie(cookie(settings.sessionCookie, token, maxAge: nil))
        response.setCookie(cookie(settings.attemptCookie, "", maxAge: 0))
        return response
    }

    @Sendable func signOut(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try await database.write { try $0.signOut(tokenHash: digest(context.session.token)) }
        var response = see(Path.entry)
        response.setCookie(cookie(settings.sessionCookie, "", maxAge: 0))
        if let name = HTTPField.Name("Clear-Site-Data") { response.headers[name] = "\"cache\", \"storage\"" }
        return response
    }

    private func cookie(_ name: String, _ value: String, maxAge: Int?) -> Cookie {
        Cookie(name: name, value: value, maxAge: maxAge, path: "/", secure: settings.isSecure, httpOnly: true, sameSite: .lax)
    }
}
