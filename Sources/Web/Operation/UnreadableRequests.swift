import Domain
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Answers what cannot be read as a request at all: a head beyond the decoder's measure, contradictory framing, a method or
/// version nobody knows. No route and no page is involved; a sentence and a number are told, and the connection ends.
final class UnreadableRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let settings: Settings
    private let measures: SiteMeasures
    private let logger: Logger
    private var unanswered = 0
    private var failure: HTTPParserError?
    /// The server's own bare answer to a failure, which is being replaced.
    private var isReplacing = false

    init(settings: Settings, measures: SiteMeasures, logger: Logger) {
        self.settings = settings
        self.measures = measures
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) { unanswered += 1 }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as HTTPParserError: failure = error
        case is HTTP1TypeConversionError: failure = .unknown
        case _: return context.fireErrorCaught(error)
        }
        // Of this kind, and once all earlier requests are answered, the server writes an answer of its own and closes.
        context.fireErrorCaught(failure ?? error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head where unanswered == 0 && failure != nil:
            isReplacing = true
            let (head, body) = answer()
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            context.write(wrapOutboundOut(.body(body)), promise: nil)
        case .body where isReplacing: promise?.succeed()
        case .head, .body: context.write(data, promise: promise)
        case .end:
            unanswered = max(0, unanswered - 1)
            isReplacing = false
            context.write(data, promise: promise)
        }
    }

    private func answer() -> (HTTPResponse, ByteBuffer) {
        var numbers = SystemRandomNumberGenerator()
        let number = randomText(characters: 16, from: &numbers)
        let (status, sentence): (HTTPResponse.Status, String) =
            switch failure {
            case .headerOverflow: (.requestHeaderFieldsTooLarge, "请求的附加信息过多。")
            case .invalidMethod: (.methodNotAllowed, "本系统不接受这种请求方法。")
            case .invalidVersion: (.httpVersionNotSupported, "本系统不支持这个 HTTP 版本。")
            case _: (.badRequest, "请求不符合 HTTP 协议。")
            }
        let body = ByteBuffer(string: "\(sentence)没有进行任何操作。编号 \(number)\n")
        var headers: HTTPFields = [
            .contentType: "text/plain; charset=utf-8", .contentLength: String(body.readableBytes), .connection: "close", .requestNumber: number,
        ]
        if status == .methodNotAllowed { headers[.allow] = "GET, HEAD, POST" }
        SecurityHeaders.add(to: &headers, settings)
        measures.note(status, on: "-", after: .zero)
        var logger = logger
        logger[metadataKey: "hb.request.id"] = "\(number)"
        logger.info("request", metadata: ["method": "-", "route": "-", "status": .stringConvertible(status.code), "account": "none"])
        return (HTTPResponse(status: status, headerFields: headers), body)
    }
}
