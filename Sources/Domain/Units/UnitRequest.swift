/// What is asked for a unit and decided by a superior (§5.4): to be registered, to have another superior, to have its locked fields corrected.
public struct UnitRequest: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 自行注册 (M3): decided by the superior that the unit has chosen.
        case registration
        /// 变更上级单位 (D12): decided by the new superior.
        case superior
        /// Name or credit code were entered wrongly (M7): decided by the superior.
        case correction

        public var title: String {
            switch self {
            case .registration: "单位注册"
            case .superior: "变更上级单位"
            case .correction: "更正单位名称、信用代码"
            }
        }
    }

    public let id: ID<UnitRequest>
    public let kind: Kind
    /// Whose it is: at a registration the account's, otherwise the unit's as it was when it asked.
    public let creditCode: CreditCode
    /// nil while a registration has not been passed.
    public let unit: ID<WorkUnit>?
    public let unitName: String
    /// The unit that decides.
    public let superior: ID<WorkUnit>
    public let superiorName: String
    public let state: Approval.State
    /// Grows by one with every step.
    public let version: Int
    /// What is asked, by the keys of `fields`.
    public let values: [String: String]
    public let files: [Attachment]
    public let person: ID<Person>
    public let personName: String
    public let submittedAt: Instant

    public init(
        id: ID<UnitRequest>, kind: Kind, creditCode: CreditCode, unit: ID<WorkUnit>?, unitName: String, superior: ID<WorkUnit>, superiorName: String,
        state: Approval.State, version: Int, values: [String: String], files: [Attachment], person: ID<Person>, personName: String, submittedAt: Instant
    ) {
        self.id = id
        self.kind = kind
        self.creditCode = creditCode
        self.unit = unit
        self.unitName = unitName
        self.superior = superior
        self.superiorName = superiorName
        self.state = state
        self.version = version
        self.values = values
        self.files = files
        self.person = person
        self.personName = personName
        self.submittedAt = submittedAt
    }

    /// Where it lies, as one sentence.
    public var whereabouts: String {
        switch state {
        case .waiting: "“\(unitName)”的\(kind.title)申请已于 \(submittedAt.text) 提交，待“\(superiorName)”审核，审核通过后开放申报、经办功能。"
        case .returned: "“\(unitName)”的\(kind.title)申请已被“\(superiorName)”退回，请修改后重新提交。"
        case .passed: "“\(unitName)”的\(kind.title)申请已由“\(superiorName)”审核通过。"
        case .failed: "“\(unitName)”的\(kind.title)申请经“\(superiorName)”审核不通过。"
        case .cancelled: "“\(unitName)”的\(kind.title)申请已取消。"
        }
    }

    /// The copies that come with it: 营业执照, 事业单位法人证书, the document that ordered the change.
    public static let fileField = "file"

    public static func fileRule(of kind: Kind) -> FileRule {
        switch kind {
        case .registration: FileRule("证照附件", most: 5)
        case .superior, .correction: FileRule("证明材料", most: 5)
        }
    }

    /// Whether it cannot be submitted without a file.
    public static func demandsFile(_ kind: Kind) -> Bool {
        switch kind {
        case .registration, .correction: true
        case .superior: false
        }
    }

    /// What the form asks besides the superior and the files.
    public static func fields(of kind: Kind) -> [Field] {
        switch kind {
        case .registration: WorkUnit.openFields + WorkUnit.detailFields
        case .superior: [Field("reason", "变更原因", .text(500), required: true, hint: "如主管部门调整、机构改革文件文号")]
        case .correction:
            [
                Field("name", "更正后的单位名称", .line(100), required: true, hint: "与证照一致"), Field("creditCode", "更正后的统一社会信用代码", .line(18), required: true),
                Field("reason", "更正原因", .text(500), required: true),
            ]
        }
    }
}

/// A step on such a request, as it was recorded.
public struct UnitRequestStep: Sendable, Hashable {
    public let number: Int
    public let step: Approval.Step
    /// The unit that took it; empty for whoever registers one.
    public let unitName: String
    public let personName: String
    public let opinion: String
    public let at: Instant

    public init(number: Int, step: Approval.Step, unitName: String, personName: String, opinion: String, at: Instant) {
        self.number = number
        self.step = step
        self.unitName = unitName
        self.personName = personName
        self.opinion = opinion
        self.at = at
    }
}
