import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 首页, according to who is signed in.
    @Sendable func home(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let signedIn = context.session.signedIn
        if let member = signedIn.staff, let unit = signedIn.unit { return try await staffHome(context, member, unit) }
        if signedIn.kind == .person { return try await applicantHome(context) }
        let frame = await frame(for: context)
        return page(StrangerHome(frame: frame, signedIn: signedIn).html)
    }

    private func staffHome(_ context: SignedInContext, _ member: StaffMember, _ unit: WorkUnit) async throws -> Response {
        let (session, now) = (context.session, context.now)
        let home = try await database.read { connection in
            let lists = try offeredLists(for: member, connection).filter { member.permissions.contains($0.permission) }
            return StaffHome(
                frame: try frame(for: session, connection, current: Path.home), unit: unit, superior: try unit.superior.flatMap { try connection.unit($0) },
                jurisdiction: reference.affiliation(unit.jurisdiction), type: reference.name(unit.type, in: .unitTypes) ?? "",
                messages: try connection.messages(for: .staff(member), limit: 6),
                waiting: try lists.map {
                    .init(list: $0, count: try connection.worklistCount($0, for: member), first: try connection.worklist($0, for: member, limit: 5))
                }, calendar: calendar, now: now)
        }
        return page(home.html)
    }
}

/// A unit's home page (M6): unit card, messages, and what waits with its first rows.
struct StaffHome {
    let frame: Frame
    let unit: WorkUnit
    let superior: WorkUnit?
    let jurisdiction: String
    let type: String
    let messages: [Message]
    let waiting: [Waiting]
    let calendar: WorkCalendar
    let now: Instant

    struct Waiting: Sendable {
        let list: Worklist
        let count: Int
        let first: [Worklist.Entry]
    }

    var html: HTML {
        frame.page(
            "首页",
            body: """
                <h1 class="unseen">首页</h1>\(calendarNote)\(figures)<div class="home"><div>\(waiting.map(section))\(waiting.isEmpty ? nothing : .empty)</div>
                <aside>\(card)\(MessageList(messages: messages, link: { Path.dossier($0) }, more: "本单位还没有收到消息。").html)</aside></div>
                """)
    }

    /// Without the year's notice of rest days, waiting times and publicity are counted by weekdays; that is said.
    private var calendarNote: HTML {
        guard !calendar.covers(now.day.year) else { return .empty }
        return "<div class=\"notice warning\" role=\"status\"><p>\(String(now.day.year)) 年的工作日历尚未维护，工作日暂按周一至周五计算。</p></div>"
    }

    private var figures: HTML {
        guard !waiting.isEmpty else { return .empty }
        return """
            <ul class="figures">\(waiting.map { item in
                """
                <li class="card"><a href="\(Path.worklist(item.list))"><span class="label">\(item.list.menuTitle) · \(item.list.tabTitle)</span>\
                <span class="number">\(item.count)</span><span class="label">人待办</span></a></li>
                """ as HTML
            })</ul>
            """
    }

    private var card: HTML {
        """
        <section class="card" aria-labelledby="unit-title"><h2 id="unit-title">单位基本信息</h2>\(Facts([
            ("单位名称", unit.name), ("统一社会信用代码", unit.creditCode.text), ("单位性质", type), ("上级单位名称", superior?.name ?? "无（职称授权管理单位）"),
            ("职称业务归属地", jurisdiction), ("审核环节", unit.steps == .two ? "初审、复审" : "初审（一个环节）"), ("联系人", unit.contactName), ("联系电话", unit.contactPhone),
        ]).html)</section>
        """
    }

    private func section(_ item: Waiting) -> HTML {
        """
        <section class="card" aria-labelledby="\(item.list.name)"><div class="head"><h2 id="\(item.list.name)">\(item.list.menuTitle) · 待\(item.list.tabTitle.replacing("待", with: ""))</h2>\
        <a href="\(Path.worklist(item.list))">进入审核（\(item.count)）</a></div>\
        \(item.first.isEmpty ? "<p class=\"none\">现在没有等待办理的申报人。</p>" : rows(item))</section>
        """
    }

    private func rows(_ item: Waiting) -> HTML {
        """
        <div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">单位</th><th scope="col">申报职称</th><th scope="col">已等待</th></tr></thead>\
        <tbody>\(item.first.map { entry in
            """
            <tr><td><a href="\(Path.dossier(entry.dossier))">\(entry.applicantName)</a></td><td>\(entry.unitName)</td><td>\(entry.title)</td>\
            <td>\(Waited(calendar, since: entry.arrivedAt, now: now).html)</td></tr>
            """ as HTML
        })</tbody></table></div>
        """
    }

    private var nothing: HTML {
        """
        <section class="card"><h2>当前待审核情况</h2><p class="none">您在本单位没有审核权限，因此没有待办。需要审核权限时，请联系本单位超级管理员。</p></section>
        """
    }
}

/// How long something has waited, warmer with time.
struct Waited {
    let days: Int

    init(_ calendar: WorkCalendar, since arrival: Instant, now: Instant) { days = calendar.waiting(since: arrival, until: now) }

    var html: HTML {
        let text = days == 0 ? "今天到达" : "\(days) 个工作日"
        return days >= 5 ? "<span class=\"tag late\">\(text)</span>" : days >= 3 ? "<span class=\"tag soon\">\(text)</span>" : "<span class=\"tag\">\(text)</span>"
    }
}

/// The newest messages.
struct MessageList {
    let messages: [Message]
    let link: (ID<Dossier>) -> String
    let more: String

    init(messages: [Message], link: @escaping (ID<Dossier>) -> String, more: String) {
        (self.messages, self.link, self.more) = (messages, link, more)
    }

    var html: HTML {
        """
        <section class="card" aria-labelledby="messages"><h2 id="messages">消息通知</h2>\(list)</section>
        """
    }

    private var list: HTML {
        guard !messages.isEmpty else { return "<p class=\"none\">\(more)</p>" }
        return """
            <ul class="messages">\(messages.map {
                "<li><a href=\"\(link($0.dossier))\">\($0.body)</a><small>\($0.sender) · \($0.sentAt.text)</small></li>" as HTML
            })</ul>
            """
    }
}

/// For a legal person whose unit is not known here, or does not list the operator (D13).
struct StrangerHome {
    let frame: Frame
    let signedIn: SignedIn

    var html: HTML {
        let (title, reason): (String, String) =
            if let unit = signedIn.unit {
                ("本单位账号已停用", "“\(unit.name)”已停用，不能办理业务，请联系上级单位。")
            } else {
                ("还不能办理业务", "在本系统中没有找到您以“\(signedIn.unitName)”（统一社会信用代码 \(signedIn.creditCode)）工作人员身份办理业务的授权。")
            }
        return frame.page(
            "首页",
            body: """
                <section class="card trouble"><h1>\(title)</h1><p>\(reason)</p>\
                <ul><li>单位已在本系统建立账户的：请联系本单位超级管理员，在工作人员中添加您（姓名、身份证号须与统一身份认证平台一致）。</li>\
                <li>单位尚未建立账户的：请联系上级单位建立。建立之前，申报、经办功能不开放。</li></ul></section>
                """)
    }
}
