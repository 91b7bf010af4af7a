import HTTPTypes
import Hummingbird
import Measures

/// Gives every request a number, told in its answer and in whatever is logged about it, and leaves one line of access behind:
/// which route, never which address, so that no id and no word typed into a search stands in the log.
struct AccessLog: RouterMiddleware {
    typealias Context = VisitorContext
    let measures: SiteMeasures

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        let begun = ContinuousClock.now
        measures.inFlight.add(1)
        defer { measures.inFlight.add(-1) }
        var response = try await next(request, context)
        response.headers[.requestNumber] = context.id
        let elapsed = ContinuousClock.now - begun
        let route = context.endpointPath ?? "-"
        measures.note(response.status, on: route, after: elapsed)
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method)", "route": "\(route)", "status": .stringConvertible(response.status.code),
                "milliseconds": .stringConvertible(Int(elapsed.seconds * 1000)),
                "account": "\(context.accountKind)",
            ])
        return response
    }
}

extension HTTPField.Name {
    static let requestNumber = HTTPField.Name(parsed: "x-request-id") ?? .via
}
