import Domain

/// Somebody's profile that is in force.
public struct Talent: Sendable, Hashable {
    public let person: ID<Person>
    public let name: String
    public let unit: ID<WorkUnit>
    public let unitName: String
    public let request: ID<PersonRequest>
    /// The title held; nil for none.
    public let title: String?
    public let values: [String: String]
    public let approvedAt: Instant
}

extension TalentDimension {
    /// Its column in `talents`.
    fileprivate var column: SQL {
        switch self {
        case .series: "series"
        case .level: "level"
        case .education: "education"
        case .age: "age"
        case .minority: "minority"
        case .party: "party"
        case .origin: "origin"
        }
    }

    /// What a profile says of it.
    func value(in values: [String: String], _ title: (series: String, level: String)) -> String {
        switch self {
        case .series: title.series
        case .level: title.level
        case .education: values["degreeOfEducation"] ?? ""
        case .age: String((values["born"] ?? "").prefix(7))
        case .minority: values["ethnicGroup"] ?? ""
        case .party: values["politicalStatus"] ?? ""
        case .origin: values["nationality"] ?? ""
        }
    }

    static let columns: SQL = "series, level, education, age, minority, party, origin"
}

extension Connection {
    private static var talentColumns: SQL { "n.person_id, n.person_name, n.unit_id, u.name, n.request_id, n.title_code, s.body, n.approved_at" }
    private static var talentTables: SQL {
        "talents n JOIN units u ON u.id = n.unit_id JOIN person_request_steps s ON s.request_id = n.request_id AND s.number = n.submission"
    }

    /// The profile of a person that is in force; nil without one.
    public func profile(of person: ID<Person>) throws -> Talent? {
        try first("SELECT \(Self.talentColumns) FROM \(Self.talentTables) WHERE n.person_id = \(person)", Talent.init)
    }

    /// A passed request becomes the profile in force: the person is employed where it says, and counted there and in every unit above.
    func comeIntoForce(_ request: PersonRequest, at now: Instant) throws {
        let title =
            try request.title.flatMap { code in
                try first("SELECT series, level FROM titles WHERE code = \(code)") { (series: try $0.text(), level: try $0.text()) }
            } ?? (series: "", level: "")
        let submission = try count("SELECT submission FROM person_requests WHERE id = \(request.id)")
        let values = Dictionary(uniqueKeysWithValues: TalentDimension.allCases.map { ($0, $0.value(in: request.values, title)) })
        var changes = TalentChanges()
        let old = try first("SELECT unit_id, \(TalentDimension.columns) FROM talents WHERE person_id = \(request.person)") { row in
            (unit: try row.id() as ID<WorkUnit>, values: try TalentDimension.allCases.map { ($0, try row.text()) })
        }
        if let old { changes.add(-1, old.values, to: try path(from: old.unit).map(\.id)) }
        changes.add(1, values.map { ($0.key, $0.value) }, to: try path(from: request.unit).map(\.id))
        let bound = TalentDimension.allCases.map { SQL("\(values[$0] ?? "")") }
        try run(
            """
            INSERT INTO talents (person_id, person_name, unit_id, request_id, submission, title_code, \(TalentDimension.columns), approved_at)
            VALUES (\(request.person), \(request.personName), \(request.unit), \(request.id), \(submission), \(request.title), \(SQL.joined(bound, between: ", ")), \(now))
            ON CONFLICT (person_id) DO UPDATE SET person_name = excluded.person_name, unit_id = excluded.unit_id, request_id = excluded.request_id,
                submission = excluded.submission, title_code = excluded.title_code, series = excluded.series, level = excluded.level, education = excluded.education,
                age = excluded.age, minority = excluded.minority, party = excluded.party, origin = excluded.origin, approved_at = excluded.approved_at
            """)
        try run(
            """
            INSERT INTO employments (person_id, unit_id, since) VALUES (\(request.person), \(request.unit), \(now))
            ON CONFLICT (person_id) DO UPDATE SET unit_id = excluded.unit_id, since = excluded.since WHERE employments.unit_id <> excluded.unit_id
            """)
        try make(changes)
    }

    /// A unit goes below another: what is counted with it leaves the units above and goes to others.
    func moveTalentCounts(of unit: ID<WorkUnit>, from old: [ID<WorkUnit>], to new: [ID<WorkUnit>]) throws {
        let counts = try rows("SELECT dimension, value, people FROM talent_counts WHERE unit_id = \(unit)") {
            (dimension: try $0.name(TalentDimension.self), value: try $0.text(), people: try $0.integer())
        }
        var changes = TalentChanges()
        for count in counts {
            changes.add(-count.people, [(count.dimension, count.value)], to: old)
            changes.add(count.people, [(count.dimension, count.value)], to: new)
        }
        try make(changes)
    }

    private func make(_ changes: TalentChanges) throws {
        for (key, change) in changes.inOrder {
            let place: SQL = "unit_id = \(key.unit) AND dimension = \(key.dimension.rawValue) AND value = \(key.value)"
            if change > 0 {
                try run(
                    """
                    INSERT INTO talent_counts (unit_id, dimension, value, people) VALUES (\(key.unit), \(key.dimension.rawValue), \(key.value), \(change))
                    ON CONFLICT (unit_id, dimension, value) DO UPDATE SET people = talent_counts.people + excluded.people
                    """)
                continue
            }
            // Whoever changes the same count at this moment ends first, so that what is deleted is what there is.
            if sharesWriting { try run("SELECT 1 FROM talent_counts WHERE \(place) FOR UPDATE") }
            if try run("DELETE FROM talent_counts WHERE \(place) AND people = \(-change)") == 0 {
                try run("UPDATE talent_counts SET people = people + \(change) WHERE \(place)")
            }
        }
    }
}

/// By how much kept counts change, each once.
private struct TalentChanges {
    struct Key: Hashable, Comparable {
        let unit: ID<WorkUnit>
        let dimension: TalentDimension
        let value: String

        static func < (left: Key, right: Key) -> Bool { (left.unit, left.dimension.rawValue, left.value) < (right.unit, right.dimension.rawValue, right.value) }
    }

    private var changes: [Key: Int] = [:]

    mutating func add(_ people: Int, _ values: [(TalentDimension, String)], to units: [ID<WorkUnit>]) {
        for unit in units { for (dimension, value) in values { changes[Key(unit: unit, dimension: dimension, value: value), default: 0] += people } }
    }

    /// In one order, so that two who change the same counts wait for each other instead of in a circle.
    var inOrder: [(key: Key, change: Int)] { changes.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
}

/// Whom a statistic counts.
public struct TalentScope: Sendable, Hashable {
    /// The unit on top: the reader's, or one below it.
    public let unit: ID<WorkUnit>
    /// Whether units below it are counted as well.
    public let isWhole: Bool

    public init(unit: ID<WorkUnit>, isWhole: Bool) {
        self.unit = unit
        self.isWhole = isWhole
    }
}

extension Connection {
    /// How many there are of each stored value (M20): kept counts, or counted now where a reader's limits or the own unit alone narrow it.
    public func talentCounts(_ scope: TalentScope, for member: StaffMember) throws -> [TalentDimension: [String: Int]] {
        var counts: [TalentDimension: [String: Int]] = [:]
        if scope.isWhole, member.limits == .none {
            let kept = try rows("SELECT dimension, value, people FROM talent_counts WHERE unit_id = \(scope.unit)") {
                (try $0.name(TalentDimension.self), try $0.text(), try $0.integer())
            }
            for (dimension, value, people) in kept { counts[dimension, default: [:]][value] = people }
            return counts
        }
        for dimension in TalentDimension.allCases {
            let found = try rows("\(below(scope)) SELECT n.\(dimension.column), COUNT(*) FROM \(counted(for: member)) GROUP BY n.\(dimension.column)") {
                (try $0.text(), try $0.integer())
            }
            counts[dimension] = Dictionary(uniqueKeysWithValues: found)
        }
        return counts
    }

    /// How many there are of each pair of stored values.
    public func talentCounts(_ scope: TalentScope, by rows: TalentDimension, and columns: TalentDimension, for member: StaffMember) throws -> [(
        row: String, column: String, people: Int
    )] {
        try self.rows(
            """
            \(below(scope)) SELECT n.\(rows.column), n.\(columns.column), COUNT(*) FROM \(counted(for: member))
            GROUP BY n.\(rows.column), n.\(columns.column)
            """
        ) { (row: try $0.text(), column: try $0.text(), people: try $0.integer()) }
    }

    /// How many profiles are in force in each direct subordinate of a unit and below it; those that have any.
    public func talentsBySubordinate(of unit: ID<WorkUnit>, limit: Int = 1000) throws -> [(unit: WorkUnit, people: Int)] {
        try rows(
            """
            SELECT \(WorkUnit.columns), (SELECT COALESCE(SUM(c.people), 0) FROM talent_counts c WHERE c.unit_id = u.id AND c.dimension = 'origin')
            FROM units u WHERE u.superior_id = \(unit) AND EXISTS (SELECT 1 FROM talent_counts x WHERE x.unit_id = u.id AND x.dimension = 'origin')
            ORDER BY u.name, u.id LIMIT \(limit)
            """
        ) { (unit: try WorkUnit(&$0), people: try $0.integer()) }
    }

    /// The people behind a number, as far as their profiles have been reviewed by the reader's unit (D24); latest first, from behind a key on.
    /// `values`: the stored values that make up the group.
    public func talents(
        _ scope: TalentScope, with dimension: TalentDimension, in values: [String], for member: StaffMember, after key: PersonRequest.Key? = nil,
        limit: Int = PersonRequest.pageSize
    ) throws -> [(talent: Talent, key: PersonRequest.Key)] {
        guard !values.isEmpty else { return [] }
        let beyond: SQL = key.map { "AND (k.at, k.request_id) < (\($0.at), \($0.id))" } ?? ""
        return try rows(
            """
            \(below(scope)) SELECT \(Self.talentColumns), k.at FROM person_request_desks k, \(Self.talentTables)
            WHERE n.request_id = k.request_id AND k.unit_id = \(member.unit) AND k.kind = 'profile' AND k.waiting = 0 AND n.\(dimension.column) IN \(values)
                AND n.unit_id IN (SELECT id FROM below) \(within(member, "n")) \(beyond)
            ORDER BY k.at DESC, k.request_id DESC LIMIT \(limit)
            """
        ) { row in
            let talent = try Talent(&row)
            return (talent, .init(at: try row.instant(), id: talent.request))
        }
    }

    private func below(_ scope: TalentScope) -> SQL {
        scope.isWhole
            ? "WITH RECURSIVE below (id) AS (SELECT id FROM units WHERE id = \(scope.unit) UNION SELECT u.id FROM units u JOIN below b ON u.superior_id = b.id)"
            : "WITH below (id) AS (SELECT id FROM units WHERE id = \(scope.unit))"
    }

    private func counted(for member: StaffMember) -> SQL { "below b JOIN talents n ON n.unit_id = b.id \(within(member, "n"))" }
}

extension Talent {
    fileprivate init(_ row: inout Row) throws {
        self.init(
            person: try row.id(), name: try row.text(), unit: try row.id(), unitName: try row.text(), request: try row.id(), title: try row.optionalText(),
            values: try JSON.value(try row.text()), approvedAt: try row.instant())
    }
}
