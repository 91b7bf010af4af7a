import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    func addCirculars(to staff: RouterGroup<StaffContext>) {
        staff.get("/circulars", use: circularList)
        staff.get("/circulars/new", use: chooseUnits)
        staff.get("/circulars/units/:id/people", use: choosePeople)
        staff.post("/circulars/drafts", use: keepChoices)
        staff.get("/circulars/drafts/:id", use: circularDraft)
        staff.post("/circulars/drafts/:id", use: changeCircularDraft)
        staff.get("/circulars/:id", use: circular)
    }

    /// 消息通知: the units below, level by level, or what a search finds among all of them (M21).
    @Sendable private func chooseUnits(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (session, member, level) = (context.session, context.member, UnitLevel(request, below: context.unit))
        let draft = request.uri.queryParameters["draft"].flatMap { ID<Circular>(String($0)) }
        let shown = try await database.read { connection in
            let path = try level.path(connection)
            let listed = try level.page(
                level: { try connection.unitsToAddress(of: $0, after: $1, limit: $2) }, found: { try connection.unitsToAddress(below: $0, matching: $1, limit: $2) })
            return UnitChoicePage(
                frame: try frame(for: session, connection, current: Path.newCircular), own: level.own, path: path,
                units: try listed.units.map { (unit: $0.unit, subordinates: $0.subordinates, isOpen: try connection.mayAddress($0.unit.id, by: member)) },
                tabs: CircularTabs(.units, drafts: try connection.circularDrafts(of: member).count), draft: try draft.map { try connection.circularDraft($0, of: member) },
                search: level.search, isFirst: level.key == nil, hasMore: listed.hasMore, session: session, reference: reference)
        }
        return page(shown.html)
    }

    /// What was ticked begins a draft, or is added to one.
    @Sendable private func keepChoices(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let form = try await Form(request, within: .section)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "draft" || ChoiceBar.isUnit($0) || ChoiceBar.isPerson($0) }
        guard let id = ID<Circular>(form["draft"].isEmpty ? token.key : form["draft"]) else { throw Problem.malformed }
        var choices = Circular.Choices()
        for key in form.keys.filter(ChoiceBar.isUnit) {
            guard let unit = ID<WorkUnit>(String(key.dropFirst(2))) else { throw Problem.malformed }
            choices.units.insert(unit)
        }
        for key in form.keys.filter(ChoiceBar.isPerson) {
            guard let person = ID<Person>(String(key.dropFirst(2))), let unit = ID<WorkUnit>(form[key]) else { throw Problem.malformed }
            choices.people.insert(.init(person: person, unit: unit))
        }
        try await database.write { [choices] in try $0.choose(choices, for: id, by: context.member, at: context.now) }
        return see(Path.circularDraft(id))
    }
}

extension Path {
    static let circulars = "/circulars"
    static let newCircular = "/circulars/new"
    static let circularDrafts = "/circulars/drafts"
    static func circularDraft(_ id: ID<Circular>) -> String { "/circulars/drafts/\(id)" }
    static func circular(_ id: ID<Circular>) -> String { "/circulars/\(id)" }
    static func addressablePeople(_ unit: ID<WorkUnit>) -> String { "/circulars/units/\(unit)/people" }
}

/// Where in 消息通知 a page stands.
struct CircularTabs {
    enum Tab: CaseIterable { case units, sent }

    let current: Tab
    let drafts: Int

    init(_ current: Tab, drafts: Int) { (self.current, self.drafts) = (current, drafts) }

    var html: HTML { "<nav class=\"tabs\" aria-label=\"消息通知\"><ul>\(Tab.allCases.map(tab))</ul></nav>" }

    private func tab(_ tab: Tab) -> HTML {
        let (path, title): (String, HTML) =
            switch tab {
            case .units: (Path.newCircular, "选择接收单位")
            case .sent: (Path.circulars, drafts > 0 ? "已发送、草稿 <span class=\"count\" title=\"草稿 \(drafts) 份\">\(drafts)</span>" : "已发送、草稿")
            }
        return "<li><a href=\"\(path)\"\(tab == current ? " aria-current=\"page\"" : .empty)>\(title)</a></li>"
    }
}

/// Below a list to choose from: what becomes of the ticks.
struct ChoiceBar {
    let draft: Circular.Draft?
    /// What is counted.
    let word: String
    let session: Session

    static func isUnit(_ key: String) -> Bool { key.hasPrefix("u.") }
    static func isPerson(_ key: String) -> Bool { key.hasPrefix("p.") }

    var html: HTML {
        """
        <form id="bulk" class="bulk" method="post" action="\(Path.circularDrafts)" data-word="\(word)">\(FormToken.fields(for: Path.circularDrafts, in: session))\
        \(draft.map { "<input type=\"hidden\" name=\"draft\" value=\"\($0.id.text)\">" as HTML })<span data-ticked>勾选后：</span><button class="primary">\(draft == nil ? "编辑信息" : "加入接收人")</button>\
        \(draft.map { "<a class=\"button\" href=\"\(Path.circularDraft($0.id))\">返回编辑信息</a>" as HTML })</form>
        """
    }
}

struct UnitChoicePage {
    let frame: Frame
    let own: WorkUnit
    /// From the own unit to the one whose subordinates are listed.
    let path: [WorkUnit]
    let units: [(unit: WorkUnit, subordinates: Int, isOpen: Bool)]
    let tabs: CircularTabs
    /// The draft to which is added; nil where one is begun.
    let draft: Circular.Draft?
    let search: String
    let isFirst: Bool
    let hasMore: Bool
    let session: Session
    let reference: Reference

    var html: HTML {
        frame.page(
            "消息通知",
            body: """
                <div class="title"><h1>消息通知<small>\(own.name)</small></h1></div>\(tabs.html)
                <section class="card list">\(filter)\(search.isEmpty ? level : .empty)\(table)\(pager)\(ChoiceBar(draft: draft, word: "个单位", session: session).html)</section>
                """)
    }

    private func address(unit: ID<WorkUnit>? = nil, after key: Subordinate.Key? = nil) -> String {
        Path.with([("unit", unit?.text), ("after", key?.text), ("draft", draft?.id.text)], Path.newCircular)
    }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.newCircular)" role="search"><label for="q">查找</label>\
        <input type="search" id="q" name="q" value="\(search)" placeholder="单位名称或统一社会信用代码" maxlength="50">\
        \(draft.map { "<input type=\"hidden\" name=\"draft\" value=\"\($0.id.text)\">" as HTML })<button>查询</button>\
        \(search.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(address())\">清除</a>")\
        <span class="found">\(search.isEmpty ? "" : hasMore ? "找到超过 \(units.count) 个单位，请输入更完整的名称" : "在各级下级单位中找到 \(units.count) 个")</span></form>
        """
    }

    private var level: HTML {
        guard path.count > 1 else { return .empty }
        let steps = path.dropLast().map { "<a href=\"\(address(unit: $0.id))\">\($0.name)</a> › " as HTML }
        return "<nav class=\"level\" aria-label=\"所在层级\">\(Array(steps))<span aria-current=\"page\">\(path.last?.name ?? "")</span></nav>"
    }

    private var table: HTML {
        let showsOwn = path.count == 1 && search.isEmpty && isFirst
        guard showsOwn || !units.isEmpty else {
            return search.isEmpty
                ? "<p class=\"none\">“\(path.last?.name ?? "")”没有下级单位。</p>"
                : "<p class=\"none\">没有找到名称含“\(search)”的下级单位。<a href=\"\(address())\">查看全部</a></p>"
        }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="接收单位"><table class="work"><thead><tr><th scope="col" data-tick-all><span class="unseen">选择</span></th>\
            <th scope="col">单位名称</th><th scope="col">归属地</th><th scope="col">联系人</th><th scope="col">下级单位</th><th scope="col">操作</th></tr></thead>\
            <tbody>\(showsOwn ? row(own, subordinates: nil, isOpen: false) : .empty)\(units.map { row($0.unit, subordinates: $0.subordinates, isOpen: $0.isOpen) })</tbody></table></div>
            """
    }

    private func row(_ unit: WorkUnit, subordinates: Int?, isOpen: Bool) -> HTML {
        let isOwn = unit.id == own.id
        let tick: HTML =
            isOpen
            ? draft?.choices.units.contains(unit.id) == true
                ? "<span class=\"tag good\">已选</span>" : "<input type=\"checkbox\" form=\"bulk\" name=\"u.\(unit.id.text)\" value=\"1\" aria-label=\"选择\(unit.name)\">"
            : .empty
        let mark: HTML = isOwn ? " <span class=\"tag busy\">本单位</span>" : unit.enabled ? .empty : " <span class=\"tag late\">停用</span>"
        let below: HTML = (subordinates ?? 0) == 0 ? "—" : "<a href=\"\(address(unit: unit.id))\">\(subordinates ?? 0) 个</a>"
        let people: HTML =
            isOpen || isOwn
            ? "<a href=\"\(Path.with([("draft", draft?.id.text)], Path.addressablePeople(unit.id)))\">查看本单位人员列表<span class=\"unseen\">：\(unit.name)</span></a>" : "—"
        return """
            <tr><td class="tick">\(tick)</td><td data-label="单位名称" class="name">\(unit.name)\(mark)</td><td data-label="归属地">\(reference.affiliation(unit.jurisdiction))</td>\
            <td data-label="联系人">\(unit.contactName) \(unit.contactPhone)</td><td data-label="下级单位">\(below)</td><td data-label="操作">\(people)</td></tr>
            """
    }

    private var pager: HTML {
        guard search.isEmpty, let listed = path.last else { return .empty }
        let key = units.last.map { Subordinate.Key(name: $0.unit.name, id: $0.unit.id) }
        return Pager(first: isFirst ? nil : address(unit: listed.id), next: hasMore ? key.map { address(unit: listed.id, after: $0) } : nil).html
    }
}
