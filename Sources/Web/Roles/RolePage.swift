import Domain
import Markup
import Storage

/// A role's form: permissions as the menu has their functions, each with its explanation.
struct RolePage {
    let frame: Frame
    let reader: StaffMember
    /// nil for a new one.
    let held: HeldRole?
    /// The reader has this role himself.
    let isOwn: Bool
    let preset: Role.Preset?
    let typing: Typing?
    let session: Session

    private var path: String { held.map { Path.role($0.role.id) } ?? Path.roles }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private var version: Int { typing?.version ?? held?.role.version ?? 0 }

    /// Why this role cannot be changed by this reader; nil when it can.
    private var denial: GrantDenial? {
        guard let role = held?.role else { return nil }
        if isOwn, !reader.isSuperAdministrator { return .ownRights }
        return reader.denial(ofChangingRole: role.permissions, to: role.permissions, isHeld: false)
    }

    var html: HTML {
        let title = held.map { "角色 \($0.role.name)" } ?? "新增角色"
        return frame.page(
            title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.roles)">角色管理</a></nav><h1>\(title)</h1></div>\(typing?.notice)
                \(denial.map { "<p class=\"notice\">\($0.sentence)</p>" as HTML })\(form)\(deletion)
                """)
    }

    private var form: HTML {
        let hidden = FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
        let name = typing?.form?["name"] ?? held?.role.name ?? preset?.name ?? ""
        let complaint = complaints.of("name")
        return """
            <form class="card sheet" method="post" action="\(path)" data-once data-guard\(" data-typed", if: typing?.form != nil)>\(hidden)\(complaints.summary)
            <div class="field\(complaint == nil ? .empty : " wrong" as HTML)"><label for="name">角色名称<span class="star" aria-hidden="true">★</span></label>\
            <input type="text" id="name" name="name" value="\(name)" maxlength="\(RoleForm.mostCharacters)" autocomplete="off" aria-required="true"\
            \(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"name-note\"" as HTML)\(" disabled", if: denial != nil)>\
            \(complaint.map { "<p class=\"complaint\" id=\"name-note\">\($0)</p>" as HTML })</div>
            <div id="permissions">\(complaints.of("permissions").map { "<p class=\"complaint\">\($0)</p>" as HTML })\(Permission.Group.allCases.map(group))</div>
            \(denial == nil ? "<div class=\"buttons\"><button class=\"primary\">保存</button><a class=\"button\" href=\"\(Path.roles)\">返回</a></div>" as HTML : .empty)</form>
            """
    }

    private func group(_ group: Permission.Group) -> HTML {
        "<fieldset><legend>\(group.title)</legend>\(group.permissions.map(choice))</fieldset>"
    }

    private func isChosen(_ permission: Permission) -> Bool {
        if let form = typing?.form { return form["permission.\(permission.rawValue)"] == "1" }
        return held?.role.permissions.contains(permission) ?? preset?.permissions.contains(permission) ?? false
    }

    private func choice(_ permission: Permission) -> HTML {
        let (name, isOpen) = ("permission.\(permission.rawValue)", reader.permissions.contains(permission) && denial == nil)
        return """
            <p class="check"><input type="checkbox" id="\(name)" name="\(name)" value="1"\(" checked", if: isChosen(permission) && (isOpen || held != nil))\(" disabled", if: !isOpen)>\
            <label for="\(name)"><strong>\(permission.title)</strong><small>\(permission.explanation)\
            \(reader.permissions.contains(permission) ? .empty : "您没有此项权限，不能赋予。" as HTML)</small></label></p>
            """
    }

    private var deletion: HTML {
        guard let held else { return .empty }
        let address = Path.roleDeletion(held.role.id)
        let body: HTML =
            held.holders.isEmpty
            ? """
            <form method="post" action="\(address)" data-once>\(FormToken.fields(for: address, version: version, in: session))\
            <p>没有人使用这一角色。</p><button class="danger">删除</button></form>
            """
            : "<p>正由 \(held.holders.count) 人使用：\(held.holders.joined(separator: "、"))。取消他们的这一角色后才能删除。</p>"
        return denial == nil || isOwn ? "<section class=\"card\" aria-labelledby=\"use\"><h2 id=\"use\">使用人员</h2>\(body)</section>" : .empty
    }
}
