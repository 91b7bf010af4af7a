import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// What the unit has sent, and what the reader has not finished.
    @Sendable func circularList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (session, unit, member) = (context.session, context.unit, context.member)
        let key = request.uri.queryParameters["after"].flatMap { Circular.Key(String($0)) }
        let shown = try await database.read { connection in
            var found = try connection.circulars(of: unit.id, before: key.map { ($0.sentAt, $0.id) }, limit: Circular.pageSize + 1)
            let hasMore = found.count > Circular.pageSize
            if hasMore { found.removeLast() }
            return CircularListPage(
                frame: try frame(for: session, connection, current: Path.newCircular), unit: unit, circulars: found, drafts: try connection.circularDrafts(of: member),
                isFirst: key == nil, hasMore: hasMore)
        }
        return page(shown.html)
    }

    /// A circular as its sender has it: what was sent, and who has confirmed it.
    @Sendable func circular(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (session, unit, query, id) = (context.session, context.unit, request.uri.queryParameters, try context.id() as ID<Circular>)
        let (waiting, key) = (query["list"] == "waiting", query["after"].flatMap { CircularAddressee.Key(String($0)) })
        let shown = try await database.read { connection in
            let circular = try connection.circular(id, of: unit.id)
            var found = try connection.addressees(of: id, waiting: waiting, after: key, limit: Circular.pageSize + 1)
            let hasMore = found.count > Circular.pageSize
            if hasMore { found.removeLast() }
            return CircularPage(
                frame: try frame(for: session, connection, current: Path.newCircular), circular: circular, addressees: found, waiting: waiting, isFirst: key == nil,
                hasMore: hasMore, isDone: query["done"] == "1")
        }
        return page(shown.html)
    }
}

extension Circular {
    static let pageSize = 50

    /// Where a page of the list begins: behind this one.
    struct Key {
        let sentAt: Instant
        let id: ID<Circular>

        init(_ circular: Circular) { (sentAt, id) = (circular.sentAt, circular.id) }

        /// Reads `1700000000000-…id…`.
        init?(_ text: String) {
            let parts = text.split(separator: "-")
            guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = ID<Circular>(String(parts[1])) else { return nil }
            (sentAt, self.id) = (Instant(milliseconds: milliseconds), id)
        }

        var text: String { "\(sentAt.milliseconds)-\(id)" }
    }
}

extension CircularAddressee.Key {
    /// Reads `…id…-name`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        self.init(name: String(parts[1]), id: String(parts[0]))
    }

    var text: String { "\(id)-\(name)" }
}

struct CircularListPage {
    let frame: Frame
    let unit: WorkUnit
    let circulars: [Circular]
    let drafts: [Circular.Draft]
    let isFirst: Bool
    let hasMore: Bool

    var html: HTML {
        frame.page(
            "已发送的消息",
            body: """
                <div class="title"><h1>消息通知<small>\(unit.name)</small></h1></div>\(CircularTabs(.sent, drafts: drafts.count).html)
                \(isFirst && !drafts.isEmpty ? draftSection : .empty)<section class="card list"><h2>已发送</h2>\(circulars.isEmpty ? empty : table)\(pager)</section>
                """)
    }

    private var empty: HTML { "<p class=\"none\">本单位还没有发送过消息。请在“选择接收单位”中勾选单位，点击“编辑信息”。</p>" }

    private var draftSection: HTML {
        """
        <section class="card list"><h2>草稿<small>只有本人可以看到</small></h2><ul class="rows">\(drafts.map { draft in
            "<li><a href=\"\(Path.circularDraft(draft.id))\">\(draft.subject.isEmpty ? "（没有标题）" : draft.subject)</a><span>\(draft.changedAt.text)</span></li>" as HTML
        })</ul></section>
        """
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="已发送的消息"><table class="work"><thead><tr><th scope="col">标题</th><th scope="col">发送人</th><th scope="col">发送时间</th>\
        <th scope="col">接收</th><th scope="col">已确认</th></tr></thead><tbody>\(circulars.map { circular in
            """
            <tr><td data-label="标题" class="name"><a href="\(Path.circular(circular.id))">\(circular.subject)</a></td><td data-label="发送人">\(circular.authorName)</td>\
            <td data-label="发送时间" class="number">\(circular.sentAt.text)</td><td data-label="接收" class="number">\(circular.addressed)</td>\
            <td data-label="已确认"><span class="tag\(circular.confirmed == circular.addressed ? " good" : "")">\(circular.confirmed) / \(circular.addressed)</span></td></tr>
            """ as HTML
        })</tbody></table></div>
        """
    }

    private var pager: HTML {
        Pager(
            first: isFirst ? nil : Path.circulars, next: hasMore ? circulars.last.map { Path.with([("after", Circular.Key($0).text)], Path.circulars) } : nil
        ).html
    }
}

struct CircularPage {
    let frame: Frame
    let circular: Circular
    let addressees: [CircularAddressee]
    let waiting: Bool
    let isFirst: Bool
    let hasMore: Bool
    let isDone: Bool

    var html: HTML {
        frame.page(
            circular.subject,
            body: """
                <div class="title acting"><h1>\(circular.subject)</h1><div class="buttons"><a class="button" href="\(Path.circulars)">返回已发送</a></div></div>
                <section class="card">\(Facts([
                    ("发送单位", circular.unitName), ("发送人", circular.authorName), ("发送时间", circular.sentAt.text), ("接收", "\(circular.addressed) 个单位或人员"), ("已确认", "\(circular.confirmed)"),
                ]).html)<p class="letter">\(circular.body)</p></section>
                <nav class="tabs" aria-label="确认情况"><ul>\(tab("全部接收人", false, circular.addressed))\(tab("未确认", true, circular.addressed - circular.confirmed))</ul></nav>
                <section class="card list">\(addressees.isEmpty ? "<p class=\"none\">接收人都已确认。</p>" as HTML : table)\(pager)</section>
                """,
            toast: isDone
                ? "<div class=\"notice success\" role=\"status\"><p><strong>已发送</strong>给 \(circular.addressed) 个单位或人员。</p></div>" : .empty)
    }

    private func address(_ waiting: Bool, after key: String? = nil) -> String { Path.with([("list", waiting ? "waiting" : nil), ("after", key)], Path.circular(circular.id)) }

    private func tab(_ title: String, _ waiting: Bool, _ count: Int) -> HTML {
        "<li><a href=\"\(address(waiting))\"\(waiting == self.waiting ? " aria-current=\"page\"" : .empty)>\(title) <span class=\"count\">\(count)</span></a></li>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="接收人"><table class="work"><thead><tr><th scope="col">接收人</th><th scope="col">类别</th><th scope="col">确认已读</th></tr></thead>\
        <tbody>\(addressees.map { each in
            let state: HTML =
                each.confirmedAt.map { "<span class=\"tag good\">已确认</span> \(each.confirmerName) \($0.text)" } ?? "<span class=\"tag\">未确认</span>"
            return """
                <tr><td data-label="接收人" class="name">\(each.name)</td><td data-label="类别">\(each.isUnit ? "单位" : "个人")</td><td data-label="确认已读">\(state)</td></tr>
                """ as HTML
        })</tbody></table></div>
        """
    }

    private var pager: HTML {
        Pager(first: isFirst ? nil : address(waiting), next: hasMore ? addressees.last.map { address(waiting, after: $0.key.text) } : nil).html
    }
}
