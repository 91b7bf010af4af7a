import Domain
import Storage

extension World {
    /// What the authority has begun to write to the school and its first applicant.
    public func circularDraft() async throws -> ID<Circular> {
        // Without a dossier nobody above his school knows him.
        _ = try await dossier()
        return try await circularDraftOfTheKnown()
    }

    private func circularDraftOfTheKnown() async throws -> ID<Circular> {
        let id: ID<Circular> = newID()
        guard case .staff(let member) = try await actor(.authorityAdministrator) else { throw Problem.notFound }
        let school = unit(.school).id
        let choices = Circular.Choices(units: [school], people: [.init(person: person(.applicant).id, unit: school)])
        try await database.write { connection in
            try connection.choose(choices, for: id, by: member, at: World.start)
            try connection.save(
                .init(id: id, subject: "通知", body: "请及时办理。", audience: .chosen, choices: choices, version: 1, changedAt: World.start), over: 1, by: member, at: World.start)
        }
        return id
    }

    /// The same, sent. `isKnown`: the applicant has a dossier already.
    @discardableResult
    public func circular(isKnown: Bool = false) async throws -> ID<Circular> {
        let id = try await isKnown ? circularDraftOfTheKnown() : circularDraft()
        guard case .staff(let member) = try await actor(.authorityAdministrator) else { throw Problem.notFound }
        try await database.write { try $0.send(id, over: 2, by: Administrator(member, key: World.key(), at: World.start)) }
        return id
    }
}
