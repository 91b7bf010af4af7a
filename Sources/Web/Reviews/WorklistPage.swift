import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 本单位人员审核, 下级单位人员审核 and 受理审核: the lists of a unit (D27).
    @Sendable func worklist(_ request: Request, _ context: StaffContext) async throws -> Response {
        let query = request.uri.queryParameters
        let values: (String) -> String? = { query[Substring($0)].map(String.init) }
        if let complaint = Worklist.complaint(of: values), let list = Worklist(name: context.parameters.get("list") ?? "", values: values) {
            let notice: HTML = "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><p>\(complaint.message)。</p></div>"
            return page(try await worklistPage(list, context, notice: notice), status: .unprocessableContent)
        }
        let list = try namedList(context, values)
        return page(
            try await worklistPage(
                list, context, after: query["after"].flatMap { Worklist.Key($0) }, done: query["done"].flatMap(Done.init),
                notice: query["urged"] == "1" ? Self.urged : query["none"] == "1" ? Self.noneTicked : nil))
    }

    private static var urged: HTML { "<div class=\"notice success\" role=\"status\"><p>已提醒申报人，消息已送达其首页。</p></div>" }

    private static var noneTicked: HTML { "<div class=\"notice warning\" role=\"alert\" tabindex=\"-1\" data-focus><p>没有选择申报人，请先勾选。</p></div>" }

    /// Refused where the list is not offered to the asker.
    func worklistPage(
        _ list: Worklist, _ context: StaffContext, after key: Worklist.Key? = nil, done: Done? = nil, notice: HTML? = nil, numberComplaint: String? = nil,
        viewComplaint: String? = nil,
        purposeComplaint: String? = nil
    ) async throws -> HTML {
        let (member, session, now) = (context.member, context.session, context.now)
        return try await database.read { connection in
            let offered = try self.offeredLists(for: member, of: context.unit, connection)
            guard offered.contains(list.whole) else { throw Problem.notAllowed("您没有查看该列表的权限。") }
            let columns = WorklistColumn.chosen(try connection.columns(of: list.name, for: member.id), in: list)
            let read = try connection.worklistPage(list, for: member, after: key, telling: Set(columns.compactMap(\.detail)), at: now)
            var notice = notice
            if read.list != list { notice = "\(notice)<div class=\"notice warning\" role=\"status\"><p>列表人数较多，按时间排列；请先用查询条件缩小范围，再按其他列排列。</p></div>" }
            let list = read.list
            let tabs = try offered.filter { $0.scope == list.scope }.map { (list: $0, count: try WorklistPage.count(of: $0, for: member, at: now, connection)) }
            guard let firstTab = tabs.first else { throw Problem.notAllowed("您没有查看该列表的权限。") }
            let tools = WorklistTools(
                list: list, columns: columns, views: try connection.views(of: list.name, for: member.id), years: try connection.planYears(),
                offices: list.scope == .acceptance ? [] : try connection.acceptanceUnits(), reference: reference, session: session,
                found: WorklistPage.sentence(read.found, of: list),
                bulks: list.waits || list.tab == .returned ? try connection.recentBulks(of: member, since: now.adding(seconds: -7 * 86_400)) : [],
                made: try connection.recentExports(of: list.name, by: member, since: now.adding(seconds: -2 * Export.kept)),
                numberComplaint: numberComplaint, viewComplaint: viewComplaint, purposeComplaint: purposeComplaint)
            let mayAct = list.waits && member.permissions.contains(list.permission)
            return WorklistPage(
                frame: try frame(for: session, connection, current: Path.worklist(firstTab.list), lists: offered), list: list, tabs: tabs, tools: tools, entries: read.entries,
                columns: columns,
                isFirst: key == nil, hasMore: read.hasMore, mayAct: mayAct,
                closed: mayAct ? try connection.closed(to: member, of: context.unit, among: read.entries.map(\.dossier), in: list.tab) : [:],
                isLimited: member.limits != .none,
                toast: try notice ?? self.toast(done, for: .staff(member), in: session, connection),
                session: session, reference: reference, calendar: calendar, now: now
            ).html
        }
    }

    /// What the step just taken came to, told on the next page.
    func toast(_ done: Done?, for actor: Actor, in session: Session, _ connection: any Connection) throws -> HTML {
        guard let done else { return .empty }
        do {
            let dossier = try connection.dossier(done.dossier, for: actor)
            guard let entry = try connection.trail(of: dossier.id).first(where: { $0.number == done.number }), entry.person == actor.person else { return .empty }
            let next = dossier.whereabouts(for: actor, in: try surroundings(of: dossier, for: actor, at: entry.at, connection)).place
            return """
                <div class="notice success" role="status"><p><strong>\(entry.title)：</strong><a href="\(Path.dossier(dossier.id))">\(dossier.applicantName)</a>。\(next)。</p>\(undoing(dossier, for: actor, in: session))</div>
                """
        } catch Problem.notFound {
            return .empty
        }
    }
}

extension Site {
    /// 撤回 or 收回初审 of what was just passed, with one click.
    private func undoing(_ dossier: Dossier, for actor: Actor, in session: Session) -> HTML {
        let offers = dossier.offers(to: actor)
        guard let window = [StepWindow.withdrawals, .takeBacks].first(where: { offers.contains($0.step.name) }) else { return .empty }
        let path = Path.step(window, on: dossier.id)
        return """
            <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, version: dossier.version, in: session))<button class="plain">\(window.title)</button></form>
            """
    }
}

struct WorklistPage {
    let frame: Frame
    let list: Worklist
    let tabs: [(list: Worklist, count: Int)]
    let tools: WorklistTools
    let entries: [Worklist.Entry]
    let columns: [WorklistColumn]
    let isFirst: Bool
    let hasMore: Bool
    let mayAct: Bool
    /// On which of the entries the reader himself may not decide, and why.
    let closed: [ID<Dossier>: String]
    /// Whether the reader deals with some of them only, so that they are counted.
    let isLimited: Bool
    let toast: HTML
    let session: Session
    let reference: Reference
    let calendar: WorkCalendar
    let now: Instant

    /// How many a filter has found (nil: there is none).
    static func sentence(_ found: Worklist.Page.Found?, of list: Worklist) -> String {
        switch found {
        case nil: list.order == .time && list.waits ? "等待最久的在前" : ""
        case .exactly(let number) where number <= 1000: "找到 \(number) 人"
        case .exactly: "找到超过 1000 人"
        case .atLeast(let number): "找到 \(number) 人以上"
        }
    }

    var html: HTML {
        frame.page(
            "\(list.menuTitle) · \(list.tabTitle)",
            body: """
                <h1>\(list.menuTitle)</h1><nav class="tabs" aria-label="审核环节"><ul>\(tabs.map(tab))</ul></nav>
                <section class="card list">\(tools.html)\(entries.isEmpty ? empty : table)\(pager)</section>
                """, toast: toast)
    }

    /// How many of a list that is not kept count of are counted for its tab.
    private static func mostCounted(in list: Worklist) -> Int { list.tab == .reviewed ? 99 : 1000 }

    /// What a list's tab says it holds: at most one more than is counted.
    static func count(of list: Worklist, for member: StaffMember, at now: Instant, _ connection: any Connection) throws -> Int {
        try list.waits ? connection.waitingCount(list, for: member) : connection.worklistCount(list, for: member, most: mostCounted(in: list), at: now)
    }

    private func tab(_ tab: (list: Worklist, count: Int)) -> HTML {
        let current: HTML = tab.list == list.whole ? " aria-current=\"page\"" : .empty
        // The others' numbers are kept.
        let isCounted = isLimited && !tab.list.waits || [.handled, .overseen, .reviewed].contains(tab.list.tab)
        let most = WorklistPage.mostCounted(in: tab.list)
        let count = isCounted && tab.count > most ? "\(most)+" : String(tab.count)
        return "<li><a href=\"\(Path.worklist(tab.list))\"\(current)>\(tab.list.tabTitle) <span class=\"count\">\(count)</span></a></li>"
    }

    private var table: HTML {
        let origin = Path.origin(list)
        let cells = columns.map { ($0, "<td data-label=\"\($0.label(in: list))\"" as HTML) }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(list.menuTitle)列表"><table class="work"><thead><tr>\(bulkKinds.isEmpty ? .empty : "<th scope=\"col\" data-tick-all><span class=\"unseen\">选择</span></th>" as HTML)\(columns.map(head))<th scope="col">操作</th></tr></thead>\
            <tbody>\(entries.map { row($0, of: cells, from: origin) })</tbody></table></div>\(bulkBar)
            """
    }

    private func head(_ column: WorklistColumn) -> HTML {
        let label = column.label(in: list)
        guard let order = column.order(in: list) else { return "<th scope=\"col\">\(label)</th>" }
        var sorted = list
        sorted.order = order
        return "<th scope=\"col\"\(column.sorting(in: list))><a href=\"\(Path.worklist(sorted))\">\(label)</a></th>"
    }

    /// `cells`: columns with how their cells begin; `origin`: of an address that leads back here.
    private func row(_ entry: Worklist.Entry, of cells: [(WorklistColumn, HTML)], from origin: String) -> HTML {
        let path = "\(Path.dossier(entry.dossier))\(origin)"
        return """
                <tr>\(tick(entry))\(cells.map { cell($0, $1, entry, path) })<td data-label="操作"><a class="action" href="\(path)">\(mayAct && closed[entry.dossier] == nil ? "审核" : "查看")<span class="unseen">\(entry.applicantName)</span></a>\(closed[entry.dossier].map { " <span class=\"tag\">\($0)</span>" as HTML })\(reminder(entry))</td></tr>
            """
    }

    /// What can be decided on many of the list at once.
    private var bulkKinds: [Bulk.Kind] {
        switch list.tab {
        case .firstReview, .secondReview: mayAct ? [.pass, .giveBack] : []
        case .returned: [.remind]
        case .reviewed, .reported, .failed, .acceptance, .accepted, .refused, .handled, .overseen: []
        }
    }

    private func tick(_ entry: Worklist.Entry) -> HTML {
        guard !bulkKinds.isEmpty else { return .empty }
        guard list.tab != .returned || entry.isBack, closed[entry.dossier] == nil else { return "<td class=\"tick\"></td>" }
        return "<td class=\"tick\"><input type=\"checkbox\" form=\"bulk\" name=\"d.\(entry.dossier.text)\" value=\"\(entry.version)\" aria-label=\"选择\(entry.applicantName)\"></td>"
    }

    private var bulkBar: HTML {
        guard !bulkKinds.isEmpty else { return .empty }
        let path = Path.worklistPart(list, "bulk")
        return """
            <form id="bulk" class="bulk" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))<input type="hidden" name="back" value="\(list.reference)">\
            \(isFirst && !hasMore ? .empty : "<label class=\"check\"><input type=\"checkbox\" name=\"all\" value=\"1\"> 全部符合条件的（最多 \(Bulk.most) 人）</label>" as HTML)<span data-ticked>勾选后：</span>\(bulkKinds.map { "<button name=\"action\" value=\"\($0.rawValue)\">\($0.title)</button>" as HTML })</form>
            """
    }

    /// 提醒, for what lies with its applicant and can still be sent in.
    private func reminder(_ entry: Worklist.Entry) -> HTML {
        guard list.tab == .returned, entry.isBack, let deadline = entry.deadline, deadline > now else { return .empty }
        let path = Path.reminders(entry.dossier)
        return """
            <form class="nudge" method="post" action="\(path)" data-once>\(FormToken.fields(for: path, in: session))<input type="hidden" name="back" value="\(list.reference)">\
            <button class="plain">提醒<span class="unseen">\(entry.applicantName)</span></button></form>
            """
    }

    private func cell(_ column: WorklistColumn, _ beginning: HTML, _ entry: Worklist.Entry, _ path: String) -> HTML {
        let text = column.text(entry, reference, calendar, now: now)
        switch column {
        case .name: return "\(beginning)><a href=\"\(path)\">\(text)</a></td>"
        case .waited: return "\(beginning)>\(Waited(calendar, since: entry.at, now: now).html)</td>"
        case .state: return "\(beginning)>\(StageTag(stage: entry.stage).html)</td>"
        case .deadline: return "\(beginning)>\(deadline(entry))</td>"
        case .plan, .holder, .whereabouts, .office: return "\(beginning) class=\"plan\" title=\"\(text)\">\(text)</td>"
        case .idNumber, .time, .year: return "\(beginning) class=\"number\">\(text)</td>"
        case .unit, .sender, .title, .series, .level, .specialty, .kind: return "\(beginning)>\(text)</td>"
        }
    }

    /// Near, past, or answered.
    private func deadline(_ entry: Worklist.Entry) -> HTML {
        guard entry.isBack, let deadline = entry.deadline else { return "<span class=\"tag good\">已重新提交</span>" }
        let last = deadline.adding(seconds: -1).day
        if deadline <= now { return "<span class=\"tag late\">\(last.description) 已逾期</span>" }
        let left = calendar.workingDays(from: now.day.adding(1), through: last)
        return left <= Reminder.daysAhead ? "<span class=\"tag soon\">\(last.description) 剩 \(left) 个工作日</span>" : "<span class=\"tag\">\(last.description)</span>"
    }

    private var empty: HTML {
        guard list.filter == Worklist.Filter() else { return "<p class=\"none\">没有找到相符的申报人。可以减少条件，或清除查询条件。</p>" }
        let name = "\(list.menuTitle) · \(list.tabTitle)"
        return switch list.tab {
        case .firstReview, .secondReview, .acceptance:
            "<p class=\"none\">“\(name)”现在没有等待办理的申报人。材料到达后会出现在这里，首页和菜单上的数字随之变化。</p>"
        case .reviewed: "<p class=\"none\">没有您初审通过、等待复审的申报人。复审办理前，可以在这里收回初审。</p>"
        case .reported: "<p class=\"none\">还没有上报的申报人。本单位审核通过、提交下一环节的材料会列在这里；下一环节办理前可以撤回。</p>"
        case .returned: "<p class=\"none\">还没有退回的申报人。退回的材料会列在这里，逾期未重新提交的会标出，可以修改提交截止时间。</p>"
        case .failed: "<p class=\"none\">没有审核不通过的申报人。计划办结前，不通过的材料可以在这里重新审核。</p>"
        case .handled, .overseen: "<p class=\"none\">还没有上报过的申报人。</p>"
        case .accepted, .refused: "<p class=\"none\">还没有\(list.tabTitle)的申报人。</p>"
        }
    }

    private var pager: HTML {
        Pager(first: isFirst ? nil : Path.worklist(list), next: hasMore ? entries.last.map { Path.worklist(list, after: $0.key) } : nil).html
    }
}
