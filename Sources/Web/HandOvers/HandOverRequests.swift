import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    func addHandOverRequests(to staff: RouterGroup<StaffContext>, _ applicant: RouterGroup<ApplicantContext>) {
        staff.post("/dossiers/:id/hand-over-requests", use: askForHandOver)
        applicant.post("/my/dossiers/:id/hand-over-requests", use: askForHandOver)
    }

    @Sendable private func askForHandOver(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        do {
            try await ask(request, context, in: context.session, by: context.actor)
            return see(Path.dossier(id))
        } catch Problem.refused(let reason) {
            var state = ReviewState()
            state.alert = HandOverOffer.refused(reason)
            return page(try await reviewPage(id, context, state), status: .conflict)
        } catch Problem.invalid(let problems) {
            var state = ReviewState()
            state.handOverComplaint = problems.first?.message
            return page(try await reviewPage(id, context, state), status: .unprocessableContent)
        }
    }

    @Sendable private func askForHandOver(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        do {
            try await ask(request, context, in: context.session, by: context.actor)
            return see(Path.myDossier(id))
        } catch Problem.refused(let reason) {
            return page(try await myDossierPage(id, context, alert: HandOverOffer.refused(reason)), status: .conflict)
        } catch Problem.invalid(let problems) {
            return page(try await myDossierPage(id, context, handOverComplaint: problems.first?.message), status: .unprocessableContent)
        }
    }

    private func ask(_ request: Request, _ context: some SiteContext, in session: Session, by actor: Actor) async throws {
        let (id, form): (ID<Dossier>, Form) = (try context.id(), try await Form(request))
        let token = try FormToken(form, of: request, in: session, origin: settings.origin)
        try form.only { $0 == HandOverOffer.reason.key }
        let reading = FieldReading([HandOverOffer.reason], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        if !reading.problems.isEmpty { throw Problem.invalid(reading.problems) }
        let (reason, now) = (reading.values[HandOverOffer.reason.key] ?? "", context.now)
        try await database.write { try $0.askForHandOver(of: id, by: actor, reason: reason, key: token.key, at: now) }
    }

    /// What a page says of a dossier which nobody of its unit may review; nil where somebody may.
    func handOverOffer(
        of dossier: Dossier, to actor: Actor, at now: Instant, in session: Session, complaint: String?, _ connection: any Connection
    ) throws -> HandOverOffer? {
        var path = Path.myHandOverRequests(dossier.id)
        if case .staff(let member) = actor {
            guard case .unit(member.unit, _) = dossier.journey.holder, !dossier.awaits(actor) else { return nil }
            path = Path.handOverRequests(dossier.id)
        }
        guard let unit = try connection.unitWithoutReviewer(of: dossier, at: now) else { return nil }
        return HandOverOffer(
            unit: unit, superior: try unit.superior.flatMap { try connection.unit($0) }, asked: try connection.handOverRequest(about: dossier, at: now),
            isForApplicant: actor == .applicant(dossier.applicant), path: path, session: session, complaint: complaint, reference: reference)
    }
}

/// 请求移交: nobody of the unit may review the dossier, and its superior is asked to (D21).
struct HandOverOffer {
    let unit: WorkUnit
    let superior: WorkUnit?
    let asked: HandOverRequest?
    /// Its reader is the applicant, who is told no reviewer's name (D25).
    let isForApplicant: Bool
    let path: String
    let session: Session
    let complaint: String?
    let reference: Reference

    static let reason = Field("handOverReason", "请求移交的原因", .line(200), required: true, hint: "如：本单位只有一名审核人员，即申报人本人")

    static func refused(_ reason: String) -> HTML {
        "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>没有提交</h2><p>\(reason)</p></div>"
    }

    var html: HTML {
        "<section class=\"card\" aria-labelledby=\"hand-over\"><h2 id=\"hand-over\">请求移交</h2><p>“\(unit.name)”现在没有人可以办理这份材料。</p>\(ask)</section>"
    }

    private func asker(_ asked: HandOverRequest) -> String { isForApplicant ? asked.isByApplicant ? "您" : "“\(unit.name)”" : asked.askedBy }

    private var ask: HTML {
        guard let superior, superior.enabled else { return "<p class=\"hint\">该单位没有在用的上级单位，请由其超级管理员添加审核人员。</p>" }
        if let asked { return "<p role=\"status\">\(asker(asked)) 已于 \(asked.askedAt.text) 请求“\(superior.name)”移交办理。</p>" }
        let complaints = Complaints(problems: complaint.map { [FieldProblem(Self.reason.key, $0)] } ?? [])
        return """
            <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, in: session))\(FieldInput(Self.reason, name: Self.reason.key, value: "", complaints: complaints, reference: reference).html)\
            <div class="buttons"><button>请求“\(superior.name)”移交办理</button></div></form>
            """
    }
}

/// What the units below ask to be taken over, on the page of one of them and on the home page.
struct HandOverRequestRows {
    let requests: [HandOverRequest]

    /// Each with the button that takes it over.
    var form: HTML {
        guard !requests.isEmpty else { return .empty }
        return """
            <p>请求移交本单位办理：</p><ul class="rows">\(requests.map { request in
                """
                <li><span>\(request.applicantName) · \(request.askedBy) \(request.askedAt.text) 请求：\(request.reason)</span>\
                <button name="action" value="take.\(request.dossier.text)">移交本单位办理<span class="unseen">：\(request.applicantName)</span></button></li>
                """ as HTML
            })</ul>
            """
    }

    var section: HTML {
        guard !requests.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="asked"><h2 id="asked">请求移交<small>\(requests.count) 件</small></h2><ul class="rows">\(requests.map { request in
                "<li><a href=\"\(Path.subordinate(request.unit))#hand-over\">\(request.unitName)</a><span>\(request.applicantName) · \(request.reason) · \(request.askedAt.text)</span></li>" as HTML
            })</ul></section>
            """
    }
}

extension Path {
    static func handOverRequests(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/hand-over-requests" }
    static func myHandOverRequests(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/hand-over-requests" }
}
