import Crypto
import Domain
import GRDB

/// What an authorization code stands for, for 60 seconds and one exchange.
struct Grant: Sendable {
    let clientID: String
    let redirectURI: String
    let nonce: String
    let codeChallenge: String
    let subject: Subject
    let authenticatedAt: Instant

    init(to subject: Subject, for request: AuthorizationRequest, at now: Instant) {
        (clientID, redirectURI) = (request.clientID, request.redirectURI)
        (nonce, codeChallenge) = (request.nonce, request.codeChallenge)
        self.subject = subject
        authenticatedAt = now
    }

    fileprivate init?(_ row: Row) {
        guard let kind = AccountKind(rawValue: row["kind"]) else { return nil }
        (clientID, redirectURI) = (row["client_id"], row["redirect_uri"])
        (nonce, codeChallenge) = (row["nonce"], row["code_challenge"])
        subject = Subject(id: row["sub"], kind: kind)
        authenticatedAt = Instant(milliseconds: row["auth_time"])
    }
}

extension Accounts {
    func keep(_ grant: Grant, under code: String) async throws {
        try await queue.write { database in
            try database.execute(
                sql: "DELETE FROM codes WHERE expires_at <= ?", arguments: [grant.authenticatedAt.milliseconds]
            )
            try database.execute(
                sql: """
                    INSERT INTO codes
                    (code_hash, client_id, redirect_uri, nonce, code_challenge, sub, kind, auth_time, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    digest(code), grant.clientID, grant.redirectURI, grant.nonce, grant.codeChallenge, grant.subject.id,
                    grant.subject.kind.rawValue, grant.authenticatedAt.milliseconds,
                    grant.authenticatedAt.adding(seconds: 60).milliseconds,
                ])
        }
    }

    /// Takes what a code stands for away with it, so that a second exchange, or one after a wrong verifier, finds nothing.
    func take(_ code: String, at now: Instant) async throws -> Grant? {
        try await queue.write { database in
            let row = try Row.fetchOne(
                database, sql: "DELETE FROM codes WHERE code_hash = ? AND expires_at > ? RETURNING *",
                arguments: [digest(code), now.milliseconds]
            )
            return row.flatMap(Grant.init)
        }
    }
}

/// Codes are kept as digests: a copy of the database must not hold usable ones.
private func digest(_ code: String) -> String { hex(SHA256.hash(data: Array(code.utf8))) }
