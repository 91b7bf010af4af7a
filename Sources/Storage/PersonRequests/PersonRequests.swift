import Domain

extension PersonRequest.Kind: Bindable { public var bound: Value { .text(rawValue) } }

extension PersonRequest {
    static let columns: SQL = """
        q.id, q.kind, q.person_id, q.person_name, q.unit_id, s.unit_name, q.title_code, s.path, q.state, q.stop, q.version, s.body, s.files, q.submitted_at
        """

    /// What the columns are read from: a request beside the step that holds what is asked.
    static let tables: SQL = "person_requests q JOIN person_request_steps s ON s.request_id = q.id AND s.number = q.submission"

    init(_ row: inout Row) throws {
        let (id, kind): (ID<PersonRequest>, Kind) = (try row.id(), try row.name())
        let (person, personName): (ID<Person>, String) = (try row.id(), try row.text())
        let (unit, unitName): (ID<WorkUnit>, String) = (try row.id(), try row.text())
        let (title, path): (String?, [ID<WorkUnit>]) = (try row.optionalText(), try JSON.value(try row.text()))
        let passage = Approval.Passage(stops: path.count, state: try row.name(), stop: try row.integer())
        guard path.indices.contains(passage.stop) else { throw Row.Unreadable(description: "a request stands nowhere on its way") }
        self.init(
            id: id, kind: kind, person: person, personName: personName, unit: unit, unitName: unitName, title: title, path: path, passage: passage,
            version: try row.integer(), values: try JSON.value(try row.text()), files: try JSON.value(try row.text()), submittedAt: try row.instant())
    }

    /// What a list of requests is narrowed to.
    public struct Filter: Sendable, Hashable {
        /// Part of a name.
        public var name: String
        /// A series of titles, by name.
        public var series: String

        public init(name: String = "", series: String = "") {
            self.name = name
            self.series = series
        }

        public var isEmpty: Bool { name.trimmed.isEmpty && series.isEmpty }
    }

    /// Where a page of a list begins: behind this time and request.
    public struct Key: Sendable, Hashable {
        public let at: Instant
        public let id: ID<PersonRequest>

        public init(at: Instant, id: ID<PersonRequest>) {
            self.at = at
            self.id = id
        }
    }

    public static let pageSize = 50
}

/// A request as a unit's list shows it.
public struct PersonRequestLine: Sendable, Hashable {
    public let request: PersonRequest
    /// Since when it waits for the unit, or when the unit decided.
    public let at: Instant
    /// The unit where it waits now; empty where it waits for none.
    public let holderName: String
    /// Of a profile: whether another was in force before.
    public let isChange: Bool

    public var key: PersonRequest.Key { .init(at: at, id: request.id) }
}

/// The access rule for requests of people, as a condition on `person_requests q`: the person himself, every unit that it has reached, and whoever sees a
/// dossier that was submitted on its letter.
func requestVisible(to actor: Actor) -> SQL {
    switch actor {
    case .applicant(let person): return "q.person_id = \(person)"
    case .staff(let member):
        let kinds = PersonRequest.Kind.allCases.filter { member.permissions.contains($0.permission) }.map(\.rawValue)
        let reached: SQL =
            kinds.isEmpty
            ? "0 = 1"
            : "q.kind IN \(kinds) AND EXISTS (SELECT 1 FROM person_request_desks v WHERE v.request_id = q.id AND v.unit_id = \(member.unit)) \(within(member, "q"))"
        return """
            (\(reached) OR q.kind = 'entrustment' AND q.state = 'passed' AND EXISTS (
                SELECT 1 FROM dossiers d WHERE d.person_id = q.person_id AND d.plan_id || '/' || d.title_code = q.subject AND \(visible(to: actor))))
            """
    }
}

extension Connection {
    public func personRequest(_ id: ID<PersonRequest>) throws -> PersonRequest? {
        try first("SELECT \(PersonRequest.columns) FROM \(PersonRequest.tables) WHERE q.id = \(id)", PersonRequest.init)
    }

    /// A request, if this actor may see it; otherwise there is none.
    public func personRequest(_ id: ID<PersonRequest>, for actor: Actor) throws -> PersonRequest {
        guard let found = try first("SELECT \(PersonRequest.columns) FROM \(PersonRequest.tables) WHERE q.id = \(id) AND \(requestVisible(to: actor))", PersonRequest.init) else {
            throw Problem.notFound
        }
        return found
    }

    /// All that a person has asked for of a kind, latest first.
    public func requests(_ kind: PersonRequest.Kind, of person: ID<Person>, limit: Int = 50) throws -> [PersonRequest] {
        try rows(
            "SELECT \(PersonRequest.columns) FROM \(PersonRequest.tables) WHERE q.person_id = \(person) AND q.kind = \(kind) ORDER BY q.submitted_at DESC, q.id LIMIT \(limit)",
            PersonRequest.init)
    }

    /// The request that a person has under way; `subject` nil: whatever it is on.
    public func openRequest(_ kind: PersonRequest.Kind, on subject: String? = nil, of person: ID<Person>) throws -> PersonRequest? {
        let subject: SQL = subject.map { "AND q.subject = \($0)" } ?? ""
        return try first(
            """
            SELECT \(PersonRequest.columns) FROM \(PersonRequest.tables)
            WHERE q.person_id = \(person) AND q.kind = \(kind) AND q.state IN ('waiting', 'returned') \(subject) ORDER BY q.submitted_at DESC LIMIT 1
            """, PersonRequest.init)
    }

    /// What waits for a member's unit, longest waiting first, or what it has decided, latest first; from behind a key on.
    public func requests(
        _ kind: PersonRequest.Kind, for member: StaffMember, waiting: Bool, _ filter: PersonRequest.Filter = .init(), after key: PersonRequest.Key? = nil,
        limit: Int = PersonRequest.pageSize
    ) throws -> [PersonRequestLine] {
        try rows(requestsQuery(kind, for: member, waiting: waiting, filter, after: key, limit: limit)) { row in
            PersonRequestLine(request: try PersonRequest(&row), at: try row.instant(), holderName: try row.optionalText() ?? "", isChange: try row.bool())
        }
    }

    func requestsQuery(
        _ kind: PersonRequest.Kind, for member: StaffMember, waiting: Bool, _ filter: PersonRequest.Filter, after key: PersonRequest.Key?, limit: Int
    ) -> SQL {
        let beyond: SQL = key.map { waiting ? "AND (k.at, k.request_id) > (\($0.at), \($0.id))" : "AND (k.at, k.request_id) < (\($0.at), \($0.id))" } ?? ""
        let order: SQL = waiting ? "k.at, k.request_id" : "k.at DESC, k.request_id DESC"
        return """
            SELECT \(PersonRequest.columns), k.at,
                (SELECT u.name FROM person_request_desks h JOIN units u ON u.id = h.unit_id WHERE h.request_id = q.id AND h.waiting = 1),
                CASE WHEN EXISTS (SELECT 1 FROM person_requests o WHERE o.person_id = q.person_id AND o.kind = q.kind AND o.submitted_at < q.submitted_at AND o.state = 'passed')
                    THEN 1 ELSE 0 END
            FROM person_request_desks k JOIN person_requests q ON q.id = k.request_id JOIN person_request_steps s ON s.request_id = q.id AND s.number = q.submission
            WHERE k.unit_id = \(member.unit) AND k.kind = \(kind) AND k.waiting = \(waiting) \(waiting ? "" as SQL : "AND k.acted <> 'nothing'") \(within(member, "q"))
                \(narrowed(filter)) \(beyond)
            ORDER BY \(order) LIMIT \(limit)
            """
    }

    /// How many requests wait for a member's unit, of those that he deals with.
    public func requestsWaiting(_ kind: PersonRequest.Kind, for member: StaffMember) throws -> Int {
        guard member.permissions.contains(kind.permission) else { return 0 }
        if member.limits == .none { return try personRequestsWaiting(kind, at: member.unit) }
        return try count(
            """
            SELECT COUNT(*) FROM person_request_desks k JOIN person_requests q ON q.id = k.request_id
            WHERE k.unit_id = \(member.unit) AND k.kind = \(kind) AND k.waiting = 1 \(within(member, "q"))
            """)
    }

    /// How many requests of people wait for a unit.
    func personRequestsWaiting(at unit: ID<WorkUnit>) throws -> Int {
        try PersonRequest.Kind.allCases.reduce(0) { try $0 + personRequestsWaiting($1, at: unit) }
    }

    private func personRequestsWaiting(_ kind: PersonRequest.Kind, at unit: ID<WorkUnit>) throws -> Int {
        try count("SELECT COUNT(*) FROM person_request_desks WHERE unit_id = \(unit) AND kind = \(kind) AND waiting = 1")
    }

    private func narrowed(_ filter: PersonRequest.Filter) -> SQL {
        let name: SQL = filter.name.trimmed.isEmpty ? "" : "AND \(contains(filter.name, in: "q.person_name"))"
        return filter.series.isEmpty ? name : "\(name) AND q.title_code IN (SELECT ft.code FROM titles ft WHERE ft.series = \(filter.series))"
    }

    public func steps(of request: ID<PersonRequest>) throws -> [PersonRequestStep] {
        try rows(
            "SELECT number, step, actor_unit_name, actor_name, opinion, body, files, at FROM person_request_steps WHERE request_id = \(request) ORDER BY number"
        ) {
            PersonRequestStep(
                number: try $0.integer(), step: try $0.name(), unitName: try $0.text(), personName: try $0.text(), opinion: try $0.text(), values: try JSON.value(try $0.text()),
                files: try JSON.value(try $0.text()), at: try $0.instant())
        }
    }

    /// How far up profiles are reviewed below a title authority.
    public func profileReach(of authority: ID<WorkUnit>) throws -> TalentProfile.Reach {
        try first("SELECT profile_reach FROM units WHERE id = \(authority)") { try $0.name() } ?? .prefecture
    }
}
