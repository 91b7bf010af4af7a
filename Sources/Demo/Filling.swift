import Domain
import Storage

/// The work of filling: what has been made so far, by the keys under which later parts find it.
struct Filling {
    let province: Province
    let specimens: Specimens
    let reference: Reference
    let calendar: WorkCalendar
    var invention: Invention
    var accounts: [PlatformAccount] = []
    /// The units around the personas, and all of them.
    var units: [UnitKey: WorkUnit] = [:]
    var tree: [ID<WorkUnit>: WorkUnit] = [:]
    var members: [ID<WorkUnit>: [StaffMember]] = [:]
    var applicants: [UnitKey: [Person]] = [:]
    var plans: [Activity: ReviewPlan] = [:]
    /// The bureaus of a region, by what they review.
    var bureaus: [String: [Activity.Field: WorkUnit]] = [:]
    /// Post tables by unit and year.
    var posts: [ID<WorkUnit>: [Int: PostTable]] = [:]
    /// Applicants who keep this year free, for the visitor to apply with.
    var reserved: Set<ID<Person>> = []
    /// The applicant whose dossier of this year stands returned.
    var returned: ID<Person>?
    /// Invents what profiles and entrustments say, apart from all else, so that they change nothing else.
    var talents: Invention
    /// Dossiers made so far.
    var dossiers = 0
    /// What was made and is not yet written, in order.
    var writes: [Write] = []

    typealias Write = @Sendable (any Connection) throws -> Void

    init(province: Province, specimens: Specimens, reference: Reference, calendar: WorkCalendar) throws {
        self.province = province
        self.specimens = specimens
        self.reference = reference
        self.calendar = calendar
        invention = Invention(seed: province.seed)
        talents = Invention(seed: ~province.seed)
        let founded = founded
        writes.append { try specimens.remember($0, at: founded) }
    }

    /// Hands over what is to be written.
    mutating func takeWrites() -> [Write] {
        defer { writes = [] }
        return writes
    }

    var founded: Instant { Instant(Day(year: province.firstYear - 1, month: 3, day: 1) ?? province.today, hour: 9) }

    mutating func addUnitsAndStaff() throws {
        for key in UnitKey.allCases {
            units[key] = try add(
                WorkUnit(
                    id: invention.id(), name: key.name, creditCode: invention.creditCode(prefix: key.type.prefix, region: key.region),
                    type: key.type.code, superior: key.superior.flatMap { units[$0]?.id }, jurisdiction: key.region, steps: key.steps,
                    singleClerk: key == .primary, contactName: invention.personName(), contactPhone: invention.landline(key.areaCode), enabled: true,
                    postManagement: key == .school))
        }
        for seat in StaffSeat.all {
            guard let unit = units[seat.unit] else { continue }
            let person = try seatSomebody(at: unit, seat.role, seat.permissions, superAdministrator: seat.superAdministrator)
            if let label = seat.label { addAccount(label, person: person, unit: unit) }
        }
    }

    mutating func add(_ unit: WorkUnit) throws -> WorkUnit {
        let founded = founded
        writes.append { try $0.insert(unit, at: founded) }
        tree[unit.id] = unit
        return unit
    }

    /// A new member of a unit's staff, with a role of his own where one is named.
    @discardableResult
    mutating func seatSomebody(
        at unit: WorkUnit, _ role: String, _ permissions: [Permission], superAdministrator: Bool
    ) throws -> Person {
        let person = try addPerson(region: unit.jurisdiction, born: 1968...1992)
        var roles: [ID<Role>] = []
        if !role.isEmpty {
            roles = [invention.id()]
            let id = roles[0]
            writes.append { try $0.addRole(id, unit: unit.id, name: role, permissions: permissions) }
        }
        let id: ID<StaffMember> = invention.id()
        writes.append { [roles, founded] in
            try $0.addStaff(id, person: person.id, unit: unit.id, superAdministrator: superAdministrator, roles: roles, at: founded)
        }
        members[unit.id, default: []].append(
            StaffMember(id: id, person: person.id, name: person.name, unit: unit.id, granted: Set(permissions), isSuperAdministrator: superAdministrator))
        return person
    }

    mutating func addPerson(region: String, born: ClosedRange<Int>) throws -> Person {
        let person = Person(
            id: invention.id(), name: invention.personName(), idNumber: invention.idNumber(region: region == "510000" ? "510104" : region, born: born),
            phone: invention.phone())
        writes.append { [founded] in
            _ = try $0.person(named: person.name, number: person.idNumber, phone: person.phone, orNew: person.id, at: founded)
        }
        return person
    }

    private mutating func addAccount(_ label: String, person: Person, unit: WorkUnit?) {
        accounts.append(
            PlatformAccount(
                loginHint: "persona-\(accounts.count + 1)", label: label, kind: unit == nil ? "person" : "unit", name: person.name,
                idNumber: person.idNumber.text, phone: person.phone?.text ?? "", creditCode: unit?.creditCode.text ?? "", unitName: unit?.name ?? ""))
    }

    /// The unit and its superiors, nearest first.
    func path(from unit: WorkUnit) -> [WorkUnit] {
        var path = [unit]
        while let next = path.last?.superior.flatMap({ tree[$0] }), path.count < 50 { path.append(next) }
        return path
    }

    /// A unit that stands on no chain of either plan: 增加审核单位 by which dossiers of other cities are reviewed there too.
    func addition(to chain: ReviewChain) -> ReviewChain.Addition? {
        guard let unit = [UnitKey.leshan, .chengdu].compactMap({ units[$0] }).first(where: { unit in !chain.stops.contains { $0.unit == unit.id } }) else { return nil }
        return ReviewChain.Addition(unit: unit.id, steps: unit.steps, reason: "申报人借调在该地工作")
    }

    /// Sixty people in four employers.
    mutating func addApplicants() throws {
        for (key, count) in [(UnitKey.school, 24), (.primary, 9), (.mianyangSchool, 9), (.company, 18)] {
            guard let unit = units[key] else { continue }
            for number in 0..<count {
                let person = try addPerson(region: key.region, born: 1970...1994)
                writes.append { [founded] in try $0.employ(person.id, at: unit.id, since: founded) }
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
    mutating func addOutsiders() {
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
