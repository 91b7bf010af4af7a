import Domain

/// Somebody of a unit's staff has had an applicant's numbers shown in full.
public struct Revelation: Sendable, Hashable {
    public let unitName: String
    public let readerName: String
    public let at: Instant
}

extension Connection {
    /// Shows the numbers of a dossier's applicant to whoever may see the dossier, and records it first. `key` is the form's: the same
    /// form shown again records nothing new.
    public func reveal(_ id: ID<Dossier>, to member: StaffMember, key: ID<Revelation>, at now: Instant) throws -> Person {
        let dossier = try dossier(id, for: .staff(member))
        // Whoever has withdrawn from it has no more business with its numbers (D11).
        if dossier.recused.contains(member.person) { throw Problem(Denial.recused) }
        guard let person = try person(dossier.applicant), let unit = try unit(member.unit) else { throw Problem.notFound }
        // The form's key alone would let one record stand for many dossiers, or for another reader.
        let record: ID<Revelation> = ID(derivedFrom: "\(key)/\(id)/\(member.id)")
        guard try count("SELECT COUNT(*) FROM revelations WHERE id = \(record)") == 0 else { return person }
        let chain = Chain.revelations(beside: id)
        let link = try extend(
            chain, with: [record.bound, person.id.bound, unit.id.bound, unit.name.bound, member.person.bound, member.name.bound, now.bound])
        try run(
            """
            INSERT INTO revelations (id, dossier_id, person_id, unit_id, unit_name, reader_id, reader_name, at, number, algorithm, salt, hash)
            VALUES (\(record), \(id), \(person.id), \(unit.id), \(unit.name), \(member.person), \(member.name), \(now),
                \(link.head.number), \(chain.form.algorithm), \(hex(link.salt)), \(hex(link.head.hash)))
            """)
        return person
    }

    /// Who has read the numbers beside a dossier, latest first.
    public func revelations(of dossier: ID<Dossier>) throws -> [Revelation] {
        try rows("SELECT unit_name, reader_name, at FROM revelations WHERE dossier_id = \(dossier) ORDER BY at DESC, id LIMIT 100") {
            Revelation(unitName: try $0.text(), readerName: try $0.text(), at: try $0.instant())
        }
    }
}
