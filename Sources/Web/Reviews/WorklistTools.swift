import Domain
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    func addWorklistTools(to staff: RouterGroup<StaffContext>) {
        staff.get("/reviews/:list/export", use: exportWorklist)
        staff.post("/dossiers/:id/reminders", use: urge)
        staff.post("/reviews/:list/export", use: exportArchive)
        staff.post("/reviews/:list/person", use: findPerson)
        staff.post("/reviews/:list/columns", use: chooseColumns)
        staff.post("/reviews/:list/views", use: saveView)
        staff.post("/reviews/:list/views/deletion", use: deleteView)
    }

    /// The list of an address, if the asker has it.
    func offeredList(_ context: StaffContext, _ values: @escaping (String) -> String?) async throws -> Worklist {
        if let complaint = Worklist.complaint(of: values) { throw Problem.invalid([complaint]) }
        guard let list = Worklist(name: context.parameters.get("list") ?? "", values: values) else { throw Problem.notFound }
        let offered = try await database.read { try self.offeredLists(for: context.member, $0) }
        guard offered.contains(list.whole) else { throw Problem.notAllowed("您没有查看该列表的权限。") }
        return list
    }

    /// Exactly what is filtered, in its order, with every column the list can show; numbers stay masked.
    @Sendable private func exportWorklist(_ request: Request, _ context: StaffContext) async throws -> Response {
        let query = request.uri.queryParameters
        let list = try await offeredList(context) { query[Substring($0)].map(String.init) }
        guard list.scope != .archive, let format = TableFormat(rawValue: String(query["format"] ?? "xlsx")) else { throw Problem.notFound }
        return try await export(list, as: format, context)
    }

    /// The archive leaves the system for a purpose, which is recorded with the filter before the first row is sent.
    @Sendable private func exportArchive(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "purpose", "format"].contains($0) }
        let list = back(form, try await offeredList(context) { _ in nil })
        guard list.scope == .archive, let format = TableFormat(rawValue: form["format"]) else { throw Problem.notFound }
        let reading = FieldReading([WorklistTools.purpose], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        if let problem = reading.problems.first { return page(try await worklistPage(list, context, purposeComplaint: problem.message), status: .unprocessableContent) }
        // The page stays, and its form may be sent again: each file that leaves is a record of its own.
        var numbers = SystemRandomNumberGenerator()
        let (purpose, now, key) = (reading.values["purpose"] ?? "", context.now, randomText(characters: 26, from: &numbers))
        let rows = try await database.read { try $0.worklistCount(list, for: context.member, most: 10_000_000, at: now) }
        let conditions = list.conditions(in: reference, offices: try await database.read { try $0.acceptanceUnits() })
        try await database.write {
            try $0.recordExport(of: list, named: list.tabTitle, narrowedTo: conditions, for: purpose, rows: rows, by: Administrator(context.member, key: key, at: now))
        }
        return try await export(list, as: format, context)
    }

    private func export(_ list: Worklist, as format: TableFormat, _ context: StaffContext) async throws -> Response {
        let (member, now, calendar, reference, database) = (context.member, context.now, calendar, reference, database)
        let columns = WorklistColumn.possible(in: list)
        let table = Table(
            name: "\(list.menuTitle)-\(list.tabTitle)-\(context.unit.name)", sheet: list.tabTitle, heading: columns.map { $0.label(in: list) }, widths: columns.map(\.width))
        return try await answer(with: table, as: format) { add in
            var key: Worklist.Key?
            while true {
                let entries = try await database.read { [key] in try $0.worklist(list, for: member, after: key, limit: 1000, at: now) }
                try await add(entries.map { entry in columns.map { $0.text(entry, reference, calendar, now: now) } })
                guard entries.count == 1000, let last = entries.last else { return }
                key = last.key
            }
        }
    }

    /// 证件号码 is posted, never part of an address: the view it leads to names a person by a number that says nothing.
    private static var nobody: ID<Person>? { ID(String(repeating: "a", count: 26)) }

    @Sendable private func findPerson(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "idNumber" }
        let list = try await offeredList(context) { _ in nil }
        let number: IDNumber
        do throws(Invalid) { number = try IDNumber(form["idNumber"], today: context.now.day) } catch {
            return page(try await worklistPage(list, context, numberComplaint: error.message), status: .unprocessableContent)
        }
        var found = list
        // Whoever is not in this list is nobody, known elsewhere or not.
        let (member, now) = (context.member, context.now)
        found.filter.person =
            try await database.read { connection in
                guard let person = try connection.person(number)?.id else { return nil }
                var his = list
                his.filter.person = person
                return try connection.worklist(his, for: member, limit: 1, at: now).isEmpty ? nil : person
            } ?? Self.nobody
        return see(Path.worklist(found))
    }

    /// 提醒, beside a row of what was given back.
    @Sendable private func urge(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (id, form): (ID<Dossier>, Form) = (try context.id(), try await Form(request))
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "back" }
        let offered = try await database.read { try self.offeredLists(for: context.member, $0) }
        let list = Worklist(reference: form["back"]).flatMap { offered.contains($0.whole) ? $0 : nil }
        do {
            try await database.write { try $0.urge(id, by: context.actor, key: token.key, at: context.now) }
        } catch Problem.refused(let reason) {
            guard let list else { throw Problem.refused(reason) }
            let notice: HTML = "<div class=\"notice error\" role=\"alert\"><h2>没有提醒</h2><p>\(reason)</p></div>"
            return page(try await worklistPage(list, context, notice: notice), status: .conflict)
        }
        return see(list.map { Path.with($0.values + [("urged", "1")], "/reviews/\($0.name)") } ?? Path.dossier(id))
    }

    @Sendable private func chooseColumns(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "back" || $0 == "usual" || WorklistColumn(rawValue: $0) != nil }
        let list = try await offeredList(context) { _ in nil }
        let chosen = WorklistColumn.possible(in: list).filter { $0 == .name || form[$0.rawValue] == "1" }
        let text = form["usual"] == "1" ? nil : chosen.map(\.rawValue).joined(separator: ",")
        try await database.write { try $0.setColumns(text, of: list.name, for: context.member.id) }
        return see(Path.worklist(back(form, list)))
    }

    /// Where a tool's form was sent from: the same list, as it was narrowed.
    private func back(_ form: Form, _ list: Worklist) -> Worklist { Worklist(reference: form["back"]).flatMap { $0.whole == list ? $0 : nil } ?? list }

    @Sendable private func saveView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "name"].contains($0) }
        let list = try await offeredList(context) { _ in nil }
        let view = back(form, list)
        let reading = FieldReading([WorklistTools.viewName], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        let name = reading.values["name"] ?? ""
        guard reading.problems.isEmpty else { return page(try await worklistPage(view, context, viewComplaint: reading.problems[0].message), status: .unprocessableContent) }
        do {
            try await database.write { try $0.saveView(name, of: list.name, as: view.reference, for: context.member.id) }
        } catch Problem.refused(let reason) {
            return page(try await worklistPage(view, context, viewComplaint: reason), status: .conflict)
        }
        return see(Path.worklist(view))
    }

    @Sendable private func deleteView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "name"].contains($0) }
        let list = try await offeredList(context) { _ in nil }
        try await database.write { try $0.deleteView(form["name"], of: list.name, for: context.member.id) }
        return see(Path.worklist(back(form, list)))
    }
}

/// What stands above a list: filters, saved views, columns, exports.
struct WorklistTools {
    let list: Worklist
    let columns: [WorklistColumn]
    let views: [ListView]
    /// Years of plans, newest first.
    let years: [Int]
    let offices: [WorkUnit]
    let reference: Reference
    let session: Session
    let found: String
    var numberComplaint: String?
    var viewComplaint: String?
    var purposeComplaint: String?

    static let purpose = Field("purpose", "导出用途", .line(100), required: true)

    static let viewName = Field("name", "视图名称", .line(20), required: true)

    private var isNarrowed: Bool { list.filter != Worklist.Filter() }

    var html: HTML { "\(saved)\(filter)\(more)" }

    private var saved: HTML {
        guard !views.isEmpty else { return .empty }
        let path = Path.worklistPart(list, "views/deletion")
        return """
            <ul class="views" aria-label="我的视图">\(views.map { view in
                let target = Worklist(reference: view.reference) ?? list
                let current: HTML = target == list ? " aria-current=\"true\"" : .empty
                return """
                    <li><a href="\(Path.worklist(target))"\(current)>\(view.name)</a><form method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
                    <button class="plain" name="name" value="\(view.name)" aria-label="删除视图\(view.name)">×</button></form></li>
                    """ as HTML
            })</ul>
            """
    }

    private var back: HTML { "<input type=\"hidden\" name=\"back\" value=\"\(list.reference)\">" }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.worklist(list.whole))" role="search">\
        <label class="unseen" for="q">查找</label><input type="search" id="q" name="q" value="\(list.filter.text)" placeholder="姓名、单位或申报职称" maxlength="50">\
        \(select("year", "年度", years.map { (String($0), "\($0) 年度") }, list.filter.year.map { String($0) } ?? ""))\
        \(select("series", "系列", reference.series.map { ($0, $0) }, list.filter.series))\
        \(select("level", "级别", reference.codes(.titleLevels).map { ($0.code, $0.name) }, list.filter.level))\
        \(list.tab == .returned ? select("correction", "状态", Self.corrections, list.filter.correction?.rawValue ?? "") : .empty)\
        \(list.scope == .archive ? archive : .empty)\
        <details class="morefilters"\(" open", if: hasMore)><summary>更多条件</summary><div class="fields">\(details)</div></details>\
        \(list.order == .time ? .empty : "<input type=\"hidden\" name=\"order\" value=\"\(list.order.rawValue)\">" as HTML)\
        \(list.filter.person.map { "<input type=\"hidden\" name=\"person\" value=\"\($0.text)\">" as HTML })\
        <button>查询</button>\(isNarrowed ? "<a class=\"button\" href=\"\(Path.worklist(list.whole))\">清除</a>" as HTML : .empty)<span class="found">\(found)</span></form>
        """
    }

    /// What only the archive is asked for.
    private var archive: HTML {
        let stages = Stage.Name.allCases.filter { $0 != .draft }.map { ($0.rawValue, $0.title) }
        return """
            \(select("concluded", "评审活动", [("1", "已办结"), ("0", "办理中")], list.filter.concluded.map { $0 ? "1" : "0" } ?? ""))\
            \(select("stage", "状态", stages, list.filter.stage?.rawValue ?? ""))
            """
    }

    private static let corrections = [("open", "待申报人修改"), ("overdue", "已逾期"), ("resubmitted", "已重新提交")]

    private var hasMore: Bool {
        let filter = list.filter
        return !filter.name.isEmpty || !filter.unit.isEmpty || !filter.specialty.isEmpty || !filter.kind.isEmpty || filter.acceptanceUnit != nil || filter.from != nil
            || filter.until != nil || !filter.holder.isEmpty
    }

    private var details: HTML {
        """
        \(text("name", "姓名", list.filter.name))\(list.scope == .own ? .empty : text("unit", "所在单位", list.filter.unit))\(text("specialty", "申报专业", list.filter.specialty))\
        \(field("kind", "申报类型", reference.codes(.applicationTypes).map { ($0.code, $0.name) }, list.filter.kind))\
        \(list.scope == .acceptance ? .empty : field("office", "评委会（受理单位）", offices.map { ($0.id.text, $0.name) }, list.filter.acceptanceUnit?.text ?? ""))\
        \(list.scope == .archive ? text("holder", "材料当前所在机构", list.filter.holder) : .empty)\
        \(text("from", "\(list.timeTitle)自", list.filter.from?.description ?? "", day: true))\(text("until", "\(list.timeTitle)至", list.filter.until?.description ?? "", day: true))
        """
    }

    private func text(_ name: String, _ label: String, _ value: String, day: Bool = false) -> HTML {
        """
        <div class="field"><label for="filter-\(name)">\(label)</label><input id="filter-\(name)" name="\(name)" value="\(value)" maxlength="50"\(day ? " placeholder=\"2026-01-31\" inputmode=\"numeric\"" as HTML : .empty)></div>
        """
    }

    private func field(_ name: String, _ label: String, _ options: [(String, String)], _ chosen: String) -> HTML {
        "<div class=\"field\"><label for=\"filter-\(name)\">\(label)</label><select id=\"filter-\(name)\" name=\"\(name)\"><option value=\"\">全部</option>\(options.map { option($0, chosen) })</select></div>"
    }

    private func select(_ name: String, _ label: String, _ options: [(String, String)], _ chosen: String) -> HTML {
        "<select name=\"\(name)\" aria-label=\"\(label)\"><option value=\"\">\(label)：全部</option>\(options.map { option($0, chosen) })</select>"
    }

    private func option(_ option: (String, String), _ chosen: String) -> HTML { "<option value=\"\(option.0)\"\(" selected", if: option.0 == chosen)>\(option.1)</option>" }

    private var more: HTML {
        """
        <div class="tools">\(number)\(columnChoice)\(viewForm)\(exports)</div>
        """
    }

    private var exports: HTML {
        guard list.scope == .archive else {
            return "<span class=\"exports\">导出：<a href=\"\(Path.export(list, as: .xlsx))\" download>xlsx</a> <a href=\"\(Path.export(list, as: .csv))\" download>csv</a></span>"
        }
        let path = Path.worklistPart(list, "export")
        return """
            <details\(" open", if: purposeComplaint != nil)><summary>导出</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            <label for="purpose">导出用途<span class="star" aria-hidden="true">★</span></label><input id="purpose" name="purpose" maxlength="100" aria-required="true"\(purposeComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"purpose-note\"" as HTML)>\
            <button name="format" value="xlsx">导出 xlsx</button><button name="format" value="csv">导出 csv</button>\
            \(purposeComplaint.map { "<p class=\"complaint\" id=\"purpose-note\" role=\"alert\">\($0)</p>" as HTML })<p class="hint">导出的用途、条件和人数记入本单位管理记录。</p></form></details>
            """
    }

    private var number: HTML {
        let path = Path.worklistPart(list, "person")
        return """
            <details\(" open", if: numberComplaint != nil)><summary>按证件号码查找</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\
            <label class="unseen" for="idNumber">证件号码</label><input id="idNumber" name="idNumber" maxlength="18" autocomplete="off" placeholder="完整的证件号码"\(numberComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"idNumber-note\"" as HTML)>\
            <button>查找</button>\(numberComplaint.map { "<p class=\"complaint\" id=\"idNumber-note\" role=\"alert\">\($0)</p>" as HTML })</form></details>
            """
    }

    private var columnChoice: HTML {
        let path = Path.worklistPart(list, "columns")
        return """
            <details><summary>显示列</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            \(WorklistColumn.possible(in: list).filter { $0 != .name }.map { column in
                "<label class=\"check\"><input type=\"checkbox\" name=\"\(column.rawValue)\" value=\"1\"\(" checked", if: columns.contains(column))> \(column.label(in: list))</label>" as HTML
            })<button>保存</button><button name="usual" value="1">恢复默认</button></form></details>
            """
    }

    private var viewForm: HTML {
        guard isNarrowed || list.order != .time else { return .empty }
        let path = Path.worklistPart(list, "views")
        return """
            <details\(" open", if: viewComplaint != nil)><summary>保存为视图</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            <label class="unseen" for="view-name">视图名称</label><input id="view-name" name="name" maxlength="20" placeholder="视图名称"\(viewComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"view-note\"" as HTML)>\
            <button>保存</button>\(viewComplaint.map { "<p class=\"complaint\" id=\"view-note\" role=\"alert\">\($0)</p>" as HTML })</form></details>
            """
    }
}
