/// What a dossier is to one unit: what it waits for there, and what the unit itself last did to it.
/// The lists of a unit are views of this (D27), and having one is what lets a unit see the dossier at all (D24).
public struct Desk: Sendable, Hashable {
    public var waiting: Waiting
    public var acted: Acted

    public init(waiting: Waiting = .nothing, acted: Acted = .nothing) {
        self.waiting = waiting
        self.acted = acted
    }

    public enum Waiting: String, Sendable, Hashable, CaseIterable { case nothing, firstReview, secondReview, acceptance }

    public enum Acted: String, Sendable, Hashable, CaseIterable { case nothing, reported, returned, failed, accepted, refused }
}

extension Journey {
    /// The desks after a step, given those before it: arrival opens one, action leaves its mark, and a stop that is dropped
    /// before it acted loses its desk.
    public func desks(_ desks: [ID<WorkUnit>: Desk], after step: Step, to next: Journey) -> [ID<WorkUnit>: Desk] {
        var desks = desks
        for unit in desks.keys { desks[unit]?.waiting = .nothing }
        if let mark = mark(of: step, to: next) { desks[mark.unit, default: Desk()].acted = mark.acted }
        if case .unit(let unit, let permission) = next.holder, next.stage != .accepted {
            desks[unit, default: Desk()].waiting = permission.waiting
        }
        let onChain = Set(next.chain.stops.flatMap { [$0.unit, $0.actingUnit] } + [next.chain.acceptanceUnit])
        if step.name == .recall || next.stage == .draft { return [:] }
        return desks.filter { $0.value.acted != .nothing || onChain.contains($0.key) && !isAcceptanceUnreached($0.key, next) }
    }

    /// What a step leaves on the desk of the unit that takes it; nil where what was there stays.
    public func mark(of step: Step, to next: Journey) -> (unit: ID<WorkUnit>, acted: Desk.Acted)? {
        // Whoever takes over what was given back or failed stands for it from then on, and has it in his list (D21).
        if case .handOver(let unit) = step {
            switch next.stage {
            case .returned: return (unit, .returned)
            case .failed: return (unit, .failed)
            case .draft, .firstReview, .secondReview, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned: return nil
            }
        }
        guard let unit = actingUnit(of: step, to: next), let acted = step.mark(before: self, after: next) else { return nil }
        return (unit, acted)
    }

    /// D24: the acceptance unit sees a dossier from awaitingAcceptance; when that arrival is withdrawn, no more.
    private func isAcceptanceUnreached(_ unit: ID<WorkUnit>, _ next: Journey) -> Bool {
        guard unit == next.chain.acceptanceUnit else { return false }
        switch next.stage {
        case .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned: return false
        case .draft, .firstReview, .secondReview, .returned, .failed: return true
        }
    }

    /// The unit whose desk a step marks; nil for the applicant's own steps.
    public func actingUnit(of step: Step, to next: Journey) -> ID<WorkUnit>? {
        switch step {
        case .submit, .recall, .resubmit, .abandon: nil
        case .withdraw: withdrawable?.unit
        case .accept, .requestCorrection, .refuse, .conclude: chain.acceptanceUnit
        case .pass, .takeBack, .giveBack, .extend, .fail, .reopen, .handOver, .recuse:
            if let stop = stage.stop { chain.stops[stop].actingUnit } else { chain.acceptanceUnit }
        }
    }
}

extension Step {
    /// The mark a step leaves on the desk of the unit that took it; nil when it leaves the old one.
    fileprivate func mark(before: Journey, after: Journey) -> Desk.Acted? {
        switch self {
        case .pass: after.stage.stop == before.stage.stop ? nil : .reported
        case .withdraw, .takeBack, .reopen: .nothing
        case .giveBack, .requestCorrection: .returned
        case .fail: .failed
        case .accept: .accepted
        case .refuse: .refused
        case .submit, .recall, .extend, .resubmit, .handOver, .recuse, .abandon, .conclude: nil
        }
    }
}

extension Permission {
    fileprivate var waiting: Desk.Waiting {
        switch self {
        case .firstReview: .firstReview
        case .secondReview: .secondReview
        case .accept: .acceptance
        case .unit, .subordinates, .staff, .roles, .administration, .entrustments, .profiles, .statistics, .messages, .plans: .nothing
        }
    }
}
