/// A dossier's place in its review: stage, chain and round together, so that no step can move one without the other.
public struct Journey: Hashable, Sendable {
    public let stage: Stage
    public let chain: ReviewChain
    /// Grows by one at every arrival at a stop (D19); 0 before the first submission.
    public let round: Int

    public init(stage: Stage, chain: ReviewChain, round: Int) {
        self.stage = stage
        self.chain = chain
        self.round = round
    }

    public func after(_ step: Step) throws(Refusal) -> Journey {
        let next = try stage.after(step, along: chain)
        let chain = try chain.after(step, from: stage)
        return Journey(stage: next, chain: chain, round: arrives(at: next, by: step) ? round + 1 : round)
    }

    /// Whether the workflow takes the step now.
    public func accepts(_ step: Step) -> Bool {
        do throws(Refusal) {
            _ = try stage.after(step, along: chain)
            return true
        } catch {
            return false
        }
    }

    private func arrives(at next: Stage, by step: Step) -> Bool {
        switch step {
        case .submit, .withdraw, .takeBack, .reopen, .resubmit: true
        case .pass: next.stop != stage.stop
        case .recall, .giveBack, .extend, .fail, .handOver, .recuse, .accept, .requestCorrection, .refuse, .abandon, .conclude: false
        }
    }

    /// The unit at whose stop it is, by which it was given back or failed, or which accepts it; nil where it is with none any more, or not yet.
    public var place: ID<WorkUnit>? {
        switch stage {
        case .firstReview(let stop), .secondReview(let stop), .returned(let stop), .failed(let stop): chain.stops[stop].actingUnit
        case .awaitingAcceptance, .accepted, .returnedForCorrection: chain.acceptanceUnit
        case .draft, .concluded, .abandoned: nil
        }
    }

    /// The unit whose return lies with the applicant; nil where none does.
    public var returner: ID<WorkUnit>? {
        switch stage {
        case .returned(let stop): chain.stops[stop].actingUnit
        case .returnedForCorrection: chain.acceptanceUnit
        case .draft, .firstReview, .secondReview, .failed, .awaitingAcceptance, .accepted, .concluded, .abandoned: nil
        }
    }

    /// Who may take his first review back after a step that leads here (D17): whoever has taken it, as long as nothing has moved since.
    public func reviewer(before: ID<Person>?, after step: Step, by person: ID<Person>) -> ID<Person>? {
        guard case .secondReview = stage else { return nil }
        switch step {
        case .pass: return person
        case .recuse, .extend: return before
        case .submit, .recall, .takeBack, .withdraw, .giveBack, .resubmit, .handOver, .fail, .reopen, .accept, .requestCorrection, .refuse, .abandon, .conclude: return nil
        }
    }

    /// Who holds the dossier now.
    public var holder: Holder {
        switch stage {
        case .draft, .returned, .returnedForCorrection: .applicant
        case .firstReview(let stop): .unit(chain.stops[stop].actingUnit, .firstReview)
        case .secondReview(let stop): .unit(chain.stops[stop].actingUnit, .secondReview)
        case .awaitingAcceptance, .accepted: .unit(chain.acceptanceUnit, .accept)
        case .failed, .concluded, .abandoned: .nobody
        }
    }

    /// The unit whose pass can still be withdrawn, with the step it would go back to.
    public var withdrawable: (unit: ID<WorkUnit>, permission: Permission)? {
        guard accepts(.withdraw), let stop = stage == .awaitingAcceptance ? chain.stops.indices.last : stage.stop.map({ $0 - 1 })
        else { return nil }
        return (chain.stops[stop].actingUnit, chain.stops[stop].steps == .two ? .secondReview : .firstReview)
    }
}

public enum Holder: Hashable, Sendable {
    case applicant
    /// The unit that has to act, and the permission it takes.
    case unit(ID<WorkUnit>, Permission)
    case nobody
}
