import Domain

extension Connection {
    /// Lets a dossier be found by its names from now on.
    func insertWords(name: String, unit: String) throws {
        try run("INSERT INTO list_words (kind, word) VALUES ('name', \(name)) ON CONFLICT (kind, word) DO NOTHING")
        try run("INSERT INTO list_words (kind, word) VALUES ('unit', \(unit)) ON CONFLICT (kind, word) DO NOTHING")
    }

    /// Dossiers that are few enough to be looked for in a list one by one.
    private var few: Int { 2000 }

    /// The dossiers that the words of a filter name, of whatever list, where they are few; nil where they are many or nothing was typed, and
    /// the list is gone through instead.
    func fewNamed(by filter: Worklist.Filter) throws -> [ID<Dossier>]? {
        for (text, columns) in [(filter.text, ["name", "unit"]), (filter.name, ["name"]), (filter.unit, ["unit"])] as [(String, [String])] where !text.trimmed.isEmpty {
            if columns.count == 2, try count("SELECT COUNT(*) FROM (SELECT 1 FROM titles t WHERE \(contains(text, in: "t.name")) LIMIT 1) x") == 1 { continue }
            var found: Set<ID<Dossier>> = []
            for column in columns {
                let words: SQL = "SELECT w.word FROM list_words w WHERE w.kind = \(column) AND \(contains(text, in: "w.word"))"
                let named: SQL = column == "name" ? "d.person_name" : "d.unit_name"
                found.formUnion(try rows("SELECT d.id FROM dossiers d WHERE \(named) IN (\(words)) LIMIT \(few + 1)") { try $0.id() as ID<Dossier> })
            }
            if found.count <= few { return found.sorted { $0.text < $1.text } }
        }
        return nil
    }

    /// Dossiers of a list that are put into an order which no index has, at most.
    private var mostSorted: Int { 5000 }

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
