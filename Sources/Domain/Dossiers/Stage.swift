/// Where a dossier is in its review. An index is a stop of its `ReviewChain`.
public enum Stage: Hashable, Sendable {
    case draft
    case firstReview(Int)
    case secondReview(Int)
    /// Given back to the applicant by that stop (M13). An expired deadline is not a stage but a view (D9).
    case returned(by: Int)
    case failed(by: Int)
    case awaitingAcceptance
    case returnedForCorrection
    case accepted
    case concluded(Conclusion)
    case abandoned
}

/// How a dossier ended.
public enum Conclusion: String, Hashable, Sendable, CaseIterable, Codable {
    case passed, notPassed, notAccepted, lapsed
}

/// Everything that can be done to a dossier. Who, when, opinion and deadline belong to the transaction, not here.
public enum Step: Hashable, Sendable {
    case submit
    /// 取回: the applicant takes back what nobody has acted on (D17).
    case recall
    /// 通过. Stops to insert before the next one, and own insertions to drop, only on the pass that leaves the unit (M11, D19).
    case pass(inserting: [ReviewChain.Addition] = [], dropping: [ID<WorkUnit>] = [])
    /// 收回初审 (D17).
    case takeBack
    /// 撤回 (M16, D20).
    case withdraw
    case giveBack
    /// 修改提交截止时间 (M14); moves nothing.
    case extend
    case resubmit
    case fail
    /// 重新审核 (M15, D8).
    case reopen
    /// 移交: that unit acts at the present stop in the name of the stop's unit (D21).
    case handOver(to: ID<WorkUnit>)
    /// 回避: a reviewer declares that he may not act on this dossier (D11); moves nothing.
    case recuse
    case accept
    /// 补正, once.
    case requestCorrection
    case refuse
    case abandon
    case conclude(Outcome)

    /// What a conclusion can say; 不予受理 comes by `refuse`.
    public enum Outcome: String, Hashable, Sendable, CaseIterable, Codable { case passed, notPassed, lapsed }
}

/// The workflow: one pure function.
extension Stage {
    /// The stage after a step, or why the step cannot be taken. `chain` is the chain before the step.
    public func after(_ step: Step, along chain: ReviewChain) throws(Refusal) -> Stage {
        if let stop, !chain.stops.indices.contains(stop) { throw .offChain }
        return switch step {
        case .submit: try submitted(along: chain)
        case .recall: try recalled(along: chain)
        case .pass(let inserted, let dropped): try passed(inserting: inserted, dropping: dropped, along: chain)
        case .takeBack: try takenBack(along: chain)
        case .withdraw: try withdrawn(along: chain)
        case .giveBack: try givenBack()
        case .extend: try extended()
        case .resubmit: try resubmitted(along: chain)
        case .fail: try failed()
        case .reopen: try reopened()
        case .handOver(let unit): try handedOver(to: unit, along: chain)
        case .recuse: try recused()
        case .accept: try accepted()
        case .requestCorrection: try correctionRequested(along: chain)
        case .refuse: try refused()
        case .abandon: try abandoned()
        case .conclude(let outcome): try concluded(outcome)
        }
    }

    /// The stop at which the dossier is, or which sent it to the applicant.
    public var stop: Int? {
        switch self {
        case .firstReview(let stop), .secondReview(let stop), .returned(let stop), .failed(let stop): stop
        case .draft, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned: nil
        }
    }

    private func submitted(along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .draft:
            guard !chain.stops.isEmpty else { throw .offChain }
            return .firstReview(0)
        case .firstReview, .secondReview, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted,
            .concluded, .abandoned:
            throw .notNow(.submit, self)
        }
    }

    private func recalled(along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .firstReview(0):
            guard chain.arrival == .submitted else { throw .ownUnitHasActed }
            return .draft
        case .secondReview(0): throw .ownUnitHasActed
        case .draft, .firstReview, .secondReview, .returned, .failed, .awaitingAcceptance, .returnedForCorrection,
            .accepted, .concluded, .abandoned:
            throw .notNow(.recall, self)
        }
    }

    private func passed(
        inserting inserted: [ReviewChain.Addition], dropping dropped: [ID<WorkUnit>], along chain: ReviewChain
    ) throws(Refusal) -> Stage {
        switch self {
        case .firstReview(let stop) where chain.stops[stop].steps == .two:
            guard inserted.isEmpty, dropped.isEmpty else { throw .routeChangesOnLeaving }
            return .secondReview(stop)
        case .firstReview(let stop), .secondReview(let stop):
            let next = try chain.passed(by: stop, inserting: inserted, dropping: dropped)
            return stop + 1 < next.stops.count ? .firstReview(stop + 1) : .awaitingAcceptance
        case .draft, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned:
            throw .notNow(.pass, self)
        }
    }

    private func takenBack(along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .secondReview(let stop):
            guard chain.arrival != .withdrawn else { throw .secondReviewHasActed }
            return .firstReview(stop)
        case .draft, .firstReview, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted,
            .concluded, .abandoned:
            throw .notNow(.takeBack, self)
        }
    }

    private func withdrawn(along chain: ReviewChain) throws(Refusal) -> Stage {
        let next: Int
        switch self {
        case .firstReview(let stop) where stop > 0: next = stop
        case .awaitingAcceptance: next = chain.stops.count
        case .secondReview(let stop) where stop > 0: throw .nextHasActed
        case .firstReview, .secondReview, .draft, .returned, .failed, .returnedForCorrection, .accepted, .concluded,
            .abandoned:
            throw .notNow(.withdraw, self)
        }
        guard case .passed = chain.arrival else { throw .nextHasActed }
        return chain.lastStep(of: next - 1)
    }

    private func givenBack() throws(Refusal) -> Stage {
        switch self {
        case .firstReview(let stop), .secondReview(let stop): return .returned(by: stop)
        case .draft, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned:
            throw .notNow(.giveBack, self)
        }
    }

    private func extended() throws(Refusal) -> Stage {
        switch self {
        case .returned, .returnedForCorrection: return self
        case .draft, .firstReview, .secondReview, .failed, .awaitingAcceptance, .accepted, .concluded, .abandoned:
            throw .notNow(.extend, self)
        }
    }

    private func resubmitted(along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .returned(let stop): return .firstReview(chain.reentry == .ownUnit ? 0 : stop)
        case .returnedForCorrection: return .awaitingAcceptance
        case .draft, .firstReview, .secondReview, .failed, .awaitingAcceptance, .accepted, .concluded, .abandoned:
            throw .notNow(.resubmit, self)
        }
    }

    private func failed() throws(Refusal) -> Stage {
        switch self {
        case .firstReview(let stop), .secondReview(let stop): return .failed(by: stop)
        case .draft, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned:
            throw .notNow(.fail, self)
        }
    }

    private func reopened() throws(Refusal) -> Stage {
        switch self {
        case .failed(let stop): return .firstReview(stop)
        case .draft, .firstReview, .secondReview, .returned, .awaitingAcceptance, .returnedForCorrection, .accepted,
            .concluded, .abandoned:
            throw .notNow(.reopen, self)
        }
    }

    private func handedOver(to unit: ID<WorkUnit>, along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .firstReview(let stop), .secondReview(let stop), .returned(let stop), .failed(let stop):
            guard chain.stops[stop].actingUnit != unit else { throw .alreadyHandedOver }
            return self
        case .draft, .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded, .abandoned:
            throw .notNow(.handOver, self)
        }
    }

    private func recused() throws(Refusal) -> Stage {
        switch self {
        case .firstReview, .secondReview, .awaitingAcceptance: return self
        case .draft, .returned, .failed, .returnedForCorrection, .accepted, .concluded, .abandoned: throw .notNow(.recuse, self)
        }
    }

    private func accepted() throws(Refusal) -> Stage {
        switch self {
        case .awaitingAcceptance: return .accepted
        case .draft, .firstReview, .secondReview, .returned, .failed, .returnedForCorrection, .accepted, .concluded,
            .abandoned:
            throw .notNow(.accept, self)
        }
    }

    private func correctionRequested(along chain: ReviewChain) throws(Refusal) -> Stage {
        switch self {
        case .awaitingAcceptance:
            guard !chain.correctionRequested else { throw .correctionOnce }
            return .returnedForCorrection
        case .draft, .firstReview, .secondReview, .returned, .failed, .returnedForCorrection, .accepted, .concluded,
            .abandoned:
            throw .notNow(.requestCorrection, self)
        }
    }

    private func refused() throws(Refusal) -> Stage {
        switch self {
        case .awaitingAcceptance, .returnedForCorrection: return .concluded(.notAccepted)
        case .draft, .firstReview, .secondReview, .returned, .failed, .accepted, .concluded, .abandoned:
            throw .notNow(.refuse, self)
        }
    }

    private func abandoned() throws(Refusal) -> Stage {
        switch self {
        case .draft, .firstReview, .secondReview, .returned, .awaitingAcceptance, .returnedForCorrection: return .abandoned
        case .failed, .accepted, .concluded, .abandoned: throw .notNow(.abandon, self)
        }
    }

    private func concluded(_ outcome: Step.Outcome) throws(Refusal) -> Stage {
        switch (self, outcome) {
        case (.accepted, .passed): return .concluded(.passed)
        case (.accepted, .notPassed): return .concluded(.notPassed)
        case (.firstReview, .lapsed), (.secondReview, .lapsed), (.returned, .lapsed), (.awaitingAcceptance, .lapsed),
            (.returnedForCorrection, .lapsed):
            return .concluded(.lapsed)
        case (.accepted, .lapsed), (.draft, _), (.firstReview, _), (.secondReview, _), (.returned, _), (.failed, _),
            (.awaitingAcceptance, _), (.returnedForCorrection, _), (.concluded, _), (.abandoned, _):
            throw .notNow(.conclude, self)
        }
    }
}
