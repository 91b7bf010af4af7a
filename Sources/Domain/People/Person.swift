/// A natural person, known by ID number; applicant and staff member alike are persons, and are compared as such (D11).
public struct Person: Sendable, Hashable {
    public let id: ID<Person>
    public let name: String
    public let idNumber: IDNumber
    public let phone: Phone?

    public init(id: ID<Person>, name: String, idNumber: IDNumber, phone: Phone?) {
        self.id = id
        self.name = name
        self.idNumber = idNumber
        self.phone = phone
    }
}

/// A person's account in the staff of one unit (工作人员).
public struct StaffMember: Sendable, Hashable {
    public let id: ID<StaffMember>
    public let person: ID<Person>
    public let name: String
    public let unit: ID<WorkUnit>
    public let permissions: Set<Permission>
    public let isSuperAdministrator: Bool

    /// A super administrator holds every permission of his unit (D13).
    public init(
        id: ID<StaffMember>, person: ID<Person>, name: String, unit: ID<WorkUnit>, granted: Set<Permission>,
        isSuperAdministrator: Bool
    ) {
        self.id = id
        self.person = person
        self.name = name
        self.unit = unit
        self.permissions = isSuperAdministrator ? Set(Permission.allCases) : granted
        self.isSuperAdministrator = isSuperAdministrator
    }
}
