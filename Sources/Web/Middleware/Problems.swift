import Domain
import HTTPTypes
import Hummingbird
import Markup

/// Turns every way the system says no into its page, and anything unforeseen into a number that the log knows.
struct Problems: RouterMiddleware {
    typealias Context = VisitorContext
    let site: Site

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return try await answer(problem, to: request, context)
        } catch let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed {
            return site.page(await trouble(context, "页面不存在", "您要找的页面不存在，或者您没有查看它的权限。"), status: .notFound)
        } catch let error as any HTTPResponseError {
            return site.page(await trouble(context, "无法处理", "请求的内容不符合要求，没有进行任何操作。"), status: error.status)
        } catch {
            context.logger.error("unforeseen", metadata: ["error": "\(error)", "route": "\(context.endpointPath ?? "")"])
            return site.page(await trouble(context, "系统出错了", "这次操作没有保存。请稍后再试；如仍出错，请把编号 \(context.id) 告诉管理员。"), status: .internalServerError)
        }
    }

    private func answer(_ problem: Problem, to request: Request, _ context: VisitorContext) async throws -> Response {
        switch problem {
        case .signInFirst: return try await signInFirst(request, context)
        case .notFound: return site.page(await trouble(context, "页面不存在", "您要找的页面不存在，或者您没有查看它的权限。"), status: .notFound)
        case .notAllowed(let reason): return site.page(await trouble(context, "不能进行此操作", reason), status: .forbidden)
        case .forgedForm:
            return site.page(await trouble(context, "表单已失效", "页面已过期或不是由本系统发出的，没有进行任何操作。请返回后刷新页面重试。"), status: .forbidden)
        case .unavailable(let reason):
            var response = site.page(await trouble(context, "暂时不能进行此操作", reason), status: .serviceUnavailable)
            response.headers[.retryAfter] = "30"
            return response
        case .malformed: return site.page(await trouble(context, "无法处理", "请求的内容不符合要求，没有进行任何操作。"), status: .badRequest)
        case .refused(let reason): return site.page(await trouble(context, "不能进行此操作", reason), status: .conflict)
        case .changedMeanwhile(let change): return site.page(await trouble(context, "材料已变化", change.sentence), status: .conflict)
        case .invalid(let problems):
            return site.page(await trouble(context, "填写有误", problems.map(\.message).joined(separator: "；")), status: .unprocessableContent)
        }
    }

    /// A reader is sent to sign in; whoever was posting is shown what he had typed, so that nothing is lost.
    private func signInFirst(_ request: Request, _ context: VisitorContext) async throws -> Response {
        if request.method == .get { return .redirect(to: Path.entry, type: .normal) }
        // Only what this site's own page has sent is shown again on it.
        do throws(Problem) {
            try FormToken.checkSource(of: request, origin: site.settings.origin)
        } catch {
            return try await answer(error, to: request, context)
        }
        let typed = await typed(in: request)
        let kept: HTML =
            typed.isEmpty
            ? .empty
            : """
            <h2>您填写的内容</h2><p>请复制保存，重新登录后再填写。</p>
            <dl class="facts">\(typed.sorted { $0.key < $1.key }.map { "<div><dt>\($0.key)</dt><dd class=\"long\">\($0.value)</dd></div>" as HTML })</dl>
            """
        return site.page(await trouble(context, "登录已失效", "您的登录已失效，这次操作没有保存。请重新登录。", more: kept), status: .unauthorized)
    }

    private func typed(in request: Request) async -> [String: String] {
        do {
            return try await Form(request).all.filter { !FormToken.keys.contains($0.key) && $0.value.count > 1 }
        } catch {
            return [:]
        }
    }

    private func trouble(_ context: VisitorContext, _ title: String, _ message: String, more: HTML = .empty) async -> HTML {
        let frame = await site.frame(for: context)
        return TroublePage(frame: frame, title: title, message: message, more: more).html
    }
}

/// A page that says what is not possible, and leads back.
struct TroublePage {
    let frame: Frame
    let title: String
    let message: String
    let more: HTML

    var html: HTML {
        frame.page(
            title,
            body: """
                <section class="card trouble"><h1>\(title)</h1><p>\(message)</p>\(more)\
                <p><a class="button primary" href="\(frame.isSignedIn ? Path.home : Path.entry)">\(frame.isSignedIn ? "回到首页" : "去登录")</a></p></section>
                """)
    }
}
