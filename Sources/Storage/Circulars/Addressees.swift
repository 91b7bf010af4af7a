import Domain

/// A unit as it can be chosen to be written to.
public struct AddressableUnit: Sendable, Hashable {
    public let unit: WorkUnit
    /// Direct subordinates.
    public let subordinates: Int
}

extension AddressableUnit {
    fileprivate static var columns: SQL { "\(WorkUnit.columns), (SELECT COUNT(*) FROM units b WHERE b.superior_id = u.id)" }

    fileprivate init(_ row: inout Row) throws { self.init(unit: try WorkUnit(&row), subordinates: try row.integer()) }
}

/// Somebody who can be written to, with what he last applied for as far as the reader may see it.
public struct AddressablePerson: Sendable, Hashable {
    public let person: Person
    public let year: Int?
    public let titleCode: String?

    /// Where a page of the list begins: behind this name and person.
    public struct Key: Sendable, Hashable {
        public let name: String
        public let person: ID<Person>

        public init(name: String, person: ID<Person>) {
            self.name = name
            self.person = person
        }
    }

    public var key: Key { Key(name: person.name, person: person.id) }
    public static let pageSize = 50
}

/// To whom a circular went, and who confirmed it there.
public struct CircularAddressee: Sendable, Hashable {
    /// The unit's or the person's identifier.
    public let id: String
    public let name: String
    public let isUnit: Bool
    public let confirmedAt: Instant?
    public let confirmerName: String

    /// Where a page of the list begins: behind this name and addressee.
    public struct Key: Sendable, Hashable {
        public let name: String
        public let id: String

        public init(name: String, id: String) {
            self.name = name
            self.id = id
        }
    }

    public var key: Key { Key(name: name, id: id) }
}

/// The units that a member may write to, as `reach (id)`: those below his own, or of them those that his limits name with all below them.
/// `direct`: only the first level.
private func reach(of member: StaffMember, direct: Bool) -> SQL {
    let named = member.limits.units.filter { $0 != member.unit }.sorted()
    let first: SQL = member.limits.units.isEmpty ? "SELECT id FROM units WHERE superior_id = \(member.unit)" : "SELECT id FROM units WHERE id IN \(named)"
    if member.limits.units.isEmpty, direct { return "reach (id) AS (\(first))" }
    if direct { return "reach (id) AS (\(first) AND superior_id = \(member.unit))" }
    return "reach (id) AS (\(first) UNION SELECT u.id FROM units u JOIN reach r ON u.superior_id = r.id)"
}

extension Connection {
    /// The direct subordinates of a unit by name, from behind a key on, as somebody chooses among them.
    public func unitsToAddress(of unit: ID<WorkUnit>, after key: Subordinate.Key?, limit: Int) throws -> [AddressableUnit] {
        try rows(subordinatesQuery(of: unit, after: key, limit: limit, AddressableUnit.columns), AddressableUnit.init)
    }

    /// The same anywhere below a unit, by a name or a credit code.
    public func unitsToAddress(below unit: ID<WorkUnit>, matching text: String, limit: Int) throws -> [AddressableUnit] {
        try rows(searchQuery(below: unit, matching: text, limit: limit, AddressableUnit.columns), AddressableUnit.init)
    }

    /// How many units in use each audience adds.
    public func reached(by audience: Circular.Audience, of member: StaffMember) throws -> Int {
        switch audience {
        case .chosen: 0
        case .direct, .below:
            try count("WITH RECURSIVE \(reach(of: member, direct: audience == .direct)) SELECT COUNT(*) FROM reach JOIN units u ON u.id = reach.id WHERE u.enabled = 1")
        }
    }

    /// Whether a member may write to a unit: one in use below his own, within his limits.
    public func mayAddress(_ unit: ID<WorkUnit>, by member: StaffMember) throws -> Bool {
        guard unit != member.unit else { return false }
        let path = try path(from: unit)
        guard path.first?.enabled == true, path.contains(where: { $0.id == member.unit }) else { return false }
        return member.limits.units.isEmpty || path.contains { $0.id != member.unit && member.limits.units.contains($0.id) }
    }

    /// Of some choices those that the member may not write to, or not any more.
    func unreachable(_ choices: Circular.Choices, for member: StaffMember) throws -> Circular.Choices {
        var units: [ID<WorkUnit>: Bool] = [:]
        func isOpen(_ unit: ID<WorkUnit>) throws -> Bool {
            if let known = units[unit] { return known }
            let open = try unit == member.unit || mayAddress(unit, by: member)
            units[unit] = open
            return open
        }
        return Circular.Choices(
            units: Set(try choices.units.filter { try $0 == member.unit || !isOpen($0) }),
            people: Set(try choices.people.filter { try !isOpen($0.unit) || !mayAddress($0, by: member) }))
    }

    /// Whom of a unit's people a member may write to: those whose dossiers he may see, and in his own unit whoever it employs (D16, D24).
    public func people(of unit: ID<WorkUnit>, for member: StaffMember, matching text: String = "", after key: AddressablePerson.Key? = nil, limit: Int = AddressablePerson.pageSize)
        throws -> [AddressablePerson]
    {
        guard try unit == member.unit || mayAddress(unit, by: member) else { throw Problem.notFound }
        let found = try rows(peopleQuery(of: unit, for: member, matching: text, after: key, limit: limit)) { try Person(&$0, vault) }
        return try found.map { person in
            let last = try first(
                "SELECT d.year, d.title_code FROM dossiers d WHERE d.person_id = \(person.id) AND d.unit_id = \(unit) AND \(visible(to: .staff(member))) ORDER BY d.year DESC, d.id LIMIT 1"
            ) { (year: try $0.integer(), title: try $0.optionalText()) }
            return AddressablePerson(person: person, year: last?.year, titleCode: last?.title)
        }
    }

    func peopleQuery(of unit: ID<WorkUnit>, for member: StaffMember, matching text: String, after key: AddressablePerson.Key?, limit: Int) -> SQL {
        let beyond: SQL = key.map { "AND (p.name, p.id) > (\($0.name), \($0.person))" } ?? ""
        let named: SQL = text.trimmed.isEmpty ? "" : "AND \(contains(text, in: "p.name"))"
        return """
            SELECT \(Person.columns) FROM (\(ids(of: unit, for: member, only: nil))) x JOIN persons p ON p.id = x.person_id
            WHERE 1 = 1 \(named) \(beyond) ORDER BY p.name, p.id LIMIT \(limit)
            """
    }

    private func mayAddress(_ choice: Circular.Choices.Choice, by member: StaffMember) throws -> Bool {
        try count("SELECT COUNT(*) FROM (\(ids(of: choice.unit, for: member, only: choice.person))) x") > 0
    }

    private func ids(of unit: ID<WorkUnit>, for member: StaffMember, only person: ID<Person>?) -> SQL {
        let ofDossiers: SQL = person.map { "AND d.person_id = \($0)" } ?? ""
        let applied: SQL = "SELECT d.person_id AS person_id FROM dossiers d WHERE d.unit_id = \(unit) \(ofDossiers) AND d.edition > 0 AND \(visible(to: .staff(member)))"
        // Whoever deals with some of the unit's people only is not told of the others.
        guard unit == member.unit, member.limits == .none else { return "\(applied) GROUP BY d.person_id" }
        let ofEmployed: SQL = person.map { "AND e.person_id = \($0)" } ?? ""
        return "\(applied) UNION SELECT e.person_id FROM employments e WHERE e.unit_id = \(unit) \(ofEmployed)"
    }

    /// Writes the audience of a circular, each unit once, beside those who were chosen.
    func address(_ audience: Circular.Audience, of id: ID<Circular>, by member: StaffMember, at now: Instant) throws {
        switch audience {
        case .chosen: return
        case .direct, .below:
            try run(
                """
                WITH RECURSIVE \(reach(of: member, direct: audience == .direct))
                INSERT INTO circular_addressees (circular_id, addressee, unit_id, person_id, name, sent_at, confirmer_name)
                SELECT \(id), u.id, u.id, NULL, u.name, \(now), '' FROM reach JOIN units u ON u.id = reach.id
                WHERE u.enabled = 1 AND NOT EXISTS (SELECT 1 FROM circular_addressees a WHERE a.circular_id = \(id) AND a.addressee = u.id)
                """)
        }
    }
}
