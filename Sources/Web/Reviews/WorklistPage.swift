import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 本单位人员审核, 下级单位人员审核 and 受理审核: one list of what waits.
    @Sendable func worklist(_ request: Request, _ context: StaffContext) async throws -> Response {
        let query = request.uri.queryParameters
        guard let list = Worklist(name: context.parameters.get("list") ?? "", search: String(query["q"]?.prefix(50) ?? "")) else { throw Problem.notFound }
        let (member, session, now, key) = (context.member, context.session, context.now, query["after"].flatMap(Worklist.Key.init))
        let done = query["done"].flatMap(Done.init)
        let worklist = try await database.read { connection in
            let offered = try offeredLists(for: member, connection)
            guard offered.contains(where: { $0.name == list.name }) else { throw Problem.notAllowed("您没有查看该列表的权限。") }
            var entries = try connection.worklist(list, for: member, after: key, limit: Worklist.pageSize + 1)
            let more = entries.count > Worklist.pageSize
            if more { entries.removeLast() }
            let tabs = try offered.filter { $0.scope == list.scope }.map { (list: $0, count: try connection.worklistCount($0, for: member)) }
            return WorklistPage(
                frame: try frame(for: session, connection, current: Path.worklist(tabs[0].list)), list: list, tabs: tabs,
                found: list.search.isEmpty ? nil : try connection.worklistCount(list, for: member), entries: entries, isFirst: key == nil, hasMore: more,
                mayAct: member.permissions.contains(list.permission), toast: try self.toast(done, for: .staff(member), in: session, connection), calendar: calendar, now: now)
        }
        return page(worklist.html)
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

extension Worklist.Key {
    /// Reads `1763000000000-…id…`.
    init?(_ text: Substring) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = ID<Dossier>(String(parts[1])) else { return nil }
        self.init(arrivedAt: Instant(milliseconds: milliseconds), dossier: id)
    }
}

struct WorklistPage {
    let frame: Frame
    let list: Worklist
    let tabs: [(list: Worklist, count: Int)]
    /// How many the search found; nil without a search.
    let found: Int?
    let entries: [Worklist.Entry]
    let isFirst: Bool
    let hasMore: Bool
    let mayAct: Bool
    let toast: HTML
    let calendar: WorkCalendar
    let now: Instant

    var html: HTML {
        frame.page(
            "\(list.menuTitle) · \(list.tabTitle)",
            body: """
                <h1>\(list.menuTitle)</h1><nav class="tabs" aria-label="审核环节"><ul>\(tabs.map(tab))</ul></nav>
                <section class="card list">\(filter)\(entries.isEmpty ? empty : table)\(pager)</section>
                """, toast: toast)
    }

    private func tab(_ tab: (list: Worklist, count: Int)) -> HTML {
        let current: HTML = tab.list.name == list.name ? " aria-current=\"page\"" : .empty
        return "<li><a href=\"\(Path.worklist(tab.list))\"\(current)>\(tab.list.tabTitle) <span class=\"count\">\(tab.count)</span></a></li>"
    }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.worklist(Worklist(scope: list.scope, waiting: list.waiting)))" role="search">\
        <label for="q">查找</label><input type="search" id="q" name="q" value="\(list.search)" placeholder="姓名、单位或申报职称" maxlength="50">\
        <button>查询</button>\(list.search.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(Path.worklist(Worklist(scope: list.scope, waiting: list.waiting)))\">清除</a>")\
        <span class="found">\(foundText)</span></form>
        """
    }

    private var foundText: String {
        guard let found else { return "按到达时间排列，等待最久的在前" }
        return found > 1000 ? "找到超过 1000 人" : "找到 \(found) 人"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="\(list.menuTitle)列表"><table class="work"><thead><tr><th scope="col">姓名</th><th scope="col">证件号码</th>\
        \(list.scope == .own ? HTML.empty : "<th scope=\"col\">所在单位</th>")<th scope="col">申报职称</th><th scope="col">评审计划</th><th scope="col">到达时间</th>\
        <th scope="col">已等待</th><th scope="col">操作</th></tr></thead><tbody>\(entries.map(row))</tbody></table></div>
        """
    }

    private func row(_ entry: Worklist.Entry) -> HTML {
        """
        <tr><td data-label="姓名"><a href="\(Path.dossier(entry.dossier))">\(entry.applicantName)</a></td><td data-label="证件号码" class="number">\(entry.idNumber.masked)</td>\
        \(list.scope == .own ? HTML.empty : "<td data-label=\"所在单位\">\(entry.unitName)</td>")<td data-label="申报职称">\(entry.title)</td><td data-label="评审计划" class="plan" title="\(entry.planName)">\(entry.planName)</td>\
        <td data-label="到达时间" class="number">\(entry.arrivedAt.text)</td><td data-label="已等待">\(Waited(calendar, since: entry.arrivedAt, now: now).html)</td>\
        <td data-label="操作"><a class="action" href="\(Path.dossier(entry.dossier))">\(mayAct ? "审核" : "查看")<span class="unseen">\(entry.applicantName)</span></a></td></tr>
        """
    }

    private var empty: HTML {
        list.search.isEmpty
            ? "<p class=\"none\">\(list.menuTitle)现在没有待\(list.tabTitle.replacing("待", with: ""))的申报人。材料到达后会出现在这里，首页和菜单上的数字随之变化。</p>"
            : "<p class=\"none\">没有找到与“\(list.search)”相符的申报人。可以减少几个字，或清除查询条件。</p>"
    }

    private var pager: HTML {
        Pager(first: isFirst ? nil : Path.worklist(list), next: hasMore ? entries.last.map { Path.worklist(list, after: $0.key) } : nil).html
    }
}
