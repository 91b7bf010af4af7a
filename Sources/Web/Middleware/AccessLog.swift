import HTTPTypes
import Hummingbird

/// Gives every request a number, told in its answer and in whatever is logged about it, and leaves one line of access behind:
/// which route, never which address, so that no id and no word typed into a search stands in the log.
struct AccessLog: RouterMiddleware {
    typealias Context = VisitorContext

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        let begun = ContinuousClock.now
        var response = try await next(request, context)
        response.headers[.requestNumber] = context.id
        let elapsed = (ContinuousClock.now - begun).components
        let route = context.endpointPath ?? "-"
        context.logger.log(
            // Whoever watches the site asks every few seconds; that would drown the rest.
            level: Path.probes.contains(route) && response.status == .ok ? .debug : .info, "request",
            metadata: [
                "method": "\(request.method)", "route": "\(route)", "status": .stringConvertible(response.status.code),
                "milliseconds": .stringConvertible(Int(elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000)),
                "account": "\(context.accountKind)",
            ])
        return response
    }
}

extension HTTPField.Name {
    static let requestNumber = HTTPField.Name(parsed: "x-request-id") ?? .via
}
