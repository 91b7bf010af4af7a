import Domain

/// Reads what steps carried, and remembers what it has read: most dossiers of a plan were submitted along one of a few routes, and nothing
/// but the name and the title tells their submissions apart.
struct StepArguments {
    private var submissions: [[UInt8]: Submission] = [:]
    private var steps: [String: Step] = [:]

    /// So many are remembered.
    private static let most = 4000

    mutating func step(_ name: StepName, _ argument: String) throws -> Step {
        if argument.isEmpty || name == .submit || name == .resubmit { return try Step(name, argument: argument) }
        let key = "\(name.rawValue) \(argument)"
        if let known = steps[key] { return known }
        let step = try Step(name, argument: argument)
        if steps.count < Self.most { steps[key] = step }
        return step
    }

    mutating func submission(_ argument: String) throws -> Submission {
        var route = Array(argument.utf8)
        guard let title = route.cut(Self.title), let name = route.cut(Self.name) else { return try JSON.value(argument) }
        if let known = submissions[route] { return known.of(name, title: title) }
        let submission: Submission = try JSON.value(argument)
        // Only what is remembered rightly: a text that only looked like one of these leads here again.
        guard submission.applicantName == name, submission.title == title else { return submission }
        if submissions.count < Self.most { submissions[route] = submission }
        return submission
    }

    private static let name = Array(#""applicantName":""#.utf8)
    private static let title = Array(#""title":""#.utf8)
}

extension Submission {
    fileprivate func of(_ name: String, title: String) -> Submission {
        Submission(
            plan: plan, year: year, applicantName: name, unitName: unitName, title: title, pledge: pledge, acceptanceUnit: acceptanceUnit, reentry: reentry, stops: stops)
    }
}

extension [UInt8] {
    /// Takes out the text behind a key that stands here once, and gives it back; nil where it is escaped.
    fileprivate mutating func cut(_ key: [UInt8]) -> String? {
        guard let place = place(of: key) else { return nil }
        let start = place + key.count
        guard let end = self[start...].firstIndex(of: UInt8(ascii: "\"")), !self[start..<end].contains(UInt8(ascii: "\\")),
            self.place(of: key, from: end) == nil
        else { return nil }
        let text = String(decoding: self[start..<end], as: UTF8.self)
        removeSubrange(start..<end)
        return text
    }
}
