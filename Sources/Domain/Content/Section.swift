/// The parts of a dossier, in the order in which the applicant fills them in and the reviewer reads them.
public enum Section: String, Sendable, Hashable, CaseIterable, Codable {
    case application, basics, education, work, training, results, qualifications, summary, others

    public var title: String {
        switch self {
        case .application: "申报信息"
        case .basics: "基本情况"
        case .education: "学历"
        case .work: "工作经历"
        case .training: "继续教育与考核"
        case .results: "业绩成果"
        case .qualifications: "资格与能力"
        case .summary: "个人总结"
        case .others: "其他材料"
        }
    }

    public var parts: [Part] { Part.allCases.filter { $0.section == self } }

    public var next: Section? {
        Section.allCases.firstIndex(of: self).flatMap { $0 + 1 < Section.allCases.count ? Section.allCases[$0 + 1] : nil }
    }
}

/// A form of a section, filled in once or as often as there are rows.
public enum Part: String, Sendable, Hashable, CaseIterable, Codable {
    case application, basics, education, work, practice, insurance, training, assessment
    case achievement, award, project, patent, paper, book, otherResult
    case qualification, language, society, summary, others

    public var section: Section {
        switch self {
        case .application: .application
        case .basics: .basics
        case .education: .education
        case .work, .practice, .insurance: .work
        case .training, .assessment: .training
        case .achievement, .award, .project, .patent, .paper, .book, .otherResult: .results
        case .qualification, .language, .society: .qualifications
        case .summary: .summary
        case .others: .others
        }
    }

    public var title: String {
        switch self {
        case .application: "申报信息"
        case .basics: "基本情况"
        case .education: "学习经历"
        case .work: "工作经历"
        case .practice: "专业技术工作经历"
        case .insurance: "社保缴纳记录"
        case .training: "继续教育"
        case .assessment: "年度考核"
        case .achievement: "代表性业绩"
        case .award: "奖励"
        case .project: "项目（课题）"
        case .patent: "专利"
        case .paper: "论文"
        case .book: "著作"
        case .otherResult: "其他成果"
        case .qualification: "职（执）业资格"
        case .language: "外语、计算机能力"
        case .society: "学术团体和社会兼职"
        case .summary: "专业技术工作总结"
        case .others: "其他材料"
        }
    }

    public var rows: ClosedRange<Int> {
        switch self {
        case .application, .basics, .summary: 1...1
        case .education, .work: 1...20
        case .assessment: 0...10
        case .practice, .insurance, .training, .achievement, .award, .project, .patent, .paper, .book, .otherResult, .qualification, .language,
            .society, .others:
            0...50
        }
    }

    public var isTable: Bool { rows.upperBound > 1 }

    /// The files that prove a row; nil where none are taken.
    public var files: FileRule? {
        switch self {
        case .application, .summary: nil
        case .basics: FileRule("照片", most: 1, required: true, imagesOnly: true)
        case .education: FileRule("学历、学位证书", required: true)
        case .work, .practice, .achievement, .project, .otherResult, .society: FileRule("证明材料")
        case .insurance: FileRule("缴纳证明")
        case .training: FileRule("学时证明")
        case .assessment: FileRule("考核表")
        case .award: FileRule("获奖证书")
        case .patent: FileRule("专利证书")
        case .paper: FileRule("封面、目录、正文")
        case .book: FileRule("封面、版权页、目录、内容")
        case .qualification, .language: FileRule("证书")
        case .others: FileRule("材料", required: true)
        }
    }

    /// Whether a row can be named as a representative work (代表作).
    public var canRepresent: Bool { fields.contains { $0.key == Part.representative.key } }

    /// The place of a row among the representative works, from 1; nobody names more than five.
    public static let representative = Field("representative", "代表作序号", .number(1...5), hint: "代表作填 1–5 的序号，不是代表作不填")
}
