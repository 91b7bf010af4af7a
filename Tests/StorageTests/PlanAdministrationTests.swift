import Cast
import Domain
import Testing

@testable import Storage

@Suite struct PlanAdministrationTests {
    private func by(_ name: World.Name, _ world: World, key: String = World.key(), after seconds: Int64 = 0) async throws -> Administrator {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        return Administrator(member, key: key, at: World.start.adding(seconds: seconds))
    }

    private func plan(_ world: World, _ changes: [String: String] = [:], titles: [String] = ["22--1"], limit: World.UnitName = .bureau, acceptance: World.UnitName = .office)
        throws -> ReviewPlan
    {
        let values = world.plan.values.merging(["name": "2027年度演示评审", "year": "2027"]) { $1 }.merging(changes) { $1 }
        return try #require(
            ReviewPlan(
                id: newID(), values: values, titles: titles, authority: world.unit(.authority).id, limit: world.unit(limit).id, acceptanceUnit: world.unit(acceptance).id,
                concluded: false))
    }

    /// A plan that is opened can be applied under; from then on only its windows are put off.
    @Test func aPlanIsOpenedChangedAndUsed() async throws {
        let world = try await World()
        let (opened, by) = (try plan(world), try await by(.authorityAdministrator, world))
        try await world.database.write { try $0.openPlan(opened, by: by) }
        try await world.database.write { try $0.openPlan(opened, by: by) }
        #expect(try await world.database.read { try $0.planRecords(of: world.unit(.authority).id) }.map(\.plan.name) == ["2027年度演示评审", "2026年度演示评审"])
        let renamed = try #require(
            ReviewPlan(
                id: opened.id, values: opened.values.merging(["name": "新名"]) { $1 }, titles: ["22--1", "22--2"], authority: opened.authority, limit: opened.limit,
                acceptanceUnit: opened.acceptanceUnit, concluded: false))
        let second = try await self.by(.authorityAdministrator, world)
        try await world.database.write { try $0.changePlan(renamed, over: 1, by: second) }
        let record = try await world.database.read { try $0.planRecord(opened.id, of: opened.authority) }
        #expect(record.plan == renamed && record.version == 2 && !record.isUsed)
        let late = try await self.by(.authorityAdministrator, world)
        await #expect(throws: Problem.self) { try await world.database.write { try $0.changePlan(opened, over: 1, by: late) } }
        try await world.database.write { try $0.openDossier(newID(), for: world.person(.applicant), under: opened.id, at: World.start) }
        await #expect(throws: Problem.refused("已有人在该计划下申报，只能延长期限。")) { try await world.database.write { try $0.changePlan(renamed, over: 2, by: late) } }
        #expect(try await world.database.read { try $0.administration(of: opened.authority).map(\.act) } == [.changePlan, .addPlan])
        #expect(try await world.database.verify().findings == [])
    }

    @Test func whatAPlanCannotBeIsToldAtItsFields() async throws {
        let world = try await World()
        let by = try await by(.authorityAdministrator, world)
        let wrong: [(ReviewPlan, String)] = [
            (try plan(world, ["name": world.plan.name]), "name"), (try plan(world, titles: []), "titles"), (try plan(world, acceptance: .bureau), "acceptanceUnit"),
            (try plan(world, acceptance: .authority), "acceptanceUnit"), (try plan(world, limit: .closedUnit), "limit"),
            (try plan(world, ["applicationsUntil": "2020-01-01"]), "applicationsUntil"), (try plan(world, ["acceptanceUntil": "2026-12-01"]), "acceptanceUntil"),
        ]
        for (plan, field) in wrong {
            await #expect("\(field)") { try await world.database.write { try $0.openPlan(plan, by: by) } } throws: { error in
                guard case Problem.invalid(let problems)? = error as? Problem else { return false }
                return problems.map(\.field) == [field]
            }
        }
    }

    /// Only the title authority's, and only with the permission.
    @Test(arguments: [World.Name.schoolAdministrator, .authorityFirst]) func othersOpenNone(_ name: World.Name) async throws {
        let world = try await World()
        let (plan, by) = (try plan(world), try await by(name, world))
        await #expect(throws: Problem.self) { try await world.database.write { try $0.openPlan(plan, by: by) } }
    }

    /// D22: windows are only put off, recorded, and those whom it concerns are told; what was closed is open again.
    @Test func windowsArePutOff() async throws {
        let world = try await World(lasting: 1)
        let dossier = try await world.dossier(after: [(.schoolFirst, .giveBack)])
        let (draft, _) = try await world.draft(.secondApplicant)
        let (old, day) = (world.plan.windows, World.start.day)
        func windows(_ applications: Day, _ reviews: Day, _ acceptance: Day) -> ReviewPlan.Windows {
            .init(opens: old.opens, applicationsUntil: applications, reviewsUntil: reviews, acceptanceUntil: acceptance)
        }
        let by = try await by(.authorityAdministrator, world)
        for none in [old, windows(old.applicationsUntil.adding(-1), old.reviewsUntil.adding(9), old.acceptanceUntil.adding(9))] {
            await #expect(throws: Problem.self) { try await world.database.write { try $0.extendPlan(world.plan.id, to: none, because: "疫情", over: 1, by: by) } }
        }
        let later = windows(day.adding(20), old.reviewsUntil.adding(20), old.acceptanceUntil.adding(20))
        try await world.database.write { try $0.extendPlan(world.plan.id, to: later, because: "系统维护", over: 1, by: by) }
        #expect(try await world.database.read { try $0.plan(world.plan.id)?.windows } == later)
        for (name, isTold) in [(World.Name.applicant, true), (.secondApplicant, true), (.smallApplicant, false)] {
            let told = try await world.database.read { try $0.messages(for: .applicant(world.person(name).id), limit: 9).map(\.body) }
            #expect(told.contains { $0.contains("申报截止延至 \(day.adding(20))") && $0.contains("系统维护") } == isTold, "\(name)")
        }
        let office = try await world.actor(.officeAccepter)
        #expect(try await world.database.read { try $0.messages(for: office, limit: 9) }.contains { $0.body.contains("审核截止延至") })
        let entry = try await world.database.read { try $0.administration(of: world.unit(.authority).id)[0] }
        #expect(entry.act == .extendPlan && entry.after["原因"] == "系统维护" && entry.before["申报截止"] == old.applicationsUntil.description)
        // Closed yesterday, open today: the draft can be submitted.
        let revision = try await world.database.read { try $0.draft(of: draft).revision }
        _ = try await world.submit(draft, by: .secondApplicant, revision: revision, at: World.start.adding(seconds: 5 * 86_400))
        _ = dossier
        #expect(try await world.database.verify().findings == [])
    }
}
