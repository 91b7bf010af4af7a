import Domain

/// A planned absence of a staff member and who acts in his place (代理).
public struct Deputy: Sendable, Hashable {
    public let id: ID<Deputy>
    public let staff: ID<StaffMember>
    public let deputy: ID<StaffMember>
    public let deputyName: String
    public let from: Day
    public let until: Day
}

extension Connection {
    /// Absences of a staff member that are not over.
    public func deputies(of staff: ID<StaffMember>, on today: Day) throws -> [Deputy] {
        try rows(
            """
            SELECT d.id, d.staff_id, d.deputy_id, \(StaffRecord.shownName), d.valid_from, d.valid_until
            FROM deputies d JOIN staff s ON s.id = d.deputy_id JOIN persons p ON p.id = s.person_id
            WHERE d.staff_id = \(staff) AND d.valid_until >= \(today) AND d.ended_at IS NULL ORDER BY d.valid_from, d.id
            """
        ) { Deputy(id: try $0.id(), staff: try $0.id(), deputy: try $0.id(), deputyName: try $0.text(), from: try $0.day(), until: try $0.day()) }
    }

    /// Names who acts in the place of a staff member from one day through another. What the deputy holds only in another's place is not lent on.
    public func nameDeputy(_ deputy: ID<StaffMember>, of staff: ID<StaffMember>, from: Day, through until: Day, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let unit = by.member.unit
        guard deputy != staff else { throw Problem.invalid([FieldProblem("deputy", "代理人不能是本人")]) }
        // Whoever is deciding in his own or another's right ends first.
        if sharesWriting { try run("SELECT 1 FROM staff WHERE id IN \([deputy, staff].sorted()) FOR NO KEY UPDATE") }
        let (absent, other) = (try staffRecord(staff, of: unit), try staffRecord(deputy, of: unit))
        guard other.isEnabled else { throw Problem.invalid([FieldProblem("deputy", "\(other.name)已停用，不能代理")]) }
        guard until >= by.now.day else { throw Problem.invalid([FieldProblem("until", "代理截止不能早于今天")]) }
        if let denial = by.member.denial(ofLending: absent.member(of: unit), to: other.member(of: unit)) { throw Problem(denial) }
        guard absent.member(of: unit).opensDossiers else { throw Problem.refused("\(absent.name)没有初审、复审或受理权限，不需要代理。") }
        let overlapping = try deputies(of: staff, on: by.now.day).first { $0.from <= until && from <= $0.until }
        if let overlapping {
            throw Problem.invalid([FieldProblem("from", "\(overlapping.from) 至 \(overlapping.until) 已由 \(overlapping.deputyName) 代理，请先取消")])
        }
        try run("INSERT INTO deputies (id, staff_id, deputy_id, valid_from, valid_until) VALUES (\(newID() as ID<Deputy>), \(staff), \(deputy), \(from), \(until))")
        try record(.nameDeputy, staff.text, named: absent.name, from: [:], to: ["代理人": other.name, "代理起止": "\(from) 至 \(until)"], by: by)
    }

    /// Ends an absence, from the next request on.
    public func endDeputy(_ id: ID<Deputy>, of staff: ID<StaffMember>, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let absent = try staffRecord(staff, of: by.member.unit)
        guard let ended = try deputies(of: staff, on: by.now.day).first(where: { $0.id == id }) else { throw Problem.refused("该代理已取消或已到期。") }
        let deputy = try staffRecord(ended.deputy, of: by.member.unit)
        if let denial = by.member.denial(ofLending: absent.member(of: by.member.unit), to: deputy.member(of: by.member.unit)), denial != .otherLimits { throw Problem(denial) }
        if sharesWriting { try run("SELECT 1 FROM staff WHERE id = \(ended.deputy) FOR NO KEY UPDATE") }
        try run("UPDATE deputies SET ended_at = \(by.now) WHERE id = \(id) AND ended_at IS NULL")
        try record(
            .endDeputy, staff.text, named: absent.name, from: ["代理人": ended.deputyName, "代理起止": "\(ended.from) 至 \(ended.until)"], to: ["代理人": "无"], by: by)
    }
}
