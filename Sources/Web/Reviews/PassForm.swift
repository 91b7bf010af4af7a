import Domain
import Storage

/// What a reviewer has typed beside a dossier, kept whole through every answer until it is a decision.
struct PassForm: Sendable {
    var opinion = ""
    var values: [String: String] = [:]
    var additions: [Added] = []
    var search = ""
    var confirmed = false
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
        case add(ID<WorkUnit>)
        case remove(ID<WorkUnit>)
        case raise(ID<WorkUnit>)
    }

    /// Characters of an opinion, at most.
    static let mostOpinion = 2000

    init() {}

    init(_ form: Form) throws(Problem) {
        try form.only { key in
            ["opinion", "search", "confirmed", "list", "action", "additions"].contains(key) || key.hasPrefix("reason.")
                || Recommendation.fields.contains { $0.key == key }
        }
        opinion = form["opinion"]
        values = Dictionary(Recommendation.fields.map { ($0.key, form[$0.key]) }, uniquingKeysWith: { first, _ in first })
        search = form["search"]
        confirmed = form["confirmed"] == "1"
        list = Worklist(name: form["list"])
        additions = form["additions"].split(separator: ",").compactMap { ID<WorkUnit>(String($0)) }.map { Added(unit: $0, reason: form["reason.\($0)"]) }
        guard additions.count <= 20, let action = Action(form["action"]) else { throw .malformed }
        self.action = action
    }

    /// The form after an action that only changes what is typed.
    func acting() -> PassForm {
        var form = self
        switch action {
        case .pass, .find, .close: break
        case .add(let unit):
            if !additions.contains(where: { $0.unit == unit }) { form.additions.append(Added(unit: unit, reason: "")) }
            form.search = ""
        case .remove(let unit): form.additions.removeAll { $0.unit == unit }
        case .raise(let unit):
            if let index = additions.firstIndex(where: { $0.unit == unit }), index > 0 { form.additions.swapAt(index, index - 1) }
        }
        return form
    }

    /// What is wrong with the opinion and the reasons.
    var problems: [FieldProblem] {
        var problems: [FieldProblem] = []
        if opinion.count > Self.mostOpinion { problems.append(FieldProblem("opinion", "审核意见最多 \(Self.mostOpinion) 字，现为 \(opinion.count) 字")) }
        for added in additions where added.reason.trimmed.isEmpty || added.reason.count > 200 {
            problems.append(FieldProblem("reason.\(added.unit)", added.reason.isEmpty ? "请填写增加该审核单位的原因" : "原因最多 200 字"))
        }
        return problems
    }
}

extension PassForm.Action {
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        let unit = parts.count == 2 ? ID<WorkUnit>(String(parts[1])) : nil
        guard parts.count < 2 || unit != nil else { return nil }
        switch (parts.first, unit) {
        case (nil, _), ("pass", nil): self = .pass
        case ("find", nil): self = .find
        case ("close", nil): self = .close
        case ("add", let unit?): self = .add(unit)
        case ("remove", let unit?): self = .remove(unit)
        case ("raise", let unit?): self = .raise(unit)
        case (_, _): return nil
        }
    }
}
