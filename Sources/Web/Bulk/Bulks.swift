import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    func addBulks(to staff: RouterGroup<StaffContext>) {
        staff.post("/reviews/:list/bulk", use: prepareBulk)
        staff.post("/bulks", use: addBulk)
        staff.get("/bulks/:id", use: bulk)
    }

    /// What was ticked in a list: how many, and what is to be said of all of them. Nothing is decided yet.
    @Sendable private func prepareBulk(_ request: Request, _ context: StaffContext) async throws -> Response {
        var form = try await Form(request, within: .section)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "action", "all"].contains($0) || BulkForm.isChoice($0) }
        let list = try await offeredList(context) { _ in nil }
        guard let kind = Bulk.Kind(rawValue: form["action"]) else { throw Problem.malformed }
        let view = Worklist(reference: form["back"]).flatMap { $0.whole == list ? $0 : nil } ?? list
        if form["all"] == "1" {
            let (member, now) = (context.member, context.now)
            for entry in try await database.read({ try $0.worklist(view, for: member, limit: Bulk.most, at: now) }) where view.tab != .returned || entry.isBack {
                form = form.setting("d.\(entry.dossier)", to: String(entry.version))
            }
        }
        let typed = BulkForm(kind: kind, list: view, form: form)
        guard !typed.chosen.isEmpty else { return see(Path.with(view.values + [("none", "1")], Path.worklist(list))) }
        guard typed.chosen.count <= Bulk.most else { throw Problem.refused("一次最多办理 \(Bulk.most) 人，请减少后再提交。") }
        return page(try await bulkFormPage(typed, context))
    }

    private func bulkFormPage(_ typed: BulkForm, _ context: StaffContext, files: [Attachment] = [], _ typing: Typing? = nil) async throws -> HTML {
        let (session, member, now) = (context.session, context.member, context.now)
        return try await database.read { connection in
            // Between the list and here somebody may have taken his own back.
            let dossiers = try connection.seen(among: typed.chosen.map(\.id), by: member)
            guard !dossiers.isEmpty || typed.chosen.isEmpty else { throw Problem.notFound }
            let last = try dossiers.compactMap { try connection.plan($0.plan)?.windows.reviewsUntil }.min() ?? now.day
            return BulkFormPage(
                frame: try frame(for: session, connection, current: Path.worklist(typed.list.whole)), typed: typed, dossiers: dossiers,
                recommends: typed.kind == .pass && dossiers.contains { $0.journey.stage.stop == 0 && $0.journey.stage == $0.journey.chain.lastStep(of: 0) },
                presets: StepWindow.presets(by: calendar, today: now.day, until: last),
                proofs: try FormFiles(
                    Recommendation.proofRule, field: Recommendation.proofField, isRequired: true, files: files, with: FileTicket(vault: connection.vault, session: session)),
                phrases: try connection.commonOpinions(for: member), typing: typing, session: session, reference: reference
            ).html
        }
    }

    /// Takes the decision in; it is carried out soon, by whichever node has the time.
    @Sendable private func addBulk(_ request: Request, _ context: StaffContext) async throws -> Response {
        guard context.member.opensDossiers else { throw Problem.notAllowed("您没有审核权限。") }
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let form = upload.form
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only(BulkForm.has)
        guard let kind = Bulk.Kind(rawValue: form["kind"]), let list = Worklist(reference: form["back"]), let id = ID<Bulk>(token.key) else { throw Problem.malformed }
        let typed = BulkForm(kind: kind, list: list, form: form)
        let (action, dropped) = (form["action"], form["action"].hasPrefix("drop.") ? String(form["action"].dropFirst(5)) : "")
        let (files, refused) = try await formFiles(upload, Recommendation.proofRule, field: Recommendation.proofField, dropping: dropped, key: token.key, context.session)
        do {
            guard action == "submit" else { throw Problem.invalid([]) }
            var said = try typed.said(in: reference, today: context.now.day)
            said.proofs = files
            if !refused.isEmpty { throw Problem.invalid(refused) }
            let bulk = Bulk(id: id, staff: context.member.id, kind: kind, list: list.reference, said: said, createdAt: context.now)
            try await database.write { try $0.addBulk(bulk, of: typed.chosen, by: context.member) }
            return see(Path.bulk(id))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await bulkFormPage(typed, context, files: files, typing), status: action == "submit" ? typing.status : .ok)
        }
    }

    /// How far a bulk is, and what came of each.
    @Sendable private func bulk(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Bulk> = try context.id()
        let (session, member) = (context.session, context.member)
        let shown = try await database.read { connection in
            let bulk = try connection.bulk(id, of: member)
            let list = Worklist(reference: bulk.list) ?? Worklist(scope: .own, tab: .firstReview)
            return BulkPage(frame: try frame(for: session, connection, current: Path.worklist(list.whole)), bulk: bulk, list: list, items: try connection.items(of: id))
        }
        return page(shown.html)
    }
}

extension Path {
    static let bulks = "/bulks"
    static func bulk(_ id: ID<Bulk>) -> String { "/bulks/\(id)" }
}

/// What was chosen in a list and what is said of it.
struct BulkForm: Sendable {
    let kind: Bulk.Kind
    let list: Worklist
    let form: Form

    static func isChoice(_ key: String) -> Bool { key.hasPrefix("d.") }

    static func has(key: String) -> Bool {
        isChoice(key) || FormFiles.isKey(key) || key.hasPrefix("used.") || ["kind", "back", "action", "opinion", "within", "deadline", "phrase"].contains(key)
            || Recommendation.fields.contains { $0.key == key }
    }

    /// The dossiers that are ticked, with the versions that the list had.
    var chosen: [(id: ID<Dossier>, version: Int)] {
        form.keys.filter(BulkForm.isChoice).sorted().compactMap { key in
            guard let id = ID<Dossier>(String(key.dropFirst(2))), let version = Int(form[key]) else { return nil }
            return (id, version)
        }
    }

    var opinion: Field? {
        switch kind {
        case .pass: Field("opinion", "审核意见", .text(2000), hint: "对所选的每一人相同；记入经办流程")
        case .giveBack: Field("opinion", "退回原因", .text(2000), required: true, hint: "对所选的每一人相同；将原文告知申报人，并记入经办流程")
        case .remind: nil
        }
    }

    func said(in reference: Reference, today: Day) throws(Problem) -> Bulk.Said {
        var said = Bulk.Said()
        let reading = FieldReading([opinion].compactMap { $0 }, from: { form[$0] }, complete: true, in: reference, today: today)
        var problems = reading.problems
        said.opinion = reading.values["opinion"] ?? ""
        if kind == .giveBack {
            let typed = form["deadline"].trimmed.isEmpty ? form["within"] : form["deadline"]
            said.deadline = Day(typed)
            if said.deadline.map({ $0 < today }) ?? true { problems.append(FieldProblem("deadline", typed.isEmpty ? "请选择修改提交截止时间" : "修改提交截止时间应晚于现在")) }
        }
        if kind == .pass {
            let shared = FieldReading(Recommendation.fields, from: { form[$0] }, complete: false, in: reference, today: today)
            problems += shared.problems
            said.values = shared.values.filter { !$0.value.isEmpty }
            let found = Recommendation(values: said.values).contradictions(today: today)
            problems += found.filter { each in !problems.contains { $0.field == each.field } }
        }
        if !problems.isEmpty { throw .invalid(problems) }
        return said
    }
}

struct BulkFormPage {
    let frame: Frame
    let typed: BulkForm
    /// Of those that were ticked, whom the reader sees.
    let dossiers: [Dossier]
    /// Whether some of them leave their own unit, which has to stand for their publicity.
    let recommends: Bool
    let presets: [(workingDays: Int, day: Day)]
    let proofs: FormFiles
    let phrases: [CommonOpinion]
    let typing: Typing?
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private func value(_ key: String) -> String { typing?.form?[key] ?? "" }
    private func input(_ field: Field) -> HTML { FieldInput(field, name: field.key, value: value(field.key), complaints: complaints, reference: reference).html }

    private var fields: HTML {
        let key = typing?.key
        return key.map { FormToken.fields(for: Path.bulks, version: 0, key: $0, in: session) } ?? FormToken.fields(for: Path.bulks, in: session)
    }

    var html: HTML {
        frame.page(
            typed.kind.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.worklist(typed.list))">\(typed.list.menuTitle) · \(typed.list.tabTitle)</a></nav><h1>\(typed.kind.title)</h1></div>\(typing?.notice ?? .empty)
                <form class="card sheet" method="post" action="\(Path.bulks)" enctype="multipart/form-data" data-once data-guard>\(fields)\(defaultButton("show"))\
                <input type="hidden" name="kind" value="\(typed.kind.rawValue)"><input type="hidden" name="back" value="\(typed.list.reference)">\
                \(choices)\(complaints.summary)\(gone)\
                <p>已选择 <strong>\(dossiers.count)</strong> 人：\(names)\(dossiers.count > 20 ? " 等" : "")。逐一办理，各自核对；材料已变化的、您不能办理的不会办理，结果逐一列出。</p>\
                \(deadline)\(typed.opinion.map(input))\(picker)\(publicity)\
                <div class="buttons"><button class="primary" name="action" value="submit">确定\(typed.kind.title) \(dossiers.count) 人</button><a class="button" href="\(Path.worklist(typed.list))">取消</a></div></form>
                """)
    }

    private var names: String { dossiers.prefix(20).map(\.applicantName).joined(separator: "、") }

    private var choices: [HTML] {
        let seen = Set(dossiers.map(\.id))
        return typed.chosen.filter { seen.contains($0.id) }.map { "<input type=\"hidden\" name=\"d.\($0.id.text)\" value=\"\($0.version)\">" }
    }

    private var gone: HTML {
        let count = typed.chosen.count - dossiers.count
        return count == 0 ? .empty : "<div class=\"notice warning\" role=\"status\"><p>勾选的人中，\(count) 人的材料已被取回或转走，不再包括。</p></div>"
    }

    private var picker: HTML {
        let kind: CommonOpinion.Kind = typed.kind == .pass ? .pass : .giveBack
        let offered = phrases.filter { $0.kind == kind && !$0.body.contains("{姓名}") }
        guard typed.kind != .remind, !offered.isEmpty else { return .empty }
        return PhrasePicker(phrases: offered, applicantName: "", field: "opinion", isServed: false).html
    }

    private var deadline: HTML {
        guard typed.kind == .giveBack else { return .empty }
        return DeadlineChoice(presets: presets, chosen: typing == nil ? nil : value("within"), day: input(StepWindow.deadline)).html
    }

    private var publicity: HTML {
        guard recommends else { return .empty }
        return """
            <fieldset><legend>单位推荐（所选各人相同；初审时已为各人填好的，这里不填）</legend><div class="fields">\(Recommendation.recommendationFields.map(input))</div></fieldset>\
            <fieldset><legend>公示（一次公示包括所选各人）</legend><div class="fields">\(Recommendation.publicityFields.map(input))</div>\(proofs.html(complaints))</fieldset>
            """
    }
}

struct BulkPage {
    let frame: Frame
    let bulk: Bulk
    let list: Worklist
    let items: [Bulk.Item]

    private func count(_ state: Bulk.Item.State) -> Int { items.count { $0.state == state } }

    var html: HTML {
        frame.page(
            bulk.kind.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.worklist(list))">\(list.menuTitle) · \(list.tabTitle)</a></nav><h1>\(bulk.kind.title)<small>\(bulk.createdAt.text)</small></h1></div>
                <section class="card" aria-labelledby="progress"><h2 id="progress">办理进度</h2><div role="status"\(" data-reload", if: count(.waiting) > 0)>\
                <progress max="\(items.count)" value="\(items.count - count(.waiting))" aria-label="已办理"></progress>\
                <p>共 \(items.count) 人，已办理 \(count(.done)) 人，未办理 \(count(.refused)) 人，等待 \(count(.waiting)) 人。\(count(.waiting) > 0 ? "可以离开本页，办理会继续进行。" : "已全部处理完毕。")</p></div>\
                \(count(.waiting) > 0 ? "<p><a class=\"button\" href=\"\(Path.bulk(bulk.id))\">刷新</a></p>" as HTML : .empty)\
                <div class="scroll" tabindex="0" role="region" aria-label="逐一结果"><table><thead><tr><th scope="col">姓名</th><th scope="col">结果</th><th scope="col">说明</th></tr></thead><tbody>\(items.map(row))</tbody></table></div></section>
                """)
    }

    private func row(_ item: Bulk.Item) -> HTML {
        let mark: HTML =
            switch item.state {
            case .waiting: "<span class=\"tag busy\">等待办理</span>"
            case .done: "<span class=\"tag good\">已办理</span>"
            case .refused: "<span class=\"tag late\">未办理</span>"
            }
        return "<tr><td><a href=\"\(Path.dossier(item.dossier))\">\(item.applicantName)</a></td><td>\(mark)</td><td>\(item.answer)</td></tr>"
    }
}
