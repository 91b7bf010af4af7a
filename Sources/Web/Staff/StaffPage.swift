import Domain
import Markup
import Storage

/// A staff member's form: somebody new (`record` is nil), or one who is there.
struct StaffPage {
    let frame: Frame
    let unit: WorkUnit
    let reader: StaffMember
    let record: StaffRecord?
    let roles: [Role]
    /// The own unit and its direct subordinates, for limits.
    let units: [WorkUnit]
    let deputies: [Deputy]
    /// Who could act in this one's place.
    let colleagues: [StaffRecord]
    let typing: Typing?
    let session: Session
    let reference: Reference
    let today: Day

    private var path: String { record.map { Path.staffMember($0.id) } ?? Path.staff }
    /// What was typed into this form, and what into the one for a deputy: neither is the other's, nor are its key and its complaints.
    private var own: Typing? { typedDeputy == nil ? typing : nil }
    private var typed: Form? { own?.form.flatMap { $0.keys.contains("department") ? $0 : nil } }
    private var typedDeputy: Form? { typing?.form.flatMap { $0.keys.contains("deputy") ? $0 : nil } }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    /// Why nothing here can be changed by this reader; nil when it can.
    private var denial: GrantDenial? {
        guard let record else { return nil }
        let member = record.member(of: unit.id)
        return reader.denial(ofChanging: member, roles: [], to: [])
    }

    var html: HTML {
        let title = record.map { "工作人员 \($0.name)" } ?? "新增工作人员"
        return frame.page(
            title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.staff)">工作人员管理</a></nav><h1>\(title)</h1></div>\(typing?.notice)
                \(record.map(facts))\(denial.map { "<p class=\"notice\">\($0.sentence)</p>" as HTML } ?? form)\(deputising)\(settling)
                """)
    }

    private func facts(_ record: StaffRecord) -> HTML {
        """
        <section class="card">\(Facts([
            ("姓名", record.name), ("证件号码", record.idNumber.masked), ("手机号码", record.phone?.masked ?? "—"), ("角色", record.duties), ("授权起止", record.validity),
            ("办理范围", scope(of: record)),
            ("状态", StaffState(record.state(on: today)).title), ("最近登录", record.signedInAt?.text ?? "—"),
        ]).html)</section>
        """
    }

    private var form: HTML {
        let hidden =
            own?.key.map { FormToken.fields(for: path, version: own?.version ?? record?.version ?? 0, key: $0, in: session) }
            ?? FormToken.fields(for: path, version: record?.version ?? 0, in: session)
        return """
            <form class="card sheet" method="post" action="\(path)" data-once data-guard\(" data-typed", if: own != nil)>\(hidden)\(own == nil ? .empty : complaints.summary)
            \(record == nil ? "<div class=\"fields\">\(PersonReading.fields.map(field))</div>" as HTML : .empty)
            <div class="fields">\(record?.isBound == false ? field(StaffReading.name) : .empty)\(field(StaffReading.department))\(StaffReading.days.map(field))</div>\(choices)\(limits)\(superAdministration)
            <div class="buttons"><button class="primary">保存</button><a class="button" href="\(Path.staff)">返回</a></div></form>
            """
    }

    private func field(_ field: Field) -> HTML {
        FieldInput(field, name: field.key, value: typed?[field.key] ?? stored(field.key), complaints: complaints, reference: reference).html
    }

    private func stored(_ key: String) -> String {
        guard let record else { return "" }
        return switch key {
        case "name": record.name
        case "department": record.department
        case "validFrom": record.validFrom == StaffRecord.noStart ? "" : record.validFrom.description
        case "validUntil": record.validUntil == StaffRecord.noEnd ? "" : record.validUntil.description
        case _: ""
        }
    }

    private func isChosen(_ role: Role) -> Bool {
        // What the reader cannot touch is as it is, whatever an older form says.
        if let form = typed, role.permissions.isSubset(of: reader.ownPermissions) { return form["role.\(role.id)"] == "1" }
        return record?.roles.contains(role) ?? false
    }

    /// Roles that allow what the reader has not are shown and cannot be chosen; one that is held stays.
    private var choices: HTML {
        let complaint = complaints.of("roles")
        return """
            <fieldset id="roles"\(complaint == nil ? .empty : " aria-describedby=\"roles-note\"" as HTML)><legend>角色</legend>\
            \(roles.isEmpty ? "<p class=\"hint\">本单位还没有角色，请先在<a href=\"\(Path.roles)\">角色管理</a>中新增。</p>" as HTML : .empty)\
            \(roles.map(choice))\(complaint.map { "<p class=\"complaint\" id=\"roles-note\">\($0)</p>" as HTML })</fieldset>
            """
    }

    private func choice(_ role: Role) -> HTML {
        let (name, isOpen) = ("role.\(role.id)", role.permissions.isSubset(of: reader.ownPermissions))
        let listed = Permission.allCases.filter(role.permissions.contains).map(\.title).joined(separator: "、")
        guard isOpen else {
            let held: HTML = isChosen(role) ? "<input type=\"hidden\" name=\"\(name)\" value=\"1\">" : .empty
            return """
                <p class="check">\(held)<input type="checkbox" id="\(name)" disabled\(" checked", if: isChosen(role))><label for="\(name)"><strong>\(role.name)</strong>\
                <small>\(listed)。含有您没有的权限，您不能指定或取消。</small></label></p>
                """
        }
        return """
            <p class="check"><input type="checkbox" id="\(name)" name="\(name)" value="1"\(" checked", if: isChosen(role))>\
            <label for="\(name)"><strong>\(role.name)</strong><small>\(listed)</small></label></p>
            """
    }

    private func scope(of record: StaffRecord) -> String {
        let names = units.filter { record.limits.units.contains($0.id) }.map { $0.id == unit.id ? "本单位人员" : $0.name }
        let parts = [record.limits.series.sorted().joined(separator: "、"), names.joined(separator: "、")].filter { !$0.isEmpty }
        return parts.isEmpty ? "不限" : parts.joined(separator: "；")
    }

    /// 办理范围: some series, some subordinate units; nothing chosen is no limit.
    private var limits: HTML {
        let series = reference.series.enumerated().map { number, name in
            box("series.\(number)", name, isOn: typed.map { $0["series.\(number)"] == "1" } ?? record?.limits.series.contains(name) ?? false)
        }
        let below = units.map { unit in
            box(
                "unit.\(unit.id)", unit.id == self.unit.id ? "本单位人员" : unit.name,
                isOn: typed.map { $0["unit.\(unit.id)"] == "1" } ?? record?.limits.units.contains(unit.id) ?? false)
        }
        let complaint = complaints.of("limits")
        return """
            <fieldset id="limits"><legend>办理范围</legend><p class="hint">只在范围内审核和查看申报材料；都不选则不限。超级管理员不受限制。</p>\(complaint.map { "<p class=\"complaint\">\($0)</p>" as HTML })\
            <details\(" open", if: record?.limits.series.isEmpty == false)><summary>按职称系列</summary><div class="boxes">\(series)</div></details>\
            <details\(" open", if: record?.limits.units.isEmpty == false)><summary>按单位</summary><div class="boxes">\(below)</div></details></fieldset>
            """
    }

    private func box(_ name: String, _ label: String, isOn: Bool) -> HTML {
        "<p class=\"check\"><input type=\"checkbox\" id=\"\(name)\" name=\"\(name)\" value=\"1\"\(" checked", if: isOn)><label for=\"\(name)\">\(label)</label></p>"
    }

    /// 代理: a planned absence, and who acts meanwhile.
    private var deputising: HTML {
        guard let record, record.member(of: unit.id).opensDossiers, reader.permissions.contains(.staff) else { return .empty }
        let (path, end) = (Path.deputies(record.id), Path.deputyEnd(record.id))
        let current = deputies.map { deputy in
            """
            <li><span>\(deputy.from.description) 至 \(deputy.until.description) 由 <strong>\(deputy.deputyName)</strong> 代理</span><form method="post" action="\(end)" data-once>\(FormToken.fields(for: end, version: record.version, in: session))\
            <input type="hidden" name="deputy" value="\(deputy.id.text)"><button>取消代理</button></form></li>
            """ as HTML
        }
        let chosen = typedDeputy?["deputy"] ?? ""
        let complaint = complaints.of("deputy")
        return """
            <section class="card sheet" aria-labelledby="deputies"><h2 id="deputies">代理</h2><p class="hint">\(record.name)外出期间，由代理人行使其初审、复审、受理权限，经办流程中同时记载二人姓名。代理人不得再转托，不得审核本人和被代理人本人的申报材料。</p>\(typedDeputy == nil ? .empty : complaints.summary)\
            \(current.isEmpty ? .empty : "<ul class=\"rows\">\(current)</ul>" as HTML)<form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, version: record.version, in: session))\
            <div class="fields"><div class="field\(complaint == nil ? .empty : " wrong" as HTML)"><label for="deputy">代理人<span class="star" aria-hidden="true">★</span></label>\
            <select id="deputy" name="deputy" aria-required="true"><option value="">请选择</option>\(colleagues.map { "<option value=\"\($0.id.text)\"\(" selected", if: chosen == $0.id.text)>\($0.name)</option>" as HTML })</select>\
            \(complaint.map { "<p class=\"complaint\">\($0)</p>" as HTML })</div>\
            \(DeputyFields.days.map { FieldInput($0, name: $0.key, value: typedDeputy?[$0.key] ?? "", complaints: complaints, reference: reference).html })</div>\
            <div class="buttons"><button>设定代理人</button></div></form></section>
            """
    }

    private var superAdministration: HTML {
        guard reader.isSuperAdministrator else { return .empty }
        let isOn = typed.map { $0["superAdministrator"] == "1" } ?? record?.isSuperAdministrator ?? false
        return """
            <fieldset><legend>超级管理员</legend><p class="check"><input type="checkbox" id="superAdministrator" name="superAdministrator" value="1"\(" checked", if: isOn)>\
            <label for="superAdministrator"><strong>设为超级管理员</strong><small>具有本单位全部权限。移交时先为接任人选中此项并保存，再由接任人取消您的。</small></label></p></fieldset>
            """
    }

    /// What is done with an account as a whole.
    private var settling: HTML {
        guard let record, denial == nil else { return .empty }
        let (suspension, binding) = (Path.staffSuspension(record.id), Path.staffBinding(record.id))
        return """
            <section class="card" aria-labelledby="account"><h2 id="account">账号</h2>\
            <form method="post" action="\(suspension)" data-once>\(FormToken.fields(for: suspension, version: record.version, in: session))\
            \(record.isEnabled
                ? "<p>停用后，\(record.name)的下一次操作即被拒绝；已办理的记录不变。</p><button class=\"danger\" name=\"action\" value=\"disable\">停用</button>" as HTML
                : "<p>\(record.name)已停用，不能登录本单位办理业务。</p><button class=\"primary\" name=\"action\" value=\"enable\">启用</button>")</form>\
            \(record.isBound ? """
                <form method="post" action="\(binding)" data-once>\(FormToken.fields(for: binding, version: record.version, in: session))\
                <p>本人在统一身份认证平台更换账号后，需重置绑定；下次以同一统一社会信用代码和证件号码登录时重新绑定。</p><button>重置账号绑定</button></form>
                """ as HTML : .empty)</section>
            """
    }
}

/// What the form of an absence asks besides the deputy.
enum DeputyFields {
    static let days = [Field("from", "代理开始", .day(.any), required: true), Field("until", "代理截止", .day(.any), required: true, hint: "截止日当天仍代理")]
}
