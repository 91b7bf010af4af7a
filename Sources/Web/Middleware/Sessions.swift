import Domain
import Hummingbird
import Storage

/// Finds out who asks: from the token in the cookie, at every request, with the rights of this moment.
struct Sessions: RouterMiddleware {
    typealias Context = VisitorContext
    let database: any Database
    let settings: Settings
    let clock: @Sendable () -> Instant

    /// A session is marked as seen at most this often, in seconds, so that reading pages hardly writes.
    private static let marking: Int64 = 60

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        var context = context
        context.now = clock()
        guard let token = request.cookies[settings.sessionCookie]?.value, token.utf8.count == 52 else { return try await next(request, context) }
        let (hash, now, rule) = (digest(token), context.now, settings.sessions)
        let found = try await database.read { connection in
            try connection.signedIn(tokenHash: hash, rule: rule, at: now).map { (Session(token: token, signedIn: $0.0, vault: connection.vault), $0.seen) }
        }
        guard let (session, seen) = found else { return try await next(request, context) }
        if now.milliseconds - seen.milliseconds > Self.marking * 1000 {
            // Where nothing can be written now, reading goes on.
            do { try await database.write { try $0.touchSession(tokenHash: hash, at: now) } } catch Problem.unavailable {}
        }
        context.session = session
        return try await next(request, context)
    }
}
