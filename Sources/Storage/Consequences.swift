import Domain

/// What is known around a dossier when a step is taken on it.
struct Circumstances {
    let plan: ReviewPlan
    /// As the unit that acts is called; empty for the applicant.
    let unitName: String
    let personName: String
    let desks: [ID<WorkUnit>: Desk]
    /// Entries on the trail so far.
    let entries: Int
    /// The content that stands: 0 and nothing before the first submission.
    let edition: Int
    let digest: String
    /// What a submission freezes, and a resubmission signs anew; nil for every other step.
    var submission: Submission?
    let now: Instant
}

/// What a step leaves behind, worked out before anything is written: the one place where right, workflow and windows are asked and the
/// records of a step are worded. `move` writes it step by step, `Ledger` a whole dossier at once.
struct Consequences {
    let dossier: Dossier
    let desks: [ID<WorkUnit>: Desk]
    /// What the unit that took the step has now done last; nil where that stays.
    let mark: (unit: ID<WorkUnit>, acted: Desk.Acted)?
    let entry: Entry

    /// A line of the trail, with what only the record keeps.
    struct Entry {
        let number: Int
        let key: String
        let round: Int
        let step: StepName
        let before: Stage.Name
        let after: Stage.Name
        let unit: ID<WorkUnit>?
        let unitName: String
        let person: ID<Person>
        let personName: String
        let at: Instant
        let arrivedAt: Instant
        let opinion: String
        let deadline: Instant?
        let remark: String
        let edition: Int
        let digest: String
        /// What the step carried besides its name.
        let argument: String
        let recommendation: Recommendation?
        let notices: [Notice]
    }

    struct Notice {
        let person: ID<Person>?
        let unit: ID<WorkUnit>?
        let sender: String
        let body: String
    }

    /// Throws the `Problem` that keeps the step from being taken.
    init(of move: Move, on dossier: Dossier, _ known: Circumstances) throws {
        if let denial = move.actor.denial(of: move.step.name, on: dossier) { throw Problem(denial) }
        let next: Journey
        do throws(Refusal) { next = try dossier.journey.after(move.step) } catch { throw Problem(error) }
        try move.check(on: dossier, under: known.plan, at: known.now)
        let move = move.markingLate(under: known.plan, at: known.now)
        // A stationary step moves nothing: neither version nor arrival (D9).
        let moves = !move.step.name.isStationary
        self.dossier = Dossier(
            id: dossier.id, version: dossier.version + (moves ? 1 : 0), plan: dossier.plan, applicant: dossier.applicant,
            applicantName: dossier.applicantName, unit: dossier.unit, year: dossier.year, journey: next, arrivedAt: moves ? known.now : dossier.arrivedAt,
            deadline: next.holder == .applicant ? move.deadline ?? dossier.deadline : nil, firstReviewer: nil, singleClerk: false,
            reviewedBy: next.reviewer(before: dossier.reviewedBy, after: move.step, by: move.actor.person))
        desks = dossier.journey.desks(known.desks, after: move.step, to: next)
        mark = dossier.journey.mark(of: move.step, to: next)
        let unit: ID<WorkUnit>? = if case .staff(let member) = move.actor { member.unit } else { nil }
        entry = Entry(
            number: known.entries + 1, key: move.key, round: dossier.journey.round == 0 ? next.round : dossier.journey.round, step: move.step.name,
            before: dossier.journey.stage.name, after: next.stage.name, unit: unit, unitName: known.unitName, person: move.actor.person,
            personName: known.personName, at: known.now, arrivedAt: dossier.arrivedAt, opinion: move.opinion, deadline: move.deadline,
            remark: move.remark, edition: known.edition, digest: known.digest, argument: try move.argument(with: known.submission),
            recommendation: move.recommendation,
            notices: move.notices(
                on: dossier, to: next, sender: unit == nil ? dossier.applicantName : known.unitName, plan: known.plan.name, seeing: Set(desks.keys)))
    }
}

extension Move {
    fileprivate func argument(with submission: Submission?) throws -> String {
        try step.argument(
            submitting: submission, signing: submission.map { Signature(pledge: $0.pledge, title: $0.title) }, remarking: remarks)
    }

    /// What a step demands beyond workflow and rights that the plan and its windows decide (D22).
    fileprivate func check(on dossier: Dossier, under plan: ReviewPlan, at now: Instant) throws {
        let (reviews, acceptance) = (plan.windows.reviewsUntil, plan.windows.acceptanceUntil)
        switch step {
        case .giveBack:
            try demandOpinion()
            try demandDeadline(at: now, until: reviews)
        case .requestCorrection:
            try demandOpinion()
            try demandDeadline(at: now, until: acceptance)
        case .extend: try demandDeadline(at: now, until: dossier.journey.stage == .returnedForCorrection ? acceptance : reviews)
        case .fail, .refuse, .recuse: try demandOpinion()
        case .resubmit:
            if let reason = dossier.tooLate(at: now) { throw Problem.refused(reason) }
        case .reopen:
            if plan.concluded { throw Problem.refused("该计划已办结，不能重新审核。") }
        case .accept:
            if now >= acceptance.end { throw Problem.refused("该计划的受理已于 \(acceptance) 截止，不能受理。") }
        case .pass, .handOver, .submit, .recall, .takeBack, .withdraw, .abandon, .conclude: break
        }
    }

    /// D22: after 审核截止 a pass is possible, and its entry says so.
    fileprivate func markingLate(under plan: ReviewPlan, at now: Instant) -> Move {
        guard step.name == .pass, now >= plan.windows.reviewsUntil.end else { return self }
        var move = self
        move.remark = [remark, "审核截止（\(plan.windows.reviewsUntil)）后办理"].filter { !$0.isEmpty }.joined(separator: "；")
        return move
    }

    /// I-07: a return, a failure and a refusal give their reason.
    private func demandOpinion() throws {
        if opinion.trimmed.isEmpty { throw Problem.invalid([FieldProblem("opinion", "请填写\(step.name.title)的意见")]) }
    }

    private func demandDeadline(at now: Instant, until last: Day) throws {
        guard let deadline, deadline > now, deadline <= last.end else {
            throw Problem.invalid([FieldProblem("deadline", "修改提交截止时间应晚于现在，且不晚于 \(last)")])
        }
    }
}

extension Move {
    /// What the step has to say: to the applicant, and to the units that had passed what is now stopped or taken away.
    fileprivate func notices(on dossier: Dossier, to next: Journey, sender: String, plan: String, seeing: Set<ID<WorkUnit>>) -> [Consequences.Notice] {
        var notices: [Consequences.Notice] = []
        if let text = noticeToApplicant(to: next, sender: sender) {
            notices.append(.init(person: dossier.applicant, unit: nil, sender: sender, body: "您申报的“\(plan)”\(text)"))
        }
        if let text = noticeToUnits {
            for unit in unitsTold(on: dossier) where seeing.contains(unit) {
                notices.append(.init(person: nil, unit: unit, sender: sender, body: "\(dossier.applicantName)的申报材料\(text)"))
            }
        }
        return notices
    }

    /// The unit from which a dossier is withdrawn; otherwise the units below the one that acted.
    private func unitsTold(on dossier: Dossier) -> [ID<WorkUnit>] {
        let chain = dossier.journey.chain
        let stop = dossier.journey.stage.stop
        if step.name == .withdraw { return [stop.map { chain.stops[$0].actingUnit } ?? chain.acceptanceUnit] }
        return chain.stops.prefix(stop ?? chain.stops.count).map(\.unit)
    }

    private func noticeToApplicant(to next: Journey, sender: String) -> String? {
        switch step.name {
        case .submit, .recall, .resubmit, .abandon: nil
        case .pass where next.stage.name == .secondReview: nil
        case .pass: "已由\(sender)审核通过，提交下一环节。"
        case .giveBack: "被\(sender)\(step.name.title)：\(opinion)"
        case .requestCorrection: "被\(sender)要求补正：\(opinion)"
        case .extend: "的修改提交截止时间已由\(sender)改为 \(deadline.map { $0.adding(seconds: -1).day.description } ?? "")。"
        case .fail: "经\(sender)审核不通过：\(opinion)"
        case .reopen: "由\(sender)重新审核。"
        case .accept: "已由\(sender)受理。"
        case .refuse: "被\(sender)不予受理：\(opinion)"
        case .conclude: "已办结，结果为\(next.stage.name.title)。"
        case .takeBack, .withdraw, .handOver, .recuse: nil
        }
    }

    private var noticeToUnits: String? {
        switch step.name {
        case .giveBack, .fail: "已被上级\(step.name.title)：\(opinion)"
        case .requestCorrection: "已被受理单位要求补正：\(opinion)"
        case .refuse: "受理单位不予受理：\(opinion)"
        case .withdraw: "已由报送单位撤回。"
        case .submit, .recall, .pass, .takeBack, .extend, .resubmit, .reopen, .handOver, .recuse, .accept, .abandon, .conclude: nil
        }
    }
}
