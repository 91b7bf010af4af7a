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

    public var sentence: String {
        switch self {
        case .onlyApplicant: "此操作只能由申报人本人办理。"
        case .onlyUnit: "材料不在本单位办理环节，本单位不能操作。"
        case .lacks(let permission): "您没有“\(permission.title)”权限，请联系本单位超级管理员。"
        case .ownDossier: "这是您本人的申报材料，不能由本人审核，请由本单位其他工作人员办理。"
        case .sameReviewer: "初审由您办理，复审须由另一位工作人员办理。"
        case .onlyFirstReviewer: "只有办理初审的工作人员本人可以收回初审。"
        case .onlySuperior: "移交由上级单位办理。"
        }
    }
}

extension Actor {
    /// The one rule for decisions: nil when this actor may take the step, as far as persons and permissions go.
    /// Whether the workflow takes it now is `Journey.accepts`; offered is what both allow.
    public func denial(of step: StepName, on dossier: Dossier) -> Denial? {
        switch step {
        case .submit, .recall, .resubmit, .abandon:
            guard case .applicant(dossier.applicant) = self else { return .onlyApplicant }
            return nil
        case .pass, .giveBack, .fail: return denialOfDecision(on: dossier)
        case .takeBack:
            guard case .staff(let member) = self, case .unit(let unit, _) = dossier.journey.holder, member.unit == unit,
                member.person == dossier.firstReviewer
            else { return .onlyFirstReviewer }
            return member.permissions.contains(.firstReview) ? nil : .lacks(.firstReview)
        case .withdraw:
            guard let back = dossier.journey.withdrawable else { return nil }
            return denial(unit: back.unit, permission: back.permission, on: dossier)
        case .extend, .reopen:
            guard let stop = dossier.journey.stage.stop else { return denial(unit: dossier.journey.chain.acceptanceUnit, permission: .accept, on: dossier) }
            let unit = dossier.journey.chain.stops[stop].actingUnit
            if case .staff(let member) = self, member.unit == unit, member.permissions.contains(.secondReview) {
                return member.person == dossier.applicant ? .ownDossier : nil
            }
            return denial(unit: unit, permission: .firstReview, on: dossier)
        case .handOver:
            guard case .staff(let member) = self, member.isSuperAdministrator else { return .onlySuperior }
            return member.person == dossier.applicant ? .ownDossier : nil
        case .accept, .requestCorrection, .refuse, .conclude:
            return denial(unit: dossier.journey.chain.acceptanceUnit, permission: .accept, on: dossier)
        }
    }

    private func denialOfDecision(on dossier: Dossier) -> Denial? {
        guard case .unit(let unit, let permission) = dossier.journey.holder else { return nil }
        if let denial = denial(unit: unit, permission: permission, on: dossier) { return denial }
        if permission == .secondReview, person == dossier.firstReviewer, !dossier.singleClerk { return .sameReviewer }
        return nil
    }

    private func denial(unit: ID<WorkUnit>, permission: Permission, on dossier: Dossier) -> Denial? {
        guard case .staff(let member) = self, member.unit == unit else { return .onlyUnit(unit) }
        if member.person == dossier.applicant { return .ownDossier }
        return member.permissions.contains(permission) ? nil : .lacks(permission)
    }
}
