/// Why the workflow does not take a step. Each has one sentence for the person who asked.
public enum Refusal: Error, Hashable, Sendable {
    case notNow(StepName, Stage)
    case offChain
    case ownUnitHasActed
    case nextHasActed
    case secondReviewHasActed
    case routeChangesOnLeaving
    case tooManyInsertions
    case unitTwice(ID<WorkUnit>)
    case notYoursToDrop
    case alreadyHandedOver
    case correctionOnce

    public var sentence: String {
        switch self {
        case .notNow(let step, let stage): "材料现为“\(stage.name.title)”，不能\(step.title)。"
        case .offChain: "该材料没有可用的审核流程，请联系职称授权管理单位。"
        case .ownUnitHasActed: "单位已对该材料进行过操作，不能取回。"
        case .nextHasActed: "下一环节已对该材料进行过操作，不能撤回。"
        case .secondReviewHasActed: "复审已对该材料进行过操作，不能收回初审。"
        case .routeChangesOnLeaving: "只有提交至下一环节时可以增加审核单位。"
        case .tooManyInsertions: "一次最多增加 \(ReviewChain.insertionsAPass) 个审核单位。"
        case .unitTwice: "增加的审核单位已在审核流程中，同一单位不能出现两次。"
        case .notYoursToDrop: "只能去掉本单位增加的审核单位。"
        case .alreadyHandedOver: "该环节已由这个单位办理。"
        case .correctionOnce: "补正只能要求一次，该材料已补正过。"
        }
    }
}
