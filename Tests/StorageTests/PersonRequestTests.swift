import Cast
import Domain
import Testing

@testable import Storage

@Suite struct PersonRequestTests {
    /// 退回, and the person sends it in again: it begins anew with his own unit.
    @Test func whatIsReturnedBeginsAnew() async throws {
        let world = try await World()
        let id = try await world.profile()
        try await world.decide(id, .pass, by: .schoolTalents)
        try await world.decide(id, .giveBack, by: .bureauTalents)
        #expect(try await world.state(of: id) == (.returned, 1))
        #expect(try await world.waiting(.profile, .bureauTalents) == [])
        await #expect(throws: Problem.self) { try await world.decide(id, .pass, by: .bureauTalents) }
        let told = try await world.database.read { try $0.messages(for: .applicant(world.person(.applicant).id), limit: 5).map(\.body) }
        #expect(told.contains { $0.contains("退回") && $0.contains("意见") })
        #expect(try await world.profile(over: 3, at: World.start.adding(seconds: 60)) == id)
        #expect(try await world.state(of: id) == (.waiting, 0))
        #expect(try await world.waiting(.profile, .schoolTalents) == [id])
        #expect(try await world.database.verify().findings == [])
    }

    @Test func onlyOneIsUnderWay() async throws {
        let world = try await World()
        let id = try await world.profile()
        await #expect(throws: Problem.self) { try await world.profile() }
        let key = World.key()
        let entrustment = try await world.entrustment()
        await #expect(throws: Problem.self) { _ = try await world.entrustment() }
        try await world.database.write { try $0.cancel(id, over: 1, by: world.person(.applicant), key: key, at: World.start) }
        try await world.database.write { try $0.cancel(id, over: 1, by: world.person(.applicant), key: key, at: World.start) }
        #expect(try await world.waiting(.profile, .schoolTalents) == [])
        #expect(try await world.waiting(.entrustment, .schoolTalents) == [entrustment])
        _ = try await world.profile()
        #expect(try await world.database.verify().findings == [])
    }

    @Test func aKeyTakesOneEffect() async throws {
        let world = try await World()
        let key = World.key()
        let id = try await world.profile(key: key)
        #expect(try await world.profile(key: key) == id)
        let decision = World.key()
        try await world.decide(id, .pass, by: .schoolTalents, version: 1, key: decision)
        try await world.decide(id, .pass, by: .schoolTalents, version: 1, key: decision)
        #expect(try await world.state(of: id) == (.waiting, 1))
        // The same form sent by its other button: the first counts, and it says who has done what.
        await #expect(throws: Problem.self) { try await world.decide(id, .fail, by: .schoolTalents, version: 1, key: decision) }
    }

    /// Of two who decide on the same version one does; the other is told who, what and when.
    @Test func ofTwoOneDecides() async throws {
        let world = try await World()
        let id = try await world.profile()
        try await world.decide(id, .pass, by: .schoolAdministrator, version: 1)
        await #expect { try await world.decide(id, .giveBack, by: .schoolTalents, version: 1) } throws: { error in
            guard case Problem.changedMeanwhile(let change)? = error as? Problem else { return false }
            return change.by.contains("schoolAdministrator") && change.what == "通过"
        }
    }

    /// D11, I-15: nobody decides what he asks himself, nothing outside his unit, and nothing without the permission.
    @Test(arguments: [World.Name.schoolFirst, .schoolManager, .bureauTalents, .otherFirst, .authorityAdministrator]) func othersDoNotDecide(_ name: World.Name) async throws {
        let world = try await World()
        let id = try await world.profile()
        await #expect(throws: Problem.notFound) { try await world.decide(id, .pass, by: name) }
    }

    @Test func nobodyDecidesHisOwn() async throws {
        let world = try await World()
        let id = try await world.profile(of: .schoolTalents)
        await #expect(throws: Problem(Denial.ownRequest)) { try await world.decide(id, .pass, by: .schoolTalents) }
        try await world.decide(id, .pass, by: .schoolAdministrator)
        // Where he is the only one who may, the unit is passed over, and the next that can goes on reviewing.
        let alone = try await world.profile(of: .bureauTalents)
        #expect(try await world.database.read { try $0.personRequest(alone)?.path } == [world.unit(.school).id, world.unit(.authority).id])
    }

    /// D23: a unit that has given a request back sees nothing of what is then sent to another.
    @Test func whatIsMendedForAnotherUnitIsAnotherRequest() async throws {
        let world = try await World()
        let id = try await world.profile()
        try await world.decide(id, .giveBack, by: .schoolTalents, opinion: "不是本单位人员")
        let other = try await world.profile(in: .smallSchool, over: 2)
        #expect(other != id)
        #expect(try await world.state(of: id) == (.cancelled, 0))
        let school = try await world.staff(.schoolTalents)
        #expect(try await world.database.read { try $0.personRequest(id, for: .staff(school)).state } == .cancelled)
        await #expect(throws: Problem.notFound) { _ = try await world.database.read { try $0.personRequest(other, for: .staff(school)) } }
        #expect(try await world.database.verify().findings == [])
    }

    /// A returned entrustment can be mended in every field, also in what it is about.
    @Test func anEntrustmentIsMendedIntoAnother() async throws {
        let world = try await World()
        let (id, person) = (try await world.entrustment(), world.person(.applicant))
        try await world.decide(id, .giveBack, by: .schoolTalents)
        await #expect(throws: Problem.self, "a second one on the same") { _ = try await world.entrustment() }
        let profile = try await world.profile()
        try await world.decide(profile, .giveBack, by: .schoolTalents)
        await #expect(throws: Problem.self, "another kind of request") {
            try await world.database.write {
                try $0.askForEntrustmentOutside(World.outsideValues, files: [], mending: profile, over: 2, by: person, key: World.key(), at: World.start)
            }
        }
        let values = World.outsideValues.merging(["committee": "另一评审委员会"]) { $1 }
        await #expect(throws: Problem.self, "seen before it was returned") {
            try await world.database.write {
                try $0.askForEntrustmentOutside(values, files: [], mending: id, over: 1, by: person, key: World.key(), at: World.start)
            }
        }
        let same = try await world.database.write {
            try $0.askForEntrustmentOutside(World.outsideValues, files: [], mending: id, over: 2, by: person, key: World.key(), at: World.start)
        }
        #expect(same == id)
        try await world.decide(id, .giveBack, by: .schoolTalents)
        let other = try await world.database.write {
            try $0.askForEntrustmentOutside(values, files: [], mending: id, over: 4, by: person, key: World.key(), at: World.start)
        }
        #expect(other != id)
        #expect(try await world.state(of: id) == (.cancelled, 0))
        #expect(try await world.state(of: other) == (.waiting, 0))
        #expect(try await world.database.verify().findings == [])
    }

    /// Nothing is handed on to a unit that was stopped meanwhile; given back and sent in again it goes round it.
    @Test func nothingIsHandedOnToAStoppedUnit() async throws {
        let world = try await World()
        let id = try await world.profile()
        let (authority, bureau) = (try await world.staff(.authorityAdministrator), world.unit(.bureau))
        try await world.database.write { try $0.enableSubordinate(bureau.id, false, over: 1, by: Administrator(authority, key: World.key(), at: World.start)) }
        await #expect(throws: Problem.self) { try await world.decide(id, .pass, by: .schoolTalents) }
        try await world.decide(id, .giveBack, by: .schoolTalents)
        #expect(try await world.profile(over: 2) == id)
        #expect(try await world.database.read { try $0.personRequest(id)?.path } == [world.unit(.school).id, world.unit(.authority).id])
    }

    /// D24: what a step told a unit is read there by those only who may see the request.
    @Test func messagesFollowTheRule() async throws {
        let world = try await World()
        let id = try await world.profile()
        try await world.decide(id, .pass, by: .schoolTalents)
        try await world.decide(id, .giveBack, by: .bureauTalents, opinion: "请补充学位证书")
        for (name, isTold) in [(World.Name.schoolTalents, true), (.schoolAdministrator, true), (.schoolFirst, false), (.schoolManager, false), (.bureauFirst, false)] {
            let actor = try await world.actor(name)
            let told = try await world.database.read { try $0.messages(for: actor, limit: 20).map(\.body) }
            #expect(told.contains { $0.contains("请补充学位证书") } == isTold, "\(name)")
        }
    }

    /// What was submitted on a letter stays bound to it, wherever the person is employed then; what was not asks for none.
    @Test func aSubmittedDossierIsJudgedByItsChain() async throws {
        let world = try await World()
        let person = world.person(.otherApplicant)
        let offers = try await world.database.read { try $0.entrustmentOffers(for: world.unit(.otherSchool), at: World.start) }
        let id = try await world.database.write {
            try $0.askForEntrustment(offers[1], ["specialty": "语文", "reason": "没有评委会"], files: [], over: 0, by: person, key: World.key(), at: World.start)
        }
        try await world.decide(id, .pass, by: .authorityAdministrator)
        let (entrusted, revision) = try await world.draft(.otherApplicant, content: World.content(title: "22--2"))
        _ = try await world.submit(entrusted, by: .otherApplicant, revision: revision)
        try await world.database.write { connection in
            try connection.run("UPDATE employments SET unit_id = \(world.unit(.school).id) WHERE person_id = \(person.id)")
        }
        let own = try await world.dossier()
        try await world.database.read { connection in
            let (bound, free) = (try connection.dossier(entrusted, for: .applicant(person.id)), try connection.dossier(own, for: .applicant(world.person(.applicant).id)))
            let titles = (try connection.titles(under: world.plan, for: bound), try connection.titles(under: world.plan, for: free))
            #expect(titles.0 == ["22--2"] && titles.1 == ["22--1", "22--2"])
        }
    }

    @Test func aUnitThatCannotApplyIsRefusedAtItsField() async throws {
        let world = try await World()
        for unit in [World.UnitName.closedUnit, .bureau] {
            await #expect { try await world.profile(of: .unemployed, in: unit) } throws: { error in
                guard case Problem.invalid(let problems)? = error as? Problem else { return false }
                return problems.map(\.field) == ["unit"]
            }
        }
        await #expect(throws: Problem.self) { _ = try await world.entrustment(of: .unemployed) }
    }

    /// D14: to the title authority, which gives the letter; without it nothing is granted.
    @Test func anEntrustmentEndsWithItsLetter() async throws {
        let world = try await World()
        let id = try await world.entrustment(passedBy: [.schoolTalents, .bureauTalents])
        let (member, request) = (try await world.staff(.authorityAdministrator), try #require(try await world.database.read { try $0.personRequest(id) }))
        #expect(request.isAtLastStop && request.holder == world.unit(.authority).id)
        await #expect(throws: Problem.malformed) {
            try await world.database.write { try $0.decide(id, PersonRequestDecision(.pass, opinion: ""), over: 3, by: member, key: World.key(), at: World.start) }
        }
        try await world.decide(id, .pass, by: .authorityAdministrator)
        #expect(try await world.state(of: id) == (.passed, 2))
        await #expect(throws: Problem.self) { _ = try await world.entrustment() }
        #expect(try await world.database.verify().findings == [])
    }

    /// D14: a plan that is not open to the unit is open to whoever was entrusted to its committee, for that title, and the chain ends at it.
    @Test func aLetterOpensThePlanOfAnothersCommittee() async throws {
        let world = try await World()
        let (person, plan) = (world.person(.otherApplicant), world.plan)
        await #expect(throws: Problem.self) { _ = try await world.draft(.otherApplicant) }
        let offers = try await world.database.read { try $0.entrustmentOffers(for: world.unit(.otherSchool), at: World.start) }
        #expect(offers.map(\.title) == ["22--1", "22--2"])
        #expect(try await world.database.read { try $0.entrustmentOffers(for: world.unit(.school), at: World.start) } == [], "open to it already")
        let id = try await world.database.write {
            try $0.askForEntrustment(offers[1], ["specialty": "语文", "reason": "没有评委会"], files: [], over: 0, by: person, key: World.key(), at: World.start)
        }
        try await world.decide(id, .pass, by: .authorityAdministrator)
        let (other, revision) = try await world.draft(.otherApplicant, content: World.content(title: "22--1"))
        await #expect(throws: Problem.self, "a title that the letter does not name") { _ = try await world.submit(other, by: .otherApplicant, revision: revision) }
        let revised = try await world.database.write {
            try $0.saveDraft(World.content(title: "22--2"), of: other, by: .applicant(person.id), over: revision, at: World.start)
        }
        _ = try await world.submit(other, by: .otherApplicant, revision: revised)
        let stops = try await world.database.read { try $0.dossier(other, for: .applicant(person.id)).journey.chain }
        #expect(stops.stops.map(\.unit) == [.otherSchool, .otherBureau, .authority].map { world.unit($0).id } && stops.acceptanceUnit == plan.acceptanceUnit)
        // Whoever reviews the dossier sees the letter, and nobody else of his unit's request.
        let (reviewer, stranger) = (try await world.staff(.otherSchoolFirst), try await world.staff(.schoolFirst))
        let seen = try await world.database.read { try $0.personRequest(id, for: .staff(reviewer)) }
        #expect(seen.state == .passed)
        await #expect(throws: Problem.notFound) { _ = try await world.database.read { try $0.personRequest(id, for: .staff(stranger)) } }
        #expect(try await world.database.verify().findings == [])
    }

    @Test func aUnitWithSomethingWaitingIsNotStopped() async throws {
        let world = try await World()
        _ = try await world.profile()
        let authority = try await world.staff(.authorityAdministrator)
        let bureau = world.unit(.bureau)
        try await world.decide(try await world.profile(of: .secondApplicant), .pass, by: .schoolTalents)
        await #expect(throws: Problem.self) {
            try await world.database.write { try $0.enableSubordinate(bureau.id, false, over: 1, by: Administrator(authority, key: World.key(), at: World.start)) }
        }
    }

    /// No page of a list goes through all there is.
    @Test func listsReadTheirIndexes() async throws {
        let world = try await World()
        let member = try await world.staff(.schoolTalents)
        try await world.database.read { connection in
            for (waiting, kind) in [(true, PersonRequest.Kind.profile), (false, .entrustment)] {
                let query = connection.requestsQuery(
                    kind, for: member, waiting: waiting, .init(), after: .init(at: World.start, id: newID()), limit: 50)
                let plan = try connection.plan(of: query)
                #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("Seq Scan") || $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan.joined(separator: "\n"))")
            }
        }
    }
}

extension World {
    /// What has become of a request, and where.
    func state(of id: ID<PersonRequest>) async throws -> (Approval.State?, Int?) {
        let request = try await database.read { try $0.personRequest(id) }
        return (request?.state, request?.passage.stop)
    }

    func staff(_ name: Name) async throws -> StaffMember {
        guard case .staff(let member) = try await actor(name) else { throw Problem.notFound }
        return member
    }

    /// What waits for a name's unit, which is as many as are counted.
    func waiting(_ kind: PersonRequest.Kind, _ name: Name) async throws -> [ID<PersonRequest>] {
        let member = try await staff(name)
        return try await database.read { connection in
            let listed = try connection.requests(kind, for: member, waiting: true).map(\.request.id)
            #expect(try connection.requestsWaiting(kind, for: member) == listed.count)
            return listed
        }
    }

    func counts(_ unit: UnitName) async throws -> [TalentDimension: [String: Int]] {
        let (scope, member) = (TalentScope(unit: self.unit(unit).id, isWhole: true), try await staff(.authorityAdministrator))
        return try await database.read { try $0.talentCounts(scope, for: member) }
    }
}
