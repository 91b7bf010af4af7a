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
        let id: ID<Dossier> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["pledge", "edition"].contains($0) }
        guard form["pledge"] == "1" else {
            return page(try await submissionPage(id, context, pledgeMissing: true), status: .unprocessableContent)
        }
        do {
            _ = try await database.write {
                try $0.submit(id, by: context.actor, seenVersion: token.version, seenEdition: form["edition"], key: token.key, in: reference, at: context.now)
            }
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
            guard dossier.journey.stage == .draft else { throw Problem.refused("材料已提交，现为“\(dossier.journey.stage.name.title)”。") }
            let draft = try connection.draft(of: id)
            guard let plan = try connection.plan(dossier.plan) else { throw Problem.notFound }
            let (unit, chain) = try connection.employerAndChain(of: person.id, under: plan)
            let units = try connection.units(chain.stops.map(\.unit) + [chain.acceptanceUnit])
            return SubmissionPage(
                frame: try frame(for: session, connection), dossier: dossier, plan: plan, edition: draft.edition,
                gaps: try connection.gaps(of: dossier, draft: draft, in: reference, at: now),
                view: DossierView(
                    content: draft.content, person: person, unitName: unit.name, plan: plan,
                    acceptanceUnitName: units[plan.acceptanceUnit]?.name ?? "", reference: reference, files: Path.myFiles(id)),
                chain: ChainSteps(journey: Journey(stage: .draft, chain: chain, round: 0), units: units), closed: plan.closedReason(at: now),
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
    let closed: String?
    let pledgeMissing: Bool
    let alert: String
    let session: Session

    private var path: String { Path.mySubmission(dossier.id) }

    var html: HTML {
        frame.page(
            "检查和提交",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.home)">首页</a></nav><h1>\(plan.name)</h1></div>
                \(alert.isEmpty ? HTML.empty : "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><p>\(alert)</p></div>")
                <div class="filling">\(SectionIndex(dossier: dossier.id, current: nil, gaps: gaps).html)<div>\(check)\
                <section class="card" aria-labelledby="route"><h2 id="route">提交后的审核流程</h2>\(chain.html)</section>
                <h2 class="preview">预览</h2>\(view.html)\(pledge)</div></div>
                """)
    }

    private var check: HTML {
        if let closed { return "<div class=\"notice error\" role=\"alert\"><h2>现在不能提交</h2><p>\(closed)</p></div>" }
        guard !gaps.isEmpty else {
            return "<div class=\"notice success\" role=\"status\"><h2>材料完整</h2><p>请核对预览内容，签署承诺后提交。</p></div>"
        }
        return """
            <div class="notice warning" role="status"><h2>还有 \(gaps.count) 项需要补充</h2><ul class="gaps">\(gaps.map { gap in
                "<li><a href=\"\(Path.mySection(dossier.id, gap.section))#\(gap.field)\"><span>\(gap.section.title)</span> \(gap.message)</a></li>" as HTML
            })</ul></div>
            """
    }

    private var pledge: HTML {
        guard gaps.isEmpty, closed == nil else { return .empty }
        return """
            <form class="card sheet" method="post" action="\(path)" data-once>\(FormToken.fields(for: path, version: dossier.version, in: session))\
            <input type="hidden" name="edition" value="\(edition)"><h2>诚信承诺</h2><p class="pledge">\(Pledge.current.text)</p>\
            <div class="field\(pledgeMissing ? " wrong" as HTML : .empty)"><label class="check"><input type="checkbox" name="pledge" value="1" id="pledge"\
            \(pledgeMissing ? " aria-invalid=\"true\" aria-describedby=\"pledge-note\"" as HTML : .empty)> 本人已阅读并承诺以上内容（\(Pledge.current.version) 版）</label>\
            \(pledgeMissing ? "<p class=\"complaint\" id=\"pledge-note\" role=\"alert\">请先签署诚信承诺</p>" : .empty)</div>\
            <div class="buttons"><button class="primary">提交申报</button></div><p class="hint">提交后材料进入所在单位初审，审核期间不能修改。</p></form>
            """
    }
}
