import Domain
import HTTPTypes
import Hummingbird
import Storage

extension Site {
    /// The process lives and answers; whether it can do its work is the other question.
    @Sendable func health(_ request: Request, _ context: VisitorContext) async throws -> Response {
        Response(status: .ok, headers: [.contentType: "text/plain; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(string: "ok\n")))
    }

    /// Whether the site can do its work: one check a line, each a JSON object; 503 when one does not hold.
    @Sendable func readiness(_ request: Request, _ context: VisitorContext) async throws -> Response {
        let checks = await readiness.checks(of: database, leastFreeBytes: settings.leastFreeBytes, at: clock())
        for check in checks where !check.holds { context.logger.warning("not ready", metadata: ["check": "\(check.name)"]) }
        let lines = checks.map { "{\"check\":\"\($0.name)\",\"ok\":\($0.holds)}\n" }.joined()
        return Response(
            status: checks.allSatisfy(\.holds) ? .ok : .serviceUnavailable, headers: [.contentType: "application/x-ndjson"],
            body: .init(byteBuffer: ByteBuffer(string: lines)))
    }
}

/// Looks at most once a second, whoever asks how often: the question is open to all, and its answer costs a write to the disk.
actor Readiness {
    private var last: (checks: Task<[Check], Never>, at: Instant)?

    func checks(of database: any Database, leastFreeBytes: Int64, at now: Instant) async -> [Check] {
        if let last, now.milliseconds - last.at.milliseconds < 1000, now >= last.at { return await last.checks.value }
        let looking = Task { await database.checks(leastFreeBytes: leastFreeBytes, at: now) }
        last = (looking, now)
        return await looking.value
    }
}
