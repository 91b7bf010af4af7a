import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// 编辑信息: what is to be sent, and to whom.
    @Sendable func circularDraft(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (id, member) = (try context.id() as ID<Circular>, context.member)
        let isSent = try await database.read { try $0.isSent(id, by: member) }
        return isSent ? see(Path.circular(id)) : page(try await circularDraftPage(id, context, isSaved: request.uri.queryParameters["saved"] == "1"))
    }

    private func circularDraftPage(_ id: ID<Circular>, _ context: StaffContext, isSaved: Bool = false, _ typing: Typing? = nil) async throws -> HTML {
        let (session, member) = (context.session, context.member)
        return try await database.read { connection in
            let draft = try connection.circularDraft(id, of: member)
            let units = try connection.units(draft.choices.units.union(draft.choices.people.map(\.unit)))
            let people = try connection.personNames(draft.choices.people.map(\.person))
            return CircularDraftPage(
                frame: try frame(for: session, connection, current: Path.newCircular), draft: draft,
                units: draft.choices.units.map { ($0, units[$0]?.name ?? "") }.sorted { ($0.1, $0.0) < ($1.1, $1.0) },
                people: draft.choices.people.map { ($0, people[$0.person] ?? "", units[$0.unit]?.name ?? "") }.sorted { ($0.1, $0.0.person) < ($1.1, $1.0.person) },
                audiences: try Circular.Audience.allCases.map { ($0, try connection.reached(by: $0, of: member)) }, isSaved: isSaved, typing: typing, session: session,
                reference: reference
            ).html
        }
    }

    /// Keeps what was typed, and with 发送 sends it.
    @Sendable func changeCircularDraft(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.messages)
        let (id, member, now) = (try context.id() as ID<Circular>, context.member, context.now)
        let form = try await Form(request, within: .section)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["subject", "body", "audience", "action"].contains($0) }
        let action = form["action"]
        guard let audience = Circular.Audience(rawValue: form["audience"].isEmpty ? "chosen" : form["audience"]) else { throw Problem.malformed }
        if action == "delete" {
            try await database.write { try $0.deleteCircularDraft(id, by: member) }
            return see(Path.circulars)
        }
        let fields = [Circular.subjectField, Circular.bodyField]
        let reading = FieldReading(fields, from: { form[$0] }, complete: action == "send", in: reference, today: now.day)
        do {
            let isSent = try await database.write { connection in
                if try connection.isSent(id, by: member) { return true }
                let draft = try connection.circularDraft(id, of: member)
                let dropped = CircularDraftPage.dropped(by: action, of: draft.choices)
                let isReady = action == "send" && reading.problems.isEmpty
                func text(_ field: Field) -> String { String((isReady ? reading.values[field.key] ?? "" : form[field.key]).cut(to: field.keeps)) }
                try connection.save(
                    .init(
                        id: id, subject: text(Circular.subjectField), body: text(Circular.bodyField), audience: audience, choices: draft.choices.subtracting(dropped),
                        version: draft.version, changedAt: now), over: token.version, by: member, at: now)
                guard isReady else { return false }
                try connection.send(id, over: token.version + 1, by: Administrator(member, key: token.key, at: now))
                return true
            }
            if isSent { return see(Path.circular(id) + "?done=1") }
            switch action {
            case "send": throw Problem.invalid(reading.problems)
            case "choose": return see(Path.with([("draft", id.text)], Path.newCircular))
            case _: return see(Path.circularDraft(id) + (action == "save" ? "?saved=1" : ""))
            }
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await circularDraftPage(id, context, typing), status: typing.status)
        }
    }
}

struct CircularDraftPage {
    let frame: Frame
    let draft: Circular.Draft
    let units: [(ID<WorkUnit>, String)]
    let people: [(Circular.Choices.Choice, String, String)]
    let audiences: [(Circular.Audience, Int)]
    let isSaved: Bool
    let typing: Typing?
    let session: Session
    let reference: Reference

    /// Whom a button takes out of the choices.
    static func dropped(by action: String, of choices: Circular.Choices) -> Circular.Choices {
        guard action.hasPrefix("drop.") else { return .init() }
        let id = String(action.dropFirst("drop.".count))
        return .init(units: choices.units.filter { $0.text == id }, people: choices.people.filter { $0.person.text == id })
    }

    private var path: String { Path.circularDraft(draft.id) }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    var html: HTML {
        frame.page(
            "编辑信息",
            body: """
                <div class="title"><h1>编辑信息</h1></div>\(typing?.notice("没有发送") ?? .empty)\(complaints.summary)
                <form method="post" action="\(path)" class="card" data-once data-guard\(" data-typed", if: typing != nil)>\(FormToken.fields(for: path, version: draft.version, in: session))\
                \(defaultButton("save"))<h2>接收人<small>\(chosen)</small></h2>\(list)\
                <p><button name="action" value="choose">继续选择单位或人员</button></p>\(audience)\
                <div class="fields">\(input(Circular.subjectField, draft.subject))\(input(Circular.bodyField, draft.body))</div>\
                <p class="hint">发送后立即送达，不能修改和撤回。</p>\
                <div class="buttons"><button class="primary" name="action" value="send">发送</button><button name="action" value="save">保存草稿</button>\
                <button class="danger" name="action" value="delete">删除草稿</button></div></form>
                """, toast: isSaved ? "<div class=\"notice success\" role=\"status\"><p><strong>已保存草稿。</strong>尚未发送。</p></div>" : .empty)
    }

    private var chosen: String {
        let parts = [units.isEmpty ? nil : "\(units.count) 个单位", people.isEmpty ? nil : "\(people.count) 人"].compactMap { $0 }
        return parts.isEmpty ? "没有逐一选择" : "已选择 " + parts.joined(separator: "、")
    }

    private var list: HTML {
        guard !draft.choices.isEmpty else { return .empty }
        return """
            <ul class="chosen">\(units.map { item($0.0.text, $0.1, "") })\(people.map { item($0.0.person.text, $0.1, $0.2) })</ul>
            """
    }

    private func item(_ id: String, _ name: String, _ place: String) -> HTML {
        """
        <li><span>\(name)\(place.isEmpty ? HTML.empty : " <small>\(place)</small>")</span><button class="plain" name="action" value="drop.\(id)">移除<span class="unseen">\(name)</span></button></li>
        """
    }

    /// Whoever has nothing below him is not asked, nor for all levels where there is only one.
    private var audience: HTML {
        let direct = audiences.first { $0.0 == .direct }?.1 ?? 0
        let offered = audiences.filter { $0.0 == .chosen || $0.0 == draft.audience || $0.1 > ($0.0 == .below ? direct : 0) }
        guard offered.count > 1 else { return .empty }
        let current = typing?.form?["audience"] ?? draft.audience.rawValue
        return """
            <fieldset class="choices"><legend>发送范围</legend>\(offered.map { each in
                """
                <label class="check"><input type="radio" name="audience" value="\(each.0.rawValue)"\(" checked", if: current == each.0.rawValue)> \(each.0.title)\(each.0 == .chosen ? HTML.empty : "（\(each.1) 个）")</label>
                """ as HTML
            })</fieldset>
            """
    }

    private func input(_ field: Field, _ saved: String) -> HTML {
        FieldInput(field, name: field.key, value: typing?.form?[field.key] ?? saved, complaints: complaints, reference: reference).html
    }
}
