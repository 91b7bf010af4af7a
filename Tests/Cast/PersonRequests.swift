import Domain
import Files
import Storage

extension World {
    /// What a profile's form says, without gaps.
    public static let profileValues = [
        "ethnicGroup": "01", "politicalStatus": "01", "nationality": "1", "workingSince": "2002-07", "staffing": "1", "specialty": "语文", "degreeOfEducation": "21",
        "school": "四川演示师范大学", "major": "汉语言文学", "graduated": "2002-06", "studyMode": "1", "title": "22--3", "titleSince": "2012-12-01",
    ]

    /// What the form of an entrustment to another province says, without gaps.
    public static let outsideValues = ["year": "2026", "title": "22--1", "specialty": "语文", "committee": "重庆市演示评审委员会", "reason": "本省未组建该专业评审委员会。"]

    /// A profile that somebody has submitted to a unit, and that waits there.
    @discardableResult
    public func profile(
        of name: Name = .applicant, in unit: UnitName = .school, values: [String: String] = profileValues, over seen: Int = 0, key: String = key(),
        at now: Instant = World.start
    ) async throws -> ID<PersonRequest> {
        let paper = try await intake().keep(Papers.pdf(), .pdf).attachment(newID(), named: "照片和证明")
        let (person, unit) = (person(name), self.unit(unit).id)
        return try await database.write { try $0.submitProfile(values, files: [paper], at: unit, over: seen, by: person, key: key, at: now) }
    }

    /// A request to be reviewed in another province, after so many units have passed it.
    public func entrustment(of name: Name = .applicant, passedBy reviewers: [Name] = [], at now: Instant = World.start) async throws -> ID<PersonRequest> {
        let person = person(name)
        let paper = try await intake().keep(Papers.pdf(), .pdf).attachment(newID(), named: "申请表")
        let id = try await database.write { try $0.askForEntrustmentOutside(World.outsideValues, files: [paper], over: 0, by: person, key: World.key(), at: now) }
        for reviewer in reviewers { try await decide(id, .pass, by: reviewer, at: now) }
        return id
    }

    /// Decides a request as it is now; the last unit of an entrustment gives its letter.
    public func decide(
        _ id: ID<PersonRequest>, _ step: Approval.Step, by name: Name, opinion: String = "意见", version: Int? = nil, key: String = key(), at now: Instant = World.start
    ) async throws {
        guard case .staff(let member) = try await actor(name) else { throw Problem.notFound }
        guard let request = try await database.read({ try $0.personRequest(id) }) else { throw Problem.notFound }
        var decision = PersonRequestDecision(step, opinion: opinion)
        if request.kind == .entrustment, request.isAtLastStop, step == .pass {
            decision.letter = ["letterNumber": "委〔2026〕1号", "letterDate": "2026-11-20"]
            decision.files = [try await intake().keep(Papers.pdf(), .pdf).attachment(newID(), named: "委托函")]
        }
        try await database.write { [decision] in try $0.decide(id, decision, over: version ?? request.version, by: member, key: key, at: now) }
    }

    /// The first of the files that came with what people asked; an id of nothing when there is none.
    public func firstPersonRequestFile() async throws -> String {
        try await database.read { try $0.first("SELECT id FROM person_request_files ORDER BY request_id, number, id") { try $0.text() } } ?? World.key()
    }
}
