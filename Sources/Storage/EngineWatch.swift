import Domain
import Measures
import Synchronization

/// What a driver tells about itself while it works: how long writes wait and commits take, and what has failed.
public final class EngineWatch: Sendable {
    /// Transactions that have been asked for and not yet answered.
    public let queued = Gauge("zhiping_write_queue_depth", "Write transactions asked for and not yet answered.")
    public let waited = Histogram("zhiping_write_wait_seconds", "From asking for a write transaction until it begins.")
    public let committed = Histogram("zhiping_commit_seconds", "From beginning a write transaction until it is durable.")
    public let retried = Counter("zhiping_transactions_retried_total", "Transactions begun again because they met another.")
    public let failures = Counter(
        "zhiping_database_failures_total", "What the engine has refused, by kind.", labels: ["kind"], known: EngineFailure.allCases.map { [$0.rawValue] })

    private struct Fate {
        var failure: EngineFailure?
        var told: (@Sendable (EngineFailure) -> Void)?
    }

    private let fate = Mutex(Fate())

    public init() {}

    public var families: [Family] { [queued.family, waited.family, committed.family, retried.family, failures.family] }

    /// The failure after which nothing may be written any more; nil as long as there was none.
    public var fatal: EngineFailure? { fate.withLock { $0.failure } }

    /// Who is told, once, when nothing may be written any more.
    public func onFatal(_ tell: @escaping @Sendable (EngineFailure) -> Void) {
        let failure = fate.withLock { fate in
            fate.told = tell
            return fate.failure
        }
        if let failure { tell(failure) }
    }

    /// Counts a failure; the first fatal one is told to whoever has asked.
    public func note(_ failure: EngineFailure) {
        failures.add(failure.rawValue)
        guard failure.isFatal else { return }
        let tell = fate.withLock { fate in
            guard fate.failure == nil else { return nil as (@Sendable (EngineFailure) -> Void)? }
            fate.failure = failure
            return fate.told
        }
        tell?(failure)
    }

    /// Throws when the engine has failed for good: what it says after that is not to be believed.
    public func demandSound() throws(Problem) {
        if let fatal { throw fatal.problem }
    }
}
