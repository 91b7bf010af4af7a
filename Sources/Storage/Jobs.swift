import Domain

/// The right to do a job, for a while, as one node of perhaps several. The fence tells it from every earlier and later one.
public struct Lease: Sendable, Hashable {
    public let job: String
    public let holder: String
    public let fence: Int

    /// Somebody else has the job by now: what was about to be written is not.
    public struct Lost: Error { public init() {} }

    /// Seconds for which a lease holds, and after which it is renewed.
    public static let seconds: Int64 = 30
    public static let renewal: Int64 = 10

    /// Tries in a row after which a job is left alone, and for how many seconds.
    public static let mostAttempts = 5
    public static let parking: Int64 = 3600
}

/// A job as the table holds it.
public struct JobState: Sendable, Hashable {
    public let name: String
    public let dueAt: Instant
    public let leasedUntil: Instant
    /// Tries since it was last done.
    public let attempts: Int
    public let isParked: Bool
    public let lastDoneAt: Instant?
    /// In a word, why the last try failed or what it found; empty when all was well.
    public let lastError: String

    public func isDue(at now: Instant) -> Bool { dueAt <= now && leasedUntil <= now }

    /// Seconds for which it has been due and nobody has done it.
    public func lateness(at now: Instant) -> Int64 { isParked || leasedUntil > now ? 0 : max(0, (now.milliseconds - dueAt.milliseconds) / 1000) }
}

/// What became of a try to get a job.
public enum Claim: Sendable, Hashable {
    case held(Lease)
    /// Not due, or another's.
    case none
    /// Whoever tried has ended in the middle, time and again: it is left alone.
    case parked
}

extension Connection {
    /// Makes jobs known, due at once.
    public func enlist(_ names: [String], at now: Instant) throws {
        for name in names {
            try run(
                """
                INSERT INTO jobs (name, due_at, holder, fence, leased_until, attempts, parked, last_error)
                VALUES (\(name), \(now), '', 0, \(Instant(milliseconds: 0)), 0, 0, '') ON CONFLICT (name) DO NOTHING
                """)
        }
    }

    public func jobs() throws -> [JobState] {
        try rows("SELECT name, due_at, leased_until, attempts, parked, last_done_at, last_error FROM jobs ORDER BY due_at, name") {
            JobState(
                name: try $0.text(), dueAt: try $0.instant(), leasedUntil: try $0.instant(), attempts: try $0.integer(), isParked: try $0.bool(),
                lastDoneAt: try $0.optionalInstant(), lastError: try $0.text())
        }
    }

    /// Takes a job that is due and that nobody holds. Every try counts, so that one which ends its process is parked as well; a parked one
    /// is tried once an hour.
    public func claim(_ name: String, for holder: String, at now: Instant) throws -> Claim {
        let (until, later) = (now.adding(seconds: Lease.seconds), now.adding(seconds: Lease.parking))
        let free: SQL = "name = \(name) AND due_at <= \(now) AND leased_until <= \(now)"
        let fence = try first(
            """
            UPDATE jobs SET holder = \(holder), fence = fence + 1, leased_until = \(until), attempts = attempts + 1,
                due_at = CASE WHEN parked = 1 THEN \(later) ELSE due_at END
            WHERE \(free) AND (attempts < \(Lease.mostAttempts) OR parked = 1) RETURNING fence
            """
        ) { try $0.integer() }
        if let fence { return .held(Lease(job: name, holder: holder, fence: fence)) }
        let parked = try run("UPDATE jobs SET parked = 1, due_at = \(later), last_error = 'ended in the middle' WHERE \(free) AND parked = 0")
        return parked == 1 ? .parked : .none
    }

    /// Throws `Lease.Lost` unless the lease is still the latest; from here to the end of the transaction it stays so. To be asked first in every
    /// transaction that writes an effect of the job.
    public func demand(_ lease: Lease) throws {
        guard try run("UPDATE jobs SET holder = \(lease.holder) WHERE \(held(lease))") == 1 else { throw Lease.Lost() }
    }

    public func renew(_ lease: Lease, at now: Instant) throws {
        guard try run("UPDATE jobs SET leased_until = \(now.adding(seconds: Lease.seconds)) WHERE \(held(lease))") == 1 else { throw Lease.Lost() }
    }

    /// The job is done, and due again at `next`; `finding` is what it has found for somebody to look at.
    public func finish(_ lease: Lease, at now: Instant, next: Instant, finding: String = "") throws {
        let done = try run(
            """
            UPDATE jobs SET leased_until = \(now), attempts = 0, parked = 0, due_at = \(next), last_done_at = \(now), last_error = \(finding) WHERE \(held(lease))
            """)
        guard done == 1 else { throw Lease.Lost() }
    }

    /// The try has failed: the next comes after a while that doubles, or, after too many, after an hour. Returns whether it is parked now.
    public func fail(_ lease: Lease, because error: String, at now: Instant) throws -> Bool {
        guard let attempts = try first("SELECT attempts FROM jobs WHERE \(held(lease))", { try $0.integer() }) else { throw Lease.Lost() }
        let isParked = attempts >= Lease.mostAttempts
        let wait = isParked ? Lease.parking : 5 << Int64(min(max(attempts, 1), 10))
        try run(
            """
            UPDATE jobs SET leased_until = \(now), due_at = \(now.adding(seconds: wait)), parked = \(isParked), last_error = \(error) WHERE \(held(lease))
            """)
        return isParked
    }

    /// Gives the job back undone, because this node is ending: that is no failed try.
    public func release(_ lease: Lease, at now: Instant) throws {
        try run(
            """
            UPDATE jobs SET leased_until = \(now), attempts = attempts - 1, due_at = CASE WHEN parked = 1 THEN \(now) ELSE due_at END
            WHERE \(held(lease)) AND attempts > 0
            """)
    }

    /// Somebody has done by hand what a job does.
    public func markDone(_ name: String, at now: Instant) throws {
        try enlist([name], at: now)
        try run("UPDATE jobs SET last_done_at = \(now) WHERE name = \(name)")
    }

    private func held(_ lease: Lease) -> SQL { "name = \(lease.job) AND fence = \(lease.fence) AND holder = \(lease.holder)" }
}

extension Connection {
    /// The newest instant that this database remembers; nil for a new one.
    public func latestInstant() throws -> Instant? {
        try first(
            """
            SELECT MAX(at) FROM (
                SELECT MAX(at) AS at FROM trail UNION ALL SELECT MAX(seen_at) FROM sessions UNION ALL
                SELECT MAX(last_done_at) FROM jobs UNION ALL SELECT MAX(applied_at) FROM migrations
            ) latest
            """
        ) { try $0.optionalInstant() } ?? nil
    }

    /// Removes sign-ins that nobody has finished in time.
    public func sweepSignIns(at now: Instant) throws {
        try run("DELETE FROM sign_ins WHERE started_at < \(now.adding(seconds: -SignInAttempt.lifetime))")
    }
}
