import Domain

/// Dossiers of a unit below that its direct superior can take over, or has taken over (移交, D21), in numbers: nobody is named before.
public struct HandOverCount: Sendable, Hashable {
    /// Waiting for the unit's review, or given back by it.
    public let open: Int
    /// Waiting for acceptance: these cannot be handed over.
    public let acceptance: Int
    /// Where the superior acts in the unit's name now.
    public let taken: Int
}

extension Connection {
    public func handOver(from unit: ID<WorkUnit>, to superior: ID<WorkUnit>) throws -> HandOverCount {
        // What waits is said twice, since SQLite takes an index of some rows only by that index's own words.
        HandOverCount(
            open: try count("SELECT COUNT(*) FROM \(atStop(of: unit)) AND s.handed_to IS NULL"),
            acceptance: try count("SELECT COUNT(*) FROM desks WHERE unit_id = \(unit) AND waiting = 'acceptance' AND waiting <> 'nothing'"),
            taken: try count("SELECT COUNT(*) FROM \(atStop(of: unit)) AND s.handed_to = \(superior)"))
    }

    /// What a superior takes over from a unit, or gives back to it, with the versions as they are now; the longest waiting first.
    public func dossiersToHandOver(from unit: ID<WorkUnit>, to superior: ID<WorkUnit>, back: Bool, limit: Int = 500) throws -> [(id: ID<Dossier>, version: Int)] {
        let held: SQL = back ? "s.handed_to = \(superior)" : "s.handed_to IS NULL"
        return try rows("SELECT d.id, d.version FROM \(atStop(of: unit)) AND \(held) ORDER BY d.arrived_at, d.id LIMIT \(limit)") { (try $0.id(), try $0.integer()) }
    }

    /// Whether a form with this key has been carried out to its end: then it takes nothing that has come since.
    public func isHandedOver(by administrator: Administrator) throws -> Bool { try changed(by: administrator) != nil }

    /// Records what a hand-over came to.
    public func noteHandOver(of id: ID<WorkUnit>, back: Bool, done: Int, refused: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        guard let unit = try unit(id) else { throw Problem.notFound }
        if done > 0, let superior = try self.unit(by.member.unit) {
            let body = back ? "\(superior.name)已交回代本单位办理的 \(done) 件申报材料，由本单位继续办理。" : "\(superior.name)已移交办理本单位的 \(done) 件申报材料；交回之前，本单位不能办理这些材料。"
            try run(
                """
                INSERT INTO reminders (kind, subject_id, occasion, unit_id, body, sent_at) VALUES ('handOver', \(by.key), \(by.now), \(id), \(body), \(by.now))
                """)
        }
        try record(back ? .handBack : .takeOver, id.text, named: unit.name, from: [:], to: ["件数": String(done), "未办理": String(refused)], by: by)
    }

    /// Dossiers that stand at the unit's stop: to be reviewed there, or given back from there.
    private func atStop(of unit: ID<WorkUnit>) -> SQL {
        """
        stops s JOIN dossiers d ON d.id = s.dossier_id AND d.stop = s.position
        WHERE s.unit_id = \(unit) AND d.stage IN ('firstReview', 'secondReview', 'returned')
        """
    }

    /// The tables in the order in which they are read; for the test that it does not scan.
    func handOverPlan(of unit: ID<WorkUnit>) throws -> [String] { try plan(of: "SELECT COUNT(*) FROM \(atStop(of: unit)) AND s.handed_to IS NULL") }
}
