import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 委托申请审核, 专技人才审核: what waits for the reader's unit, and what it has decided (M18, M19).
    func personRequestList(_ kind: PersonRequest.Kind, _ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(kind.permission)
        let (session, member, unit, now) = (context.session, context.member, context.unit, context.now)
        let address = PersonRequestAddress(kind, request)
        let list = try await database.read { connection in
            var found = try connection.requests(
                kind, for: member, waiting: !address.isDecided, address.filter, after: address.key, limit: PersonRequest.pageSize + 1)
            let hasMore = found.count > PersonRequest.pageSize
            if hasMore { found.removeLast() }
            return PersonRequestListPage(
                frame: try frame(for: session, connection, current: Path.personRequests(kind)), unit: unit, member: member, address: address, lines: found,
                numbers: try connection.maskedNumbers(of: found.map(\.request.person)), waiting: try connection.requestsWaiting(kind, for: member), hasMore: hasMore,
                reach: kind == .profile && unit.superior == nil ? try connection.profileReach(of: unit.id) : nil, session: session, reference: reference, calendar: calendar,
                now: now)
        }
        return page(list.html)
    }

    /// 审核层级 (D15): set by the title authority.
    @Sendable func setProfileReach(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.profiles)
        let (form, token) = try await administrationForm(request, context)
        try form.only { $0 == "reach" }
        guard let reach = TalentProfile.Reach(rawValue: form["reach"]) else { throw Problem.malformed }
        try await database.write { try $0.setProfileReach(reach, by: Administrator(context.member, key: token.key, at: context.now)) }
        return see(Path.personRequests(.profile))
    }
}

/// What a list of requests shows, as its address says.
struct PersonRequestAddress: Sendable {
    let kind: PersonRequest.Kind
    let isDecided: Bool
    let filter: PersonRequest.Filter
    let key: PersonRequest.Key?

    init(_ kind: PersonRequest.Kind, _ request: Request) {
        let query = request.uri.queryParameters
        self.kind = kind
        isDecided = query["list"] == "decided"
        filter = .init(name: String(query["name"]?.prefix(50) ?? ""), series: String(query["series"]?.prefix(50) ?? ""))
        key = query["after"].flatMap { PersonRequest.Key(String($0)) }
    }

    func path(decided: Bool? = nil, filter: PersonRequest.Filter? = nil, after key: PersonRequest.Key? = nil) -> String {
        let filter = filter ?? self.filter
        return Path.with(
            [
                ("list", decided ?? isDecided ? "decided" : nil), ("name", filter.name.isEmpty ? nil : filter.name), ("series", filter.series.isEmpty ? nil : filter.series),
                ("after", key?.text),
            ], Path.personRequests(kind))
    }
}

extension PersonRequest.Key {
    /// Reads `1700000000000-…id…`.
    init?(_ text: String) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = ID<PersonRequest>(String(parts[1])) else { return nil }
        self.init(at: Instant(milliseconds: milliseconds), id: id)
    }

    var text: String { "\(at.milliseconds)-\(id)" }
}

struct PersonRequestListPage {
    let frame: Frame
    let unit: WorkUnit
    let member: StaffMember
    let address: PersonRequestAddress
    let lines: [PersonRequestLine]
    let numbers: [ID<Person>: String]
    let waiting: Int
    let hasMore: Bool
    /// Where the title authority sets it.
    let reach: TalentProfile.Reach?
    let session: Session
    let reference: Reference
    let calendar: WorkCalendar
    let now: Instant

    private var kind: PersonRequest.Kind { address.kind }
    private var title: String { kind.permission.title }

    var html: HTML {
        frame.page(
            title,
            body: """
                <div class="title"><h1>\(title)<small>\(unit.name)</small></h1></div>
                <nav class="tabs" aria-label="\(title)"><ul>\(tab("待审核", decided: false, count: waiting))\(tab("已审核", decided: true, count: nil))</ul></nav>
                <section class="card list">\(filter)\(lines.isEmpty ? empty : table)\(pager)</section>\(reach.map(setting))
                """)
    }

    private func tab(_ title: String, decided: Bool, count: Int?) -> HTML {
        let number: HTML = count.map { " <span class=\"count\">\($0)</span>" } ?? .empty
        return "<li><a href=\"\(address.path(decided: decided, filter: .init()))\"\(address.isDecided == decided ? " aria-current=\"page\"" : .empty)>\(title)\(number)</a></li>"
    }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.personRequests(kind))" role="search">\(address.isDecided ? "<input type=\"hidden\" name=\"list\" value=\"decided\">" as HTML : .empty)\
        <label for="name">姓名</label><input type="search" id="name" name="name" value="\(address.filter.name)" maxlength="50">\
        <label for="series">系列</label><select id="series" name="series"><option value="">全部</option>\(reference.series.map {
            "<option\(" selected", if: $0 == address.filter.series)>\($0)</option>" as HTML
        })</select><button>查询</button>\(address.filter.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(address.path(filter: .init()))\">清除</a>")</form>
        """
    }

    private var empty: HTML {
        if !address.filter.isEmpty { return "<p class=\"none\">没有符合条件的\(kind.title)。<a href=\"\(address.path(filter: .init()))\">查看全部</a></p>" }
        if address.isDecided { return "<p class=\"none\">本单位还没有审核过\(kind.title)。</p>" }
        switch kind {
        case .entrustment: return "<p class=\"none\">没有等待审核的委托申请。申报人提交、或下级单位审核通过后，在此审核。</p>"
        case .profile: return "<p class=\"none\">没有等待审核的专技人才档案。本单位人员提交、或下级单位审核通过后，在此审核。</p>"
        }
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="\(title)"><table class="work"><thead><tr>\(columns.map { "<th scope=\"col\">\($0)</th>" as HTML })</tr></thead>\
        <tbody>\(lines.map(row))</tbody></table></div>
        """
    }

    private var columns: [String] {
        let about = kind == .entrustment ? ["方向", "申报职称", "受托评审机构"] : ["类型", "现职称", "系列"]
        return ["姓名", "证件号码", "单位"] + about + ["提交时间", address.isDecided ? "审核状态" : "已等待"] + (address.isDecided ? ["当前审核机构"] : []) + ["操作"]
    }

    private func row(_ line: PersonRequestLine) -> HTML {
        let request = line.request
        let state: HTML =
            address.isDecided
            ? "<span class=\"tag\(request.state == .passed ? " good" : "")\">\(request.state.title)</span>" : Waited(calendar, since: line.at, now: now).html
        let isOpen = !address.isDecided && request.denial(of: member) == nil
        let cells: [HTML] =
            ["<a href=\"\(Path.personRequest(request.id))\">\(request.personName)</a>", "\(numbers[request.person] ?? "")", "\(request.unitName)"]
            + about(line).map { "\($0)" as HTML }
            + ["\(request.submittedAt.text)", state] + (address.isDecided ? ["\(line.holderName.isEmpty ? "—" : line.holderName)"] : [])
            + ["<a href=\"\(Path.personRequest(request.id))\">\(isOpen ? "审核" : "查看")</a>\(request.person == member.person ? " <span class=\"tag\">本人</span>" as HTML : .empty)"]
        return "<tr>\(zip(columns, cells).map { "<td data-label=\"\($0)\">\($1)</td>" as HTML })</tr>"
    }

    private func about(_ line: PersonRequestLine) -> [String] {
        let request = line.request
        let held = request.title.flatMap(reference.title)
        switch kind {
        case .entrustment:
            return [
                Entrustment.Direction(rawValue: request.values["direction"] ?? "")?.title ?? "", held.map { "\($0.name)（\($0.levelName)）" } ?? "",
                request.values["committee"] ?? "",
            ]
        case .profile: return [line.isChange ? "变更" : "新增", held.map { "\($0.name)（\($0.levelName)）" } ?? "无", held?.series ?? "—"]
        }
    }

    private var pager: HTML {
        Pager(first: address.key == nil ? nil : address.path(), next: hasMore ? lines.last.map { address.path(after: $0.key) } : nil).html
    }

    private func setting(_ reach: TalentProfile.Reach) -> HTML {
        """
        <form class="card sheet" method="post" action="\(Path.profileReach)" data-once>\(FormToken.fields(for: Path.profileReach, in: session))<h2>审核层级</h2>\
        <p class="hint">专技人才档案逐级审核，到此层级审核通过后开始使用。修改后，新提交的档案按新的层级审核。</p>\
        <div class="field"><label for="reach">专技人才档案审核至</label><select id="reach" name="reach">\(TalentProfile.Reach.allCases.map {
            "<option value=\"\($0.rawValue)\"\(" selected", if: $0 == reach)>\($0.title)</option>" as HTML
        })</select></div><div class="buttons"><button>保存</button></div></form>
        """
    }
}
