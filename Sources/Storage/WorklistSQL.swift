import Domain

/// A list as it is asked of the database: the parts of its queries.
struct WorklistSQL {
    let list: Worklist
    let member: StaffMember
    let now: Instant
    /// What a row tells besides what its dossier has itself.
    let details: Set<Worklist.Detail>

    init(_ list: Worklist, for member: StaffMember, telling details: Set<Worklist.Detail> = [], at now: Instant) {
        (self.list, self.member, self.now, self.details) = (list, member, now, details)
    }

    /// A page of the list behind a key; `few`: the only dossiers that may be meant.
    func page(among few: [ID<Dossier>]? = nil, after key: Worklist.Key? = nil, backwards: Bool = false, limit: Int = Worklist.pageSize) -> SQL {
        let forwards = ascends != backwards
        let beyond: SQL =
            key.flatMap { $0.fits(list.order) ? $0 : nil }.map { key in
                forwards ? "AND (\(place), \(id)) > (\(key.place), \(key.dossier))" : "AND (\(place), \(id)) < (\(key.place), \(key.dossier))"
            } ?? ""
        let order: SQL = forwards ? "\(place), \(id)" : "\(place) DESC, \(id) DESC"
        return "SELECT \(columns) FROM \(tables(of: few)) WHERE \(conditions(among: few)) \(beyond) ORDER BY \(order) LIMIT \(limit)"
    }

    /// The row of one dossier, if the list has it.
    func row(of dossier: ID<Dossier>) -> SQL { "SELECT \(columns) FROM \(tables(of: [dossier])) WHERE \(conditions(among: [dossier]))" }

    /// How many dossiers there are, at most one more than `most`. `seats`: of the member's person, in whatever unit.
    func count(among few: [ID<Dossier>]?, most: Int, seats: Int) -> SQL {
        let (from, condition) = few == nil ? counted(seats: seats) : (base(of: few), conditions(among: few))
        let titles: SQL = list.filter.text.trimmed.isEmpty ? "" : title
        return "SELECT COUNT(*) FROM (SELECT 1 FROM \(from) \(titles) WHERE \(condition) LIMIT \(most + 1)) found"
    }

    /// How many wait in the list as a whole.
    func waiting(most: Int) -> SQL {
        "SELECT COUNT(*) FROM (SELECT 1 FROM desks k LEFT JOIN dossiers d ON d.id = k.dossier_id WHERE \(membership) \(within(member)) LIMIT \(most + 1)) found"
    }

    /// What is found sooner otherwise than in the list's order is counted so: what lies with applicants, and what somebody has reviewed.
    private func counted(seats: Int) -> (from: SQL, condition: SQL) {
        guard member.opensDossiers else { return (base(), conditions()) }
        // In the list's order, in which the newest are found first.
        let ordered: SQL = list.order == .time || list.order == .timeReversed ? "ORDER BY \(place) \(ascends ? "" : "DESC" as SQL)" : ""
        let narrowed: SQL = "\(within(member)) \(narrowing(on: "d"))"
        let own: SQL = list.scope == .own ? "d.unit_id = \(member.unit)" : "d.unit_id <> \(member.unit)"
        // The list's time is a desk's.
        let isTimed = list.filter.from != nil || list.filter.until != nil
        switch list.tab {
        case .reviewed where !isTimed:
            // What he has reviewed waits at his unit; only whoever has a seat in more than one has to be asked for which of them.
            let desk: SQL = "SELECT 1 FROM desks k WHERE k.dossier_id = d.id AND k.unit_id = \(member.unit) AND k.waiting = 'secondReview'"
            let isHere: SQL = seats > 1 ? "AND EXISTS (\(desk))" : ""
            return ("dossiers d", "d.reviewed_by = \(member.person) AND \(own) \(isHere) \(narrowed)")
        case .returned where !isTimed && (list.filter.correction == .open || list.filter.correction == .overdue):
            return ("dossiers d", "\(own) AND d.stage = \(list.scope == .acceptance ? Stage.Name.returnedForCorrection : .returned) \(narrowed)")
        case .firstReview, .secondReview, .reviewed, .reported, .returned, .failed, .acceptance, .accepted, .refused, .handled, .overseen:
            // A left join is left out by both engines where nothing is asked of the dossier.
            return (list.tab == .overseen ? base() : "desks k LEFT JOIN dossiers d ON d.id = k.dossier_id", "\(conditions()) \(ordered)")
        }
    }

    /// What a list is a list of: desks, or dossiers of plans. `few`, if they are given, are read first, which nothing that is asked of them can
    /// change: the limit keeps both engines from taking the subquery apart, and a cross join SQLite from changing the order.
    private func base(of few: [ID<Dossier>]? = nil) -> SQL {
        guard let few, let last = few.last else { return list.tab == .overseen ? "dossiers d" : "desks k JOIN dossiers d ON d.id = k.dossier_id" }
        // As many places as a power of two: each number of them is a statement of its own, and those stay prepared.
        let places = few + Array(repeating: last, count: few.count.powerOfTwo - few.count)
        let dossiers: SQL = "(SELECT * FROM dossiers one WHERE one.id IN \(places) LIMIT \(places.count)) d"
        return list.tab == .overseen ? dossiers : "\(dossiers) CROSS JOIN desks k"
    }

    /// The dossier as the list's index has it.
    private var id: SQL { list.tab == .overseen ? "d.id" : "k.dossier_id" }

    /// What a row tells lies in tables of its own, and so does the name of a title that is looked for or ordered by.
    private func tables(of few: [ID<Dossier>]?) -> SQL {
        func table(_ detail: Worklist.Detail, _ join: SQL) -> SQL { details.contains(detail) ? join : "" }
        let (number, plan): (SQL, SQL) = (table(.number, "JOIN persons n ON n.id = d.person_id"), table(.plan, "JOIN plans p ON p.id = d.plan_id"))
        let (office, place): (SQL, SQL) = (table(.office, "JOIN units au ON au.id = d.acceptance_unit_id"), table(.place, "LEFT JOIN units hu ON hu.id = d.place_id"))
        return "\(base(of: few)) \(number) \(plan) \(office) \(place) \(title)"
    }

    private var title: SQL { !list.filter.text.trimmed.isEmpty || list.order == .title ? "LEFT JOIN titles t ON t.code = d.title_code" : "" }

    /// What `Connection.entry` reads.
    private var columns: SQL {
        func told(_ detail: Worklist.Detail, _ column: SQL) -> SQL { details.contains(detail) ? column : "''" }
        return """
            d.id, d.person_name, \(details.contains(.number) ? "n.id, n.id_number_sealed," : "" as SQL) d.unit_name, d.title_code, d.specialty, d.application_kind,
            \(told(.plan, "p.name")), d.year, \(told(.office, "au.name")), \(told(.sender, sender)), \(time), d.stage, \(told(.place, "hu.name")), d.deadline,
            CASE WHEN \(givenBack(by: member)) THEN 1 ELSE 0 END, CASE WHEN d.unit_id = \(member.unit) THEN 1 ELSE 0 END, d.version, \(place)
            """
    }

    /// The name of the unit before the reader's on the chain. Where that stands at more than one stop, for itself and for another, it is the one
    /// at which the dossier is, otherwise the last.
    private var sender: SQL {
        if list.scope == .own { return "''" }
        let mine: SQL = "COALESCE(m.handed_to, m.unit_id) = \(member.unit)"
        let before: SQL = """
            SELECT fu.name FROM stops m JOIN stops f ON f.dossier_id = m.dossier_id AND f.position = m.position - 1 JOIN units fu ON fu.id = f.unit_id
            WHERE m.dossier_id = d.id AND \(mine)
            """
        return """
            COALESCE((\(before) AND m.position = d.stop),
                (\(before) AND m.position = (SELECT MAX(m.position) FROM stops m WHERE m.dossier_id = d.id AND \(mine))),
                (SELECT fu.name FROM stops f JOIN units fu ON fu.id = f.unit_id WHERE f.dossier_id = d.id AND d.acceptance_unit_id = \(member.unit)
                    AND f.position = (SELECT MAX(l.position) FROM stops l WHERE l.dossier_id = d.id)), '')
            """
    }

    /// The time that the list is of.
    private var time: SQL {
        switch list.tab {
        case .firstReview, .secondReview, .acceptance, .reviewed, .handled: "k.arrived_at"
        case .reported, .returned, .failed, .accepted, .refused: "k.acted_at"
        case .overseen: "d.arrived_at"
        }
    }

    /// What the list is ordered by.
    private var place: SQL {
        switch list.order {
        case .time, .timeReversed: time
        case .name: "d.person_name"
        case .unit: "d.unit_name"
        case .title: "COALESCE(t.name, '')"
        case .deadline: "COALESCE(d.deadline, \(Int(Int64.max >> 10)))"
        }
    }

    private var ascends: Bool {
        switch list.order {
        case .time: list.waits
        case .timeReversed: !list.waits
        case .name, .unit, .title, .deadline: true
        }
    }

    /// What is in the list, of `few` dossiers if they are given.
    private func conditions(among few: [ID<Dossier>]? = nil) -> SQL {
        if few?.isEmpty == true { return "0 = 1" }
        let desk: SQL = few == nil || list.tab == .overseen ? "" : "k.dossier_id = d.id AND"
        return "\(desk) \(membership) \(within(member)) \(narrowing(on: list.tab == .overseen ? "d" : "k"))"
    }

    private var isSubmitted: SQL { "d.edition > 0 AND d.stage <> 'draft'" }

    /// What is in the list as a whole.
    private var membership: SQL {
        guard member.opensDossiers else { return "1 = 0" }
        // A unit has no desk for what was not submitted.
        if list.tab == .handled { return "k.unit_id = \(member.unit)" }
        if list.tab == .overseen { return "d.authority_id = \(member.unit) AND \(isSubmitted)" }
        // An index of some rows serves SQLite only where its own condition is said as well.
        let waits: SQL = "k.unit_id = \(member.unit) AND k.own = \(list.scope == .own) AND k.waiting <> 'nothing'"
        let acted: SQL = "k.unit_id = \(member.unit) AND k.own = \(list.scope == .own) AND k.acted <> 'nothing'"
        // The acceptance unit's own returns are 补正, and stand in its own list.
        let accepting: SQL = list.scope == .acceptance ? "d.acceptance_unit_id = k.unit_id" : "d.acceptance_unit_id <> k.unit_id"
        switch list.tab {
        case .firstReview: return "\(waits) AND k.waiting = 'firstReview'"
        case .secondReview: return "\(waits) AND k.waiting = 'secondReview'"
        case .acceptance: return "\(waits) AND k.waiting = 'acceptance'"
        case .reviewed: return "\(waits) AND k.waiting = 'secondReview' AND d.reviewed_by = \(member.person)"
        case .reported: return "\(acted) AND k.acted = 'reported'"
        case .returned: return "\(acted) AND k.acted = 'returned' AND \(accepting)"
        case .failed: return "\(acted) AND k.acted = 'failed'"
        case .accepted: return "\(acted) AND k.acted = 'accepted'"
        case .refused: return "\(acted) AND k.acted = 'refused'"
        case .handled, .overseen: return "1 = 0"
        }
    }

    /// When the first or the last dossier came of all years in which a plan is concluded, or is not.
    private func edge(_ which: SQL, of concluded: Bool) -> SQL {
        """
        (SELECT \(which)((SELECT \(which)(l.arrived_at) FROM dossiers l
            WHERE l.authority_id = \(member.unit) AND l.year = ly.year AND l.edition > 0 AND l.stage <> 'draft'))
            FROM plans ly WHERE ly.authority_id = \(member.unit) AND ly.concluded = \(concluded))
        """
    }

    /// What the filter says, each condition with its AND. `row`: d, or k where there are desks, whose index then tells year, title, kind and 评委会.
    private func narrowing(on row: SQL) -> SQL {
        let filter = list.filter
        var all: [SQL] = []
        if !filter.text.trimmed.isEmpty {
            all.append("(\(contains(filter.text, in: "d.person_name")) OR \(contains(filter.text, in: "d.unit_name")) OR \(contains(filter.text, in: "t.name")))")
        }
        if !filter.name.trimmed.isEmpty { all.append(contains(filter.name, in: "d.person_name")) }
        if !filter.unit.trimmed.isEmpty { all.append(contains(filter.unit, in: "d.unit_name")) }
        if !filter.specialty.trimmed.isEmpty { all.append(contains(filter.specialty, in: "d.specialty")) }
        if let year = filter.year { all.append("\(row).year = \(year)") }
        // By codes, so that no engine begins with the titles.
        if !filter.series.isEmpty { all.append("\(row).title_code IN (SELECT ft.code FROM titles ft WHERE ft.series = \(filter.series))") }
        if !filter.level.isEmpty { all.append("\(row).title_code IN (SELECT ft.code FROM titles ft WHERE ft.level = \(filter.level))") }
        if !filter.kind.isEmpty { all.append("\(row).application_kind = \(filter.kind)") }
        if let unit = filter.acceptanceUnit { all.append("\(row).acceptance_unit_id = \(unit)") }
        if let person = filter.person { all.append("d.person_id = \(person)") }
        if let stage = filter.stage { all.append("\(row).stage = \(stage)") }
        if let concluded = filter.concluded {
            all.append("d.plan_id IN (SELECT cp.id FROM plans cp WHERE cp.concluded = \(concluded))")
            // The index tells years, and what is concluded came no later than the last of its year, what is not no earlier than the first.
            all.append("\(row).year IN (SELECT cy.year FROM plans cy WHERE cy.concluded = \(concluded))")
            if list.tab == .overseen { all.append(concluded ? "d.arrived_at <= \(edge("MAX", of: true))" : "d.arrived_at >= \(edge("MIN", of: false))") }
        }
        if !filter.holder.trimmed.isEmpty {
            all.append("\(isHeld) AND d.place_id IN (SELECT ou.id FROM units ou WHERE \(contains(filter.holder, in: "ou.name")))")
        }
        if let from = filter.from { all.append("\(time) >= \(Instant(from, hour: 0))") }
        if let until = filter.until { all.append("\(time) < \(until.end)") }
        switch filter.correction {
        case .open: all.append(givenBack(by: member))
        case .overdue: all.append("d.deadline <= \(now) AND \(givenBack(by: member))")
        case .resubmitted: all.append("(d.returned_by IS NULL OR d.returned_by <> \(member.unit))")
        case nil: break
        }
        return SQL.joined(all.map { "AND \($0)" }, between: " ")
    }
}

extension Worklist.Key {
    /// Whether its place is one of that order: text among texts, a number among times.
    fileprivate func fits(_ order: Worklist.Order) -> Bool {
        switch (order, place) {
        case (.name, .text), (.unit, .text), (.title, .text), (.time, .number), (.timeReversed, .number), (.deadline, .number): true
        case (.name, .number), (.unit, .number), (.title, .number), (.time, .text), (.timeReversed, .text), (.deadline, .text): false
        }
    }
}

extension Int {
    /// The least power of two that is no less.
    fileprivate var powerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
