/// The name of a step, without what belongs to it: as it stands in the trail, in a form and in a message.
public enum StepName: String, Hashable, Sendable, CaseIterable {
    case submit, recall, pass, takeBack, withdraw, giveBack, extend, resubmit, fail, reopen, handOver, recuse
    case accept, requestCorrection, refuse, abandon, conclude

    /// The manual's word.
    public var title: String {
        switch self {
        case .submit: "提交"
        case .recall: "取回"
        case .pass: "通过"
        case .takeBack: "收回初审"
        case .withdraw: "撤回"
        case .giveBack: "退回"
        case .extend: "修改提交截止时间"
        case .resubmit: "重新提交"
        case .fail: "不通过"
        case .reopen: "重新审核"
        case .handOver: "移交"
        case .recuse: "回避"
        case .accept: "受理"
        case .requestCorrection: "补正"
        case .refuse: "不予受理"
        case .abandon: "放弃申报"
        case .conclude: "办结"
        }
    }
}

extension StepName {
    /// D25: of 退回, 补正, 不通过 and 不予受理 the applicant reads the opinion whole; of everything else none.
    public var opinionIsForApplicant: Bool {
        switch self {
        case .giveBack, .requestCorrection, .fail, .refuse: true
        case .submit, .recall, .pass, .accept, .takeBack, .withdraw, .extend, .resubmit, .reopen, .handOver, .recuse, .abandon, .conclude: false
        }
    }

    /// Whether the step leaves the dossier where it is, with the version that others may be looking at: a deadline is moved (D9), a reviewer
    /// withdraws himself (D11).
    public var isStationary: Bool {
        switch self {
        case .extend, .recuse: true
        case .submit, .recall, .pass, .takeBack, .withdraw, .giveBack, .resubmit, .fail, .reopen, .handOver, .accept, .requestCorrection, .refuse, .abandon,
            .conclude:
            false
        }
    }
}

extension Step {
    public var name: StepName {
        switch self {
        case .submit: .submit
        case .recall: .recall
        case .pass: .pass
        case .takeBack: .takeBack
        case .withdraw: .withdraw
        case .giveBack: .giveBack
        case .extend: .extend
        case .resubmit: .resubmit
        case .fail: .fail
        case .reopen: .reopen
        case .handOver: .handOver
        case .recuse: .recuse
        case .accept: .accept
        case .requestCorrection: .requestCorrection
        case .refuse: .refuse
        case .abandon: .abandon
        case .conclude: .conclude
        }
    }
}

extension Stage {
    /// The stage without its stop, as stored in a column and asked for by a list.
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case draft, firstReview, secondReview, returned, failed, awaitingAcceptance, returnedForCorrection, accepted
        case passed, notPassed, notAccepted, lapsed, abandoned

        public var title: String {
            switch self {
            case .draft: "填报中"
            case .firstReview: "待初审"
            case .secondReview: "待复审"
            case .returned: "已退回"
            case .failed: "不通过"
            case .awaitingAcceptance: "待受理"
            case .returnedForCorrection: "待补正"
            case .accepted: "已受理"
            case .passed: "评审通过"
            case .notPassed: "评审未通过"
            case .notAccepted: "不予受理"
            case .lapsed: "逾期未受理"
            case .abandoned: "已放弃"
            }
        }

        /// The year is held by a dossier at such a stage: one a person and year (D10).
        public var holdsYear: Bool {
            switch self {
            case .draft, .abandoned, .notAccepted, .lapsed: false
            case .firstReview, .secondReview, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted,
                .passed, .notPassed:
                true
            }
        }
    }

    public var name: Name {
        switch self {
        case .draft: .draft
        case .firstReview: .firstReview
        case .secondReview: .secondReview
        case .returned: .returned
        case .failed: .failed
        case .awaitingAcceptance: .awaitingAcceptance
        case .returnedForCorrection: .returnedForCorrection
        case .accepted: .accepted
        case .concluded(.passed): .passed
        case .concluded(.notPassed): .notPassed
        case .concluded(.notAccepted): .notAccepted
        case .concluded(.lapsed): .lapsed
        case .abandoned: .abandoned
        }
    }

    /// The stage of a name and the index of a stop, as read from columns.
    public init(_ name: Name, stop: Int) {
        self =
            switch name {
            case .draft: .draft
            case .firstReview: .firstReview(stop)
            case .secondReview: .secondReview(stop)
            case .returned: .returned(by: stop)
            case .failed: .failed(by: stop)
            case .awaitingAcceptance: .awaitingAcceptance
            case .returnedForCorrection: .returnedForCorrection
            case .accepted: .accepted
            case .passed: .concluded(.passed)
            case .notPassed: .concluded(.notPassed)
            case .notAccepted: .concluded(.notAccepted)
            case .lapsed: .concluded(.lapsed)
            case .abandoned: .abandoned
            }
    }
}
