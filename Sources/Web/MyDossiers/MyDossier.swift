import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// An applicant's dossier: where it is, its chain, and what was submitted; a draft goes on being filled in.
    @Sendable func myDossier(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let isDraft = try await database.read { try $0.dossier(id, for: context.actor).journey.stage == .draft }
        if isDraft { return see(Path.mySubmission(id)) }
        return page(try await myDossierPage(id, context, isReceipt: request.uri.queryParameters["submitted"] == "1"))
    }

    /// `window` is one that was refused.
    func myDossierPage(
        _ id: ID<Dossier>, _ context: ApplicantContext, isReceipt: Bool = false, window: (StepWindow, Typing)? = nil, alert: HTML = .empty, handOverComplaint: String? = nil
    ) async throws -> HTML {
        let (actor, session, now) = (context.actor, context.session, context.now)
        return try await database.read { connection in
            let reading = try self.reading(id, for: actor, at: now, files: Path.myFiles(id), connection)
            let dossier = reading.dossier
            let offers = dossier.offers(to: actor)
            return MyDossierPage(
                frame: try frame(for: session, connection), reading: reading, whereabouts: dossier.whereabouts(for: actor, in: reading.surroundings),
                chain: ChainSteps(journey: dossier.journey, units: reading.surroundings.units),
                timeline: Timeline(forApplicant: try connection.trail(of: id), calendar: calendar), isReceipt: isReceipt,
                returned: try self.returned(dossier, connection),
                windows: StepWindow.ofApplicants.filter { offers.contains($0.step.name) }.map { offered in
                    StepWindowView(
                        window: offered, dossier: dossier, path: Path.myStep(offered, on: id), session: session, reference: reference,
                        typing: window.flatMap { $0.0 == offered ? $0.1 : nil })
                }, refused: window?.1,
                handOver: try handOverOffer(of: dossier, to: actor, at: now, in: session, complaint: handOverComplaint, connection), alert: alert, now: now
            ).html
        }
    }
}

struct MyDossierPage {
    let frame: Frame
    let reading: DossierReading
    let whereabouts: Whereabouts
    let chain: ChainSteps
    let timeline: Timeline
    let isReceipt: Bool
    /// The return that he has to answer; nil where there is none.
    let returned: TrailEntry?
    /// The steps that he could take now.
    let windows: [StepWindowView]
    /// What was just refused.
    let refused: Typing?
    /// Where nobody may review it.
    let handOver: HandOverOffer?
    let alert: HTML
    let now: Instant

    private var dossier: Dossier { reading.dossier }

    var html: HTML {
        frame.page(
            "我的申报",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.home)">首页</a></nav><h1>\(reading.plan.name)</h1></div>\(receipt)\(alert)\(told)
                <section class="card where" aria-labelledby="where"><h2 id="where" class="unseen">材料在何处</h2>\
                <p class="place">\(whereabouts.sentence)</p></section>\(correction)
                <div class="review"><div class="content">\(reading.view.index)\(reading.view.html)</div>
                <aside class="desk" id="decide">\(handOver.map(\.html))\(steps)<section class="card" aria-labelledby="chain"><h2 id="chain">审核流程</h2>\(chain.html)</section>\
                <section class="card" aria-labelledby="log"><div class="head"><h2 id="log">经办流程</h2><a href="\(Path.myTrail(dossier.id))">单独查看</a></div>\(timeline.html)</section>\(PrintoutLinks(base: Path.myPrintouts(dossier.id), kinds: PrintoutKind.offered(for: reading, to: .applicant(dossier.applicant))).html)</aside></div>\(windows.map(\.html))
                """)
    }

    private var told: HTML {
        guard let refused, !windows.contains(where: { $0.typing != nil }) else { return .empty }
        return refused.notice("没有提交")
    }

    /// What was asked for, by when, and the way to mend it.
    private var correction: HTML {
        guard let returned else { return .empty }
        let sections = returned.orderedRemarks
        return """
            <section class="card returned" aria-labelledby="returned"><h2 id="returned">\(returned.step.title)：请修改后重新提交</h2>\(deadline)<p class="opinion">\(returned.opinion)</p>\
            \(sections.isEmpty ? .empty : "<ul class=\"rows\">\(sections.map { "<li><a href=\"\(Path.mySection(dossier.id, $0.section))\">\($0.section.title)</a><span>\($0.text)</span></li>" as HTML })</ul>" as HTML)\
            <p class="buttons"><a class="button primary" href="\(Path.mySection(dossier.id, sections.first?.section ?? .application))">修改材料</a><a class="button" href="\(Path.mySubmission(dossier.id))">检查和重新提交</a></p></section>
            """
    }

    private var deadline: HTML {
        guard let deadline = dossier.deadline else { return .empty }
        let day = deadline.adding(seconds: -1).day
        return now >= deadline
            ? "<p><span class=\"tag late\">截止 \(day.description) 24:00，已逾期</span> 请联系退回单位延长后再提交。</p>"
            : "<p>修改提交截止时间 <strong>\(day.description) 24:00</strong></p>"
    }

    private var steps: HTML {
        guard !windows.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="steps"><h2 id="steps">可以办理</h2><ul class="offers">\(windows.map { "<li>\($0.link())<span class=\"hint\">\($0.window.consequence(of: dossier))</span></li>" as HTML })</ul></section>
            """
    }

    private var receipt: HTML {
        guard isReceipt else { return .empty }
        return """
            <section class="notice success receipt" role="status"><h2>申报材料已提交</h2><p>提交时间 \(reading.submittedAt.text)，材料编号 <code>\(dossier.id.text)</code>，\
            内容摘要 <code>\(reading.digest.prefix(16))…</code>。请保存本页或记下编号作为回执；进展会在首页的消息中通知您。</p></section>
            """
    }
}
