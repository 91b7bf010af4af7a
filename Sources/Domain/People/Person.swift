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
    /// What he may do, in his own right or in the place of a colleague who is away.
    public let permissions: Set<Permission>
    /// What he may do in his own right: nobody passes on what he holds in another's place.
    public let ownPermissions: Set<Permission>
    public let isSuperAdministrator: Bool
    /// The unit has asked for another superior, and until that is decided its work on dossiers rests (D12).
    public let unitAwaitsSuperior: Bool
    /// In whose place he may do what, while they are away.
    public let absent: [Permission: Set<Absent>]
    public let limits: Limits

    /// A colleague who is away and has a deputy.
    public struct Absent: Sendable, Hashable {
        public let person: ID<Person>
        public let name: String

        public init(person: ID<Person>, name: String) {
            self.person = person
            self.name = name
        }
    }

    /// Which of his unit's dossiers somebody deals with. Where nothing is named there is no limit.
    public struct Limits: Sendable, Hashable {
        /// Series of titles, by name.
        public let series: Set<String>
        /// Units whose people's dossiers these are: a subordinate with all below it, or the own unit for its own people.
        public let units: Set<ID<WorkUnit>>

        public static let none = Limits()

        public init(series: Set<String> = [], units: Set<ID<WorkUnit>> = []) {
            self.series = series
            self.units = units
        }

        /// Whether all that these name is within others.
        public func isWithin(_ others: Limits) -> Bool {
            func isWithin<Name>(_ own: Set<Name>, _ other: Set<Name>) -> Bool { other.isEmpty || !own.isEmpty && own.isSubset(of: other) }
            return isWithin(series, others.series) && isWithin(units, others.units)
        }
    }

    /// Whether his rights open dossiers at all.
    public var opensDossiers: Bool { !permissions.isDisjoint(with: Permission.onDossiers) }

    /// A super administrator holds every permission of his unit, without limits (D13).
    public init(
        id: ID<StaffMember>, person: ID<Person>, name: String, unit: ID<WorkUnit>, granted: Set<Permission>,
        isSuperAdministrator: Bool, unitAwaitsSuperior: Bool = false, absent: [Permission: Set<Absent>] = [:], limits: Limits = .none
    ) {
        self.id = id
        self.person = person
        self.name = name
        self.unit = unit
        ownPermissions = isSuperAdministrator ? Set(Permission.allCases) : granted
        permissions = ownPermissions.union(absent.keys)
        self.isSuperAdministrator = isSuperAdministrator
        self.unitAwaitsSuperior = unitAwaitsSuperior
        self.absent = absent
        self.limits = isSuperAdministrator ? .none : limits
    }
}
