import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 单位申请审核: what units have asked of this one.
    @Sendable func unitRequestList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let (session, unit, query) = (context.session, context.unit, request.uri.queryParameters)
        let (isDecided, key) = (query["list"] == "decided", query["after"].flatMap { UnitRequest.Key(String($0)) })
        let now = context.now
        let list = try await database.read { connection in
            var found = try connection.requests(to: unit.id, waiting: !isDecided, after: key, limit: UnitRequest.pageSize + 1)
            let hasMore = found.count > UnitRequest.pageSize
            if hasMore { found.removeLast() }
            return UnitRequestListPage(
                frame: try frame(for: session, connection, current: Path.unitRequests), unit: unit, isDecided: isDecided, requests: found,
                waiting: try connection.requestsWaiting(at: unit.id), isFirst: key == nil, hasMore: hasMore, calendar: calendar, now: now)
        }
        return page(list.html)
    }
}

extension UnitRequest.Key {
    /// Reads `1700000000000-…id…`.
    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = ID<UnitRequest>(String(parts[1])) else { return nil }
        self.init(submittedAt: Instant(milliseconds: milliseconds), id: id)
    }

    var text: String { "\(submittedAt.milliseconds)-\(id)" }
}

struct UnitRequestListPage {
    let frame: Frame
    let unit: WorkUnit
    let isDecided: Bool
    let requests: [UnitRequest]
    let waiting: Int
    let isFirst: Bool
    let hasMore: Bool
    let calendar: WorkCalendar
    let now: Instant

    var html: HTML {
        frame.page(
            "单位申请审核",
            body: """
                <div class="title"><h1>单位申请审核<small>\(unit.name)</small></h1></div>
                <nav class="tabs" aria-label="单位申请"><ul>\(tab("待审核", decided: false, count: waiting))\(tab("已办理", decided: true, count: nil))</ul></nav>
                <section class="card list">\(requests.isEmpty ? empty : table)\(pager)</section>
                """)
    }

    private func tab(_ title: String, decided: Bool, count: Int?) -> HTML {
        let number: HTML = count.map { " <span class=\"count\">\($0)</span>" } ?? .empty
        return "<li><a href=\"\(Path.unitRequests(decided: decided))\"\(isDecided == decided ? " aria-current=\"page\"" : .empty)>\(title)\(number)</a></li>"
    }

    private var empty: HTML {
        isDecided
            ? "<p class=\"none\">还没有办理过单位申请。</p>"
            : "<p class=\"none\">没有等待审核的单位注册、变更上级单位和更正申请。单位选择本单位为上级单位提交申请后，在此审核。</p>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="单位申请"><table class="work"><thead><tr><th scope="col">单位名称</th><th scope="col">统一社会信用代码</th>\
        <th scope="col">申请</th><th scope="col">提交人</th><th scope="col">提交时间</th><th scope="col">\(isDecided ? "状态" : "已等待")</th><th scope="col">操作</th></tr></thead>\
        <tbody>\(requests.map(row))</tbody></table></div>
        """
    }

    private func row(_ request: UnitRequest) -> HTML {
        let state: HTML =
            isDecided ? "<span class=\"tag\(request.state == .passed ? " good" : "")\">\(request.state.title)</span>" : Waited(calendar, since: request.submittedAt, now: now).html
        return """
            <tr><td data-label="单位名称"><a href="\(Path.unitRequest(request.id))">\(request.unitName)</a></td><td data-label="统一社会信用代码" class="number">\(request.creditCode.text)</td>\
            <td data-label="申请">\(request.kind.title)</td><td data-label="提交人">\(request.personName)</td><td data-label="提交时间" class="number">\(request.submittedAt.text)</td>\
            <td data-label="\(isDecided ? "状态" : "已等待")">\(state)</td><td data-label="操作"><a href="\(Path.unitRequest(request.id))">\(isDecided ? "查看" : "审核")</a></td></tr>
            """
    }

    private var pager: HTML {
        let key = requests.last.map { UnitRequest.Key(submittedAt: $0.submittedAt, id: $0.id) }
        return Pager(
            first: isFirst ? nil : Path.unitRequests(decided: isDecided), next: hasMore ? key.map { Path.unitRequests(decided: isDecided, after: $0.text) } : nil
        ).html
    }
}
