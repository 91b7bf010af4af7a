import Domain
import Foundation
import GRDB

/// The platform's own records: who is certified, who operates which unit, and what is under way.
struct Accounts: Sendable {
    let queue: DatabaseQueue

    /// Opens or creates `identity.sqlite` in a folder.
    init(folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // An import may run beside the server.
        configuration.busyMode = .timeout(5)
        queue = try DatabaseQueue(path: folder.appending(path: "identity.sqlite").path, configuration: configuration)
        try queue.write { try $0.execute(sql: Accounts.schema) }
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS persons (
            id INTEGER PRIMARY KEY,
            id_number TEXT NOT NULL UNIQUE,
            sub TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            phone TEXT NOT NULL,
            password_hash TEXT, -- NULL: imported for a demo, cannot sign in by password
            login_hint TEXT UNIQUE,
            certified_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS legal_persons (
            credit_code TEXT PRIMARY KEY,
            unit_name TEXT NOT NULL,
            representative TEXT NOT NULL,
            password_hash TEXT, -- the unit's own; nobody signs in by it here, operators use theirs
            certified_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS operators (
            credit_code TEXT NOT NULL REFERENCES legal_persons (credit_code),
            id_number TEXT NOT NULL REFERENCES persons (id_number),
            sub TEXT NOT NULL UNIQUE,
            login_hint TEXT UNIQUE,
            UNIQUE (credit_code, id_number)
        ) STRICT;
        CREATE TABLE IF NOT EXISTS codes (
            code_hash TEXT PRIMARY KEY,
            client_id TEXT NOT NULL,
            redirect_uri TEXT NOT NULL,
            nonce TEXT NOT NULL,
            code_challenge TEXT NOT NULL,
            sub TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('person', 'unit')),
            auth_time INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS attempts (
            id_number TEXT PRIMARY KEY,
            count INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT;
        """

    /// Who signs in with this number, as himself or for a unit, and what his password is compared with.
    func account(_ number: IDNumber, unit: CreditCode?) async throws -> (subject: Subject, passwordHash: String?)? {
        try await queue.read { database in
            guard let unit else {
                let row = try Row.fetchOne(
                    database, sql: "SELECT sub, password_hash FROM persons WHERE id_number = ?", arguments: [number.text]
                )
                return row.map { (Subject(id: $0[0], kind: .person), $0[1]) }
            }
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT operators.sub, persons.password_hash FROM operators JOIN persons USING (id_number)
                    WHERE operators.credit_code = ? AND operators.id_number = ?
                    """, arguments: [unit.text, number.text])
            return row.map { (Subject(id: $0[0], kind: .unit), $0[1]) }
        }
    }

    /// The demo persona of a hint.
    func persona(_ hint: String) async throws -> Subject? {
        try await queue.read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT sub, 'person' FROM persons WHERE login_hint = ?1 UNION ALL
                    SELECT sub, 'unit' FROM operators WHERE login_hint = ?1
                    """, arguments: [hint])
            guard let row, let kind = AccountKind(rawValue: row[1]) else { return nil }
            return Subject(id: row[0], kind: kind)
        }
    }

    func isRegistered(_ number: IDNumber) async throws -> Bool {
        try await queue.read { database in
            try Row.fetchOne(database, sql: "SELECT 1 FROM persons WHERE id_number = ?", arguments: [number.text]) != nil
        }
    }

    /// Returns false when another registration of the same number was first.
    func add(_ person: CertifiedPerson, passwordHash: String, at now: Instant) async throws -> Bool {
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO persons (id_number, sub, name, phone, password_hash, certified_at) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id_number) DO NOTHING
                    """,
                arguments: [
                    person.idNumber.text, secretText(), person.name, person.phone.text, passwordHash, now.milliseconds,
                ])
            return database.changesCount == 1
        }
    }

    /// Registers a unit with its first operator; returns false when the unit is registered already.
    func add(_ unit: CertifiedUnit, operatedBy number: IDNumber, at now: Instant) async throws -> Bool {
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO legal_persons (credit_code, unit_name, representative, certified_at) VALUES (?, ?, ?, ?)
                    ON CONFLICT (credit_code) DO NOTHING
                    """, arguments: [unit.creditCode.text, unit.name, unit.representative, now.milliseconds])
            guard database.changesCount == 1 else { return false }
            try database.execute(
                sql: "INSERT INTO operators (credit_code, id_number, sub) VALUES (?, ?, ?)",
                arguments: [unit.creditCode.text, number.text, secretText()]
            )
            return true
        }
    }
}
