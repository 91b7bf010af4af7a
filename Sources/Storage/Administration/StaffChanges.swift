import Domain

extension Connection {
    /// Adds somebody to the staff of the administrator's unit (M5). A person who is known already stays as he is: name and phone are the identity
    /// platform's to say, not a unit's.
    public func addStaff(_ new: NewStaff, _ form: StaffForm, by administrator: Administrator) throws -> ID<StaffMember> {
        let by = try held(administrator)
        if let done = try changed(by: by).flatMap({ ID<StaffMember>($0) }) { return done }
        let roles = try roles(form.roles, of: by.member.unit)
        let person = try person(new.idNumber) ?? person(named: new.name, number: new.idNumber, phone: new.phone, orNew: newID(), at: by.now)
        if try count("SELECT COUNT(*) FROM staff WHERE unit_id = \(by.member.unit) AND person_id = \(person.id)") == 1 {
            throw Problem.invalid([FieldProblem("idNumber", "本单位工作人员中已有此证件号码")])
        }
        let id: ID<StaffMember> = newID()
        let stranger = StaffMember(id: id, person: person.id, name: new.name, unit: by.member.unit, granted: [], isSuperAdministrator: false)
        if let denial = by.member.denial(ofChanging: stranger, roles: [], to: roles) { throw Problem(denial) }
        if form.isSuperAdministrator, !by.member.isSuperAdministrator { throw Problem(GrantDenial.superAdministratorsOnly) }
        try check(form.limits, instead: .none, moving: roles, of: by.member)
        let from = form.validFrom ?? StaffRecord.noStart
        let until = form.validUntil ?? StaffRecord.noEnd
        try run(
            """
            INSERT INTO staff (id, unit_id, person_id, super_administrator, enabled, created_at, entered_name, department, valid_from, valid_until)
            VALUES (\(id), \(by.member.unit), \(person.id), \(form.isSuperAdministrator), 1, \(by.now), \(new.name), \(form.department), \(from), \(until))
            """)
        for role in roles { try run("INSERT INTO staff_roles (staff_id, role_id) VALUES (\(id), \(role.id))") }
        try limit(id, to: form.limits)
        let facts = try facts(of: try staffRecord(id, of: by.member.unit))
        try record(.addStaff, id.text, named: new.name, from: [:], to: facts.merging(["证件号码": new.idNumber.masked]) { $1 }, by: by)
        return id
    }

    /// Changes roles, department, authorization and super administration of a staff member, over the version that was seen.
    public func changeStaff(_ id: ID<StaffMember>, to form: StaffForm, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let old = try staffRecord(id, of: by.member.unit)
        let roles = try roles(form.roles, of: by.member.unit)
        if let denial = by.member.denial(ofChanging: old.member(of: by.member.unit), roles: old.roles, to: roles) { throw Problem(denial) }
        if form.isSuperAdministrator != old.isSuperAdministrator, !by.member.isSuperAdministrator { throw Problem(GrantDenial.superAdministratorsOnly) }
        try check(form.limits, instead: old.limits, moving: roles.symmetricDifference(old.roles), of: by.member)
        let from = form.validFrom ?? StaffRecord.noStart
        let until = form.validUntil ?? StaffRecord.noEnd
        // Days give and take rights as well as 停用 and 启用 do.
        if from != old.validFrom || until != old.validUntil, let denial = by.member.denial(ofSuspending: old.member(of: by.member.unit)) { throw Problem(denial) }
        guard old.version == seen else { throw try changedMeanwhile(id.text) }
        if old.isSuperAdministrator, !form.isSuperAdministrator || from > by.now.day || until < StaffRecord.noEnd { try demandAnotherSuperAdministrator(than: id, by) }
        try change(
            id, over: seen, "super_administrator = \(form.isSuperAdministrator), department = \(form.department), valid_from = \(from), valid_until = \(until)", by)
        // What the unit has typed counts until the first sign-in.
        if !old.isBound, let name = form.enteredName { try run("UPDATE staff SET entered_name = \(name) WHERE id = \(id)") }
        try run("DELETE FROM staff_roles WHERE staff_id = \(id)")
        for role in roles { try run("INSERT INTO staff_roles (staff_id, role_id) VALUES (\(id), \(role.id))") }
        let before = try facts(of: old)
        try limit(id, to: form.limits)
        let new = try staffRecord(id, of: by.member.unit)
        try record(.changeStaff, id.text, named: new.name, from: before, to: try facts(of: new), by: by)
    }

    /// Stops a staff member, or lets him go on: from his next request.
    public func enableStaff(_ id: ID<StaffMember>, _ enabled: Bool, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let old = try staffRecord(id, of: by.member.unit)
        if let denial = by.member.denial(ofSuspending: old.member(of: by.member.unit)) { throw Problem(denial) }
        guard old.version == seen else { throw try changedMeanwhile(id.text) }
        guard old.isEnabled != enabled else { throw Problem.refused(enabled ? "该工作人员未停用。" : "该工作人员已停用。") }
        if !enabled, old.isSuperAdministrator { try demandAnotherSuperAdministrator(than: id, by) }
        try change(id, over: seen, "enabled = \(enabled)", by)
        try record(enabled ? .enableStaff : .disableStaff, id.text, named: old.name, from: ["状态": enabled ? "停用" : "在用"], to: ["状态": enabled ? "在用" : "停用"], by: by)
    }

    /// Unties the account of the identity platform (D23): the next sign-in with the same credit code and ID number binds again. Whoever is signed
    /// in with the old one is signed out.
    public func resetBinding(of id: ID<StaffMember>, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let old = try staffRecord(id, of: by.member.unit)
        if let denial = by.member.denial(ofSuspending: old.member(of: by.member.unit)) { throw Problem(denial) }
        guard old.version == seen else { throw try changedMeanwhile(id.text) }
        guard old.isBound else { throw Problem.refused("该工作人员尚未登录，没有绑定账号。") }
        try run("DELETE FROM sessions WHERE account_id = (SELECT account_id FROM staff WHERE id = \(id))")
        try change(id, over: seen, "account_id = NULL, bound_at = NULL, entered_name = \(old.name)", by)
        try record(.resetBinding, id.text, named: old.name, from: ["账号": "已绑定"], to: ["账号": "未绑定"], by: by)
    }

    /// The roles of these ids; one that is not the unit's is no role of this form.
    private func roles(_ ids: Set<ID<Role>>, of unit: ID<WorkUnit>) throws -> Set<Role> {
        let roles = Set(try roles(of: unit).map(\.role).filter { ids.contains($0.id) })
        guard roles.count == ids.count else { throw Problem.invalid([FieldProblem("roles", "所选角色已被删除，请重新选择")]) }
        return roles
    }

    private func change(_ id: ID<StaffMember>, over seen: Int, _ assignments: SQL, _ by: Administrator) throws {
        guard try run("UPDATE staff SET \(assignments), version = version + 1 WHERE id = \(id) AND version = \(seen)") == 1 else {
            throw try changedMeanwhile(id.text)
        }
    }

    /// A unit is never without a super administrator who may act, now and later (I-22).
    private func demandAnotherSuperAdministrator(than id: ID<StaffMember>, _ by: Administrator) throws {
        let others = try count(
            """
            SELECT COUNT(*) FROM staff WHERE unit_id = \(by.member.unit) AND id <> \(id) AND super_administrator = 1 AND enabled = 1
                AND valid_from <= \(by.now.day) AND valid_until = \(StaffRecord.noEnd)
            """)
        guard others > 0 else { throw Problem.refused(GrantDenial.lastSuperAdministrator.sentence) }
    }
}

extension Connection {
    private func check(_ limits: StaffMember.Limits, instead old: StaffMember.Limits, moving roles: Set<Role>, of member: StaffMember) throws {
        let moved = roles.reduce(into: Set<Permission>()) { $0.formUnion($1.permissions) }
        if let denial = member.denial(ofLimiting: old, to: limits, moving: moved) { throw Problem(denial) }
        guard !limits.units.isEmpty else { return }
        let known = Set(try rows("SELECT id FROM units WHERE id = \(member.unit) OR superior_id = \(member.unit)") { try $0.id() as ID<WorkUnit> })
        guard limits.units.isSubset(of: known.union(old.units)) else { throw Problem.invalid([FieldProblem("limits", "办理范围中有不是本单位直接下级的单位，请重新选择")]) }
    }

    /// As the record tells it, from what to what.
    private func facts(of record: StaffRecord) throws -> [String: String] {
        let units = try units(record.limits.units).values.map(\.name).sorted()
        let days = [record.validFrom == StaffRecord.noStart ? "不限" : record.validFrom.description, record.validUntil == StaffRecord.noEnd ? "不限" : record.validUntil.description]
        return [
            "姓名": record.name, "角色": record.roles.map(\.name).sorted().joined(separator: "、"), "部门": record.department,
            "超级管理员": record.isSuperAdministrator ? "是" : "否", "授权起止": days.joined(separator: " 至 "),
            "办理系列": record.limits.series.isEmpty ? "不限" : record.limits.series.sorted().joined(separator: "、"),
            "办理单位": record.limits.units.isEmpty ? "不限" : units.joined(separator: "、"),
        ]
    }
}
