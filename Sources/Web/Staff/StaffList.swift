import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 工作人员管理: the staff of the unit (M5).
    @Sendable func staffList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        let (session, member, unit, now) = (context.session, context.member, context.unit, context.now)
        let search = String(request.uri.queryParameters["q"]?.prefix(50) ?? "")
        let done = request.uri.queryParameters["done"].flatMap { ID<StaffMember>(String($0)) }
        let list = try await database.read { connection in
            let records = try connection.staffRecords(of: unit.id, search: search, limit: StaffListPage.most)
            return StaffListPage(
                frame: try frame(for: session, connection, current: Path.staff), unit: unit, reader: member, records: records, search: search,
                done: records.first { $0.id == done }, today: now.day)
        }
        return page(list.html)
    }
}

struct StaffListPage {
    let frame: Frame
    let unit: WorkUnit
    let reader: StaffMember
    let records: [StaffRecord]
    let search: String
    /// Who has just been added or changed.
    let done: StaffRecord?
    let today: Day

    /// Of so many a page is made; who stands further down is found by his name.
    static let most = 200

    var html: HTML {
        frame.page(
            "工作人员管理",
            body: """
                <div class="title acting"><h1>工作人员管理<small>\(unit.name)</small></h1><div class="buttons"><a class="button" href="\(Path.export(.staff))">导出</a>\
                <a class="button" href="\(Path.imports(.staff))">导入</a><a class="button primary" href="\(Path.newStaff)">新增工作人员</a></div></div>
                <section class="card list">\(filter)\(records.isEmpty ? empty : table)</section>
                """, toast: toast)
    }

    private var toast: HTML {
        guard let done else { return .empty }
        guard done.isEnabled else { return "<div class=\"notice success\" role=\"status\"><p><strong>已停用：</strong>\(done.name)。本人的下一次操作即被拒绝，已办理的记录不变。</p></div>" }
        let next = done.isBound ? "" : "请告知本人：在首页选择“单位登录”，到统一身份认证平台以本单位法人身份登录后即可使用。"
        return "<div class=\"notice success\" role=\"status\"><p><strong>已保存：</strong>\(done.name)。\(next)</p></div>"
    }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.staff)" role="search"><label for="q">查找</label>\
        <input type="search" id="q" name="q" value="\(search)" placeholder="姓名或部门" maxlength="50"><button>查询</button>\
        \(search.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(Path.staff)\">清除</a>")<span class="found">\(records.count < Self.most ? "共 \(records.count) 人" : "只显示 \(Self.most) 人，请输入姓名或部门查找，或导出全部")</span></form>
        """
    }

    private var empty: HTML {
        search.isEmpty
            ? "<p class=\"none\">还没有工作人员。</p>"
            : "<p class=\"none\">没有找到与“\(search)”相符的工作人员。<a href=\"\(Path.staff)\">查看全部</a></p>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="工作人员"><table class="work"><thead><tr><th scope="col">姓名</th><th scope="col">证件号码</th>\
        <th scope="col">手机号码</th><th scope="col">部门</th><th scope="col">角色</th><th scope="col">授权起止</th><th scope="col">状态</th>\
        <th scope="col">最近登录</th><th scope="col">操作</th></tr></thead><tbody>\(records.map(row))</tbody></table></div>
        """
    }

    private func row(_ record: StaffRecord) -> HTML {
        let state = StaffState(record.state(on: today))
        return """
            <tr><td data-label="姓名"><a href="\(Path.staffMember(record.id))">\(record.name)</a></td><td data-label="证件号码" class="number">\(record.idNumber.masked)</td>\
            <td data-label="手机号码" class="number">\(record.phone?.masked ?? "—")</td><td data-label="部门">\(record.department.isEmpty ? "—" : record.department)</td>\
            <td data-label="角色">\(record.duties)</td><td data-label="授权起止" class="number">\(record.validity)</td>\
            <td data-label="状态"><span class="\(state.tag)">\(state.title)</span></td>\
            <td data-label="最近登录" class="number">\(record.signedInAt?.text ?? "—")</td>\
            <td data-label="操作"><a href="\(Path.staffMember(record.id))">\(record.person == reader.person ? "查看" : "修改")</a></td></tr>
            """
    }
}

extension StaffRecord {
    /// The roles by name, super administration first.
    var duties: String {
        let names = (isSuperAdministrator ? ["超级管理员"] : []) + roles.map(\.name).sorted()
        return names.isEmpty ? "未指定角色" : names.joined(separator: "、")
    }

    var validity: String {
        if validFrom == Self.noStart, validUntil == Self.noEnd { return "长期" }
        return "\(validFrom == Self.noStart ? "即日" : validFrom.description) 至 \(validUntil == Self.noEnd ? "长期" : validUntil.description)"
    }
}

/// How a staff member's state is shown.
struct StaffState {
    let title: String
    let tag: String

    init(_ state: StaffRecord.State) {
        switch state {
        case .notSignedIn: (title, tag) = ("未登录", "tag soon")
        case .active: (title, tag) = ("已激活", "tag good")
        case .disabled: (title, tag) = ("停用", "tag late")
        case .notYetValid: (title, tag) = ("授权未开始", "tag soon")
        case .expired: (title, tag) = ("授权已到期", "tag late")
        }
    }
}
