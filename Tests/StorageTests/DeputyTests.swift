import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// Deputies act in the place of those who are away, with both names on the record; limits narrow what a staff member sees and does.
@Suite struct DeputyTests {
    private func by(_ world: World) async throws -> Administrator { try await UnitRequestTests.by(.schoolAdministrator, world) }

    private func name(_ deputy: World.Name, of absent: World.Name, _ world: World, from: Int = 0, through: Int = 5, by administrator: Administrator? = nil) async throws {
        let (deputy, staff) = (world.staff[deputy]!, world.staff[absent]!)
        let by = if let administrator { administrator } else { try await by(world) }
        let (from, until) = (World.start.day.adding(from), World.start.day.adding(through))
        try await world.database.write { try $0.nameDeputy(deputy, of: staff, from: from, through: until, by: by) }
    }

    @Test func aDeputyActsUnderBothNames() async throws {
        let world = try await World()
        let dossier = try await world.dossier(after: [(.schoolFirst, .pass())])
        await #expect(throws: Problem(Denial.lacks(.secondReview))) { try await world.take(.pass(), on: dossier, by: .schoolFirstToo) }
        try await name(.schoolFirstToo, of: .schoolSecond, world)
        try await world.take(.pass(), on: dossier, by: .schoolFirstToo)
        let last = try #require(try await world.database.read { try $0.trail(of: dossier).last })
        #expect(last.personName == "人schoolFirstToo（代 人schoolSecond）" && last.person == world.person(.schoolFirstToo).id)
        // In his own right he acts under his own name.
        let other = try await world.dossier(of: .secondApplicant, after: [(.schoolFirstToo, .pass())])
        #expect(try await world.database.read { try $0.trail(of: other).last?.personName } == "人schoolFirstToo")
        // Whoever did the first review does not do the second, in whosever place.
        await #expect(throws: Problem(Denial.sameReviewer)) { try await world.take(.pass(), on: other, by: .schoolFirstToo) }
        #expect(try await world.database.verify().findings == [])
    }

    @Test func itHoldsForItsDays() async throws {
        let world = try await World()
        try await name(.schoolWithoutRole, of: .schoolFirst, world, from: 1, through: 3)
        for (days, holds) in [(0, false), (1, true), (3, true), (4, false)] {
            let member = try await world.database.read { try $0.staff(world.staff[.schoolWithoutRole]!, on: World.start.day.adding(days)) }
            #expect(member?.permissions.contains(.firstReview) == holds && member?.ownPermissions == [])
        }
        await #expect(throws: Problem.self, "two for the same days") { try await name(.schoolSecond, of: .schoolFirst, world, from: 3, through: 9) }
        let (staff, by) = (world.staff[.schoolFirst]!, try await by(world))
        let deputy = try #require(try await world.database.read { try $0.deputies(of: staff, on: World.start.day).first })
        try await world.database.write { try $0.endDeputy(deputy.id, of: staff, by: by) }
        let now = try await world.database.read { try $0.staff(world.staff[.schoolWithoutRole]!, on: World.start.day.adding(1)) }
        #expect(now?.permissions == [])
        #expect(try await world.database.read { try $0.administration(of: world.unit(.school).id).map(\.act) } == [.endDeputy, .nameDeputy])
    }

    @Test func nothingIsLentOn() async throws {
        let world = try await World()
        // The manager lends nothing that he does not hold himself.
        let manager = try await UnitRequestTests.by(.schoolManager, world)
        await #expect(throws: Problem(GrantDenial.beyondOwn([.firstReview]))) { try await name(.schoolWithoutRole, of: .schoolFirst, world, by: manager) }
        try await name(.schoolFirstToo, of: .schoolSecond, world)
        try await name(.schoolWithoutRole, of: .schoolFirstToo, world)
        let lent = try await world.database.read { try $0.staff(world.staff[.schoolWithoutRole]!, on: World.start.day) }
        #expect(lent?.permissions == [.firstReview], "what is held in another's place is not lent on")
        try await name(.schoolManager, of: .schoolFirst, world)
        await #expect(throws: Problem.refused("人schoolManager没有初审、复审或受理权限，不需要代理。")) {
            try await name(.schoolSecond, of: .schoolManager, world, from: 6, through: 9)
        }
        let deputising = try await UnitRequestTests.by(.schoolManager, world)
        #expect(deputising.member.permissions.contains(.firstReview))
        await #expect(throws: Problem(GrantDenial.beyondOwn([.firstReview]))) {
            _ = try await world.database.write { try $0.addRole(RoleForm(name: "初审", permissions: [.firstReview]), by: deputising) }
        }
    }

    /// Neither his own dossier nor that of the colleague in whose place he acts.
    @Test func notOnTheAbsentsDossier() async throws {
        let world = try await World()
        let dossier = try await world.dossier(of: .reviewingApplicant)
        try await name(.schoolWithoutRole, of: .reviewingApplicant, world)
        await #expect(throws: Problem(Denial.absentsDossier)) { try await world.take(.pass(), on: dossier, by: .schoolWithoutRole) }
        try await name(.schoolWithoutRole, of: .schoolFirst, world)
        try await world.take(.pass(), on: dossier, by: .schoolWithoutRole)
        #expect(try await world.database.read { try $0.trail(of: dossier).last?.personName } == "人schoolWithoutRole（代 人schoolFirst）")
    }

    /// D1: both reviews never rest on one person, be it in whosever place.
    @Test func aDeputyDoesNotActForBothReviews() async throws {
        let world = try await World()
        let dossier = try await world.dossier(after: [(.reviewingApplicant, .pass())])
        try await name(.schoolWithoutRole, of: .reviewingApplicant, world)
        await #expect(throws: Problem(Denial.sameReviewer)) { try await world.take(.pass(), on: dossier, by: .schoolWithoutRole) }
        try await name(.schoolWithoutRole, of: .schoolSecond, world)
        try await world.take(.pass(), on: dossier, by: .schoolWithoutRole)
        #expect(try await world.database.read { try $0.trail(of: dossier).last?.personName } == "人schoolWithoutRole（代 人schoolSecond）")
    }

    /// What somebody may do himself he does under his own name.
    @Test func ownRightsComeFirst() async throws {
        let world = try await World()
        let dossier = try await world.dossier(after: [(.schoolFirst, .giveBack)])
        try await name(.schoolFirstToo, of: .schoolSecond, world)
        try await world.take(.extend, on: dossier, by: .schoolFirstToo, deadline: World.start.day.adding(9).end)
        #expect(try await world.database.read { try $0.trail(of: dossier).last?.personName } == "人schoolFirstToo")
    }

    private func limit(_ name: World.Name, _ world: World, series: Set<String> = [], units: Set<ID<WorkUnit>> = [], by: Administrator) async throws {
        let id = world.staff[name]!
        try await world.database.write { connection in
            let old = try connection.staffRecord(id, of: by.member.unit)
            let form = StaffForm(
                department: "", roles: Set(old.roles.map(\.id)), isSuperAdministrator: false, validFrom: nil, validUntil: nil, limits: .init(series: series, units: units))
            try connection.changeStaff(id, to: form, over: old.version, by: by)
        }
    }

    /// Lists, counts, single dossiers and decisions agree about what is within somebody's limits.
    @Test func limitsNarrowEverything() async throws {
        let world = try await World()
        let dossier = try await world.dossier()
        let series = try #require(world.reference.title("22--2")?.series)
        func sees() async throws -> (list: Int, count: Int, one: Bool) {
            let actor = try await world.actor(.schoolFirst)
            guard case .staff(let member) = actor else { throw Problem.notFound }
            return try await world.database.read { connection in
                let list = Worklist(scope: .own, tab: .firstReview)
                let one: Bool
                do { one = try connection.dossier(dossier, for: actor).id == dossier } catch Problem.notFound { one = false }
                return (try connection.worklist(list, for: member, at: World.start).count, try connection.waitingCount(list, for: member), one)
            }
        }
        #expect(try await sees() == (1, 1, true))
        try await limit(.schoolFirst, world, series: [series], by: try await by(world))
        #expect(try await sees() == (1, 1, true))
        try await limit(.schoolFirst, world, series: ["农业技术人员"], by: try await by(world))
        #expect(try await sees() == (0, 0, false))
        await #expect(throws: Problem.notFound) { try await world.take(.pass(), on: dossier, by: .schoolFirst) }
        try await limit(.schoolFirst, world, units: [world.unit(.school).id], by: try await by(world))
        #expect(try await sees() == (1, 1, true))
        await #expect(throws: Problem.self, "no subordinate of the school") {
            try await limit(.schoolFirst, world, units: [world.unit(.bureau).id], by: try await by(world))
        }
        // What is limited is lent as it is, or not at all.
        await #expect(throws: Problem(GrantDenial.otherLimits)) { try await name(.schoolWithoutRole, of: .schoolFirst, world) }
    }

    @Test func limitsReachDown() async throws {
        let world = try await World()
        let upper = try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        let chief = try await UnitRequestTests.chief(of: .bureau, .strangerClerk, world)
        for (units, count) in [([World.UnitName.school], 1), ([.smallSchool], 0), ([.smallSchool, .school], 1), ([.bureau], 0)] {
            let by = Administrator(chief.member, key: World.key(), at: World.start)
            try await limit(.bureauFirst, world, units: Set(units.map { world.unit($0).id }), by: by)
            guard case .staff(let member) = try await world.actor(.bureauFirst) else { throw Problem.notFound }
            #expect(try await world.database.read { try $0.waitingCount(Worklist(scope: .subordinate, tab: .firstReview), for: member) } == count)
        }
        _ = upper
    }

    /// Whoever is limited gives nobody a wider range.
    @Test func nobodyGivesMoreThanHisRange() async throws {
        let world = try await World()
        let manager = try await UnitRequestTests.by(.schoolManager, world)
        try await limit(.schoolManager, world, series: ["会计人员"], by: try await by(world))
        await #expect(throws: Problem(GrantDenial.beyondLimits)) {
            try await limit(.schoolWithoutRole, world, series: ["农业技术人员"], by: Administrator(manager.member, key: World.key(), at: World.start))
        }
        try await limit(.schoolWithoutRole, world, series: ["会计人员"], by: Administrator(manager.member, key: World.key(), at: World.start))
        await #expect(throws: Problem(GrantDenial.beyondLimits)) {
            try await limit(.schoolWithoutRole, world, by: Administrator(manager.member, key: World.key(), at: World.start))
        }
    }
}

/// I-24: a right that is taken away while somebody decides by it is not there for any decision that follows.
@Suite struct RightsRaceTests {
    enum Taking: CaseIterable { case role, staff, roles }

    @Test(arguments: Taking.allCases) func noDecisionFollowsTheChange(_ taking: Taking) async throws {
        for _ in 0..<12 {
            let world = try await World()
            let dossier = try await world.dossier()
            let (by, staff, role) = (try await UnitRequestTests.by(.schoolAdministrator, world), world.staff[.schoolFirst]!, try await world.role(of: .schoolFirst))
            let none = StaffForm(department: "", roles: [], isSuperAdministrator: false, validFrom: nil, validUntil: nil)
            async let taken: Problem? = UnitRequestTests.outcome {
                try await world.database.write { connection in
                    switch taking {
                    case .role: try connection.changeRole(role, to: RoleForm(name: "改", permissions: [.accept]), over: 1, by: by)
                    case .staff: try connection.enableStaff(staff, false, over: 1, by: by)
                    case .roles: try connection.changeStaff(staff, to: none, over: 1, by: by)
                    }
                }
            }
            async let passed: Problem? = UnitRequestTests.outcome { try await world.take(.pass(), on: dossier, by: .schoolFirst) }
            #expect(await taken == nil)
            if let problem = await passed { guard case .notAllowed = problem else { #expect(problem == .notFound); continue } }
            // Whoever lost it decides nothing any more, whichever came first.
            let other = try await world.dossier(of: .secondApplicant)
            await #expect(throws: Problem.self) {
                let stale = StaffMember(
                    id: staff, person: world.person(.schoolFirst).id, name: "旧", unit: world.unit(.school).id, granted: [.firstReview], isSuperAdministrator: false)
                let move = Move(.pass(), on: other, by: .staff(stale), seenVersion: try await world.version(of: other), key: World.key(), opinion: "同意")
                _ = try await world.database.write { try $0.move(move, at: World.start) }
            }
            #expect(try await world.database.verify().findings == [])
        }
    }
}
