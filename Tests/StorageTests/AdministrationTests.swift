import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// Staff and roles: a change counts from the next request, is recorded with it, and never leaves a unit without its super administrator.
@Suite struct AdministrationTests {
    private static let number = IDNumber(stored: "110105194912310046")

    private func administrator(_ name: World.Name, in world: World, at now: Instant = World.start) async throws -> Administrator {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        return Administrator(member, key: World.key(), at: now)
    }

    private func form(_ roles: Set<ID<Role>> = [], isSuper: Bool = false, from: Day? = nil, until: Day? = nil) -> StaffForm {
        StaffForm(department: "教务处", roles: roles, isSuperAdministrator: isSuper, validFrom: from, validUntil: until)
    }

    private func newStaff(_ name: String = "新来的") -> NewStaff { NewStaff(name: name, idNumber: Self.number, phone: Phone(stored: "13800001234")) }

    private func signedIn(_ name: String, in world: World, at now: Instant = World.start) async throws -> StaffMember? {
        let token = World.key()
        let identity = Identity(
            issuer: "https://idp", subject: "new-\(token)", kind: .unit, name: name, idNumber: Self.number, phone: nil, creditCode: world.unit(.school).creditCode, unitName: "")
        return try await world.database.write { connection in
            try connection.signIn(identity, tokenHash: token, at: now)
            return try connection.signedIn(tokenHash: token, rule: SessionRule(idle: 1800, absolute: 28_800), at: now)?.0.staff
        }
    }

    @Test func whoeverIsAddedBindsAtHisFirstSignIn() async throws {
        let world = try await World()
        let (by, role) = (try await administrator(.schoolAdministrator, in: world), try await world.role(of: .schoolFirst))
        let id = try await world.database.write { try $0.addStaff(newStaff(), form([role]), by: by) }
        #expect(try await world.database.write { try $0.addStaff(newStaff(), form([role]), by: by) } == id, "the same form adds once")
        // Under another name the platform tells of somebody else.
        #expect(try await signedIn("别人", in: world) == nil)
        let member = try #require(try await signedIn("新来的", in: world))
        #expect(member.id == id && member.permissions == [.firstReview])
        let record = try await world.database.read { try $0.staffRecord(id, of: world.unit(.school).id) }
        #expect(record.isBound && record.signedInAt == World.start && record.state(on: World.start.day) == .active)
        let again = try await administrator(.schoolAdministrator, in: world)
        await #expect(throws: Problem.invalid([FieldProblem("idNumber", "本单位工作人员中已有此证件号码")])) {
            _ = try await world.database.write { try $0.addStaff(newStaff(), form(), by: again) }
        }
    }

    /// A unit types what it likes; a person who is known already keeps his name and his phone.
    @Test func aKnownPersonStaysAsHeIs() async throws {
        let world = try await World()
        let by = try await administrator(.schoolAdministrator, in: world)
        let known = world.person(.unemployed)
        let new = NewStaff(name: "改名", idNumber: known.idNumber, phone: Phone(stored: "13999999999"))
        _ = try await world.database.write { try $0.addStaff(new, form(), by: by) }
        #expect(try await world.database.read { try $0.person(known.id) } == known)
    }

    @Test func aChangeCountsFromTheNextRequest() async throws {
        let world = try await World()
        let (school, clerk, role) = (world.unit(.school).id, try #require(world.staff[.schoolFirst]), try await world.role(of: .schoolFirst))
        let id = try await world.dossier()
        let changed = try RoleForm(name: "只管受理", permissions: [.accept])
        let by = try await administrator(.schoolAdministrator, in: world)
        try await world.database.write { try $0.changeRole(role, to: changed, over: 1, by: by) }
        await #expect(throws: Problem(Denial.lacks(.firstReview))) { try await world.take(.pass(), on: id, by: .schoolFirst) }
        let stale = try await administrator(.schoolAdministrator, in: world)
        let late = await #expect(throws: Problem.self) { try await world.database.write { try $0.changeRole(role, to: changed, over: 1, by: stale) } }
        guard case .changedMeanwhile(let change) = late else { throw late ?? Problem.notFound }
        #expect(change.by == "人schoolAdministrator" && change.what == "修改角色")
        // Stopped, he is nobody any more; and let go on, he is who he was.
        for (enabled, version) in [(false, 1), (true, 2)] {
            let by = try await administrator(.schoolAdministrator, in: world)
            try await world.database.write { try $0.enableStaff(clerk, enabled, over: version, by: by) }
            #expect(try await world.database.read { try $0.staff(clerk, on: World.start.day) != nil } == enabled)
        }
        #expect(try await world.database.read { try $0.administration(of: school).map(\.act) } == [.enableStaff, .disableStaff, .changeRole])
        let entry = try #require(try await world.database.read { try $0.administration(of: school, AdministrationFilter(search: "只管")) }.first)
        #expect(entry.before["权限"] == "初审" && entry.after["权限"] == "受理" && entry.by == "人schoolAdministrator")
        #expect(try await world.database.verify().findings == [])
    }

    @Test func anAuthorizationHoldsForItsDays() async throws {
        let world = try await World()
        let today = World.start.day
        let by = try await administrator(.schoolAdministrator, in: world)
        let id = try await world.database.write { try $0.addStaff(newStaff(), form(from: today.adding(1), until: today.adding(2)), by: by) }
        for (day, holds) in [(0, false), (1, true), (2, true), (3, false)] {
            #expect(try await world.database.read { try $0.staff(id, on: today.adding(day)) != nil } == holds, "\(day)")
        }
    }

    /// Days give and take rights: they are not for somebody who lacks these.
    @Test func daysAreRightsToo() async throws {
        let world = try await World()
        let (clerk, role) = (try #require(world.staff[.schoolFirst]), try await world.role(of: .schoolFirst))
        let by = try await administrator(.schoolManager, in: world)
        let unchanged = StaffForm(department: "新部门", roles: [role], isSuperAdministrator: false, validFrom: nil, validUntil: nil)
        try await world.database.write { try $0.changeStaff(clerk, to: unchanged, over: 1, by: by) }
        let ending = Administrator(by.member, key: World.key(), at: World.start)
        let until = StaffForm(department: "", roles: [role], isSuperAdministrator: false, validFrom: nil, validUntil: World.start.day.adding(-1))
        await #expect(throws: Problem(GrantDenial.beyondOwn([.firstReview]))) { try await world.database.write { try $0.changeStaff(clerk, to: until, over: 2, by: ending) } }
    }

    /// A name that was mistyped is put right until its owner has signed in; and whose number is typed stays unknown until then.
    @Test func aNameIsTheUnitsUntilTheFirstSignIn() async throws {
        let world = try await World()
        let (school, by) = (world.unit(.school).id, try await administrator(.schoolAdministrator, in: world))
        let id = try await world.database.write { try $0.addStaff(newStaff("新来德"), form(), by: by) }
        #expect(try await signedIn("新来的", in: world) == nil)
        #expect(try await world.database.read { try $0.staffRecords(of: school, search: "新来的") }.isEmpty, "the platform's name is not told")
        #expect(try await world.database.read { try $0.staffRecord(id, of: school).phone } == nil)
        let again = try await administrator(.schoolAdministrator, in: world)
        let right = StaffForm(department: "", roles: [], isSuperAdministrator: false, validFrom: nil, validUntil: nil, enteredName: "新来的")
        try await world.database.write { try $0.changeStaff(id, to: right, over: 1, by: again) }
        #expect(try await signedIn("新来的", in: world)?.id == id)
        #expect(try await world.database.read { try $0.administration(of: school).first?.after["姓名"] } == "新来的")
    }

    /// An account is of a credit code (D23): the same subject under another code is another account, and one that comes back with another's
    /// number is not taken for whom it was bound to.
    @Test func aBindingHoldsForItsUnitAndPersonOnly() async throws {
        let world = try await World()
        func staff(_ person: World.Name, _ unit: World.UnitName) async throws -> StaffMember? {
            let (known, token) = (world.person(person), World.key())
            let identity = Identity(
                issuer: "https://idp", subject: "one", kind: .unit, name: known.name, idNumber: known.idNumber, phone: nil, creditCode: world.unit(unit).creditCode, unitName: "")
            return try await world.database.write { connection in
                try connection.signIn(identity, tokenHash: token, at: World.start)
                return try connection.signedIn(tokenHash: token, rule: SessionRule(idle: 1800, absolute: 28_800), at: World.start)?.0.staff
            }
        }
        #expect(try await staff(.schoolFirst, .school) != nil)
        #expect(try await staff(.schoolFirst, .bureau) == nil)
        #expect(try await staff(.bureauFirst, .bureau) != nil)
        #expect(try await staff(.schoolFirst, .bureau) == nil, "the binding is another person's")
        #expect(try await staff(.schoolFirst, .school) != nil, "what is bound under one code stays")
    }

    @Test func aRoleInUseIsNotDeleted() async throws {
        let world = try await World()
        let (school, role) = (world.unit(.school).id, try await world.role(of: .schoolFirst))
        let by = try await administrator(.schoolAdministrator, in: world)
        let problem = await #expect(throws: Problem.self) { try await world.database.write { try $0.deleteRole(role, over: 1, by: by) } }
        guard case .refused(let reason) = problem else { throw problem ?? Problem.notFound }
        #expect(reason.contains("人schoolFirst"))
        let added = try await administrator(.schoolAdministrator, in: world)
        let unused = try await world.database.write { try $0.addRole(RoleForm(name: "闲置", permissions: [.accept]), by: added) }
        await #expect(throws: Problem.invalid([FieldProblem("name", "本单位已有名为“闲置”的角色")])) {
            let again = Administrator(by.member, key: World.key(), at: World.start)
            _ = try await world.database.write { try $0.addRole(RoleForm(name: "闲置 ", permissions: [.accept]), by: again) }
        }
        let deleted = try await administrator(.schoolAdministrator, in: world)
        try await world.database.write { try $0.deleteRole(unused, over: 1, by: deleted) }
        try await world.database.write { try $0.deleteRole(unused, over: 1, by: deleted) }
        #expect(try await world.database.read { try $0.roles(of: school).contains { $0.role.id == unused } } == false)
    }

    /// Not disabled, not demoted, not limited in time: neither by one, nor by two who do it to each other at once (I-22).
    @Test func aUnitKeepsASuperAdministrator() async throws {
        let world = try await World()
        let (school, first) = (world.unit(.school).id, try #require(world.staff[.schoolAdministrator]))
        let by = try await administrator(.schoolAdministrator, in: world)
        let second = try await world.database.write { try $0.addStaff(newStaff(), form(isSuper: true), by: by) }
        let other = Administrator(try #require(try await world.database.read { try $0.staff(second, on: World.start.day) }), key: World.key(), at: World.start)
        for round in 0..<10 {
            let versions = try await world.database.read { (try $0.staffRecord(first, of: school).version, try $0.staffRecord(second, of: school).version) }
            let mine = Administrator(by.member, key: World.key(), at: World.start)
            let theirs = Administrator(other.member, key: World.key(), at: World.start)
            async let one = Self.succeeds { try await world.database.write { try $0.enableStaff(second, false, over: versions.1, by: mine) } }
            async let two = Self.succeeds { try await world.database.write { try $0.enableStaff(first, false, over: versions.0, by: theirs) } }
            #expect(await [one, two].filter { $0 }.count == 1, "round \(round)")
            let disabled = try await world.database.read { connection in try [first, second].first { try !connection.staffRecord($0, of: school).isEnabled } }
            let lost = try #require(disabled)
            let back = Administrator(lost == second ? by.member : other.member, key: World.key(), at: World.start)
            let version = try await world.database.read { try $0.staffRecord(lost, of: school).version }
            try await world.database.write { try $0.enableStaff(lost, true, over: version, by: back) }
        }
        let version = try await world.database.read { try $0.staffRecord(first, of: school).version }
        let demoting = Administrator(other.member, key: World.key(), at: World.start)
        try await world.database.write { try $0.changeStaff(first, to: form(), over: version, by: demoting) }
        // He who is left can be touched by nobody else, and not by himself.
        let himself = Administrator(other.member, key: World.key(), at: World.start)
        await #expect(throws: Problem(GrantDenial.ownRights)) { try await world.database.write { try $0.enableStaff(second, false, over: 1, by: himself) } }
    }

    private static func succeeds(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            return false
        }
    }

    @Test func aResetAccountBindsAnew() async throws {
        let world = try await World()
        let by = try await administrator(.schoolAdministrator, in: world)
        let id = try await world.database.write { try $0.addStaff(newStaff(), form(), by: by) }
        #expect(try await signedIn("新来的", in: world)?.id == id)
        #expect(try await signedIn("新来的", in: world) == nil, "another account of his is not bound beside the first")
        let reset = try await administrator(.schoolAdministrator, in: world)
        let version = try await world.database.read { try $0.staffRecord(id, of: world.unit(.school).id).version }
        try await world.database.write { try $0.resetBinding(of: id, over: version, by: reset) }
        #expect(try await signedIn("新来的", in: world)?.id == id)
    }

    @Test func othersUnitsAreNotThere() async throws {
        let world = try await World()
        let (clerk, role) = (try #require(world.staff[.schoolFirst]), try await world.role(of: .schoolFirst))
        let stranger = try await administrator(.authorityAdministrator, in: world)
        await #expect(throws: Problem.notFound) { try await world.database.write { try $0.enableStaff(clerk, false, over: 1, by: stranger) } }
        await #expect(throws: Problem.notFound) {
            try await world.database.write { try $0.changeRole(role, to: RoleForm(name: "x", permissions: [.accept]), over: 1, by: stranger) }
        }
        await #expect(throws: Problem.invalid([FieldProblem("roles", "所选角色已被删除，请重新选择")])) {
            _ = try await world.database.write { try $0.addStaff(newStaff(), form([role]), by: stranger) }
        }
    }
}
