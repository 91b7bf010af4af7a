import Domain

/// One thing that must hold for the site to do its work.
public struct Check: Sendable, Hashable {
    public let name: String
    public let holds: Bool

    public init(name: String, holds: Bool) {
        self.name = name
        self.holds = holds
    }
}

extension Database {
    /// What must hold, each looked at now: a fault is a check that does not hold, and hides no other.
    public func checks(leastFreeBytes: Int64, at now: Instant) async -> [Check] {
        await [
            check("database-writable") { try await self.tryWriting(at: now) },
            check("settings-kept") { try await self.keepsSettings() },
            check("migrations-known") { try await Migrator().isCurrent(self) },
            check("disk-space") { try self.freeBytes() >= leastFreeBytes },
        ]
    }

    private func check(_ name: String, _ holds: () async throws -> Bool) async -> Check {
        do { return Check(name: name, holds: try await holds()) } catch { return Check(name: name, holds: false) }
    }

    /// Commits a row that is gone again: the pages go to the disk as in any transaction, and nobody ever sees the row.
    private func tryWriting(at now: Instant) async throws -> Bool {
        try await write { connection in
            try connection.run("INSERT INTO migrations (name, checksum, applied_at) VALUES (\("probe"), \(""), \(now))")
            return try connection.run("DELETE FROM migrations WHERE name = \("probe")") == 1
        }
    }
}
