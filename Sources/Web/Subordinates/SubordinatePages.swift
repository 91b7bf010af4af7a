import Domain
import Markup
import Storage

/// 新建下级单位 in its two steps: 单位信息, then 经办人员. What the first has said goes with the second.
struct NewSubordinatePage {
    enum Step { case unit, administrator }

    let frame: Frame
    let own: WorkUnit
    let step: Step
    let form: Form?
    let key: String?
    let complaints: Complaints
    let session: Session
    let reference: Reference

    private static let unitFields = WorkUnit.lockedFields + WorkUnit.openFields

    var html: HTML {
        frame.page(
            "新建下级单位",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.subordinates)">下级单位管理</a></nav><h1>新建下级单位</h1></div>\
                <ol class="stages">\(stage("1 单位信息", .unit))\(stage("2 经办人员", .administrator))</ol>
                <form class="card sheet" method="post" action="\(Path.subordinates)" data-once data-guard\(" data-typed", if: form != nil)>\(hidden)\(complaints.summary)
                \(step == .unit ? unitStep : administratorStep)</form>
                """)
    }

    private func stage(_ title: String, _ stage: Step) -> HTML { "<li\(" aria-current=\"step\"", if: stage == step)>\(title)</li>" }

    private var hidden: HTML {
        key.map { FormToken.fields(for: Path.subordinates, version: 0, key: $0, in: session) } ?? FormToken.fields(for: Path.subordinates, in: session)
    }

    private var unitStep: HTML {
        """
        \(carried(PersonReading.administratorFields))\(Facts([("上级单位名称", own.name)]).html)<div class="fields">\(Self.unitFields.map(field))</div>
        <div class="buttons"><button class="primary" name="step" value="unit">下一步</button><a class="button" href="\(Path.subordinates)">返回</a></div>
        """
    }

    private var administratorStep: HTML {
        """
        \(carried(Self.unitFields))\(Facts([("单位名称", value("name")), ("统一社会信用代码", value("creditCode"))]).html)
        <p class="hint">经办人员为该单位的超级管理员，可在本系统首页选择“单位登录”，到统一身份认证平台完成注册及认证后使用。</p>
        <div class="fields">\(PersonReading.administratorFields.map(field))</div>
        <div class="buttons"><button class="primary" name="step" value="administrator">保存</button><button name="step" value="back">上一步</button></div>
        """
    }

    private func value(_ key: String) -> String {
        if let form { return form[key] }
        return ["steps": "two", "singleClerk": "0", "postManagement": "0"][key] ?? ""
    }

    private func field(_ field: Field) -> HTML {
        FieldInput(field, name: field.key, value: value(field.key), complaints: complaints, reference: reference).html
    }

    private func carried(_ fields: [Field]) -> HTML {
        "\(fields.map { "<input type=\"hidden\" name=\"\($0.key)\" value=\"\(form?[$0.key] ?? "")\">" as HTML })"
    }
}

/// A unit below.
struct SubordinatePage {
    let frame: Frame
    let own: WorkUnit
    let found: Subordinate
    let superior: String
    let handOver: HandOverCount
    /// The reader may take over what waits there.
    let mayHandOver: Bool
    /// Those of them that it is asked to take over.
    let requests: HandOverRequestRows
    let details: [String: String]
    let licences: (request: ID<UnitRequest>, files: [Attachment])?
    let outcome: HandOverOutcome?
    let typing: Typing?
    let session: Session
    let reference: Reference

    private var unit: WorkUnit { found.unit }
    private var isDirect: Bool { unit.superior == own.id }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    var html: HTML {
        frame.page(
            unit.name,
            body: """
                <div class="title acting"><div><nav class="crumbs" aria-label="位置"><a href="\(Path.subordinates)">下级单位管理</a></nav><h1>\(unit.name)</h1></div>\
                <a class="button" href="\(Path.subordinateAdministration(unit.id))">管理记录</a></div>\(typing?.notice)
                <section class="card">\(Facts(facts).html)\(copies)</section>\(isDirect ? "\(form)\(handingOver)\(suspension)\(appointment)" as HTML : "<p class=\"notice\">该单位由其直接上级单位“\(superior)”管理。</p>")
                """, toast: outcome?.html ?? .empty)
    }

    private var facts: [(String, String)] {
        [
            ("单位名称", unit.name), ("统一社会信用代码", unit.creditCode.text), ("上级单位名称", superior), ("单位性质", reference.name(unit.type, in: .unitTypes) ?? unit.type),
            ("职称业务归属地", reference.affiliation(unit.jurisdiction)), ("审核环节", unit.steps == .two ? "初审、复审" : "初审（一个环节）"), ("联系人", unit.contactName),
            ("联系电话", unit.contactPhone), ("超级管理员", found.administrators.isEmpty ? "无" : found.administrators.joined(separator: "、")),
            ("状态", unit.enabled ? "在用" : "停用"), ("等待办理的申报", "\(found.waiting) 件"), ("下级单位", "\(found.subordinates) 个"),
        ] + WorkUnit.detailFields.filter { details[$0.key] != nil }.map { ($0.label, $0.show(details[$0.key] ?? "", in: reference)) }
    }

    private var copies: HTML {
        licences.map { "<h3>证照附件</h3>\(FileLinks(files: $0.files, base: Path.unitRequestFiles($0.request)).html)" as HTML } ?? .empty
    }

    /// 移交: what waits there can be taken over; what was is given back.
    private var handingOver: HTML {
        guard handOver.open + handOver.taken + handOver.acceptance > 0 else { return .empty }
        let path = Path.handOvers(unit.id)
        var lines: [HTML] = mayHandOver ? [requests.form] : []
        if handOver.open > 0 {
            lines.append(
                """
                <p>该单位有 \(handOver.open) 件申报材料待审核或已退回申报人。移交后由本单位代其办理，经办流程中同时记载两个单位；该单位无人可以办理（停用、唯一审核人即申报人）时使用。该单位会收到消息。</p>\
                \(mayHandOver ? "\(confirmation("take", "我已知晓：移交后该单位不能再办理这 \(handOver.open) 件材料，直到交回"))<button name=\"action\" value=\"take\">全部移交本单位办理</button>" as HTML : "<p class=\"hint\">由本单位超级管理员办理。</p>")
                """)
        }
        if handOver.taken > 0 {
            lines.append("<p>本单位正代该单位办理 \(handOver.taken) 件。</p>\(mayHandOver ? "<button name=\"action\" value=\"giveBack\">交回该单位办理</button>" : HTML.empty)")
        }
        if handOver.acceptance > 0 { lines.append("<p class=\"hint\">该单位另有 \(handOver.acceptance) 件待受理，不能移交。</p>") }
        return """
            <section class="card" aria-labelledby="hand-over"><h2 id="hand-over">移交</h2>\
            <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, version: found.version, in: session))\(lines)</form></section>
            """
    }

    /// What one click would do to a whole unit is confirmed by itself.
    private func confirmation(_ action: String, _ text: String) -> HTML {
        let complaint = complaints.of("confirmed-\(action)")
        return """
            <div class="field\(complaint == nil ? .empty : " wrong" as HTML)"><label class="check"><input type="checkbox" name="confirmed" value="1" id="confirmed-\(action)"\
            \(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"confirmed-\(action)-note\"" as HTML)> \(text)</label>\
            \(complaint.map { "<p class=\"complaint\" id=\"confirmed-\(action)-note\" role=\"alert\">\($0)</p>" as HTML })</div>
            """
    }

    private func hidden(_ path: String) -> HTML { FormToken.fields(for: path, version: typing?.version ?? found.version, in: session) }

    private var form: HTML {
        let path = Path.subordinate(unit.id)
        return """
            <form class="card sheet" method="post" action="\(path)" data-once data-guard\(" data-typed", if: typing != nil)>\(hidden(path))\(complaints.summary)
            <p class="hint">单位名称和统一社会信用代码不能修改。</p><div class="fields">\(WorkUnit.openFields.map(field))</div>
            <div class="buttons"><button class="primary">保存</button><a class="button" href="\(Path.subordinates)">返回</a></div></form>
            """
    }

    private func field(_ field: Field) -> HTML {
        let isTyped = typing?.form?.keys.contains(field.key) == true
        return FieldInput(
            field, name: field.key, value: isTyped ? typing?.form?[field.key] ?? "" : unit.openValues[field.key] ?? "", complaints: complaints, reference: reference
        ).html
    }

    /// What stopping it would do is said before it is done.
    private var suspension: HTML {
        let path = Path.subordinateSuspension(unit.id)
        let body: HTML =
            !unit.enabled
            ? "<p>该单位已停用，其工作人员不能办理业务。</p><button class=\"primary\" name=\"action\" value=\"enable\">启用</button>"
            : found.waiting > 0
                ? "<p>该单位还有 \(found.waiting) 件申报材料等待办理，办结或移交之前不能停用。</p>"
                : """
                <p>停用后，该单位工作人员的下一次操作即被拒绝，也不能作为增加的审核单位；\(found.subordinates > 0 ? "其 \(found.subordinates) 个下级单位不受影响，但新的申报将在该单位等待；" : "")已办理的记录不变。</p>\
                \(confirmation("disable", "我已知晓，确定停用\(unit.name)"))<button class="danger" name="action" value="disable">停用</button>
                """
        return
            "<section class=\"card\" aria-labelledby=\"state\"><h2 id=\"state\">单位状态</h2><form method=\"post\" action=\"\(path)\" data-once>\(hidden(path))\(body)</form></section>"
    }

    private var appointment: HTML {
        guard found.activeAdministrators == 0 else { return .empty }
        let path = Path.subordinateAdministrators(unit.id)
        return """
            <form class="card sheet" method="post" action="\(path)" data-once>\(hidden(path))<h2>添加超级管理员</h2>\
            <p class="hint">该单位没有已登录过的超级管理员。此前填写有误的，可在此重新添加。</p><div class="fields">\(PersonReading.administratorFields.map {
                FieldInput($0, name: $0.key, value: typing?.form?[$0.key] ?? "", complaints: complaints, reference: reference).html
            })</div><div class="buttons"><button class="primary">添加</button></div></form>
            """
    }
}
