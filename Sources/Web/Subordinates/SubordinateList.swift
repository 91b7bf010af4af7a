import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 下级单位管理: the units below, level by level, or what a search finds among all of them.
    @Sendable func subordinateList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let (session, own, level) = (context.session, context.unit, UnitLevel(request, below: context.unit))
        let done = request.uri.queryParameters["done"].flatMap { ID<WorkUnit>(String($0)) }
        let list = try await database.read { connection in
            let path = try level.path(connection)
            let listed = try level.page(
                level: { try connection.subordinates(of: $0, after: $1, limit: $2) }, found: { try connection.subordinates(below: $0, matching: $1, limit: $2) })
            return SubordinateListPage(
                tree: try UnitTree(along: level.search.isEmpty ? path : [own], root: own, connection), frame: try frame(for: session, connection, current: Path.subordinates),
                own: own, path: path, units: listed.units, search: level.search, isFirst: level.key == nil,
                hasMore: listed.hasMore, done: try done.flatMap { try connection.path(from: $0).contains { $0.id == own.id } ? try connection.unit($0) : nil }, reference: reference
            )
        }
        return page(list.html)
    }
}

extension Subordinate.Key {
    /// Reads `…id…-name`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let id = ID<WorkUnit>(String(parts[0])) else { return nil }
        self.init(name: String(parts[1]), id: id)
    }

    var text: String { "\(id)-\(name)" }
}

struct SubordinateListPage {
    let tree: UnitTree
    let frame: Frame
    let own: WorkUnit
    /// From the own unit to the one whose subordinates are listed.
    let path: [WorkUnit]
    let units: [Subordinate]
    let search: String
    let isFirst: Bool
    let hasMore: Bool
    /// The unit that was just added or changed.
    let done: WorkUnit?
    let reference: Reference

    var html: HTML {
        frame.page(
            "下级单位管理",
            body: """
                <div class="title acting"><h1>下级单位管理<small>\(own.name)</small></h1><div class="buttons"><a class="button" href="\(export)">导出</a>\
                <a class="button" href="\(Path.imports(.units))">导入</a><a class="button primary" href="\(Path.newSubordinate)">新建下级单位</a></div></div>
                <div class="beside">\(tree.html)<section class="card list">\(filter)\(search.isEmpty ? level : .empty)\(units.isEmpty ? empty : table)\(pager)</section></div>
                """, toast: toast)
    }

    private var toast: HTML {
        guard let done else { return .empty }
        let text: HTML = done.enabled ? "<strong>已保存：</strong>\(done.name)（在用）。" : "<strong>已停用：</strong>\(done.name)。其工作人员的下一次操作即被拒绝。"
        return "<div class=\"notice success\" role=\"status\"><p>\(text)</p></div>"
    }

    /// The list as it is shown.
    private var export: String { Path.with(search.isEmpty ? [("unit", path.last?.id.text)] : [("q", search)], Path.export(.units)) }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.subordinates)" role="search"><label for="q">查找</label>\
        <input type="search" id="q" name="q" value="\(search)" placeholder="单位名称或统一社会信用代码" maxlength="50"><button>查询</button>\
        \(search.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(Path.subordinates)\">清除</a>")\
        <span class="found">\(search.isEmpty ? "" : hasMore ? "找到超过 \(units.count) 个单位，请输入更完整的名称" : "在各级下级单位中找到 \(units.count) 个")</span></form>
        """
    }

    /// Where in the tree the list is.
    private var level: HTML {
        guard path.count > 1 else { return .empty }
        let steps = path.dropLast().map { "<a href=\"\(Path.subordinates(of: $0.id))\">\($0.name)</a> › " as HTML }
        return
            "<nav class=\"level\" aria-label=\"所在层级\">\(Array(steps))<span aria-current=\"page\">\(path.last?.name ?? "")</span>\(path.last.map { " <a href=\"\(Path.subordinate($0.id))\">单位信息</a>" as HTML })</nav>"
    }

    private var empty: HTML {
        if !search.isEmpty { return "<p class=\"none\">没有找到名称含“\(search)”的下级单位。<a href=\"\(Path.subordinates)\">查看全部</a></p>" }
        return path.count > 1 ? "<p class=\"none\">“\(path.last?.name ?? "")”没有下级单位。</p>" : "<p class=\"none\">本单位还没有下级单位。点击“新建下级单位”建立。</p>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="下级单位"><table class="work"><thead><tr><th scope="col">单位名称</th>\
        <th scope="col">归属地</th><th scope="col">超级管理员</th><th scope="col">状态</th><th scope="col">下级单位</th></tr></thead>\
        <tbody>\(units.map(row))</tbody></table></div>
        """
    }

    private func row(_ found: Subordinate) -> HTML {
        let unit = found.unit
        let state: HTML = unit.enabled ? "<span class=\"tag good\">在用</span>" : "<span class=\"tag late\">停用</span>"
        let below: HTML = found.subordinates == 0 ? "—" : "<a href=\"\(Path.subordinates(of: unit.id))\">\(found.subordinates) 个</a>"
        return """
            <tr><td data-label="单位名称" class="name"><a href="\(Path.subordinate(unit.id))">\(unit.name)</a><small class="number">\(unit.creditCode.text)</small></td>\
            <td data-label="归属地">\(reference.affiliation(unit.jurisdiction))</td>\
            <td data-label="超级管理员" class="name">\(found.administrators.isEmpty ? "<span class=\"tag late\">无</span>" : "\(found.administrators.joined(separator: "、"))" as HTML)</td>\
            <td data-label="状态">\(state)</td><td data-label="下级单位">\(below)</td></tr>
            """
    }

    private var pager: HTML {
        guard search.isEmpty, let listed = path.last else { return .empty }
        let key = units.last.map { Subordinate.Key(name: $0.unit.name, id: $0.unit.id) }
        return Pager(
            first: isFirst ? nil : Path.subordinates(of: listed.id), next: hasMore ? key.map { Path.subordinates(of: listed.id, after: $0.text) } : nil
        ).html
    }
}
