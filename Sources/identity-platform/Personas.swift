import Crypto
import Domain
import Foundation
import GRDB

extension Accounts {
    /// Takes all the personas in, or none.
    func importPersonas(_ personas: [Persona], at now: Instant) async throws {
        try await queue.write { database in
            // Persons first: an operator who is also a persona of his own gets that persona's subject at once.
            for persona in personas where persona.unit == nil { try importPerson(persona, at: now, into: database) }
            for persona in personas {
                if let unit = persona.unit { try importOperator(persona, of: unit, at: now, into: database) }
            }
        }
    }
}

private func importPerson(_ persona: Persona, at now: Instant, into database: Database) throws {
    let number = persona.person.idNumber.text
    let row = try Row.fetchOne(
        database, sql: "SELECT login_hint, password_hash FROM persons WHERE id_number = ?", arguments: [number]
    )
    if let row {
        // Real accounts must not get a door without a password; and one account cannot have two subjects.
        guard row["password_hash"] == nil else { throw taken(persona, by: "自行注册的账户") }
        if let hint: String = row["login_hint"], hint != persona.loginHint { throw taken(persona, by: hint) }
    }
    try requireSame(persona, database, sql: "SELECT id_number FROM persons WHERE login_hint = ?", expecting: [number])
    try database.execute(
        sql: """
            INSERT INTO persons (id_number, sub, name, phone, login_hint, certified_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id_number) DO UPDATE
            SET sub = excluded.sub, name = excluded.name, phone = excluded.phone, login_hint = excluded.login_hint
            """,
        arguments: [
            number, subject("persona:" + persona.loginHint), persona.person.name, persona.person.phone.text, persona.loginHint,
            now.milliseconds,
        ])
}

private func importOperator(_ persona: Persona, of unit: CertifiedUnit, at now: Instant, into database: Database) throws {
    let (number, code) = (persona.person.idNumber.text, unit.creditCode.text)
    try requireSame(
        persona, database, sql: "SELECT id_number, credit_code FROM operators WHERE login_hint = ?", expecting: [number, code]
    )
    try database.execute(
        sql: """
            INSERT INTO persons (id_number, sub, name, phone, certified_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id_number) DO NOTHING
            """, arguments: [number, subject("person:" + number), persona.person.name, persona.person.phone.text, now.milliseconds])
    try database.execute(
        sql: """
            INSERT INTO legal_persons (credit_code, unit_name, representative, certified_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (credit_code) DO UPDATE SET unit_name = excluded.unit_name
            """, arguments: [code, unit.name, unit.representative, now.milliseconds])
    try database.execute(
        sql: """
            INSERT INTO operators (credit_code, id_number, sub, login_hint) VALUES (?, ?, ?, ?)
            ON CONFLICT (credit_code, id_number) DO NOTHING
            """, arguments: [code, number, subject("persona:" + persona.loginHint), persona.loginHint])
    let hint = try String.fetchOne(
        database, sql: "SELECT login_hint FROM operators WHERE credit_code = ? AND id_number = ?", arguments: [code, number]
    )
    guard hint == persona.loginHint else { throw taken(persona, by: hint ?? "自行注册的经办人") }
}

/// A hint that was imported for one account cannot move to another: relying parties know the account by the hint's subject.
private func requireSame(_ persona: Persona, _ database: Database, sql: String, expecting: [String]) throws {
    guard let row = try Row.fetchOne(database, sql: sql, arguments: [persona.loginHint]) else { return }
    guard Array(row.databaseValues) == expecting.map(\.databaseValue) else { throw taken(persona, by: "先前以同一 loginHint 导入的另一身份") }
}

private func taken(_ persona: Persona, by other: String) -> CannotRun {
    CannotRun(description: "\(persona.loginHint)：该账户已属于 \(other)")
}

/// The same account of the same demo has the same subject wherever it is imported.
private func subject(_ seed: String) -> String {
    String(hex(SHA256.hash(data: Data(seed.utf8))).prefix(32))
}
