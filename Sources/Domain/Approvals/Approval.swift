/// The small machine of what is asked and decided in one step, by one unit: registrations, changes of superior, corrections.
public enum Approval {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case waiting, returned, passed, failed, cancelled

        public var title: String {
            switch self {
            case .waiting: "待审核"
            case .returned: "已退回"
            case .passed: "已通过"
            case .failed: "不通过"
            case .cancelled: "已取消"
            }
        }

        /// Whether something can still come of it.
        public var isOpen: Bool {
            switch self {
            case .waiting, .returned: true
            case .passed, .failed, .cancelled: false
            }
        }
    }

    public enum Step: String, Sendable, Hashable, CaseIterable {
        case submit, pass, giveBack, fail, cancel

        public var title: String {
            switch self {
            case .submit: "提交"
            case .pass: "通过"
            case .giveBack: "退回"
            case .fail: "不通过"
            case .cancel: "取消申请"
            }
        }

        /// Whether it is the deciding unit's to take.
        public var isDecision: Bool {
            switch self {
            case .pass, .giveBack, .fail: true
            case .submit, .cancel: false
            }
        }

        /// Whether a reason has to be given.
        public var demandsOpinion: Bool { self == .giveBack || self == .fail }
    }

    /// Why a step is not taken: what the request has become meanwhile.
    public struct Refused: Error, Sendable, Hashable {
        public let step: Step
        public let state: State?

        public var sentence: String { "该申请\(state.map { "现为“\($0.title)”" } ?? "尚未提交")，不能进行“\(step.title)”。" }
    }

    /// What a request becomes by a step; nil is what it was before it was first submitted.
    public static func state(after step: Step, from state: State?) throws(Refused) -> State {
        switch step {
        case .submit:
            switch state {
            case nil, .returned: return .waiting
            case .waiting, .passed, .failed, .cancelled: throw Refused(step: step, state: state)
            }
        case .pass, .giveBack, .fail:
            guard state == .waiting else { throw Refused(step: step, state: state) }
            return step == .pass ? .passed : step == .fail ? .failed : .returned
        case .cancel:
            guard state?.isOpen == true else { throw Refused(step: step, state: state) }
            return .cancelled
        }
    }
}
