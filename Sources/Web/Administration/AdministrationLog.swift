import Domain
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    /// 管理记录: who has changed what of the unit, its staff and roles, when, from what to what; by the unit itself and by its superiors.
    @Sendable func administration(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.administration)
        return page(try await log(of: context.unit.id, request, context))
    }

    /// The same of a unit below, for those above it.
    @Sendable func subordinateAdministration(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        return page(try await log(of: try below(context), request, context))
    }

    @Sendable func exportAdministration(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.administration)
        return try await export(of: context.unit.id, request, context)
    }

    @Sendable func exportSubordinateAdministration(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        return try await export(of: try below(context), request, context)
    }

    /// The unit of the address; the own one has a page of its own, under a permission of its own.
    private func below(_ context: StaffContext) throws -> ID<WorkUnit> {
        let id: ID<WorkUnit> = try context.id()
        guard id != context.unit.id else { throw Problem.notFound }
        return id
    }

    private func log(of id: ID<WorkUnit>, _ request: Request, _ context: StaffContext) async throws -> HTML {
        let (session, own, query) = (context.session, context.unit, request.uri.queryParameters)
        let (filter, key) = (AdministrationFilter(request), query["before"].flatMap { AdministrationEntry.Key(String($0)) })
        return try await database.read { connection in
            let unit = id == own.id ? own : try connection.subordinate(id, below: own.id).unit
            var entries = try connection.administration(of: id, filter, before: key, limit: AdministrationLog.pageSize + 1)
            let hasMore = entries.count > AdministrationLog.pageSize
            if hasMore { entries.removeLast() }
            return AdministrationLog(
                frame: try frame(for: session, connection, current: id == own.id ? Path.administration : Path.subordinates), unit: unit, isOwn: id == own.id, entries: entries,
                filter: filter, isFirst: key == nil, hasMore: hasMore
            ).html
        }
    }

    /// All that the filter finds, page by page, as a table for a spreadsheet.
    private func export(of id: ID<WorkUnit>, _ request: Request, _ context: StaffContext) async throws -> Response {
        let (own, filter) = (context.unit, AdministrationFilter(request))
        let unit = try await database.read { id == own.id ? own : try $0.subordinate(id, below: own.id).unit }
        let database = database
        let table = Table(
            name: "管理记录-\(unit.name)", sheet: "管理记录", heading: ["时间", "单位", "操作人", "操作", "对象", "变更内容"], widths: [18, 30, 16, 20, 30, 60])
        return try await answer(with: table, as: .csv) { add in
            var key: AdministrationEntry.Key?
            while true {
                let entries = try await database.read { [key] in try $0.administration(of: id, filter, before: key, limit: 500) }
                try await add(
                    entries.map { [$0.at.text, $0.byUnit, $0.by, $0.act.title, $0.subjectName, $0.changes.map(\.sentence).joined(separator: "；")] })
                guard entries.count == 500, let last = entries.last else { return }
                key = last.key
            }
        }
    }
}

extension AdministrationFilter {
    init(_ request: Request) {
        let query = request.uri.queryParameters
        func text(_ name: String) -> String { query[Substring(name)].map { String($0.prefix(50)) } ?? "" }
        self.init(search: text("q"), act: AdministrativeAct(rawValue: text("act")), from: Day(text("from")), through: Day(text("through")))
    }

    /// As it stands in an address.
    var query: [(name: String, value: String?)] {
        [("q", search.isEmpty ? nil : search), ("act", act?.rawValue), ("from", from?.description), ("through", through?.description)]
    }
}

extension AdministrationEntry.Key {
    /// Reads `1700000000000-12-…id…`.
    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 3, let milliseconds = Int64(parts[0]), let number = Int(parts[1]), let unit = ID<WorkUnit>(String(parts[2])) else { return nil }
        self.init(at: Instant(milliseconds: milliseconds), unit: unit, number: number)
    }

    var text: String { "\(at.milliseconds)-\(number)-\(unit)" }
}

extension AdministrationEntry {
    /// One field that is different.
    struct Change {
        let field: String
        let old: String
        let new: String

        var sentence: String { old.isEmpty ? "\(field)：\(new)" : "\(field)：\(old) → \(new.isEmpty ? "无" : new)" }
        var html: HTML { old.isEmpty ? "\(field)：\(new)" : "\(field)：<del>\(old)</del> → \(new.isEmpty ? "无" : new)" }
    }

    /// Only what is different, field by field.
    var changes: [Change] {
        Set(before.keys).union(after.keys).sorted().compactMap { key in
            let (old, new) = (before[key] ?? "", after[key] ?? "")
            return old == new ? nil : Change(field: key, old: old, new: new)
        }
    }
}

struct AdministrationLog {
    let frame: Frame
    let unit: WorkUnit
    let isOwn: Bool
    let entries: [AdministrationEntry]
    let filter: AdministrationFilter
    let isFirst: Bool
    let hasMore: Bool

    static let pageSize = 50

    private var path: String { isOwn ? Path.administration : Path.subordinateAdministration(unit.id) }

    var html: HTML {
        frame.page(
            "管理记录",
            body: """
                <div class="title acting"><div>\(isOwn ? .empty : "<nav class=\"crumbs\" aria-label=\"位置\"><a href=\"\(Path.subordinate(unit.id))\">\(unit.name)</a></nav>" as HTML)<h1>管理记录<small>\(unit.name)</small></h1></div>\
                <a class="button" href="\(Path.with(filter.query, path + "/export"))">导出</a></div>
                <section class="card list">\(search)\(entries.isEmpty ? empty : table)\(pager)</section>
                """)
    }

    private var search: HTML {
        """
        <form class="filter" method="get" action="\(path)" role="search"><label for="q">查找</label>\
        <input type="search" id="q" name="q" value="\(filter.search)" placeholder="单位、人员、角色或操作人" maxlength="50">\
        <label for="act">操作</label><select id="act" name="act"><option value="">全部</option>\(AdministrativeAct.allCases.map {
            "<option value=\"\($0.rawValue)\"\(" selected", if: $0 == filter.act)>\($0.title)</option>" as HTML
        })</select><label for="from">自</label><input type="text" class="day" id="from" name="from" value="\(filter.from?.description ?? "")" placeholder="2026-01-31" inputmode="numeric">\
        <label for="through">至</label><input type="text" class="day" id="through" name="through" value="\(filter.through?.description ?? "")" placeholder="2026-01-31" inputmode="numeric">\
        <button>查询</button>\(filter.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(path)\">清除</a>")</form>
        """
    }

    private var empty: HTML {
        filter.isEmpty
            ? "<p class=\"none\">还没有记录。新增、修改、停用单位、工作人员和角色后，在此可查何人、何时、由什么改为什么。</p>"
            : "<p class=\"none\">没有符合条件的记录。<a href=\"\(path)\">查看全部</a></p>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="管理记录"><table class="work"><thead><tr><th scope="col">时间</th><th scope="col">操作人</th>\
        <th scope="col">操作</th><th scope="col">对象</th><th scope="col">变更内容</th></tr></thead><tbody>\(entries.map(row))</tbody></table></div>
        """
    }

    private func row(_ entry: AdministrationEntry) -> HTML {
        """
        <tr><td data-label="时间" class="number">\(entry.at.text)</td><td data-label="操作人">\(entry.by)\(entry.unit == unit.id ? .empty : "<small>\(entry.byUnit)</small>" as HTML)</td><td data-label="操作">\(entry.act.title)</td>\
        <td data-label="对象">\(entry.subjectName)</td><td data-label="变更内容">\(HTML.joined(entry.changes.map(\.html), between: "<br>"))</td></tr>
        """
    }

    private var pager: HTML {
        Pager(
            first: isFirst ? nil : Path.with(filter.query, path),
            next: hasMore ? entries.last.map { Path.with(filter.query + [("before", $0.key.text)], path) } : nil
        ).html
    }
}
