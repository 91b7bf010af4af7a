/// Who asks to take a step on a dossier.
public enum Actor: Sendable, Hashable {
    case applicant(ID<Person>)
    case staff(StaffMember)

    public var person: ID<Person> {
        switch self {
        case .applicant(let person): person
        case .staff(let member): member.person
        }
    }
}

/// Why somebody may not take a step that the workflow would take.
public enum Denial: Error, Sendable, Hashable {
    case onlyApplicant
    case onlyUnit(ID<WorkUnit>)
    case lacks(Permission)
    case ownDossier
    case sameReviewer
    case onlyFirstReviewer
    case onlySuperior
    case unitAwaitsSuperior
    case absentsDossier
    case recused
    case ownRequest

    public var sentence: String {
        switch self {
        case .onlyApplicant: "此操作只能由申报人本人办理。"
        case .onlyUnit: "材料不在本单位办理环节，本单位不能操作。"
        case .lacks(let permission): "您没有“\(permission.title)”权限，请联系本单位超级管理员。"
        case .ownDossier: "这是您本人的申报材料，不能由本人审核，请由本单位其他工作人员办理。"
        case .sameReviewer: "初审由您办理，复审须由另一位工作人员办理。"
        case .onlyFirstReviewer: "只有办理初审的工作人员本人可以收回初审。"
        case .onlySuperior: "移交由上级单位办理。"
        case .absentsDossier: "这是您所代理人员本人的申报材料，不能由其代理人审核，请由本单位其他工作人员办理。"
        case .ownRequest: "这是您本人提交的申请，请由本单位其他工作人员审核。"
        case .recused: "您已对该材料声明回避，不能再办理，请由本单位其他工作人员办理。"
        case .unitAwaitsSuperior: "本单位变更上级单位的申请待审核，审核通过或取消申请后开放经办功能。"
        }
    }
}

extension Actor {
    /// The one rule for decisions: nil when this actor may take the step, as far as persons and permissions go.
    /// Whether the workflow takes it now is `Journey.accepts`; offered is what both allow.
    public func denial(of step: StepName, on dossier: Dossier) -> Denial? {
        do throws(Denial) {
            _ = try ground(for: step, on: dossier)
            return nil
        } catch { return error }
    }

    /// The colleague in whose place this actor takes the step, where he has no right of his own to it.
    public func stoodInFor(_ step: StepName, on dossier: Dossier) -> StaffMember.Absent? {
        do throws(Denial) {
            guard case .staff(let member) = self, let permission = try ground(for: step, on: dossier), !member.ownPermissions.contains(permission) else { return nil }
            return member.absentees(for: permission, on: dossier).min { $0.name < $1.name }
        } catch { return nil }
    }

    /// The permission by which this actor may take the step; nil where it takes none.
    private func ground(for step: StepName, on dossier: Dossier) throws(Denial) -> Permission? {
        // D12; a deadline may still be extended, for it is the applicant who would suffer.
        if case .staff(let member) = self, member.unitAwaitsSuperior, step != .extend { throw .unitAwaitsSuperior }
        switch step {
        case .submit, .recall, .resubmit, .abandon:
            guard case .applicant(dossier.applicant) = self else { throw .onlyApplicant }
            return nil
        case .pass, .giveBack, .fail: return try groundOfDecision(on: dossier)
        case .takeBack:
            guard case .staff(let member) = self, case .unit(let unit, _) = dossier.journey.holder, member.unit == unit,
                member.person == dossier.firstReviewer
            else { throw .onlyFirstReviewer }
            return try demand(.firstReview, at: unit, on: dossier)
        case .withdraw:
            guard let back = dossier.journey.withdrawable else { return nil }
            return try demand(back.permission, at: back.unit, on: dossier)
        case .extend, .reopen, .recuse:
            guard let stop = dossier.journey.stage.stop else { return try demand(.accept, at: dossier.journey.chain.acceptanceUnit, on: dossier) }
            let unit = dossier.journey.chain.stops[stop].actingUnit
            guard case .staff(let member) = self else { throw .onlyUnit(unit) }
            // In his own right where he has one.
            let own = [Permission.secondReview, .firstReview].first(where: member.ownPermissions.contains)
            return try demand(own ?? (member.permissions.contains(.secondReview) ? .secondReview : .firstReview), at: unit, on: dossier)
        case .handOver:
            guard case .staff(let member) = self, member.isSuperAdministrator else { throw .onlySuperior }
            if member.person == dossier.applicant { throw .ownDossier }
            if dossier.recused.contains(member.person) { throw .recused }
            return nil
        case .accept, .requestCorrection, .refuse, .conclude: return try demand(.accept, at: dossier.journey.chain.acceptanceUnit, on: dossier)
        }
    }

    private func groundOfDecision(on dossier: Dossier) throws(Denial) -> Permission? {
        guard case .unit(let unit, let permission) = dossier.journey.holder else { return nil }
        let ground = try demand(permission, at: unit, on: dossier)
        if permission == .secondReview, person == dossier.firstReviewer, !dossier.singleClerk { throw .sameReviewer }
        return ground
    }

    private func demand(_ permission: Permission, at unit: ID<WorkUnit>, on dossier: Dossier) throws(Denial) -> Permission {
        guard case .staff(let member) = self, member.unit == unit else { throw .onlyUnit(unit) }
        if member.person == dossier.applicant { throw .ownDossier }
        if dossier.recused.contains(member.person) { throw .recused }
        guard member.permissions.contains(permission) else { throw .lacks(permission) }
        if !member.ownPermissions.contains(permission), member.absentees(for: permission, on: dossier).isEmpty {
            throw member.absent[permission]?.contains { $0.person != dossier.applicant } == true ? .sameReviewer : .absentsDossier
        }
        return permission
    }
}

extension StaffMember {
    /// In whose place he may use a permission on a dossier: never in that of its applicant, nor, for the second review, of whoever has done
    /// the first (D1, D11).
    fileprivate func absentees(for permission: Permission, on dossier: Dossier) -> [Absent] {
        (absent[permission] ?? []).filter { each in
            each.person != dossier.applicant && !dossier.recused.contains(each.person)
                && !(permission == .secondReview && each.person == dossier.firstReviewer && !dossier.singleClerk)
        }
    }
}
