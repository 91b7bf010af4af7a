/// 单位推荐和公示信息: what the applicant's own unit says when it passes a dossier on (M10, D3, D26).
public struct Recommendation: Sendable, Hashable, Codable {
    public let values: [String: String]
    /// 单位公示证明材料 and what else the unit has added.
    public let proofs: [Attachment]
    /// The unit's 岗位情况表 of the year, as it stood when the unit recommended (M12, D5).
    public let posts: PostTable?

    public init(values: [String: String], proofs: [Attachment] = [], posts: PostTable? = nil) {
        self.values = values.filter { !$0.value.isEmpty }
        self.proofs = proofs
        self.posts = posts
    }

    /// Nothing was said and nothing was added.
    public var isEmpty: Bool { values.isEmpty && proofs.isEmpty && posts == nil }

    private enum CodingKeys: String, CodingKey { case values, proofs, posts }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        values = try container.decode([String: String].self, forKey: .values)
        proofs = try container.decodeIfPresent([Attachment].self, forKey: .proofs) ?? []
        posts = try container.decodeIfPresent(PostTable.self, forKey: .posts)
    }

    public subscript(_ key: String) -> String { values[key] ?? "" }

    public static let recommendationFields = [
        Field("recommendation", "推荐意见", .text(2000), required: true, hint: "政治表现、职业道德、业务能力和工作业绩"),
        Field("recommended", "是否同意推荐", .choice(.yesNo), required: true),
        Field("voters", "民主评议人数", .number(1...100_000)),
        Field("votes", "同意人数", .number(0...100_000)),
        Field("rank", "推荐排名", .number(1...100_000)),
        Field("ranked", "参加排名人数", .number(1...100_000)),
        Field("recommendedOn", "推荐日期", .day(.past)),
        Field("responsible", "负责人", .line(30)),
    ]

    public static let publicityFields = [
        Field("publicFrom", "公示开始", .day(.past), required: true),
        Field("publicThrough", "公示结束", .day(.any), required: true),
        Field("publicWay", "公示方式", .choice(.publicityWays)),
        Field("publicPlace", "公示地点/网址", .line(100)),
        Field("publicResult", "公示结果", .choice(.publicityResults), required: true),
        Field("objection", "异议处理说明", .text(1000)),
    ]

    public static let fields = recommendationFields + publicityFields

    /// The name of the form's place for 单位公示证明材料, and what it takes.
    public static let proofField = "proof"
    public static let proofRule = FileRule("单位公示证明材料", most: 10)
    /// The name of the form's place for 岗位情况表.
    public static let postsField = "posts"

    static let noObjection = "1"
    static let objectionUnfounded = "2"
    static let objectionStops = "3"

    /// What the form says, judged by the plan's rule.
    public enum Judgement: Sendable, Hashable {
        /// The form may be passed on; `unpublicised` when the plan warns and nothing was filled in (the trail records it).
        case accepted(Recommendation, unpublicised: Bool)
        /// The plan asks once: 未填写公示信息，仍要提交？
        case confirm
        case invalid([FieldProblem])
    }

    /// What the unit brings besides the form: its proofs, its post table, and whether it has to bring one (M12).
    public struct Supplement: Sendable, Hashable {
        public var proofs: [Attachment] = []
        public var posts: PostTable?
        public var postsRequired = false

        public init(proofs: [Attachment] = [], posts: PostTable? = nil, postsRequired: Bool = false) {
            self.proofs = proofs
            self.posts = posts
            self.postsRequired = postsRequired
        }
    }

    /// Reads the form. A block that is begun must be complete; an empty one follows the plan (D26). The post table blocks on its own.
    public static func judge(
        from typed: (String) -> String, with supplement: Supplement = Supplement(), rule: PublicityRule, confirmed: Bool, calendar: WorkCalendar,
        in reference: Reference, today: Day
    ) -> Judgement {
        let must = rule.demand == .required
        let recommends = must || recommendationFields.contains { !typed($0.key).trimmed.isEmpty }
        let publicises = must || publicityFields.contains { !typed($0.key).trimmed.isEmpty }
        let first = FieldReading(recommendationFields, from: typed, complete: recommends, in: reference, today: today)
        let second = FieldReading(publicityFields, from: typed, complete: publicises, in: reference, today: today)
        var problems = first.problems + second.problems
        let form = Recommendation(
            values: first.values.merging(second.values) { value, _ in value }, proofs: supplement.proofs, posts: supplement.posts)
        problems += form.contradictions(rule: rule, calendar: calendar, today: today).filter { found in !problems.contains { $0.field == found.field } }
        if publicises, supplement.proofs.isEmpty { problems.append(FieldProblem(proofField, "请上传\(proofRule.label)（盖章的公示文件、照片等）")) }
        if supplement.postsRequired, supplement.posts == nil {
            problems.append(FieldProblem(postsField, "本单位为全面实行岗位管理的事业单位，须先填报本年度事业单位岗位情况表"))
        }
        if !problems.isEmpty { return .invalid(problems) }
        if !publicises, rule.demand == .warn, !confirmed { return .confirm }
        return .accepted(form, unpublicised: !publicises && rule.demand == .warn)
    }

    /// What the fields say against each other, the calendar and the rule.
    private func contradictions(rule: PublicityRule, calendar: WorkCalendar, today: Day) -> [FieldProblem] {
        var problems = contradictions(today: today)
        guard let from = Day(self["publicFrom"]), let through = Day(self["publicThrough"]), through >= from else { return problems }
        let days = calendar.workingDays(from: from, through: through)
        if days < rule.workingDays {
            problems.removeAll { $0.field == "publicThrough" }
            problems.append(FieldProblem("publicThrough", "公示应不少于 \(rule.workingDays) 个工作日，现为 \(days) 个"))
        }
        return problems
    }

    /// What the fields say against each other whatever the plan asks for: for nobody could it be passed on so.
    public func contradictions(today: Day) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        if self["recommended"] == "0" {
            problems.append(FieldProblem("recommended", "不同意推荐的，应选择“不通过”或“退回”"))
        }
        if let voters = Int(self["voters"]), let votes = Int(self["votes"]), votes > voters {
            problems.append(FieldProblem("votes", "同意人数不能多于民主评议人数"))
        }
        if let rank = Int(self["rank"]), let ranked = Int(self["ranked"]), rank > ranked {
            problems.append(FieldProblem("rank", "推荐排名不能大于参加排名人数"))
        }
        if let through = Day(self["publicThrough"]) {
            if let from = Day(self["publicFrom"]), through < from {
                problems.append(FieldProblem("publicThrough", "公示结束早于公示开始"))
            } else if through >= today {
                problems.append(FieldProblem("publicThrough", "公示至 \(through) 结束，期满后方可填写结果并通过"))
            }
        }
        switch self["publicResult"] {
        case Recommendation.objectionStops:
            problems.append(FieldProblem("publicResult", "公示有异议并中止的，不能通过"))
        case Recommendation.objectionUnfounded where self["objection"].isEmpty:
            problems.append(FieldProblem("objection", "请说明异议的核查情况"))
        case _: break
        }
        return problems
    }
}
