import Domain
import Foundation
import Synchronization

/// A few sessions, each with a thread of its own, that work off one bounded queue. Nothing waits on the threads that serve requests.
final class PostgresPool: Sendable {
    private let address: String
    private let size: Int
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let outage = Mutex(Outage())

    /// Seconds a work waits for a session before it is given up.
    private let longestWait: TimeInterval
    /// Works that may wait.
    private static let longestQueue = 256

    private struct State {
        var waiting: [Work] = []
        var idle = 0
        var threads = 0
        var isClosed = false
    }

    /// When the server may be tried again; pushed out, with chance, at every failure, so that nodes do not come all at once.
    private struct Outage {
        var failures = 0
        var until = Date.distantPast
    }

    private final class Work: Sendable {
        let body: @Sendable (PostgresSession) throws -> Void
        let fail: @Sendable (any Error) -> Void
        let since = Date()

        init(body: @escaping @Sendable (PostgresSession) throws -> Void, fail: @escaping @Sendable (any Error) -> Void) {
            (self.body, self.fail) = (body, fail)
        }
    }

    init(address: String, size: Int, longestWait: TimeInterval) {
        (self.address, self.size, self.longestWait) = (address, size, longestWait)
    }

    /// How many works wait for a session.
    var queueDepth: Int { state.withLock { $0.waiting.count } }

    /// Runs a body on a session, on that session's thread.
    func run<Result: Sendable>(_ body: @escaping @Sendable (PostgresSession) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(Work(body: { continuation.resume(returning: try body($0)) }, fail: { continuation.resume(throwing: $0) }))
        }
    }

    /// Lets the threads end when they have nothing more to do.
    func close() {
        let threads = state.withLock { state in
            state.isClosed = true
            return state.threads
        }
        for _ in 0..<threads { work.signal() }
    }

    private func enqueue(_ new: Work) {
        let verdict: (refused: Bool, begins: Bool, waits: Bool) = state.withLock { state in
            if state.isClosed || state.waiting.count >= Self.longestQueue { return (true, false, false) }
            state.waiting.append(new)
            guard state.idle < state.waiting.count, state.threads < size else { return (false, false, state.idle < state.waiting.count) }
            state.threads += 1
            return (false, true, false)
        }
        if verdict.refused { return new.fail(PostgresFailure.noSession) }
        work.signal()
        if verdict.begins {
            let thread = Thread { [self] in serve() }
            thread.stackSize = 1 << 20
            thread.name = "postgres"
            thread.start()
        }
        if verdict.waits { DispatchQueue.global().asyncAfter(deadline: .now() + longestWait) { [weak self] in self?.expire(new) } }
    }

    /// A work that nobody has taken yet is given up.
    private func expire(_ work: Work) {
        let isWaiting = state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0 === work }) else { return false }
            state.waiting.remove(at: place)
            return true
        }
        if isWaiting { work.fail(PostgresFailure.noSession) }
    }

    /// The life of one thread: takes works, keeps its session as long as it is good.
    private func serve() {
        var session: PostgresSession?
        while let next = take() {
            do {
                if session?.isStillAlive != true { session = try connect() }
                guard let session else { continue }
                try next.body(session)
            } catch {
                next.fail(error)
                // A server that only reads has been replaced by another: the next session is looked for anew.
                if (error as? PostgresFailure)?.state == "25006" { session = nil }
            }
            if let left = session, !left.isAlive || left.isInTransaction { session = nil }
        }
    }

    /// The next work; nil when the pool is closed. Blocks.
    private func take() -> Work? {
        state.withLock { $0.idle += 1 }
        defer { state.withLock { $0.idle -= 1 } }
        while true {
            work.wait()
            let (next, ends): (Work?, Bool) = state.withLock { state in
                if !state.waiting.isEmpty { return (state.waiting.removeFirst(), false) }
                guard state.isClosed else { return (nil, false) }
                state.threads -= 1
                return (nil, true)
            }
            if let next { return next }
            if ends { return nil }
        }
    }

    private func connect() throws -> PostgresSession {
        guard outage.withLock({ $0.until <= Date() }) else { throw PostgresFailure.disconnected }
        do {
            let session = try PostgresSession(address)
            outage.withLock { $0 = Outage() }
            return session
        } catch {
            outage.withLock { outage in
                outage.failures = min(outage.failures + 1, 5)
                outage.until = Date().addingTimeInterval(0.05 * Double(1 << outage.failures) * .random(in: 0.5...1.5))
            }
            throw error
        }
    }
}
