import Domain
import GRDB

/// Whether a password for a number may be tried now.
enum Attempt: Sendable {
    case allowed(left: Int)
    case locked(until: Instant)
}

extension Accounts {
    private static let limit = 5
    static let lockSeconds: Int64 = 15 * 60

    /// Counts an attempt as failed until `forgetAttempts` says otherwise. Numbers nobody has are counted like others.
    func beginAttempt(_ number: IDNumber, at now: Instant) async throws -> Attempt {
        try await queue.write { database in
            try database.execute(
                sql: "DELETE FROM attempts WHERE last_at <= ?", arguments: [now.adding(seconds: -Accounts.lockSeconds).milliseconds]
            )
            let row = try Row.fetchOne(
                database, sql: "SELECT count, last_at FROM attempts WHERE id_number = ?", arguments: [number.text]
            )
            let before: Int = row?["count"] ?? 0
            if before >= Accounts.limit, let last: Int64 = row?["last_at"] {
                return .locked(until: Instant(milliseconds: last).adding(seconds: Accounts.lockSeconds))
            }
            try database.execute(
                sql: """
                    INSERT INTO attempts (id_number, count, last_at) VALUES (?, 1, ?)
                    ON CONFLICT (id_number) DO UPDATE SET count = count + 1, last_at = excluded.last_at
                    """, arguments: [number.text, now.milliseconds])
            return .allowed(left: Accounts.limit - before - 1)
        }
    }

    func forgetAttempts(_ number: IDNumber) async throws {
        try await queue.write { database in
            try database.execute(sql: "DELETE FROM attempts WHERE id_number = ?", arguments: [number.text])
        }
    }
}
