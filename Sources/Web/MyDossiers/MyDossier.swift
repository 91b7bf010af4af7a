import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// An applicant's dossier: where it is, its chain, and what was submitted; a draft goes on being filled in.
    @Sendable func myDossier(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (id, actor, session, now, person): (ID<Dossier>, Actor, Session, Instant, Person) = (try context.id(), context.actor, context.session, context.now, context.person)
        let isReceipt = request.uri.queryParameters["submitted"] == "1"
        let shown: MyDossierPage? = try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard dossier.journey.stage != .draft, let (content, digest, submittedAt) = try connection.content(of: id),
                let plan = try connection.plan(dossier.plan), let line = try connection.line(of: id)
            else { return nil }
            let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
            return MyDossierPage(
                frame: try frame(for: session, connection), dossier: dossier, plan: plan, digest: digest, submittedAt: submittedAt,
                whereabouts: dossier.whereabouts(for: actor, in: surroundings),
                chain: ChainSteps(journey: dossier.journey, units: surroundings.units),
                timeline: Timeline(forApplicant: try connection.trail(of: id), calendar: calendar),
                view: DossierView(
                    content: content, person: person, unitName: line.unitName, plan: plan,
                    acceptanceUnitName: surroundings.units[plan.acceptanceUnit]?.name ?? "", reference: reference, files: Path.myFiles(id),
                    recommendation: try connection.recommendation(of: dossier, for: actor)), isReceipt: isReceipt)
        }
        guard let shown else { return see(Path.mySubmission(id)) }
        return page(shown.html)
    }
}

struct MyDossierPage {
    let frame: Frame
    let dossier: Dossier
    let plan: ReviewPlan
    let digest: String
    let submittedAt: Instant
    let whereabouts: Whereabouts
    let chain: ChainSteps
    let timeline: Timeline
    let view: DossierView
    let isReceipt: Bool

    var html: HTML {
        frame.page(
            "我的申报",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.home)">首页</a></nav><h1>\(plan.name)</h1></div>\(receipt)
                <section class="card where" aria-labelledby="where"><h2 id="where" class="unseen">材料在何处</h2>\
                <p class="place">\(whereabouts.sentence)</p></section>
                <div class="review"><div class="content">\(view.index)\(view.html)</div>
                <aside class="desk"><section class="card" aria-labelledby="chain"><h2 id="chain">审核流程</h2>\(chain.html)</section>\
                <section class="card" aria-labelledby="log"><div class="head"><h2 id="log">经办流程</h2><a href="\(Path.myTrail(dossier.id))">单独查看</a></div>\(timeline.html)</section></aside></div>
                """)
    }

    private var receipt: HTML {
        guard isReceipt else { return .empty }
        return """
            <section class="notice success receipt" role="status"><h2>申报材料已提交</h2><p>提交时间 \(submittedAt.text)，材料编号 <code>\(dossier.id.text)</code>，\
            内容摘要 <code>\(digest.prefix(16))…</code>。请保存本页或记下编号作为回执；进展会在首页的消息中通知您。</p></section>
            """
    }
}
