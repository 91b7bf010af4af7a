import Domain

/// One list of what waits at a unit: 初审 or 复审, of own people or of those below, or 受理.
public struct Worklist: Sendable, Hashable {
    public enum Scope: String, Sendable, Hashable, CaseIterable { case own, subordinate, acceptance }

    public let scope: Scope
    public let waiting: Desk.Waiting
    /// Part of a name, of a unit's name or of a title; empty for all.
    public let search: String

    public init(scope: Scope, waiting: Desk.Waiting, search: String = "") {
        self.scope = scope
        self.waiting = waiting
        self.search = search
    }

    /// The permission whose holders act on the list.
    public var permission: Permission {
        switch waiting {
        case .firstReview: .firstReview
        case .secondReview: .secondReview
        case .acceptance, .nothing: .accept
        }
    }

    /// Rows of one page.
    public static let pageSize = 50

    /// Where a page begins: behind this arrival and dossier.
    public struct Key: Sendable, Hashable {
        public let arrivedAt: Instant
        public let dossier: ID<Dossier>

        public init(arrivedAt: Instant, dossier: ID<Dossier>) {
            self.arrivedAt = arrivedAt
            self.dossier = dossier
        }
    }

    public struct Entry: Sendable, Hashable {
        public let dossier: ID<Dossier>
        public let applicantName: String
        public let idNumber: IDNumber
        public let unitName: String
        public let title: String
        public let planName: String
        public let arrivedAt: Instant

        public var key: Key { Key(arrivedAt: arrivedAt, dossier: dossier) }
    }
}

extension Connection {
    /// A page of the list, longest waiting first.
    public func worklist(_ list: Worklist, for member: StaffMember, after key: Worklist.Key? = nil, limit: Int = Worklist.pageSize) throws -> [Worklist.Entry] {
        try rows(worklistQuery(list, for: member, after: key, limit: limit)) {
            Worklist.Entry(
                dossier: try $0.id(), applicantName: try $0.text(), idNumber: try vault.idNumber(of: &$0), unitName: try $0.text(),
                title: try $0.optionalText() ?? "", planName: try $0.text(), arrivedAt: try $0.instant())
        }
    }

    func worklistQuery(_ list: Worklist, for member: StaffMember, after key: Worklist.Key?, limit: Int) -> SQL {
        let beyond: SQL = key.map { "AND (k.arrived_at, k.dossier_id) > (\($0.arrivedAt), \($0.dossier))" } ?? ""
        return """
            SELECT d.id, d.person_name, n.id, n.id_number_sealed, d.unit_name, t.name, p.name, k.arrived_at
            FROM desks k JOIN dossiers d ON d.id = k.dossier_id JOIN persons n ON n.id = d.person_id
                JOIN plans p ON p.id = d.plan_id LEFT JOIN titles t ON t.code = d.title_code
            WHERE \(on(list, of: member)) \(within(member)) \(matching(list.search)) \(beyond) ORDER BY k.arrived_at, k.dossier_id LIMIT \(limit)
            """
    }

    /// How many dossiers the list holds: all of it, or of the search at most `most`.
    public func worklistCount(_ list: Worklist, for member: StaffMember, most: Int = 1000) throws -> Int {
        if list.search.isEmpty, member.limits == .none { return try count("SELECT COUNT(*) FROM desks k WHERE \(on(list, of: member))") }
        return try count(
            """
            SELECT COUNT(*) FROM (SELECT 1 FROM desks k JOIN dossiers d ON d.id = k.dossier_id LEFT JOIN titles t ON t.code = d.title_code
            WHERE \(on(list, of: member)) \(within(member)) \(matching(list.search)) LIMIT \(most + 1)) found
            """)
    }

    /// The next dossier of the list, for whoever has just dealt with one: the first that he may himself act on.
    public func nextWaiting(_ list: Worklist, for member: StaffMember) throws -> ID<Dossier>? {
        for entry in try worklist(list, for: member, limit: 20) {
            if try dossier(entry.dossier, for: .staff(member)).awaits(.staff(member)) { return entry.dossier }
        }
        return nil
    }

    private func on(_ list: Worklist, of member: StaffMember) -> SQL {
        let scope: SQL =
            switch list.scope {
            case .own: "k.own = 1"
            case .subordinate, .acceptance: "k.own = 0"
            }
        guard member.opensDossiers else { return "1 = 0" }
        return "k.unit_id = \(member.unit) AND \(scope) AND k.waiting = \(list.waiting)"
    }

    private func matching(_ search: String) -> SQL {
        guard !search.trimmed.isEmpty else { return "" }
        return "AND (\(contains(search, in: "d.person_name")) OR \(contains(search, in: "d.unit_name")) OR \(contains(search, in: "t.name")))"
    }
}

extension Connection {
    /// How the engine would read a page of the list, line by line; for the test that no list scans.
    public func plan(of list: Worklist, for member: StaffMember, after key: Worklist.Key?) throws -> [String] {
        try plan(of: worklistQuery(list, for: member, after: key, limit: Worklist.pageSize))
    }

    /// The same of any query. PostgreSQL prefers to scan small tables and is asked how it would do without.
    func plan(of query: SQL) throws -> [String] {
        switch engine {
        case .sqlite:
            return try rows("EXPLAIN QUERY PLAN \(query)") { row in
                _ = (row.value(), row.value(), row.value())
                return try row.text()
            }
        case .postgres:
            try run("SET LOCAL enable_seqscan = off")
            return try rows("EXPLAIN (COSTS OFF) \(query)") { try $0.text() }
        }
    }
}

/// A dossier that the unit has given back and that its applicant has not sent in again.
public struct ReturnedDossier: Sendable, Hashable {
    public let dossier: ID<Dossier>
    public let applicantName: String
    public let unitName: String
    public let title: String
    public let deadline: Instant
}

extension Connection {
    /// What the member's unit has given back, nearest deadline first, those that have passed before all.
    public func returned(by member: StaffMember, limit: Int) throws -> [ReturnedDossier] {
        try rows(
            """
            SELECT d.id, d.person_name, d.unit_name, t.name, d.deadline FROM \(returnedBy(member)) ORDER BY d.deadline, d.id LIMIT \(limit)
            """
        ) {
            ReturnedDossier(
                dossier: try $0.id(), applicantName: try $0.text(), unitName: try $0.text(), title: try $0.optionalText() ?? "", deadline: try $0.instant())
        }
    }

    /// How many these are, and how many of them have a deadline before an instant.
    public func returnedCount(by member: StaffMember, before deadline: Instant) throws -> (all: Int, near: Int) {
        try first("SELECT COUNT(*), COALESCE(SUM(CASE WHEN d.deadline < \(deadline) THEN 1 ELSE 0 END), 0) FROM \(returnedBy(member))") {
            (try $0.integer(), try $0.integer())
        } ?? (0, 0)
    }

    /// The unit's own last word on them, as long as nobody else has spoken since.
    private func returnedBy(_ member: StaffMember) -> SQL {
        guard member.opensDossiers else { return "dossiers d LEFT JOIN titles t ON t.code = d.title_code WHERE 1 = 0" }
        return """
            desks k JOIN dossiers d ON d.id = k.dossier_id LEFT JOIN titles t ON t.code = d.title_code
            WHERE k.unit_id = \(member.unit) AND k.acted = 'returned' AND d.deadline IS NOT NULL AND (
                d.stage = 'returnedForCorrection' AND d.acceptance_unit_id = \(member.unit)
                OR d.stage = 'returned' AND EXISTS (SELECT 1 FROM stops s WHERE s.dossier_id = d.id AND s.position = d.stop
                    AND COALESCE(s.handed_to, s.unit_id) = \(member.unit))) \(within(member))
            """
    }
}
