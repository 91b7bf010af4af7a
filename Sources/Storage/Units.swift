import Domain

extension Connection {
    public func unit(_ id: ID<WorkUnit>) throws -> WorkUnit? {
        try first("SELECT \(WorkUnit.columns) FROM units u WHERE u.id = \(id)", WorkUnit.init)
    }

    public func unit(_ code: CreditCode) throws -> WorkUnit? {
        try first("SELECT \(WorkUnit.columns) FROM units u WHERE u.credit_code = \(code)", WorkUnit.init)
    }

    public func units(_ ids: some Collection<ID<WorkUnit>>) throws -> [ID<WorkUnit>: WorkUnit] {
        guard !ids.isEmpty else { return [:] }
        let found = try rows("SELECT \(WorkUnit.columns) FROM units u WHERE u.id IN \(Array(Set(ids)))", WorkUnit.init)
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The unit and its superiors, nearest first.
    public func path(from id: ID<WorkUnit>) throws -> [WorkUnit] {
        try rows(
            """
            WITH RECURSIVE path (id, depth) AS (
                SELECT id, 0 FROM units WHERE id = \(id)
                UNION ALL
                SELECT u.superior_id, p.depth + 1 FROM path p JOIN units u ON u.id = p.id
                WHERE u.superior_id IS NOT NULL AND p.depth < 50
            )
            SELECT \(WorkUnit.columns) FROM path JOIN units u ON u.id = path.id ORDER BY path.depth
            """, WorkUnit.init)
    }

    /// Enabled units whose name or credit code contains the text, for 增加审核单位: never one below the applicant's unit,
    /// none that is on the chain already (D20).
    public func unitsToInsert(into dossier: Dossier, matching text: String, limit: Int) throws -> [WorkUnit] {
        let taken = dossier.journey.chain.stops.map(\.unit) + [dossier.journey.chain.acceptanceUnit]
        return try rows(
            """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM units WHERE id = \(dossier.unit)
                UNION
                SELECT u.id FROM units u JOIN below b ON u.superior_id = b.id
            )
            SELECT \(WorkUnit.columns) FROM units u
            WHERE u.enabled = 1 AND u.id NOT IN \(taken) AND u.id NOT IN (SELECT id FROM below)
              AND NOT EXISTS (SELECT 1 FROM unit_requests q WHERE q.unit_id = u.id AND q.kind = 'superior' AND q.state = 'waiting')
              AND \(called(text))
            ORDER BY u.name LIMIT \(limit)
            """, WorkUnit.init)
    }

    /// Whether the database is as the migrations left it.
    public func hasNoUnits() throws -> Bool { try count("SELECT COUNT(*) FROM (SELECT 1 FROM units LIMIT 1) x") == 0 }

    public func insert(_ unit: WorkUnit, at now: Instant) throws {
        try run(
            """
            INSERT INTO units (id, name, credit_code, type_code, superior_id, jurisdiction_code, steps, single_clerk,
                contact_name, contact_phone, enabled, post_management, created_at)
            VALUES (\(unit.id), \(unit.name), \(unit.creditCode), \(unit.type), \(unit.superior), \(unit.jurisdiction),
                \(unit.steps), \(unit.singleClerk), \(unit.contactName), \(unit.contactPhone), \(unit.enabled), \(unit.postManagement), \(now))
            """)
    }

    /// Whether people of such a unit can apply: offices of the state have none (`may_have_applicants`).
    public func mayHaveApplicants(_ unit: WorkUnit) throws -> Bool {
        try count("SELECT may_have_applicants FROM unit_types WHERE code = \(unit.type)") == 1
    }
}

/// The one fragment for "this column contains that text", the same for any length of Chinese text.
func contains(_ text: String, in column: SQL) -> SQL {
    let text = text.trimmed.cut(to: 100)
    let pattern = "%" + text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_").lowercased() + "%"
    // Chinese has no cases: what need not be turned into small letters is read as it lies in an index.
    return text.lowercased() == text.uppercased() ? "\(column) LIKE \(pattern) ESCAPE '\\'" : "LOWER(\(column)) LIKE \(pattern) ESCAPE '\\'"
}

/// The condition on `units u` for what was typed into a search: a credit code, or part of a name.
func called(_ text: String) -> SQL {
    do throws(Invalid) { return "u.credit_code = \(try CreditCode(text))" } catch { return contains(text, in: "u.name") }
}

extension WorkUnit {
    static let columns: SQL = """
        u.id, u.name, u.credit_code, u.type_code, u.superior_id, u.jurisdiction_code, u.steps, u.single_clerk,
        u.contact_name, u.contact_phone, u.enabled, u.post_management
        """

    init(_ row: inout Row) throws {
        self.init(
            id: try row.id(), name: try row.text(), creditCode: CreditCode(stored: try row.text()), type: try row.text(),
            superior: try row.optionalID(), jurisdiction: try row.text(), steps: try row.name(), singleClerk: try row.bool(),
            contactName: try row.text(), contactPhone: try row.text(), enabled: try row.bool(), postManagement: try row.bool())
    }
}

/// What part a unit has in reviews, and therefore which lists it has.
public struct Standing: Sendable {
    public let hasApplicants: Bool
    public let hasSubordinates: Bool
    public let accepts: Bool
    /// Whether plans were opened by it.
    public let oversees: Bool
}

extension Connection {
    public func standing(of unit: WorkUnit) throws -> Standing {
        // What was done is said twice, since SQLite takes an index of some rows only by that index's own words.
        Standing(
            hasApplicants: try mayHaveApplicants(unit),
            hasSubordinates: try count(
                """
                SELECT COUNT(*) FROM (
                    SELECT 1 FROM list_counts WHERE unit_id = \(unit.id) AND own = 0 AND dossiers > 0 AND list IN ('firstReview', 'secondReview', 'reported', 'failed')
                    UNION ALL
                    SELECT 1 FROM desks k JOIN dossiers d ON d.id = k.dossier_id
                    WHERE k.unit_id = \(unit.id) AND k.own = 0 AND k.acted = 'returned' AND k.acted <> 'nothing' AND d.acceptance_unit_id <> k.unit_id LIMIT 1) x
                """) == 1 || (try count("SELECT COUNT(*) FROM (SELECT 1 FROM units WHERE superior_id = \(unit.id) LIMIT 1) x") == 1),
            accepts: try count("SELECT COUNT(*) FROM (SELECT 1 FROM plans WHERE acceptance_unit_id = \(unit.id) LIMIT 1) x") == 1,
            oversees: try count("SELECT COUNT(*) FROM (SELECT 1 FROM plans WHERE authority_id = \(unit.id) LIMIT 1) x") == 1)
    }
}

extension Connection {
    /// The version of a unit's row, which grows by one with every change.
    public func version(of unit: ID<WorkUnit>) throws -> Int { try count("SELECT version FROM units WHERE id = \(unit)") }
}
