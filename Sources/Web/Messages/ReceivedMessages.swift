import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    func addReceivedMessages(to signedIn: RouterGroup<SignedInContext>) {
        signedIn.get("/received-messages", use: receivedMessages)
        signedIn.get("/received-messages/:id", use: receivedCircular)
        signedIn.post("/received-messages/:id/confirmations", use: confirmCircular)
        signedIn.post("/messages/seen", use: markMessagesSeen)
    }

    /// 已接收消息列表.
    @Sendable private func receivedMessages(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (session, actor, query) = (context.session, try context.actor, request.uri.queryParameters)
        let selection = query["kind"].flatMap { Message.Selection(rawValue: String($0)) } ?? .all
        let key = query["after"].flatMap { Message.Key(String($0)) }
        let shown = try await database.read { connection in
            var found = try connection.messages(for: actor, at: session.signedIn.account, selection, after: key, limit: Message.pageSize + 1)
            let hasMore = found.count > Message.pageSize
            if hasMore { found.removeLast() }
            return ReceivedMessagesPage(
                frame: try frame(for: session, connection, current: Path.receivedMessages), messages: MessageRows(messages: found, session: session), selection: selection,
                waiting: try connection.circularsToConfirm(by: actor), isFirst: key == nil, hasMore: hasMore, session: session)
        }
        return page(shown.html)
    }

    /// What a unit has sent to the reader or his unit, whole, and from whom it is.
    @Sendable private func receivedCircular(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (session, actor, id) = (context.session, try context.actor, try context.id() as ID<Circular>)
        let shown = try await database.read { connection in
            ReceivedCircularPage(
                frame: try frame(for: session, connection, current: Path.receivedMessages), received: try connection.receivedCircular(id, by: actor, at: session.signedIn.account),
                isUnit: session.signedIn.staff != nil, session: session)
        }
        return page(shown.html)
    }

    /// 确认已读.
    @Sendable private func confirmCircular(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (session, actor, id) = (context.session, try context.actor, try context.id() as ID<Circular>)
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: session, origin: settings.origin)
        try form.only { _ in false }
        try await database.write { try $0.confirm(id, by: actor, named: session.signedIn.person.name, at: session.signedIn.account, context.now) }
        return see(Path.receivedCircular(id))
    }

    /// Whoever reads says that he has read what is shown.
    @Sendable private func markMessagesSeen(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "list" }
        try await database.write { try $0.markMessagesSeen(context.session.signedIn.account, at: context.now) }
        return see(form["list"] == "1" ? Path.receivedMessages : Path.home)
    }
}

extension SignedInContext {
    /// In whose name messages are read: the member of a unit, or a person in his own.
    fileprivate var actor: Actor {
        get throws {
            let signedIn = session.signedIn
            if let member = signedIn.staff, signedIn.unit != nil { return .staff(member) }
            guard signedIn.kind == .person else { throw Problem.notAllowed(signedIn.registration?.sentence ?? "此页面供单位工作人员和申报人使用。") }
            return .applicant(signedIn.person.id)
        }
    }
}

extension Path {
    static let receivedMessages = "/received-messages"
    static func receivedCircular(_ id: ID<Circular>) -> String { "/received-messages/\(id)" }
    static func confirmations(_ id: ID<Circular>) -> String { "/received-messages/\(id)/confirmations" }
}

extension Message.Key {
    /// Reads `1700000000000.2.5.…subject…`.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 3)
        guard parts.count == 4, let milliseconds = Int64(parts[0]), let kind = Int(parts[1]), let number = Int(parts[2]) else { return nil }
        self.init(sentAt: Instant(milliseconds: milliseconds), kind: kind, subject: String(parts[3]), number: number)
    }

    var text: String { "\(sentAt.milliseconds).\(kind).\(number).\(subject)" }
}

extension Message.Selection {
    fileprivate var title: String {
        switch self {
        case .all: "全部"
        case .unconfirmed: "待确认"
        case .circulars: "单位发送的消息"
        case .notices: "办理通知"
        }
    }
}

/// Messages as a list shows them, those marked that the reader has not read.
struct MessageRows {
    let messages: [Message]
    let session: Session

    var unread: Int { messages.count(where: isUnread) }

    private func isUnread(_ message: Message) -> Bool { !message.isRead && (session.signedIn.messagesSeenAt.map { message.sentAt > $0 } ?? true) }

    private func linked(_ message: Message) -> HTML {
        switch message.subject {
        case .circular(let circular): "<a href=\"\(Path.receivedCircular(circular))\">\(message.body)</a>"
        case .request(let request): "<a href=\"\(Path.unitRequest(request))\">\(message.body)</a>"
        case .personRequest(let request): "<a href=\"\(Path.personRequest(request))\">\(message.body)</a>"
        case .dossier(let dossier): "<a href=\"\(session.signedIn.kind == .person ? Path.myDossier(dossier) : Path.dossier(dossier))\">\(message.body)</a>"
        case nil: "<span>\(message.body)</span>"
        }
    }

    private func mark(_ message: Message) -> HTML {
        if message.awaitsConfirmation { return "<span class=\"tag soon\">待确认</span> " }
        return isUnread(message) ? "<span class=\"tag busy\">未读</span> " : .empty
    }

    var html: HTML {
        """
        <ul class="messages">\(messages.map { message in
            let confirmed: HTML = message.confirmation.map { " · 已由 \($0.by) 于 \($0.at.text) 确认" } ?? .empty
            return "<li>\(mark(message))\(linked(message))<small>\(message.sender) · \(message.sentAt.text)\(confirmed)</small></li>" as HTML
        })</ul>
        """
    }

    /// The form by which all of them are read; nothing where they are.
    func readAll(onList: Bool) -> HTML {
        guard unread > 0 else { return .empty }
        return """
            <form method="post" action="\(Path.messagesSeen)" data-once>\(FormToken.fields(for: Path.messagesSeen, in: session))\
            \(onList ? "<input type=\"hidden\" name=\"list\" value=\"1\">" as HTML : .empty)<button class="plain">全部标为已读</button></form>
            """
    }
}

/// The newest messages, as the home pages have them.
struct MessageList {
    let rows: MessageRows
    /// What is said where there are none.
    let none: String

    /// So many are shown.
    static let most = 6

    var html: HTML {
        """
        <section class="card" aria-labelledby="messages"><div class="head"><h2 id="messages">消息通知\(rows.unread > 0 ? "<small>\(rows.unread) 条\(rows.unread == rows.messages.count && rows.unread >= Self.most ? "以上" : "")未读</small>" as HTML : .empty)</h2>\(rows.readAll(onList: false))</div>\
        \(rows.messages.isEmpty ? "<p class=\"none\">\(none)</p>" as HTML : "\(rows.html)<p><a href=\"\(Path.receivedMessages)\">查看全部消息</a></p>" as HTML)</section>
        """
    }
}

struct ReceivedMessagesPage {
    let frame: Frame
    let messages: MessageRows
    let selection: Message.Selection
    /// Circulars that wait to be confirmed.
    let waiting: Int
    let isFirst: Bool
    let hasMore: Bool
    let session: Session

    var html: HTML {
        frame.page(
            "已接收消息列表",
            body: """
                <div class="title acting"><h1>已接收消息列表</h1><div class="buttons">\(messages.readAll(onList: true))</div></div>
                <nav class="tabs" aria-label="消息类别"><ul>\(Message.Selection.allCases.map(tab))</ul></nav>
                <section class="card list">\(messages.messages.isEmpty ? "<p class=\"none\">\(nothing)</p>" as HTML : messages.html)\(pager)</section>
                """)
    }

    private var nothing: String {
        guard isFirst else { return "没有更早的消息了。" }
        return selection == .unconfirmed ? "没有待确认的消息。" : "还没有收到消息。"
    }

    private func address(_ selection: Message.Selection, after key: String? = nil) -> String {
        Path.with([("kind", selection == .all ? nil : selection.rawValue), ("after", key)], Path.receivedMessages)
    }

    private func tab(_ selection: Message.Selection) -> HTML {
        let count: HTML = selection == .unconfirmed && waiting > 0 ? " <span class=\"count\" title=\"待确认 \(waiting) 条\">\(waiting)</span>" : .empty
        return "<li><a href=\"\(address(selection))\"\(selection == self.selection ? " aria-current=\"page\"" : .empty)>\(selection.title)\(count)</a></li>"
    }

    private var pager: HTML {
        Pager(first: isFirst ? nil : address(selection), next: hasMore ? messages.messages.last.map { address(selection, after: $0.key.text) } : nil).html
    }
}

struct ReceivedCircularPage {
    let frame: Frame
    let received: ReceivedCircular
    /// Whether it was sent to a unit, which confirms it by any of its staff.
    let isUnit: Bool
    let session: Session

    private var circular: Circular { received.circular }

    var html: HTML {
        frame.page(
            circular.subject,
            body: """
                <div class="title acting"><h1>\(circular.subject)</h1><div class="buttons"><a class="button" href="\(Path.receivedMessages)">返回消息列表</a></div></div>
                <section class="card">\(Facts([("发送单位", circular.unitName), ("发送时间", circular.sentAt.text)]).html)<p class="letter">\(circular.body)</p>\(state)\(form)</section>
                """)
    }

    private var state: HTML {
        guard let confirmation = received.confirmation else {
            return isUnit ? "<p class=\"hint\">本单位任何一位工作人员确认后，发送单位即可看到本单位已读。</p>" : "<p class=\"hint\">确认后，发送单位即可看到您已读。</p>"
        }
        return "<p class=\"confirmed\"><span class=\"tag good\">已确认</span> \(confirmation.by) \(confirmation.at.text)</p>"
    }

    private var form: HTML {
        guard received.confirmation == nil || !received.isRead else { return .empty }
        let path = Path.confirmations(circular.id)
        return """
            <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, in: session))<div class="buttons">\
            <button class="\(received.confirmation == nil ? "primary" : "plain")">\(received.confirmation == nil ? "确认已读" : "本人也已读")</button></div></form>
            """
    }
}
