extension Dossier {
    /// The steps this person could take now: those that the workflow accepts and the rule allows. Buttons come from here.
    public func offers(to actor: Actor) -> Set<StepName> {
        Set(
            StepName.allCases.filter { name in
                guard let step = name.plainest(for: journey) else { return false }
                return journey.accepts(step) && actor.denial(of: name, on: self) == nil
            })
    }

    /// Whether it is this person's turn: he can take the dossier further, not merely pull at it.
    public func awaits(_ actor: Actor) -> Bool {
        !offers(to: actor).isDisjoint(with: [.submit, .resubmit, .pass, .giveBack, .fail, .accept])
    }
}

extension StepName {
    /// The step of this name in its simplest form; nil for what no dossier's page offers: 移交 needs a unit, and the lapsed are
    /// concluded with their plan.
    func plainest(for journey: Journey) -> Step? {
        switch self {
        case .submit: .submit
        case .recall: .recall
        case .pass: .pass()
        case .takeBack: .takeBack
        case .withdraw: .withdraw
        case .giveBack: .giveBack
        case .extend: .extend
        case .resubmit: .resubmit
        case .fail: .fail
        case .reopen: .reopen
        case .handOver: nil
        case .recuse: .recuse
        case .accept: .accept
        case .requestCorrection: .requestCorrection
        case .refuse: .refuse
        case .abandon: .abandon
        case .conclude: journey.stage == .accepted ? .conclude(.passed) : nil
        }
    }
}
