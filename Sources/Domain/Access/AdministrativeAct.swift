/// What somebody has done in administering a unit.
public enum AdministrativeAct: String, Sendable, Hashable, CaseIterable {
    case addStaff, changeStaff, disableStaff, enableStaff, resetBinding, nameDeputy, endDeputy
    case addRole, changeRole, deleteRole
    case addUnit, changeUnit, disableUnit, enableUnit, appointAdministrator
    case takeOver, handBack, addRegion
    case changeOwnUnit, passRegistration, passSuperior, passCorrection, giveBackRequest, failRequest
    case exportArchive, sendCircular, setProfileReach
    case addPlan, changePlan, extendPlan

    public var title: String {
        switch self {
        case .addStaff: "新增工作人员"
        case .changeStaff: "修改工作人员"
        case .disableStaff: "停用工作人员"
        case .enableStaff: "启用工作人员"
        case .resetBinding: "重置账号绑定"
        case .nameDeputy: "设定代理人"
        case .endDeputy: "取消代理人"
        case .addRole: "新增角色"
        case .changeRole: "修改角色"
        case .deleteRole: "删除角色"
        case .addUnit: "新建下级单位"
        case .changeUnit: "修改下级单位"
        case .disableUnit: "停用下级单位"
        case .enableUnit: "启用下级单位"
        case .appointAdministrator: "添加超级管理员"
        case .takeOver: "移交本单位办理"
        case .handBack: "交回该单位办理"
        case .addRegion: "新增归属地"
        case .changeOwnUnit: "修改基本信息"
        case .passRegistration: "单位注册审核通过"
        case .passSuperior: "变更上级单位审核通过"
        case .passCorrection: "更正单位信息审核通过"
        case .giveBackRequest: "退回单位申请"
        case .failRequest: "单位申请审核不通过"
        case .exportArchive: "导出历年上报人员"
        case .sendCircular: "发送消息"
        case .addPlan: "新建评审计划"
        case .changePlan: "修改评审计划"
        case .extendPlan: "延长评审计划期限"
        case .setProfileReach: "设定专技人才档案审核层级"
        }
    }
}
