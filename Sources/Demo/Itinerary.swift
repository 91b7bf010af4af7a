import Domain

/// How far a demo dossier has come, and how it got there.
struct Itinerary {
    enum End {
        case draft
        /// Taken back by the applicant before anybody had acted.
        case recalled
        /// Waiting after so many passes.
        case passed(Int)
        /// The same, with a unit inserted behind the own one.
        case inserted
        /// 初审 passed and taken back by the same reviewer.
        case takenBack
        /// Passed on by so many units, and withdrawn by the last of them.
        case withdrawn(units: Int)
        case returned(after: Int, workingDays: Int)
        case failed(after: Int)
        case reopened(after: Int)
        case awaitingAcceptance
        case correction
        case accepted
        case notAccepted
        case abandoned(after: Int)
        case concluded(Step.Outcome)
    }

    let end: End
    /// Working days before today at which it ended; one step a working day before that.
    let daysAgo: Int
    var returnsOnTheWay = false

    var deadlineAhead: Int { if case .returned(_, let days) = end { days } else { 10 } }

    /// The steps in order; a return on the way comes back before the first pass upwards.
    func steps(along chain: ReviewChain, inserting addition: ReviewChain.Addition?) -> [Step] {
        let passes = chain.stops.reduce(0) { $0 + $1.passes }
        let own = chain.stops[0].passes
        let detour: [Step] = returnsOnTheWay ? Array(repeating: .pass(), count: own) + [.giveBack, .resubmit] : []
        func passing(_ count: Int) -> [Step] { [.submit] + detour + Array(repeating: .pass(), count: min(count, passes)) }
        return switch end {
        case .draft: []
        case .recalled: [.submit, .recall]
        case .passed(let count): passing(min(count, passes - 1))
        case .inserted: addition.map { passing(own - 1) + [.pass(inserting: [$0])] } ?? passing(own)
        case .takenBack: chain.stops[0].steps == .two ? [.submit, .pass(), .takeBack] : [.submit]
        case .withdrawn(let units): passing(chain.stops.prefix(units).reduce(0) { $0 + $1.passes }) + [.withdraw]
        case .returned(let count, _): passing(min(count, passes - 1)) + [.giveBack]
        case .failed(let count): passing(min(count, passes - 1)) + [.fail]
        case .reopened(let count): passing(min(count, passes - 1)) + [.fail, .reopen]
        case .awaitingAcceptance: passing(passes)
        case .correction: passing(passes) + [.requestCorrection]
        case .accepted: passing(passes) + [.accept]
        case .notAccepted: passing(passes) + [.refuse]
        case .abandoned(let count): passing(min(count, passes - 1)) + [.abandon]
        case .concluded(.lapsed): passing(passes) + [.conclude(.lapsed)]
        case .concluded(let outcome): passing(passes) + [.accept, .conclude(outcome)]
        }
    }
}

extension ReviewChain.Stop {
    /// Passes it takes to leave the stop.
    fileprivate var passes: Int { steps == .two ? 2 : 1 }
}

extension Itinerary {
    /// What became of somebody among thousands: of a concluded year, or of this one, in which most wait low on their way.
    static func any(concluded: Bool, _ invention: inout Invention) -> Itinerary {
        let roll = invention.number(0...99)
        let ago = invention.number(0...15)
        let detour = invention.number(0...9) == 0
        if concluded {
            let end: End =
                switch roll {
                case 0..<70: .concluded(.passed)
                case 70..<82: .concluded(.notPassed)
                case 82..<89: .failed(after: invention.number(0...3))
                case 89..<95: .concluded(.lapsed)
                case 95..<98: .notAccepted
                case _: .abandoned(after: invention.number(0...2))
                }
            return Itinerary(end: end, daysAgo: invention.number(0...4), returnsOnTheWay: detour)
        }
        let end: End =
            switch roll {
            case 0..<8: .draft
            case 8..<34: .passed(invention.number(0...1))
            case 34..<52: .passed(invention.number(2...3))
            case 52..<55: .passed(invention.number(4...5))
            case 55..<58: .awaitingAcceptance
            case 58..<70: .accepted
            case 70..<80: .returned(after: invention.number(0...3), workingDays: invention.number(3...12))
            case 80..<85: .failed(after: invention.number(0...3))
            case 85..<87: .reopened(after: invention.number(0...2))
            case 87..<89: .takenBack
            case 89..<91: .withdrawn(units: invention.number(1...2))
            case 91..<93: .recalled
            case 93..<95: .correction
            case 95..<97: .notAccepted
            case 97: .inserted
            case _: .abandoned(after: invention.number(0...2))
            }
        return Itinerary(end: end, daysAgo: ago, returnsOnTheWay: detour)
    }
}
