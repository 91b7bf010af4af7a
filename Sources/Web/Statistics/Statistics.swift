import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    func addStatistics(to staff: RouterGroup<StaffContext>) {
        staff.get("/statistics", use: statistics)
        staff.get("/statistics/cross", use: crossTable)
        staff.get("/statistics/people", use: countedPeople)
        staff.get("/statistics/export", use: exportStatistics)
    }

    /// 专技人才统计 (M20): how many professionals of the unit and of those below it there are, by each dimension.
    @Sendable private func statistics(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.statistics)
        let (session, member, address) = (context.session, context.member, StatisticsAddress(request, of: context.unit))
        let shown = try await database.read { connection in
            let path = try path(of: address, connection)
            return StatisticsPage(
                frame: try frame(for: session, connection, current: Path.statistics), address: address, path: path,
                figures: try figures(address, for: member, connection, today: context.now.day),
                subordinates: try address.isWhole && member.limits == .none ? connection.talentsBySubordinate(of: address.unit) : [],
                opens: member.permissions.contains(.profiles), isLimited: member.limits != .none, at: context.now)
        }
        return page(shown.html)
    }

    /// Two dimensions against each other.
    @Sendable private func crossTable(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.statistics)
        let (session, member, address, today) = (context.session, context.member, StatisticsAddress(request, of: context.unit), context.now.day)
        let query = request.uri.queryParameters
        let rows = query["rows"].flatMap { TalentDimension(rawValue: String($0)) } ?? .series
        let columns = query["columns"].flatMap { TalentDimension(rawValue: String($0)) } ?? .level
        let shown = try await database.read { connection in
            var cells: [[String]: Int] = [:]
            for found in try connection.talentCounts(address.scope, by: rows, and: columns, for: member) {
                cells[[rows.group(of: found.row, in: reference, today: today), columns.group(of: found.column, in: reference, today: today)], default: 0] += found.people
            }
            return CrossTablePage(
                frame: try frame(for: session, connection, current: Path.statistics), address: address, path: try path(of: address, connection), rows: rows, columns: columns,
                cells: cells, reference: reference)
        }
        return page(shown.html)
    }

    /// The people behind a number.
    @Sendable private func countedPeople(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.statistics)
        try context.demand(.profiles)
        let (session, member, address, today) = (context.session, context.member, StatisticsAddress(request, of: context.unit), context.now.day)
        let query = request.uri.queryParameters
        guard let dimension = query["dimension"].flatMap({ TalentDimension(rawValue: String($0)) }), let group = query["group"].map({ String($0) }) else { throw Problem.notFound }
        let key = query["after"].flatMap { PersonRequest.Key(String($0)) }
        let shown = try await database.read { connection in
            let path = try path(of: address, connection)
            let counts = try connection.talentCounts(address.scope, for: member)[dimension] ?? [:]
            let counted = counts.filter { dimension.group(of: $0.key, in: reference, today: today) == group }
            var found = try connection.talents(
                address.scope, with: dimension, in: counted.keys.sorted(), for: member, after: key, limit: PersonRequest.pageSize + 1)
            let hasMore = found.count > PersonRequest.pageSize
            if hasMore { found.removeLast() }
            return CountedPeoplePage(
                frame: try frame(for: session, connection, current: Path.statistics), address: address, path: path, dimension: dimension, group: group,
                people: counted.values.reduce(0, +), lines: found, numbers: try connection.maskedNumbers(of: found.map(\.talent.person)), isFirst: key == nil, hasMore: hasMore,
                reference: reference)
        }
        return page(shown.html)
    }

    @Sendable private func exportStatistics(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.statistics)
        let (member, address, today, database) = (context.member, StatisticsAddress(request, of: context.unit), context.now.day, database)
        let (unit, counted) = try await database.read { connection in
            (try path(of: address, connection).last ?? context.unit, try figures(address, for: member, connection, today: today))
        }
        let table = Table(name: "专技人才统计-\(unit.name)", sheet: "专技人才统计", heading: ["统计项", "分类", "人数", "占比"], widths: [16, 30, 10, 10])
        return try await answer(with: table, as: request.uri.queryParameters["format"] == "csv" ? .csv : .xlsx) { add in
            for figure in counted { try await add(figure.rows) }
        }
    }

    /// From the reader's unit to the one that is counted; any other is none.
    private func path(of address: StatisticsAddress, _ connection: any Storage.Connection) throws -> [WorkUnit] {
        let path = try connection.path(from: address.unit).reversed().drop { $0.id != address.own.id }
        guard !path.isEmpty else { throw Problem.notFound }
        return Array(path)
    }

    private func figures(_ address: StatisticsAddress, for member: StaffMember, _ connection: any Storage.Connection, today: Day) throws -> [TalentFigure] {
        let counts = try connection.talentCounts(address.scope, for: member)
        return TalentDimension.allCases.map { TalentFigure($0, counts[$0] ?? [:], in: reference, today: today) }
    }
}

/// Which units a statistic counts, as its address says.
struct StatisticsAddress: Sendable {
    let own: WorkUnit
    let unit: ID<WorkUnit>
    let isWhole: Bool

    init(_ request: Request, of own: WorkUnit) {
        let query = request.uri.queryParameters
        self.own = own
        unit = query["unit"].flatMap { ID<WorkUnit>(String($0)) } ?? own.id
        isWhole = query["scope"] != "own"
    }

    var scope: TalentScope { TalentScope(unit: unit, isWhole: isWhole) }

    /// What its links carry on.
    var parameters: [(name: String, value: String?)] { [("unit", unit == own.id ? nil : unit.text), ("scope", isWhole ? nil : "own")] }

    func path(unit: ID<WorkUnit>? = nil, whole: Bool? = nil) -> String {
        let unit = unit ?? self.unit
        return Path.with([("unit", unit == own.id ? nil : unit.text), ("scope", whole ?? isWhole ? nil : "own")], Path.statistics)
    }

    func path(_ page: String, _ more: [(name: String, value: String?)]) -> String { Path.with(parameters + more, "\(Path.statistics)/\(page)") }
}

extension Path {
    static let statistics = "/statistics"
}

/// One dimension's numbers, by group.
struct TalentFigure: Sendable {
    let dimension: TalentDimension
    let groups: [(name: String, people: Int)]
    let total: Int

    init(_ dimension: TalentDimension, _ counts: [String: Int], in reference: Reference, today: Day) {
        var people: [String: Int] = [:]
        for (value, count) in counts { people[dimension.group(of: value, in: reference, today: today), default: 0] += count }
        let known = dimension.groups(in: reference)
        let names = known + people.keys.filter { !known.contains($0) }.sorted()
        self.dimension = dimension
        // A series that nobody has says nothing.
        groups = names.map { ($0, people[$0] ?? 0) }.filter { $0.people > 0 || dimension != .series }
        total = people.values.reduce(0, +)
    }

    /// As a table has it.
    var rows: [[String]] { groups.map { [dimension.title, $0.name, String($0.people), share($0.people)] } }

    /// `12.5%`.
    func share(_ people: Int) -> String {
        guard total > 0 else { return "—" }
        let tenths = (people * 2000 + total) / (total * 2)
        return "\(tenths / 10).\(tenths % 10)%"
    }
}
