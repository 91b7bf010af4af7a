import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

/// What surrounds every page: top bar and menu, worded for the reader.
struct Frame: Sendable {
    let reader: Reader?
    let menu: [MenuGroup]
    let assets: Assets
    /// What is closed to the reader's unit, above every page.
    var closed: HTML = .empty

    struct Reader: Sendable {
        let name: String
        let organisation: String
        let duties: String
        let session: Session
        /// Messages that wait to be confirmed; nil for whoever gets none.
        let messages: Int?
    }

    struct MenuGroup: Sendable {
        let title: String
        let items: [MenuItem]
    }

    struct MenuItem: Sendable {
        let title: String
        let path: String
        let count: Int
        let current: Bool
        /// What is counted.
        var counted = "件待办"
    }

    var isSignedIn: Bool { reader != nil }

    /// A whole page. `title` names it in the browser; the body brings its own heading.
    func page(_ title: String, body: HTML, toast: HTML = .empty) -> HTML {
        """
        <!doctype html>
        <html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">\
        <title>\(title) - 职称评审</title><link rel="stylesheet" href="\(assets.path("zhiping.css"))">\
        <link rel="icon" href="\(assets.path("icon.svg"))"><script type="module" src="\(assets.path("zhiping.js"))"></script></head>
        <body class="\(isSignedIn ? "inside" : "outside")"><a class="skip" href="#main">跳到正文</a>
        \(bar)<div class="columns">\(sidebar)<main id="main" tabindex="-1">\(closed)\(toast)\(body)</main></div></body></html>
        """
    }

    private var bar: HTML {
        let signOut: HTML =
            reader.map { reader in
                """
                <div class="who"><span class="organisation">\(reader.organisation)</span><span class="person">\(reader.name)\
                \(reader.duties.isEmpty ? HTML.empty : "<small>\(reader.duties)</small>")</span>\(reader.messages.map(bell))\
                <form method="post" action="\(Path.signOut)">\(FormToken.fields(for: Path.signOut, in: reader.session))<button class="plain">退出</button></form></div>
                """
            } ?? .empty
        return """
            <header class="bar"><a class="brand" href="\(isSignedIn ? Path.home : Path.entry)"><span class="mark" aria-hidden="true">职</span>\
            <span>专业技术人才职称评审</span></a>\(signOut)</header>
            """
    }

    private func bell(_ count: Int) -> HTML {
        "<a class=\"bell\" href=\"\(Path.receivedMessages)\">消息\(count > 0 ? "<span class=\"count\" title=\"待确认 \(count) 条\">\(count)</span>" as HTML : .empty)</a>"
    }

    private var sidebar: HTML {
        guard !menu.isEmpty else { return .empty }
        return """
            <nav class="menu" aria-label="主菜单">\(menu.map { group in
                """
                <div class="group\(" plain", if: group.title.isEmpty)">\(group.title.isEmpty ? HTML.empty : "<h2>\(group.title)</h2>")<ul>\(group.items.map(item))</ul></div>
                """
            })</nav>
            """
    }

    private func item(_ item: MenuItem) -> HTML {
        let count: HTML = item.count > 0 ? "<span class=\"count\" title=\"\(item.count) \(item.counted)\">\(item.count)</span>" : .empty
        return item.current
            ? "<li><a href=\"\(item.path)\" aria-current=\"page\">\(item.title)\(count)</a></li>"
            : "<li><a href=\"\(item.path)\">\(item.title)\(count)</a></li>"
    }
}

extension Site {
    /// The frame of a page that says nothing of its reader.
    var bareFrame: Frame { Frame(reader: nil, menu: [], assets: assets) }

    /// The frame for whoever asks; reads the menu's counts when no transaction is open.
    func frame(for context: some SiteContext) async -> Frame {
        guard let session = context.currentSession else { return bareFrame }
        do {
            return try await database.read { try self.frame(for: session, $0) }
        } catch {
            context.logger.error("frame", metadata: ["error": "\(summary(of: error))"])
            return bareFrame
        }
    }

    /// The frame within the transaction that reads the page; `current` is the path of the menu item the page belongs to.
    /// `lists`: those that are offered to the reader, where they are known already.
    func frame(for session: Session, _ connection: any Connection, current: String = "", lists: [Worklist]? = nil) throws -> Frame {
        let signedIn = session.signedIn
        let roles = try signedIn.staff.map { try connection.roleNames(of: $0.id) + ($0.isSuperAdministrator ? ["超级管理员"] : []) } ?? []
        let organisation = signedIn.kind == .unit ? signedIn.unit?.name ?? signedIn.unitName : "个人"
        let receiver: Actor? = signedIn.unit != nil ? signedIn.staff.map { .staff($0) } : signedIn.kind == .person ? .applicant(signedIn.person.id) : nil
        let waiting = try receiver.map { try connection.circularsToConfirm(by: $0) }
        let reader = Frame.Reader(name: signedIn.person.name, organisation: organisation, duties: roles.joined(separator: "、"), session: session, messages: waiting)
        var groups = [Frame.MenuGroup(title: "", items: [.init(title: "首页", path: Path.home, count: 0, current: current == Path.home)])]
        if let member = signedIn.staff, let unit = signedIn.unit {
            groups += try administrationMenu(for: member, of: unit, connection, current: current)
            groups += try reviewMenu(for: member, of: unit, try lists ?? offeredLists(for: member, of: unit, connection), connection, current: current)
            groups += try requestMenus(for: member, connection, current: current)
            if unit.superior == nil, member.permissions.contains(.plans) {
                groups.append(.init(title: Permission.Group.plans.title, items: [.init(title: Permission.plans.title, path: Path.plans, count: 0, current: current == Path.plans)]))
            }
        }
        if signedIn.kind == .person {
            let pages = [("专技人才档案", Path.myProfile), ("委托申请", Path.myEntrustments)]
            groups[0] = Frame.MenuGroup(title: "", items: groups[0].items + pages.map { .init(title: $0.0, path: $0.1, count: 0, current: current == $0.1) })
        }
        if let waiting { groups.append(messageMenu(for: signedIn.staff, waiting: waiting, current: current)) }
        let closed = try closure(for: signedIn, connection)
        if signedIn.registration?.isOpen == true {
            groups[0] = Frame.MenuGroup(
                title: "", items: groups[0].items + [.init(title: "基本信息维护", path: Path.registration, count: 0, current: current == Path.registration)])
        }
        return Frame(reader: reader, menu: groups, assets: assets, closed: closed)
    }

    /// Why the reader's unit can do nothing with dossiers now, and with whom that lies.
    private func closure(for signedIn: SignedIn, _ connection: any Connection) throws -> HTML {
        if let member = signedIn.staff {
            guard member.unitAwaitsSuperior, let request = try connection.openRequest(.superior, of: member.unit) else { return .empty }
            return
                "<div class=\"notice warning\" role=\"status\"><p>\(request.whereabouts)\(member.permissions.contains(.unit) ? " <a href=\"\(Path.unitRequest(request.id))\">查看</a>" : HTML.empty)</p></div>"
        }
        guard let registration = signedIn.registration else { return .empty }
        return "<div class=\"notice warning\" role=\"status\"><p>\(registration.sentence)</p></div>"
    }

    private func administrationMenu(for member: StaffMember, of unit: WorkUnit, _ connection: any Connection, current: String) throws -> [Frame.MenuGroup] {
        let pages: [(permission: Permission, path: String)] = [
            (.unit, Path.unit), (.subordinates, Path.subordinates), (.staff, Path.staff), (.roles, Path.roles), (.administration, Path.administration),
        ]
        var items = pages.filter { member.permissions.contains($0.permission) }.map { page in
            Frame.MenuItem(title: page.permission.title, path: page.path, count: 0, current: current == page.path)
        }
        if let place = items.firstIndex(where: { $0.path == Path.subordinates }) {
            let waiting = try connection.requestsWaiting(at: member.unit)
            items.insert(Frame.MenuItem(title: "单位申请审核", path: Path.unitRequests, count: waiting, current: current == Path.unitRequests), at: place + 1)
            if unit.superior == nil {
                items.insert(Frame.MenuItem(title: "归属地维护", path: Path.regions, count: 0, current: current == Path.regions), at: place + 2)
            }
        }
        return items.isEmpty ? [] : [.init(title: Permission.Group.administration.title, items: items)]
    }

    private func reviewMenu(for member: StaffMember, of unit: WorkUnit, _ offered: [Worklist], _ connection: any Connection, current: String) throws -> [Frame.MenuGroup] {
        let items = try Worklist.Scope.allCases.compactMap { scope -> Frame.MenuItem? in
            let lists = offered.filter { $0.scope == scope }
            guard let first = lists.first else { return nil }
            let count = try lists.filter { $0.waits && member.permissions.contains($0.permission) }.reduce(0) { try $0 + connection.waitingCount($1, for: member) }
            return .init(title: first.menuTitle, path: Path.worklist(first), count: count, current: lists.contains { Path.worklist($0) == current })
        }
        let posts =
            unit.countsPosts && !member.permissions.isDisjoint(with: [.firstReview, .secondReview])
            ? [Frame.MenuItem(title: "岗位情况表", path: Path.postTables, count: 0, current: current == Path.postTables)] : []
        let opinions = member.opensDossiers ? [Frame.MenuItem(title: "常用意见设置", path: Path.commonOpinions, count: 0, current: current == Path.commonOpinions)] : []
        return (items + opinions + posts).isEmpty ? [] : [.init(title: "申报材料审核", items: items + opinions + posts)]
    }

    /// 委托申请审核, 专技人才审核.
    private func requestMenus(for member: StaffMember, _ connection: any Connection, current: String) throws -> [Frame.MenuGroup] {
        func item(_ permission: Permission, _ path: String, _ count: Int) -> Frame.MenuItem? {
            member.permissions.contains(permission) ? .init(title: permission.title, path: path, count: count, current: current == path) : nil
        }
        func list(_ kind: PersonRequest.Kind) throws -> Frame.MenuItem? {
            item(kind.permission, Path.personRequests(kind), try connection.requestsWaiting(kind, for: member))
        }
        // A group of one item has its name already.
        let groups = [("", [try list(.entrustment)]), (Permission.Group.talents.title, [try list(.profile), item(.statistics, Path.statistics, 0)])]
        return groups.map { .init(title: $0.0, items: $0.1.compactMap { $0 }) }.filter { !$0.items.isEmpty }
    }

    private func messageMenu(for member: StaffMember?, waiting: Int, current: String) -> Frame.MenuGroup {
        let sending =
            member?.permissions.contains(.messages) == true
            ? [Frame.MenuItem(title: Permission.messages.title, path: Path.newCircular, count: 0, current: current == Path.newCircular)] : []
        let received = Frame.MenuItem(title: "已接收消息列表", path: Path.receivedMessages, count: waiting, current: current == Path.receivedMessages, counted: "条待确认")
        return .init(title: Permission.Group.messages.title, items: sending + [received])
    }

    /// The lists that this member's unit has and his permissions open. `unit`: that unit, where it has been read.
    func offeredLists(for member: StaffMember, of unit: WorkUnit? = nil, _ connection: any Connection) throws -> [Worklist] {
        guard let unit = try unit ?? connection.unit(member.unit) else { return [] }
        let role = try connection.standing(of: unit)
        return Worklist.all.filter { list in
            switch list.scope {
            case .own where !role.hasApplicants, .subordinate where !role.hasSubordinates, .acceptance where !role.accepts: false
            case .archive: member.opensDossiers && (list.tab == .handled || role.oversees)
            case .own, .subordinate, .acceptance:
                !(unit.steps == .one && (list.tab == .secondReview || list.tab == .reviewed))
                    && !(list.tab == .reviewed && !member.permissions.contains(.firstReview))
                    && (list.scope == .acceptance ? member.permissions.contains(.accept) : !member.permissions.isDisjoint(with: [.firstReview, .secondReview]))
            }
        }
    }
}

extension Registration {
    /// Whether the legal person can still ask to be registered, or has asked.
    fileprivate var isOpen: Bool {
        switch self {
        case .registered: false
        case .asked, .unknown: true
        }
    }
}
