import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// The direct subordinates of a unit, as a branch of the tree that is opened there.
    @Sendable func branch(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let own = context.unit
        guard let id = request.uri.queryParameters["unit"].flatMap({ ID<WorkUnit>(String($0)) }) else { throw Problem.notFound }
        let branch = try await database.read { connection in
            guard try id == own.id || connection.path(from: id).contains(where: { $0.id == own.id }) else { throw Problem.notFound }
            return try UnitTree.branch(of: id, connection)
        }
        return fragment(UnitTree(root: own, open: [:], current: nil).list(branch))
    }
}

/// The units below, as a tree: the way to the unit that is shown is open, everything else opens when it is asked for.
struct UnitTree: Sendable {
    let root: WorkUnit
    /// What is open, by the unit above it.
    let open: [ID<WorkUnit>: Branch]
    let current: ID<WorkUnit>?

    struct Branch: Sendable {
        let of: ID<WorkUnit>
        let units: [Node]
        let hasMore: Bool
    }

    struct Node: Sendable {
        let id: ID<WorkUnit>
        let name: String
        let enabled: Bool
        let hasSubordinates: Bool
    }

    /// Units of one branch, at most; the list beside the tree has them all.
    static let most = 100

    static func branch(of unit: ID<WorkUnit>, _ connection: any Storage.Connection) throws -> Branch {
        let found = try connection.branch(of: unit, limit: most + 1)
        return Branch(
            of: unit, units: found.prefix(most).map { Node(id: $0.id, name: $0.name, enabled: $0.enabled, hasSubordinates: $0.hasSubordinates) },
            hasMore: found.count > most)
    }

    init(root: WorkUnit, open: [ID<WorkUnit>: Branch], current: ID<WorkUnit>?) {
        (self.root, self.open, self.current) = (root, open, current)
    }

    /// Open along a path from the root.
    init(along path: [WorkUnit], root: WorkUnit, _ connection: any Storage.Connection) throws {
        var open: [ID<WorkUnit>: Branch] = [:]
        for unit in path { open[unit.id] = try Self.branch(of: unit.id, connection) }
        self.init(root: root, open: open, current: path.last?.id)
    }

    var html: HTML {
        """
        <nav class="card tree" aria-label="单位" data-tree><ul><li>\(link(Path.subordinates(of: root.id), root.id, named: root.name, enabled: root.enabled))\(open[root.id].map { list($0) })</li></ul></nav>
        """
    }

    func list(_ branch: Branch) -> HTML {
        "<ul>\(branch.units.map(item))\(branch.hasMore ? "<li class=\"more\"><a href=\"\(Path.subordinates(of: branch.of))\">还有更多，在列表中查看</a></li>" as HTML : .empty)</ul>"
    }

    private func item(_ node: Node) -> HTML {
        let inside = open[node.id].map { list($0) }
        let opener: HTML =
            node.hasSubordinates
            ? "<a class=\"opener\" href=\"\(Path.subordinates(of: node.id))\" data-branch=\"\(Path.branch(node.id))\" aria-expanded=\"\(inside == nil ? "false" : "true")\"><span class=\"unseen\">\(inside == nil ? "展开" : "收起")\(node.name)</span></a>"
            : .empty
        // A unit with nothing below it is shown itself.
        let path = node.hasSubordinates ? Path.subordinates(of: node.id) : Path.subordinate(node.id)
        return "<li>\(opener)\(link(path, node.id, named: node.name, enabled: node.enabled))\(inside)</li>"
    }

    private func link(_ path: String, _ unit: ID<WorkUnit>, named name: String, enabled: Bool) -> HTML {
        let state: HTML = enabled ? .empty : " <span class=\"tag late\">停用</span>"
        return "<a class=\"unit\" href=\"\(path)\"\(unit == current ? " aria-current=\"page\"" : .empty)>\(name)</a>\(state)"
    }
}
