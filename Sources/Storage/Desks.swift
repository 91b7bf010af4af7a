import Domain

extension Connection {
    public func desks(of dossier: ID<Dossier>) throws -> [ID<WorkUnit>: Desk] {
        Dictionary(
            try rows("SELECT unit_id, waiting, acted FROM desks WHERE dossier_id = \(dossier)") {
                (try $0.id(), Desk(waiting: try $0.name(), acted: try $0.name()))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Writes what a dossier is to each unit after a step, and counts it in their lists.
    func set(
        _ desks: [ID<WorkUnit>: Desk], instead before: [ID<WorkUnit>: Desk], marking mark: (unit: ID<WorkUnit>, acted: Desk.Acted)?, of dossier: Dossier,
        from journey: Journey, at now: Instant
    ) throws {
        try narrow(to: dossier)
        for unit in before.keys where desks[unit] == nil { try run("DELETE FROM desks WHERE dossier_id = \(dossier.id) AND unit_id = \(unit)") }
        for (unit, desk) in desks where before[unit] != desk || mark?.unit == unit {
            if before[unit] == desk {
                // The same was done again: only when is new.
                try run("UPDATE desks SET acted_at = \(desk.acted == .nothing ? nil : now) WHERE dossier_id = \(dossier.id) AND unit_id = \(unit)")
            } else if mark?.unit == unit {
                try put(desk, of: unit, on: dossier, at: now, actedAt: desk.acted == .nothing ? nil : now)
            } else {
                try run(
                    """
                    INSERT INTO desks (unit_id, dossier_id, own, waiting, acted, arrived_at, year, title_code, application_kind, acceptance_unit_id, stage)
                    VALUES (\(unit), \(dossier.id), \(unit == dossier.unit), \(desk.waiting), \(desk.acted), \(now), \(narrowing(of: dossier)))
                    ON CONFLICT (dossier_id, unit_id) DO UPDATE SET waiting = excluded.waiting, acted = excluded.acted, arrived_at = excluded.arrived_at
                    """)
            }
        }
        try count(from: ListPlaces(before, journey), to: ListPlaces(desks, dossier.journey), of: dossier.unit)
    }

    /// Tells the desks of a dossier where it stands now; who accepts it is known before there is one, and stays.
    private func narrow(to dossier: Dossier) throws {
        let stage = dossier.journey.stage.name
        try run("UPDATE desks SET stage = \(stage) WHERE dossier_id = \(dossier.id) AND stage <> \(stage)")
    }

    func put(_ desk: Desk, of unit: ID<WorkUnit>, on dossier: Dossier, at now: Instant, actedAt: Instant?) throws {
        try run(
            """
            INSERT INTO desks (unit_id, dossier_id, own, waiting, acted, arrived_at, acted_at, year, title_code, application_kind, acceptance_unit_id, stage)
            VALUES (\(unit), \(dossier.id), \(unit == dossier.unit), \(desk.waiting), \(desk.acted), \(now), \(actedAt), \(narrowing(of: dossier)))
            ON CONFLICT (dossier_id, unit_id) DO UPDATE SET waiting = excluded.waiting, acted = excluded.acted, arrived_at = excluded.arrived_at,
                acted_at = excluded.acted_at
            """)
    }

    /// What lists are narrowed by, as the dossier has it when it comes to a desk; a new edition and every step set it anew.
    private func narrowing(of dossier: Dossier) -> SQL {
        """
        \(dossier.year), (SELECT d.title_code FROM dossiers d WHERE d.id = \(dossier.id)), (SELECT d.application_kind FROM dossiers d WHERE d.id = \(dossier.id)),
        \(dossier.journey.chain.acceptanceUnit), \(dossier.journey.stage.name)
        """
    }

    /// Keeps the counts of lists, in one order for everybody, so that no two wait for each other; last in a step, so that others wait for
    /// them no longer than they have to. `own` is the applicant's unit.
    func count(from before: ListPlaces, to after: ListPlaces, of own: ID<WorkUnit>) throws {
        for unit in Set(before.lists.keys).union(after.lists.keys).sorted(by: { $0.text < $1.text }) {
            let (had, has) = (before.lists[unit] ?? [], after.lists[unit] ?? [])
            for list in had.symmetricDifference(has).sorted() {
                let change = has.contains(list) ? 1 : -1
                try run(
                    """
                    INSERT INTO list_counts (unit_id, own, list, dossiers) VALUES (\(unit), \(unit == own), \(list), \(change == 1 ? 1 : 0))
                    ON CONFLICT (unit_id, own, list) DO UPDATE SET dossiers = list_counts.dossiers + \(change)
                    """)
            }
        }
    }

    /// Lists whose kept count is not what their desks and returns say.
    func countFindings() throws -> [Discrepancy] {
        let recounted: SQL = """
            SELECT k.unit_id AS unit_id, k.own AS own, k.waiting AS list, COUNT(*) AS dossiers FROM desks k WHERE k.waiting <> 'nothing' GROUP BY k.unit_id, k.own, k.waiting
            UNION ALL
            SELECT k.unit_id, k.own, k.acted, COUNT(*) FROM desks k WHERE k.acted NOT IN ('nothing', 'returned') GROUP BY k.unit_id, k.own, k.acted
            UNION ALL
            SELECT x.unit_id, x.own, x.list, COUNT(*) FROM (
                SELECT d.returned_by AS unit_id, CASE WHEN d.returned_by = d.unit_id THEN 1 ELSE 0 END AS own, CASE WHEN d.stage = 'returned' THEN 'returned' ELSE 'corrections' END AS list
                FROM dossiers d WHERE d.returned_by IS NOT NULL) x
            GROUP BY x.unit_id, x.own, x.list
            """
        return try rows(
            """
            SELECT c.unit_id, c.list FROM list_counts c LEFT JOIN (\(recounted)) r ON r.unit_id = c.unit_id AND r.own = c.own AND r.list = c.list
            WHERE c.dossiers <> COALESCE(r.dossiers, 0)
            UNION ALL
            SELECT r.unit_id, r.list FROM (\(recounted)) r LEFT JOIN list_counts c ON r.unit_id = c.unit_id AND r.own = c.own AND r.list = c.list WHERE c.unit_id IS NULL
            """
        ) { Discrepancy(.row, try $0.text(), nil, "列表“\(try $0.text())”的件数与办理记录不符") }
    }
}

/// In which counted lists of which units a dossier stands.
struct ListPlaces {
    private(set) var lists: [ID<WorkUnit>: Set<String>]

    static let none = ListPlaces([:], nil)

    /// Of what a unit has done last, a return counts as long as it lies with the applicant (D27).
    init(_ desks: [ID<WorkUnit>: Desk], _ journey: Journey?) {
        lists = desks.mapValues { Set([$0.waiting.rawValue, $0.acted.rawValue]).subtracting(["nothing", "returned"]) }
        if let returner = journey?.returner { lists[returner, default: []].insert(journey?.stage == .returnedForCorrection ? "corrections" : "returned") }
    }
}
