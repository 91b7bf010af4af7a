/// By what professionals are counted (专技人才统计, M20).
public enum TalentDimension: String, Sendable, Hashable, CaseIterable {
    case series, level, education, age, minority, party, origin

    public var title: String {
        switch self {
        case .series: "系列"
        case .level: "层级"
        case .education: "学历"
        case .age: "年龄"
        case .minority: "少数民族"
        case .party: "中共党员"
        case .origin: "港澳台及外籍"
        }
    }

    /// The group that a stored value belongs to, by its name as pages show it. `value`: a series' name, or a code of the reference; of age the month
    /// of birth, `1985-09`: whoever has his birthday in this month counts as having had it.
    public func group(of value: String, in reference: Reference, today: Day) -> String {
        switch self {
        case .series: value.isEmpty ? Self.untitled : value
        case .level: value.isEmpty ? Self.untitled : reference.name(value, in: .titleLevels) ?? value
        case .education: Self.education(value)
        case .age: Self.band(of: value, today: today)
        // 97 and 98 are those whose group is not identified, or who have taken this nationality.
        case .minority: value == "01" ? "汉族" : value == "97" || value == "98" ? "其他" : "少数民族"
        case .party: value == "01" || value == "02" ? "中共党员" : "非中共党员"
        case .origin: value == "1" ? "内地" : value == "5" ? "外籍" : "港澳台"
        }
    }

    /// All groups in the order in which they are shown.
    public func groups(in reference: Reference) -> [String] {
        switch self {
        case .series: reference.series + [Self.untitled]
        case .level: reference.codes(.titleLevels).map(\.name) + [Self.untitled]
        case .education: ["博士研究生", "硕士研究生", "大学本科", "大学专科", "中等职业教育", "高中及以下"]
        case .age: Self.bands.map(\.name)
        case .minority: ["汉族", "少数民族", "其他"]
        case .party: ["中共党员", "非中共党员"]
        case .origin: ["内地", "港澳台", "外籍"]
        }
    }

    private static let untitled = "无职称"

    private static let bands: [(name: String, from: Int)] = [
        ("35 岁及以下", 0), ("36–40 岁", 36), ("41–45 岁", 41), ("46–50 岁", 46), ("51–54 岁", 51), ("55–59 岁", 55), ("60 岁及以上", 60),
    ]

    private static func band(of born: String, today: Day) -> String {
        let parts = born.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2 else { return "年龄不详" }
        let years = (today.year * 12 + today.month - parts[0] * 12 - parts[1]) / 12
        return bands.last { $0.from <= years }?.name ?? bands[0].name
    }

    /// GB/T 4658: the tens are the level of education, the first of them with its degrees.
    private static func education(_ code: String) -> String {
        switch code {
        case "11", "12", "13": "博士研究生"
        case _ where code.hasPrefix("1"): "硕士研究生"
        case _ where code.hasPrefix("2"): "大学本科"
        case _ where code.hasPrefix("3"): "大学专科"
        case _ where code.hasPrefix("4"): "中等职业教育"
        case _: "高中及以下"
        }
    }
}
