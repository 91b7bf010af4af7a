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
        let hint = request.parameter("persona")
        let persona = try await database.read { try $0.demoPersonas() }.first { $0.loginHint == hint }
        let attempt = SignInAttempt(
            stateHash: digest(state), browserHash: digest(browser), nonce: nonce, verifier: verifier, kind: persona?.kind ?? kind,
            returnPath: ReturnPath(request, origin: settings.origin)?.text ?? Path.home)
        let address: String
        do {
            address = try await provider.authorization(
                state: state, nonce: nonce, verifier: verifier, kind: attempt.kind, hint: settings.issuerIsLoopback ? persona?.loginHint : nil)
        } catch {
            context.logger.warning("identity platform unusable", metadata: ["error": "\(summary(of: error))"])
            throw Problem.unavailable("统一身份认证平台暂时无法访问，请稍后再试。已登录的用户不受影响。")
        }
        try await database.write { try $0.begin(attempt, at: context.now) }
        var response = Response.redirect(to: address, type: .normal)
        response.setCookie(cookie(settings.attemptCookie, browser, maxAge: Int(SignInAttempt.lifetime)))
        return response
    }

    /// Takes the platform's answer: state, issuer and code; then opens a new session, whatever cookie the browser brought.
    @Sendable func finishSignIn(_ request: Request, _ context: VisitorContext) async throws -> Response {
        do {
            let attempt = try await attempt(of: request, at: context.now)
            let identity = try await identity(for: attempt, request)
            let token = try await openSession(for: identity, request, at: context.now)
            context.logger.info("signed in", metadata: ["account": "\(identity.kind)"])
            var response = see(attempt.returnPath)
            response.setCookie(cookie(settings.sessionCookie, token, maxAge: nil))
            response.setCookie(cookie(settings.attemptCookie, "", maxAge: 0))
            return response
        } catch let refusal as SignInRefused {
            measures.signIns.add(refusal.label)
            context.logger.warning("sign-in refused", metadata: ["reason": "\(refusal.reason)"])
            throw refusal.problem(number: context.id)
        } catch let problem as Problem {
            measures.signIns.add("account")
            context.logger.warning("sign-in refused", metadata: ["reason": "account"])
            throw problem
        }
    }

    private func attempt(of request: Request, at now: Instant) async throws -> SignInAttempt {
        guard let state = request.parameter("state"), let browser = request.cookies[settings.attemptCookie]?.value else { throw SignInRefused.attempt }
        let attempt = try await database.write { try $0.take(stateHash: digest(state), browserHash: digest(browser), at: now) }
        guard let attempt else { throw SignInRefused.attempt }
        return attempt
    }

    private func identity(for attempt: SignInAttempt, _ request: Request) async throws -> Identity {
        guard request.parameter("iss") == settings.provider.issuer else { throw SignInRefused.issuer }
        guard !request.uri.queryParameters.has("error"), let code = request.parameter("code"), !code.isEmpty else { throw SignInRefused.code }
        do {
            // The platform has its own clock, which agrees with the machine's, not with one that never goes back.
            return try await provider.identity(code: code, attempt: attempt, at: machineTime())
        } catch let problem as Problem {
            throw problem
        } catch ProviderClient.Unusable.unreachable(let what) {
            throw SignInRefused.unreachable(what)
        } catch ProviderClient.Unusable.answer(let what) {
            throw SignInRefused.answer(what)
        } catch {
            // What else is thrown comes of reading the token; its text may hold parts of it.
            throw SignInRefused.answer("\(type(of: error))")
        }
    }

    private func openSession(for identity: Identity, _ request: Request, at now: Instant) async throws -> String {
        var source = SystemRandomNumberGenerator()
        let token = randomText(characters: 52, from: &source)
        let old = request.cookies[settings.sessionCookie]?.value
        try await database.write { connection in
            if let old { try connection.signOut(tokenHash: digest(old)) }
            try connection.sweepSessions(rule: settings.sessions, at: now)
            try connection.signIn(identity, tokenHash: digest(token), at: now)
        }
        return token
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

/// Why nobody was signed in, in a word for the log and a sentence for the person.
private enum SignInRefused: Error {
    case attempt
    case issuer
    case code
    case unreachable(String)
    case answer(String)

    var reason: String {
        switch self {
        case .attempt: "no such attempt of this browser"
        case .issuer: "not from the issuer"
        case .code: "no code"
        case .unreachable(let what): "unreachable: \(what)"
        case .answer(let what): "answer: \(what)"
        }
    }

    /// The same as a metric's label.
    var label: String {
        switch self {
        case .attempt: "attempt"
        case .issuer: "issuer"
        case .code: "code"
        case .unreachable: "unreachable"
        case .answer: "answer"
        }
    }

    func problem(number: String) -> Problem {
        switch self {
        case .attempt: .notAllowed("登录请求已失效，请返回登录页重新登录。")
        case .issuer: .notAllowed("登录应答不是来自统一身份认证平台，请重新登录。")
        case .code: .notAllowed("登录未完成，请重新登录。")
        case .unreachable: .unavailable("统一身份认证平台暂时无法访问，没有登录。请稍后重新登录。已登录的用户不受影响。")
        case .answer: .notAllowed("统一身份认证平台的应答无法核验，没有登录。请重新登录；如仍不成功，请联系管理员（编号 \(number)）。")
        }
    }
}
