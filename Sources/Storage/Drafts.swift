import Domain

/// What the applicant is writing, with the revision that his next saving must name.
public struct Draft: Sendable {
    public let content: Content
    public let revision: Int
    /// Uploads and removals so far.
    public let fileChanges: Int
    public let savedAt: Instant

    /// What a submission names to say what it saw: text and files.
    public var edition: String { "\(revision)-\(fileChanges)" }
}

/// The pledge (诚信承诺) that every submission carries, word for word with its version.
public struct Pledge: Sendable {
    public let version: String
    public let text: String

    /// As a content keeps it.
    var sealed: String { "\(version)：\(text)" }

    /// What the trail says of it.
    var remark: String { "已签署诚信承诺（\(version) 版）" }

    public static let current = Pledge(
        version: "2026-1",
        text: """
            本人承诺：所填写的申报信息和提交的材料真实、准确、完整，业绩成果为本人取得，不存在弄虚作假、学术不端等行为。\
            如有不实，本人愿意承担由此产生的一切后果，包括取消申报资格、撤销已取得的职称，并按规定记入诚信档案。
            """)
}

extension Connection {
    /// Opens a draft under a plan: refused, with the reason, where it could never be submitted.
    public func openDossier(_ id: ID<Dossier>, for person: Person, under planID: ID<ReviewPlan>, at now: Instant) throws {
        try use(planID)
        guard let plan = try plan(planID) else { throw Problem.notFound }
        try hold(person.id)
        if let reason = plan.closedReason(at: now) { throw Problem.refused(reason) }
        if let reason = try yearHolder(person.id, year: plan.year) { throw Problem.refused(reason) }
        let (unit, _) = try employerAndChain(of: person.id, under: plan)
        if let draft = try draft(of: person.id, under: plan.id) {
            throw Problem.refused("您在该计划下已有一份填报中的材料（\(draft.savedAt.text) 保存），请继续填写。")
        }
        let content = try firstContent(of: person.id, at: unit, under: plan)
        try run(
            """
            INSERT INTO dossiers (id, version, plan_id, year, person_id, person_name, unit_id, unit_name, stage, stop, round, arrival,
                correction_requested, acceptance_unit_id, reentry, arrived_at, edition, created_at, authority_id)
            VALUES (\(id), 1, \(plan.id), \(plan.year), \(person.id), \(person.name), \(unit.id), \(unit.name), \(Stage.Name.draft), 0, 0,
                \(try JSON.text(ReviewChain.Arrival.none)), 0, \(plan.acceptanceUnit), \(plan.reentry), \(now), 0, \(now), \(plan.authority))
            """)
        try run("INSERT INTO drafts (dossier_id, revision, body, saved_at) VALUES (\(id), 1, \(try JSON.text(content)), \(now))")
    }

    /// What a draft begins with: the only title it can be for, and what the person's profile says.
    private func firstContent(of person: ID<Person>, at unit: WorkUnit, under plan: ReviewPlan) throws -> Content {
        let entrusted = try plan.chain(along: path(from: unit.id)) == nil ? letter(of: person, under: plan, for: nil)?.title : nil
        var content = Content(title: entrusted ?? (plan.titles.count == 1 ? plan.titles[0] : ""))
        guard let profile = try profile(of: person) else { return content }
        let title = try profile.title.flatMap { code in try first("SELECT name FROM titles WHERE code = \(code)") { try $0.text() } }
        content.begin(with: profile.values, title: title)
        return content
    }

    /// The employing unit of a person, and the chain his dossier would get under a plan; refused with the reason when there is none. A plan that is not
    /// open to the unit is open to whoever has been entrusted to its committee (D14), for that title; `title` nil: for whichever it is.
    public func employerAndChain(of person: ID<Person>, under plan: ReviewPlan, for title: String? = nil) throws -> (unit: WorkUnit, chain: ReviewChain) {
        // Whoever stops the unit at the moment, or asks for another superior, ends first.
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = (SELECT unit_id FROM employments WHERE person_id = \(person)) FOR SHARE") }
        guard let unit = try employer(of: person) else { throw Problem.refused("您尚未登记工作单位，不能申报。请先提交专技人才档案，由工作单位审核。") }
        try demandOpen(unit)
        let path = try path(from: unit.id)
        if let chain = plan.chain(along: path) { return (unit, chain) }
        guard try letter(of: person, under: plan, for: title) != nil else {
            if title != nil, try letter(of: person, under: plan, for: nil) != nil { throw Problem.refused("申报职称与委托函不一致，请选择委托申请中的职称。") }
            throw Problem.refused("该计划不面向“\(unit.name)”：其上级单位不在该计划的审核范围内。需要委托评审的，请先办理委托申请。")
        }
        guard let chain = plan.chain(along: path, entrusted: true) else { throw Problem.refused("该计划不面向“\(unit.name)”。") }
        return (unit, chain)
    }

    private func draft(of person: ID<Person>, under plan: ID<ReviewPlan>) throws -> (id: ID<Dossier>, savedAt: Instant)? {
        try first(
            """
            SELECT d.id, w.saved_at FROM dossiers d JOIN drafts w ON w.dossier_id = d.id
            WHERE d.person_id = \(person) AND d.plan_id = \(plan) AND d.stage = 'draft'
            """
        ) { (try $0.id(), try $0.instant()) }
    }

    public func draft(of dossier: ID<Dossier>) throws -> Draft {
        let files = try attachments(of: dossier)
        let draft = try first("SELECT body, revision, file_changes, saved_at FROM drafts WHERE dossier_id = \(dossier)") {
            let content: Content = try JSON.value(try $0.text())
            return Draft(content: content.holding(files), revision: try $0.integer(), fileChanges: try $0.integer(), savedAt: try $0.instant())
        }
        guard let draft else { throw Problem.notFound }
        return draft
    }

    /// Saves what was typed over the revision it was typed on; returns the new revision. What reviewers see stays as it was submitted.
    public func saveDraft(_ content: Content, of id: ID<Dossier>, by actor: Actor, over revision: Int, at now: Instant) throws -> Int {
        let dossier = try dossier(id, for: actor)
        guard case .applicant(dossier.applicant) = actor else { throw Problem(Denial.onlyApplicant) }
        guard dossier.isWithApplicant else { throw Problem.refused("材料现为“\(dossier.journey.stage.name.title)”，不能修改。") }
        let rows = try run(
            """
            UPDATE drafts SET body = \(try JSON.text(content.withoutFiles)), revision = revision + 1, saved_at = \(now)
            WHERE dossier_id = \(id) AND revision = \(revision)
            """)
        guard rows == 1 else {
            throw Problem.changedMeanwhile(.init(by: "您", at: try draft(of: id).savedAt, what: "在另一个窗口保存"))
        }
        if dossier.journey.stage == .draft { try run("UPDATE dossiers SET title_code = (SELECT code FROM titles WHERE code = \(content.title)) WHERE id = \(id)") }
        try detachLost(by: content, of: id, at: now)
        return revision + 1
    }

    /// 提交: what still keeps the draft from it is answered as `invalid`; otherwise the content becomes an edition that never
    /// changes, the chain is frozen (D2), and the dossier goes to the own unit's first review.
    public func submit(
        _ id: ID<Dossier>, by actor: Actor, seenVersion: Int, seenEdition: String, key: String, in reference: Reference, at now: Instant
    ) throws -> Moved {
        let move = Move(.submit, on: id, by: actor, seenVersion: seenVersion, key: key, remark: Pledge.current.remark)
        if let earlier = try outcome(of: move) { return earlier }
        let (dossier, plan) = try dossierToSubmit(move)
        if let reason = plan.closedReason(at: now) { throw Problem.refused(reason) }
        if let reason = try yearHolder(dossier.applicant, year: plan.year, besides: id) { throw Problem.refused(reason) }
        let content = try complete(dossier, seenEdition, under: plan, in: reference, at: now)
        let (unit, chain) = try employerAndChain(of: dossier.applicant, under: plan, for: content.title)
        try run("UPDATE dossiers SET unit_id = \(unit.id), unit_name = \(unit.name) WHERE id = \(id)")
        let edition = try addEdition(content, of: id, at: now)
        let journey = Journey(stage: dossier.journey.stage, chain: chain, round: dossier.journey.round)
        return try take(move, on: dossier.going(journey, from: unit.id), edition: edition, at: now)
    }

    /// 重新提交: what was mended becomes the next edition, before the deadline (M13), and goes where the plan has it re-enter (D6). The chain
    /// and the unit stay as they were frozen.
    public func resubmit(
        _ id: ID<Dossier>, by actor: Actor, seenVersion: Int, seenEdition: String, key: String, in reference: Reference, at now: Instant
    ) throws -> Moved {
        let move = Move(.resubmit, on: id, by: actor, seenVersion: seenVersion, key: key, remark: Pledge.current.remark)
        if let earlier = try outcome(of: move) { return earlier }
        let (dossier, plan) = try dossierToSubmit(move)
        let content = try complete(dossier, seenEdition, under: plan, in: reference, at: now)
        return try take(move, on: dossier, edition: try addEdition(content, of: id, at: now), at: now)
    }

    private func dossierToSubmit(_ move: Move) throws -> (Dossier, ReviewPlan) {
        let dossier = try dossier(for: move)
        // A submission gets its chain only now, and is judged along it.
        if move.step == .resubmit {
            do throws(Refusal) { _ = try dossier.journey.after(move.step) } catch { throw Problem(error) }
        }
        guard let plan = try plan(dossier.plan) else { throw Problem.notFound }
        return (dossier, plan)
    }

    /// What the applicant saw, complete.
    private func complete(_ dossier: Dossier, _ seenEdition: String, under plan: ReviewPlan, in reference: Reference, at now: Instant) throws -> Content {
        let draft = try draft(of: dossier.id)
        guard draft.edition == seenEdition else {
            throw Problem.changedMeanwhile(.init(by: "您", at: draft.savedAt, what: "在另一个窗口修改"))
        }
        let (content, gaps) = draft.content.completed(titles: try titles(under: plan, for: dossier).compactMap(reference.title), in: reference, today: now.day)
        guard gaps.isEmpty else { throw Problem.invalid(gaps.map { FieldProblem($0.field, $0.message) }) }
        return content
    }

    /// Seals a content as the next edition; returns its number.
    private func addEdition(_ content: Content, of dossier: ID<Dossier>, at now: Instant) throws -> Int {
        let edition = try count("SELECT COALESCE(MAX(edition), 0) + 1 FROM contents WHERE dossier_id = \(dossier)")
        let body = try JSON.text(content)
        try insertEdition(edition, body, digest: digest(body), of: dossier, at: now)
        let application = content.single(.application)
        try run(
            """
            UPDATE dossiers SET title_code = \(content.title), specialty = \(application["specialty"]), application_kind = \(application["kind"]) WHERE id = \(dossier)
            """)
        try run("UPDATE desks SET title_code = \(content.title), application_kind = \(application["kind"]) WHERE dossier_id = \(dossier)")
        try settle(content.files, of: dossier, as: edition)
        let names = try first("SELECT person_name, unit_name FROM dossiers WHERE id = \(dossier)") { (try $0.text(), try $0.text()) }
        if let names { try insertWords(name: names.0, unit: names.1) }
        return edition
    }

    func insertEdition(_ edition: Int, _ body: String, digest: String, of dossier: ID<Dossier>, at now: Instant) throws {
        try run(
            """
            INSERT INTO contents (dossier_id, edition, body, digest, pledge, submitted_at)
            VALUES (\(dossier), \(edition), \(body), \(digest), \(Pledge.current.sealed), \(now))
            """)
    }

    /// What would have kept this draft from being submitted at this moment.
    public func gaps(of dossier: Dossier, draft: Draft, in reference: Reference, at now: Instant) throws -> [Gap] {
        guard let plan = try plan(dossier.plan) else { throw Problem.notFound }
        return draft.content.completed(titles: try titles(under: plan, for: dossier).compactMap(reference.title), in: reference, today: now.day).gaps
    }
}

extension Dossier {
    /// The same dossier with the chain it is submitted along.
    fileprivate func going(_ journey: Journey, from unit: ID<WorkUnit>) -> Dossier {
        Dossier(
            id: id, version: version, plan: plan, applicant: applicant, applicantName: applicantName, unit: unit, year: year,
            journey: journey, arrivedAt: arrivedAt, deadline: deadline, firstReviewer: firstReviewer, singleClerk: singleClerk, recused: recused)
    }
}
