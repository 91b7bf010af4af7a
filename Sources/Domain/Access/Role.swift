/// A set of permissions with a name, belonging to one unit (角色, M5).
public struct Role: Sendable, Hashable {
    public let id: ID<Role>
    public let unit: ID<WorkUnit>
    public let name: String
    public let permissions: Set<Permission>
    /// Grows by one with every change.
    public let version: Int

    public init(id: ID<Role>, unit: ID<WorkUnit>, name: String, permissions: Set<Permission>, version: Int) {
        self.id = id
        self.unit = unit
        self.name = name
        self.permissions = permissions
        self.version = version
    }

    /// A role that a unit may begin with.
    public struct Preset: Sendable {
        public let name: String
        public let permissions: Set<Permission>
    }

    public static let presets = [
        Preset(name: "初审员", permissions: [.firstReview]), Preset(name: "复审员", permissions: [.secondReview]),
        Preset(name: "经办员", permissions: [.firstReview, .secondReview]), Preset(name: "受理员", permissions: [.accept]), Preset(name: "计划管理员", permissions: [.plans]),
        Preset(name: "单位管理员", permissions: [.unit, .subordinates, .staff, .roles, .administration]),
        Preset(name: "专技人才审核员", permissions: [.entrustments, .profiles]), Preset(name: "统计查看", permissions: [.statistics]),
        Preset(name: "消息管理员", permissions: [.messages]),
    ]
}
