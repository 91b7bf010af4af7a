import Domain

extension Connection {
    /// 自行注册 (M3): asks for a unit that is not known here to be registered below a superior. One asks at a time; whoever comes second is told who has.
    /// `seen`: the version of the request given back that is mended, 0 for a new one.
    public func register(_ form: UnitRequestForm, over seen: Int, by requester: Requester) throws -> ID<UnitRequest> {
        if let done = try taken(.submit, by: requester) { return done }
        if let known = try unit(form.creditCode) {
            throw Problem.refused("统一社会信用代码 \(form.creditCode) 已有单位“\(known.name)”，请联系该单位超级管理员，在工作人员管理中添加您。")
        }
        let old = try heldOpen(latestRequest(.registration, under: form.creditCode))
        if let old {
            guard old.person == requester.person else {
                throw Problem.refused("“\(old.unitName)”已由 \(old.personName) 于 \(old.submittedAt.text) 提交注册申请，现为“\(old.state.title)”，不能再次提交。")
            }
            guard old.state == .returned, old.version == seen else { throw Problem.refused(old.whereabouts) }
        }
        let superior = try demandSuperior(form.superior)
        return try submit(
            form, of: nil, over: old, notices: [.init(person: nil, unit: superior.id, sender: form.unitName, body: "“\(form.unitName)”提交单位注册申请，请审核。")], by: requester)
    }

    /// 变更上级单位 (D12): asks the new superior. Until it is decided the unit's work on dossiers rests.
    public func askForSuperior(_ superior: ID<WorkUnit>, reason: [String: String], files: [Attachment], over seen: Int, by administrator: Administrator) throws -> ID<UnitRequest> {
        let (requester, unit) = try asking(administrator)
        if let done = try taken(.submit, by: requester) { return done }
        guard let present = unit.superior else { throw Problem.refused("本单位是职称授权管理单位，没有上级单位。") }
        if superior == present { throw Problem.invalid([FieldProblem("superior", "所选单位就是现在的上级单位")]) }
        let old = try demandNone(.superior, of: unit, over: seen)
        let new = try demandSuperior(superior)
        try demandNoCycle(unit, below: new)
        let form = UnitRequestForm(.superior, of: unit.creditCode, named: unit.name, to: superior, values: reason, files: files)
        return try submit(
            form, of: unit.id, over: old,
            notices: [
                .init(person: nil, unit: new.id, sender: unit.name, body: "“\(unit.name)”申请变更上级单位为本单位，请审核。"),
                .init(person: nil, unit: present, sender: unit.name, body: "“\(unit.name)”申请变更上级单位为“\(new.name)”，由该单位审核。"),
            ], by: requester)
    }

    /// 更正: asks the superior to correct the locked fields (M7).
    public func askForCorrection(_ values: [String: String], files: [Attachment], over seen: Int, by administrator: Administrator) throws -> ID<UnitRequest> {
        let (requester, unit) = try asking(administrator)
        if let done = try taken(.submit, by: requester) { return done }
        guard let above = unit.superior else { throw Problem.refused("本单位没有上级单位，单位名称和统一社会信用代码由系统管理员更正。") }
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(above) FOR SHARE") }
        guard let superior = try self.unit(above), superior.enabled else { throw Problem.refused("上级单位已停用，请先申请变更上级单位。") }
        if values["name"] == unit.name, values["creditCode"] == unit.creditCode.text { throw Problem.invalid([FieldProblem("name", "与现在登记的相同，没有要更正的内容")]) }
        if let code = values["creditCode"], code != unit.creditCode.text, let other = try self.unit(CreditCode(stored: code)) {
            throw Problem.invalid([FieldProblem("creditCode", "该统一社会信用代码已有单位“\(other.name)”")])
        }
        let old = try demandNone(.correction, of: unit, over: seen)
        let form = UnitRequestForm(.correction, of: unit.creditCode, named: unit.name, to: superior.id, values: values, files: files)
        return try submit(
            form, of: unit.id, over: old,
            notices: [.init(person: nil, unit: superior.id, sender: unit.name, body: "“\(unit.name)”申请更正单位名称、统一社会信用代码，请审核。")], by: requester)
    }

    /// Takes back a request of the administrator's unit.
    public func cancel(_ id: ID<UnitRequest>, over seen: Int, by administrator: Administrator) throws {
        let (requester, unit) = try asking(administrator)
        if try taken(.cancel, by: requester) != nil { return }
        try hold(id)
        guard let request = try unitRequest(id), request.unit == unit.id else { throw Problem.notFound }
        try cancel(request, over: seen, by: requester)
    }

    /// Takes back a registration: whoever acts for the same legal person may.
    public func cancelRegistration(_ id: ID<UnitRequest>, under code: String, over seen: Int, by requester: Requester) throws {
        if try taken(.cancel, by: requester) != nil { return }
        try hold(id)
        try cancel(try unitRequest(id, under: code), over: seen, by: requester)
    }

    private func cancel(_ request: UnitRequest, over seen: Int, by requester: Requester) throws {
        guard request.version == seen else { throw try changedMeanwhile(request) }
        try settle(
            request, .cancel, unit: request.unit, opinion: "",
            notices: [.init(person: nil, unit: request.superior, sender: request.unitName, body: "“\(request.unitName)”的\(request.kind.title)申请已由其取消。")], by: requester)
    }

    /// Tells whoever comes too late who has moved the request since he saw it.
    func changedMeanwhile(_ request: UnitRequest) throws -> Problem {
        guard let last = try steps(of: request.id).last else { return .notFound }
        return .changedMeanwhile(.init(by: [last.unitName, last.personName].filter { !$0.isEmpty }.joined(separator: " "), at: last.at, what: last.step.title, of: "该申请"))
    }

    private func asking(_ administrator: Administrator) throws -> (Requester, WorkUnit) {
        let by = try held(administrator)
        guard by.member.permissions.contains(.unit) else { throw Problem(GrantDenial.lacks(.unit)) }
        guard let unit = try unit(by.member.unit) else { throw Problem.notFound }
        return (Requester(by, of: unit), unit)
    }

    private func heldOpen(_ found: UnitRequest?) throws -> UnitRequest? {
        guard let found, found.state.isOpen else { return nil }
        try hold(found.id)
        guard let now = try unitRequest(found.id), now.state.isOpen else { return nil }
        return now
    }

    /// The request that was given back and is mended; nil for a new one. There is one of a kind at a time.
    private func demandNone(_ kind: UnitRequest.Kind, of unit: WorkUnit, over seen: Int) throws -> UnitRequest? {
        guard let old = try heldOpen(openRequest(kind, of: unit.id)) else { return nil }
        guard old.state == .returned else { throw Problem.refused("本单位已有\(kind.title)申请待“\(old.superiorName)”审核（\(old.submittedAt.text) 由 \(old.personName) 提交）。") }
        guard old.version == seen else { throw try changedMeanwhile(old) }
        return old
    }

    /// A unit that can be a superior, which stays so until this transaction ends.
    func demandSuperior(_ id: ID<WorkUnit>) throws -> WorkUnit {
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(id) FOR SHARE") }
        guard let unit = try unit(id), unit.enabled else { throw Problem.invalid([FieldProblem("superior", "所选上级单位不存在或已停用，请重新选择")]) }
        return unit
    }

    /// I-22: nobody stands above himself.
    func demandNoCycle(_ unit: WorkUnit, below superior: WorkUnit) throws {
        if try path(from: superior.id).contains(where: { $0.id == unit.id }) {
            throw Problem.invalid([FieldProblem("superior", "“\(superior.name)”是本单位或本单位的下级单位，不能作为上级单位")])
        }
    }
}

extension Requester {
    /// An administrator in the name of his unit.
    init(_ administrator: Administrator, of unit: WorkUnit) {
        self.init(
            account: nil, person: administrator.member.person, personName: administrator.member.name, unit: unit, key: administrator.key, now: administrator.now)
    }
}
