import HTTPTypes
import Hummingbird
import Logging

/// Puts the same protection on every answer, and turns what a handler throws into a page.
struct Answering: RouterMiddleware {
    typealias Context = BasicRequestContext
    let settings: Settings

    func handle(
        _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let rejection as Rejection {
            response = sendBack(to: rejection.redirectURI, rejection.fields + [("iss", settings.issuer)])
        } catch let refusal as Refusal {
            response = page(refusalPage(refusal.sentence), status: refusal.status)
        } catch let error as any HTTPResponseError {
            response = page(refusalPage(sentence(for: error.status)), status: error.status)
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            response = page(refusalPage("平台出现故障，请稍后再试。"), status: .internalServerError)
        }
        protect(&response.headers)
        return response
    }

    private func protect(_ headers: inout HTTPFields) {
        headers[.contentSecurityPolicy] = """
            default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' \(settings.redirectOrigin); \
            frame-ancestors 'none'; base-uri 'none'
            """
        headers[.xContentTypeOptions] = "nosniff"
        // Addresses here carry the state and nonce of a sign-in under way.
        if let policy = HTTPField.Name("Referrer-Policy") { headers[policy] = "no-referrer" }
        if !headers.contains(.cacheControl) { headers[.cacheControl] = "no-store" }
    }

    private func sentence(for status: HTTPResponse.Status) -> String {
        switch status {
        case .notFound: "您访问的页面不存在。"
        case .contentTooLarge: "提交的内容过大。"
        case _: "平台无法处理这个请求。"
        }
    }
}

/// Why a request gets a page of refusal instead of what it asked for.
enum Refusal: Error {
    case malformedForm
    case foreignForm
    case busy
    /// An authorization request whose sender cannot be told by redirecting, because the address is not known to be his.
    case unknownSender

    var status: HTTPResponse.Status {
        switch self {
        case .malformedForm, .unknownSender: .badRequest
        case .foreignForm: .forbidden
        case .busy: .serviceUnavailable
        }
    }

    var sentence: String {
        switch self {
        case .malformedForm: "提交的内容格式不正确。"
        case .foreignForm: "这个表单不是由本平台的页面提交的，未予处理。请返回业务系统重新登录。"
        case .busy: "当前登录人数较多，请稍后再试。"
        case .unknownSender: "业务系统未在本平台登记，或其回调地址与登记的不一致，无法登录。请返回业务系统重试；如仍不成功，请联系该系统的管理员。"
        }
    }
}
