import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 查看本单位人员列表: whom of a unit's people can be written to.
    @Sendable func choosePeople(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (session, member, query, id) = (context.session, context.member, request.uri.queryParameters, try context.id() as ID<WorkUnit>)
        let search = String(query["q"]?.prefix(50) ?? "")
        let (key, draft) = (query["after"].flatMap { AddressablePerson.Key(String($0)) }, query["draft"].flatMap { ID<Circular>(String($0)) })
        let shown = try await database.read { connection in
            var people = try connection.people(of: id, for: member, matching: search, after: key, limit: AddressablePerson.pageSize + 1)
            let hasMore = people.count > AddressablePerson.pageSize
            if hasMore { people.removeLast() }
            guard let unit = try connection.unit(id) else { throw Problem.notFound }
            return PeopleChoicePage(
                frame: try frame(for: session, connection, current: Path.newCircular), unit: unit, isOwn: id == member.unit, people: people,
                tabs: CircularTabs(.units, drafts: try connection.circularDrafts(of: member).count), draft: try draft.map { try connection.circularDraft($0, of: member) },
                search: search, isFirst: key == nil, hasMore: hasMore, session: session, reference: reference)
        }
        return page(shown.html)
    }
}

extension AddressablePerson.Key {
    /// Reads `…id…-name`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let person = ID<Person>(String(parts[0])) else { return nil }
        self.init(name: String(parts[1]), person: person)
    }

    var text: String { "\(person)-\(name)" }
}

struct PeopleChoicePage {
    let frame: Frame
    let unit: WorkUnit
    let isOwn: Bool
    let people: [AddressablePerson]
    let tabs: CircularTabs
    let draft: Circular.Draft?
    let search: String
    let isFirst: Bool
    let hasMore: Bool
    let session: Session
    let reference: Reference

    var html: HTML {
        frame.page(
            "本单位人员列表",
            body: """
                <div class="title"><h1>本单位人员列表<small>\(unit.name)</small></h1></div>\(tabs.html)
                <section class="card list">\(filter)\(people.isEmpty ? empty : table)\(pager)\(ChoiceBar(draft: draft, word: "人", session: session).html)</section>
                """)
    }

    private func address(matching text: String = "", after key: AddressablePerson.Key? = nil) -> String {
        Path.with([("q", text.isEmpty ? nil : text), ("after", key?.text), ("draft", draft?.id.text)], Path.addressablePeople(unit.id))
    }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.addressablePeople(unit.id))" role="search"><label for="q">姓名</label><input type="search" id="q" name="q" value="\(search)" maxlength="50">\
        \(draft.map { "<input type=\"hidden\" name=\"draft\" value=\"\($0.id.text)\">" as HTML })<button>查询</button>\
        \(search.isEmpty ? HTML.empty : "<a class=\"button\" href=\"\(address())\">清除</a>")<a class="button" href="\(Path.with([("draft", draft?.id.text)], Path.newCircular))">返回选择单位</a></form>
        """
    }

    private var empty: HTML {
        if !search.isEmpty { return "<p class=\"none\">没有找到姓名含“\(search)”的人员。<a href=\"\(address())\">查看全部</a></p>" }
        return isOwn
            ? "<p class=\"none\">本单位还没有在册人员，也没有您可以查看的申报人。</p>" : "<p class=\"none\">该单位没有您可以查看的申报人。申报材料报送到本单位后，有审核权限的人员可以在此选择申报人。</p>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="人员"><table class="work"><thead><tr><th scope="col" data-tick-all><span class="unseen">选择</span></th>\
        <th scope="col">姓名</th><th scope="col">证件号码</th><th scope="col">最近申报</th></tr></thead><tbody>\(people.map(row))</tbody></table></div>
        """
    }

    private func row(_ found: AddressablePerson) -> HTML {
        let isChosen = draft?.choices.people.contains { $0.person == found.person.id } == true
        let tick: HTML =
            isChosen
            ? "<span class=\"tag good\">已选</span>"
            : "<input type=\"checkbox\" form=\"bulk\" name=\"p.\(found.person.id.text)\" value=\"\(unit.id.text)\" aria-label=\"选择\(found.person.name)\">"
        let last = found.year.map { "\($0) 年度 \(found.titleCode.flatMap { reference.title($0)?.name } ?? "")" }
        return """
            <tr><td class="tick">\(tick)</td><td data-label="姓名" class="name">\(found.person.name)</td><td data-label="证件号码" class="number">\(found.person.idNumber.masked)</td>\
            <td data-label="最近申报">\(last ?? "—")</td></tr>
            """
    }

    private var pager: HTML {
        Pager(first: isFirst ? nil : address(matching: search), next: hasMore ? people.last.map { address(matching: search, after: $0.key) } : nil).html
    }
}
