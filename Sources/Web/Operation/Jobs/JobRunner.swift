import Domain
import Logging
import Measures
import ServiceLifecycle
import Storage
import Synchronization

/// Looks every few seconds which jobs are due, takes those that nobody has, and does them. A node that ends in the middle leaves its leases to
/// run out: within a minute another has the job.
struct JobRunner: Service {
    let jobs: [Job]
    let database: any Database
    let measures: SiteMeasures
    let phase: Phase
    let logger: Logger
    let clock: @Sendable () -> Instant
    /// How this node is called in the table.
    var node = (newID() as ID<JobRunner>).text
    /// Waits between looks and between renewals.
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async throws {
        let busy = Busy()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled, !Task.isShuttingDownGracefully, !phase.isEnding {
                for job in await due() where busy.enter(job.name) {
                    group.addTask {
                        await attempt(job)
                        busy.leave(job.name)
                    }
                }
                // Nodes that were started together do not stay together.
                guard await waited(.milliseconds(Int.random(in: 3000...6000))) else { break }
            }
            group.cancelAll()
        }
    }

    /// false when the wait was cut short, because the server is ending.
    private func waited(_ time: Duration) async -> Bool {
        do {
            try await cancelWhenGracefulShutdown { try await pause(time) }
            return true
        } catch {
            return false
        }
    }

    /// Does all that is due, and returns when it is done.
    func look() async {
        await withDiscardingTaskGroup { group in
            for job in await due() { group.addTask { await attempt(job) } }
        }
    }

    private func due() async -> [Job] {
        let now = clock()
        do {
            let states = try await database.read { try $0.jobs() }
            let known = Dictionary(states.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            let unknown = jobs.map(\.name.rawValue).filter { known[$0] == nil }
            if !unknown.isEmpty { try await database.write { try $0.enlist(unknown, at: now) } }
            return jobs.filter { known[$0.name.rawValue]?.isDue(at: now) ?? true }
        } catch {
            logger.warning("the list of jobs cannot be read", metadata: ["error": "\(summary(of: error))"])
            return []
        }
    }

    private func attempt(_ job: Job) async {
        let now = clock()
        do {
            switch try await database.write({ [node] in try $0.claim(job.name.rawValue, for: node, at: now) }) {
            case .none: return
            case .parked: note(job, "parked", .error, "a job is parked: it has ended in the middle time and again")
            case .held(let lease): await work(job, under: lease)
            }
        } catch {
            logger.warning("a job could not be taken", metadata: ["job": "\(job.name)", "error": "\(summary(of: error))"])
        }
    }

    private func work(_ job: Job, under lease: Lease) async {
        do {
            let finding = try await finding(of: job, under: lease)
            let now = clock()
            try await database.write { try $0.finish(lease, at: now, next: now.adding(seconds: job.every), finding: finding?.word ?? "") }
            measures.jobs.add(job.name.rawValue, "done")
            if let finding { note(job, "found", .error, "a job has found something", because: finding) }
        } catch is Lease.Lost {
            note(job, "lost", .warning, "a job went to another node while it was done here")
        } catch {
            await giveUp(job, lease, because: error)
        }
    }

    /// Does the work; what it has found is no failure.
    private func finding(of job: Job, under lease: Lease) async throws -> JobFinding? {
        do {
            try await whileRenewing(lease) { try await job.work(Shift(lease: lease, database: database, clock: clock)) }
            return nil
        } catch let finding as JobFinding {
            return finding
        }
    }

    /// Renews the lease until the work is done; when it is lost, the work is cancelled.
    private func whileRenewing(_ lease: Lease, _ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: work)
            group.addTask {
                while true {
                    try await pause(.seconds(Lease.renewal))
                    let now = clock()
                    try await database.write { try $0.renew(lease, at: now) }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Gives the job back, in a task of its own: this one may be cancelled already.
    private func giveUp(_ job: Job, _ lease: Lease, because error: any Error) async {
        let (now, isEnding, reason) = (clock(), phase.isEnding || Task.isCancelled || error is JobPostponed, "\(type(of: error))")
        let giving = Task { [database] in
            try await database.write { connection in
                guard !isEnding else {
                    try connection.release(lease, at: now)
                    return false
                }
                return try connection.fail(lease, because: reason, at: now)
            }
        }
        do {
            let isParked = try await giving.value
            guard !isEnding else { return }
            note(job, "failed", .warning, "a job has failed", because: error)
            if isParked { note(job, "parked", .error, "a job is parked: it has failed \(Lease.mostAttempts) times in a row, and is tried again in an hour") }
        } catch {
            note(job, "lost", .warning, "a job could not be given back", because: error)
        }
    }

    private func note(_ job: Job, _ outcome: String, _ level: Logger.Level, _ sentence: String, because error: (any Error)? = nil) {
        measures.jobs.add(job.name.rawValue, outcome)
        var about: Logger.Metadata = ["job": "\(job.name)"]
        if let error { about["error"] = "\(summary(of: error))" }
        logger.log(level: level, "\(sentence)", metadata: about)
    }
}

/// Which jobs this node is at.
private final class Busy: Sendable {
    private let names = Mutex<Set<Job.Name>>([])

    func enter(_ name: Job.Name) -> Bool { names.withLock { $0.insert(name).inserted } }
    func leave(_ name: Job.Name) { names.withLock { _ = $0.remove(name) } }
}
