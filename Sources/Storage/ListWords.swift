import Domain

extension Connection {
    /// Lets a dossier be found by its names from now on.
    func insertWords(name: String, unit: String) throws {
        for (kind, word) in [("name", name), ("unit", unit)] {
            guard try run("INSERT INTO list_words (kind, word) VALUES (\(kind), \(word)) ON CONFLICT (kind, word) DO NOTHING") == 1 else { continue }
            try run(
                all: word.parts.map { "INSERT INTO word_parts (kind, part, word) VALUES (\(kind), LOWER(\($0)), \(word)) ON CONFLICT (kind, part, word) DO NOTHING" })
        }
    }

    /// Dossiers that are few enough to be looked for in a list one by one.
    private var few: Int { 2000 }

    /// The dossiers that a part of the list's filter alone leaves, of whatever list, where they are few; nil where each part leaves many, and
    /// the list is gone through instead.
    func fewMeant(by list: Worklist) throws -> [ID<Dossier>]? {
        let filter = list.filter
        if let text = filter.text.nonEmpty, try count("SELECT COUNT(*) FROM (SELECT 1 FROM titles t WHERE \(contains(text, in: "t.name")) LIMIT 1) x") == 0 {
            let found = try named(text, "name") + named(text, "unit")
            if found.count <= few { return Set(found).sorted { $0.text < $1.text } }
        }
        if let name = filter.name.nonEmpty, case let found = try named(name, "name"), found.count <= few { return found }
        if let unit = filter.unit.nonEmpty, case let found = try named(unit, "unit"), found.count <= few { return found }
        // Other lists are short, or have these in their index.
        guard list.scope == .archive else { return nil }
        if let holder = filter.holder.nonEmpty,
            case let found = try some(of: "units u", with: "d.place_id = u.id", where: "\(contains(holder, in: "u.name")) AND \(isHeld)"), found.count <= few
        {
            return found
        }
        if !filter.series.isEmpty,
            case let found = try some(of: "titles t", with: "d.title_code = t.code", where: "t.series = \(filter.series)"), found.count <= few
        {
            return found
        }
        return nil
    }

    /// Dossiers whose applicant or unit has a name with this text in it.
    private func named(_ text: String, _ kind: String) throws -> [ID<Dossier>] {
        let word: SQL = kind == "name" ? "d.person_name" : "d.unit_name"
        let beginning = String(String.UnicodeScalarView(text.lowercased().unicodeScalars.prefix(2)))
        return try some(of: "word_parts w", with: "\(word) = w.word", where: "w.kind = \(kind) AND w.part = \(beginning) AND \(contains(text, in: "w.word"))")
    }

    /// The dossiers that go with rows of another table, at most one more than few.
    private func some(of table: SQL, with link: SQL, where condition: SQL) throws -> [ID<Dossier>] {
        // A cross join, since SQLite takes its tables in the order in which they are said.
        try rows("SELECT d.id FROM \(table) CROSS JOIN dossiers d WHERE \(condition) AND \(link) LIMIT \(few + 1)") { try $0.id() }
    }

    /// Dossiers of a list that are put into an order which no index has, at most.
    var mostSorted: Int { 5000 }

    /// The list in an order in which it can be read: one that is too long to be sorted stays in the order of its time.
    public func readable(_ list: Worklist, for member: StaffMember, at now: Instant) throws -> Worklist {
        switch list.order {
        case .time, .timeReversed: return list
        case .name, .unit, .title, .deadline:
            if try worklistCount(list.whole, for: member, most: mostSorted, everyRow: true, at: now) <= mostSorted { return list }
            var inTime = list
            inTime.order = .time
            if list.filter == Worklist.Filter() { return inTime }
            return try worklistCount(list, for: member, most: mostSorted, at: now) <= mostSorted ? list : inTime
        }
    }
}

extension String {
    /// Its characters, and every two neighbouring ones.
    fileprivate var parts: [String] {
        let singles = unicodeScalars.map { String(String.UnicodeScalarView([$0])) }
        return singles + zip(singles, singles.dropFirst()).map { $0 + $1 }
    }

    /// What was typed; nil where that is nothing.
    fileprivate var nonEmpty: String? {
        let text = trimmed
        return text.isEmpty ? nil : text
    }
}

/// Of dossiers that wait at the unit where they are, in the words of their index.
let isHeld: SQL = "d.stage IN ('firstReview', 'secondReview', 'awaitingAcceptance', 'accepted')"
