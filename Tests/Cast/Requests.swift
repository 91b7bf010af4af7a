import Domain
import Files
import Storage

extension World {
    /// The code under which somebody signs in whose legal person is not known here.
    public static let strangersCode = CreditCode(stored: "91510000MA6XXXXX0K")

    /// What a unit's form says, without gaps.
    public static let unitValues = [
        "type": "21", "jurisdiction": "510000", "steps": "two", "singleClerk": "0", "postManagement": "0", "contactName": "联系人", "contactPhone": "028-12345678",
        "affiliation": "3", "address": "演示路 1 号",
    ]

    /// A registration that waits at a unit, asked by somebody who is signed in for a legal person that is not known here.
    public func registration(of name: Name, to superior: UnitName, at now: Instant = World.start) async throws -> ID<UnitRequest> {
        let (person, token) = (person(name), World.key())
        let licence = try await intake().keep(Papers.pdf(), .pdf).attachment(newID(), named: "营业执照")
        let identity = Identity(
            issuer: "https://cast", subject: "registrant-\(name)", kind: .unit, name: person.name, idNumber: person.idNumber, phone: nil, creditCode: World.strangersCode,
            unitName: "未注册单位")
        let form = UnitRequestForm(
            .registration, of: World.strangersCode, named: "未注册单位", to: unit(superior).id, values: World.unitValues, files: [licence])
        return try await database.write { connection in
            try connection.signIn(identity, tokenHash: token, at: now)
            guard let signedIn = try connection.signedIn(tokenHash: token, rule: SessionRule(idle: 1800, absolute: 28_800), at: now)?.0 else { throw Problem.signInFirst }
            return try connection.register(form, over: 0, by: Requester(signedIn, key: World.key(), at: now))
        }
    }

    /// The school's request to stand directly below the authority, which waits there.
    public func superiorChange(at now: Instant = World.start) async throws -> ID<UnitRequest> {
        guard case .staff(let member) = try await actor(.schoolAdministrator) else { throw Problem.notFound }
        let (superior, by) = (unit(.authority).id, Administrator(member, key: World.key(), at: now))
        return try await database.write { try $0.askForSuperior(superior, reason: ["reason": "机构改革"], files: [], over: 0, by: by) }
    }

    /// The first of the files that came with requests; an id of nothing when there is none.
    public func firstRequestFile() async throws -> String {
        try await database.read { try $0.first("SELECT id FROM unit_request_files ORDER BY request_id, number, id") { try $0.text() } } ?? World.key()
    }
}
