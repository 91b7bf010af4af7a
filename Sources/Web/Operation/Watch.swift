import Domain
import HTTPTypes
import Hummingbird
import Logging
import Measures
import NIOCore
import Storage

extension Site {
    /// What the watch address answers: for monitors on the operator's side, without sessions and under any name.
    func watchRouter() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        // The process lives and answers; whether it can do its work is the other question.
        router.get("/healthz") { _, _ in plain("ok\n") }
        router.get("/readyz") { _, context in await readiness(context.logger) }
        router.get("/metrics") { _, _ in plain(Family.text(of: await families()), "text/plain; version=0.0.4; charset=utf-8") }
        // To be fetched by another machine and kept there: what was signed and has left cannot be rewritten afterwards.
        router.get("/checkpoints") { request, _ in try await checkpoints(after: request.uri.queryParameters["after"].flatMap { Int($0) } ?? 0) }
        return router
    }

    /// A thousand checkpoints behind a number, one a line.
    private func checkpoints(after number: Int) async throws -> Response {
        let found = try await database.read { try $0.checkpoints(after: number) }
        return plain(try found.map { try $0.line + "\n" }.joined(), "application/x-ndjson")
    }

    /// The watch address as a server of its own, so that the site's connections and drawings cannot keep it from answering.
    public func watchApplication(
        host: String, port: Int, logger: Logger, whenRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: watchRouter(), server: .http1(configuration: .init(idleTimeout: .seconds(75))),
            configuration: .init(address: .hostname(host, port: port), serverName: nil), onServerRunning: { await whenRunning($0.localAddress?.port ?? port) },
            logger: logger)
    }

    /// Whether the site can do its work: one check a line, each a JSON object; 503 when one does not hold.
    private func readiness(_ logger: Logger) async -> Response {
        let look = await readiness.look(at: self)
        let checks = [Check(name: "serving", holds: !phase.isEnding && database.watch.fatal == nil)] + look.checks
        for check in checks where !check.holds { logger.warning("not ready", metadata: ["check": "\(check.name)"]) }
        let note = look.backupAge.map { "{\"note\":\"backup-age\",\"seconds\":\($0)}\n" } ?? ""
        let lines = checks.map { "{\"check\":\"\($0.name)\",\"ok\":\($0.holds)}\n" }.joined() + note
        return plain(lines, "application/x-ndjson", checks.allSatisfy(\.holds) ? .ok : .serviceUnavailable)
    }

    private func plain(_ text: String, _ type: String = "text/plain; charset=utf-8", _ status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type, .cacheControl: "no-store"], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// All that must hold.
    fileprivate func look() async -> Look {
        await database.serving(.monitors) {
            async let usable = intake.store.isUsable()
            let checks = await database.checks(leastFreeBytes: settings.leastFreeBytes, at: clock())
            let more = [Check(name: "file-store", holds: await usable), Check(name: "clock", holds: await agreesOnTime())]
            return Look(checks: checks + more, backupAge: await backupAge())
        }
    }

    private func backupAge() async -> Int64? {
        do {
            let backup = try await database.read { try $0.jobs() }.first { $0.name == Job.Name.backup.rawValue }
            return backup?.lastDoneAt.map { (clock().milliseconds - $0.milliseconds) / 1000 }
        } catch {
            return nil
        }
    }

    /// Nodes that share a database have to agree on the time to half a second: each compares with the database's machine.
    private func agreesOnTime() async -> Bool {
        // A time that is given by a test is no machine's.
        guard let timekeeper else { return true }
        do {
            let begun = ContinuousClock.now
            guard let theirs = try await database.clock() else { return true }
            // The answer was made somewhere in the time that asking took.
            let grace = Int64((ContinuousClock.now - begun).seconds * 1000)
            return abs(theirs.milliseconds - timekeeper.now().milliseconds) <= 500 + grace
        } catch {
            return false
        }
    }
}

/// What a look has found.
struct Look: Sendable {
    let checks: [Check]
    /// Seconds since the last good backup; nil where none is made. It is told and takes no node out of service: an alarm is the metric's matter.
    var backupAge: Int64?
}

/// Looks at most once a second, whoever asks how often, because its answer costs a write to the disk; and answers in time even when the
/// look hangs.
actor Readiness {
    private var last: (look: Look, at: Instant)?
    private var looking: Task<Look, Never>?

    func look(at site: Site) async -> Look {
        let now = site.clock()
        if let last, now.milliseconds - last.at.milliseconds < 1000, now >= last.at { return last.look }
        let looking = looking ?? begin(site, at: now)
        return await within(site.settings.watchPatience) { await looking.value } ?? Look(checks: [Check(name: "in-time", holds: false)])
    }

    private func begin(_ site: Site, at now: Instant) -> Task<Look, Never> {
        let task = Task {
            let look = await site.look()
            finish(look, at: now)
            return look
        }
        looking = task
        return task
    }

    private func finish(_ look: Look, at now: Instant) { (last, looking) = ((look, now), nil) }
}

/// The answer, or nil when it does not come in time; the work goes on then, and nobody waits for it.
func within<Answer: Sendable>(_ time: Duration, _ work: @escaping @Sendable () async -> Answer) async -> Answer? {
    let (answers, answer) = AsyncStream.makeStream(of: Answer?.self)
    Task { answer.yield(await work()) }
    let waiting = Task {
        do { try await Task.sleep(for: time) } catch { return }
        answer.yield(nil)
    }
    defer { waiting.cancel() }
    for await first in answers { return first }
    return nil
}
