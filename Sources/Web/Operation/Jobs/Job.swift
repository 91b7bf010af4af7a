import Domain
import Storage

/// Something done in the background every so often, by one node at a time. It may be begun again at any point, so that its effects are to be
/// written through its shift and to be the same however often they are written.
public struct Job: Sendable {
    /// The jobs there are; tables and metrics know them by these names.
    public enum Name: String, Sendable, CaseIterable {
        case sessions, files, deadlines, desks, bulks, exports, checkpoint, backup, verification
    }

    let name: Name
    /// Seconds from one time to the next.
    let every: Int64
    let work: @Sendable (Shift) async throws -> Void

    public init(_ name: Name, every: Int64, work: @escaping @Sendable (Shift) async throws -> Void) {
        self.name = name
        self.every = every
        self.work = work
    }
}

/// What a job that is done has found for somebody to look at: it is told, and the job is not tried again for it.
public struct JobFinding: Error {
    /// In a word, without anything personal.
    public let word: String

    public init(_ word: String) { self.word = word }
}

/// A job that cannot be done just now, through nobody's fault: it is tried again soon, and the try does not count.
public struct JobPostponed: Error {
    public init() {}
}

/// One node's turn at a job.
public struct Shift: Sendable {
    let lease: Lease
    let database: any Database
    public let clock: @Sendable () -> Instant

    /// Writes an effect of the job, unless somebody else has the job by now: the fence is checked in the same transaction.
    public func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result {
        try await database.write { [lease] connection in
            try connection.demand(lease)
            return try body(connection)
        }
    }
}

extension Site {
    /// What this site does in the background. Backups and verification are added where the program knows of them.
    public var jobs: [Job] {
        [
            Job(.sessions, every: 60) { [settings] shift in
                let now = shift.clock()
                try await shift.write { connection in
                    try connection.sweepSessions(rule: settings.sessions, at: now)
                    try connection.sweepSignIns(at: now)
                    try connection.sweepImports(at: now)
                    try connection.sweepExports(at: now)
                    try connection.sweepOpinionDrafts(at: now)
                }
            },
            Job(.files, every: 3600) { [self] shift in try await sweepContents(shift) },
            Job(.deadlines, every: 600) { [calendar] shift in
                var told = 0
                repeat {
                    try Task.checkCancellation()
                    let now = shift.clock()
                    told = try await shift.write { try $0.remindOfDeadlines(by: calendar, at: now) }
                } while told > 0
            },
            Job(.desks, every: 3600) { [calendar] shift in
                let now = shift.clock()
                _ = try await shift.write { (try $0.remindOfDesks(by: calendar, at: now), try $0.remindOfRequests(by: calendar, at: now)) }
            },
            // Woken by whoever adds one.
            Job(.bulks, every: 60) { [self] shift in try await takeBulks(shift) },
            Job(.exports, every: 60) { [self] shift in try await makeExports(shift) },
            Job(.checkpoint, every: 300) { shift in
                let now = shift.clock()
                while try await shift.write({ try $0.checkpoint(at: now) }) != nil { try Task.checkCancellation() }
            },
        ]
    }
}
