import Domain

extension Connection {
    /// How the engine would read a page of the list, line by line; for the test that no list scans.
    public func plan(of list: Worklist, for member: StaffMember, after key: Worklist.Key?, at now: Instant) throws -> [String] {
        try plan(of: WorklistSQL(list, for: member, at: now).page(after: key))
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
