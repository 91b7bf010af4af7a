import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// Units below: made with their super administrator or not at all, changed by their direct superior only, never stopped while something waits there.
@Suite struct SubordinateTests {
    private static let code = CreditCode(stored: "91350100M000100Y43")
    private static let values = [
        "type": "21", "jurisdiction": "510000", "steps": "two", "singleClerk": "0", "postManagement": "1", "contactName": "联系人", "contactPhone": "028-12345678",
    ]

    private func administrator(_ name: World.Name = .authorityAdministrator, in world: World) async throws -> Administrator {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        return Administrator(member, key: World.key(), at: World.start)
    }

    private func unit(named name: String = "新建演示学校", under superior: ID<WorkUnit>, code: CreditCode = SubordinateTests.code) throws -> WorkUnit {
        try #require(WorkUnit(id: newID(), name: name, creditCode: code, superior: superior, values: Self.values, enabled: true))
    }

    private let new = NewStaff(name: "新来的", idNumber: IDNumber(stored: "110105194912310046"), phone: Phone(stored: "13800001234"))

    @Test func aUnitIsMadeWithItsSuperAdministrator() async throws {
        let world = try await World()
        let (authority, by) = (world.unit(.authority).id, try await administrator(in: world))
        let made = try unit(under: authority)
        let id = try await world.database.write { try $0.addSubordinate(made, new, by: by) }
        #expect(try await world.database.write { try $0.addSubordinate(made, new, by: by) } == id, "the same form makes one")
        let found = try await world.database.read { try $0.subordinate(id, below: authority) }
        #expect(found.unit == made && found.administrators == ["新来的"] && found.waiting == 0)
        // Its administrator comes through the identity platform and is at work.
        let member = try await world.database.write { connection in
            let identity = Identity(
                issuer: "https://idp", subject: "new", kind: .unit, name: "新来的", idNumber: new.idNumber, phone: nil, creditCode: Self.code, unitName: "新建演示学校")
            try connection.signIn(identity, tokenHash: "hash", at: World.start)
            return try connection.signedIn(tokenHash: "hash", rule: SessionRule(idle: 1800, absolute: 28_800), at: World.start)?.0.staff
        }
        #expect(member?.isSuperAdministrator == true && member?.unit == id)
        let again = try await administrator(in: world)
        await #expect(throws: Problem.invalid([FieldProblem("creditCode", "该统一社会信用代码已有单位“新建演示学校”")])) {
            _ = try await world.database.write { try $0.addSubordinate(try unit(named: "另一所", under: authority), new, by: again) }
        }
        let entry = try #require(try await world.database.read { try $0.administration(of: authority) }.first)
        #expect(entry.act == .addUnit && entry.after["职称业务归属地"] == "四川省省本级" && entry.after["超级管理员"] == "新来的")
        #expect(try await world.database.verify().findings == [])
    }

    /// Two superiors make the same unit at once: one has it, the other is told whose it is.
    @Test func theSameCreditCodeAtOnce() async throws {
        let world = try await World()
        let (one, two) = (try await administrator(in: world), try await administrator(.schoolAdministrator, in: world))
        async let first = Self.outcome { try await world.database.write { try $0.addSubordinate(try unit(named: "甲", under: one.member.unit), new, by: one) } }
        async let second = Self.outcome { try await world.database.write { try $0.addSubordinate(try unit(named: "乙", under: two.member.unit), new, by: two) } }
        let outcomes = await [first, second].compactMap { $0 }
        guard outcomes.count == 1, case .invalid(let problems) = outcomes[0] else { throw outcomes.first ?? Problem.notFound }
        #expect(problems.map(\.field) == ["creditCode"])
    }

    private static func outcome(_ body: () async throws -> ID<WorkUnit>) async -> Problem? {
        do {
            _ = try await body()
            return nil
        } catch let problem as Problem {
            return problem
        } catch {
            return .unavailable("\(error)")
        }
    }

    @Test func onlyTheDirectSuperiorChangesIt() async throws {
        let world = try await World()
        let (bureau, school) = (world.unit(.bureau), world.unit(.school))
        let by = try await administrator(in: world)
        try await world.database.write { try $0.changeSubordinate(bureau.id, to: Self.values, over: 1, by: by) }
        let changed = try #require(try await world.database.read { try $0.unit(bureau.id) })
        #expect(changed.postManagement && changed.type == "21" && changed.name == bureau.name && changed.creditCode == bureau.creditCode)
        let stale = try await administrator(in: world)
        let late = await #expect(throws: Problem.self) { try await world.database.write { try $0.changeSubordinate(bureau.id, to: Self.values, over: 1, by: stale) } }
        guard case .changedMeanwhile = late else { throw late ?? Problem.notFound }
        await #expect(throws: Problem.notAllowed("该单位由其直接上级单位管理。")) {
            try await world.database.write { try $0.changeSubordinate(school.id, to: Self.values, over: 1, by: stale) }
        }
        let stranger = try await administrator(.schoolAdministrator, in: world)
        for id in [bureau.id, school.id, world.unit(.otherSchool).id] {
            await #expect(throws: Problem.notFound) { try await world.database.write { try $0.changeSubordinate(id, to: Self.values, over: 1, by: stranger) } }
        }
    }

    @Test func aUnitIsNotStoppedWhileSomethingWaitsThere() async throws {
        let world = try await World()
        let bureau = world.unit(.bureau).id
        let id = try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        let by = try await administrator(in: world)
        let problem = await #expect(throws: Problem.self) { try await world.database.write { try $0.enableSubordinate(bureau, false, over: 1, by: by) } }
        guard case .refused(let reason) = problem else { throw problem ?? Problem.notFound }
        #expect(reason.contains("还有 1 件"))
        try await world.take(.pass(), on: id, by: .bureauFirst)
        try await world.take(.pass(), on: id, by: .bureauSecond)
        let stopping = try await administrator(in: world)
        try await world.database.write { try $0.enableSubordinate(bureau, false, over: 1, by: stopping) }
        let other = try await world.dossier(of: .secondApplicant, after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        await #expect(throws: Problem.self, "whoever works there is refused from the next request") { try await world.take(.pass(), on: other, by: .bureauFirst) }
        let starting = try await administrator(in: world)
        try await world.database.write { try $0.enableSubordinate(bureau, true, over: 2, by: starting) }
        try await world.take(.pass(), on: other, by: .bureauFirst)
    }

    @Test func aUnitThatHasLostItsSuperAdministratorGetsAnother() async throws {
        let world = try await World()
        let bureau = world.unit(.bureau).id
        let by = try await administrator(in: world)
        try await world.database.write { try $0.appointAdministrator(new, at: bureau, over: 1, by: by) }
        #expect(try await world.database.read { try $0.subordinate(bureau, below: by.member.unit).administrators } == ["新来的"])
        // Typed wrongly, it is typed again, as long as nobody has come in.
        let corrected = try await administrator(in: world)
        let right = NewStaff(name: "新来德", idNumber: new.idNumber, phone: new.phone)
        try await world.database.write { try $0.appointAdministrator(right, at: bureau, over: 2, by: corrected) }
        #expect(try await world.database.read { try $0.subordinate(bureau, below: by.member.unit).administrators } == ["新来德"])
        let identity = Identity(
            issuer: "https://idp", subject: "new", kind: .unit, name: "新来德", idNumber: new.idNumber, phone: nil, creditCode: world.unit(.bureau).creditCode, unitName: "")
        try await world.database.write { try $0.signIn(identity, tokenHash: "hash", at: World.start) }
        let again = try await administrator(in: world)
        await #expect(throws: Problem.refused("该单位有在用的超级管理员，由其在工作人员管理中添加。")) {
            try await world.database.write { try $0.appointAdministrator(new, at: bureau, over: 3, by: again) }
        }
    }

    @Test func theTreeIsReadLevelByLevelAndSearchedAsAWhole() async throws {
        let world = try await World()
        let authority = world.unit(.authority).id
        let level = try await world.database.read { try $0.subordinates(of: authority) }
        #expect(level.map(\.unit.name) == level.map(\.unit.name).sorted() && level.count == 4)
        let first = try #require(level.first?.unit)
        let rest = try await world.database.read { try $0.subordinates(of: authority, after: .init(name: first.name, id: first.id)) }
        #expect(rest == Array(level.dropFirst()))
        #expect(try await world.database.read { try $0.subordinates(below: authority, matching: "SCHOOL") }.count == 3)
        #expect(try await world.database.read { try $0.subordinates(below: world.unit(.bureau).id, matching: "school") }.map(\.unit.name) == ["演示school", "演示smallSchool"])
        let plan = try await world.database.read { try $0.plan(of: $0.subordinatesQuery(of: authority, after: .init(name: "x", id: authority), limit: 50)) }
        #expect(plan.contains { $0.contains("units_by_superior") } && !plan.contains { $0.contains("SCAN") || $0.contains("Seq Scan") }, "\(plan)")
    }
}
