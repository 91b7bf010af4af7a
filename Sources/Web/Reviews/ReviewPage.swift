import Domain
import Markup
import Storage

/// What an applicant has changed since a decision.
struct Changes {
    let since: TrailEntry
    let view: ChangesView
}

struct ReviewPage {
    let frame: Frame
    let reading: DossierReading
    let whereabouts: Whereabouts
    let awaits: Bool
    let neighbours: Neighbours
    let list: Worklist
    let state: ReviewState
    let additions: [ID<WorkUnit>: WorkUnit]
    let found: [WorkUnit]
    let session: Session
    let reference: Reference
    let findings: [Finding]
    /// What the applicant has changed since the reader's unit last decided.
    let changes: Changes?
    /// The steps that the reader could take now, besides 通过 and 受理.
    let windows: [StepWindowView]
    /// Common opinions for a pass.
    let phrases: [CommonOpinion]
    /// 单位公示证明材料 so far.
    let proofs: [Attachment]
    /// The own unit's post table, where it has to do with one.
    let posts: (saved: SavedPostTable?, required: Bool)?
    let printable: [PrintoutKind]
    /// Where nobody of the reader's unit may review it.
    let handOver: HandOverOffer?
    let toast: HTML

    var dossier: Dossier { reading.dossier }
    var plan: ReviewPlan { reading.plan }
    var units: [ID<WorkUnit>: WorkUnit] { reading.surroundings.units }

    /// Who stands before and behind it in the reader's list; nil where there is nobody, or the list has it no more.
    struct Neighbours: Sendable {
        let previous: Worklist.Entry?
        let next: Worklist.Entry?
    }

    var html: HTML {
        frame.page(
            "\(dossier.applicantName)的申报材料",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.worklist(list))">\(list.menuTitle) · \(list.tabTitle)</a>\(turning)</nav>\
                <h1>\(dossier.applicantName)<small>\(reading.line.unitName) · \(reference.title(reading.line.title)?.name ?? "") · \(String(dossier.year)) 年度</small></h1></div>
                \(state.alert)\(told)<div class="review"><div class="content">\(reading.view.index)\(changed)\(reading.view.html)\
                <p class="seal">材料提交于 \(reading.submittedAt.text)，摘要 <code>\(reading.digest.prefix(16))…</code></p><p class="back"><a href="#decide">回到审核意见</a></p></div>
                <aside class="desk" id="decide" aria-label="审核">\(whereHTML)\(handOver.map(\.html))\(decision)\(otherSteps)\(keptOpinion)\(state.outdated.map { OutdatedDraft(draft: $0).html })\(checks)\(chain)\(printouts)</aside></div>\(windows.map(\.html))
                """, toast: toast)
    }

    private var turning: HTML {
        guard neighbours.previous != nil || neighbours.next != nil else { return .empty }
        let previous: HTML = neighbours.previous.map { "<a rel=\"prev\" href=\"\(Path.dossier($0.dossier, in: list))\" title=\"快捷键 k\">上一位：\($0.applicantName)</a>" } ?? .empty
        let next: HTML = neighbours.next.map { "<a rel=\"next\" href=\"\(Path.dossier($0.dossier, in: list))\" title=\"快捷键 j\">下一位：\($0.applicantName)</a>" } ?? .empty
        return "<span class=\"turning\">\(previous)\(next)</span>"
    }

    private var whereHTML: HTML {
        """
        <section class="card where" aria-labelledby="where"><h2 id="where" class="unseen">材料在何处</h2><p class="place">\(whereabouts.place)。</p>\
        \(whereabouts.obstacle.map { "<p class=\"obstacle\">\($0)。</p>" as HTML })</section>
        """
    }

    /// What the applicant has mended, before everything else.
    private var changed: HTML {
        guard let changes else { return .empty }
        return """
            <section class="card sheet changed" id="changes" aria-labelledby="changes-title"><h2 id="changes-title">本单位 \(changes.since.at.text) \(changes.since.title)以后的修改</h2>\(changes.view.html)</section>
            """
    }

    /// A step that was refused, and that cannot be taken any more.
    private var told: HTML {
        guard let (window, typing) = state.window, !windows.contains(where: { $0.window == window }) else { return .empty }
        return typing.notice("没有提交")
    }

    private func window(_ window: StepWindow) -> StepWindowView? { windows.first { $0.window == window } }

    /// What the reader's unit can do with a dossier for which it does not wait.
    private var otherSteps: HTML {
        let others = windows.filter { $0.window != .recusals && !(awaits && StepWindow.decisions.contains($0.window)) }
        guard !others.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="steps"><h2 id="steps">可以办理</h2><ul class="offers">\(others.map { "<li>\($0.link())<span class=\"hint\">\($0.window.consequence(of: dossier))</span></li>" as HTML })</ul></section>
            """
    }

    /// 退回, 不通过 and their like and, apart from them, 回避.
    var refusals: HTML { HTML.joined(StepWindow.decisions.compactMap { window($0)?.link() }) }
    var recusal: HTML { window(.recusals).map { "<p class=\"recusal\">\($0.link("plain"))：与申报人有亲属等利害关系的，应当声明</p>" as HTML } ?? .empty }

    private var checks: HTML {
        """
        <section class="card" aria-labelledby="checks"><h2 id="checks">系统核对</h2><ul class="findings">\(findings.map { finding in
            finding.kind == .fine
                ? "<li class=\"fine\">\(finding.text)</li>" : "<li class=\"doubtful\"><span class=\"unseen\">请注意：</span>\(finding.text)</li>" as HTML
        })</ul></section>
        """
    }

    private var chain: HTML {
        """
        <section class="card" aria-labelledby="chain"><div class="head"><h2 id="chain">审核流程</h2><a href="\(Path.trail(dossier.id))">查看经办流程</a></div>\
        \(ChainSteps(journey: dossier.journey, units: units).html)</section>
        """
    }

    private var printouts: HTML { PrintoutLinks(base: Path.printouts(dossier.id), kinds: printable).html }

    private var decision: HTML {
        guard awaits else { return .empty }
        return dossier.journey.stage == .awaitingAcceptance ? acceptance : PassDecision(page: self).html
    }

    private var acceptance: HTML {
        let path = Path.acceptances(dossier.id)
        return """
            <form class="card decide" method="post" action="\(path)" data-once data-guard data-autosave>\(token(path))<h2>受理</h2>\(state.complaints.summary)\(opinionField("受理意见"))\
            <div class="buttons"><button class="primary" data-key="p">受理</button>\(refusals)</div>\(recusal)</form>
            """
    }

    func token(_ path: String) -> HTML {
        guard let key = state.key else { return FormToken.fields(for: path, version: dossier.version, in: session) }
        return FormToken.fields(for: path, version: dossier.version, key: key, in: session)
    }

    func opinionField(_ label: String) -> HTML {
        """
        <input type="hidden" name="list" value="\(list.reference)"><input type="hidden" name="seen" value="\(reading.digest)">\
        \(FieldInput(PassForm.opinion.labelled(label), name: "opinion", value: state.form.opinion, complaints: state.complaints, reference: reference).html)\(Kept(at: state.restoredAt).html)
        """
    }

    /// What was typed by somebody whose turn it no longer is.
    private var keptOpinion: HTML {
        let refused = state.window.flatMap { refused in windows.contains { $0.window == refused.0 } ? nil : refused.0.written(in: refused.1.form) } ?? ""
        let kept = state.form.opinion.isEmpty ? refused : awaits ? "" : state.form.opinion
        guard !kept.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="kept"><h2 id="kept">您填写的意见</h2><p>没有提交，保留在此供您复制。</p><p class="opinion">\(kept)</p></section>
            """
    }
}
