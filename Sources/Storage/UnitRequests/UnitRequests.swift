import Domain

extension UnitRequest.Kind: Bindable { public var bound: Value { .text(rawValue) } }
extension Approval.State: Bindable { public var bound: Value { .text(rawValue) } }
extension Approval.Step: Bindable { public var bound: Value { .text(rawValue) } }

extension UnitRequest {
    static let columns: SQL = """
        q.id, q.kind, q.credit_code, q.unit_id, s.unit_name, q.superior_id, v.name, q.state, q.version, s.body, s.files, s.person_id, s.person_name, q.submitted_at
        """

    /// What the columns are read from: a request beside the step that holds what is asked.
    static let tables: SQL = """
        unit_requests q JOIN unit_request_steps s ON s.request_id = q.id AND s.number = q.submission JOIN units v ON v.id = q.superior_id
        """

    init(_ row: inout Row) throws {
        self.init(
            id: try row.id(), kind: try row.name(), creditCode: CreditCode(stored: try row.text()), unit: try row.optionalID(), unitName: try row.text(),
            superior: try row.id(), superiorName: try row.text(), state: try row.name(), version: try row.integer(), values: try JSON.value(try row.text()),
            files: try JSON.value(try row.text()), person: try row.id(), personName: try row.text(), submittedAt: try row.instant())
    }

    /// Where a page of the list begins: behind this submission and request.
    public struct Key: Sendable, Hashable {
        public let submittedAt: Instant
        public let id: ID<UnitRequest>

        public init(submittedAt: Instant, id: ID<UnitRequest>) {
            self.submittedAt = submittedAt
            self.id = id
        }
    }

    public static let pageSize = 50
}

extension Connection {
    public func unitRequest(_ id: ID<UnitRequest>) throws -> UnitRequest? {
        try first("SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.id = \(id)", UnitRequest.init)
    }

    /// The latest request of a kind under a credit code, whatever became of it.
    public func latestRequest(_ kind: UnitRequest.Kind, under code: CreditCode) throws -> UnitRequest? {
        try first(
            """
            SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.credit_code = \(code) AND q.kind = \(kind)
            ORDER BY CASE WHEN q.state IN ('waiting', 'returned') THEN 0 ELSE 1 END, q.submitted_at DESC, q.id LIMIT 1
            """, UnitRequest.init)
    }

    /// The request of a kind that a unit has under way.
    public func openRequest(_ kind: UnitRequest.Kind, of unit: ID<WorkUnit>) throws -> UnitRequest? {
        try first(
            "SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.unit_id = \(unit) AND q.kind = \(kind) AND q.state IN ('waiting', 'returned')", UnitRequest.init)
    }

    /// All requests of a unit, latest first.
    public func requests(of unit: ID<WorkUnit>, limit: Int = 50) throws -> [UnitRequest] {
        try rows("SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.unit_id = \(unit) ORDER BY q.submitted_at DESC, q.id LIMIT \(limit)", UnitRequest.init)
    }

    /// What waits for a unit's decision, longest waiting first, or what it has decided and given back, latest first; from behind a key on.
    public func requests(to unit: ID<WorkUnit>, waiting: Bool, after key: UnitRequest.Key? = nil, limit: Int = UnitRequest.pageSize) throws -> [UnitRequest] {
        try rows(requestsQuery(to: unit, waiting: waiting, after: key, limit: limit), UnitRequest.init)
    }

    func requestsQuery(to unit: ID<WorkUnit>, waiting: Bool, after key: UnitRequest.Key?, limit: Int) -> SQL {
        let beyond: SQL =
            key.map { waiting ? "AND (q.submitted_at, q.id) > (\($0.submittedAt), \($0.id))" : "AND (q.submitted_at, q.id) < (\($0.submittedAt), \($0.id))" } ?? ""
        let (state, order): (SQL, SQL) =
            waiting ? ("q.state = 'waiting'", "q.submitted_at, q.id") : ("q.state IN ('returned', 'passed', 'failed')", "q.submitted_at DESC, q.id DESC")
        return "SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.superior_id = \(unit) AND \(state) \(beyond) ORDER BY \(order) LIMIT \(limit)"
    }

    public func requestsWaiting(at unit: ID<WorkUnit>) throws -> Int {
        try count("SELECT COUNT(*) FROM unit_requests WHERE superior_id = \(unit) AND state = 'waiting'")
    }

    public func steps(of request: ID<UnitRequest>) throws -> [UnitRequestStep] {
        try rows("SELECT number, step, actor_unit_name, person_name, opinion, at FROM unit_request_steps WHERE request_id = \(request) ORDER BY number") {
            UnitRequestStep(
                number: try $0.integer(), step: try $0.name(), unitName: try $0.text(), personName: try $0.text(), opinion: try $0.text(), at: try $0.instant())
        }
    }

    /// Of these units those whose work rests because they wait for another superior's decision, with that superior's name (D12).
    public func awaitingSuperior(_ units: [ID<WorkUnit>]) throws -> [ID<WorkUnit>: String] {
        guard !units.isEmpty else { return [:] }
        let found = try rows(
            """
            SELECT q.unit_id, v.name FROM unit_requests q JOIN units v ON v.id = q.superior_id
            WHERE q.unit_id IN \(Array(Set(units))) AND q.kind = 'superior' AND q.state = 'waiting'
            """
        ) { (try $0.id() as ID<WorkUnit>, try $0.text()) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// Units that can be chosen as a superior: enabled, with this text in their name or this credit code, not below `unit`; each with the names above it.
    public func superiors(matching text: String, for unit: ID<WorkUnit>? = nil, limit: Int = 20) throws -> [(unit: WorkUnit, above: [String])] {
        let found = try rows(
            """
            SELECT \(WorkUnit.columns) FROM units u WHERE u.enabled = 1 AND \(called(text))
            ORDER BY u.name, u.id LIMIT \(2 * limit)
            """, WorkUnit.init)
        return try found.compactMap { candidate in
            let path = try path(from: candidate.id)
            if let unit, path.contains(where: { $0.id == unit }) { return nil }
            return (candidate, path.dropFirst().reversed().map(\.name))
        }.prefix(limit).map { $0 }
    }

    /// What of a unit no rule asks for, by the keys of `WorkUnit.detailFields`.
    public func details(of unit: ID<WorkUnit>) throws -> [String: String] {
        try first("SELECT details FROM units WHERE id = \(unit)") { try JSON.value(try $0.text()) } ?? [:]
    }

    /// The copies with which a unit was registered last or corrected.
    public func licences(of unit: ID<WorkUnit>) throws -> (request: ID<UnitRequest>, files: [Attachment])? {
        try first(
            """
            SELECT q.id, s.files FROM unit_requests q JOIN unit_request_steps s ON s.request_id = q.id AND s.number = q.submission
            WHERE q.unit_id = \(unit) AND q.kind IN ('registration', 'correction') AND q.state = 'passed' ORDER BY q.submitted_at DESC LIMIT 1
            """
        ) { (try $0.id(), try JSON.value(try $0.text())) }
    }
}

extension Actor {
    /// Whether a request is shown to this staff member: the unit's own to whoever looks after its information, the superior's to whoever decides
    /// there, and to those above it and above the unit.
    func sees(_ request: UnitRequest, above: [WorkUnit]) -> Bool {
        guard case .staff(let member) = self else { return false }
        if request.unit == member.unit, member.permissions.contains(.unit) { return true }
        return member.permissions.contains(.subordinates) && above.contains { $0.id == member.unit }
    }
}

extension Connection {
    /// A request, if this staff member may see it.
    public func unitRequest(_ id: ID<UnitRequest>, for member: StaffMember) throws -> UnitRequest {
        guard let request = try unitRequest(id) else { throw Problem.notFound }
        let above = try path(from: request.superior) + (request.unit.map { try path(from: $0).dropFirst().map { $0 } } ?? [])
        guard Actor.staff(member).sees(request, above: above) else { throw Problem.notFound }
        return request
    }

    /// A request, if it is of the legal person under whose credit code somebody has signed in.
    public func unitRequest(_ id: ID<UnitRequest>, under code: String) throws -> UnitRequest {
        guard let request = try unitRequest(id), request.kind == .registration, request.creditCode.text == code else { throw Problem.notFound }
        return request
    }
}

/// What a change of superior touches, in numbers.
public struct SuperiorChangeEffect: Sendable, Hashable {
    /// Dossiers that wait for the unit.
    public let waiting: Int
    /// Dossiers of its own people that were submitted and are not concluded.
    public let underway: Int
    public let subordinates: Int
}

extension Connection {
    public func effect(ofChangingSuperiorOf unit: ID<WorkUnit>) throws -> SuperiorChangeEffect {
        SuperiorChangeEffect(
            waiting: try count("SELECT COUNT(*) FROM desks WHERE unit_id = \(unit) AND waiting <> 'nothing'"),
            underway: try count(
                """
                SELECT COUNT(*) FROM desks k JOIN dossiers d ON d.id = k.dossier_id WHERE k.unit_id = \(unit) AND k.own = 1
                    AND d.stage IN ('firstReview', 'secondReview', 'returned', 'awaitingAcceptance', 'returnedForCorrection', 'accepted')
                """),
            subordinates: try count("SELECT COUNT(*) FROM units WHERE superior_id = \(unit)"))
    }
}
