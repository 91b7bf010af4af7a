import Domain
import Testing

let reference = Reference(
    lists: [
        .ethnicGroups: [.init(code: "01", name: "汉族")], .politicalStatus: [.init(code: "13", name: "群众")],
        .educationLevels: [.init(code: "21", name: "大学本科毕业")], .degreeLevels: [.init(code: "4", name: "学士学位")],
        .applicationTypes: [.init(code: "01", name: "正常申报")],
    ],
    titles: [.init(code: "22--2", series: "中小学教师", level: "2", levelName: "副高级", name: "高级教师")], regions: [])

func proof(_ kind: FileKind = .pdf) -> Domain.Attachment { KeptFile(digest: "d", kind: kind, bytes: 1000, pages: 1).attachment(id(7), named: "证明") }

func fullContent() -> Content {
    var content = Content(title: "22--2")
    content[.application] = [.init(id: "application", values: ["specialty": "语文", "kind": "01", "currentSpecialty": "语文教学", "firstTime": "1"])]
    content[.basics] = [
        .init(
            id: "basics",
            values: [
                "ethnicGroup": "01", "politicalStatus": "13", "nationality": "1", "workingSince": "2008/7", "degreeOfEducation": "21",
                "school": "四川演示师范大学", "major": "汉语言文学", "graduated": "2008-06", "studyMode": "1", "currentTitle": "一级教师",
            ], files: [proof(.png)])
    ]
    content[.education] = [
        .init(id: "e1", values: ["from": "2004-09", "to": "2008-06", "school": "四川演示师范大学", "major": "汉语言文学", "level": "21", "studyMode": "1"], files: [proof()])
    ]
    content[.work] = [.init(id: "w1", values: ["from": "2008-07", "unit": "乐山市演示中学", "duty": "语文教学", "post": "教师"])]
    content[.summary] = [.init(id: "summary", values: ["summary": "任现职以来……"])]
    return content
}

@Suite struct ContentTests {
    private let today = day("2026-11-23")
    private var titles: [Reference.Title] { [reference.title("22--2")!] }

    @Test func aFullDraftHasNoGapsAndIsStoredInOneForm() {
        let (content, gaps) = fullContent().completed(titles: titles, in: reference, today: today)
        #expect(gaps.isEmpty)
        #expect(content.single(.basics)["workingSince"] == "2008-07")
    }

    @Test func anEmptyDraftNamesEveryGapAndItsSection() {
        let (_, gaps) = Content().completed(titles: titles, in: reference, today: today)
        let required = [Part.application, .basics, .summary].flatMap(\.fields).filter(\.required).count
        #expect(gaps.count == required + 4, "a title, a photo, an education, a work")
        #expect(Set(gaps.map(\.section)) == [.application, .basics, .education, .work, .summary])
    }

    @Test(arguments: [
        (Part.education, "to", "2003-01", "结束时间早于开始时间"), (.education, "from", "2030-01", "不能晚于今天"), (.education, "level", "999", "请从列表中选择学历"),
        (.work, "unit", "", "请填写单位"), (.work, "from", "不知道", "应为年月"), (.summary, "summary", String(repeating: "字", count: 5001), "最多 5000 字"),
        (.basics, "email", "a b@c.d", "格式不正确"), (.basics, "titleSince", "2026-11-24", "不能晚于今天"), (.basics, "school", "a\u{7}b", "不可见字符"),
    ])
    func wrongValuesAreGaps(_ part: Part, _ key: String, _ value: String, _ message: String) {
        var content = fullContent()
        content[part][0].values[key] = value
        let gaps = content.completed(titles: titles, in: reference, today: today).gaps
        #expect(gaps.count == 1)
        #expect(gaps.first?.message.contains(message) == true)
        #expect(gaps.first?.section == part.section)
    }

    @Test func emptyRowsAreLeftOut() {
        var content = fullContent()
        content[.paper] = [.init(id: "p1", values: ["title": ""])]
        let (done, gaps) = content.completed(titles: titles, in: reference, today: today)
        #expect(gaps.isEmpty && done[.paper].isEmpty)
    }

    @Test func filesAreGapsWhereARowNeedsThem() {
        var content = fullContent()
        content[.education][0].files = []
        content[.others] = [.init(id: "o1", values: ["name": "说明"])]
        let gaps = content.completed(titles: titles, in: reference, today: today).gaps
        #expect(gaps.map(\.field) == ["education.e1.files", "others.o1.files"])
        #expect(gaps.map(\.message) == ["学习经历第 1 条：请上传学历、学位证书", "其他材料第 1 条：请上传材料"])
    }

    @Test func representativeWorksHaveOnePlaceEach() {
        var content = fullContent()
        content[.achievement] = [.init(id: "a", values: ["obtained": "2020-01", "name": "甲", "role": "主持", "effect": "好", "representative": "2"])]
        content[.otherResult] = [.init(id: "b", values: ["obtained": "2020-01", "name": "乙", "summary": "简介", "representative": "1"])]
        let (done, gaps) = content.completed(titles: titles, in: reference, today: today)
        #expect(gaps.isEmpty && done.representatives.map(\.row.id) == ["b", "a"])
        content[.otherResult][0].values["representative"] = "2"
        #expect(content.completed(titles: titles, in: reference, today: today).gaps.map(\.field) == ["otherResult.b.representative"])
    }

    @Test func titlesOfAnotherPlanAreGaps() {
        var content = fullContent()
        content.title = "5--2"
        #expect(content.completed(titles: titles, in: reference, today: today).gaps.map(\.field) == ["title"])
    }

    @Test func whatIsCheckedIsToldToTheReviewer() {
        let person = Person(id: id(1), name: "甲", idNumber: IDNumber(stored: "510104198503150012"), phone: nil)
        var content = fullContent()
        func doubts() -> [String] { content.findings(of: person, at: "乐山市演示中学", today: today).filter { $0.kind == .doubtful }.map(\.text) }
        let missing = ["没有上年度及以前的继续教育记录", "未填写年度考核结果"]
        #expect(doubts() == ["未填写现任专业技术职务的取得时间"] + missing + ["代表性业绩 0 项，论文 0 篇，选定代表作 0 项"])
        content[.training] = [.init(id: "t1", values: ["year": "2025", "category": "1", "hours": "60"], files: [proof()])]
        content[.assessment] = [.init(id: "a1", values: ["year": "2025", "result": "3"], files: [proof()])]
        #expect(doubts()[1...2] == ["2025 年继续教育 60 学时，其中专业科目 60 学时", "2025 年度考核为基本合格或不合格，一般不计入任职年限"])
        content[.training].append(.init(id: "t2", values: ["year": "2025", "category": "2", "hours": "30"], files: [proof()]))
        content[.assessment][0].values["result"] = "2"
        content[.insurance] = [.init(id: "i", values: ["unit": "别处", "from": "2020-01"])]
        #expect(doubts()[1] == "最近的参保单位是“别处”，与申报单位不一致")
        content[.insurance] = []
        content[.basics][0].values["titleSince"] = "2023-01-01"
        content[.paper] = [.init(id: "p", values: ["title": "一", "representative": "1"])]
        content[.work][0].values["to"] = "2015-06"
        content[.work].append(.init(id: "w2", values: ["from": "2016-03", "unit": "别处"]))
        #expect(doubts() == ["取得现任专业技术职务 3 年，请核对申报条件", "工作经历中没有至今在“乐山市演示中学”工作的记录", "工作经历在 2015-06 至 2016-03 之间中断", "没有证明材料：论文 1 条"])
        #expect(content.findings(of: person, at: "", today: day("2045-03-15")).first?.text.contains("已满 60 周岁") == true)
    }

    @Test func fieldKeysAreUnique() {
        for part in Part.allCases { #expect(Set(part.fields.map(\.key)).count == part.fields.count) }
        #expect(Set(Recommendation.fields.map(\.key)).count == Recommendation.fields.count)
    }
}

@Suite struct RecommendationTests {
    private let today = day("2026-11-23")
    private let full = [
        "recommendation": "同意推荐", "recommended": "1", "publicFrom": "2026-11-13", "publicThrough": "2026-11-19", "publicResult": "1",
    ]

    private func judge(
        _ values: [String: String], _ demand: PublicityRule.Demand = .warn, confirmed: Bool = false,
        with supplement: Recommendation.Supplement = .init(proofs: [proof()])
    ) -> Recommendation.Judgement {
        Recommendation.judge(
            from: { values[$0] ?? "" }, with: supplement, rule: PublicityRule(demand: demand, workingDays: 5), confirmed: confirmed, calendar: WorkCalendar([]),
            in: reference, today: today)
    }

    @Test func emptyFormsFollowThePlan() {
        #expect(judge([:], .optional, with: .init()) == .accepted(Recommendation(values: [:]), unpublicised: false))
        #expect(judge([:], .warn) == .confirm)
        #expect(judge([:], .warn, confirmed: true, with: .init()) == .accepted(Recommendation(values: [:]), unpublicised: true))
        guard case .invalid(let problems) = judge([:], .required) else { Issue.record(); return }
        #expect(Set(problems.map(\.field)) == ["recommendation", "recommended", "publicFrom", "publicThrough", "publicResult"])
    }

    @Test func fullFormsPass() {
        for demand in PublicityRule.Demand.allCases { #expect(judge(full, demand) == .accepted(Recommendation(values: full, proofs: [proof()]), unpublicised: false)) }
    }

    /// ★ 公示证明材料: required once the block is begun (D26).
    @Test func aPublicityIsProved() {
        #expect(judge(full, with: .init()) == .invalid([FieldProblem("proof", "请上传单位公示证明材料（盖章的公示文件、照片等）")]))
        #expect(judge(["recommendation": "同意", "recommended": "1"], .optional, with: .init()) != .confirm)
    }

    /// M12: the post table blocks on its own, whatever the plan says of publicity.
    @Test func aPostTableIsDemandedOfUnitsUnderPostManagement() {
        let table = PostTable(year: 2026, number: 1, values: [:], file: proof())
        for demand in PublicityRule.Demand.allCases {
            guard case .invalid(let problems) = judge(full, demand, with: .init(proofs: [proof()], postsRequired: true)) else { Issue.record(); return }
            #expect(problems.map(\.field) == ["posts"])
            let whole = Recommendation.Supplement(proofs: [proof()], posts: table, postsRequired: true)
            #expect(judge(full, demand, with: whole) == .accepted(Recommendation(values: full, proofs: [proof()], posts: table), unpublicised: false))
        }
        guard case .invalid = judge([:], .optional, with: .init(postsRequired: true)) else { Issue.record(); return }
    }

    /// D26: a block that is begun must be completed, the other may stay empty.
    @Test func aBegunBlockMustBeCompleted() {
        guard case .invalid(let problems) = judge(["publicPlace": "公告栏"], .optional) else { Issue.record(); return }
        #expect(Set(problems.map(\.field)) == ["publicFrom", "publicThrough", "publicResult"])
        #expect(judge(["recommendation": "同意", "recommended": "1"], .optional) != .confirm)
    }

    @Test(arguments: [
        ("publicThrough", "2026-11-18", "不少于 5 个工作日，现为 4 个"), ("publicThrough", "2026-11-23", "期满后方可"),
        ("publicThrough", "2026-11-12", "早于公示开始"), ("publicResult", "3", "不能通过"), ("publicResult", "2", "请说明异议"),
        ("recommended", "0", "不通过"), ("publicFrom", "2026-11-24", "不能晚于今天"),
    ])
    func contradictions(_ key: String, _ value: String, _ message: String) {
        guard case .invalid(let problems) = judge(full.merging([key: value]) { $1 }) else { Issue.record("\(key) \(value)"); return }
        #expect(problems.contains { $0.message.contains(message) }, "\(problems)")
    }

    @Test func countsMustAgree() {
        guard case .invalid(let problems) = judge(full.merging(["voters": "10", "votes": "11", "rank": "3", "ranked": "2"]) { $1 }) else { Issue.record(); return }
        #expect(Set(problems.map(\.field)) == ["votes", "rank"])
    }
}

@Suite struct PlanTests {
    private let plan = ReviewPlan(
        id: id(2), name: "计划", year: 2026, titles: [], authority: id(9), limit: id(3), acceptanceUnit: id(90), reentry: .ownUnit,
        publicity: PublicityRule(demand: .warn, workingDays: 5),
        windows: .init(opens: day("2026-09-01"), applicationsUntil: day("2026-11-23"), reviewsUntil: day("2026-12-10"), acceptanceUntil: day("2026-12-20")),
        concluded: false)

    @Test func chainsGoFromTheOwnUnitToTheLimit() {
        let path = [unit(1, steps: .two), unit(2, steps: .one), unit(3), unit(4)]
        #expect(plan.chain(along: path)?.stops.map(\.unit) == [id(1), id(2), id(3)])
        #expect(plan.chain(along: path)?.stops.map(\.steps) == [.two, .one, .two])
        #expect(plan.chain(along: [unit(1), unit(2)]) == nil)
        #expect(plan.chain(along: [unit(90), unit(3)]) == nil)
    }

    @Test func windowsEndWithTheirLastDay() {
        #expect(plan.closedReason(at: Instant(day("2026-08-31"), hour: 23, minute: 59)) != nil)
        #expect(plan.closedReason(at: Instant(day("2026-11-23"), hour: 23, minute: 59)) == nil)
        #expect(plan.closedReason(at: day("2026-11-23").end) != nil)
    }
}
