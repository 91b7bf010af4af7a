import Domain
import Testing

@Suite struct InsertionTests {
    private let start = Journey(stage: .secondReview(0), chain: chain(.two, .one, arrival: .submitted), round: 1)

    private func added(_ units: Int...) -> [ReviewChain.Addition] { units.map { .init(unit: id($0), steps: .one, reason: "双公示双审核") } }

    private func refusal(_ step: Step, _ journey: Journey) -> Refusal? {
        do { _ = try journey.after(step); return nil } catch { return error }
    }

    @Test func insertedUnitsStandBeforeTheDefaultNext() throws {
        let next = try start.after(.pass(inserting: added(11, 12)))
        #expect(next.chain.stops.map(\.unit) == [id(1), id(11), id(12), id(2)])
        #expect(next.chain.stops[1].insertion == .init(by: id(1), reason: "双公示双审核"))
        #expect(next.stage == .firstReview(1))
        #expect(next.round == 2)
    }

    @Test func beforeTheAcceptanceUnitToo() throws {
        let last = Journey(stage: .firstReview(1), chain: chain(.two, .one, arrival: .passed(.init())), round: 2)
        #expect(try last.after(.pass(inserting: added(11))).stage == .firstReview(2))
    }

    @Test func refusals() {
        #expect(refusal(.pass(inserting: added(11, 12, 13, 14, 15, 16)), start) == .tooManyInsertions)
        #expect(refusal(.pass(inserting: added(2)), start) == .unitTwice(id(2)))
        #expect(refusal(.pass(inserting: added(1)), start) == .unitTwice(id(1)))
        #expect(refusal(.pass(inserting: added(90)), start) == .unitTwice(id(90)))
        #expect(refusal(.pass(inserting: added(11, 11)), start) == .unitTwice(id(11)))
        #expect(refusal(.pass(dropping: [id(2)]), start) == .notYoursToDrop)
        let first = Journey(stage: .firstReview(0), chain: start.chain, round: 1)
        #expect(refusal(.pass(inserting: added(11)), first) == .routeChangesOnLeaving)
    }

    /// D20: it drops the stops inserted with that pass and nothing else, and keeps what was handed over meanwhile.
    @Test func withdrawalUndoesExactlyThePass() throws {
        let back = try start.after(.pass(inserting: added(11, 12))).after(.handOver(to: id(50))).after(.withdraw)
        #expect(back.stage == start.stage)
        #expect(back.chain.stops == start.chain.stops)
        #expect(back.round == start.round + 2)
        #expect(!back.accepts(.takeBack))

        let handed = try start.after(.pass()).after(.handOver(to: id(50))).after(.withdraw)
        #expect(handed.chain.stops[1].handedTo == id(50))
    }

    /// D19: whoever inserted a stop may drop it when he passes again; a withdrawal of that pass brings it back in its place.
    @Test func ownInsertionsCanBeDroppedWhenPassingAgain() throws {
        let again = try start.after(.pass(inserting: added(11, 12))).after(.giveBack).after(.resubmit).after(.pass())
        #expect(again.stage == .secondReview(0))
        #expect(again.chain.ownInsertions(of: 0).map(\.unit) == [id(11), id(12)])
        let dropped = try again.after(.pass(inserting: added(13), dropping: [id(11)]))
        #expect(dropped.chain.stops.map(\.unit) == [id(1), id(13), id(12), id(2)])
        #expect(try dropped.after(.withdraw).chain.stops == again.chain.stops)
    }

    @Test func othersInsertionsStay() throws {
        let nested = try start.after(.pass(inserting: added(11))).after(.pass(inserting: added(12))).after(.giveBack)
            .after(.resubmit).after(.pass())
        #expect(nested.chain.ownInsertions(of: 0).map(\.unit) == [id(11)])
        #expect(refusal(.pass(dropping: [id(12)]), nested) == .notYoursToDrop)
        #expect(try nested.after(.pass(dropping: [id(11)])).chain.stops.map(\.unit) == [id(1), id(12), id(2)])
    }
}
