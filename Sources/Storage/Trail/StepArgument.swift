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
struct Signature: Codable {
    /// Digest of the pledge.
    let pledge: String
    /// The title applied for from now on; nil in entries of a time when it could not be changed.
    var title: String?
}

/// What a resubmission says was signed with it; nil where it says nothing, and for every other step.
func signature(_ argument: String, of step: StepName) throws -> Signature? {
    guard step == .resubmit, !argument.isEmpty else { return nil }
    return try JSON.value(argument)
}

/// What a return says of single sections besides its reason.
private struct Remarks: Codable {
    let remarks: [String: String]
}

/// The remarks on sections that a return carried; none for every other step.
func remarksIn(_ argument: String, of step: StepName) throws -> [Section: String] {
    guard step == .giveBack || step == .requestCorrection, !argument.isEmpty else { return [:] }
    let found = try JSON.value(argument, Remarks.self).remarks
    return Dictionary(uniqueKeysWithValues: found.compactMap { key, text in Section(rawValue: key).map { ($0, text) } })
}

extension Step {
    /// What the step carries besides its name, so that it can be taken again from the record alone; empty where that is nothing.
    func argument(submitting submission: Submission?, signing signature: Signature? = nil, remarking remarks: [Section: String] = [:]) throws -> String {
        switch self {
        case .resubmit: try signature.map { try JSON.text($0) } ?? ""
        case .giveBack, .requestCorrection:
            remarks.isEmpty ? "" : try JSON.text(Remarks(remarks: Dictionary(uniqueKeysWithValues: remarks.map { ($0.key.rawValue, $0.value) })))
        case .submit: try submission.map { try JSON.text($0) } ?? ""
        case .pass(let inserting, let dropping):
            inserting.isEmpty && dropping.isEmpty ? "" : try JSON.text(RouteChange(inserting: inserting, dropping: dropping))
        case .handOver(let unit): try JSON.text(HandOver(unit: unit))
        case .conclude(let outcome): try JSON.text(Conclusion(outcome: outcome))
        case .recall, .takeBack, .withdraw, .extend, .fail, .reopen, .recuse, .accept, .refuse, .abandon: ""
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
            case .recuse: .recuse
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
