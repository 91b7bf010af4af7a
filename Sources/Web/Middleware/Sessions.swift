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
        guard let (signedIn, seen) = try await database.read({ try $0.signedIn(tokenHash: hash, rule: rule, at: now) }) else {
            return try await next(request, context)
        }
        if now.milliseconds - seen.milliseconds > Self.marking * 1000 {
            try await database.write { try $0.touchSession(tokenHash: hash, at: now) }
        }
        context.session = Session(token: token, signedIn: signedIn)
        return try await next(request, context)
    }
}
