/// The parts of a dossier, in the order in which the applicant fills them in and the reviewer reads them.
public enum Section: String, Sendable, Hashable, CaseIterable, Codable {
    case application, basics, education, work, results, summary

    public var title: String {
        switch self {
        case .application: "申报信息"
        case .basics: "基本情况"
        case .education: "学历"
        case .work: "工作经历"
        case .results: "业绩与论文"
        case .summary: "个人总结"
        }
    }

    public var parts: [Part] { Part.allCases.filter { $0.section == self } }

    public var next: Section? {
        Section.allCases.firstIndex(of: self).flatMap { $0 + 1 < Section.allCases.count ? Section.allCases[$0 + 1] : nil }
    }
}

/// A form of a section, filled in once or as often as there are rows.
public enum Part: String, Sendable, Hashable, CaseIterable, Codable {
    case application, basics, education, work, achievement, paper, summary

    public var section: Section {
        switch self {
        case .application: .application
        case .basics: .basics
        case .education: .education
        case .work: .work
        case .achievement, .paper: .results
        case .summary: .summary
        }
    }

    public var title: String {
        switch self {
        case .application: "申报信息"
        case .basics: "基本情况"
        case .education: "学习经历"
        case .work: "工作经历"
        case .achievement: "代表性业绩"
        case .paper: "论文"
        case .summary: "专业技术工作总结"
        }
    }

    public var rows: ClosedRange<Int> {
        switch self {
        case .application, .basics, .summary: 1...1
        case .education, .work: 1...20
        case .achievement, .paper: 0...50
        }
    }

    public var isTable: Bool { rows.upperBound > 1 }

    /// The fields, after the tables of real systems; ★ are required.
    public var fields: [Field] {
        switch self {
        case .application: Part.applicationFields
        case .basics: Part.basicsFields
        case .education: Part.educationFields
        case .work: Part.workFields
        case .achievement: Part.achievementFields
        case .paper: Part.paperFields
        case .summary: [Field("summary", "专业技术工作总结", .text(5000), required: true, hint: "任现职以来的专业技术工作，5000 字以内")]
        }
    }

    private static let applicationFields = [
        Field("specialty", "申报专业", .line(40), required: true, hint: "如：语文、机械设计"),
        Field("kind", "申报类型", .choice(.applicationTypes), required: true),
        Field("currentSpecialty", "现从事专业", .line(40), required: true),
        Field("firstTime", "是否第一次申报", .choice(.yesNo), required: true),
    ]

    private static let basicsFields = [
        Field("formerName", "曾用名", .line(30)),
        Field("ethnicGroup", "民族", .choice(.ethnicGroups), required: true),
        Field("politicalStatus", "政治面貌", .choice(.politicalStatus), required: true),
        Field("nationality", "国籍（地区）", .choice(.nationality), required: true),
        Field("workingSince", "参加工作时间", .month, required: true, hint: "年月，如 2008-07"),
        Field("email", "电子邮箱", .email),
        Field("degreeOfEducation", "最高学历", .choice(.educationLevels), required: true),
        Field("degree", "最高学位", .choice(.degreeLevels)),
        Field("school", "毕业院校", .line(60), required: true),
        Field("major", "所学专业", .line(60), required: true),
        Field("graduated", "毕业时间", .month, required: true, hint: "年月，如 2008-06"),
        Field("studyMode", "学习形式", .choice(.studyModes), required: true),
        Field("currentTitle", "现任专业技术职务", .line(40), required: true, hint: "没有时填“无”"),
        Field("titleSince", "取得时间", .day(.past)),
        Field("appointedSince", "聘任时间", .day(.past)),
        Field("office", "兼任行政职务", .line(40)),
    ]

    private static let educationFields = [
        Field("from", "开始时间", .month, required: true, hint: "年月，如 2004-09"),
        Field("to", "结束时间", .month, required: true, hint: "年月，如 2008-06"),
        Field("school", "学校", .line(60), required: true),
        Field("major", "所学专业", .line(60), required: true),
        Field("level", "学历", .choice(.educationLevels), required: true),
        Field("degree", "学位", .choice(.degreeLevels)),
        Field("studyMode", "学习形式", .choice(.studyModes), required: true),
        Field("witness", "证明人", .line(30)),
        Field("certificate", "学历证书编号", .line(40)),
    ]

    private static let workFields = [
        Field("from", "开始时间", .month, required: true, hint: "年月，如 2008-07"),
        Field("to", "结束时间", .month, hint: "仍在职时不填"),
        Field("unit", "单位", .line(60), required: true),
        Field("duty", "从事何专业技术工作", .line(100), required: true),
        Field("post", "职务（岗位）", .line(40), required: true),
        Field("witness", "证明人", .line(30)),
    ]

    private static let achievementFields = [
        Field("obtained", "完成（获得）时间", .month, required: true, hint: "年月"),
        Field("name", "业绩（成果）名称", .line(100), required: true),
        Field("role", "本人作用", .line(100), required: true),
        Field("effect", "完成情况及效果", .text(1000), required: true),
    ]

    private static let paperFields = [
        Field("title", "论文题目", .line(120), required: true),
        Field("journal", "刊物名称", .line(80), required: true),
        Field("number", "ISSN/CN", .line(40)),
        Field("published", "发表日期", .day(.past), required: true),
        Field("authorship", "排名", .choice(.authorship), required: true),
        Field("words", "字数", .number(1...1_000_000)),
    ]
}
