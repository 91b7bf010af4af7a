import HTTPTypes
import Hummingbird

/// What every answer tells the browser to forbid.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = VisitorContext
    let settings: Settings

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        var response = try await next(request, context)
        SecurityHeaders.add(to: &response.headers, settings)
        return request.method == .head ? response.createHeadResponse() : response
    }

    static func add(to headers: inout HTTPFields, _ settings: Settings) {
        // A file that was uploaded brings a stricter policy of its own.
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = """
                default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; form-action 'self'; \
                frame-ancestors 'none'; base-uri 'none'
                """
        }
        headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "same-origin" }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy") { headers[name] = "same-origin" }
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { headers[name] = "same-origin" }
        if let name = HTTPField.Name("Permissions-Policy") { headers[name] = "camera=(), geolocation=(), microphone=()" }
        if settings.isSecure { headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains" }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}
