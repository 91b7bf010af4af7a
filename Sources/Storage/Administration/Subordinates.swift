import Domain

/// A unit below another, as those see it who look after the units below theirs (下级单位管理).
public struct Subordinate: Sendable, Hashable {
    public let unit: WorkUnit
    public let version: Int
    /// Super administrators that are not stopped, whether they have signed in yet or not.
    public let administrators: [String]
    /// How many of them have signed in.
    public let activeAdministrators: Int
    /// Direct subordinates.
    public let subordinates: Int
    /// Dossiers that wait there for something.
    public let waiting: Int

    /// Where a page of the list begins: behind this name and unit.
    public struct Key: Sendable, Hashable {
        public let name: String
        public let id: ID<WorkUnit>

        public init(name: String, id: ID<WorkUnit>) {
            self.name = name
            self.id = id
        }
    }

    public static let pageSize = 50
}

extension Connection {
    /// The direct subordinates of a unit by name, from behind a key on.
    public func subordinates(of unit: ID<WorkUnit>, after key: Subordinate.Key? = nil, limit: Int = Subordinate.pageSize) throws -> [Subordinate] {
        try rows(subordinatesQuery(of: unit, after: key, limit: limit), read)
    }

    /// The direct subordinates of a unit, as a tree shows them.
    public func branch(of unit: ID<WorkUnit>, limit: Int) throws -> [(id: ID<WorkUnit>, name: String, enabled: Bool, hasSubordinates: Bool)] {
        try rows(
            """
            SELECT u.id, u.name, u.enabled, EXISTS (SELECT 1 FROM units b WHERE b.superior_id = u.id)
            FROM units u WHERE u.superior_id = \(unit) ORDER BY u.name, u.id LIMIT \(limit)
            """
        ) { (try $0.id(), try $0.text(), try $0.bool(), try $0.bool()) }
    }

    func subordinatesQuery(of unit: ID<WorkUnit>, after key: Subordinate.Key?, limit: Int, _ columns: SQL? = nil) -> SQL {
        let beyond: SQL = key.map { "AND (u.name, u.id) > (\($0.name), \($0.id))" } ?? ""
        return "SELECT \(columns ?? subordinateColumns) FROM units u WHERE u.superior_id = \(unit) \(beyond) ORDER BY u.name, u.id LIMIT \(limit)"
    }

    /// Units anywhere below a unit whose name holds the text, or whose credit code it is.
    public func subordinates(below unit: ID<WorkUnit>, matching text: String, limit: Int = Subordinate.pageSize) throws -> [Subordinate] {
        try rows(searchQuery(below: unit, matching: text, limit: limit), read)
    }

    func searchQuery(below unit: ID<WorkUnit>, matching text: String, limit: Int, _ columns: SQL? = nil) throws -> SQL {
        let columns = columns ?? subordinateColumns
        // Below the top stands everything: names are read in their order, and no further than the page is long.
        if try self.unit(unit)?.superior == nil {
            return "SELECT \(columns) FROM units u WHERE u.superior_id IS NOT NULL AND \(called(text)) ORDER BY u.name, u.id LIMIT \(limit)"
        }
        return """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM units WHERE superior_id = \(unit)
                UNION
                SELECT u.id FROM units u JOIN below b ON u.superior_id = b.id
            )
            SELECT \(columns) FROM below JOIN units u ON u.id = below.id WHERE \(called(text)) ORDER BY u.name, u.id LIMIT \(limit)
            """
    }

    /// A unit below another, at whatever depth; `Problem.notFound` for any other.
    public func subordinate(_ id: ID<WorkUnit>, below unit: ID<WorkUnit>) throws -> Subordinate {
        guard id != unit, try path(from: id).contains(where: { $0.id == unit }),
            let found = try first("SELECT \(subordinateColumns) FROM units u WHERE u.id = \(id)", read)
        else { throw Problem.notFound }
        return found
    }

    private var subordinateColumns: SQL {
        """
        \(WorkUnit.columns), u.version, (SELECT COUNT(*) FROM units b WHERE b.superior_id = u.id),
        (SELECT COUNT(*) FROM desks k WHERE k.unit_id = u.id AND k.waiting <> 'nothing')
        """
    }

    private func read(_ row: inout Row) throws -> Subordinate {
        let unit = try WorkUnit(&row)
        let (version, below, waiting) = (try row.integer(), try row.integer(), try row.integer())
        let administrators = try rows(
            """
            SELECT \(StaffRecord.shownName) AS shown, s.account_id FROM staff s JOIN persons p ON p.id = s.person_id
            WHERE s.unit_id = \(unit.id) AND s.super_administrator = 1 AND s.enabled = 1 ORDER BY shown LIMIT 5
            """
        ) { (name: try $0.text(), account: try $0.optionalText()) }
        return Subordinate(
            unit: unit, version: version, administrators: administrators.map(\.name), activeAdministrators: administrators.count { $0.account != nil }, subordinates: below,
            waiting: waiting)
    }
}

extension Connection {
    /// Makes a unit below the administrator's, with its first super administrator (M2): neither is there without the other.
    public func addSubordinate(_ unit: WorkUnit, _ new: NewStaff, by administrator: Administrator) throws -> ID<WorkUnit> {
        let by = try holding(administrator)
        if let done = try changed(by: by).flatMap({ ID<WorkUnit>($0) }) { return done }
        if let other = try self.unit(unit.creditCode) {
            throw Problem.invalid([FieldProblem("creditCode", "该统一社会信用代码已有单位“\(other.name)”")])
        }
        try insert(unit, at: by.now)
        try appoint(new, at: unit.id, by.now)
        try record(.addUnit, unit.id.text, named: unit.name, from: [:], to: try facts(of: unit).merging(["超级管理员": new.name]) { $1 }, by: by)
        return unit.id
    }

    /// Changes what may be changed of a direct subordinate; name and credit code stay (M7).
    public func changeSubordinate(_ id: ID<WorkUnit>, to values: [String: String], over seen: Int, by administrator: Administrator) throws {
        let by = try holding(administrator)
        if try changed(by: by) != nil { return }
        let old = try direct(id, seen, by)
        guard let new = WorkUnit(id: id, name: old.name, creditCode: old.creditCode, superior: old.superior, values: values, enabled: old.enabled) else { throw Problem.malformed }
        try change(new, "details = details", over: seen, by)
        try record(.changeUnit, id.text, named: old.name, from: try facts(of: old), to: try facts(of: new), by: by)
    }

    /// Stops a direct subordinate, or lets it go on. One with dossiers waiting is not stopped: they would wait for nobody (D21).
    public func enableSubordinate(_ id: ID<WorkUnit>, _ enabled: Bool, over seen: Int, by administrator: Administrator) throws {
        let by = try holding(administrator)
        if try changed(by: by) != nil { return }
        let old = try direct(id, seen, by)
        guard old.enabled != enabled else { throw Problem.refused(enabled ? "该单位未停用。" : "该单位已停用。") }
        let waiting = try count("SELECT COUNT(*) FROM desks WHERE unit_id = \(id) AND waiting <> 'nothing'")
        if !enabled, try requestsWaiting(at: id) > 0 { throw Problem.refused("该单位还有单位申请等待审核，办结之前不能停用。") }
        let asked = try personRequestsWaiting(at: id)
        if !enabled, asked > 0 { throw Problem.refused("该单位还有 \(asked) 件委托申请、专技人才档案等待审核，由其审核之后才能停用；没有人可以审核的，请先为其添加超级管理员。") }
        if !enabled, waiting > 0 { throw Problem.refused("该单位还有 \(waiting) 件申报材料等待办理，办结或移交之前不能停用。") }
        try change(id, "enabled = \(enabled)", over: seen, by)
        try record(
            enabled ? .enableUnit : .disableUnit, id.text, named: old.name, from: ["状态": old.enabled ? "在用" : "停用"], to: ["状态": enabled ? "在用" : "停用"], by: by)
    }

    /// Adds a super administrator to a direct subordinate that has none any more (I-22).
    public func appointAdministrator(_ new: NewStaff, at id: ID<WorkUnit>, over seen: Int, by administrator: Administrator) throws {
        let by = try holding(administrator)
        if try changed(by: by) != nil { return }
        let old = try direct(id, seen, by)
        let active = try count(
            "SELECT COUNT(*) FROM staff WHERE unit_id = \(id) AND super_administrator = 1 AND enabled = 1 AND account_id IS NOT NULL AND valid_from <= \(by.now.day) AND valid_until >= \(by.now.day)"
        )
        guard active == 0 else { throw Problem.refused("该单位有在用的超级管理员，由其在工作人员管理中添加。") }
        if try person(new.idNumber)?.id == by.member.person { throw Problem(GrantDenial.ownRights) }
        try appoint(new, at: id, by.now)
        try change(id, "enabled = enabled", over: seen, by)
        try record(.appointAdministrator, id.text, named: old.name, from: [:], to: ["超级管理员": new.name, "证件号码": new.idNumber.masked], by: by)
    }

    private func holding(_ administrator: Administrator) throws -> Administrator {
        let by = try held(administrator)
        guard by.member.permissions.contains(.subordinates) else { throw Problem(GrantDenial.lacks(.subordinates)) }
        return by
    }

    /// A direct subordinate as it was seen; of a unit further below it is told whose it is.
    private func direct(_ id: ID<WorkUnit>, _ seen: Int, _ by: Administrator) throws -> WorkUnit {
        // Whoever is deciding there ends first, so that what waits is counted as it is.
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(id) FOR NO KEY UPDATE") }
        let found = try subordinate(id, below: by.member.unit)
        guard found.unit.superior == by.member.unit else { throw Problem.notAllowed("该单位由其直接上级单位管理。") }
        guard found.version == seen else { throw try changedMeanwhile(id.text) }
        return found.unit
    }

    private func change(_ id: ID<WorkUnit>, _ assignments: SQL, over seen: Int, _ by: Administrator) throws {
        guard try run("UPDATE units SET \(assignments), version = version + 1 WHERE id = \(id) AND version = \(seen)") == 1 else {
            throw try changedMeanwhile(id.text)
        }
    }

    /// Writes the open fields of a unit, and whatever else.
    func change(_ unit: WorkUnit, _ more: SQL, over seen: Int, _ by: Administrator) throws {
        try change(
            unit.id,
            """
            type_code = \(unit.type), jurisdiction_code = \(unit.jurisdiction), steps = \(unit.steps), single_clerk = \(unit.singleClerk),
            post_management = \(unit.postManagement), contact_name = \(unit.contactName), contact_phone = \(unit.contactPhone), \(more)
            """, over: seen, by)
    }

    private func appoint(_ new: NewStaff, at unit: ID<WorkUnit>, _ now: Instant) throws {
        let person = try person(new.idNumber) ?? person(named: new.name, number: new.idNumber, phone: new.phone, orNew: newID(), at: now)
        let known = try first("SELECT id FROM staff WHERE unit_id = \(unit) AND person_id = \(person.id)") { try $0.id() as ID<StaffMember> }
        if let known {
            try run(
                """
                UPDATE staff SET super_administrator = 1, enabled = 1, valid_from = \(StaffRecord.noStart), valid_until = \(StaffRecord.noEnd), version = version + 1,
                    entered_name = CASE WHEN account_id IS NULL THEN \(new.name) ELSE entered_name END
                WHERE id = \(known)
                """)
            return
        }
        try run(
            """
            INSERT INTO staff (id, unit_id, person_id, super_administrator, enabled, created_at, entered_name)
            VALUES (\(newID() as ID<StaffMember>), \(unit), \(person.id), 1, 1, \(now), \(new.name))
            """)
    }

    /// As the record tells it.
    func facts(of unit: WorkUnit) throws -> [String: String] {
        let type = try first("SELECT name FROM unit_types WHERE code = \(unit.type)") { try $0.text() }
        let region = try first("SELECT affiliation FROM regions WHERE code = \(unit.jurisdiction)") { try $0.text() }
        return [
            "单位名称": unit.name, "统一社会信用代码": unit.creditCode.text, "单位性质": type ?? unit.type, "职称业务归属地": region ?? unit.jurisdiction,
            "审核环节": unit.steps == .two ? "初审、复审" : "初审", "初审、复审可由同一人办理": unit.singleClerk ? "是" : "否",
            "全面实行岗位管理": unit.postManagement ? "是" : "否", "联系人": unit.contactName, "联系电话": unit.contactPhone,
        ]
    }
}
