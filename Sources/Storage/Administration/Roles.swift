import Domain

/// A role beside those who have it.
public struct HeldRole: Sendable, Hashable {
    public let role: Role
    /// Names of the staff members who have it, enabled or not.
    public let holders: [String]
}

/// A role as its form gives it.
public struct RoleForm: Sendable, Hashable {
    public let name: String
    public let permissions: Set<Permission>

    public static let mostCharacters = 20

    /// Throws `Problem.invalid` with all that is wrong with what was typed.
    public init(name: String, permissions: Set<Permission>) throws(Problem) {
        self.name = name.trimmed
        self.permissions = permissions
        var problems: [FieldProblem] = []
        if self.name.isEmpty { problems.append(FieldProblem("name", "请填写角色名称")) }
        if self.name.unicodeScalars.count > Self.mostCharacters { problems.append(FieldProblem("name", "角色名称不超过 \(Self.mostCharacters) 字")) }
        if self.name.unicodeScalars.contains(where: { [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory) }) {
            problems.append(FieldProblem("name", "角色名称含有不可见字符，请重新输入"))
        }
        if permissions.isEmpty { problems.append(FieldProblem("permissions", "请至少选择一项权限")) }
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    fileprivate var facts: [String: String] { ["名称": name, "权限": permissions.titles] }
}

extension Set<Permission> {
    fileprivate var titles: String { Permission.allCases.filter(contains).map(\.title).joined(separator: "、") }
}

extension Connection {
    /// The roles of a unit, with their holders, by name.
    public func roles(of unit: ID<WorkUnit>) throws -> [HeldRole] {
        let holders = try rows(
            """
            SELECT sr.role_id, \(StaffRecord.shownName) AS holder FROM staff_roles sr
            JOIN staff s ON s.id = sr.staff_id JOIN persons p ON p.id = s.person_id WHERE s.unit_id = \(unit) ORDER BY holder, s.id
            """
        ) { (role: try $0.text(), name: try $0.text()) }
        let names = Dictionary(grouping: holders, by: \.role).mapValues { $0.map(\.name) }
        return try bareRoles(where: "r.unit_id = \(unit)").map { HeldRole(role: $0, holders: names[$0.id.text] ?? []) }
    }

    /// A role of a unit; `Problem.notFound` for another's, and for one that is gone who has deleted it.
    public func role(_ id: ID<Role>, of unit: ID<WorkUnit>) throws -> Role {
        if let role = try bareRoles(where: "r.id = \(id) AND r.unit_id = \(unit)").first { return role }
        let deleted = try first(
            "SELECT subject_name, person_name, at FROM administration WHERE subject_id = \(id.text) AND unit_id = \(unit) AND act = \(AdministrativeAct.deleteRole)"
        ) { (name: try $0.text(), by: try $0.text(), at: try $0.instant()) }
        guard let deleted else { throw Problem.notFound }
        throw Problem.refused("角色“\(deleted.name)”已由 \(deleted.by) 于 \(deleted.at.text) 删除。")
    }

    private func bareRoles(where condition: SQL) throws -> [Role] {
        let granted = try rows("SELECT rp.role_id, rp.permission FROM role_permissions rp JOIN roles r ON r.id = rp.role_id WHERE \(condition)") {
            (role: try $0.text(), permission: try $0.name(Permission.self))
        }
        let permissions = Dictionary(grouping: granted, by: \.role).mapValues { Set($0.map(\.permission)) }
        return try rows("SELECT r.id, r.unit_id, r.name, r.version FROM roles r WHERE \(condition) ORDER BY r.name, r.id") {
            let id: ID<Role> = try $0.id()
            return Role(id: id, unit: try $0.id(), name: try $0.text(), permissions: permissions[id.text] ?? [], version: try $0.integer())
        }
    }

    /// Which roles a staff member has.
    public func roleIDs(of staff: ID<StaffMember>) throws -> Set<ID<Role>> {
        Set(try rows("SELECT role_id FROM staff_roles WHERE staff_id = \(staff)") { try $0.id() as ID<Role> })
    }

    /// Makes a role of the administrator's unit.
    public func addRole(_ form: RoleForm, by administrator: Administrator) throws -> ID<Role> {
        let by = try held(administrator)
        if let done = try changed(by: by).flatMap({ ID<Role>($0) }) { return done }
        if let denial = by.member.denial(ofChangingRole: [], to: form.permissions, isHeld: false) { throw Problem(denial) }
        try demandUnusedName(form.name, of: by.member.unit, but: nil)
        let id: ID<Role> = newID()
        try addRole(id, unit: by.member.unit, name: form.name, permissions: Permission.allCases.filter(form.permissions.contains))
        try record(.addRole, id.text, named: form.name, from: [:], to: form.facts, by: by)
        return id
    }

    /// Changes a role over the version that was seen; whoever has it has the new permissions with his next request.
    public func changeRole(_ id: ID<Role>, to form: RoleForm, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        let role = try role(id, of: by.member.unit)
        let isHeld = try roleIDs(of: by.member.id).contains(id)
        if let denial = by.member.denial(ofChangingRole: role.permissions, to: form.permissions, isHeld: isHeld) { throw Problem(denial) }
        guard role.version == seen else { throw try changedMeanwhile(id.text) }
        try demandUnusedName(form.name, of: by.member.unit, but: id)
        guard try run("UPDATE roles SET name = \(form.name), version = version + 1 WHERE id = \(id) AND version = \(seen)") == 1 else {
            throw try changedMeanwhile(id.text)
        }
        // Whoever is deciding by this role at the moment ends first: no decision follows the change by which its right was taken (I-24).
        if sharesWriting { try run("SELECT 1 FROM staff WHERE id IN (SELECT staff_id FROM staff_roles WHERE role_id = \(id)) FOR NO KEY UPDATE") }
        try run("DELETE FROM role_permissions WHERE role_id = \(id)")
        for permission in form.permissions { try run("INSERT INTO role_permissions (role_id, permission) VALUES (\(id), \(permission))") }
        let before = ["名称": role.name, "权限": role.permissions.titles]
        try record(.changeRole, id.text, named: form.name, from: before, to: form.facts, by: by)
    }

    /// Removes a role that nobody has; refused with the names of those who have it.
    public func deleteRole(_ id: ID<Role>, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        _ = try role(id, of: by.member.unit)
        guard let held = try roles(of: by.member.unit).first(where: { $0.role.id == id }) else { throw Problem.notFound }
        if let denial = by.member.denial(ofChangingRole: held.role.permissions, to: [], isHeld: false) { throw Problem(denial) }
        guard held.role.version == seen else { throw try changedMeanwhile(id.text) }
        guard held.holders.isEmpty else {
            throw Problem.refused("角色“\(held.role.name)”正由 \(held.holders.count) 人使用（\(held.holders.prefix(10).joined(separator: "、"))），请先取消他们的这一角色。")
        }
        try run("DELETE FROM role_permissions WHERE role_id = \(id)")
        try run("DELETE FROM roles WHERE id = \(id)")
        try record(.deleteRole, id.text, named: held.role.name, from: ["名称": held.role.name, "权限": held.role.permissions.titles], to: [:], by: by)
    }

    private func demandUnusedName(_ name: String, of unit: ID<WorkUnit>, but id: ID<Role>?) throws {
        let other = try first("SELECT id FROM roles WHERE unit_id = \(unit) AND name = \(name)") { try $0.id() as ID<Role> }
        if let other, other != id { throw Problem.invalid([FieldProblem("name", "本单位已有名为“\(name)”的角色")]) }
    }
}
