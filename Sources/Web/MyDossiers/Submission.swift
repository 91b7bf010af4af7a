import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// 检查和提交: gaps with links, the preview, the pledge.
    @Sendable func submission(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        page(try await submissionPage(try context.id(), context))
    }

    @Sendable func submit(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        try await submit(request, context) { id, token, edition, connection in
            try connection.submit(id, by: context.actor, seenVersion: token.version, seenEdition: edition, key: token.key, in: reference, at: context.now)
        }
    }

    @Sendable func resubmit(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        try await submit(request, context) { id, token, edition, connection in
            try connection.resubmit(id, by: context.actor, seenVersion: token.version, seenEdition: edition, key: token.key, in: reference, at: context.now)
        }
    }

    private func submit(
        _ request: Request, _ context: ApplicantContext, _ submit: @escaping @Sendable (ID<Dossier>, FormToken, String, any Connection) throws -> Moved
    ) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["pledge", "edition"].contains($0) }
        guard form["pledge"] == "1" else {
            return page(try await submissionPage(id, context, pledgeMissing: true), status: .unprocessableContent)
        }
        do {
            _ = try await database.write { try submit(id, token, form["edition"], $0) }
        } catch Problem.invalid {
            return page(try await submissionPage(id, context), status: .unprocessableContent)
        } catch Problem.changedMeanwhile {
            return page(try await submissionPage(id, context, alert: "材料在您打开本页之后有修改，没有提交。请核对下面的最新内容后再提交。"), status: .conflict)
        }
        return see(Path.myDossier(id) + "?submitted=1")
    }

    private func submissionPage(_ id: ID<Dossier>, _ context: ApplicantContext, pledgeMissing: Bool = false, alert: String = "") async throws -> HTML {
        let (actor, session, now, person) = (context.actor, context.session, context.now, context.person)
        return try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard dossier.isWithApplicant else { throw Problem.refused("材料已提交，现为“\(dossier.journey.stage.name.title)”。") }
            let draft = try connection.draft(of: id)
            guard let plan = try connection.plan(dossier.plan) else { throw Problem.notFound }
            let isDraft = dossier.journey.stage == .draft
            // What has come back keeps its chain (D2).
            let (unit, chain) = isDraft ? try connection.employerAndChain(of: person.id, under: plan) : (try connection.unit(dossier.unit), dossier.journey.chain)
            let units = try connection.units(chain.stops.map(\.unit) + [chain.acceptanceUnit])
            let submitted = isDraft ? nil : try connection.content(of: id)?.content
            return SubmissionPage(
                frame: try frame(for: session, connection), dossier: dossier, plan: plan, edition: draft.edition,
                gaps: try connection.gaps(of: dossier, draft: draft, in: reference, at: now),
                view: DossierView(
                    content: draft.content, person: person, unitName: unit?.name ?? "", plan: plan,
                    acceptanceUnitName: units[plan.acceptanceUnit]?.name ?? "", reference: reference, files: Path.myFiles(id)),
                chain: ChainSteps(journey: isDraft ? Journey(stage: .draft, chain: chain, round: 0) : dossier.journey, units: units),
                closed: isDraft ? plan.closedReason(at: now) : dossier.tooLate(at: now), returned: try self.returned(dossier, connection),
                changes: submitted.map { before in
                    ChangesView(
                        comparison: Comparison(from: before, to: draft.content.asShown(in: reference, today: now.day)),
                        reference: reference, files: Path.myFiles(id))
                },
                pledgeMissing: pledgeMissing, alert: alert, session: session
            ).html
        }
    }
}

struct SubmissionPage {
    let frame: Frame
    let dossier: Dossier
    let plan: ReviewPlan
    let edition: String
    let gaps: [Gap]
    let view: DossierView
    let chain: ChainSteps
    /// Why it cannot be submitted now; nil when it can.
    let closed: String?
    /// The return that is being mended; nil for a first submission.
    let returned: TrailEntry?
    /// What is different from what was submitted last.
    let changes: ChangesView?
    let pledgeMissing: Bool
    let alert: String
    let session: Session

    private var path: String { returned == nil ? Path.mySubmission(dossier.id) : Path.resubmissions(dossier.id) }

    var html: HTML {
        frame.page(
            "检查和提交",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.home)">首页</a></nav><h1>\(plan.name)</h1></div>
                \(alert.isEmpty ? HTML.empty : "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><p>\(alert)</p></div>")
                <div class="filling">\(SectionIndex(dossier: dossier.id, current: nil, gaps: gaps, remarked: Set((returned?.remarks ?? [:]).keys)).html)<div>\(check)\(changed)\
                <section class="card" aria-labelledby="route"><h2 id="route">\(returned == nil ? "提交后的审核流程" : "审核流程")</h2>\(chain.html)</section>
                <h2 class="preview">预览</h2>\(view.html)\(pledge)</div></div>
                """)
    }

    private var check: HTML {
        if pledgeMissing {
            return "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>没有提交</h2><ul><li><a href=\"#pledge\">请先签署诚信承诺</a></li></ul></div>"
        }
        if let closed { return "<div class=\"notice error\" role=\"alert\"><h2>现在不能提交</h2><p>\(closed)</p></div>" }
        guard !gaps.isEmpty else {
            return "<div class=\"notice success\" role=\"status\"><h2>材料完整</h2><p>请核对预览内容，签署承诺后提交。</p></div>"
        }
        return """
            <div class="notice warning" role="status"><h2>还有 \(gaps.count) 项需要补充或修改</h2><ul class="gaps">\(gaps.map { gap in
                "<li><a href=\"\(Path.mySection(dossier.id, gap.section))#\(gap.field)\"><span>\(gap.section.title)</span> \(gap.message)</a></li>" as HTML
            })</ul></div>
            """
    }

    private var destination: String {
        guard returned != nil else { return "提交后材料进入所在单位初审" }
        if dossier.journey.stage == .returnedForCorrection { return "重新提交后材料回到受理单位" }
        return dossier.journey.chain.reentry == .ownUnit ? "重新提交后材料从所在单位初审开始，逐级审核" : "重新提交后材料回到退回单位初审"
    }

    private var changed: HTML {
        guard let changes else { return .empty }
        return "<section class=\"card sheet changed\" aria-labelledby=\"changes\"><h2 id=\"changes\">与上次提交相比的修改</h2>\(changes.html)</section>"
    }

    private var pledge: HTML {
        guard gaps.isEmpty, closed == nil else { return .empty }
        return """
            <form class="card sheet" method="post" action="\(path)" data-once>\(FormToken.fields(for: path, version: dossier.version, in: session))\
            <input type="hidden" name="edition" value="\(edition)"><h2>诚信承诺</h2><p class="pledge">\(Pledge.current.text)</p>\
            <div class="field\(pledgeMissing ? " wrong" as HTML : .empty)"><label class="check"><input type="checkbox" name="pledge" value="1" id="pledge"\
            \(pledgeMissing ? " aria-invalid=\"true\" aria-describedby=\"pledge-note\"" as HTML : .empty)> 本人已阅读并承诺以上内容（\(Pledge.current.version) 版）</label>\
            \(pledgeMissing ? "<p class=\"complaint\" id=\"pledge-note\">请先签署诚信承诺</p>" : .empty)</div>\
            <div class="buttons"><button class="primary">\(returned == nil ? "提交申报" : "重新提交")</button></div><p class="hint">\(destination)，审核期间不能修改。</p></form>
            """
    }
}
