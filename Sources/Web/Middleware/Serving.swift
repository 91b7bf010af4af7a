import Hummingbird
import Storage

/// Has a request served where the database wants it, whatever becomes of it: pages that refuse something are read as well.
struct Serving: RouterMiddleware {
    typealias Context = VisitorContext
    let database: any Database

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        try await database.serving(.requests) { try await next(request, context) }
    }
}
