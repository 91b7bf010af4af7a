import Domain

/// A unit's post table of a year, with who saved it.
public struct SavedPostTable: Sendable, Hashable {
    public let table: PostTable
    public let savedBy: String
    public let savedAt: Instant
}

extension Connection {
    /// The table of a unit and year as last saved (D5); nil before the first.
    public func postTable(of unit: ID<WorkUnit>, year: Int) throws -> SavedPostTable? {
        try first(
            """
            SELECT t.number, t.body, t.saved_by_name, t.saved_at, t.file_id, t.name, f.digest, f.kind, f.bytes, f.pages
            FROM post_tables t JOIN files f ON f.digest = t.digest WHERE t.unit_id = \(unit) AND t.year = \(year) ORDER BY t.number DESC LIMIT 1
            """
        ) { row in
            let (number, values): (Int, [String: String]) = (try row.integer(), try JSON.value(try row.text()))
            let (name, at) = (try row.text(), try row.instant())
            return SavedPostTable(table: PostTable(year: year, number: number, values: values, file: try Attachment(&row)), savedBy: name, savedAt: at)
        }
    }

    /// Saves the next version of a unit's table over the one its author saw (0: none); returns it.
    public func savePostTable(
        year: Int, values: [String: String], file: Attachment, over seen: Int, by member: StaffMember, at now: Instant
    ) throws -> PostTable {
        let last = try postTable(of: member.unit, year: year)
        if let last, last.table.file.id == file.id, last.table.values == values { return last.table }
        guard (last?.table.number ?? 0) == seen else {
            throw Problem.changedMeanwhile(.init(by: last?.savedBy ?? "", at: last?.savedAt ?? now, what: "保存岗位情况表"))
        }
        let table = PostTable(year: year, number: seen + 1, values: values, file: file)
        try remember(file, at: now)
        let body = try JSON.text(table.values)
        let chain = Chain.postTables(of: member.unit, year: year)
        let link = try extend(
            chain, with: [body.bound, file.id.bound, file.name.bound, file.digest.bound, member.person.bound, member.name.bound, now.bound])
        guard link.head.number == table.number else { throw Row.Unreadable(description: "\(chain.name) does not end where its rows do") }
        try run(
            """
            INSERT INTO post_tables (unit_id, year, number, body, file_id, name, digest, saved_by, saved_by_name, saved_at, algorithm, salt, hash)
            VALUES (\(member.unit), \(year), \(table.number), \(body), \(file.id), \(file.name), \(file.digest),
                \(member.person), \(member.name), \(now), \(chain.form.algorithm), \(hex(link.salt)), \(hex(link.head.hash)))
            """)
        return table
    }

    /// The years for which a unit has saved a table, latest first.
    public func postTableYears(of unit: ID<WorkUnit>) throws -> [Int] {
        try rows("SELECT DISTINCT year FROM post_tables WHERE unit_id = \(unit) ORDER BY year DESC") { try $0.integer() }
    }
}
