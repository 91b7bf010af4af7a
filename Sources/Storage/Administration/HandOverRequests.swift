import Domain

/// That a superior is asked to take over a dossier which nobody of its unit may review (移交, D21).
public struct HandOverRequest: Sendable, Hashable {
    public let dossier: ID<Dossier>
    public let version: Int
    public let applicantName: String
    public let unit: ID<WorkUnit>
    public let unitName: String
    /// Who has asked: the applicant, or one of the unit's staff.
    public let isByApplicant: Bool
    public let askedBy: String
    public let reason: String
    public let askedAt: Instant
}

extension Connection {
    /// The unit at which a dossier waits and where nobody is left who may review it now; nil where somebody is, or where it is handed over already.
    public func unitWithoutReviewer(of dossier: Dossier, at now: Instant) throws -> WorkUnit? {
        guard let stop = dossier.journey.stage.stop, case .unit(let unit, let permission) = dossier.journey.holder, dossier.journey.chain.stops[stop].handedTo == nil,
            let found = try self.unit(unit), try !found.enabled || !hasReviewer(for: dossier, at: unit, holding: permission, on: now.day)
        else { return nil }
        return found
    }

    /// Whether one of the unit's staff may decide on it today: the rule that he would be asked by, with his limits.
    private func hasReviewer(for dossier: Dossier, at unit: ID<WorkUnit>, holding permission: Permission, on today: Day) throws -> Bool {
        let candidates = try rows(
            """
            SELECT s.id FROM staff s WHERE s.unit_id = \(unit) AND s.enabled = 1 AND (s.super_administrator = 1
                OR EXISTS (SELECT 1 FROM staff_roles sr JOIN role_permissions rp ON rp.role_id = sr.role_id WHERE sr.staff_id = s.id AND rp.permission = \(permission))
                OR EXISTS (SELECT 1 FROM deputies dp WHERE dp.deputy_id = s.id AND dp.ended_at IS NULL AND dp.valid_until >= \(today)))
            ORDER BY s.super_administrator, s.id
            """
        ) { try $0.id() as ID<StaffMember> }
        for id in candidates {
            guard let member = try staff(id, on: today), Actor.staff(member).denial(of: .pass, on: dossier) == nil else { continue }
            if try count("SELECT COUNT(*) FROM dossiers d WHERE d.id = \(dossier.id) AND \(visible(to: .staff(member)))") == 1 { return true }
        }
        return false
    }

    /// Asks the direct superior of the unit where it waits; by its applicant, or by the unit's own staff. The same key a second time asks nothing more.
    public func askForHandOver(of id: ID<Dossier>, by actor: Actor, reason: String, key: String, at now: Instant) throws {
        try hold(id)
        if try count("SELECT COUNT(*) FROM hand_over_requests WHERE request_key = \(key) AND dossier_id = \(id)") > 0 { return }
        let dossier = try dossier(id, for: actor)
        guard let unit = try unitWithoutReviewer(of: dossier, at: now) else { throw Problem.refused("材料现在有人可以办理，不需要移交。") }
        let (by, name) = try asking(actor, at: unit)
        guard let superior = try unit.superior.flatMap({ try self.unit($0) }), superior.enabled else { throw Problem.refused("“\(unit.name)”没有在用的上级单位，不能移交。") }
        guard try handOverRequest(about: dossier, at: now) == nil else { throw Problem.refused("已请求“\(superior.name)”移交办理，请等待其处理。") }
        try run(
            """
            INSERT INTO hand_over_requests (dossier_id, asked_at, unit_id, superior_id, person_id, person_name, reason, request_key)
            VALUES (\(id), \(now), \(unit.id), \(superior.id), \(by), \(name), \(reason), \(key))
            """)
        // Nobody is named: everybody of the unit reads it, and for good.
        let body = "“\(unit.name)”有一份申报材料无人可以办理，请求移交上级单位办理，请超级管理员在首页的“请求移交”中处理。"
        try run(
            """
            INSERT INTO reminders (kind, subject_id, occasion, unit_id, body, sent_at)
            VALUES (\(Reminder.handOverAsked.rawValue), \(id), \(now), \(superior.id), \(body), \(now)) ON CONFLICT (kind, subject_id, occasion) DO NOTHING
            """)
    }

    private func asking(_ actor: Actor, at unit: WorkUnit) throws -> (ID<Person>, name: String) {
        switch actor {
        case .applicant(let person): return (person, "申报人")
        case .staff(let member):
            guard member.unit == unit.id else { throw Problem(Denial.onlyUnit(unit.id)) }
            return (member.person, member.name)
        }
    }

    /// The request about this dossier that waits; nil for none.
    public func handOverRequest(about dossier: Dossier, at now: Instant) throws -> HandOverRequest? {
        try openHandOverRequests(where: "q.dossier_id = \(dossier.id)", at: now).first
    }

    /// What a unit is asked to take over, longest waiting first; of one unit below, or of all.
    public func handOverRequests(to superior: ID<WorkUnit>, from unit: ID<WorkUnit>? = nil, at now: Instant) throws -> [HandOverRequest] {
        try openHandOverRequests(where: unit.map { "q.superior_id = \(superior) AND q.unit_id = \($0)" } ?? "q.superior_id = \(superior)", at: now)
    }

    /// Open is what stands where it stood, below the same superior, and still with nobody who could review it.
    private func openHandOverRequests(where condition: SQL, at now: Instant) throws -> [HandOverRequest] {
        let standing = try rows(
            """
            SELECT q.dossier_id, d.version, d.person_name, q.unit_id, u.name, CASE WHEN q.person_id = d.person_id THEN 1 ELSE 0 END, q.person_name, q.reason, q.asked_at
            FROM hand_over_requests q JOIN dossiers d ON d.id = q.dossier_id JOIN units u ON u.id = q.unit_id AND u.superior_id = q.superior_id
                JOIN stops s ON s.dossier_id = d.id AND s.position = d.stop
            WHERE \(condition) AND d.stage IN ('firstReview', 'secondReview') AND s.unit_id = q.unit_id AND s.handed_to IS NULL AND q.asked_at >= d.arrived_at
            ORDER BY q.asked_at, q.dossier_id LIMIT 100
            """
        ) {
            HandOverRequest(
                dossier: try $0.id(), version: try $0.integer(), applicantName: try $0.text(), unit: try $0.id(), unitName: try $0.text(), isByApplicant: try $0.bool(),
                askedBy: try $0.text(), reason: try $0.text(), askedAt: try $0.instant())
        }
        return try standing.filter { request in
            guard let dossier = try loadDossier(request.dossier, where: "1 = 1") else { return false }
            return try unitWithoutReviewer(of: dossier, at: now) != nil
        }
    }
}
