import Domain

/// Filters of a list that somebody has given a name.
public struct ListView: Sendable, Hashable {
    public let name: String
    /// The list with its filter and order, as addresses have it.
    public let reference: String

    /// So many anybody keeps of one list.
    public static let most = 12
}

extension Connection {
    public func views(of list: String, for staff: ID<StaffMember>) throws -> [ListView] {
        try rows("SELECT name, query FROM list_views WHERE staff_id = \(staff) AND list = \(list) ORDER BY name") {
            ListView(name: try $0.text(), reference: try $0.text())
        }
    }

    /// Gives a view its name; of the same name it takes the place.
    public func saveView(_ name: String, of list: String, as reference: String, for staff: ID<StaffMember>) throws {
        let others = try count("SELECT COUNT(*) FROM list_views WHERE staff_id = \(staff) AND list = \(list) AND name <> \(name)")
        guard others < ListView.most else { throw Problem.refused("每个列表最多保存 \(ListView.most) 个视图，请先删除不用的。") }
        try run(
            """
            INSERT INTO list_views (staff_id, list, name, query) VALUES (\(staff), \(list), \(name), \(reference))
            ON CONFLICT (staff_id, list, name) DO UPDATE SET query = excluded.query
            """)
    }

    public func deleteView(_ name: String, of list: String, for staff: ID<StaffMember>) throws {
        try run("DELETE FROM list_views WHERE staff_id = \(staff) AND list = \(list) AND name = \(name)")
    }

    /// The columns that somebody has chosen for a list; nil where he has chosen none.
    public func columns(of list: String, for staff: ID<StaffMember>) throws -> String? {
        try first("SELECT columns FROM list_columns WHERE staff_id = \(staff) AND list = \(list)") { try $0.text() }
    }

    /// nil: as they usually are.
    public func setColumns(_ columns: String?, of list: String, for staff: ID<StaffMember>) throws {
        guard let columns else {
            try run("DELETE FROM list_columns WHERE staff_id = \(staff) AND list = \(list)")
            return
        }
        try run(
            """
            INSERT INTO list_columns (staff_id, list, columns) VALUES (\(staff), \(list), \(columns))
            ON CONFLICT (staff_id, list) DO UPDATE SET columns = excluded.columns
            """)
    }

    /// Years of plans, newest first, and the units that accept under them.
    public func planYears() throws -> [Int] { try rows("SELECT DISTINCT year FROM plans ORDER BY year DESC LIMIT 20") { try $0.integer() } }

    public func acceptanceUnits() throws -> [WorkUnit] {
        try rows("SELECT \(WorkUnit.columns) FROM units u WHERE u.id IN (SELECT acceptance_unit_id FROM plans) ORDER BY u.name LIMIT 200", WorkUnit.init)
    }
}
