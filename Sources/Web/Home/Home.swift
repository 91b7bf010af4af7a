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
            let offered = try offeredLists(for: member, of: unit, connection)
            let lists = offered.filter { $0.waits && member.permissions.contains($0.permission) }
            // Three working days ahead, as the reminders go.
            let near = calendar.day(Reminder.daysAhead + 1, workingDaysAfter: now.day).adding(-1).end
            let decides = member.permissions.contains(.subordinates)
            return StaffHome(
                frame: try frame(for: session, connection, current: Path.home, lists: offered), unit: unit, superior: try unit.superior.flatMap { try connection.unit($0) },
                jurisdiction: reference.affiliation(unit.jurisdiction), type: reference.name(unit.type, in: .unitTypes) ?? "",
                messages: MessageRows(messages: try connection.newestMessages(for: .staff(member), at: session.signedIn.account, limit: MessageList.most), session: session),
                waiting: try lists.map {
                    .init(list: $0, count: try connection.waitingCount($0, for: member), first: try connection.worklist($0, for: member, limit: 5, at: now))
                }, returned: try connection.returned(by: member, limit: 5), returnedCount: try connection.returnedCount(by: member, before: near),
                requests: decides ? try connection.requests(to: unit.id, waiting: true, limit: 5) : [],
                requestCount: decides ? try connection.requestsWaiting(at: unit.id) : 0,
                personRequests: try PersonRequest.Kind.allCases.map { kind in
                    let isHeld = member.permissions.contains(kind.permission)
                    return .init(
                        kind: kind, count: try connection.requestsWaiting(kind, for: member),
                        first: isHeld ? try connection.requests(kind, for: member, waiting: true, limit: 5) : [])
                },
                handOvers: HandOverRequestRows(requests: decides && member.isSuperAdministrator ? try connection.handOverRequests(to: unit.id, at: now) : []), near: near,
                reference: reference, calendar: calendar, now: now)
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
    let messages: MessageRows
    let waiting: [Waiting]
    /// Given back and not sent in again, nearest deadline first; and how many, of which how many near or past it.
    let returned: [ReturnedDossier]
    let returnedCount: (all: Int, near: Int)
    let requests: [UnitRequest]
    let requestCount: Int
    /// What people ask: entrustments and profiles.
    let personRequests: [PersonRequests]
    /// What units below ask to be taken over.
    let handOvers: HandOverRequestRows
    /// Deadlines before this are near.
    let near: Instant
    let reference: Reference
    let calendar: WorkCalendar
    let now: Instant

    struct Waiting: Sendable {
        let list: Worklist
        let count: Int
        let first: [Worklist.Entry]
    }

    struct PersonRequests: Sendable {
        let kind: PersonRequest.Kind
        let count: Int
        let first: [PersonRequestLine]
    }

    var html: HTML {
        frame.page(
            "首页",
            body: """
                <h1 class="unseen">首页</h1>\(calendarNote)\(figures)<div class="home"><div>\(waiting.map(section))\(returnedSection)\(handOvers.section)\(requestSection)\(personRequests.map(section))\(waiting.isEmpty && requests.isEmpty && personRequests.allSatisfy(\.first.isEmpty) ? nothing : .empty)</div>
                <aside>\(card)\(MessageList(rows: messages, none: "本单位还没有收到消息。").html)</aside></div>
                """)
    }

    /// Without the year's notice of rest days, waiting times and publicity are counted by weekdays; that is said.
    private var calendarNote: HTML {
        guard !calendar.covers(now.day.year) else { return .empty }
        return "<div class=\"notice warning\" role=\"status\"><p>\(String(now.day.year)) 年的工作日历尚未维护，工作日暂按周一至周五计算。</p></div>"
    }

    private var figures: HTML {
        var figures = waiting.map { figure(Path.worklist($0.list), "\($0.list.menuTitle) · \($0.list.tabTitle)", $0.count, "人待办") }
        if returnedCount.all > 0 { figures.append(figure("#returned", "已退回、待申报人修改", returnedCount.all, returnedCount.near > 0 ? "人，\(returnedCount.near) 人临近或已过截止" : "人")) }
        if requestCount > 0 { figures.append(figure(Path.unitRequests, "单位申请审核", requestCount, "个单位待审核")) }
        for item in personRequests where item.count > 0 { figures.append(figure(Path.personRequests(item.kind), item.kind.permission.title, item.count, "件待审核")) }
        return figures.isEmpty ? .empty : "<ul class=\"figures\">\(figures)</ul>"
    }

    private func figure(_ path: String, _ label: String, _ count: Int, _ unit: String) -> HTML {
        "<li class=\"card\"><a href=\"\(path)\"><span class=\"label\">\(label)</span><span class=\"number\">\(count)</span><span class=\"label\">\(unit)</span></a></li>"
    }

    private var returnedSection: HTML {
        guard !returned.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="returned"><h2 id="returned">已退回、待申报人修改<small>\(returnedCount.all) 人</small></h2>\
            <div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">单位</th><th scope="col">申报职称</th><th scope="col">修改提交截止</th></tr></thead>\
            <tbody>\(returned.map { entry in
                """
                <tr><td><a href="\(Path.dossier(entry.dossier))">\(entry.applicantName)</a></td><td>\(entry.unitName)</td><td>\(entry.title)</td><td>\(deadline(entry.deadline))</td></tr>
                """ as HTML
            })</tbody></table></div></section>
            """
    }

    private func deadline(_ deadline: Instant) -> HTML {
        let day = deadline.adding(seconds: -1).day.description
        if deadline <= now { return "<span class=\"tag late\">\(day) 已逾期</span>" }
        return deadline <= near ? "<span class=\"tag soon\">\(day)</span>" : "<span class=\"tag\">\(day)</span>"
    }

    private var requestSection: HTML {
        guard !requests.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="requests"><div class="head"><h2 id="requests">单位申请审核</h2><a href="\(Path.unitRequests)">进入审核（\(requestCount)）</a></div>\
            <ul class="rows">\(requests.map { request in
                "<li><a href=\"\(Path.unitRequest(request.id))\">\(request.unitName)</a><span>\(request.kind.title) · \(request.submittedAt.text) \(Waited(calendar, since: request.submittedAt, now: now).html)</span></li>" as HTML
            })</ul></section>
            """
    }

    private func section(_ item: PersonRequests) -> HTML {
        guard !item.first.isEmpty else { return .empty }
        let path = Path.personRequests(item.kind)
        return """
            <section class="card" aria-labelledby="\(item.kind.rawValue)"><div class="head"><h2 id="\(item.kind.rawValue)">\(item.kind.permission.title)</h2><a href="\(path)">进入审核（\(item.count)）</a></div>\
            <ul class="rows">\(item.first.map { line in
                """
                <li><a href="\(Path.personRequest(line.request.id))">\(line.request.personName)</a><span>\(line.request.unitName) · \(line.request.submittedAt.text) \
                \(Waited(calendar, since: line.at, now: now).html)</span></li>
                """ as HTML
            })</ul></section>
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
            <tr><td><a href="\(Path.dossier(entry.dossier))">\(entry.applicantName)</a></td><td>\(entry.unitName)</td><td>\(reference.title(entry.titleCode)?.name ?? "")</td>\
            <td>\(Waited(calendar, since: entry.at, now: now).html)</td></tr>
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

/// For somebody who has signed in for a legal person and is not on its staff (D13).
struct StrangerHome {
    let frame: Frame
    let signedIn: SignedIn

    var html: HTML {
        let (title, reason, way): (String, String, HTML) =
            switch signedIn.registration {
            case .unknown?: ("单位注册", "您以“\(signedIn.unitName)”（统一社会信用代码 \(signedIn.creditCode)）的名义登录。", Self.way("完善单位信息", Path.registration))
            case .asked(let request)?: ("单位注册", "您以“\(signedIn.unitName)”的名义登录。", next(request))
            case .registered?: ("还不能办理业务", "您以“\(signedIn.unitName)”（统一社会信用代码 \(signedIn.creditCode)）的名义登录，但不在该单位的工作人员中。", .empty)
            case nil: ("本单位账号已停用", "“\(signedIn.unit?.name ?? signedIn.unitName)”已停用，不能办理业务，请联系上级单位。", .empty)
            }
        return frame.page("首页", body: "<section class=\"card trouble\"><h1>\(title)</h1><p>\(reason)</p>\(way)</section>")
    }

    private func next(_ request: UnitRequest) -> HTML {
        switch request.state {
        case .waiting, .returned, .passed: Self.way("查看申请", Path.unitRequest(request.id))
        case .failed, .cancelled: Self.way("重新提交注册申请", Path.registration)
        }
    }

    private static func way(_ title: String, _ path: String) -> HTML { "<p><a class=\"button primary\" href=\"\(path)\">\(title)</a></p>" }
}
