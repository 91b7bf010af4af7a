/// What a role can allow in its unit.
public enum Permission: String, Sendable, Hashable, CaseIterable, Codable {
    case firstReview, secondReview, accept
    case unit, subordinates, staff, roles, administration
    case entrustments, profiles, statistics
    case messages
    case plans

    /// Those that open dossiers; the others administer the unit.
    public static let onDossiers: Set<Permission> = [.firstReview, .secondReview, .accept]
    /// Those that a staff member's limits to series and units narrow.
    public static let limited = onDossiers.union([.entrustments, .profiles, .statistics])

    public var title: String {
        switch self {
        case .firstReview: "初审"
        case .secondReview: "复审"
        case .accept: "受理"
        case .unit: "基本信息维护"
        case .subordinates: "下级单位管理"
        case .staff: "工作人员管理"
        case .roles: "角色管理"
        case .administration: "管理记录"
        case .entrustments: "委托申请审核"
        case .profiles: "专技人才审核"
        case .statistics: "专技人才统计"
        case .messages: "消息通知"
        case .plans: "评审计划管理"
        }
    }

    /// What its holder can do, in a sentence.
    public var explanation: String {
        switch self {
        case .firstReview: "查看本单位和下级单位报送的申报材料，办理初审，填报岗位情况表。"
        case .secondReview: "查看本单位和下级单位报送的申报材料，办理复审，填写单位推荐和公示信息。"
        case .accept: "查看报送到本单位的申报材料，办理受理。"
        case .unit: "修改本单位基本信息；申请变更上级单位，申请更正单位名称和统一社会信用代码。"
        case .subordinates: "查看本单位以下的各级单位；新建、修改、停用本单位的直接下级单位，添加其超级管理员；审核单位注册、变更上级单位和更正的申请。"
        case .staff: "新增、修改、停用本单位工作人员，指定角色；只能指定自己具有权限的角色。"
        case .roles: "新增、修改、删除本单位角色；只能赋予自己具有的权限。"
        case .administration: "查看本单位工作人员和角色的变更记录：何人、何时、由什么改为什么。"
        case .entrustments: "查看、审核本单位人员和下级单位报送的委托申请；本单位是职称授权管理单位的，出具委托函。"
        case .profiles: "查看、审核本单位人员和下级单位报送的专技人才档案。"
        case .statistics: "按系列、层级、学历、年龄等统计本单位和下级单位的专技人才，导出统计表。"
        case .plans: "新建、修改评审计划，延长申报、审核、受理的期限；只在职称授权管理单位使用。"
        case .messages: "向下级单位、本单位和下级单位的申报人发送消息，查看本单位发送的消息和确认情况。"
        }
    }

    /// Under which title of the menu its function stands.
    public enum Group: String, Sendable, CaseIterable {
        case administration, reviews, entrustments, talents, messages, plans

        public var title: String {
            switch self {
            case .administration: "单位管理"
            case .reviews: "申报材料审核"
            case .entrustments: "委托申请审核"
            case .talents: "专技人才审核"
            case .messages: "消息推送"
            case .plans: "评审计划"
            }
        }

        public var permissions: [Permission] { Permission.allCases.filter { $0.group == self } }
    }

    public var group: Group {
        switch self {
        case .firstReview, .secondReview, .accept: .reviews
        case .unit, .subordinates, .staff, .roles, .administration: .administration
        case .entrustments: .entrustments
        case .profiles, .statistics: .talents
        case .messages: .messages
        case .plans: .plans
        }
    }
}
