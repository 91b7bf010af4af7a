/// 委托评审 (D14, §4.8): a title that no committee of one's own way up reviews is reviewed by another's.
public enum Entrustment {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// A committee of this province, under a plan that is not open to the own unit.
        case province
        /// A committee of another province: the request ends with the letter.
        case outside

        public var title: String {
            switch self {
            case .province: "省内委托（跨地区、跨单位）"
            case .outside: "委托省外评审"
            }
        }

        public var explanation: String {
            switch self {
            case .province: "申报省内其他评审委员会的评审计划。审核通过并出具委托函后，可在该计划下申报。"
            case .outside: "由外省的评审委员会评审。审核通过后，凭职称授权管理单位出具的委托函到该省申报。"
            }
        }

        /// What the form asks besides the plan of a province's committee.
        public var fields: [Field] {
            switch self {
            case .province: [specialty, reason]
            case .outside:
                [
                    Field("year", "年度", .number(2000...2199), required: true, hint: "如 2026"), Field("title", "申报职称", .choice(.titles), required: true), specialty,
                    Field("committee", "受托评审机构", .line(100), required: true, hint: "评审委员会及其所在省（区、市）"), reason,
                ]
            }
        }
    }

    fileprivate static let specialty = Field("specialty", "申报专业", .line(40), required: true, hint: "如：语文、机械设计")
    fileprivate static let reason = Field("reason", "委托原因", .text(500), required: true, hint: "如：本地区（单位）未组建该系列（专业）评审委员会")

    /// Of a request within the province: the plan and the title, in one value.
    public static let offerField = Field("offer", "评审计划和申报职称", .line(120), required: true)

    public static let fileRule = FileRule("申请材料", most: 5)

    /// The letter (委托函), given by the last unit with its pass.
    public static let letterFields = [
        Field("letterNumber", "委托函编号", .line(40), required: true), Field("letterDate", "委托函日期", .day(.past), required: true),
    ]
    public static let letterRule = FileRule("委托函", most: 3, required: true)
    public static let letterField = "letter"
}

/// The letter with which an entrustment was granted.
public struct EntrustmentLetter: Sendable, Hashable {
    public let request: ID<PersonRequest>
    public let number: String
    public let date: String
    public let issuer: String
    public let files: [Attachment]

    public init(request: ID<PersonRequest>, number: String, date: String, issuer: String, files: [Attachment]) {
        self.request = request
        self.number = number
        self.date = date
        self.issuer = issuer
        self.files = files
    }
}
