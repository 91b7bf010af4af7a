import Domain
import Storage

/// What a reviewer has typed beside a dossier, kept whole through every answer until it is a decision.
struct PassForm: Sendable {
    var opinion = ""
    var values: [String: String] = [:]
    var additions: [Added] = []
    /// The common opinion that is chosen to be put in, and those that were.
    var phrase = ""
    var used: [ID<CommonOpinion>] = []
    var search = ""
    var confirmed = false
    /// A publicity is asked for whatever the plan says: many are passed on at once.
    var demandsPublicity = false
    /// The digest of the content that was before his eyes.
    var seen = ""
    /// The list from which the reviewer came, to which he goes on.
    var list: Worklist?
    var action = Action.pass

    struct Added: Sendable, Hashable {
        let unit: ID<WorkUnit>
        var reason: String
    }

    enum Action: Sendable, Hashable {
        case pass
        case find
        case close
        /// Puts a common opinion behind what is written.
        case insert
        case add(ID<WorkUnit>)
        case remove(ID<WorkUnit>)
        case raise(ID<WorkUnit>)
        /// Takes one of the proofs away.
        case drop(ID<Attachment>)
    }

    init() {}

    init(_ form: Form) throws(Problem) {
        try form.only { key in
            ["opinion", "search", "confirmed", "list", "action", "additions", "seen", "phrase", "autosave"].contains(key) || key.hasPrefix("reason.") || key.hasPrefix("used.")
                || Recommendation.fields.contains { $0.key == key }
        }
        opinion = form["opinion"]
        values = Dictionary(Recommendation.fields.map { ($0.key, form[$0.key]) }, uniquingKeysWith: { first, _ in first })
        search = String(form["search"].prefix(50))
        confirmed = form["confirmed"] == "1"
        list = Worklist(reference: form["list"])
        seen = form["seen"]
        (phrase, used) = (form["phrase"], form.usedPhrases)
        for name in form["additions"].split(separator: ",") {
            guard let unit = ID<WorkUnit>(String(name)), additions.count < 20 else { throw .malformed }
            additions.append(Added(unit: unit, reason: form["reason.\(unit)"]))
        }
        guard let action = Action(form["action"], confirmed: confirmed) else { throw .malformed }
        self.action = action
    }

    /// Whether a field holds what a reviewer types.
    static func isTyped(key: String) -> Bool { key == "opinion" || key == "additions" || key.hasPrefix("reason.") || Recommendation.fields.contains { $0.key == key } }

    /// Puts in again what was typed before.
    mutating func restore(_ typed: [String: String]) {
        opinion = typed["opinion"] ?? opinion
        values.merge(typed.filter { typed in Recommendation.fields.contains { $0.key == typed.key } }) { $1 }
        let units = (typed["additions"] ?? "").split(separator: ",").prefix(20).compactMap { ID<WorkUnit>(String($0)) }
        if !units.isEmpty { additions = units.map { Added(unit: $0, reason: typed["reason.\($0)"] ?? "") } }
    }

    /// The form after an action that only changes what is typed.
    func acting() -> PassForm {
        var form = self
        switch action {
        case .pass, .find, .close, .insert, .drop: break
        case .add(let unit):
            if !additions.contains(where: { $0.unit == unit }) { form.additions.append(Added(unit: unit, reason: "")) }
            form.search = ""
        case .remove(let unit): form.additions.removeAll { $0.unit == unit }
        case .raise(let unit):
            if let index = additions.firstIndex(where: { $0.unit == unit }), index > 0 { form.additions.swapAt(index, index - 1) }
        }
        return form
    }

    struct Reading: Sendable {
        var opinion = ""
        var additions: [Added] = []
        var problems: [FieldProblem] = []
    }

    static let opinion = Field("opinion", "审核意见", .text(2000), hint: "2000 字以内；将记入经办流程")
    static let reason = Field("reason", "增加原因", .line(200), required: true)

    /// Opinion and reasons in their stored form, with what is wrong with them.
    func read(in reference: Reference, today: Day) -> Reading {
        var reading = Reading()
        let opinion = FieldReading([PassForm.opinion], from: { _ in self.opinion }, complete: true, in: reference, today: today)
        reading.opinion = opinion.values["opinion"] ?? ""
        reading.problems = opinion.problems
        for added in additions {
            let reason = FieldReading([PassForm.reason], from: { _ in added.reason }, complete: true, in: reference, today: today)
            reading.additions.append(Added(unit: added.unit, reason: reason.values["reason"] ?? ""))
            reading.problems += reason.problems.map { FieldProblem("reason.\(added.unit)", $0.message) }
        }
        return reading
    }
}

extension PassForm.Action {
    /// What a button asks for. A form without one came by no button of ours, and decides nothing; 仍要提交 is a button of its own.
    init?(_ text: String, confirmed: Bool) {
        let parts = text.split(separator: ".", maxSplits: 1)
        if parts.first == "drop", parts.count == 2, let file = ID<Attachment>(String(parts[1])) {
            self = .drop(file)
            return
        }
        let unit = parts.count == 2 ? ID<WorkUnit>(String(parts[1])) : nil
        guard parts.count < 2 || unit != nil else { return nil }
        switch (parts.first, unit) {
        case (nil, _): self = confirmed ? .pass : .find
        case ("pass", nil): self = .pass
        case ("find", nil): self = .find
        case ("close", nil): self = .close
        case ("insert", nil): self = .insert
        case ("add", let unit?): self = .add(unit)
        case ("remove", let unit?): self = .remove(unit)
        case ("raise", let unit?): self = .raise(unit)
        case (_, _): return nil
        }
    }
}
