import Domain

/// One change in how a unit is administered, as it was recorded (管理记录).
public struct AdministrationEntry: Sendable, Hashable {
    /// The unit that acted; each has a chain of its own.
    public let unit: ID<WorkUnit>
    public let number: Int
    public let act: AdministrativeAct
    /// The staff member's or role's identifier.
    public let subject: String
    public let subjectName: String
    public let by: String
    public let byUnit: String
    public let before: [String: String]
    public let after: [String: String]
    public let at: Instant

    /// Where a page of the record begins: before this entry.
    public struct Key: Sendable, Hashable {
        public let at: Instant
        public let unit: ID<WorkUnit>
        public let number: Int

        public init(at: Instant, unit: ID<WorkUnit>, number: Int) {
            self.at = at
            self.unit = unit
            self.number = number
        }
    }

    public var key: Key { Key(at: at, unit: unit, number: number) }
}

/// Who changes something in the administration of his unit, with which form, and when.
public struct Administrator: Sendable {
    public let member: StaffMember
    /// The form's key: the same form has one effect.
    public let key: String
    public let now: Instant

    public init(_ member: StaffMember, key: String, at now: Instant) {
        self.member = member
        self.key = key
        self.now = now
    }
}

extension Connection {
    /// The administrator with his rights as they are now, which nobody takes from him until this transaction ends.
    func held(_ administrator: Administrator) throws -> Administrator {
        // Changes of one unit come one after the other: two who disable each other do not both succeed.
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(administrator.member.unit) FOR NO KEY UPDATE") }
        return Administrator(try held(administrator.member, at: administrator.now), key: administrator.key, at: administrator.now)
    }

    /// The subject of the change that a form with this key has already made; nil when it has made none.
    func changed(by administrator: Administrator) throws -> String? {
        try first("SELECT subject_id FROM administration WHERE request_key = \(administrator.key) AND person_id = \(administrator.member.person)") { try $0.text() }
    }

    /// Records a change on the unit's chain, in the transaction that makes it.
    func record(
        _ act: AdministrativeAct, _ subject: String, named name: String, from before: [String: String], to after: [String: String], by administrator: Administrator
    ) throws {
        let member = administrator.member
        guard let unit = try unit(member.unit) else { throw Problem.notFound }
        let chain = Chain.administration(of: unit.id)
        let (old, new) = (try JSON.text(before), try JSON.text(after))
        let link = try extend(
            chain,
            with: [
                administrator.key.bound, act.bound, subject.bound, name.bound, member.person.bound, member.name.bound, unit.id.bound, unit.name.bound, old.bound, new.bound,
                administrator.now.bound,
            ])
        try run(
            """
            INSERT INTO administration (unit_id, number, request_key, act, subject_id, subject_name, person_id, person_name, actor_unit_id,
                actor_unit_name, before, after, at, algorithm, salt, hash)
            VALUES (\(unit.id), \(link.head.number), \(administrator.key), \(act), \(subject), \(name), \(member.person), \(member.name), \(unit.id),
                \(unit.name), \(old), \(new), \(administrator.now), \(chain.form.algorithm), \(hex(link.salt)), \(hex(link.head.hash)))
            """)
    }

    /// Tells whoever comes too late who has changed the subject since he saw it.
    func changedMeanwhile(_ subject: String) throws -> Problem {
        let last = try first(
            "SELECT person_name, at, act FROM administration WHERE subject_id = \(subject) ORDER BY at DESC, number DESC LIMIT 1"
        ) { (by: try $0.text(), at: try $0.instant(), act: try $0.name(AdministrativeAct.self)) }
        guard let last else { return .refused("这一项已被他人修改，请刷新页面后再试。") }
        return .changedMeanwhile(.init(by: last.by, at: last.at, what: last.act.title, of: "这一项"))
    }

    /// What was changed in a unit's administration and of the unit itself, by itself and by its superiors, latest first, from before a key on.
    public func administration(of unit: ID<WorkUnit>, _ filter: AdministrationFilter = .all, before key: AdministrationEntry.Key? = nil, limit: Int = 50) throws
        -> [AdministrationEntry]
    {
        try rows(administrationQuery(of: unit, filter, before: key, limit: limit)) {
            AdministrationEntry(
                unit: try $0.id(), number: try $0.integer(), act: try $0.name(), subject: try $0.text(), subjectName: try $0.text(), by: try $0.text(),
                byUnit: try $0.text(), before: try JSON.value(try $0.text()), after: try JSON.value(try $0.text()), at: try $0.instant())
        }
    }

    func administrationQuery(of unit: ID<WorkUnit>, _ filter: AdministrationFilter, before key: AdministrationEntry.Key?, limit: Int) -> SQL {
        let earlier: SQL = key.map { "AND (a.at, a.unit_id, a.number) < (\($0.at), \($0.unit), \($0.number))" } ?? ""
        let columns: SQL = "a.unit_id, a.number, a.act, a.subject_id, a.subject_name, a.person_name, a.actor_unit_name, a.before, a.after, a.at"
        // Two indexes, each read from its end.
        return """
            SELECT * FROM (
                SELECT * FROM (SELECT \(columns) FROM administration a WHERE a.unit_id = \(unit) \(filter.condition) \(earlier)
                    ORDER BY a.at DESC, a.unit_id DESC, a.number DESC LIMIT \(limit)) own
                UNION ALL
                SELECT * FROM (SELECT \(columns) FROM administration a WHERE a.subject_id = \(unit.text) AND a.unit_id <> \(unit) \(filter.condition) \(earlier)
                    ORDER BY a.at DESC, a.unit_id DESC, a.number DESC LIMIT \(limit)) others
            ) found ORDER BY at DESC, unit_id DESC, number DESC LIMIT \(limit)
            """
    }
}

/// Which entries of a record are asked for.
public struct AdministrationFilter: Sendable, Hashable {
    /// Part of a name.
    public let search: String
    public let act: AdministrativeAct?
    public let from: Day?
    public let through: Day?

    public static let all = AdministrationFilter()

    public init(search: String = "", act: AdministrativeAct? = nil, from: Day? = nil, through: Day? = nil) {
        self.search = search
        self.act = act
        self.from = from
        self.through = through
    }

    public var isEmpty: Bool { search.trimmed.isEmpty && act == nil && from == nil && through == nil }

    fileprivate var condition: SQL {
        let matching: SQL = search.trimmed.isEmpty ? "" : "AND (\(contains(search, in: "a.subject_name")) OR \(contains(search, in: "a.person_name")))"
        let ofAct: SQL = act.map { "AND a.act = \($0)" } ?? ""
        let since: SQL = from.map { "AND a.at >= \(Instant($0, hour: 0))" } ?? ""
        let until: SQL = through.map { "AND a.at < \($0.end)" } ?? ""
        return "\(matching) \(ofAct) \(since) \(until)"
    }
}
