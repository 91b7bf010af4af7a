import Domain
import Files
import Foundation
import Storage

/// A small world whose people's names say what they may do. The school's dossiers go school → bureau → office.
public final class World: Sendable {
    public let database: any Database
    private let discard: @Sendable () -> Void
    public let units: [UnitName: WorkUnit]
    public let people: [Name: Person]
    public let staff: [Name: ID<StaffMember>]
    public let plan: ReviewPlan
    public let reference: Reference
    public let calendar: WorkCalendar
    public let folder: URL

    /// 2026-11-23, a Monday, ten in the morning.
    public static let start = Instant(Day(year: 2026, month: 11, day: 23)!, hour: 10)

    public enum UnitName: String, CaseIterable, Sendable {
        case authority, bureau, school, smallSchool, office, otherBureau, otherSchool, closedUnit
    }

    public enum Name: String, CaseIterable, Sendable {
        case schoolFirst, schoolFirstToo, schoolSecond, schoolAdministrator, schoolWithoutRole
        /// Administers the school's staff and roles, and reviews nothing.
        case schoolManager
        case smallClerk, bureauFirst, bureauSecond, authorityFirst, authorityAdministrator, officeAccepter, otherFirst, otherSchoolFirst
        case applicant, secondApplicant, smallApplicant, otherApplicant, unemployed, strangerClerk
        /// Reviews at the school, and applies from there.
        case reviewingApplicant
        /// Decide what people ask, and count them.
        case schoolTalents, bureauTalents
    }

    private struct Seat {
        let unit: UnitName
        let permissions: [Permission]
        var administrator = false
    }

    private static let seats: [Name: Seat] = [
        .schoolFirst: Seat(unit: .school, permissions: [.firstReview]), .schoolFirstToo: Seat(unit: .school, permissions: [.firstReview]),
        .schoolSecond: Seat(unit: .school, permissions: [.secondReview]),
        .schoolAdministrator: Seat(unit: .school, permissions: [], administrator: true), .schoolWithoutRole: Seat(unit: .school, permissions: []),
        .schoolManager: Seat(unit: .school, permissions: [.unit, .subordinates, .staff, .roles, .administration]),
        .smallClerk: Seat(unit: .smallSchool, permissions: [.firstReview]), .bureauFirst: Seat(unit: .bureau, permissions: [.firstReview]),
        .bureauSecond: Seat(unit: .bureau, permissions: [.secondReview]), .authorityFirst: Seat(unit: .authority, permissions: [.firstReview]),
        .authorityAdministrator: Seat(unit: .authority, permissions: [], administrator: true),
        .officeAccepter: Seat(unit: .office, permissions: [.accept]), .otherFirst: Seat(unit: .otherBureau, permissions: [.firstReview]),
        .otherSchoolFirst: Seat(unit: .otherSchool, permissions: [.firstReview]),
        .reviewingApplicant: Seat(unit: .school, permissions: [.firstReview, .secondReview]),
        .schoolTalents: Seat(unit: .school, permissions: [.entrustments, .profiles, .statistics]),
        .bureauTalents: Seat(unit: .bureau, permissions: [.entrustments, .profiles, .statistics]),
    ]

    private static let employers: [Name: UnitName] = [
        .applicant: .school, .secondApplicant: .school, .smallApplicant: .smallSchool, .otherApplicant: .otherSchool, .reviewingApplicant: .school,
    ]

    /// `embedded`: on SQLite whatever engine the tests run on, for what only that engine has. `days`: for which the plan takes applications.
    public init(
        demand: PublicityRule.Demand = .warn, reentry: ReviewChain.Reentry = .ownUnit, embedded: Bool = false, atOnce: Int = 64, connections: Int = 4,
        lasting days: Int = 300
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-\(newID() as ID<WorkUnit>)")
        (database, discard) = try await Engines.database(in: folder, embedded: embedded, atOnce: atOnce, connections: connections)
        let made = try await database.write { connection in
            let units = try World.addUnits(connection)
            let people = try World.addPeople(connection)
            let staff = try World.addStaff(connection, units, people)
            for (name, unit) in World.employers {
                if let person = people[name], let unit = units[unit] { try connection.employ(person.id, at: unit.id, since: World.start) }
            }
            let plan = World.plan(units, demand: demand, reentry: reentry, lasting: days)
            try connection.insert(plan)
            return (units, people, staff, plan, try ReferenceTables.reference(connection), try ReferenceTables.calendar(connection))
        }
        (units, people, staff, plan, reference, calendar) = made
    }

    deinit {
        discard()
        do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(folder.path)") }
    }

    public func unit(_ name: UnitName) -> WorkUnit { units[name]! }
    public func person(_ name: Name) -> Person { people[name]! }

    /// The actor a name stands for: the staff member where he has a seat, otherwise the person.
    public func actor(_ name: Name) async throws -> Actor {
        guard let id = staff[name] else { return .applicant(person(name).id) }
        // Whoever has just lost his seat is refused, as his session would be.
        guard let member = try await database.read({ try $0.staff(id, on: World.start.day) }) else { throw Problem.notAllowed("\(name) is not on the staff any more") }
        return .staff(member)
    }

    private static func addUnits(_ connection: any Connection) throws -> [UnitName: WorkUnit] {
        let tree: [(UnitName, UnitName?, ReviewChain.Steps, String)] = [
            (.authority, nil, .two, "10"), (.bureau, .authority, .two, "10"), (.school, .bureau, .two, "21"), (.smallSchool, .bureau, .one, "21"),
            (.office, .authority, .one, "10"), (.otherBureau, .authority, .one, "10"), (.otherSchool, .otherBureau, .two, "21"), (.closedUnit, .authority, .one, "10"),
        ]
        var units: [UnitName: WorkUnit] = [:]
        for (number, (name, superior, steps, type)) in tree.enumerated() {
            let unit = WorkUnit(
                id: newID(), name: "演示\(name.rawValue)", creditCode: CreditCode(stored: "CODE\(number)"), type: type, superior: superior.flatMap { units[$0]?.id },
                jurisdiction: "510000", steps: steps, singleClerk: name == .smallSchool, contactName: "联系人", contactPhone: "028-1234567",
                enabled: name != .closedUnit)
            try connection.insert(unit, at: start)
            units[name] = unit
        }
        return units
    }

    private static let canary = (IDNumber(stored: "11010519491231002X"), Phone(stored: "13912340042"))

    private static func addPeople(_ connection: any Connection) throws -> [Name: Person] {
        var people: [Name: Person] = [:]
        for (number, name) in Name.allCases.enumerated() {
            let digits = "5101041980010\(number < 10 ? "1" : "2")\(100 + number)"
            let check = String(UnicodeScalar(IDNumber.checkCharacter(of: Array(digits.utf8))))
            // The applicant's are searched for in everything the tests print.
            let number = name == .applicant ? canary : (IDNumber(stored: digits + check), Phone(stored: "1380000\(1000 + number)"))
            people[name] = try connection.person(named: "人\(name.rawValue)", number: number.0, phone: number.1, orNew: newID(), at: start)
        }
        return people
    }

    private static func addStaff(_ connection: any Connection, _ units: [UnitName: WorkUnit], _ people: [Name: Person]) throws -> [Name: ID<StaffMember>] {
        var staff: [Name: ID<StaffMember>] = [:]
        for (name, seat) in seats {
            guard let unit = units[seat.unit], let person = people[name] else { continue }
            var roles: [ID<Role>] = []
            if !seat.permissions.isEmpty {
                roles = [newID()]
                try connection.addRole(roles[0], unit: unit.id, name: name.rawValue, permissions: seat.permissions)
            }
            let id: ID<StaffMember> = newID()
            try connection.addStaff(id, person: person.id, unit: unit.id, superAdministrator: seat.administrator, roles: roles, at: start)
            staff[name] = id
        }
        return staff
    }

    private static func plan(_ units: [UnitName: WorkUnit], demand: PublicityRule.Demand, reentry: ReviewChain.Reentry, lasting days: Int) -> ReviewPlan {
        let today = start.day
        return ReviewPlan(
            id: newID(), name: "2026年度演示评审", year: 2026, titles: ["22--1", "22--2"], authority: units[.authority]!.id, limit: units[.bureau]!.id,
            acceptanceUnit: units[.office]!.id, reentry: reentry, publicity: PublicityRule(demand: demand, workingDays: 5),
            windows: .init(opens: today.adding(-30), applicationsUntil: today.adding(days), reviewsUntil: today.adding(days + 30), acceptanceUntil: today.adding(days + 60)),
            concluded: false)
    }
}

extension World {
    /// The role that this name's seat has.
    public func role(of name: Name) async throws -> ID<Role> {
        guard let id = staff[name] else { throw Problem.notFound }
        return try await database.read { try $0.first("SELECT role_id FROM staff_roles WHERE staff_id = \(id)") { try $0.id() as ID<Role> }! }
    }

    /// A store of files of its own.
    public func intake(_ bucket: Bucket? = nil) throws -> Intake { Intake(store: try FileStore(folder: folder.appending(path: "files"), bucket: bucket)) }

    /// Content without gaps.
    public static func content(title: String = "22--2") -> Content {
        var content = Content(title: title)
        content[.application] = [.init(id: "application", values: ["specialty": "语文", "kind": "01", "currentSpecialty": "语文教学", "firstTime": "1"])]
        content[.basics] = [
            .init(
                id: "basics",
                values: [
                    "ethnicGroup": "01", "politicalStatus": "13", "nationality": "1", "workingSince": "2002-07", "degreeOfEducation": "21",
                    "school": "四川演示师范大学", "major": "汉语言文学", "graduated": "2002-06", "studyMode": "1", "currentTitle": "一级教师",
                ])
        ]
        content[.education] = [.init(id: "e1", values: ["from": "1998-09", "to": "2002-06", "school": "四川演示师范大学", "major": "汉语言文学", "level": "21", "studyMode": "1"])]
        content[.work] = [.init(id: "w1", values: ["from": "2002-07", "unit": "演示中学", "duty": "语文教学", "post": "教师"])]
        content[.summary] = [.init(id: "summary", values: ["summary": "任现职以来，承担语文教学。"])]
        return content
    }

    /// A draft of this person's, filled in; its id and revision.
    public func draft(_ name: Name = .applicant, content: Content = World.content(), at now: Instant = World.start) async throws -> (ID<Dossier>, revision: Int) {
        let (id, person, plan): (ID<Dossier>, Person, ReviewPlan) = (newID(), person(name), plan)
        let (photo, certificate) = (try await intake().keep(Papers.png, .png), try await intake().keep(Papers.pdf(), .pdf))
        let revision = try await database.write { connection in
            try connection.openDossier(id, for: person, under: plan.id, at: now)
            let revision = try connection.saveDraft(content, of: id, by: .applicant(person.id), over: 1, at: now)
            try connection.attach(photo.attachment(newID(), named: "照片"), to: .basics, Part.basics.rawValue, of: id, by: .applicant(person.id), at: now)
            for row in content[.education] {
                try connection.attach(certificate.attachment(newID(), named: "证书"), to: .education, row.id, of: id, by: .applicant(person.id), at: now)
            }
            return revision
        }
        return (id, revision)
    }

    /// A file as it would stand in a row; the store does not hold it.
    public static func file(_ kind: FileKind = .pdf, _ name: String = "证明", bytes: Int = 1000) -> Attachment {
        KeptFile(digest: digest(name), kind: kind, bytes: bytes, pages: 1).attachment(newID(), named: name)
    }

    /// The first of the files beside a dossier's rows.
    public func firstFile(of dossier: ID<Dossier>) async throws -> String {
        try await database.read { try $0.first("SELECT id FROM attachments WHERE dossier_id = \(dossier) ORDER BY added_at, part") { try $0.text() } } ?? ""
    }

    public func submit(_ id: ID<Dossier>, by name: Name = .applicant, revision: Int, key: String = key(), at now: Instant = World.start) async throws -> Moved {
        let (reference, person) = (reference, person(name).id)
        return try await database.write {
            let changes = try $0.draft(of: id).fileChanges
            return try $0.submit(id, by: .applicant(person), seenVersion: 1, seenEdition: "\(revision)-\(changes)", key: key, in: reference, at: now)
        }
    }

    /// A submitted dossier after these steps, each taken by the name beside it.
    public func dossier(of name: Name = .applicant, after steps: [(Name, Step)] = []) async throws -> ID<Dossier> {
        let (id, revision) = try await draft(name)
        _ = try await submit(id, by: name, revision: revision)
        for (name, step) in steps { _ = try await take(step, on: id, by: name) }
        return id
    }

    /// A submitted dossier of one of any number of further people at the school.
    public func dossierOfCrowd(_ number: Int) async throws -> ID<Dossier> { try await crowd(number).dossier }

    /// One of any number of further people at the school, with the dossier that he has submitted.
    public func crowd(_ number: Int) async throws -> (person: Person, dossier: ID<Dossier>) {
        let (school, plan, reference, id): (WorkUnit, ReviewPlan, Reference, ID<Dossier>) = (unit(.school), plan, reference, newID())
        let digits = "51010419700101" + String(1000 + number).suffix(3)
        let idNumber = IDNumber(stored: digits + String(UnicodeScalar(IDNumber.checkCharacter(of: Array(digits.utf8)))))
        let (photo, certificate) = (try await intake().keep(Papers.png, .png), try await intake().keep(Papers.pdf(), .pdf))
        let person = try await database.write { connection in
            let person = try connection.person(named: "众\(number)", number: idNumber, phone: nil, orNew: newID(), at: World.start)
            try connection.employ(person.id, at: school.id, since: World.start)
            try connection.openDossier(id, for: person, under: plan.id, at: World.start)
            let actor = Actor.applicant(person.id)
            let content = World.content()
            let revision = try connection.saveDraft(content, of: id, by: actor, over: 1, at: World.start)
            try connection.attach(photo.attachment(newID(), named: "照片"), to: .basics, Part.basics.rawValue, of: id, by: actor, at: World.start)
            for row in content[.education] {
                try connection.attach(certificate.attachment(newID(), named: "证书"), to: .education, row.id, of: id, by: actor, at: World.start)
            }
            let changes = try connection.draft(of: id).fileChanges
            _ = try connection.submit(id, by: actor, seenVersion: 1, seenEdition: "\(revision)-\(changes)", key: World.key(), in: reference, at: World.start)
            return person
        }
        return (person, id)
    }

    /// Takes a step on a dossier as it is now.
    @discardableResult
    public func take(_ step: Step, on id: ID<Dossier>, by name: Name, version: Int? = nil, key: String = key(), deadline: Instant? = nil, at now: Instant = World.start)
        async throws -> Moved
    {
        let actor: Actor = [.submit, .recall, .resubmit, .abandon].contains(step.name) ? .applicant(person(name).id) : try await actor(name)
        let seen: Int
        if let version { seen = version } else { seen = try await self.version(of: id) }
        let demanded = [.giveBack, .extend, .requestCorrection].contains(step.name) ? now.day.adding(5).end : nil
        let move = Move(step, on: id, by: actor, seenVersion: seen, key: key, opinion: "意见", deadline: deadline ?? demanded)
        return try await database.write { try $0.move(move, at: now) }
    }

    public func version(of id: ID<Dossier>) async throws -> Int {
        try await database.read { try $0.count("SELECT version FROM dossiers WHERE id = \(id)") }
    }

    /// A new idempotency key.
    public static func key() -> String {
        var source = SystemRandomNumberGenerator()
        return randomText(characters: 26, from: &source)
    }
}

public func key() -> String { World.key() }
