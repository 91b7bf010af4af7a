/// A unit of the tree (工作单位): an employer, a bureau, or an office that accepts dossiers for a committee.
public struct WorkUnit: Sendable, Hashable {
    public let id: ID<WorkUnit>
    public let name: String
    public let creditCode: CreditCode
    /// Code of `unit_types`.
    public let type: String
    /// The superior for title business (上级单位名称, M4); nil only for the top.
    public let superior: ID<WorkUnit>?
    /// 职称业务归属地 (M4): where title business is handled, not where the unit is. A code of `regions`.
    public let jurisdiction: String
    public let steps: ReviewChain.Steps
    /// One clerk may do both steps; the trail records it (D1).
    public let singleClerk: Bool
    public let contactName: String
    public let contactPhone: String
    public let enabled: Bool
    /// 全面实行岗位管理的事业单位: owes a post table before it recommends (M12).
    public let postManagement: Bool

    public init(
        id: ID<WorkUnit>, name: String, creditCode: CreditCode, type: String, superior: ID<WorkUnit>?, jurisdiction: String,
        steps: ReviewChain.Steps, singleClerk: Bool, contactName: String, contactPhone: String, enabled: Bool,
        postManagement: Bool = false
    ) {
        self.id = id
        self.name = name
        self.creditCode = creditCode
        self.type = type
        self.superior = superior
        self.jurisdiction = jurisdiction
        self.steps = steps
        self.singleClerk = singleClerk
        self.contactName = contactName
        self.contactPhone = contactPhone
        self.enabled = enabled
        self.postManagement = postManagement
    }
}
