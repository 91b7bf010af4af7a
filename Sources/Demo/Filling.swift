import Domain
import Storage

/// The work of filling: what has been made so far, by the keys under which later parts find it.
struct Filling {
    let province: Province
    let specimens: Specimens
    let connection: any Connection
    let reference: Reference
    let calendar: WorkCalendar
    var invention: Invention
    var accounts: [PlatformAccount] = []
    var units: [UnitKey: WorkUnit] = [:]
    var staff: [UnitKey: [ID<StaffMember>]] = [:]
    var applicants: [UnitKey: [Person]] = [:]
    var plans: [Activity: ReviewPlan] = [:]
    /// Applicants who keep this year free, for the visitor to apply with.
    var reserved: Set<ID<Person>> = []
    /// The applicant whose dossier of this year stands returned.
    var returned: ID<Person>?

    init(province: Province, specimens: Specimens, connection: any Connection) throws {
        self.province = province
        self.specimens = specimens
        self.connection = connection
        reference = try ReferenceTables.reference(connection)
        calendar = try ReferenceTables.calendar(connection)
        invention = Invention(seed: province.seed)
    }

    private var founded: Instant { Instant(Day(year: province.today.year - 3, month: 3, day: 1) ?? province.today, hour: 9) }

    mutating func addUnitsAndStaff() throws {
        for key in UnitKey.allCases {
            let unit = WorkUnit(
                id: invention.id(), name: key.name, creditCode: invention.creditCode(prefix: key.type.prefix, region: key.region),
                type: key.type.code, superior: key.superior.flatMap { units[$0]?.id }, jurisdiction: key.region, steps: key.steps,
                singleClerk: key == .primary, contactName: invention.personName(), contactPhone: invention.landline(key.areaCode), enabled: true,
                postManagement: key == .school)
            try connection.insert(unit, at: founded)
            units[key] = unit
        }
        for seat in StaffSeat.all { try add(seat) }
    }

    private mutating func add(_ seat: StaffSeat) throws {
        guard let unit = units[seat.unit] else { return }
        let person = try addPerson(region: seat.unit.region, born: 1968...1992)
        var roles: [ID<Role>] = []
        if !seat.role.isEmpty {
            let role: ID<Role> = invention.id()
            try connection.addRole(role, unit: unit.id, name: seat.role, permissions: seat.permissions)
            roles = [role]
        }
        let id: ID<StaffMember> = invention.id()
        try connection.addStaff(id, person: person.id, unit: unit.id, superAdministrator: seat.superAdministrator, roles: roles, at: founded)
        staff[seat.unit, default: []].append(id)
        if let label = seat.label { addAccount(label, person: person, unit: unit) }
    }

    private mutating func addPerson(region: String, born: ClosedRange<Int>) throws -> Person {
        try connection.person(
            named: invention.personName(), number: invention.idNumber(region: region == "510000" ? "510104" : region, born: born),
            phone: invention.phone(), orNew: invention.id(), at: founded)
    }

    private mutating func addAccount(_ label: String, person: Person, unit: WorkUnit?) {
        accounts.append(
            PlatformAccount(
                loginHint: "persona-\(accounts.count + 1)", label: label, kind: unit == nil ? "person" : "unit", name: person.name,
                idNumber: person.idNumber.text, phone: person.phone?.text ?? "", creditCode: unit?.creditCode.text ?? "", unitName: unit?.name ?? ""))
    }

    /// Sixty people in four employers.
    mutating func addApplicants() throws {
        for (key, count) in [(UnitKey.school, 24), (.primary, 9), (.mianyangSchool, 9), (.company, 18)] {
            guard let unit = units[key] else { continue }
            for number in 0..<count {
                let person = try addPerson(region: key.region, born: 1970...1994)
                try connection.employ(person.id, at: unit.id, since: founded)
                applicants[key, default: []].append(person)
                if number == 0, key == .school || key == .company {
                    addAccount("申报人·\(unit.name)", person: person, unit: nil)
                    reserved.insert(person.id)
                }
                if number == 1, key == .school {
                    addAccount("申报人（已退回）·\(unit.name)", person: person, unit: nil)
                    returned = person.id
                }
            }
        }
    }

    /// Known to the platform, unknown here.
    mutating func addOutsiders() throws {
        let operatorName = invention.personName()
        accounts.append(
            PlatformAccount(
                loginHint: "persona-\(accounts.count + 1)", label: "法人（未注册单位）", kind: "unit", name: operatorName,
                idNumber: invention.idNumber(region: "510104", born: 1975...1990).text, phone: invention.phone().text,
                creditCode: invention.creditCode(prefix: "91", region: "510104").text, unitName: "成都未注册演示有限公司"))
        accounts.append(
            PlatformAccount(
                loginHint: "persona-\(accounts.count + 1)", label: "个人（无单位）", kind: "person", name: invention.personName(),
                idNumber: invention.idNumber(region: "511100", born: 1980...1996).text, phone: invention.phone().text, creditCode: "", unitName: ""))
    }
}
