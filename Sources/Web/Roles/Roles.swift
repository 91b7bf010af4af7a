import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 角色管理: the roles of the unit (M5).
    @Sendable func roleList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        let (session, unit) = (context.session, context.unit)
        let isDone = request.uri.queryParameters["done"] == "1"
        let list = try await database.read { connection in
            RoleListPage(
                frame: try frame(for: session, connection, current: Path.roles), unit: unit, roles: try connection.roles(of: unit.id), isDone: isDone)
        }
        return page(list.html)
    }

    /// 新增角色: empty, or as a preset has it.
    @Sendable func newRole(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        let preset = request.uri.queryParameters["preset"].flatMap { name in Role.presets.first { $0.name == name } }
        return page(try await rolePage(nil, context, preset: preset))
    }

    @Sendable func addRole(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        let (form, token) = try await administrationForm(request, context)
        return try await saveRole(nil, context, form, token) { try $0.addRole(form.role(), by: Administrator(context.member, key: token.key, at: context.now)) }
    }

    @Sendable func role(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        return page(try await rolePage(try context.id(), context))
    }

    @Sendable func changeRole(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        let id: ID<Role> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        return try await saveRole(id, context, form, token) { connection in
            try connection.changeRole(id, to: form.role(), over: token.version, by: Administrator(context.member, key: token.key, at: context.now))
            return id
        }
    }

    @Sendable func deleteRole(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.roles)
        let id: ID<Role> = try context.id()
        let (_, token) = try await administrationForm(request, context)
        return try await saveRole(id, context, nil, token) { connection in
            try connection.deleteRole(id, over: token.version, by: Administrator(context.member, key: token.key, at: context.now))
            return id
        }
    }

    private func saveRole(
        _ id: ID<Role>?, _ context: StaffContext, _ form: Form?, _ token: FormToken, _ change: @escaping @Sendable (any Storage.Connection) throws -> ID<Role>
    ) async throws -> Response {
        do {
            _ = try await database.write(change)
            return see(Path.roles + "?done=1")
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await rolePage(id, context, typing), status: typing.status)
        }
    }

    private func rolePage(_ id: ID<Role>?, _ context: StaffContext, _ typing: Typing? = nil, preset: Role.Preset? = nil) async throws -> HTML {
        let (session, unit, member) = (context.session, context.unit, context.member)
        return try await database.read { connection in
            let held = try id.map { id in
                _ = try connection.role(id, of: unit.id)
                guard let found = try connection.roles(of: unit.id).first(where: { $0.role.id == id }) else { throw Problem.notFound }
                return found
            }
            let own = try connection.roleIDs(of: member.id)
            return RolePage(
                frame: try frame(for: session, connection, current: Path.roles), reader: member, held: held, isOwn: id.map(own.contains) ?? false, preset: preset,
                typing: typing, session: session
            ).html
        }
    }
}

extension Form {
    /// What a role's form says; a permission that is none is no field of the page.
    fileprivate func role() throws(Problem) -> RoleForm {
        var permissions: Set<Permission> = []
        for key in keys where key.hasPrefix("permission.") {
            guard let permission = Permission(rawValue: String(key.dropFirst(11))) else { throw .malformed }
            permissions.insert(permission)
        }
        return try RoleForm(name: self["name"], permissions: permissions)
    }
}

struct RoleListPage {
    let frame: Frame
    let unit: WorkUnit
    let roles: [HeldRole]
    let isDone: Bool

    var html: HTML {
        frame.page(
            "角色管理",
            body: """
                <div class="title acting"><h1>角色管理<small>\(unit.name)</small></h1><a class="button primary" href="\(Path.newRole())">新增角色</a></div>
                <section class="card list">\(roles.isEmpty ? "<p class=\"none\">还没有角色。可以从下方的常用角色开始。</p>" : table)</section>\(presets)
                """, toast: isDone ? "<div class=\"notice success\" role=\"status\"><p>已保存。工作人员的权限从下一次操作起按新的设置执行。</p></div>" : .empty)
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="角色"><table class="work"><thead><tr><th scope="col">角色名称</th><th scope="col">权限</th>\
        <th scope="col">使用人员</th><th scope="col">操作</th></tr></thead><tbody>\(roles.map { held in
            """
            <tr><td data-label="角色名称"><a href="\(Path.role(held.role.id))">\(held.role.name)</a></td>\
            <td data-label="权限">\(Permission.allCases.filter(held.role.permissions.contains).map(\.title).joined(separator: "、"))</td>\
            <td data-label="使用人员">\(held.holders.isEmpty ? "—" : held.holders.joined(separator: "、"))</td>\
            <td data-label="操作"><a href="\(Path.role(held.role.id))">修改</a></td></tr>
            """ as HTML
        })</tbody></table></div>
        """
    }

    /// Those of which there is no role of the name yet.
    private var presets: HTML {
        let missing = Role.presets.filter { preset in !roles.contains { $0.role.name == preset.name } }
        guard !missing.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="presets"><h2 id="presets">常用角色</h2><ul class="rows">\(missing.map { preset in
                """
                <li><a href="\(Path.newRole(preset: preset.name))">\(preset.name)</a> \
                <small>\(Permission.allCases.filter(preset.permissions.contains).map(\.title).joined(separator: "、"))</small></li>
                """ as HTML
            })</ul></section>
            """
    }
}
