import Domain

/// What a unit decides on a request.
public struct PersonRequestDecision: Sendable {
    public let step: Approval.Step
    public let opinion: String
    /// Of the pass that ends an entrustment: its letter, by the keys of `Entrustment.letterFields`.
    public var letter: [String: String] = [:]
    public var files: [Attachment] = []

    public init(_ step: Approval.Step, opinion: String, letter: [String: String] = [:], files: [Attachment] = []) {
        self.step = step
        self.opinion = opinion.trimmed
        self.letter = letter
        self.files = files
    }
}

extension Connection {
    /// 通过, 退回 or 不通过 of a request that waits for the member's unit, over the version that he saw (M18, M19).
    public func decide(_ id: ID<PersonRequest>, _ decision: PersonRequestDecision, over seen: Int, by member: StaffMember, key: String, at now: Instant) throws {
        // A profile that comes into force is counted with every unit above its own, and none of them moves meanwhile.
        if sharesWriting, decision.step == .pass, let asked = try personRequest(id), asked.kind == .profile, asked.isAtLastStop {
            try run("SELECT 1 FROM units WHERE superior_id IS NULL ORDER BY id FOR SHARE")
        }
        let member = try held(member, at: now)
        guard let unit = try unit(member.unit) else { throw Problem.notFound }
        let requester = Requester(account: nil, person: member.person, personName: member.name, unit: unit, key: key, now: now)
        try hold(id)
        if try takenOnPersonRequest(decision.step, by: requester) != nil { return }
        let request = try personRequest(id, for: .staff(member))
        guard decision.step.isDecision else { throw Problem.malformed }
        guard request.version == seen else { throw try changedMeanwhile(request) }
        if let denial = request.denial(of: member) { throw Problem(denial) }
        if decision.step.demandsOpinion, decision.opinion.isEmpty { throw Problem.invalid([FieldProblem("opinion", "请填写\(decision.step.title)的意见")]) }
        if decision.step == .pass, !request.isAtLastStop { try demandAble(request.path[request.passage.stop + 1]) }
        let isLetter = request.kind == .entrustment && request.isAtLastStop && decision.step == .pass
        guard isLetter || decision.letter.isEmpty && decision.files.isEmpty else { throw Problem.malformed }
        if isLetter, decision.files.isEmpty || Entrustment.letterFields.contains(where: { decision.letter[$0.key]?.isEmpty != false }) { throw Problem.malformed }
        let entry = PersonRequestEntry(
            step: decision.step, unit: request.unit, unitName: request.unitName, values: decision.letter, files: decision.files, opinion: decision.opinion,
            notices: try notices(of: decision, on: request, by: unit))
        let passage = try settle(request, entry, by: requester)
        if request.kind == .profile, passage.state == .passed { try comeIntoForce(request, at: now) }
    }

    /// The unit that goes on is there, and stays so until this transaction ends. Where it was disabled since the request was submitted, the way is found anew.
    private func demandAble(_ next: ID<WorkUnit>) throws {
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(next) FOR SHARE") }
        guard let unit = try unit(next), !unit.enabled else { return }
        throw Problem.refused("下一审核单位“\(unit.name)”已停用。请退回，由申请人重新提交，审核流程按现在的单位重新确定。")
    }

    /// What a decision tells the person, and of what goes back to him the units that have passed it, his own at least.
    private func notices(of decision: PersonRequestDecision, on request: PersonRequest, by unit: WorkUnit) throws -> [Consequences.Notice] {
        func toPerson(_ body: String) -> Consequences.Notice { .init(person: request.person, unit: nil, sender: unit.name, body: body) }
        let title = request.kind.title
        switch decision.step {
        case .submit, .cancel: return []
        case .pass:
            guard request.isAtLastStop else {
                let next = try self.unit(request.path[request.passage.stop + 1])?.name ?? ""
                return [toPerson("您的\(title)已由“\(unit.name)”审核通过，现待“\(next)”审核。")]
            }
            switch request.kind {
            case .profile: return [toPerson("您的专技人才档案已由“\(unit.name)”审核通过，开始使用。")]
            case .entrustment:
                let letter = "委托函 \(decision.letter["letterNumber"] ?? "")"
                let own: [Consequences.Notice] =
                    request.unit == unit.id ? [] : [.init(person: nil, unit: request.unit, sender: unit.name, body: "\(request.personName)的委托申请已审核通过，并出具\(letter)。")]
                return [toPerson("您的委托申请已由“\(unit.name)”审核通过，并出具\(letter)。")] + own
            }
        case .giveBack, .fail:
            let result = decision.step == .fail ? "审核不通过，此条审核终止" : "退回"
            let below = Set(request.path[..<request.passage.stop]).subtracting([unit.id]).sorted()
            return [toPerson("您的\(title)被“\(unit.name)”\(result)：\(decision.opinion)")]
                + below.map { .init(person: nil, unit: $0, sender: unit.name, body: "\(request.personName)的\(title)被\(result)：\(decision.opinion)") }
        }
    }

    /// Sets how far up profiles are reviewed below the administrator's unit (D15).
    public func setProfileReach(_ reach: TalentProfile.Reach, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        guard by.member.permissions.contains(.profiles) else { throw Problem(GrantDenial.lacks(.profiles)) }
        guard by.member.limits == .none else { throw Problem(GrantDenial.beyondLimits) }
        guard let unit = try unit(by.member.unit), unit.superior == nil else { throw Problem.notAllowed("审核层级由职称授权管理单位设定。") }
        let old = try profileReach(of: unit.id)
        guard old != reach else { return }
        try run("UPDATE units SET profile_reach = \(reach.rawValue), version = version + 1 WHERE id = \(unit.id)")
        try record(.setProfileReach, unit.id.text, named: unit.name, from: ["专技人才档案审核至": old.title], to: ["专技人才档案审核至": reach.title], by: by)
    }
}
