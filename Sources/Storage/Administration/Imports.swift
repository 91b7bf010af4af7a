import Domain

/// A sheet that was uploaded: its rows as they were typed, and what became of those that were taken over.
public struct ImportedSheet: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable { case units, staff }

    public struct Row: Sendable, Hashable, Codable {
        /// As the spreadsheet counts it.
        public let number: Int
        public let values: [String: String]

        public init(number: Int, values: [String: String]) {
            self.number = number
            self.values = values
        }
    }

    public let id: ID<ImportedSheet>
    public let kind: Kind
    public let name: String
    public let rows: [Row]
    /// By row: empty where it was taken over, otherwise why it was not.
    public let outcomes: [Int: String]

    /// Rows of one sheet, at most.
    public static let mostRows = 500
    /// Seconds for which it is kept.
    public static let lifetime: Int64 = 86_400
}

extension Connection {
    /// Keeps what a sheet says until it is taken over.
    public func keep(_ rows: [ImportedSheet.Row], _ kind: ImportedSheet.Kind, named name: String, by member: StaffMember, at now: Instant) throws -> ID<ImportedSheet> {
        let id: ID<ImportedSheet> = newID()
        let body = try vault.seal(try JSON.text(rows), for: Self.place(of: id))
        try run(
            """
            INSERT INTO imports (id, kind, unit_id, person_id, name, body, outcomes, created_at)
            VALUES (\(id), \(kind.rawValue), \(member.unit), \(member.person), \(name), \(body), '{}', \(now))
            """)
        return id
    }

    /// A sheet that this member has uploaded for his unit; nobody else's is there for him.
    public func importedSheet(_ id: ID<ImportedSheet>, _ kind: ImportedSheet.Kind, of member: StaffMember) throws -> ImportedSheet {
        let found = try first(
            "SELECT name, body, outcomes FROM imports WHERE id = \(id) AND kind = \(kind.rawValue) AND unit_id = \(member.unit) AND person_id = \(member.person)"
        ) { row in
            let (name, body) = (try row.text(), try vault.open(try row.text(), for: Self.place(of: id)))
            let outcomes: [Int: String] = try JSON.value(try row.text())
            return ImportedSheet(id: id, kind: kind, name: name, rows: try JSON.value(body), outcomes: outcomes)
        }
        guard let found else { throw Problem.notFound }
        return found
    }

    /// Notes what became of rows.
    public func note(_ outcomes: [Int: String], of id: ID<ImportedSheet>) throws {
        let old: [Int: String] = try first("SELECT outcomes FROM imports WHERE id = \(id)") { try JSON.value(try $0.text()) } ?? [:]
        // What was taken over once stays so, whatever a second try says.
        try run("UPDATE imports SET outcomes = \(try JSON.text(outcomes.merging(old) { new, old in old.isEmpty ? old : new })) WHERE id = \(id)")
    }

    public func sweepImports(at now: Instant) throws {
        try run("DELETE FROM imports WHERE created_at < \(now.adding(seconds: -ImportedSheet.lifetime))")
    }

    private static func place(of id: ID<ImportedSheet>) -> String { "imports/\(id)" }
}
