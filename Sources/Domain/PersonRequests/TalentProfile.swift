/// 专技人才档案 (一人一档, §4.3): what is known of a professional, in force once the units on its way have passed it (M19, D15).
public enum TalentProfile {
    /// What the person fills in; name, ID number, sex and date of birth are the identity platform's.
    public static let fields = [
        Field("formerName", "曾用名", .line(30)), Field("ethnicGroup", "民族", .choice(.ethnicGroups), required: true),
        Field("politicalStatus", "政治面貌", .choice(.politicalStatus), required: true), Field("nationality", "国籍（地区）", .choice(.nationality), required: true),
        Field("workingSince", "参加工作时间", .month, required: true, hint: "年月，如 2008-07"), Field("staffing", "人员类别", .choice(.staffing), required: true),
        Field("specialty", "现从事专业", .line(40), required: true), Field("degreeOfEducation", "最高学历", .choice(.educationLevels), required: true),
        Field("degree", "最高学位", .choice(.degreeLevels)), Field("school", "毕业院校", .line(60), required: true), Field("major", "所学专业", .line(60), required: true),
        Field("graduated", "毕业时间", .month, required: true, hint: "年月，如 2008-06"), Field("studyMode", "学习形式", .choice(.studyModes), required: true),
        Field("title", "现任专业技术职务", .choice(.titles), hint: "没有职称的不选"), Field("titleSince", "取得时间", .day(.past)),
        Field("titleWay", "取得方式", .choice(.titleWays)), Field("titleCertificate", "证书编号", .line(40)), Field("appointedSince", "聘任时间", .day(.past)),
        Field("office", "兼任行政职务", .line(40)), Field("email", "电子邮箱", .email), Field("address", "通讯地址", .line(100)),
    ]

    public static let fileRule = FileRule("照片和证明材料", most: 10)

    /// What the values say against each other.
    public static func contradictions(in values: [String: String]) -> [FieldProblem] {
        func value(_ key: String) -> String { values[key] ?? "" }
        var problems: [FieldProblem] = []
        if value("title").isEmpty {
            for (key, label) in [("titleSince", "取得时间"), ("titleWay", "取得方式"), ("titleCertificate", "证书编号"), ("appointedSince", "聘任时间")] where !value(key).isEmpty {
                problems.append(FieldProblem(key, "没有选择现任专业技术职务，不填\(label)"))
            }
        } else if value("titleSince").isEmpty {
            problems.append(FieldProblem("titleSince", "请填写现任专业技术职务的取得时间"))
        }
        if !value("appointedSince").isEmpty, value("appointedSince") < value("titleSince") { problems.append(FieldProblem("appointedSince", "聘任时间早于取得时间")) }
        return problems
    }

    /// How far up a profile is reviewed (D15), as the title authority sets it.
    public enum Reach: String, Sendable, Hashable, CaseIterable {
        /// The bureau of the prefecture; of what belongs to the province, the unit under the authority.
        case prefecture
        case authority

        public var title: String {
            switch self {
            case .prefecture: "市（州）级主管部门（省属单位：职称授权管理单位的直接下级单位）"
            case .authority: "职称授权管理单位"
            }
        }

        /// Of a unit and its superiors, nearest first, those that review. One superior at least goes on reviewing (M19), where there is any.
        public func stops(along path: [WorkUnit], isProvincial: (WorkUnit) -> Bool) -> ArraySlice<WorkUnit> {
            guard let own = path.first else { return [] }
            let end =
                switch self {
                case .authority: path.count - 1
                case .prefecture: isProvincial(own) ? path.count - 2 : path.lastIndex { !isProvincial($0) } ?? 0
                }
            return path[...min(max(end, 1), path.count - 1)]
        }
    }
}
