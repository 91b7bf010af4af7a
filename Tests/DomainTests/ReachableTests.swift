import Domain
import Testing

/// A search over everything reachable: chains with one- and two-step stops, both re-entry rules, insertions and drops.
/// Journeys that differ only in their round are one. The desks of every unit travel along.
struct Reachable {
    struct State: Hashable {
        let journey: Journey
        let desks: [ID<WorkUnit>: Desk]
    }

    struct Edge {
        let from: State
        let step: Step
        let to: State
    }

    static let additions: [ReviewChain.Addition] = [.init(unit: id(11), steps: .one, reason: "一"), .init(unit: id(12), steps: .two, reason: "二")]
    static let starts: [ReviewChain] = [ReviewChain.Reentry.ownUnit, .returningUnit].flatMap { reentry in
        [chain(.one, reentry: reentry), chain(.two, .one, reentry: reentry), chain(.one, .two, reentry: reentry)]
    }

    static let all: (states: Set<State>, edges: [Edge]) = {
        var states: Set<State> = []
        var edges: [Edge] = []
        for start in starts {
            var open = [State(journey: Journey(stage: .draft, chain: start, round: 0), desks: [:])]
            while let state = open.popLast() {
                guard states.insert(state).inserted else { continue }
                for step in steps(from: state.journey) {
                    guard let next = try? state.journey.after(step) else { continue }
                    let flat = Journey(stage: next.stage, chain: next.chain, round: 0)
                    let to = State(journey: flat, desks: state.journey.desks(state.desks, after: step, to: next))
                    edges.append(Edge(from: state, step: step, to: to))
                    open.append(to)
                }
            }
        }
        return (states, edges)
    }()

    static func steps(from journey: Journey) -> [Step] {
        var steps: [Step] = [
            .submit, .recall, .pass(), .takeBack, .withdraw, .giveBack, .extend, .resubmit, .fail, .reopen, .recuse, .accept,
            .requestCorrection, .refuse, .abandon, .conclude(.passed), .conclude(.notPassed), .conclude(.lapsed),
        ]
        let on = Set(journey.chain.stops.map(\.unit))
        steps += additions.filter { !on.contains($0.unit) }.map { .pass(inserting: [$0]) }
        if let stop = journey.stage.stop { steps += journey.chain.ownInsertions(of: stop).map { .pass(dropping: [$0.unit]) } }
        return steps
    }
}

@Suite struct ReachableTests {
    let states = Reachable.all.states
    let edges = Reachable.all.edges

    @Test func theSearchIsWide() {
        #expect(states.count > 2_000)
        #expect(Set(states.map(\.journey.stage.name)) == Set(Stage.Name.allCases))
        #expect(Set(edges.map(\.step.name)).union([.handOver]) == Set(StepName.allCases))
    }

    /// I-01: one place at a time; the unit that holds a dossier, and no other, has it waiting.
    @Test func oneHolder() {
        for state in states {
            let waiting = state.desks.filter { $0.value.waiting != .nothing }
            switch state.journey.holder {
            case .unit(let unit, _) where state.journey.stage != .accepted: #expect(waiting.map(\.key) == [unit])
            case .unit, .applicant, .nobody: #expect(waiting.isEmpty)
            }
            if let stop = state.journey.stage.stop { #expect(state.journey.chain.stops.indices.contains(stop)) }
        }
    }

    /// I-03: a review at stop i stands on a pass of stop i−1, seen on that unit's desk.
    @Test func everyLowerStopHasPassed() {
        for state in states {
            switch state.journey.stage {
            case .firstReview(let stop), .secondReview(let stop):
                for lower in state.journey.chain.stops[..<stop] { #expect(state.desks[lower.unit]?.acted == .reported) }
            case .awaitingAcceptance, .accepted:
                for stop in state.journey.chain.stops { #expect(state.desks[stop.unit]?.acted == .reported) }
            case .draft, .returned, .failed, .returnedForCorrection, .concluded, .abandoned: break
            }
        }
    }

    /// I-05 and I-06: 撤回 exactly after a pass on which nobody has acted, and it restores stage and stops.
    @Test func withdrawalInvertsAPass() throws {
        for edge in edges where edge.step.name == .pass && edge.to.journey.stage.stop != edge.from.journey.stage.stop {
            #expect(edge.to.journey.accepts(.withdraw))
            let back = try edge.to.journey.after(.withdraw)
            #expect(back.stage == edge.from.journey.stage)
            #expect(back.chain.stops == edge.from.journey.chain.stops)
        }
        for edge in edges where edge.to.journey.accepts(.withdraw) {
            let leftByPass = edge.step.name == .pass && edge.to.journey.stage.stop != edge.from.journey.stage.stop
            #expect(leftByPass || edge.step.name.isStationary && edge.from == edge.to)
        }
    }

    /// I-07 and I-09: a return goes to the applicant, and resubmission never past the unit that returned it.
    @Test func returnsGoToTheApplicant() {
        for edge in edges {
            if edge.step.name == .giveBack { #expect(edge.to.journey.holder == .applicant) }
            if edge.step.name == .resubmit, case .returned(let by) = edge.from.journey.stage {
                #expect(edge.to.journey.stage == .firstReview(edge.from.journey.chain.reentry == .ownUnit ? 0 : by))
                #expect(edge.to.journey.chain.stops == edge.from.journey.chain.stops)
            }
        }
    }

    /// I-10 and I-11: a failure holds the year, is reopened at the same unit only, and nothing leaves a conclusion.
    @Test func failuresHoldTheYear() {
        for edge in edges {
            if case .failed(let stop) = edge.from.journey.stage {
                #expect(edge.step.name == .reopen && edge.to.journey.stage == .firstReview(stop))
                #expect(edge.from.journey.stage.name.holdsYear && edge.to.journey.stage.name.holdsYear)
            }
            switch edge.from.journey.stage {
            case .concluded, .abandoned: Issue.record("\(edge.step.name) leaves \(edge.from.journey.stage)")
            case .draft, .firstReview, .secondReview, .returned, .failed, .awaitingAcceptance, .returnedForCorrection, .accepted: break
            }
        }
    }

    /// I-12: the default stops keep their order, no unit stands twice, and insertions lie directly behind their unit's stop.
    @Test func insertionsKeepTheDefaultRoute() {
        for state in states {
            let chain = state.journey.chain
            let defaults = chain.stops.filter { $0.insertion == nil }.map(\.unit)
            #expect(Reachable.starts.contains { $0.stops.map(\.unit) == defaults && $0.reentry == chain.reentry })
            #expect(Set(chain.stops.map(\.unit) + [chain.acceptanceUnit]).count == chain.stops.count + 1)
        }
    }

    /// I-13: passing on and on ends with the acceptance unit, after as many passes as steps are left.
    @Test func passingEnds() throws {
        for state in states where state.journey.accepts(.pass()) {
            var journey = state.journey
            var passes = 0
            while journey.accepts(.pass()) {
                journey = try journey.after(.pass())
                passes += 1
                try #require(passes <= 2 * journey.chain.stops.count)
            }
            let left = state.journey.chain.stops[(state.journey.stage.stop ?? 0)...].reduce(0) { $0 + ($1.steps == .two ? 2 : 1) }
            #expect(journey.stage == .awaitingAcceptance)
            #expect(passes == left || state.journey.stage.name == .secondReview && passes == left - 1)
        }
    }

    /// I-14: no step but a pass and its withdrawal alters the stops.
    @Test func onlyPassesAlterTheRoute() {
        for edge in edges where edge.step.name != .pass && edge.step.name != .withdraw {
            #expect(edge.from.journey.chain.stops == edge.to.journey.chain.stops)
        }
    }

    /// D24: whoever acted, or was reached and stands on the chain, sees the dossier; the rest, and everybody while it is a draft, do not.
    @Test func desksFollowTheJourney() {
        for state in states {
            if state.journey.stage == .draft { #expect(state.desks.isEmpty) }
            if let stop = state.journey.stage.stop, state.journey.stage.name != .returned {
                for reached in state.journey.chain.stops[...stop] { #expect(state.desks[reached.unit] != nil) }
            }
            if state.desks[id(90)] != nil {
                #expect(
                    [.awaitingAcceptance, .returnedForCorrection, .accepted, .passed, .notPassed, .notAccepted, .lapsed, .abandoned]
                        .contains(state.journey.stage.name))
            }
        }
        for edge in edges where edge.step.name == .withdraw {
            let dropped = Set(edge.from.journey.chain.stops.map(\.unit)).subtracting(edge.to.journey.chain.stops.map(\.unit))
            for unit in dropped { #expect(edge.to.desks[unit] == nil || edge.to.desks[unit]?.acted != .nothing) }
        }
    }

    /// I-03 and I-04: along random ways, one decision a node and round; a second review follows a first of the same round, or a withdrawal.
    @Test func oneDecisionANodeAndRound() throws {
        struct Node: Hashable { let stage: Stage, round: Int }
        var source = Counting(state: 7)
        var decisions = 0
        for start in Reachable.starts {
            for _ in 0..<300 {
                var journey = Journey(stage: .draft, chain: start, round: 0)
                var decided: Set<Node> = []
                for _ in 0..<40 {
                    let possible = Reachable.steps(from: journey).filter { journey.accepts($0) && $0.name != .abandon && $0.name != .conclude && $0.name != .refuse }
                    guard let step = possible.randomElement(using: &source) else { break }
                    if [.pass, .giveBack, .fail, .accept, .requestCorrection].contains(step.name) {
                        #expect(decided.insert(Node(stage: journey.stage, round: journey.round)).inserted)
                        if case .secondReview(let stop) = journey.stage, journey.chain.arrival != .withdrawn {
                            #expect(decided.contains(Node(stage: .firstReview(stop), round: journey.round)))
                        }
                        decisions += 1
                    }
                    journey = try journey.after(step)
                }
            }
        }
        #expect(decisions > 10_000)
    }

    /// The round grows by one at every arrival at a stop, and at nothing else (D19).
    @Test func roundsGrowAtArrivals() throws {
        let start = Journey(stage: .draft, chain: chain(.two, .one), round: 0)
        var journey = start
        let path: [(Step, Int)] = [
            (.submit, 1), (.pass(), 1), (.takeBack, 2), (.pass(), 2), (.pass(), 3), (.withdraw, 4), (.pass(), 5), (.giveBack, 5),
            (.extend, 5), (.resubmit, 6), (.fail, 6), (.reopen, 7), (.pass(), 7), (.pass(), 8), (.pass(), 9), (.requestCorrection, 9),
            (.resubmit, 10), (.accept, 10), (.conclude(.passed), 10),
        ]
        for (step, round) in path {
            journey = try journey.after(step)
            #expect(journey.round == round, "\(step.name)")
        }
    }
}
