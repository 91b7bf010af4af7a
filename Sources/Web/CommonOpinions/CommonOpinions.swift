import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    func addCommonOpinions(to staff: RouterGroup<StaffContext>) {
        staff.get("/common-opinions", use: commonOpinionList)
        staff.post("/common-opinions", use: addCommonOpinion)
        staff.post("/common-opinions/:id", use: changeCommonOpinion)
    }

    /// 常用意见设置 (M9).
    @Sendable private func commonOpinionList(_ request: Request, _ context: StaffContext) async throws -> Response {
        page(try await commonOpinionPage(context))
    }

    private func commonOpinionPage(_ context: StaffContext, _ typing: (place: String, Typing)? = nil) async throws -> HTML {
        guard context.member.opensDossiers else { throw Problem.notAllowed("您没有审核权限，不使用常用意见。") }
        let (session, member) = (context.session, context.member)
        return try await database.read { connection in
            CommonOpinionPage(
                frame: try frame(for: session, connection, current: Path.commonOpinions), opinions: try connection.commonOpinions(for: member),
                mayShare: member.permissions.contains(.unit), typing: typing, session: session, reference: reference
            ).html
        }
    }

    @Sendable private func addCommonOpinion(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await keepCommonOpinion(request, context, place: nil) { form, token, body, connection in
            guard let kind = CommonOpinion.Kind(rawValue: form["kind"]), let id = ID<CommonOpinion>(token.key) else { throw Problem.forgedForm }
            try connection.addCommonOpinion(id, body, for: kind, shared: form["shared"] == "1", by: context.member)
        }
    }

    @Sendable private func changeCommonOpinion(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<CommonOpinion> = try context.id()
        return try await keepCommonOpinion(request, context, place: id.text) { form, _, body, connection in
            switch form["action"] {
            case "save": try connection.changeCommonOpinion(id, to: body, by: context.member)
            case "raise": try connection.raiseCommonOpinion(id, by: context.member)
            case "delete": try connection.deleteCommonOpinion(id, by: context.member)
            case _: throw Problem.malformed
            }
        }
    }

    /// `place` is the phrase whose form was sent; nil for the one that adds.
    private func keepCommonOpinion(
        _ request: Request, _ context: StaffContext, place: String?,
        _ keep: @escaping @Sendable (Form, FormToken, String, any Connection) throws -> Void
    ) async throws -> Response {
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["kind", "shared", "body", "action"].contains($0) }
        do {
            let reading = FieldReading([CommonOpinion.field], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
            let concernsText = form["action"].isEmpty || form["action"] == "save"
            if concernsText, !reading.problems.isEmpty { throw Problem.invalid(reading.problems) }
            let body = reading.values["body"] ?? ""
            try await database.write { try keep(form, token, body, $0) }
            return see(Path.commonOpinions + (place.map { "#o-\($0)" } ?? "#\(form["kind"])"))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await commonOpinionPage(context, (place ?? form["kind"], typing)), status: typing.status)
        }
    }
}

extension Path {
    static let commonOpinions = "/common-opinions"
    static func commonOpinion(_ id: ID<CommonOpinion>) -> String { "/common-opinions/\(id)" }
}

struct CommonOpinionPage {
    let frame: Frame
    let opinions: [CommonOpinion]
    /// Whether the reader keeps the phrases of his unit.
    let mayShare: Bool
    /// What was refused, and in which form: a phrase's, or the one that adds to a kind.
    let typing: (place: String, Typing)?
    let session: Session
    let reference: Reference

    var html: HTML {
        frame.page(
            "常用意见设置",
            body: """
                <h1>常用意见设置</h1><p class="hint">审核时可以从“常用意见”中选择，插入到光标处。本单位共用的意见，全体审核人员都可以使用。</p>\(typing?.1.notice ?? .empty)\(CommonOpinion.Kind.allCases.map(section))
                """)
    }

    private func section(_ kind: CommonOpinion.Kind) -> HTML {
        let all = opinions.filter { $0.kind == kind }
        return """
            <section class="card" aria-labelledby="\(kind.rawValue)"><h2 id="\(kind.rawValue)">\(kind.title)<small>\(all.count) 条</small></h2>\
            \(all.isEmpty ? "<p class=\"none\">还没有“\(kind.title)”的常用意见。</p>" : "<ul class=\"opinions\">\(all.map(item))</ul>" as HTML)\(addition(kind))</section>
            """
    }

    private func item(_ opinion: CommonOpinion) -> HTML {
        let mark: HTML = opinion.isShared ? "<span class=\"tag busy\">本单位</span>" : "<span class=\"tag\">个人</span>"
        let head: HTML = "<p>\(mark) <span class=\"body\">\(opinion.body)</span> <small>已使用 \(opinion.uses) 次</small></p>"
        guard !opinion.isShared || mayShare else { return "<li id=\"o-\(opinion.id.text)\">\(head)</li>" }
        let (path, refused) = (Path.commonOpinion(opinion.id), typing.flatMap { $0.place == opinion.id.text ? $0.1 : nil })
        return """
            <li id="o-\(opinion.id.text)">\(head)<details\(" open", if: refused != nil)><summary>修改<span class="unseen">：\(opinion.body)</span></summary>\
            <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, in: session))\
            \(FieldInput(CommonOpinion.field, name: "body", value: refused?.form?["body"] ?? opinion.body, complaints: Complaints(problems: refused?.problems ?? []), reference: reference, prefix: "\(opinion.id)-").html)\
            <div class="buttons"><button class="primary" name="action" value="save">保存</button><button name="action" value="raise">上移</button><button class="danger" name="action" value="delete">删除</button></div></form></details></li>
            """
    }

    private func addition(_ kind: CommonOpinion.Kind) -> HTML {
        let refused = typing.flatMap { $0.place == kind.rawValue ? $0.1 : nil }
        let share: HTML =
            mayShare ? "<label class=\"check\"><input type=\"checkbox\" name=\"shared\" value=\"1\"\(" checked", if: refused?.form?["shared"] == "1")> 本单位共用</label>" : .empty
        return """
            <details\(" open", if: refused != nil)><summary>添加“\(kind.title)”的常用意见</summary><form method="post" action="\(Path.commonOpinions)" data-once>\
            \(FormToken.fields(for: Path.commonOpinions, in: session))<input type="hidden" name="kind" value="\(kind.rawValue)">\
            \(FieldInput(CommonOpinion.field, name: "body", value: refused?.form?["body"] ?? "", complaints: Complaints(problems: refused?.problems ?? []), reference: reference, prefix: "\(kind.rawValue)-").html)\
            \(share)<div class="buttons"><button class="primary">添加</button></div></form></details>
            """
    }
}

/// The drop-down beside an opinion: put in at the cursor by a script, behind what is written by the server where none runs.
struct PhrasePicker {
    let phrases: [CommonOpinion]
    let applicantName: String
    /// Of the field that it writes into.
    let field: String
    /// The page's forms differ by this.
    var prefix = ""
    /// Whether the server puts it in, too, where no script runs.
    var isServed = true

    var html: HTML {
        guard !phrases.isEmpty else { return "<p class=\"hint\">可以在<a href=\"\(Path.commonOpinions)\">常用意见设置</a>中添加常用意见。</p>" }
        return """
            <div class="phrases" data-phrases="\(field)"><label class="unseen" for="\(prefix)phrase">常用意见</label><select id="\(prefix)phrase" name="phrase"><option value="">常用意见…</option>\(phrases.map { phrase in
                "<option value=\"\(phrase.id.text)\" data-text=\"\(phrase.filled(name: applicantName, deadline: "{截止时间}"))\">\(phrase.body.cut(to: 40))</option>" as HTML
            })</select>\(isServed ? "<button name=\"action\" value=\"insert\">插入</button>" : .empty)</div>
            """
    }
}

extension Form {
    /// The common opinions that a decision was made with.
    var usedPhrases: [ID<CommonOpinion>] {
        let inserted = keys.filter { $0.hasPrefix("used.") }.prefix(20).compactMap { ID<CommonOpinion>(String($0.dropFirst("used.".count))) }
        return inserted + [ID<CommonOpinion>(self["phrase"])].compactMap { $0 }.filter { !inserted.contains($0) }
    }
}

extension Site {
    /// An opinion with a chosen phrase behind it; the opinion as it is where nothing was chosen.
    func inserting(_ phrase: String, into opinion: String, on id: ID<Dossier>, deadline: String, _ context: StaffContext) async throws -> String {
        guard let chosen = ID<CommonOpinion>(phrase) else { return opinion }
        let (member, actor) = (context.member, context.actor)
        return try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard let found = try connection.commonOpinions(for: member).first(where: { $0.id == chosen }) else { return opinion }
            return opinion + found.filled(name: dossier.applicantName, deadline: deadline)
        }
    }
}
