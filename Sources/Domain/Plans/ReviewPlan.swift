/// A review activity of one year (评审计划): which titles, which windows, which rules.
public struct ReviewPlan: Sendable, Hashable {
    public let id: ID<ReviewPlan>
    public let name: String
    public let year: Int
    /// Codes of the titles that can be applied for.
    public let titles: [String]
    /// The title authority that opened it; sees its dossiers from submission, read only (D24).
    public let authority: ID<WorkUnit>
    /// The last superior that reviews; the acceptance unit follows it (D2).
    public let limit: ID<WorkUnit>
    public let acceptanceUnit: ID<WorkUnit>
    public let reentry: ReviewChain.Reentry
    public let publicity: PublicityRule
    public let windows: Windows
    public let concluded: Bool
    /// 评聘分离: no post table is asked for (D5).
    public let waivesPostTable: Bool

    public init(
        id: ID<ReviewPlan>, name: String, year: Int, titles: [String], authority: ID<WorkUnit>, limit: ID<WorkUnit>,
        acceptanceUnit: ID<WorkUnit>, reentry: ReviewChain.Reentry, publicity: PublicityRule, windows: Windows, concluded: Bool,
        waivesPostTable: Bool = false
    ) {
        self.id = id
        self.name = name
        self.year = year
        self.titles = titles
        self.authority = authority
        self.limit = limit
        self.acceptanceUnit = acceptanceUnit
        self.reentry = reentry
        self.publicity = publicity
        self.windows = windows
        self.concluded = concluded
        self.waivesPostTable = waivesPostTable
    }

    /// First and last days of a plan (D22); each last day counts to its end.
    public struct Windows: Sendable, Hashable {
        public let opens: Day
        /// 申报截止: bounds first submissions.
        public let applicationsUntil: Day
        /// 审核截止.
        public let reviewsUntil: Day
        /// 受理截止.
        public let acceptanceUntil: Day

        public init(opens: Day, applicationsUntil: Day, reviewsUntil: Day, acceptanceUntil: Day) {
            self.opens = opens
            self.applicationsUntil = applicationsUntil
            self.reviewsUntil = reviewsUntil
            self.acceptanceUntil = acceptanceUntil
        }
    }

    /// Why a first submission is not taken at this moment; nil when it is.
    public func closedReason(at now: Instant) -> String? {
        if concluded { return "该计划已办结。" }
        if now.day < windows.opens { return "该计划于 \(windows.opens) 开放申报。" }
        return now < windows.applicationsUntil.end ? nil : "该计划的申报已于 \(windows.applicationsUntil) 截止。"
    }

    /// The chain a dossier gets at submission: own unit, then superiors up to the limit (D2). `path` is the own unit and its
    /// superiors, nearest first. nil where the limit is no ancestor, and the plan therefore not open to the unit (D20).
    /// `entrusted`: whom another's committee reviews by a letter goes all the way up, then to that committee's acceptance unit (D14).
    public func chain(along path: [WorkUnit], entrusted: Bool = false) -> ReviewChain? {
        guard let last = entrusted ? path.lastIndex(where: { $0.id == authority }) : path.firstIndex(where: { $0.id == limit }) else { return nil }
        let stops = path[...last].map { ReviewChain.Stop(unit: $0.id, steps: $0.steps) }
        guard !stops.contains(where: { $0.unit == acceptanceUnit }) else { return nil }
        return ReviewChain(stops: stops, acceptanceUnit: acceptanceUnit, reentry: reentry)
    }

    /// Whether a chain under this plan was opened by a letter: it never was the plan's own, wherever units were inserted.
    public func isEntrusted(_ chain: ReviewChain) -> Bool { !chain.stops.contains { $0.unit == limit && $0.insertion == nil } }
}

/// 公示 (D4): whether a plan asks for it, and for how many working days.
public struct PublicityRule: Sendable, Hashable {
    public enum Demand: String, Sendable, Hashable, CaseIterable { case required, warn, optional }

    /// Working days that a publicity lasts where no plan says more.
    public static let leastWorkingDays = 5

    public let demand: Demand
    public let workingDays: Int

    public init(demand: Demand, workingDays: Int) {
        self.demand = demand
        self.workingDays = workingDays
    }
}
