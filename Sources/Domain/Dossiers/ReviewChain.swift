/// The route of one dossier, frozen when it is submitted (D2), with the marks its travel has left on it.
public struct ReviewChain: Hashable, Sendable {
    /// The review stops in order; the first is the applicant's own unit.
    public var stops: [Stop]
    /// Stands after the last stop and has one step, 受理.
    public let acceptanceUnit: ID<WorkUnit>
    public let reentry: Reentry
    /// How the dossier came to where it is.
    public var arrival: Arrival
    /// 补正 has been asked for; it is asked for once.
    public var correctionRequested: Bool

    public init(
        stops: [Stop], acceptanceUnit: ID<WorkUnit>, reentry: Reentry = .ownUnit, arrival: Arrival = .none,
        correctionRequested: Bool = false
    ) {
        self.stops = stops
        self.acceptanceUnit = acceptanceUnit
        self.reentry = reentry
        self.arrival = arrival
        self.correctionRequested = correctionRequested
    }

    /// One unit on the chain, frozen with its number of steps (D20).
    public struct Stop: Hashable, Sendable, Codable {
        public let unit: ID<WorkUnit>
        public let steps: Steps
        public let insertion: Insertion?
        /// The superior that acts here in the unit's name (D21).
        public var handedTo: ID<WorkUnit>?

        public init(unit: ID<WorkUnit>, steps: Steps, insertion: Insertion? = nil, handedTo: ID<WorkUnit>? = nil) {
            self.unit = unit
            self.steps = steps
            self.insertion = insertion
            self.handedTo = handedTo
        }

        public var actingUnit: ID<WorkUnit> { handedTo ?? unit }
    }

    /// 初审 only, or 初审 and 复审 (D1).
    public enum Steps: String, Hashable, Sendable, Codable, CaseIterable { case one, two }

    /// A unit that a pass adds before the next stop (增加审核单位), with its number of steps as of now.
    public struct Addition: Hashable, Sendable, Codable {
        public let unit: ID<WorkUnit>
        public let steps: Steps
        public let reason: String

        public init(unit: ID<WorkUnit>, steps: Steps, reason: String) {
            self.unit = unit
            self.steps = steps
            self.reason = reason
        }
    }

    /// Who put a stop on the chain, and why (M11).
    public struct Insertion: Hashable, Sendable, Codable {
        public let by: ID<WorkUnit>
        public let reason: String

        public init(by: ID<WorkUnit>, reason: String) {
            self.by = by
            self.reason = reason
        }
    }

    /// Where a resubmitted dossier re-enters (D6, D19).
    public enum Reentry: String, Hashable, Sendable, Codable, CaseIterable { case ownUnit, returningUnit }

    public enum Arrival: Hashable, Sendable, Codable {
        case none
        case submitted
        case passed(RouteChange)
        case withdrawn
        case takenBack
        case reopened
        case resubmitted
    }

    /// What a pass did to the stops behind it; 撤回 undoes exactly this.
    public struct RouteChange: Hashable, Sendable, Codable {
        public let inserted: [ID<WorkUnit>]
        public let dropped: [Dropped]

        public init(inserted: [ID<WorkUnit>] = [], dropped: [Dropped] = []) {
            self.inserted = inserted
            self.dropped = dropped
        }

        public struct Dropped: Hashable, Sendable, Codable {
            /// The stop's index before the pass.
            public let index: Int
            public let stop: Stop
        }
    }

    /// At most this many units are inserted by one pass (D20).
    public static let insertionsAPass = 5

    public func lastStep(of stop: Int) -> Stage {
        stops[stop].steps == .two ? .secondReview(stop) : .firstReview(stop)
    }

    /// The stops that this stop inserted and may drop when it passes again: those before the next default one (D19).
    public func ownInsertions(of stop: Int) -> [Stop] {
        stops[(stop + 1)...].prefix { $0.insertion != nil }.filter { $0.insertion?.by == stops[stop].unit }
    }

    /// The chain after the pass that leaves a stop. Insertions stand directly behind it, never past the next default stop.
    func passed(by stop: Int, inserting inserted: [Addition], dropping dropped: [ID<WorkUnit>]) throws(Refusal) -> ReviewChain {
        let own = Set(ownInsertions(of: stop).map(\.unit))
        guard own.isSuperset(of: dropped) else { throw .notYoursToDrop }
        guard inserted.count <= ReviewChain.insertionsAPass else { throw .tooManyInsertions }
        let kept = stops.filter { !dropped.contains($0.unit) }
        var taken = Set(kept.map(\.unit)).union([acceptanceUnit])
        for new in inserted {
            guard taken.insert(new.unit).inserted else { throw .unitTwice(new.unit) }
        }
        var chain = self
        chain.stops = kept
        let new = inserted.map {
            Stop(unit: $0.unit, steps: $0.steps, insertion: Insertion(by: stops[stop].unit, reason: $0.reason))
        }
        chain.stops.insert(contentsOf: new, at: stop + 1)
        chain.arrival = .passed(
            RouteChange(
                inserted: inserted.map(\.unit),
                dropped: stops.enumerated().filter { dropped.contains($0.element.unit) }.map { .init(index: $0.offset, stop: $0.element) }
            ))
        return chain
    }

    /// The chain before the pass that is withdrawn; marks of hand-over made meanwhile stay.
    private func undoing(_ change: RouteChange) -> ReviewChain {
        var chain = self
        chain.stops.removeAll { change.inserted.contains($0.unit) }
        for dropped in change.dropped.sorted(by: { $0.index < $1.index }) {
            chain.stops.insert(dropped.stop, at: min(dropped.index, chain.stops.count))
        }
        return chain
    }

    /// The chain after a step from a stage; the step is known to be possible.
    func after(_ step: Step, from stage: Stage) throws(Refusal) -> ReviewChain {
        var chain = self
        switch step {
        case .pass(let inserted, let dropped):
            if let stop = stage.stop, stage == lastStep(of: stop) {
                chain = try passed(by: stop, inserting: inserted, dropping: dropped)
            }
        case .withdraw:
            if case .passed(let change) = arrival { chain = undoing(change) }
            chain.arrival = .withdrawn
        case .handOver(let unit):
            if let stop = stage.stop { chain.stops[stop].handedTo = unit == stops[stop].unit ? nil : unit }
        case .submit: chain.arrival = .submitted
        case .recall: chain.arrival = .none
        case .takeBack: chain.arrival = .takenBack
        case .reopen: chain.arrival = .reopened
        case .resubmit: chain.arrival = .resubmitted
        case .requestCorrection: chain.correctionRequested = true
        case .giveBack, .extend, .fail, .recuse, .accept, .refuse, .abandon, .conclude: break
        }
        return chain
    }
}
