import Domain
import Files
import Storage

/// A persona as the identity platform has to know it before its button works.
public struct PlatformAccount: Sendable, Codable {
    public let loginHint: String
    public let label: String
    public let kind: String
    public let name: String
    public let idNumber: String
    public let phone: String
    public let creditCode: String
    public let unitName: String
}

/// How large a province is made.
public struct Size: Sendable {
    /// Units in all, bureaus included; people; dossiers; years, this one included.
    public var units: Int
    public var people: Int
    public var dossiers: Int
    public var years: Int

    public init(units: Int = 640, people: Int = 3000, dossiers: Int = 6000, years: Int = 3) {
        self.units = units
        self.people = people
        self.dossiers = dossiers
        self.years = years
    }

    /// What the personas need and no more.
    public static let smallest = Size(units: 0, people: 0, dossiers: 0)
}

/// The demo province: invented units and people on the real map, and dossiers that travelled by real steps.
public struct Province: Sendable {
    let today: Day
    let seed: UInt64
    let size: Size

    public init(today: Day, seed: UInt64 = 20_260_901, size: Size = Size()) {
        self.today = today
        self.seed = seed
        self.size = size
    }

    var firstYear: Int { today.year - max(size.years, 1) + 1 }
    var isLean: Bool { size.dossiers > 50_000 }

    public struct AlreadyFilled: Error, CustomStringConvertible {
        public var description: String { "the database is not empty; the demo fills an empty one only" }
    }

    /// Fills an empty database, some thousand dossiers a transaction; tells how many there are after each. Returns the accounts for the
    /// identity platform. The buttons of the personas are written last: a province that was not finished has none.
    public func fill(_ database: some Database, files intake: Intake, progress: (Int) -> Void = { _ in }) async throws -> [PlatformAccount] {
        let specimens = try await Specimens(in: intake)
        let (reference, calendar) = try await database.read { connection in
            guard try connection.hasNoUnits() else { throw AlreadyFilled() }
            return (try ReferenceTables.reference(connection), try ReferenceTables.calendar(connection))
        }
        var filling = try Filling(province: self, specimens: specimens, reference: reference, calendar: calendar)
        try filling.addUnitsAndStaff()
        try filling.addPlans()
        try filling.addApplicants()
        filling.addOutsiders()
        try filling.travel()
        try await write(filling.takeWrites(), database).value
        progress(filling.dossiers)
        if size.units > filling.tree.count { try await crowd(&filling, database, progress) }
        filling.concludePlans()
        filling.addCirculars()
        try filling.addTalents()
        let personas = filling.accounts.sorted { Province.place(of: $0) < Province.place(of: $1) }.map {
            DemoPersona(label: $0.label, kind: $0.kind == "unit" ? .unit : .person, loginHint: $0.loginHint)
        }
        filling.writes.append { try $0.leave(personas) }
        try await write(filling.takeWrites(), database).value
        return filling.accounts
    }

    /// The rest of the province: every bureau, then the employers with their people and dossiers. One batch is written while the next is made.
    private func crowd(_ filling: inout Filling, _ database: some Database, _ progress: (Int) -> Void) async throws {
        try filling.addBureaus()
        let employers = max(size.units - filling.tree.count, 1)
        let people = max(size.people - filling.applicants.values.reduce(0) { $0 + $1.count }, 0)
        var share = Share(wanted: max(size.dossiers - filling.dossiers, 0), places: people * max(size.years, 1))
        let batch = max(1, min(200, 1000 / max(1, size.dossiers / employers)))
        var writing = write(filling.takeWrites(), database)
        for start in stride(from: 0, to: employers, by: batch) {
            for number in start..<min(start + batch, employers) {
                let hired = people * (number + 1) / employers - people * number / employers
                try filling.addEmployer(number, people: hired, &share)
            }
            try await writing.value
            writing = write(filling.takeWrites(), database)
            progress(filling.dossiers)
        }
        try await writing.value
    }

    private func write(_ writes: [Filling.Write], _ database: some Database) -> Task<Void, any Error> {
        Task { try await database.write { connection in for write in writes { try write(connection) } } }
    }

    /// Buttons stand in the order of a dossier's way: applicants, their units, the bureaus, acceptance, and the outsiders last.
    private static func place(of account: PlatformAccount) -> Int {
        let units = [UnitKey.school, .primary, .leshanEducation, .education, .teachersOffice, .company, .jinjiang, .chengdu, .authority, .engineersOffice]
        let number = Int(account.loginHint.drop { !$0.isNumber }) ?? 0
        guard let unit = units.firstIndex(where: { account.label.hasSuffix("·\($0.name)") }) else { return 10_000 + number }
        return unit * 100 + (account.kind == "person" ? 0 : 50) + number
    }
}
