import Files
import HTTPTypes
import Measures
import NIOCore

/// What the site counts while it works. Labels are routes, kinds and reasons of this program's own, never anything that was sent.
final class SiteMeasures: Sendable {
    let begun = ContinuousClock.now
    let requests = Counter("zhiping_requests_total", "Requests answered.", labels: ["route", "class"])
    let latency = Histogram("zhiping_request_seconds", "From a request's head until its answer begins.", label: "route")
    let answers = Counter(
        "zhiping_answers_total", "Answers of the kinds that tell of trouble.", labels: ["status"], known: SiteMeasures.told.map { [String($0)] })
    let inFlight = Gauge("zhiping_requests_in_flight", "Requests being worked on.")
    let connections = Gauge("zhiping_connections_open", "Open connections to the site.")
    let signIns = Counter(
        "zhiping_sign_in_failures_total", "Sign-ins that were refused.", labels: ["reason"],
        known: ["account", "answer", "attempt", "code", "issuer", "unreachable"].map { [$0] })
    let forged = Counter("zhiping_forged_forms_total", "Forms that this site had not given to their session.")
    let uploads = Counter("zhiping_uploads_refused_total", "Files that were not taken.", labels: ["reason"], known: FileRefusal.allCases.map { [$0.rawValue] })
    let jobs = Counter("zhiping_job_runs_total", "Tries of background jobs on this node.", labels: ["job", "outcome"])

    private static let told = [409, 422, 429, 500, 503]

    func note(_ status: HTTPResponse.Status, on route: String, after time: Duration) {
        requests.add(route, "\(status.code / 100)xx")
        latency.observe(time, route)
        if Self.told.contains(status.code) { answers.add(String(status.code)) }
    }

    var families: [Family] {
        [
            requests.family, latency.family, answers.family, inFlight.family, connections.family, signIns.family, forged.family, uploads.family, jobs.family,
        ]
    }
}

/// Counts a connection for as long as it is open.
final class ConnectionCount: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    private let gauge: Gauge
    private var isCounted = false

    init(gauge: Gauge) { self.gauge = gauge }

    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { count(1) } }
    func handlerRemoved(context: ChannelHandlerContext) { count(-1) }

    func channelActive(context: ChannelHandlerContext) {
        count(1)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        count(-1)
        context.fireChannelInactive()
    }

    private func count(_ amount: Int) {
        guard isCounted == (amount < 0) else { return }
        isCounted = amount > 0
        gauge.add(amount)
    }
}
