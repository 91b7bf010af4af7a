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

/// The demo province: invented units and people on the real map, and dossiers that travelled by real steps.
public struct Province: Sendable {
    let today: Day
    let seed: UInt64

    public init(today: Day, seed: UInt64 = 20_260_901) {
        self.today = today
        self.seed = seed
    }

    /// Buttons stand in the order of a dossier's way: applicants, their units, the bureaus, acceptance, and the outsiders last.
    private static func place(of account: PlatformAccount) -> Int {
        let units = [UnitKey.school, .primary, .leshanEducation, .education, .teachersOffice, .company, .jinjiang, .chengdu, .authority, .engineersOffice]
        let number = Int(account.loginHint.drop { !$0.isNumber }) ?? 0
        guard let unit = units.firstIndex(where: { account.label.hasSuffix("·\($0.name)") }) else { return 10_000 + number }
        return unit * 100 + (account.kind == "person" ? 0 : 50) + number
    }

    public struct AlreadyFilled: Error, CustomStringConvertible {
        public var description: String { "the database is not empty; the demo fills an empty one only" }
    }

    /// Fills an empty database in one transaction; returns the accounts for the identity platform.
    public func fill(_ database: some Database, files intake: Intake) async throws -> [PlatformAccount] {
        let specimens = try await Specimens(in: intake)
        return try await database.write { connection in
            guard try connection.hasNoUnits() else { throw AlreadyFilled() }
            var filling = try Filling(province: self, specimens: specimens, connection: connection)
            try filling.addUnitsAndStaff()
            try filling.addPlans()
            try filling.addApplicants()
            try filling.addOutsiders()
            try filling.travel()
            try connection.leave(
                filling.accounts.sorted { Province.place(of: $0) < Province.place(of: $1) }.map {
                    DemoPersona(label: $0.label, kind: $0.kind == "unit" ? .unit : .person, loginHint: $0.loginHint)
                })
            return filling.accounts
        }
    }
}
