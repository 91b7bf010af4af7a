import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// 消息 of a unit: to whom it may go, that it goes once, and who has confirmed it (M21, D16).
@Suite struct CircularTests {
    /// Somebody who may send, with whatever else his seat has; `limits`: to what he is limited.
    private func sender(_ name: World.Name, in world: World) async throws -> StaffMember {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        guard !member.isSuperAdministrator else { return member }
        let role: ID<Role> = newID()
        try await world.database.write { connection in
            try connection.addRole(role, unit: member.unit, name: "消息管理员\(role)", permissions: [.messages])
            try connection.run("INSERT INTO staff_roles (staff_id, role_id) VALUES (\(member.id), \(role))")
        }
        guard case .staff(let now) = try await world.actor(name) else { throw Problem.notFound }
        return now
    }

    private func by(_ member: StaffMember, after seconds: Int64 = 10) -> Administrator { Administrator(member, key: World.key(), at: World.start.adding(seconds: seconds)) }

    /// Sends to whom was chosen; returns the circular.
    @discardableResult
    private func send(
        _ choices: Circular.Choices, _ audience: Circular.Audience = .chosen, by member: StaffMember, subject: String = "通知", after seconds: Int64 = 10, in world: World
    ) async throws -> ID<Circular> {
        let (id, by): (ID<Circular>, Administrator) = (newID(), by(member, after: seconds))
        try await world.database.write { connection in
            try connection.choose(choices, for: id, by: member, at: by.now)
            let draft = try connection.circularDraft(id, of: member)
            try connection.save(
                .init(id: id, subject: subject, body: "内容", audience: audience, choices: draft.choices, version: draft.version, changedAt: by.now), over: draft.version, by: member,
                at: by.now)
            try connection.send(id, over: draft.version + 1, by: by)
        }
        return id
    }

    private func addressees(of id: ID<Circular>, in world: World) async throws -> Set<String> {
        Set(try await world.database.read { try $0.addressees(of: id, waiting: false, limit: 100) }.map(\.id))
    }

    @Test func goesToUnitsBelowAndToTheirPeople() async throws {
        let world = try await World()
        let authority = try await sender(.authorityAdministrator, in: world)
        let (bureau, school, small, applicant) = (world.unit(.bureau).id, world.unit(.school).id, world.unit(.smallSchool).id, world.person(.applicant).id)
        _ = try await world.dossier()
        let id = try await send(.init(units: [school], people: [.init(person: applicant, unit: school)]), by: authority, in: world)
        #expect(try await addressees(of: id, in: world) == [school.text, applicant.text])
        let direct = try await send(.init(), .direct, by: authority, in: world)
        #expect(try await addressees(of: direct, in: world).contains(bureau.text))
        #expect(try await !addressees(of: direct, in: world).contains(school.text))
        let all = try await send(.init(units: [school]), .below, by: authority, in: world)
        #expect(try await addressees(of: all, in: world).isSuperset(of: [bureau.text, school.text, small.text]))
        #expect(try await !addressees(of: all, in: world).contains(authority.unit.text), "nobody writes to his own unit")
        let told = try await world.database.read { try $0.circulars(of: authority.unit) }
        #expect(Set(told.map(\.id)) == [id, direct, all] && told.first { $0.id == id }?.addressed == 2)
        for (audience, circular) in [(Circular.Audience.direct, direct), (.below, all)] {
            let reached = try await world.database.read { try $0.reached(by: audience, of: authority) }
            #expect(try await addressees(of: circular, in: world).count == reached)
        }
        #expect(try await world.database.verify().findings == [])
    }

    @Test func doesNotGoUpOrSidewaysOrToPeopleNobodySees() async throws {
        let world = try await World()
        let bureau = try await sender(.bureauFirst, in: world)
        let (school, other, otherSchool, authority) = (world.unit(.school).id, world.unit(.otherBureau).id, world.unit(.otherSchool).id, world.unit(.authority).id)
        for unit in [other, otherSchool, authority, bureau.unit] {
            await #expect(throws: Problem.notFound) { try await send(.init(units: [unit]), by: bureau, in: world) }
        }
        // The school's applicant is nobody the bureau knows by name before his dossier has come there (D24).
        let applicant = world.person(.applicant).id
        let choice = Circular.Choices(people: [.init(person: applicant, unit: school)])
        _ = try await world.dossier()
        #expect(try await world.database.read { try $0.people(of: school, for: bureau) }.isEmpty)
        await #expect(throws: Problem.notFound) { try await send(choice, by: bureau, in: world) }
        let up = try await World()
        _ = try await up.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        let reached = try await sender(.bureauFirst, in: up)
        let people = try await up.database.read { try $0.people(of: up.unit(.school).id, for: reached) }
        #expect(people.map(\.person.id) == [up.person(.applicant).id] && people[0].year != nil)
        try await send(.init(people: [.init(person: up.person(.applicant).id, unit: up.unit(.school).id)]), by: reached, in: up)
        // The same person out of another unit's list is not there.
        await #expect(throws: Problem.notFound) {
            try await send(.init(people: [.init(person: up.person(.applicant).id, unit: up.unit(.smallSchool).id)]), by: reached, in: up)
        }
    }

    /// The own unit's people are its employees, whether they have applied or not; whoever is limited gets those whose dossiers he deals with.
    @Test func ownPeople() async throws {
        let world = try await World()
        let manager = try await sender(.schoolManager, in: world)
        let school = world.unit(.school).id
        let own = try await world.database.read { try $0.people(of: school, for: manager) }
        #expect(Set(own.map(\.person.id)) == Set([World.Name.applicant, .secondApplicant, .reviewingApplicant].map { world.person($0).id }))
        let page = try await world.database.read { try $0.people(of: school, for: manager, after: own[0].key, limit: 1) }
        #expect(page.map(\.person.id) == [own[1].person.id])
        #expect(try await world.database.read { try $0.people(of: school, for: manager, matching: own[0].person.name) }.contains { $0.person.id == own[0].person.id })
        let first = try await sender(.schoolFirst, in: world)
        try await world.database.write { try $0.run("INSERT INTO staff_series (staff_id, series) VALUES (\(first.id), 'none')") }
        guard case .staff(let limited) = try await world.actor(.schoolFirst) else { throw Problem.notFound }
        _ = try await world.dossier()
        #expect(try await world.database.read { try $0.people(of: school, for: limited) }.isEmpty)
    }

    /// Who is limited to some units writes to those and what is below them.
    @Test func limitsHold() async throws {
        let world = try await World()
        let member = try await sender(.authorityFirst, in: world)
        try await world.database.write { try $0.run("INSERT INTO staff_units (staff_id, unit_id) VALUES (\(member.id), \(world.unit(.otherBureau).id))") }
        guard case .staff(let limited) = try await world.actor(.authorityFirst) else { throw Problem.notFound }
        await #expect(throws: Problem.notFound) { try await send(.init(units: [world.unit(.bureau).id]), by: limited, in: world) }
        let id = try await send(.init(), .below, by: limited, in: world)
        #expect(try await addressees(of: id, in: world) == [world.unit(.otherBureau).id.text, world.unit(.otherSchool).id.text])
        let direct = try await send(.init(), .direct, by: limited, in: world)
        #expect(try await addressees(of: direct, in: world) == [world.unit(.otherBureau).id.text])
    }

    @Test func isSentOnceAndWhole() async throws {
        let world = try await World()
        let bureau = try await sender(.bureauFirst, in: world)
        let school = world.unit(.school).id
        let (id, by): (ID<Circular>, Administrator) = (newID(), by(bureau))
        try await world.database.write { try $0.choose(.init(units: [school]), for: id, by: bureau, at: by.now) }
        await #expect(throws: Problem.refused("这份草稿已在另一个窗口中修改。请核对接收人后再次保存或发送。")) {
            try await world.database.write { try $0.send(id, over: 7, by: by) }
        }
        try await world.database.write { try $0.send(id, over: 1, by: by) }
        try await world.database.write { try $0.send(id, over: 1, by: by) }
        #expect(try await world.database.read { try $0.circulars(of: bureau.unit) }.count == 1)
        #expect(try await world.database.read { try $0.circularDrafts(of: bureau) }.isEmpty)
        await #expect(throws: Problem.refused("这条消息已经发送。")) { try await world.database.write { try $0.choose(.init(units: [school]), for: id, by: bureau, at: by.now) } }
        let entry = try #require(try await world.database.read { try $0.administration(of: bureau.unit) }.first { $0.act == .sendCircular })
        #expect(entry.after["接收"] == "1 个单位")
        // Nobody to send to, nobody's draft, and nobody who may not.
        await #expect(throws: Problem.refused("没有接收人，请先选择单位或人员。")) { try await send(.init(), by: bureau, in: world) }
        guard case .staff(let second) = try await world.actor(.bureauSecond) else { return }
        await #expect(throws: Problem(GrantDenial.lacks(.messages))) { try await send(.init(units: [school]), by: second, in: world) }
        #expect(try await world.database.verify().findings == [])
    }

    /// Between choosing and sending a unit can be stopped: it is named, and nothing goes out.
    @Test func whoCannotBeReachedAnyMoreIsNamed() async throws {
        let world = try await World()
        let bureau = try await sender(.bureauFirst, in: world)
        let (id, school): (ID<Circular>, WorkUnit) = (newID(), world.unit(.school))
        try await world.database.write { connection in
            try connection.choose(.init(units: [school.id, world.unit(.smallSchool).id]), for: id, by: bureau, at: World.start)
            try connection.run("UPDATE units SET enabled = 0 WHERE id = \(school.id)")
        }
        do {
            try await world.database.write { try $0.send(id, over: 1, by: by(bureau)) }
            Issue.record("was sent")
        } catch Problem.refused(let reason) {
            #expect(reason.hasPrefix(school.name) && !reason.contains(world.unit(.smallSchool).name))
        }
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM circulars") + $0.count("SELECT COUNT(*) FROM circular_addressees") } == 0)
    }

    /// The first of a unit confirms it for the unit, with his name; the others have read it for themselves.
    @Test func isConfirmedOnceForTheUnit() async throws {
        let world = try await World()
        let bureau = try await sender(.bureauFirst, in: world)
        let id = try await send(.init(units: [world.unit(.school).id]), by: bureau, in: world)
        let (first, second, stranger) = (try await world.actor(.schoolFirst), try await world.actor(.schoolSecond), try await world.actor(.otherSchoolFirst))
        func account(_ actor: Actor) async throws -> ID<Account> {
            let id: ID<Account> = newID()
            try await world.database.write {
                try $0.run(
                    """
                    INSERT INTO accounts (id, issuer, subject, kind, person_id, credit_code, unit_name, disabled, created_at)
                    VALUES (\(id), 'https://idp', \(id.text), 'person', \(actor.person), '', '', 0, \(World.start))
                    """)
            }
            return id
        }
        let (one, two) = (try await account(first), try await account(second))
        #expect(try await world.database.read { try $0.circularsToConfirm(by: first) } == 1)
        await #expect(throws: Problem.notFound) { try await world.database.write { try $0.confirm(id, by: stranger, named: "旁人", at: two, World.start) } }
        for _ in 0..<2 { try await world.database.write { try $0.confirm(id, by: first, named: "甲", at: one, World.start.adding(seconds: 20)) } }
        let seen = try await world.database.read { try $0.messages(for: second, at: two, limit: 9) }
        #expect(seen.map(\.confirmation?.by) == ["甲"] && seen.map(\.isRead) == [false])
        try await world.database.write { try $0.confirm(id, by: second, named: "乙", at: two, World.start.adding(seconds: 30)) }
        let received = try await world.database.read { try $0.receivedCircular(id, by: second, at: two) }
        #expect(received.confirmation == .init(by: "甲", at: World.start.adding(seconds: 20)) && received.isRead)
        #expect(try await world.database.read { try $0.circularsToConfirm(by: first) } == 0)
        #expect(try await world.database.read { try $0.circular(id, of: bureau.unit) }.confirmed == 1)
        #expect(try await world.database.read { try $0.addressees(of: id, waiting: true) }.isEmpty)
        #expect(try await world.database.verify().findings == [])
    }

    /// All that was said to a unit, page by page: each once, latest first, also of one instant.
    @Test func pagesHoldEachMessageOnce() async throws {
        let world = try await World()
        let bureau = try await sender(.bureauFirst, in: world)
        _ = try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .giveBack)])
        for number in 0..<7 { try await send(.init(units: [world.unit(.school).id]), by: bureau, subject: "第\(number)", after: Int64(number / 3), in: world) }
        let reader = try await world.actor(.schoolSecond)
        let all = try await world.database.read { try $0.messages(for: reader, limit: 100) }
        #expect(all.count > 7 && all.map(\.sentAt) == all.map(\.sentAt).sorted(by: >))
        for size in [1, 2, 3, 5] {
            var (read, key): ([Message], Message.Key?) = ([], nil)
            while true {
                let page = try await world.database.read { [key] in try $0.messages(for: reader, after: key, limit: size) }
                read += page
                guard let last = page.last else { break }
                key = last.key
            }
            #expect(read == all, "\(size) a page")
        }
        // What waits to be confirmed comes first on the home page, and leaves room.
        let newest = try await world.database.read { try $0.newestMessages(for: reader, at: newID(), limit: 6) }
        #expect(newest.count == 6 && Set(newest).count == 6 && newest.prefix(3).allSatisfy(\.awaitsConfirmation))
        let circulars = try await world.database.read { try $0.messages(for: reader, .circulars, limit: 100) }
        let notices = try await world.database.read { try $0.messages(for: reader, .notices, limit: 100) }
        #expect(circulars.count == 7 && circulars.count + notices.count == all.count)
    }

    @Test func listsUseTheirIndex() async throws {
        let world = try await World()
        let (reader, member) = (try await world.actor(.schoolFirst), try await sender(.bureauFirst, in: world))
        let key = Message.Key(sentAt: World.start, kind: 2, subject: "x", number: 0)
        let school = world.unit(.school).id
        for number in 0..<7 {
            let plan = try await world.database.read { connection in
                switch number {
                case 0: try connection.plan(of: connection.messagesQuery(for: reader, at: newID(), .all, after: key, limit: 50))
                case 1: try connection.plan(of: connection.messagesQuery(for: reader, at: newID(), .all, after: nil, limit: 50))
                case 2: try connection.plan(of: connection.messagesQuery(for: .applicant(member.person), at: newID(), .circulars, after: key, limit: 50))
                case 3: try connection.plan(of: connection.addresseesQuery(of: newID(), waiting: true, after: .init(name: "x", id: "y"), limit: 50))
                case 4: try connection.plan(of: connection.addresseesQuery(of: newID(), waiting: false, after: nil, limit: 50))
                case 5: try connection.plan(of: connection.circularsQuery(of: school, before: (World.start, newID()), limit: 50))
                case _: try connection.plan(of: connection.peopleQuery(of: school, for: member, matching: "", after: nil, limit: 50))
                }
            }
            #expect(
                !plan.contains { line in (line.contains("SCAN") || line.contains("Seq Scan")) && !["SCAN m", "SCAN s", "SCAN x"].contains { line.hasSuffix($0) } },
                "\(number): \(plan)")
            // What has an order of its own is not sorted.
            if 3...5 ~= number { #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.contains("Sort") }, "\(number): \(plan)") }
        }
    }
}
