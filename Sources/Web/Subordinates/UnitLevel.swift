import Domain
import Hummingbird
import Storage

/// Which of the units below the reader's a page lists, as its address says: those of one level of the tree, or what a search finds among all of them.
struct UnitLevel: Sendable {
    let own: WorkUnit
    let search: String
    let asked: ID<WorkUnit>
    let key: Subordinate.Key?

    init(_ request: Request, below own: WorkUnit) {
        let query = request.uri.queryParameters
        self.own = own
        search = String(query["q"]?.prefix(50) ?? "")
        asked = query["unit"].flatMap { ID<WorkUnit>(String($0)) } ?? own.id
        key = query["after"].flatMap { Subordinate.Key(String($0)) }
    }

    /// From the own unit to the one whose subordinates are listed; any other is none.
    func path(_ connection: any Storage.Connection) throws -> [WorkUnit] {
        let path = try connection.path(from: asked).reversed().drop { $0.id != own.id }
        guard !path.isEmpty else { throw Problem.notFound }
        return Array(path)
    }

    /// One page, and whether there is more; `level` and `found` read one more than stands on it.
    func page<Unit>(
        level: (ID<WorkUnit>, Subordinate.Key?, Int) throws -> [Unit], found: (ID<WorkUnit>, String, Int) throws -> [Unit]
    ) rethrows -> (units: [Unit], hasMore: Bool) {
        let limit = Subordinate.pageSize + 1
        let units = try search.isEmpty ? level(asked, key, limit) : found(own.id, search, limit)
        return (Array(units.prefix(Subordinate.pageSize)), units.count == limit)
    }
}
