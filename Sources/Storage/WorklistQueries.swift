import Domain

extension Connection {
    /// A page of the list behind a key; `backwards`, the page that ends at it, nearest first. `details`: what entries tell besides, each of
    /// which is looked for in another table.
    public func worklist(
        _ list: Worklist, for member: StaffMember, after key: Worklist.Key? = nil, backwards: Bool = false, limit: Int = Worklist.pageSize,
        telling details: Set<Worklist.Detail> = [], at now: Instant
    ) throws -> [Worklist.Entry] {
        let list = try readable(list, for: member, at: now)
        let query = WorklistSQL(list, for: member, telling: details, at: now)
        return try rows(query.page(among: try fewMeant(by: list), after: key, backwards: backwards, limit: limit)) { try self.entry(&$0, telling: details) }
    }

    /// A page of the list behind a key, and how many dossiers its filter finds.
    public func worklistPage(
        _ list: Worklist, for member: StaffMember, after key: Worklist.Key?, telling details: Set<Worklist.Detail>, at now: Instant
    ) throws -> Worklist.Page {
        let list = try readable(list, for: member, at: now)
        let (query, few) = (WorklistSQL(list, for: member, telling: details, at: now), try fewMeant(by: list))
        var entries = try rows(query.page(among: few, after: key, limit: Worklist.pageSize + 1)) { try self.entry(&$0, telling: details) }
        let hasMore = entries.count > Worklist.pageSize
        if hasMore { entries.removeLast() }
        let found: Worklist.Page.Found? =
            if list.filter == Worklist.Filter() {
                nil
            } else if key == nil, !hasMore {
                .exactly(entries.count)
            } else if few == nil, list.filter.isOfText, try worklistCount(list.whole, for: member, most: mostSorted, everyRow: true, at: now) > mostSorted {
                // To count them, most of the list would have to be read.
                .atLeast(Worklist.pageSize)
            } else {
                .exactly(try count(query.count(among: few, most: 1000, seats: seats(list, of: member))))
            }
        return Worklist.Page(list: list, entries: entries, hasMore: hasMore, found: found)
    }

    /// The entry of one dossier, if the list has it.
    public func worklistEntry(_ dossier: ID<Dossier>, in list: Worklist, for member: StaffMember, at now: Instant) throws -> Worklist.Entry? {
        try first(WorklistSQL(try readable(list, for: member, at: now), for: member, at: now).row(of: dossier)) { try self.entry(&$0, telling: []) }
    }

    private func entry(_ row: inout Row, telling details: Set<Worklist.Detail>) throws -> Worklist.Entry {
        let id: ID<Dossier> = try row.id()
        return Worklist.Entry(
            dossier: id, applicantName: try row.text(), idNumber: details.contains(.number) ? try vault.idNumber(of: &row) : nil, unitName: try row.text(),
            titleCode: try row.optionalText() ?? "", specialty: try row.text(), kind: try row.text(), planName: try row.text(), year: try row.integer(),
            acceptanceUnitName: try row.text(), senderName: try row.text(), at: try row.instant(), stage: try row.name(), placeName: try row.optionalText() ?? "",
            deadline: try row.optionalInstant(), isBack: try row.bool(), isOfReader: try row.bool(), version: try row.integer(),
            key: Worklist.Key(place: try Worklist.Key.Place(row.value()), dossier: id))
    }

    /// How many dossiers the list holds: all of it, or of what it is narrowed to at most one more than `most`.
    /// Of what was given back as a whole those count that are still with their applicants (D27), unless every row is asked for.
    public func worklistCount(_ list: Worklist, for member: StaffMember, most: Int = 1000, everyRow: Bool = false, at now: Instant) throws -> Int {
        if list.filter == Worklist.Filter(), !(everyRow && list.tab == .returned), let kept = try keptCount(list, for: member) { return kept }
        var list = list
        if list.tab == .returned, list.filter == Worklist.Filter(), !everyRow { list.filter.correction = .open }
        return try count(WorklistSQL(list, for: member, at: now).count(among: try fewMeant(by: list), most: most, seats: seats(list, of: member)))
    }

    /// Of the member's person, in whatever unit; asked for where it matters.
    private func seats(_ list: Worklist, of member: StaffMember) throws -> Int {
        list.tab == .reviewed ? try count("SELECT COUNT(*) FROM staff WHERE person_id = \(member.person)") : 1
    }

    /// How much waits in a list as a whole, for this member.
    public func waitingCount(_ list: Worklist, for member: StaffMember, most: Int = 100_000) throws -> Int {
        // As a whole it asks for no time.
        try keptCount(list, for: member) ?? count(WorklistSQL(list.whole, for: member, at: Instant(milliseconds: 0)).waiting(most: most))
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
