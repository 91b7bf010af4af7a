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
            INSERT INTO staff (id, unit_id, person_id, super_administrator, enabled, created_at)
            VALUES (\(id), \(unit), \(person), \(superAdministrator), 1, \(now))
            """)
        for role in roles { try run("INSERT INTO staff_roles (staff_id, role_id) VALUES (\(id), \(role))") }
    }

    public func addRole(_ id: ID<Role>, unit: ID<WorkUnit>, name: String, permissions: [Permission]) throws {
        try run("INSERT INTO roles (id, unit_id, name) VALUES (\(id), \(unit), \(name))")
        for permission in permissions {
            try run("INSERT INTO role_permissions (role_id, permission) VALUES (\(id), \(permission))")
        }
    }

    /// An enabled staff member, with what his roles grant him at this moment.
    public func staff(_ id: ID<StaffMember>) throws -> StaffMember? {
        let granted = try rows(
            """
            SELECT DISTINCT rp.permission FROM staff_roles sr JOIN role_permissions rp ON rp.role_id = sr.role_id
            WHERE sr.staff_id = \(id)
            """
        ) { try $0.name(Permission.self) }
        return try first(
            """
            SELECT s.id, s.person_id, p.name, s.unit_id, s.super_administrator
            FROM staff s JOIN persons p ON p.id = s.person_id WHERE s.id = \(id) AND s.enabled = 1
            """
        ) {
            StaffMember(
                id: try $0.id(), person: try $0.id(), name: try $0.text(), unit: try $0.id(), granted: Set(granted),
                isSuperAdministrator: try $0.bool())
        }
    }

    /// Names of the enabled staff of a unit who hold a permission; the super administrators only where nobody else does.
    public func colleagues(of unit: ID<WorkUnit>, holding permission: Permission, without person: ID<Person>) throws -> [String] {
        let found = try rows(
            """
            SELECT p.name, s.super_administrator FROM staff s JOIN persons p ON p.id = s.person_id
            WHERE s.unit_id = \(unit) AND s.enabled = 1 AND s.person_id <> \(person) AND (s.super_administrator = 1 OR EXISTS (
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

/// A set of permissions with a name, belonging to one unit (角色).
public enum Role {}

extension Person {
    static let columns: SQL = "p.id, p.name, p.id_number_sealed, p.phone_sealed"

    init(_ row: inout Row, _ vault: Vault) throws {
        let (id, name): (ID<Person>, String) = (try row.id(), try row.text())
        self.init(
            id: id, name: name, idNumber: try vault.idNumber(try row.text(), of: id),
            phone: try row.optionalText().map { try vault.phone($0, of: id) })
    }
}
