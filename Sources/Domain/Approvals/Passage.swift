extension Approval {
    /// The same machine along several units, one after the other (M18, M19): who passes hands on to the next, and only the last one's pass is the
    /// end. Sent in again it begins anew, for what is asked has changed.
    public struct Passage: Sendable, Hashable {
        /// Units on the way, own unit included; at least one.
        public let stops: Int
        /// nil before it was first submitted.
        public let state: State?
        /// Where it waits or has ended, from 0.
        public let stop: Int

        public init(stops: Int, state: State? = nil, stop: Int = 0) {
            self.stops = stops
            self.state = state
            self.stop = stop
        }

        public func after(_ step: Step) throws(Refused) -> Passage {
            let next = try Approval.state(after: step, from: state)
            switch step {
            case .submit: return Passage(stops: stops, state: next)
            case .pass: return stop + 1 < stops ? Passage(stops: stops, state: .waiting, stop: stop + 1) : Passage(stops: stops, state: next, stop: stop)
            case .giveBack, .fail, .cancel: return Passage(stops: stops, state: next, stop: stop)
            }
        }
    }
}
