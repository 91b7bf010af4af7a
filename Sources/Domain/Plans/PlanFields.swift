extension ReviewPlan {
    /// What a plan says of itself; its titles and its two units are chosen beside.
    public static let fields =
        [
            Field("name", "计划名称", .line(60), required: true, hint: "如：2026年度四川省中小学教师系列高级职称评审"), Field("year", "年度", .number(2000...2199), required: true, hint: "如 2026"),
        ] + windowFields + [
            Field("reentry", "被退回的材料重新提交后", .choice(.reentries), required: true, hint: "从本单位重新审核的，各环节重新办理"),
            Field("publicity", "单位公示", .choice(.publicityDemands), required: true), Field("publicityDays", "公示期（工作日）", .number(1...60), required: true),
            Field("waivesPostTable", "免报岗位情况表", .choice(.yesNo), required: true, hint: "评聘分离的系列选“是”"),
        ]

    /// The windows (D22); each last day counts to its end.
    public static let windowFields = [
        Field("opens", "开放申报日期", .day(.any), required: true), Field("applicationsUntil", "申报截止", .day(.any), required: true, hint: "只限首次提交"),
        Field("reviewsUntil", "审核截止", .day(.any), required: true, hint: "退回截止时间不晚于此日"), Field("acceptanceUntil", "受理截止", .day(.any), required: true, hint: "此日之后不能受理"),
    ]

    /// Those that can still be put off once dossiers are under way.
    public static let extensionFields = Array(windowFields.dropFirst())

    /// What the values of a form say against each other.
    public static func contradictions(in values: [String: String]) -> [FieldProblem] {
        zip(windowFields, windowFields.dropFirst()).compactMap { earlier, later in
            guard let first = values[earlier.key], let second = values[later.key], !first.isEmpty, !second.isEmpty, second < first else { return nil }
            return FieldProblem(later.key, "\(later.label)不能早于\(earlier.label)")
        }
    }

    /// The values in their stored form.
    public var values: [String: String] {
        windows.values.merging([
            "name": name, "year": String(year), "reentry": reentry.rawValue, "publicity": publicity.demand.rawValue, "publicityDays": String(publicity.workingDays),
            "waivesPostTable": waivesPostTable ? "1" : "0",
        ]) { $1 }
    }

    /// A plan of values that were read field by field; nil when one of them is no value of its field.
    public init?(
        id: ID<ReviewPlan>, values: [String: String], titles: [String], authority: ID<WorkUnit>, limit: ID<WorkUnit>, acceptanceUnit: ID<WorkUnit>, concluded: Bool
    ) {
        func value(_ key: String) -> String { values[key] ?? "" }
        guard let year = Int(value("year")), let days = Int(value("publicityDays")), let demand = PublicityRule.Demand(rawValue: value("publicity")),
            let reentry = ReviewChain.Reentry(rawValue: value("reentry")), let windows = Windows(values: values)
        else { return nil }
        self.init(
            id: id, name: value("name"), year: year, titles: titles, authority: authority, limit: limit, acceptanceUnit: acceptanceUnit, reentry: reentry,
            publicity: PublicityRule(demand: demand, workingDays: days), windows: windows, concluded: concluded, waivesPostTable: value("waivesPostTable") == "1")
    }

    /// In which part of its year a plan is.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        case coming, applying, reviewing, accepting, over, concluded

        public var title: String {
            switch self {
            case .coming: "未开放"
            case .applying: "申报中"
            case .reviewing: "审核中"
            case .accepting: "受理中"
            case .over: "已截止"
            case .concluded: "已办结"
            }
        }
    }

    public func phase(on today: Day) -> Phase {
        if concluded { return .concluded }
        if today < windows.opens { return .coming }
        if today <= windows.applicationsUntil { return .applying }
        if today <= windows.reviewsUntil { return .reviewing }
        return today <= windows.acceptanceUntil ? .accepting : .over
    }
}

extension ReviewPlan.Windows {
    /// Of the values of a form; nil when one is no day.
    public init?(values: [String: String]) {
        let days = ReviewPlan.windowFields.compactMap { values[$0.key].flatMap { Day($0) } }
        guard days.count == 4 else { return nil }
        self.init(opens: days[0], applicationsUntil: days[1], reviewsUntil: days[2], acceptanceUntil: days[3])
    }

    /// In their stored form, by the keys of the fields.
    public var values: [String: String] {
        [
            "opens": opens.description, "applicationsUntil": applicationsUntil.description, "reviewsUntil": reviewsUntil.description,
            "acceptanceUntil": acceptanceUntil.description,
        ]
    }

    /// Whether no window ends earlier than in `before`, and one later.
    public func extends(_ before: Self) -> Bool {
        let pairs = [(applicationsUntil, before.applicationsUntil), (reviewsUntil, before.reviewsUntil), (acceptanceUntil, before.acceptanceUntil)]
        return opens == before.opens && pairs.allSatisfy { $0 >= $1 } && pairs.contains { $0 > $1 }
    }
}
