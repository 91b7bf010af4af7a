import Domain
import Files
import HTTPTypes
import Hummingbird
import Logging
import Markup
import NIOHTTP1

/// Turns every way the system says no into its page, and anything unforeseen into a number that the log knows.
struct Problems: RouterMiddleware {
    typealias Context = VisitorContext
    let site: Site

    func handle(_ request: Request, context: VisitorContext, next: (Request, VisitorContext) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            note(problem, context)
            return await answer(problem, to: request, context)
        } catch let refusal as Limits.Refusal {
            return await answer(refusal, context)
        } catch let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed {
            return await trouble(context, .notFound, Problems.nothingHere)
        } catch let error as any HTTPResponseError where error.status.kind == .clientError {
            return await trouble(context, error.status, Problems.malformed)
        } catch is HTTPParserError {
            return await trouble(context, .badRequest, Problems.malformed)
        } catch let failure as Bucket.Failure {
            context.logger.error("the file store is unavailable", metadata: ["error": "\(failure)", "route": "\(context.endpointPath ?? "-")"])
            return await answer(.unavailable("附件存储暂时不可用，请稍后再试。"), to: request, context)
        } catch let failure as FileStore.Failure where failure.kind != .content {
            context.logger.error("a file could not be written", metadata: ["error": "\(failure)", "route": "\(context.endpointPath ?? "-")"])
            let reason =
                failure.kind == .full
                ? "磁盘空间不足，未保存，请联系管理员；在此之前请勿关闭页面，以免丢失填写的内容。" : "文件存储出现故障，未保存，请稍后重试；如仍不成功，请联系管理员（编号 \(context.id)）。"
            return await answer(.unavailable(reason), to: request, context)
        } catch {
            return fault(error, context)
        }
    }

    private static let nothingHere = ("页面不存在", "您要找的页面不存在，或者您没有查看它的权限。")
    private static let malformed = ("无法处理", "请求的内容不符合要求，没有进行任何操作。")

    private func answer(_ problem: Problem, to request: Request, _ context: VisitorContext) async -> Response {
        switch problem {
        case .signInFirst: return await signInFirst(request, context)
        case .notFound: return await trouble(context, .notFound, Problems.nothingHere)
        case .notAllowed(let reason): return await trouble(context, .forbidden, ("不能进行此操作", reason))
        case .forgedForm: return await trouble(context, .forbidden, ("表单已失效", "页面已过期或不是由本系统发出的，没有进行任何操作。请返回后刷新页面重试。"))
        case .unavailable(let reason):
            var response = await trouble(context, .serviceUnavailable, ("暂时不能进行此操作", reason))
            response.headers[.retryAfter] = "30"
            return response
        case .malformed: return await trouble(context, .badRequest, Problems.malformed)
        case .tooLarge: return await trouble(context, .contentTooLarge, ("内容过多", "提交的内容超过本系统所能接收的大小，没有保存。请返回，减少内容后重试。"))
        case .refused(let reason): return await trouble(context, .conflict, ("不能进行此操作", reason))
        case .changedMeanwhile(let change): return await trouble(context, .conflict, ("材料已变化", change.sentence))
        case .invalid(let problems): return await trouble(context, .unprocessableContent, ("填写有误", problems.map(\.message).joined(separator: "；")))
        }
    }

    private func answer(_ refusal: Limits.Refusal, _ context: VisitorContext) async -> Response {
        var response = await trouble(context, refusal.status, ("无法处理", refusal.sentence), way: refusal.address.map { .init(label: $0, address: $0) })
        if refusal.status == .methodNotAllowed { response.headers[.allow] = "GET, HEAD, POST" }
        return response
    }

    /// What was refused is in the log by its kind only: the sentence shown to the person may name people and units.
    private func note(_ problem: Problem, _ context: VisitorContext) {
        let about: Logger.Metadata = ["route": "\(context.endpointPath ?? "-")", "account": "\(context.accountKind)"]
        switch problem {
        case .forgedForm:
            site.measures.forged.add()
            context.logger.warning("forged form", metadata: about)
        case .notFound where context.session != nil: context.logger.info("not visible", metadata: about)
        case .notAllowed where context.session != nil: context.logger.info("not allowed", metadata: about)
        case .notFound, .notAllowed, .signInFirst, .unavailable, .malformed, .tooLarge, .refused, .changedMeanwhile, .invalid: break
        }
    }

    /// Reads nothing more: what has just failed may be what a page with its menu would be read from.
    private func fault(_ error: any Error, _ context: VisitorContext) -> Response {
        context.logger.error("unforeseen", metadata: ["error": "\(summary(of: error))", "route": "\(context.endpointPath ?? "-")"])
        let page = TroublePage(
            frame: site.bareFrame, title: "系统出错了", message: "这次操作没有完成。请稍后再试；如仍出错，请把编号 \(context.id) 告诉管理员。", more: .empty,
            way: .back(isSignedIn: context.session != nil))
        return site.page(page.html, status: .internalServerError)
    }

    /// A reader is sent to sign in; whoever was posting is shown what he had typed, so that nothing is lost.
    private func signInFirst(_ request: Request, _ context: VisitorContext) async -> Response {
        if request.method == .get || request.method == .head { return .redirect(to: Path.entry(returningTo: wanted(by: request)), type: .normal) }
        // Only what this site's own page has sent is shown again on it.
        do throws(Problem) {
            try FormToken.checkSource(of: request, origin: site.settings.origin)
        } catch {
            note(error, context)
            return await answer(error, to: request, context)
        }
        let typed = await typed(in: request)
        let kept: HTML =
            typed.isEmpty
            ? .empty
            : """
            <h2>您填写的内容</h2><p>请复制保存，重新登录后再填写。</p>
            <dl class="facts">\(typed.map { "<div class=\"long\"><dt>\($0.label)</dt><dd>\($0.text)</dd></div>" as HTML })</dl>
            """
        return await trouble(context, .unauthorized, ("登录已失效", "您的登录已失效，这次操作没有保存。请重新登录。"), more: kept)
    }

    /// The page that was asked for; the home page is where one comes anyway.
    private func wanted(by request: Request) -> ReturnPath? {
        request.uri.path == Path.home ? nil : ReturnPath(request.uri.string, origin: site.settings.origin)
    }

    private func typed(in request: Request) async -> [(label: String, text: String)] {
        do {
            return TypedWords.told(of: try await Upload.typed(in: request))
        } catch {
            return []
        }
    }

    private func trouble(
        _ context: VisitorContext, _ status: HTTPResponse.Status, _ words: (title: String, message: String), more: HTML = .empty, way: TroublePage.Way? = nil
    ) async -> Response {
        let frame = await site.frame(for: context)
        let page = TroublePage(frame: frame, title: words.title, message: words.message, more: more, way: way ?? .back(isSignedIn: frame.isSignedIn))
        return site.page(page.html, status: status)
    }
}

/// A page that says what is not possible, and leads back.
struct TroublePage {
    let frame: Frame
    let title: String
    let message: String
    let more: HTML
    let way: Way

    /// The one button of the page.
    struct Way {
        let label: String
        let address: String

        static func back(isSignedIn: Bool) -> Way { isSignedIn ? Way(label: "回到首页", address: Path.home) : Way(label: "去登录", address: Path.entry) }
    }

    var html: HTML {
        frame.page(
            title,
            body: """
                <section class="card trouble"><h1>\(title)</h1><p>\(message)</p>\(more)\
                <p><a class="button primary" href="\(way.address)">\(way.label)</a></p></section>
                """)
    }
}
