import Domain

/// A staff member as those see him who administer the unit (工作人员管理).
public struct StaffRecord: Sendable, Hashable {
    public let id: ID<StaffMember>
    public let person: ID<Person>
    public let name: String
    public let idNumber: IDNumber
    public let phone: Phone?
    public let department: String
    public let roles: Set<Role>
    public let isSuperAdministrator: Bool
    public let isEnabled: Bool
    public let isBound: Bool
    public let validFrom: Day
    public let validUntil: Day
    public let signedInAt: Instant?
    public let version: Int
    public let limits: StaffMember.Limits

    /// A unit learns a person's name and phone from him, by his first sign-in, not by typing his number.
    static let shownName: SQL = "CASE WHEN s.bound_at IS NULL THEN s.entered_name ELSE p.name END"

    /// What the columns hold where no day was given.
    public static let (noStart, noEnd) = (Day(year: 1900, month: 1, day: 1)!, Day(year: 2199, month: 12, day: 31)!)

    public enum State: Sendable, Hashable { case notSignedIn, active, disabled, notYetValid, expired }

    public func state(on today: Day) -> State {
        if !isEnabled { return .disabled }
        if today < validFrom { return .notYetValid }
        if today > validUntil { return .expired }
        return isBound ? .active : .notSignedIn
    }

    /// As the rule for granting sees him, whether he may act now or not.
    public func member(of unit: ID<WorkUnit>) -> StaffMember {
        StaffMember(
            id: id, person: person, name: name, unit: unit, granted: roles.reduce(into: []) { $0.formUnion($1.permissions) }, isSuperAdministrator: isSuperAdministrator,
            limits: limits)
    }
}

/// What a staff member's form gives, new or changed.
public struct StaffForm: Sendable, Hashable {
    public let department: String
    public let roles: Set<ID<Role>>
    public let isSuperAdministrator: Bool
    public let validFrom: Day?
    public let validUntil: Day?
    /// The name, for somebody who has not signed in yet; nil leaves it as it is.
    public let enteredName: String?
    public let limits: StaffMember.Limits

    public init(
        department: String, roles: Set<ID<Role>>, isSuperAdministrator: Bool, validFrom: Day?, validUntil: Day?, enteredName: String? = nil,
        limits: StaffMember.Limits = .none
    ) {
        self.limits = limits
        self.enteredName = enteredName
        self.department = department
        self.roles = roles
        self.isSuperAdministrator = isSuperAdministrator
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}

/// Who a new staff member is.
public struct NewStaff: Sendable, Hashable {
    public let name: String
    public let idNumber: IDNumber
    public let phone: Phone

    public init(name: String, idNumber: IDNumber, phone: Phone) {
        self.name = name
        self.idNumber = idNumber
        self.phone = phone
    }
}

extension Connection {
    /// The staff of a unit, super administrators first, then by name; `search` is part of a name or department.
    public func staffRecords(of unit: ID<WorkUnit>, search: String = "", limit: Int = 200) throws -> [StaffRecord] {
        let matching: SQL =
            search.trimmed.isEmpty ? "" : "AND (\(contains(search, in: StaffRecord.shownName)) OR \(contains(search, in: "s.department")))"
        return try staffRecords(of: unit, where: "s.unit_id = \(unit) \(matching)", limit: limit)
    }

    /// A staff member of a unit; `Problem.notFound` for another's.
    public func staffRecord(_ id: ID<StaffMember>, of unit: ID<WorkUnit>) throws -> StaffRecord {
        guard let record = try staffRecords(of: unit, where: "s.id = \(id) AND s.unit_id = \(unit)", limit: 1).first else { throw Problem.notFound }
        return record
    }

    private func staffRecords(of unit: ID<WorkUnit>, where condition: SQL, limit: Int) throws -> [StaffRecord] {
        let roles = Dictionary(uniqueKeysWithValues: try self.roles(of: unit).map { ($0.role.id.text, $0.role) })
        let held = try rows("SELECT sr.staff_id, sr.role_id FROM staff_roles sr JOIN staff s ON s.id = sr.staff_id WHERE s.unit_id = \(unit)") {
            (staff: try $0.text(), role: try $0.text())
        }
        let limits = try limits(of: unit)
        let rolesOf = Dictionary(grouping: held, by: \.staff).mapValues { Set($0.compactMap { roles[$0.role] }) }
        return try rows(
            """
            SELECT s.id, p.id, p.id_number_sealed, p.phone_sealed, \(StaffRecord.shownName) AS shown,
                s.department, s.super_administrator, s.enabled, s.account_id, s.valid_from, s.valid_until, s.signed_in_at, s.version
            FROM staff s JOIN persons p ON p.id = s.person_id WHERE \(condition) ORDER BY s.super_administrator DESC, shown, s.id LIMIT \(limit)
            """
        ) { row in
            let (id, person): (ID<StaffMember>, ID<Person>) = (try row.id(), try row.id())
            let number = try vault.idNumber(try row.text(), of: person)
            let phone = try row.optionalText().map { try vault.phone($0, of: person) }
            let (name, department, isSuper, isEnabled) = (try row.text(), try row.text(), try row.bool(), try row.bool())
            let isBound = try row.optionalText() != nil
            return StaffRecord(
                id: id, person: person, name: name, idNumber: number, phone: isBound ? phone : nil, department: department, roles: rolesOf[id.text] ?? [],
                isSuperAdministrator: isSuper, isEnabled: isEnabled, isBound: isBound, validFrom: try row.day(),
                validUntil: try row.day(), signedInAt: try row.optionalInstant(), version: try row.integer(), limits: limits[id.text] ?? .none)
        }
    }

    /// The limits of those of a unit's staff who have any.
    private func limits(of unit: ID<WorkUnit>) throws -> [String: StaffMember.Limits] {
        let found = try rows(
            """
            SELECT s.id, n.series, NULL FROM staff_series n JOIN staff s ON s.id = n.staff_id WHERE s.unit_id = \(unit)
            UNION ALL SELECT s.id, NULL, n.unit_id FROM staff_units n JOIN staff s ON s.id = n.staff_id WHERE s.unit_id = \(unit)
            """
        ) { (staff: try $0.text(), series: try $0.optionalText(), unit: try $0.optionalID() as ID<WorkUnit>?) }
        return Dictionary(grouping: found, by: \.staff).mapValues { .init(series: Set($0.compactMap(\.series)), units: Set($0.compactMap(\.unit))) }
    }

    /// Writes which dossiers a staff member deals with.
    func limit(_ staff: ID<StaffMember>, to limits: StaffMember.Limits) throws {
        try run("DELETE FROM staff_series WHERE staff_id = \(staff)")
        try run("DELETE FROM staff_units WHERE staff_id = \(staff)")
        for series in limits.series { try run("INSERT INTO staff_series (staff_id, series) VALUES (\(staff), \(series))") }
        for unit in limits.units { try run("INSERT INTO staff_units (staff_id, unit_id) VALUES (\(staff), \(unit))") }
    }

    /// What can be named in limits: the own unit and its direct subordinates, and what is named there already.
    public func limitableUnits(of unit: ID<WorkUnit>, with named: Set<ID<WorkUnit>> = [], limit: Int = 300) throws -> [WorkUnit] {
        let found = try rows(
            """
            SELECT \(WorkUnit.columns) FROM units u WHERE u.id = \(unit) OR u.superior_id = \(unit)
            ORDER BY CASE WHEN u.id = \(unit) THEN 0 ELSE 1 END, u.name, u.id LIMIT \(limit)
            """, WorkUnit.init)
        return try found + units(named.subtracting(found.map(\.id))).values.sorted { $0.name < $1.name }
    }
}
