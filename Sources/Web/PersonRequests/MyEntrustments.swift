import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 委托申请 of whoever is signed in.
    @Sendable func myEntrustments(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (session, person) = (context.session, context.person)
        let shown = try await database.read { connection in
            let employer = try connection.employer(of: person.id)
            return MyEntrustmentsPage(
                frame: try frame(for: session, connection, current: Path.myEntrustments), person: person, requests: try connection.requests(.entrustment, of: person.id),
                employer: employer, reference: reference)
        }
        return page(shown.html)
    }

    @Sendable func entrustmentForm(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let direction = try direction(of: context)
        let mended = request.uri.queryParameters["mends"].flatMap { ID<PersonRequest>(String($0)) }
        return page(try await entrustmentFormPage(direction, mended, context, nil, nil))
    }

    @Sendable func askForEntrustment(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let direction = try direction(of: context)
        let posted = try await postedPersonForm(
            request, context.session, fields: direction.fields, files: Entrustment.fileRule, others: [Entrustment.offerField.key, "mends"], demandsFiles: false,
            today: context.now.day)
        let (asked, person, token) = (posted.form[Entrustment.offerField.key], context.person, posted.token)
        let offer = try await offers(for: person, context.now).first { $0.key == asked }
        let mends = ID<PersonRequest>(posted.form["mends"])
        var problems: [FieldProblem] = []
        if posted.isSubmitted, direction == .province, offer == nil { problems.append(FieldProblem(Entrustment.offerField.key, "请选择\(Entrustment.offerField.label)")) }
        return try await settle(posted, adding: problems) {
            try await database.write { connection in
                switch direction {
                case .outside:
                    return try connection.askForEntrustmentOutside(
                        posted.values, files: posted.files, mending: mends, over: token.version, by: person, key: token.key, at: context.now)
                case .province:
                    guard let offer else { throw Problem.malformed }
                    return try connection.askForEntrustment(
                        offer, posted.values, files: posted.files, mending: mends, over: token.version, by: person, key: token.key, at: context.now)
                }
            }
        } show: { typing in
            try await entrustmentFormPage(direction, mends, context, posted, typing)
        }
    }

    private func direction(of context: ApplicantContext) throws -> Entrustment.Direction {
        guard let direction = context.parameters.get("direction").flatMap({ Entrustment.Direction(rawValue: String($0)) }) else { throw Problem.notFound }
        return direction
    }

    private func offers(for person: Person, _ now: Instant) async throws -> [EntrustmentOffer] {
        try await database.read { connection in
            try connection.employer(of: person.id).map { try connection.entrustmentOffers(for: $0, at: now) } ?? []
        }
    }

    private func entrustmentFormPage(
        _ direction: Entrustment.Direction, _ mends: ID<PersonRequest>?, _ context: ApplicantContext, _ posted: PostedPersonForm?, _ typing: Typing?
    ) async throws -> HTML {
        let (session, person) = (context.session, context.person)
        return try await database.read { connection in
            let asked = try mends.map { try connection.personRequest($0, for: context.actor) }
            let mended = asked?.state == .returned && asked?.kind == .entrustment && asked?.values["direction"] == direction.rawValue ? asked : nil
            let employer = try connection.employer(of: person.id)
            let offers = try direction == .province ? employer.map { try connection.entrustmentOffers(for: $0, at: context.now) } ?? [] : []
            let chosen = posted?.form[Entrustment.offerField.key] ?? mended.map { "\($0.values["plan"] ?? "")/\($0.title ?? "")" } ?? ""
            let complaint = typing?.problems.first { $0.field == Entrustment.offerField.key }?.message
            return PersonFormPage(
                frame: try frame(for: session, connection, current: Path.myEntrustments), title: direction.title, back: (Path.myEntrustments, "委托申请"),
                path: Path.entrustmentForm(direction), explanation: direction.explanation, facts: [("申请人", person.name), ("工作单位", employer?.name ?? "尚未登记")],
                fields: direction.fields, given: mended?.values ?? ["year": String(context.now.day.year)],
                choice:
                    "\(mended.map { "<input type=\"hidden\" name=\"mends\" value=\"\($0.id.text)\">" as HTML })\(direction == .province ? OfferChoice(offers: offers, chosen: chosen, complaint: complaint, reference: reference).html : .empty)",
                files: try FormFiles(
                    Entrustment.fileRule, field: UnitRequest.fileField, isRequired: false, files: posted?.files ?? mended?.files ?? [],
                    with: FileTicket(vault: connection.vault, session: session)),
                typing: typing, version: mended?.version ?? 0, givenBack: try mended.flatMap { try connection.steps(of: $0.id).last?.opinion }, defaultAction: "submit",
                session: session, reference: reference
            ).html
        }
    }
}

/// The plans of other committees, each with its titles.
struct OfferChoice {
    let offers: [EntrustmentOffer]
    let chosen: String
    let complaint: String?
    let reference: Reference

    var html: HTML {
        let name = Entrustment.offerField.key
        return """
            <div class="field wide\(complaint == nil ? .empty : " wrong" as HTML)"><label for="\(name)">\(Entrustment.offerField.label)<span class="star" aria-hidden="true">★</span></label>\
            <select id="\(name)" name="\(name)" aria-required="true"\(complaint == nil ? .empty : " aria-invalid=\"true\"" as HTML) aria-describedby="\(name)-note"><option value="">请选择</option>\(groups)</select>\
            <p class="\(complaint == nil ? "hint" : "complaint")" id="\(name)-note">\(complaint ?? (offers.isEmpty ? "现在没有需要委托的评审计划。面向本单位的计划可以直接申报。" : "只列出不面向本单位、需要委托的计划"))</p></div>
            """
    }

    private var groups: [HTML] {
        var plans: [ReviewPlan] = []
        for offer in offers where plans.last?.id != offer.plan.id { plans.append(offer.plan) }
        return plans.map { plan in
            """
            <optgroup label="\(plan.name)">\(offers.filter { $0.plan.id == plan.id }.map { offer in
                "<option value=\"\(offer.key)\"\(" selected", if: offer.key == chosen)>\(plan.name)：\(reference.name(offer.title, in: .titles) ?? offer.title)</option>" as HTML
            })</optgroup>
            """
        }
    }
}

struct MyEntrustmentsPage {
    let frame: Frame
    let person: Person
    let requests: [PersonRequest]
    let employer: WorkUnit?
    let reference: Reference

    var html: HTML {
        frame.page(
            "委托申请",
            body: """
                <div class="title acting"><h1>委托申请<small>\(person.name)</small></h1><div class="buttons">\(employer == nil ? .empty : buttons)</div></div>
                <p class="hint">本单位的上级单位没有相应系列（专业）的评审委员会时，可以申请委托其他评审委员会评审。申请由本单位、上级单位逐级审核，由职称授权管理单位出具委托函。</p>\
                \(employer == nil ? "<div class=\"notice warning\" role=\"status\"><p>您尚未登记工作单位，不能申请委托评审。请先提交<a href=\"\(Path.myProfile)\">专技人才档案</a>，由工作单位审核。</p></div>" as HTML : .empty)
                <section class="card list">\(requests.isEmpty ? "<p class=\"none\">您还没有委托申请。</p>" as HTML : table)</section>
                """)
    }

    private var buttons: HTML {
        let all = Entrustment.Direction.allCases.map { "<a class=\"button\(" primary", if: $0 == .province)\" href=\"\(Path.entrustmentForm($0))\">\($0.title)</a>" as HTML }
        return "\(all)"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="委托申请"><table class="work"><thead><tr><th scope="col">申报职称</th><th scope="col">方向</th><th scope="col">受托评审机构</th>\
        <th scope="col">年度</th><th scope="col">提交时间</th><th scope="col">审核状态</th><th scope="col">操作</th></tr></thead><tbody>\(requests.map { request in
            """
            <tr><td data-label="申报职称">\(request.title.flatMap { reference.name($0, in: .titles) } ?? "")</td>\
            <td data-label="方向">\(Entrustment.Direction(rawValue: request.values["direction"] ?? "")?.title ?? "")</td><td data-label="受托评审机构">\(request.values["committee"] ?? "")</td>\
            <td data-label="年度">\(request.values["year"] ?? "")</td><td data-label="提交时间">\(request.submittedAt.text)</td><td data-label="审核状态">\(RequestTag(state: request.state).html)</td>\
            <td data-label="操作"><a href="\(Path.personRequest(request.id))">查看</a></td></tr>
            """ as HTML
        })</tbody></table></div>
        """
    }
}
