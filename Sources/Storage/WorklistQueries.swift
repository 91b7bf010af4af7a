import Domain

extension Connection {
    /// A page of the list, behind a key; or, `before` a key, the page that ends there, nearest first.
    public func worklist(
        _ list: Worklist, for member: StaffMember, after key: Worklist.Key? = nil, backwards: Bool = false, limit: Int = Worklist.pageSize, at now: Instant
    ) throws -> [Worklist.Entry] {
        let list = try readable(list, for: member, at: now)
        return try rows(worklistQuery(list, among: try fewNamed(by: list.filter), for: member, after: key, backwards: backwards, limit: limit, at: now)) {
            try self.entry(&$0, of: list)
        }
    }

    /// The entry of one dossier, if the list has it.
    public func worklistEntry(_ dossier: ID<Dossier>, in list: Worklist, for member: StaffMember, at now: Instant) throws -> Worklist.Entry? {
        let list = try readable(list, for: member, at: now)
        return try first(
            "SELECT \(columns(of: list, for: member)) FROM \(tables(of: list, for: member)) WHERE \(id(in: list)) = \(dossier) AND \(conditions(list, for: member, at: now))"
        ) { try self.entry(&$0, of: list) }
    }

    func worklistQuery(
        _ list: Worklist, among few: [ID<Dossier>]? = nil, for member: StaffMember, after key: Worklist.Key? = nil, backwards: Bool = false,
        limit: Int = Worklist.pageSize, at now: Instant
    ) -> SQL {
        let ((place, ascends), id) = (place(in: list), id(in: list))
        let forwards = ascends != backwards
        let beyond: SQL =
            key.flatMap { $0.fits(list.order) ? $0 : nil }.map { key in
                forwards ? "AND (\(place), \(id)) > (\(key.place), \(key.dossier))" : "AND (\(place), \(id)) < (\(key.place), \(key.dossier))"
            } ?? ""
        let order: SQL = forwards ? "\(place), \(id)" : "\(place) DESC, \(id) DESC"
        return """
            SELECT \(columns(of: list, for: member)) FROM \(tables(of: list, for: member))
            WHERE \(conditions(list, for: member, at: now)) \(self.among(few, id)) \(beyond) ORDER BY \(order) LIMIT \(limit)
            """
    }

    /// Nothing where any dossier may be meant.
    private func among(_ few: [ID<Dossier>]?, _ id: SQL) -> SQL {
        guard let few else { return "" }
        return few.isEmpty ? "AND 0 = 1" : "AND \(id) IN \(few)"
    }

    /// What a list is a list of: desks, or dossiers of plans.
    private func base(_ list: Worklist) -> SQL { list.tab == .overseen ? "dossiers d" : "desks k JOIN dossiers d ON d.id = k.dossier_id" }

    /// What is found sooner otherwise than in the list's order is counted so: what lies with applicants, what somebody has reviewed, and a
    /// plan's dossiers by plan; and of a unit's desks as a whole nothing but the desks is read.
    private func counted(_ list: Worklist, for member: StaffMember, at now: Instant) throws -> (from: SQL, condition: SQL) {
        // In the list's order, in which the newest are found first.
        let (place, ascends) = place(in: list)
        let ordered: SQL = list.order == .time || list.order == .timeReversed ? "ORDER BY \(place) \(ascends ? "" : "DESC" as SQL)" : ""
        guard member.opensDossiers else { return (base(list), conditions(list, for: member, at: now)) }
        let narrowed: SQL = "\(within(member)) \(matching(list, for: member, at: now))"
        let own: SQL = list.scope == .own ? "d.unit_id = \(member.unit)" : "d.unit_id <> \(member.unit)"
        switch list.tab {
        case .handled where list.filter == Worklist.Filter() && member.limits == .none: return ("desks k", "k.unit_id = \(member.unit)")
        case .overseen:
            return ("dossiers d", "d.edition > 0 AND d.stage <> 'draft' AND d.plan_id IN (SELECT vp.id FROM plans vp WHERE vp.authority_id = \(member.unit)) \(narrowed)")
        case .reviewed:
            // What he has reviewed waits at his unit; only whoever has a seat in more than one has to be asked for which of them.
            let desk: SQL = "SELECT 1 FROM desks k WHERE k.dossier_id = d.id AND k.unit_id = \(member.unit) AND k.waiting = 'secondReview'"
            let isHere: SQL = try count("SELECT COUNT(*) FROM staff WHERE person_id = \(member.person)") > 1 ? "AND EXISTS (\(desk))" : ""
            return ("dossiers d", "d.reviewed_by = \(member.person) AND \(own) \(isHere) \(narrowed)")
        case .returned where list.filter.correction == .open || list.filter.correction == .overdue:
            return ("dossiers d", "\(own) AND d.stage = \(list.scope == .acceptance ? Stage.Name.returnedForCorrection : .returned) \(narrowed)")
        case .firstReview, .secondReview, .reported, .returned, .failed, .acceptance, .accepted, .refused, .handled:
            return (base(list), "\(conditions(list, for: member, at: now)) \(ordered)")
        }
    }

    /// The dossier as the list's index has it.
    private func id(in list: Worklist) -> SQL { list.tab == .overseen ? "d.id" : "k.dossier_id" }

    private func tables(of list: Worklist, for member: StaffMember) -> SQL {
        """
        \(base(list)) JOIN persons n ON n.id = d.person_id JOIN plans p ON p.id = d.plan_id
            JOIN units au ON au.id = d.acceptance_unit_id LEFT JOIN titles t ON t.code = d.title_code
            LEFT JOIN stops h ON h.dossier_id = d.id AND h.position = d.stop AND d.stage IN ('firstReview', 'secondReview', 'returned', 'failed')
            LEFT JOIN units hu ON hu.id = COALESCE(h.handed_to, h.unit_id)
        """
    }

    private func columns(of list: Worklist, for member: StaffMember) -> SQL {
        let mine: SQL = "COALESCE(m.handed_to, m.unit_id) = \(member.unit)"
        let before: SQL = """
            SELECT fu.name FROM stops m JOIN stops f ON f.dossier_id = m.dossier_id AND f.position = m.position - 1 JOIN units fu ON fu.id = f.unit_id
            WHERE m.dossier_id = d.id AND \(mine)
            """
        // Where the unit stands at more than one stop, for itself and for another, the one at which the dossier is, otherwise its last.
        let sender: SQL =
            list.scope == .own
            ? "''"
            : """
            COALESCE((\(before) AND m.position = d.stop),
                (\(before) AND m.position = (SELECT MAX(m.position) FROM stops m WHERE m.dossier_id = d.id AND \(mine))),
                (SELECT fu.name FROM stops f JOIN units fu ON fu.id = f.unit_id WHERE f.dossier_id = d.id AND d.acceptance_unit_id = \(member.unit)
                    AND f.position = (SELECT MAX(l.position) FROM stops l WHERE l.dossier_id = d.id)), '')
            """
        return """
            d.id, d.person_name, n.id, n.id_number_sealed, d.unit_name, t.name, t.series, t.level_name, d.specialty, d.application_kind, p.name, d.year,
            au.name, \(sender), \(time(of: list)), d.stage, hu.name, d.deadline,
            CASE WHEN \(givenBack(by: member)) THEN 1 ELSE 0 END, CASE WHEN d.unit_id = \(member.unit) THEN 1 ELSE 0 END, d.version, \(place(in: list).0)
            """
    }

    private func entry(_ row: inout Row, of list: Worklist) throws -> Worklist.Entry {
        let id: ID<Dossier> = try row.id()
        return Worklist.Entry(
            dossier: id, applicantName: try row.text(), idNumber: try vault.idNumber(of: &row), unitName: try row.text(), title: try row.optionalText() ?? "",
            series: try row.optionalText() ?? "", levelName: try row.optionalText() ?? "", specialty: try row.text(), kind: try row.text(), planName: try row.text(),
            year: try row.integer(), acceptanceUnitName: try row.text(), senderName: try row.text(), at: try row.instant(), stage: try row.name(),
            stopUnitName: try row.optionalText() ?? "", deadline: try row.optionalInstant(), isBack: try row.bool(), isOfReader: try row.bool(), version: try row.integer(),
            key: Worklist.Key(place: try Worklist.Key.Place(row.value()), dossier: id))
    }

    /// The time that a list is of.
    private func time(of list: Worklist) -> SQL {
        switch list.tab {
        case .firstReview, .secondReview, .acceptance, .reviewed, .handled: "k.arrived_at"
        case .reported, .returned, .failed, .accepted, .refused: "k.acted_at"
        case .overseen: "d.arrived_at"
        }
    }

    /// What a list is ordered by, and whether that ascends.
    private func place(in list: Worklist) -> (SQL, ascends: Bool) {
        switch list.order {
        case .time: (time(of: list), list.waits)
        case .timeReversed: (time(of: list), !list.waits)
        case .name: ("d.person_name", true)
        case .unit: ("d.unit_name", true)
        case .title: ("COALESCE(t.name, '')", true)
        case .deadline: ("COALESCE(d.deadline, \(Int(Int64.max >> 10)))", true)
        }
    }

    private func conditions(_ list: Worklist, for member: StaffMember, at now: Instant) -> SQL {
        "\(on(list, of: member)) \(within(member)) \(matching(list, for: member, at: now))"
    }

    /// How many dossiers the list holds: all of it, or of what it is narrowed to at most one more than `most`.
    /// Of what was given back as a whole those count that are still with their applicants (D27), unless every row is asked for.
    public func worklistCount(_ list: Worklist, for member: StaffMember, most: Int = 1000, everyRow: Bool = false, at now: Instant) throws -> Int {
        if list.filter == Worklist.Filter(), !(everyRow && list.tab == .returned), let kept = try keptCount(list, for: member) { return kept }
        var list = list
        if list.tab == .returned, list.filter == Worklist.Filter(), !everyRow { list.filter.correction = .open }
        let (from, condition) = try counted(list, for: member, at: now)
        let titles: SQL = list.filter.text.trimmed.isEmpty ? "" : "LEFT JOIN titles t ON t.code = d.title_code"
        let among: SQL = try fewNamed(by: list.filter).map { $0.isEmpty ? "0 = 1 AND" : "d.id IN \($0) AND" } ?? ""
        return try count("SELECT COUNT(*) FROM (SELECT 1 FROM \(from) \(titles) WHERE \(among) \(condition) LIMIT \(most + 1)) found")
    }

    /// How much waits in a list as a whole, for this member.
    public func waitingCount(_ list: Worklist, for member: StaffMember, most: Int = 100_000) throws -> Int {
        if let kept = try keptCount(list, for: member) { return kept }
        return try count(
            "SELECT COUNT(*) FROM (SELECT 1 FROM desks k JOIN dossiers d ON d.id = k.dossier_id WHERE \(on(list, of: member)) \(within(member)) LIMIT \(most + 1)) found")
    }

    /// The count that is kept of a list as a whole; nil where it has to be counted.
    private func keptCount(_ list: Worklist, for member: StaffMember) throws -> Int? {
        guard member.opensDossiers else { return 0 }
        guard member.limits == .none, let kept = list.kept else { return nil }
        return try first("SELECT dossiers FROM list_counts WHERE unit_id = \(member.unit) AND own = \(list.scope == .own) AND list = \(kept)") { try $0.integer() } ?? 0
    }

    /// The next dossier of the list, for whoever has just dealt with one: the first behind it, otherwise the first of all, that he may himself act on.
    public func nextWaiting(_ list: Worklist, after key: Worklist.Key? = nil, for member: StaffMember, at now: Instant) throws -> ID<Dossier>? {
        for key in key == nil ? [nil] : [key, nil] {
            for entry in try worklist(list, for: member, after: key, limit: 20, at: now) {
                if try dossier(entry.dossier, for: .staff(member)).awaits(.staff(member)) { return entry.dossier }
            }
        }
        return nil
    }

    private func on(_ list: Worklist, of member: StaffMember) -> SQL {
        guard member.opensDossiers else { return "1 = 0" }
        // A unit has no desk for what was not submitted.
        if list.tab == .handled { return "k.unit_id = \(member.unit)" }
        if list.tab == .overseen { return "d.edition > 0 AND d.stage <> 'draft' AND EXISTS (SELECT 1 FROM plans vp WHERE vp.id = d.plan_id AND vp.authority_id = \(member.unit))" }
        let desk: SQL = "k.unit_id = \(member.unit) AND k.own = \(list.scope == .own)"
        // The acceptance unit's own returns are 补正, and stand in its own list.
        let accepting: SQL = list.scope == .acceptance ? "d.acceptance_unit_id = k.unit_id" : "d.acceptance_unit_id <> k.unit_id"
        switch list.tab {
        case .firstReview: return "\(desk) AND k.waiting = 'firstReview'"
        case .secondReview: return "\(desk) AND k.waiting = 'secondReview'"
        case .acceptance: return "\(desk) AND k.waiting = 'acceptance'"
        case .reviewed:
            return "\(desk) AND k.waiting = 'secondReview' AND d.reviewed_by = \(member.person)"
        case .reported: return "\(desk) AND k.acted = 'reported'"
        case .returned: return "\(desk) AND k.acted = 'returned' AND \(accepting)"
        case .failed: return "\(desk) AND k.acted = 'failed'"
        case .accepted: return "\(desk) AND k.acted = 'accepted'"
        case .refused: return "\(desk) AND k.acted = 'refused'"
        case .handled, .overseen: return "1 = 0"
        }
    }

    private func matching(_ list: Worklist, for member: StaffMember, at now: Instant) -> SQL {
        let filter = list.filter
        var all: [SQL] = []
        if !filter.text.trimmed.isEmpty {
            all.append("(\(contains(filter.text, in: "d.person_name")) OR \(contains(filter.text, in: "d.unit_name")) OR \(contains(filter.text, in: "t.name")))")
        }
        if !filter.name.trimmed.isEmpty { all.append(contains(filter.name, in: "d.person_name")) }
        if !filter.unit.trimmed.isEmpty { all.append(contains(filter.unit, in: "d.unit_name")) }
        if !filter.specialty.trimmed.isEmpty { all.append(contains(filter.specialty, in: "d.specialty")) }
        if let year = filter.year { all.append("d.year = \(year)") }
        // By codes, so that no engine begins with the titles.
        if !filter.series.isEmpty { all.append("d.title_code IN (SELECT ft.code FROM titles ft WHERE ft.series = \(filter.series))") }
        if !filter.level.isEmpty { all.append("d.title_code IN (SELECT ft.code FROM titles ft WHERE ft.level = \(filter.level))") }
        if !filter.kind.isEmpty { all.append("d.application_kind = \(filter.kind)") }
        if let unit = filter.acceptanceUnit { all.append("d.acceptance_unit_id = \(unit)") }
        if let person = filter.person { all.append("d.person_id = \(person)") }
        if let stage = filter.stage { all.append("d.stage = \(stage)") }
        if let concluded = filter.concluded { all.append("EXISTS (SELECT 1 FROM plans cp WHERE cp.id = d.plan_id AND cp.concluded = \(concluded))") }
        if !filter.holder.trimmed.isEmpty {
            all.append(
                """
                (d.stage IN ('firstReview', 'secondReview') AND EXISTS (SELECT 1 FROM stops os JOIN units ou ON ou.id = COALESCE(os.handed_to, os.unit_id)
                    WHERE os.dossier_id = d.id AND os.position = d.stop AND \(contains(filter.holder, in: "ou.name")))
                OR d.stage IN ('awaitingAcceptance', 'accepted') AND EXISTS (SELECT 1 FROM units ou WHERE ou.id = d.acceptance_unit_id AND \(contains(filter.holder, in: "ou.name"))))
                """)
        }
        if let from = filter.from { all.append("\(time(of: list)) >= \(Instant(from, hour: 0))") }
        if let until = filter.until { all.append("\(time(of: list)) < \(until.end)") }
        switch filter.correction {
        case .open: all.append(givenBack(by: member))
        case .overdue: all.append("d.deadline <= \(now) AND \(givenBack(by: member))")
        case .resubmitted: all.append("(d.returned_by IS NULL OR d.returned_by <> \(member.unit))")
        case nil: break
        }
        return SQL.joined(all.map { "AND \($0)" }, between: " ")
    }
}

extension Worklist {
    /// The list as it is counted by whatever changes a desk; nil where it is counted when asked for.
    fileprivate var kept: String? {
        switch tab {
        case .firstReview, .secondReview, .acceptance, .reported, .failed, .accepted, .refused: tab.rawValue
        case .returned: scope == .acceptance ? "corrections" : "returned"
        case .reviewed, .handled, .overseen: nil
        }
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

extension Worklist.Key.Place: Bindable {
    public var bound: Value {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .integer(number)
        }
    }

    fileprivate init(_ value: Value) throws {
        switch value {
        case .text(let text): self = .text(text)
        case .integer(let number): self = .number(number)
        case .null, .bytes: throw Row.Unreadable(description: "a list's place is neither text nor number")
        }
    }
}

extension Connection {
    /// How the engine would read a page of the list, line by line; for the test that no list scans.
    public func plan(of list: Worklist, for member: StaffMember, after key: Worklist.Key?, at now: Instant) throws -> [String] {
        try plan(of: worklistQuery(list, for: member, after: key, at: now))
    }

    /// The same of any query. PostgreSQL prefers to scan and sort small tables and is asked how it would do without.
    func plan(of query: SQL) throws -> [String] {
        switch engine {
        case .sqlite:
            return try rows("EXPLAIN QUERY PLAN \(query)") { row in
                _ = (row.value(), row.value(), row.value())
                return try row.text()
            }
        case .postgres:
            for setting in ["enable_seqscan", "enable_sort", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"] as [SQL] { try run("SET LOCAL \(setting) = off") }
            return try rows("EXPLAIN (COSTS OFF) \(query)") { try $0.text() }
        }
    }
}
