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
        _ desks: [ID<WorkUnit>: Desk], instead before: [ID<WorkUnit>: Desk], marking mark: (unit: ID<WorkUnit>, acted: Desk.Acted)?, of dossier: Dossier, at now: Instant
    ) throws {
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
                    INSERT INTO desks (unit_id, dossier_id, own, waiting, acted, arrived_at) VALUES (\(unit), \(dossier.id), \(unit == dossier.unit), \(desk.waiting), \(desk.acted), \(now))
                    ON CONFLICT (dossier_id, unit_id) DO UPDATE SET waiting = excluded.waiting, acted = excluded.acted, arrived_at = excluded.arrived_at
                    """)
            }
        }
        try count(from: before, to: desks, of: dossier.unit)
    }

    func put(_ desk: Desk, of unit: ID<WorkUnit>, on dossier: Dossier, at now: Instant, actedAt: Instant?) throws {
        try run(
            """
            INSERT INTO desks (unit_id, dossier_id, own, waiting, acted, arrived_at, acted_at)
            VALUES (\(unit), \(dossier.id), \(unit == dossier.unit), \(desk.waiting), \(desk.acted), \(now), \(actedAt))
            ON CONFLICT (dossier_id, unit_id) DO UPDATE SET waiting = excluded.waiting, acted = excluded.acted, arrived_at = excluded.arrived_at,
                acted_at = excluded.acted_at
            """)
    }

    /// Keeps the counts of lists, in one order for everybody, so that no two wait for each other; last in a step, so that others wait for
    /// them no longer than they have to. `own` is the applicant's unit.
    func count(from before: [ID<WorkUnit>: Desk], to after: [ID<WorkUnit>: Desk], of own: ID<WorkUnit>) throws {
        for unit in Set(before.keys).union(after.keys).sorted(by: { $0.text < $1.text }) {
            let (had, has) = (before[unit]?.lists ?? [], after[unit]?.lists ?? [])
            for list in had.symmetricDifference(has).sorted() {
                let change = has.contains(list) ? 1 : -1
                try run(
                    """
                    INSERT INTO desk_counts (unit_id, own, list, dossiers) VALUES (\(unit), \(unit == own), \(list), \(change == 1 ? 1 : 0))
                    ON CONFLICT (unit_id, own, list) DO UPDATE SET dossiers = desk_counts.dossiers + \(change)
                    """)
            }
        }
    }

    /// Lists whose kept count is not what their desks say.
    func countFindings() throws -> [Discrepancy] {
        try rows(
            """
            SELECT c.unit_id, c.list FROM desk_counts c WHERE c.dossiers <> (SELECT COUNT(*) FROM desks k WHERE k.unit_id = c.unit_id AND k.own = c.own
                AND (k.waiting = c.list OR k.acted = c.list))
            UNION ALL
            SELECT DISTINCT k.unit_id, 'missing' FROM desks k WHERE k.waiting <> 'nothing'
                AND NOT EXISTS (SELECT 1 FROM desk_counts c WHERE c.unit_id = k.unit_id AND c.own = k.own AND c.list = k.waiting)
            UNION ALL
            SELECT DISTINCT k.unit_id, 'missing' FROM desks k WHERE k.acted <> 'nothing'
                AND NOT EXISTS (SELECT 1 FROM desk_counts c WHERE c.unit_id = k.unit_id AND c.own = k.own AND c.list = k.acted)
            """
        ) { Discrepancy(.row, try $0.text(), nil, "列表“\(try $0.text())”的件数与办理记录不符") }
    }
}

extension Desk {
    /// The lists in which it stands, as they are counted.
    fileprivate var lists: Set<String> { Set([waiting.rawValue, acted.rawValue]).subtracting(["nothing"]) }
}
