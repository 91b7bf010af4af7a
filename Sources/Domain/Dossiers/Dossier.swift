/// One person's application for one title under one plan (申报材料), as loaded: everything a decision depends on.
public struct Dossier: Sendable, Hashable {
    public let id: ID<Dossier>
    /// Grows by one with every step; a decision names the version it saw.
    public let version: Int
    public let plan: ID<ReviewPlan>
    public let applicant: ID<Person>
    public let applicantName: String
    /// The unit at which it was (or will be) submitted; the first stop of the chain.
    public let unit: ID<WorkUnit>
    public let year: Int
    public let journey: Journey
    public let arrivedAt: Instant
    public let deadline: Instant?
    /// The person who passed the first review that stands at the present stop.
    public let firstReviewer: ID<Person>?
    /// The present stop's unit lets one clerk do both steps.
    public let singleClerk: Bool
    /// Those who have declared that they may not act on it (回避, D11), for good.
    public let recused: Set<ID<Person>>
    /// Who may still take his first review back (D17).
    public let reviewedBy: ID<Person>?

    public init(
        id: ID<Dossier>, version: Int, plan: ID<ReviewPlan>, applicant: ID<Person>, applicantName: String, unit: ID<WorkUnit>,
        year: Int, journey: Journey, arrivedAt: Instant, deadline: Instant?, firstReviewer: ID<Person>?, singleClerk: Bool,
        recused: Set<ID<Person>> = [], reviewedBy: ID<Person>? = nil
    ) {
        self.id = id
        self.version = version
        self.plan = plan
        self.applicant = applicant
        self.applicantName = applicantName
        self.unit = unit
        self.year = year
        self.journey = journey
        self.arrivedAt = arrivedAt
        self.deadline = deadline
        self.firstReviewer = firstReviewer
        self.singleClerk = singleClerk
        self.recused = recused
        self.reviewedBy = reviewedBy
    }
}

extension Dossier {
    /// Whether its applicant may change what it says: before he submits it, and whenever it has come back to him.
    public var isWithApplicant: Bool { journey.holder == .applicant }

    /// Those who may not take the next decision whatever their rights: its applicant, who has recused himself, and for the second review
    /// whoever has done the first (D1, D11).
    public var excluded: Set<ID<Person>> {
        var excluded = recused.union([applicant])
        if case .secondReview = journey.stage, let firstReviewer, !singleClerk { excluded.insert(firstReviewer) }
        return excluded
    }

    /// Why what was given back cannot be sent in again at this moment; nil when it can, as far as time goes (M13).
    public func tooLate(at now: Instant) -> String? {
        guard let deadline, now >= deadline else { return nil }
        return "修改提交截止时间（\(deadline.adding(seconds: -1).day) 24:00）已过，不能重新提交，请联系退回单位延长。"
    }
}

/// One line of the trail (经办流程): who did what, when, and what came of it. Never changed, never deleted.
public struct TrailEntry: Sendable, Hashable {
    public let number: Int
    public let round: Int
    public let step: StepName
    public let before: Stage.Name
    public let after: Stage.Name
    /// The unit that acted, as it was called then; nil for the applicant.
    public let unit: ID<WorkUnit>?
    public let unitName: String
    public let person: ID<Person>
    public let personName: String
    public let at: Instant
    /// When the dossier had arrived at the step that acted.
    public let arrivedAt: Instant
    public let opinion: String
    public let deadline: Instant?
    public let remark: String
    /// What a return says of single sections.
    public let remarks: [Section: String]

    public init(
        number: Int, round: Int, step: StepName, before: Stage.Name, after: Stage.Name, unit: ID<WorkUnit>?, unitName: String,
        person: ID<Person>, personName: String, at: Instant, arrivedAt: Instant, opinion: String, deadline: Instant?,
        remark: String, remarks: [Section: String] = [:]
    ) {
        self.number = number
        self.round = round
        self.step = step
        self.before = before
        self.after = after
        self.unit = unit
        self.unitName = unitName
        self.person = person
        self.personName = personName
        self.at = at
        self.arrivedAt = arrivedAt
        self.opinion = opinion
        self.deadline = deadline
        self.remark = remark
        self.remarks = remarks
    }

    /// `初审通过`, `提交`: the step as a reader of the trail would say it.
    public var title: String {
        switch (before, step) {
        case (.firstReview, .pass), (.firstReview, .giveBack), (.firstReview, .fail): "初审\(step.title)"
        case (.secondReview, .pass), (.secondReview, .giveBack), (.secondReview, .fail): "复审\(step.title)"
        case (_, _): step.title
        }
    }
}
