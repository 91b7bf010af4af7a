/// What somebody who administers may not do: nobody gives or takes away what he does not hold himself, and nobody changes his own rights.
public enum GrantDenial: Error, Sendable, Hashable {
    case lacks(Permission)
    /// Permissions that are to be given or taken away and that he does not hold.
    case beyondOwn([Permission])
    case ownRights
    case superAdministratorsOnly
    case lastSuperAdministrator
    /// Dossiers that he does not deal with himself.
    case beyondLimits
    case otherLimits

    public var sentence: String {
        switch self {
        case .lacks(let permission): "您没有“\(permission.title)”权限，请联系本单位超级管理员。"
        case .beyondOwn(let permissions): "只能赋予或取消自己具有的权限；您没有：\(permissions.map(\.title).joined(separator: "、"))。"
        case .ownRights: "不能修改本人的角色、授权期限和账号状态，请由本单位其他管理人员办理。"
        case .superAdministratorsOnly: "超级管理员的账号只能由超级管理员修改。"
        case .beyondLimits: "您的办理范围受限制，只能指定不超出自己范围的办理范围。"
        case .otherLimits: "代理人的办理范围须与被代理人相同。"
        case .lastSuperAdministrator: "这是本单位最后一位在用的超级管理员，不能取消、停用或限定期限；请先设定另一位超级管理员。"
        }
    }
}

extension StaffMember {
    /// nil when this member may make a role allow `after` instead of `before`; `isHeld`: he has this role himself.
    public func denial(ofChangingRole before: Set<Permission>, to after: Set<Permission>, isHeld: Bool) -> GrantDenial? {
        guard ownPermissions.contains(.roles) else { return .lacks(.roles) }
        if isHeld, before != after, !isSuperAdministrator { return .ownRights }
        // Whoever has the role may deal with more dossiers than this member does.
        if limits != .none, !before.isEmpty, !before.symmetricDifference(after).isDisjoint(with: Permission.limited) { return .beyondLimits }
        return denial(ofMoving: before.union(after))
    }

    /// nil when this member may give another the roles `after` instead of `before`, whatever else of him is changed.
    public func denial(ofChanging other: StaffMember, roles before: Set<Role>, to after: Set<Role>) -> GrantDenial? {
        guard ownPermissions.contains(.staff) else { return .lacks(.staff) }
        if other.person == person { return .ownRights }
        if other.isSuperAdministrator, !isSuperAdministrator { return .superAdministratorsOnly }
        return denial(ofMoving: before.symmetricDifference(after).reduce(into: []) { $0.formUnion($1.permissions) })
    }

    /// nil when this member may stop another, let him go on, or untie his account: what he holds is thereby moved.
    public func denial(ofSuspending other: StaffMember) -> GrantDenial? {
        guard ownPermissions.contains(.staff) else { return .lacks(.staff) }
        if other.person == person { return .ownRights }
        if other.isSuperAdministrator, !isSuperAdministrator { return .superAdministratorsOnly }
        return denial(ofMoving: other.ownPermissions)
    }

    /// nil when this member may set what dossiers another deals with, and give or take what opens them.
    public func denial(ofLimiting before: Limits, to after: Limits, moving moved: Set<Permission>) -> GrantDenial? {
        if before == after, moved.isDisjoint(with: Permission.limited) { return nil }
        return after.isWithin(limits) ? nil : .beyondLimits
    }

    /// nil when this member may name a deputy for somebody who is away: what is lent is moved, and is lent as it is.
    public func denial(ofLending rights: StaffMember, to deputy: StaffMember) -> GrantDenial? {
        guard ownPermissions.contains(.staff) else { return .lacks(.staff) }
        if deputy.person == person, !isSuperAdministrator { return .ownRights }
        if !deputy.isSuperAdministrator, deputy.limits != rights.limits { return .otherLimits }
        if !rights.limits.isWithin(limits) { return .beyondLimits }
        return denial(ofMoving: rights.ownPermissions.intersection(Permission.onDossiers))
    }

    private func denial(ofMoving moved: Set<Permission>) -> GrantDenial? {
        let beyond = Permission.allCases.filter { moved.contains($0) && !ownPermissions.contains($0) }
        return beyond.isEmpty ? nil : .beyondOwn(beyond)
    }
}
