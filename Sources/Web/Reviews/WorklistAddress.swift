import Domain
import Storage

extension Worklist {
    /// Every list, in the order of its page's tabs.
    static let all: [Worklist] = Scope.allCases.flatMap { scope in tabs(of: scope).map { Worklist(scope: scope, tab: $0) } }

    private static func tabs(of scope: Scope) -> [Tab] {
        switch scope {
        case .own, .subordinate: [.firstReview, .secondReview, .reviewed, .reported, .returned, .failed]
        case .acceptance: [.acceptance, .accepted, .returned, .refused]
        case .archive: [.handled, .overseen]
        }
    }

    /// `own-first`: the list as it stands in an address.
    var name: String {
        let tab =
            switch tab {
            case .firstReview: "first"
            case .secondReview: "second"
            case .reviewed: "reviewed"
            case .reported: "reported"
            case .returned: "returned"
            case .failed: "failed"
            case .acceptance: ""
            case .accepted: "accepted"
            case .refused: "refused"
            case .handled: ""
            case .overseen: "all"
            }
        return tab.isEmpty ? scope.rawValue : "\(scope.rawValue)-\(tab)"
    }

    /// A list by its name, whole.
    init?(name: some StringProtocol) {
        guard let list = Worklist.all.first(where: { $0.name == name }) else { return nil }
        self = list
    }

    /// A list with its filter and order, as `reference` has it; nil for anything else.
    init?(reference: some StringProtocol) {
        let parts = reference.split(separator: "?", maxSplits: 1)
        guard let name = parts.first else { return nil }
        var values: [String: String] = [:]
        for pair in parts.count == 2 ? parts[1].split(separator: "&") : [] {
            let sides = pair.split(separator: "=", maxSplits: 1)
            if sides.count == 2, let value = Form.decode(Substring(sides[1])) { values[String(sides[0])] = value }
        }
        self.init(name: name, values: { values[$0] })
    }

    /// A list by its name, narrowed by what an address says.
    init?(name: some StringProtocol, values: (String) -> String?) {
        self.init(name: name)
        func text(_ key: String) -> String { (values(key) ?? "").cut(to: 50) }
        filter.text = text("q")
        filter.name = text("name")
        filter.unit = text("unit")
        filter.specialty = text("specialty")
        filter.year = Int(text("year")).flatMap { (1900...2199).contains($0) ? $0 : nil }
        filter.series = text("series")
        filter.level = text("level")
        filter.kind = text("kind")
        filter.acceptanceUnit = ID(text("office"))
        filter.person = ID(text("person"))
        filter.from = Day(text("from").halfWidth.trimmed)
        filter.until = Day(text("until").halfWidth.trimmed)
        filter.stage = scope == .archive ? Stage.Name(rawValue: text("stage")) : nil
        filter.holder = scope == .archive ? text("holder") : ""
        filter.concluded = scope == .archive ? ["1": true, "0": false][text("concluded")] : nil
        filter.correction = tab == .returned ? Filter.Correction(rawValue: text("correction")) : nil
        order = Order(rawValue: text("order")) ?? .time
    }

    /// What is wrong with a day that was typed into the filter; nil when both can be read.
    static func complaint(of values: (String) -> String?) -> FieldProblem? {
        let days = ["from", "until"].map { key in (key: key, typed: (values(key) ?? "").halfWidth.trimmed) }
        for (key, typed) in days where !typed.isEmpty && Day(typed) == nil {
            return FieldProblem(key, "查询条件中的日期“\(typed.cut(to: 20))”不是有效日期，请按 2026-01-31 的格式填写")
        }
        if let from = Day(days[0].typed), let until = Day(days[1].typed), until < from { return FieldProblem("until", "查询条件中的截止日期 \(until) 早于起始日期 \(from)") }
        return nil
    }

    /// What an address says of filter and order.
    var values: [(name: String, value: String?)] {
        if filter == Filter(), order == .time { return [] }
        func given(_ text: String) -> String? { text.trimmed.isEmpty ? nil : text }
        return [
            ("q", given(filter.text)), ("name", given(filter.name)), ("unit", given(filter.unit)), ("specialty", given(filter.specialty)),
            ("year", filter.year.map { String($0) }), ("series", given(filter.series)), ("level", given(filter.level)), ("kind", given(filter.kind)),
            ("office", filter.acceptanceUnit?.text), ("person", filter.person?.text), ("from", filter.from?.description), ("until", filter.until?.description),
            ("correction", filter.correction?.rawValue), ("stage", filter.stage?.rawValue), ("holder", given(filter.holder)),
            ("concluded", filter.concluded.map { $0 ? "1" : "0" }), ("order", order == .time ? nil : order.rawValue),
        ]
    }

    /// The list with filter and order as one text: `own-first?year=2026`.
    var reference: String { Path.with(values, name) }

    /// The menu's word for the list's page.
    var menuTitle: String {
        switch scope {
        case .own: "本单位人员审核"
        case .subordinate: "下级单位人员审核"
        case .acceptance: "受理审核"
        case .archive: "历年上报人员查询"
        }
    }

    var tabTitle: String {
        switch tab {
        case .firstReview: "初审"
        case .secondReview: "复审"
        case .reviewed: "我已初审"
        case .reported: "已上报"
        case .returned: scope == .acceptance ? "已要求补正" : "已退回"
        case .failed: "不通过"
        case .acceptance: "待受理"
        case .accepted: "已受理"
        case .refused: "不予受理"
        case .handled: "经办过的"
        case .overseen: "授权范围内全部"
        }
    }

    /// What the list's time is called.
    var timeTitle: String {
        switch tab {
        case .firstReview, .secondReview, .acceptance: "到达时间"
        case .reviewed: "初审时间"
        case .reported: "上报时间"
        case .returned: "退回时间"
        case .failed: "审核时间"
        case .accepted, .refused: "受理时间"
        case .handled, .overseen: "最近办理时间"
        }
    }
}

extension Worklist.Key {
    /// `n1763000000000-…id…` or `t张三-…id…`.
    var text: String {
        switch place {
        case .number(let number): "n\(number)-\(dossier)"
        case .text(let text): "t\(text)-\(dossier)"
        }
    }

    init?(_ text: some StringProtocol) {
        let rest = text.dropFirst()
        guard let kind = text.first, let dash = rest.lastIndex(of: "-"), let id = ID<Dossier>(String(rest[rest.index(after: dash)...])) else { return nil }
        let place = String(rest[..<dash])
        switch kind {
        case "n":
            guard let number = Int64(place) else { return nil }
            self.init(place: .number(number), dossier: id)
        case "t": self.init(place: .text(place), dossier: id)
        case _: return nil
        }
    }
}

extension Path {
    static func worklist(_ list: Worklist, after key: Worklist.Key? = nil) -> String { with(list.values + [("after", key?.text)], "/reviews/\(list.name)") }
    static func worklistPart(_ list: Worklist, _ part: String) -> String { "/reviews/\(list.name)/\(part)" }
    static func export(_ list: Worklist, as format: TableFormat) -> String { with(list.values + [("format", format.rawValue)], worklistPart(list, "export")) }

    /// What the address of a dossier ends with that is come to from a list.
    static func origin(_ list: Worklist) -> String { with([("list", list.reference)], "") }

    /// A dossier, come to from a list.
    static func dossier(_ id: ID<Dossier>, in list: Worklist, done: Done? = nil) -> String {
        with([("list", list.reference), ("done", done.map { "\($0.dossier)-\($0.number)" })], "/dossiers/\(id)")
    }
}

extension Worklist {
    /// What the list is narrowed to, in words, for a record that people read.
    func conditions(in reference: Reference, offices: [WorkUnit]) -> String {
        let told: [(String, String?)] = [
            ("查找", filter.text), ("姓名", filter.name), ("所在单位", filter.unit), ("申报专业", filter.specialty), ("年度", filter.year.map { String($0) }), ("系列", filter.series),
            ("级别", reference.name(filter.level, in: .titleLevels)), ("申报类型", reference.name(filter.kind, in: .applicationTypes)),
            ("评委会", filter.acceptanceUnit.map { id in offices.first { $0.id == id }?.name ?? "其他" }), ("证件号码", filter.person.map { _ in "指定的一人" }),
            ("\(timeTitle)自", filter.from?.description), ("\(timeTitle)至", filter.until?.description), ("状态", filter.stage?.title),
            ("材料当前所在机构", filter.holder), ("评审活动", filter.concluded.map { $0 ? "已办结" : "办理中" }),
        ]
        let given = told.compactMap { label, value in value.flatMap { $0.trimmed.isEmpty ? nil : "\(label) \($0)" } }
        return given.isEmpty ? "全部" : given.joined(separator: "；")
    }
}
