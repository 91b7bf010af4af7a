import HTTPTypes
import Hummingbird

/// What a request may be at most, before anything looks into it. The decoder takes a few times as much, so that it is this
/// rule which answers; what exceeds even the decoder is answered by `UnreadableRequests`.
struct Limits: RouterMiddleware {
    typealias Context = VisitorContext

    static let addressBytes = 4 * 1024
    static let headerBytes = 16 * 1024
    static let headerFields = 64

    /// A request that no browser makes on this site; `address` is where to go instead.
    struct Refusal: Error {
        let status: HTTPResponse.Status
        let sentence: String
        var address: String?
    }

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        guard [.get, .head, .post].contains(request.method) else { throw Refusal(status: .methodNotAllowed, sentence: "本系统不接受这种请求方法。") }
        let address = request.uri.string
        guard address.utf8.count <= Limits.addressBytes else { throw Refusal(status: .uriTooLong, sentence: "网址过长。") }
        guard address.hasPrefix("/") else { throw Refusal(status: .badRequest, sentence: "网址不符合要求。") }
        let bytes = request.headers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count }
        guard request.headers.count <= Limits.headerFields, bytes <= Limits.headerBytes else {
            throw Refusal(status: .requestHeaderFieldsTooLarge, sentence: "请求的附加信息过多。请清除浏览器中本网站的 Cookie 后重试。")
        }
        return try await next(request, context)
    }
}

/// Answers only under the name by which browsers are meant to reach the site: a page under another name (an address of the
/// machine, a name that somebody pointed here) could not sign in, since the platform sends people back to the origin, and
/// is how a foreign page would get at one on this machine. Whoever comes under another name is told the right one; on a
/// developer's machine too, where `localhost` is another site than `127.0.0.1` to cookies. Style sheet and scripts stand outside: they are
/// nobody's secret.
struct OwnHost: RouterMiddleware {
    typealias Context = VisitorContext
    let settings: Settings

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        // The first Host has become the authority; one that is still among the fields is a second.
        guard let host = request.head.authority, !host.isEmpty, !request.headers.contains(where: { $0.name.canonicalName == "host" }) else {
            throw Limits.Refusal(status: .badRequest, sentence: "请求没有说明，或者多次说明了要访问的网站。")
        }
        guard settings.isOwn(host: host) else {
            throw Limits.Refusal(status: .misdirectedRequest, sentence: "请从下面的地址访问本系统。", address: settings.origin + Path.entry)
        }
        return try await next(request, context)
    }
}
