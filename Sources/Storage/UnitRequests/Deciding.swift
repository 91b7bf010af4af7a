import Domain

extension Connection {
    /// 通过, 退回 or 不通过 of a request that waits for the administrator's unit, over the version that he saw.
    public func decide(_ id: ID<UnitRequest>, _ step: Approval.Step, opinion: String, over seen: Int, by administrator: Administrator) throws {
        if try unitRequest(id)?.kind == .superior { try holdTree() }
        let by = try held(administrator)
        guard by.member.permissions.contains(.subordinates) else { throw Problem(GrantDenial.lacks(.subordinates)) }
        guard let deciding = try unit(by.member.unit) else { throw Problem.notFound }
        let requester = Requester(by, of: deciding)
        if try taken(step, by: requester) != nil { return }
        // The unit that it is about before the request, as whoever asks holds them.
        if sharesWriting, let subject = try unitRequest(id)?.unit { try run("SELECT 1 FROM units WHERE id = \(subject) FOR NO KEY UPDATE") }
        try hold(id)
        let request = try unitRequest(id, for: by.member)
        guard request.superior == deciding.id else { throw Problem.notAllowed("该申请由“\(request.superiorName)”审核。") }
        guard step.isDecision else { throw Problem.malformed }
        guard request.version == seen else { throw try changedMeanwhile(request) }
        if request.person == by.member.person { throw Problem.notAllowed("这是您本人提交的申请，请由本单位其他工作人员审核。") }
        if step.demandsOpinion, opinion.trimmed.isEmpty { throw Problem.invalid([FieldProblem("opinion", "请填写\(step.title)的意见")]) }
        guard step == .pass else {
            let told = request.toAsker("“\(request.unitName)”的\(request.kind.title)申请被\(deciding.name)\(step.title)：\(opinion.trimmed)", from: deciding)
            try settle(request, step, unit: request.unit, opinion: opinion, notices: [told], by: requester)
            return try record(
                step == .fail ? .failRequest : .giveBackRequest, id.text, named: request.unitName, from: [:], to: ["申请": request.kind.title, "意见": opinion.trimmed], by: by)
        }
        switch request.kind {
        case .registration: try passRegistration(request, opinion, deciding, requester, by)
        case .superior: try passSuperior(request, opinion, deciding, requester, by)
        case .correction: try passCorrection(request, opinion, deciding, requester, by)
        }
    }

    /// Changes of who is below whom come one after the other, so that no two of them together make a circle.
    private func holdTree() throws {
        if sharesWriting { try run("SELECT 1 FROM units WHERE superior_id IS NULL ORDER BY id FOR NO KEY UPDATE") }
    }

    /// The unit is there, with whoever registered it as its super administrator (M5).
    private func passRegistration(_ request: UnitRequest, _ opinion: String, _ deciding: WorkUnit, _ requester: Requester, _ by: Administrator) throws {
        if let known = try unit(request.creditCode) { throw Problem.refused("统一社会信用代码 \(request.creditCode) 已有单位“\(known.name)”，不能再注册。") }
        guard
            let unit = WorkUnit(
                id: newID(), name: request.unitName, creditCode: request.creditCode, superior: deciding.id, values: request.values, enabled: true)
        else { throw Problem.refused("申请所填的单位信息不完整，请退回修改。") }
        try insert(unit, at: by.now)
        try run("UPDATE units SET details = \(try JSON.text(WorkUnit.details(in: request.values))) WHERE id = \(unit.id)")
        // Whoever asked is signed in already; another account of his binds when he next signs in with it.
        let account = try first(
            """
            SELECT a.id FROM unit_requests q JOIN accounts a ON a.id = q.account_id WHERE q.id = \(request.id) AND a.person_id = \(request.person)
                AND a.credit_code = \(request.creditCode) AND NOT EXISTS (SELECT 1 FROM staff s WHERE s.account_id = a.id)
            """
        ) { try $0.id() as ID<Account> }
        try run(
            """
            INSERT INTO staff (id, unit_id, person_id, super_administrator, enabled, created_at, entered_name, account_id, bound_at)
            VALUES (\(newID() as ID<StaffMember>), \(unit.id), \(request.person), 1, 1, \(by.now), \(request.personName), \(account), \(account == nil ? nil : by.now))
            """)
        let told = "“\(request.unitName)”的单位注册申请已由\(deciding.name)审核通过，申报、经办功能已开放。"
        try settle(
            request, .pass, unit: unit.id, opinion: opinion,
            notices: [.init(person: nil, unit: unit.id, sender: deciding.name, body: told), .init(person: request.person, unit: nil, sender: deciding.name, body: told)],
            by: requester)
        try record(.passRegistration, unit.id.text, named: unit.name, from: [:], to: try facts(of: unit).merging(["超级管理员": request.personName]) { $1 }, by: by)
    }

    private func passSuperior(_ request: UnitRequest, _ opinion: String, _ deciding: WorkUnit, _ requester: Requester, _ by: Administrator) throws {
        let unit = try subject(of: request)
        let old = try unit.superior.flatMap { try self.unit($0) }
        try demandNoCycle(unit, below: deciding)
        let above = try path(from: unit.id).dropFirst()
        try run("UPDATE units SET superior_id = \(deciding.id), version = version + 1 WHERE id = \(unit.id)")
        try moveTalentCounts(of: unit.id, from: above.map(\.id), to: path(from: deciding.id).map(\.id))
        var notices = [request.toAsker("本单位的上级单位已变更为“\(deciding.name)”，申报、经办功能已开放。", from: deciding)]
        if let old { notices.append(.init(person: nil, unit: old.id, sender: deciding.name, body: "“\(unit.name)”的上级单位已变更为“\(deciding.name)”，不再是本单位的下级单位。")) }
        try settle(request, .pass, unit: unit.id, opinion: opinion, notices: notices, by: requester)
        try record(.passSuperior, unit.id.text, named: unit.name, from: ["上级单位名称": old?.name ?? ""], to: ["上级单位名称": deciding.name], by: by)
    }

    private func passCorrection(_ request: UnitRequest, _ opinion: String, _ deciding: WorkUnit, _ requester: Requester, _ by: Administrator) throws {
        let unit = try subject(of: request)
        guard unit.superior == deciding.id else { throw Problem.refused("该单位的上级单位已变更，请退回，由其向现在的上级单位重新提交。") }
        let (name, code) = (request.values["name"] ?? unit.name, CreditCode(stored: request.values["creditCode"] ?? unit.creditCode.text))
        if code != unit.creditCode, let other = try self.unit(code) { throw Problem.refused("统一社会信用代码 \(code) 已有单位“\(other.name)”，不能更正。") }
        try run("UPDATE units SET name = \(name), credit_code = \(code), version = version + 1 WHERE id = \(unit.id)")
        // Accounts are of the old code: whoever signs in with the new one is bound again.
        if code != unit.creditCode {
            try run(
                """
                UPDATE staff SET entered_name = (SELECT p.name FROM persons p WHERE p.id = staff.person_id), account_id = NULL, bound_at = NULL, version = version + 1
                WHERE unit_id = \(unit.id) AND account_id IS NOT NULL
                """)
        }
        var notices = [request.toAsker("本单位的更正申请已由\(deciding.name)审核通过：\(name)（\(code)）。", from: deciding)]
        // It is announced to the title authority.
        if let authority = try path(from: deciding.id).last, authority.id != deciding.id {
            notices.append(.init(person: nil, unit: authority.id, sender: deciding.name, body: "“\(unit.name)”（\(unit.creditCode)）已更正为“\(name)”（\(code)）。"))
        }
        try settle(request, .pass, unit: unit.id, opinion: opinion, notices: notices, by: requester)
        let (before, after) = (["单位名称": unit.name, "统一社会信用代码": unit.creditCode.text], ["单位名称": name, "统一社会信用代码": code.text])
        try record(.passCorrection, unit.id.text, named: name, from: before, to: after, by: by)
    }

    private func subject(of request: UnitRequest) throws -> WorkUnit {
        guard let id = request.unit, let unit = try unit(id) else { throw Problem.notFound }
        return unit
    }
}

extension UnitRequest {
    /// A notice to the unit that asked, or to whoever asked for one that is not there yet.
    fileprivate func toAsker(_ body: String, from deciding: WorkUnit) -> Consequences.Notice {
        unit == nil ? .init(person: person, unit: nil, sender: deciding.name, body: body) : .init(person: nil, unit: unit, sender: deciding.name, body: body)
    }
}

extension Connection {
    /// 基本信息维护: the unit's own change of what is not locked (M7), over the version that was seen.
    public func changeOwnUnit(to values: [String: String], over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        guard by.member.permissions.contains(.unit) else { throw Problem(GrantDenial.lacks(.unit)) }
        if try changed(by: by) != nil { return }
        guard let old = try unit(by.member.unit),
            let new = WorkUnit(id: old.id, name: old.name, creditCode: old.creditCode, superior: old.superior, values: values, enabled: old.enabled)
        else { throw Problem.malformed }
        let before = try facts(of: old).merging(detailFacts(try details(of: old.id))) { $1 }
        let details = WorkUnit.details(in: values)
        try change(new, "details = \(try JSON.text(details))", over: seen, by)
        try record(.changeOwnUnit, old.id.text, named: old.name, from: before, to: try facts(of: new).merging(detailFacts(details)) { $1 }, by: by)
    }

    private func detailFacts(_ details: [String: String]) throws -> [String: String] {
        let reference = try ReferenceTables.reference(self)
        return Dictionary(uniqueKeysWithValues: WorkUnit.detailFields.map { ($0.label, $0.show(details[$0.key] ?? "", in: reference)) })
    }
}
