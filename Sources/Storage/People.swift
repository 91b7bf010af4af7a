import Domain

extension Connection {
    public func person(_ id: ID<Person>) throws -> Person? {
        try first("SELECT \(Person.columns) FROM persons p WHERE p.id = \(id)") { try Person(&$0, vault) }
    }

    public func person(_ number: IDNumber) throws -> Person? {
        try first("SELECT \(Person.columns) FROM persons p WHERE p.id_number_index = \(vault.index(number))") { try Person(&$0, vault) }
    }

    /// The person of this ID number, made known when new; name and phone follow the identity platform.
    public func person(named name: String, number: IDNumber, phone: Phone?, orNew id: ID<Person>, at now: Instant) throws -> Person {
        guard let known = try person(number) else {
            try run(
                """
                INSERT INTO persons (id, name, id_number_index, id_number_sealed, phone_sealed, created_at)
                VALUES (\(id), \(name), \(vault.index(number)), \(try vault.seal(number, of: id)), \(try phone.map { try vault.seal($0, of: id) }), \(now))
                """)
            return Person(id: id, name: name, idNumber: number, phone: phone)
        }
        let person = Person(id: known.id, name: name, idNumber: number, phone: phone ?? known.phone)
        if person != known {
            let sealed = try person.phone.map { try vault.seal($0, of: person.id) }
            try run("UPDATE persons SET name = \(name), phone_sealed = \(sealed) WHERE id = \(person.id)")
        }
        return person
    }

    /// The masked ID numbers of some people, as lists show them.
    public func maskedNumbers(of persons: [ID<Person>]) throws -> [ID<Person>: String] {
        guard !persons.isEmpty else { return [:] }
        let found = try rows("SELECT \(Person.columns) FROM persons p WHERE p.id IN \(Array(Set(persons)))") { try Person(&$0, vault) }
        return Dictionary(found.map { ($0.id, $0.idNumber.masked) }, uniquingKeysWith: { first, _ in first })
    }

    public func employ(_ person: ID<Person>, at unit: ID<WorkUnit>, since now: Instant) throws {
        try run("INSERT INTO employments (person_id, unit_id, since) VALUES (\(person), \(unit), \(now))")
    }

    /// The unit that employs a person, by his approved profile; nil without one.
    public func employer(of person: ID<Person>) throws -> WorkUnit? {
        try first(
            """
            SELECT \(WorkUnit.columns) FROM employments e JOIN units u ON u.id = e.unit_id WHERE e.person_id = \(person)
            """, WorkUnit.init)
    }

    public func addStaff(
        _ id: ID<StaffMember>, person: ID<Person>, unit: ID<WorkUnit>, superAdministrator: Bool, roles: [ID<Role>], at now: Instant
    ) throws {
        try run(
            """
            INSERT INTO staff (id, unit_id, person_id, super_administrator, enabled, created_at, entered_name)
            VALUES (\(id), \(unit), \(person), \(superAdministrator), 1, \(now), (SELECT name FROM persons WHERE id = \(person)))
            """)
        for role in roles { try run("INSERT INTO staff_roles (staff_id, role_id) VALUES (\(id), \(role))") }
    }

    public func addRole(_ id: ID<Role>, unit: ID<WorkUnit>, name: String, permissions: [Permission]) throws {
        try run("INSERT INTO roles (id, unit_id, name) VALUES (\(id), \(unit), \(name))")
        for permission in permissions {
            try run("INSERT INTO role_permissions (role_id, permission) VALUES (\(id), \(permission))")
        }
    }

    /// An enabled staff member whose authorization holds on a day, with what his roles grant him at this moment, and those who are away.
    public func staff(_ id: ID<StaffMember>, on today: Day) throws -> StaffMember? {
        let scope = try scope(of: id, on: today)
        let absent = try absent(scope.absent, within: scope.limits, on: today)
        return try first(
            """
            SELECT s.id, s.person_id, p.name, s.unit_id, s.super_administrator,
                EXISTS (SELECT 1 FROM unit_requests q WHERE q.unit_id = s.unit_id AND q.kind = 'superior' AND q.state = 'waiting')
            FROM staff s JOIN persons p ON p.id = s.person_id WHERE s.id = \(id) AND s.enabled = 1 AND s.valid_from <= \(today) AND s.valid_until >= \(today)
            """
        ) {
            StaffMember(
                id: try $0.id(), person: try $0.id(), name: try $0.text(), unit: try $0.id(), granted: scope.permissions,
                isSuperAdministrator: try $0.bool(), unitAwaitsSuperior: try $0.bool(), absent: absent, limits: scope.limits)
        }
    }

    /// What is written of a staff member's rights: by his roles, their limits, and for whom he stands in on a day.
    private func scope(of id: ID<StaffMember>, on today: Day) throws -> (permissions: Set<Permission>, limits: StaffMember.Limits, absent: [ID<StaffMember>]) {
        var (permissions, series, units, absent): (Set<Permission>, Set<String>, Set<ID<WorkUnit>>, [ID<StaffMember>]) = ([], [], [], [])
        let found = try rows(
            """
            SELECT 1, rp.permission FROM staff_roles sr JOIN role_permissions rp ON rp.role_id = sr.role_id WHERE sr.staff_id = \(id)
            UNION SELECT 2, series FROM staff_series WHERE staff_id = \(id)
            UNION SELECT 3, unit_id FROM staff_units WHERE staff_id = \(id)
            UNION SELECT 4, staff_id FROM deputies WHERE deputy_id = \(id) AND valid_from <= \(today) AND valid_until >= \(today) AND ended_at IS NULL
            """
        ) { (kind: try $0.integer(), name: try $0.text()) }
        for (kind, name) in found {
            switch kind {
            case 1:
                guard let permission = Permission(rawValue: name) else { throw Row.Unreadable(description: "no permission is called so") }
                permissions.insert(permission)
            case 2: series.insert(name)
            case 3: if let unit = ID<WorkUnit>(name) { units.insert(unit) }
            case _: if let staff = ID<StaffMember>(name) { absent.append(staff) }
            }
        }
        return (permissions, .init(series: series, units: units), absent)
    }

    /// What can be done in the place of those who are away: what they hold in their own right on dossiers, where their limits are the deputy's.
    private func absent(_ ids: [ID<StaffMember>], within limits: StaffMember.Limits, on today: Day) throws -> [Permission: Set<StaffMember.Absent>] {
        var absent: [Permission: Set<StaffMember.Absent>] = [:]
        for id in ids {
            let scope = try scope(of: id, on: today)
            let found = try first(
                """
                SELECT s.person_id, \(StaffRecord.shownName), s.super_administrator FROM staff s JOIN persons p ON p.id = s.person_id
                WHERE s.id = \(id) AND s.enabled = 1 AND s.valid_from <= \(today) AND s.valid_until >= \(today)
                """
            ) { (who: StaffMember.Absent(person: try $0.id(), name: try $0.text()), isSuper: try $0.bool()) }
            guard let found, (found.isSuper ? .none : scope.limits) == limits else { continue }
            let lent = found.isSuper ? Permission.onDossiers : scope.permissions.intersection(Permission.onDossiers)
            for permission in lent { absent[permission, default: []].insert(found.who) }
        }
        return absent
    }

    /// Names of the enabled staff of a unit who hold a permission; the super administrators only where nobody else does.
    public func colleagues(of unit: ID<WorkUnit>, holding permission: Permission, without persons: Set<ID<Person>>) throws -> [String] {
        let found = try rows(
            """
            SELECT \(StaffRecord.shownName), s.super_administrator FROM staff s JOIN persons p ON p.id = s.person_id
            WHERE s.unit_id = \(unit) AND s.enabled = 1 AND s.person_id NOT IN \(persons.sorted { $0.text < $1.text }) AND (s.super_administrator = 1 OR EXISTS (
                SELECT 1 FROM staff_roles sr JOIN role_permissions rp ON rp.role_id = sr.role_id
                WHERE sr.staff_id = s.id AND rp.permission = \(permission)))
            ORDER BY s.super_administrator, p.name LIMIT 5
            """
        ) { (name: try $0.text(), administrator: try $0.bool()) }
        let clerks = found.filter { !$0.administrator }.map(\.name)
        return clerks.isEmpty ? found.map { "\($0.name)（超级管理员）" } : clerks
    }

    public func roleNames(of staff: ID<StaffMember>) throws -> [String] {
        try rows("SELECT r.name FROM staff_roles sr JOIN roles r ON r.id = sr.role_id WHERE sr.staff_id = \(staff) ORDER BY r.name") { try $0.text() }
    }
}

extension Person {
    static let columns: SQL = "p.id, p.name, p.id_number_sealed, p.phone_sealed"

    init(_ row: inout Row, _ vault: Vault) throws {
        let (id, name): (ID<Person>, String) = (try row.id(), try row.text())
        self.init(
            id: id, name: name, idNumber: try vault.idNumber(try row.text(), of: id),
            phone: try row.optionalText().map { try vault.phone($0, of: id) })
    }
}
