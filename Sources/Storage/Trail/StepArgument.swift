import Domain

/// What the first step on a dossier freezes of it, as its entry keeps it for good.
struct Submission: Codable, Hashable, Sendable {
    let plan: ID<ReviewPlan>
    let year: Int
    let applicantName: String
    let unitName: String
    let title: String
    /// Digest of the pledge that was signed.
    let pledge: String
    let acceptanceUnit: ID<WorkUnit>
    let reentry: ReviewChain.Reentry
    let stops: [ReviewChain.Stop]

    var chain: ReviewChain { ReviewChain(stops: stops, acceptanceUnit: acceptanceUnit, reentry: reentry) }
}

/// What a pass changes on the route.
private struct RouteChange: Codable {
    let inserting: [ReviewChain.Addition]
    let dropping: [ID<WorkUnit>]
}

private struct HandOver: Codable {
    let unit: ID<WorkUnit>
}

private struct Conclusion: Codable {
    let outcome: Step.Outcome
}

/// What a resubmission signs anew.
private struct Signature: Codable {
    let pledge: String
}

/// The digest of the pledge that a resubmission says was signed with it; nil where it says none, and for every other step.
func resignedPledge(_ argument: String, of step: Step) throws -> String? {
    guard step == .resubmit, !argument.isEmpty else { return nil }
    return try JSON.value(argument, Signature.self).pledge
}

extension Step {
    /// What the step carries besides its name, so that it can be taken again from the record alone; empty where that is nothing.
    func argument(submitting submission: Submission?, signing pledge: String? = nil) throws -> String {
        switch self {
        case .resubmit: try pledge.map { try JSON.text(Signature(pledge: $0)) } ?? ""
        case .submit: try submission.map { try JSON.text($0) } ?? ""
        case .pass(let inserting, let dropping):
            inserting.isEmpty && dropping.isEmpty ? "" : try JSON.text(RouteChange(inserting: inserting, dropping: dropping))
        case .handOver(let unit): try JSON.text(HandOver(unit: unit))
        case .conclude(let outcome): try JSON.text(Conclusion(outcome: outcome))
        case .recall, .takeBack, .withdraw, .giveBack, .extend, .fail, .reopen, .accept, .requestCorrection, .refuse, .abandon: ""
        }
    }

    /// The step of a name with what its entry says it carried.
    init(_ name: StepName, argument: String) throws {
        self =
            switch name {
            case .submit: .submit
            case .recall: .recall
            case .pass: try Step.pass(changing: argument)
            case .takeBack: .takeBack
            case .withdraw: .withdraw
            case .giveBack: .giveBack
            case .extend: .extend
            case .resubmit: .resubmit
            case .fail: .fail
            case .reopen: .reopen
            case .handOver: .handOver(to: try JSON.value(argument, HandOver.self).unit)
            case .accept: .accept
            case .requestCorrection: .requestCorrection
            case .refuse: .refuse
            case .abandon: .abandon
            case .conclude: .conclude(try JSON.value(argument, Conclusion.self).outcome)
            }
    }

    private static func pass(changing argument: String) throws -> Step {
        guard !argument.isEmpty else { return .pass() }
        let change: RouteChange = try JSON.value(argument)
        return .pass(inserting: change.inserting, dropping: change.dropping)
    }
}
