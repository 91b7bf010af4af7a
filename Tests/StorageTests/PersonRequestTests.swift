import Cast
import Domain
import Storage
import Testing

@testable import Storage

@Suite struct PersonRequestTests {
    private func state(_ id: ID<PersonRequest>, _ world: World) async throws -> (Approval.State?, Int?) {
        let request = try await world.database.read { try $0.personRequest(id) }
        return (request?.state, request?.passage.stop)
    }

    private func staff(_ name: World.Name, _ world: World) async throws -> StaffMember {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        return member
    }

    private func waiting(_ kind: PersonRequest.Kind, _ name: World.Name, _ world: World) async throws -> [ID<PersonRequest>] {
        let member = try await staff(name, world)
        return try await world.database.read { connection in
            let listed = try connection.requests(kind, for: member, waiting: true).map(\.request.id)
            #expect(try connection.requestsWaiting(kind, for: member) == listed.count)
            return listed
        }
    }

    /// M19: pass, and the superior goes on; the last pass puts it in force, employs the person and counts him in every unit above.
    @Test func aProfileGoesUpAndComesIntoForce() async throws {
        let world = try await World()
        let id = try await world.profile(of: .unemployed)
        #expect(try await waiting(.profile, .schoolTalents, world) == [id])
        #expect(try await waiting(.profile, .bureauTalents, world) == [])
        try await world.decide(id, .pass, by: .schoolTalents)
        #expect(try await waiting(.profile, .schoolTalents, world) == [])
        #expect(try await waiting(.profile, .bureauTalents, world) == [id])
        #expect(try await world.database.read { try $0.employer(of: world.person(.unemployed).id) } == nil)
        try await world.decide(id, .pass, by: .bureauTalents)
        #expect(try await state(id, world) == (.passed, 1))
        try await world.database.read { connection in
            let profile = try #require(try connection.profile(of: world.person(.unemployed).id))
            #expect(profile.unit == world.unit(.school).id && profile.title == "22--3")
            #expect(try connection.employer(of: world.person(.unemployed).id)?.id == world.unit(.school).id)
        }
        for unit in [World.UnitName.school, .bureau, .authority] {
            let counts = try await counts(unit, world)
            #expect(counts[.level] == ["3": 1] && counts[.series] == ["中小学教师": 1] && counts[.age] == ["1980-01": 1] && counts[.party] == ["01": 1])
        }
        #expect(try await counts(.otherBureau, world) == [:])
        #expect(try await world.database.verify().findings == [])
    }

    private func counts(_ unit: World.UnitName, _ world: World) async throws -> [TalentDimension: [String: Int]] {
        let (scope, member) = (TalentScope(unit: world.unit(unit).id, isWhole: true), try await staff(.authorityAdministrator, world))
        return try await world.database.read { try $0.talentCounts(scope, for: member) }
    }

    /// The version in force stays until a change has been passed, and then leaves no trace in the counts.
    @Test func aChangeReplacesWhatIsInForceOnlyWhenItIsPassed() async throws {
        let world = try await World()
        let first = try await world.profile()
        for name in [World.Name.schoolTalents, .bureauTalents] { try await world.decide(first, .pass, by: name) }
        var values = World.profileValues.merging(["title": "22--2", "politicalStatus": "13"]) { $1 }
        let second = try await world.profile(in: .smallSchool, values: values, at: World.start.adding(seconds: 60))
        #expect(try await counts(.school, world)[.level] == ["3": 1])
        // Nobody of the small school may decide, so it goes to the bureau at once.
        try await world.decide(second, .pass, by: .bureauTalents, at: World.start.adding(seconds: 120))
        #expect(try await counts(.school, world) == [:])
        #expect(try await counts(.smallSchool, world)[.level] == ["2": 1])
        #expect(try await counts(.authority, world)[.party] == ["13": 1])
        #expect(try await world.database.read { try $0.employer(of: world.person(.applicant).id)?.id } == world.unit(.smallSchool).id)
        values["title"] = ""
        values["titleSince"] = ""
        let third = try await world.profile(in: .smallSchool, values: values, at: World.start.adding(seconds: 180))
        try await world.decide(third, .fail, by: .bureauTalents, at: World.start.adding(seconds: 240))
        #expect(try await counts(.authority, world)[.level] == ["2": 1])
        #expect(try await world.database.verify().findings == [])
    }

    /// 退回, and the person sends it in again: it begins anew with his own unit.
    @Test func whatIsReturnedBeginsAnew() async throws {
        let world = try await World()
        let id = try await world.profile()
        try await world.decide(id, .pass, by: .schoolTalents)
        try await world.decide(id, .giveBack, by: .bureauTalents)
        #expect(try await state(id, world) == (.returned, 1))
        #expect(try await waiting(.profile, .bureauTalents, world) == [])
        await #expect(throws: Problem.self) { try await world.decide(id, .pass, by: .bureauTalents) }
        let told = try await world.database.read { try $0.messages(for: .applicant(world.person(.applicant).id), limit: 5).map(\.body) }
        #expect(told.contains { $0.contains("退回") && $0.contains("意见") })
        #expect(try await world.profile(over: 3, at: World.start.adding(seconds: 60)) == id)
        #expect(try await state(id, world) == (.waiting, 0))
        #expect(try await waiting(.profile, .schoolTalents, world) == [id])
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
        #expect(try await waiting(.profile, .schoolTalents, world) == [])
        #expect(try await waiting(.entrustment, .schoolTalents, world) == [entrustment])
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
        #expect(try await state(id, world) == (.waiting, 1))
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

    /// However many decide at once, one does; and however many profiles come into force at once, and are changed at once, each is counted once.
    @Test func manyAtOnce() async throws {
        let world = try await World()
        let id = try await world.profile()
        let decided = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    do {
                        try await world.decide(id, number % 3 == 0 ? .giveBack : .pass, by: number % 2 == 0 ? .schoolTalents : .schoolAdministrator, version: 1)
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $1 ? $0 + 1 : $0 }
        }
        #expect(decided == 1)
        let people: [World.Name] = [.secondApplicant, .smallApplicant, .otherApplicant, .reviewingApplicant, .unemployed]
        for (round, values) in [World.profileValues, World.profileValues.merging(["politicalStatus": "13", "title": "22--2"]) { $1 }].enumerated() {
            let at = World.start.adding(seconds: Int64(60 * round))
            var ids: [ID<PersonRequest>] = []
            for name in people {
                ids.append(try await world.profile(of: name, values: values, at: at))
                try await world.decide(ids[ids.count - 1], .pass, by: .schoolTalents, at: at)
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in ids { group.addTask { try await world.decide(id, .pass, by: .bureauTalents, at: at.adding(seconds: 1)) } }
                try await group.waitForAll()
            }
        }
        let counts = try await counts(.authority, world)
        #expect(counts[.party] == ["13": 5] && counts[.level] == ["2": 5])
        #expect(try await world.database.verify().findings == [])
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
        #expect(try await state(id, world) == (.cancelled, 0))
        let school = try await staff(.schoolTalents, world)
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
        #expect(try await state(id, world) == (.cancelled, 0))
        #expect(try await state(other, world) == (.waiting, 0))
        #expect(try await world.database.verify().findings == [])
    }

    /// Nothing is handed on to a unit that was stopped meanwhile; given back and sent in again it goes round it.
    @Test func nothingIsHandedOnToAStoppedUnit() async throws {
        let world = try await World()
        let id = try await world.profile()
        let (authority, bureau) = (try await staff(.authorityAdministrator, world), world.unit(.bureau))
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
        let (member, request) = (try await staff(.authorityAdministrator, world), try #require(try await world.database.read { try $0.personRequest(id) }))
        #expect(request.isAtLastStop && request.holder == world.unit(.authority).id)
        await #expect(throws: Problem.malformed) {
            try await world.database.write { try $0.decide(id, PersonRequestDecision(.pass, opinion: ""), over: 3, by: member, key: World.key(), at: World.start) }
        }
        try await world.decide(id, .pass, by: .authorityAdministrator)
        #expect(try await state(id, world) == (.passed, 2))
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
        let (reviewer, stranger) = (try await staff(.otherSchoolFirst, world), try await staff(.schoolFirst, world))
        let seen = try await world.database.read { try $0.personRequest(id, for: .staff(reviewer)) }
        #expect(seen.state == .passed)
        await #expect(throws: Problem.notFound) { _ = try await world.database.read { try $0.personRequest(id, for: .staff(stranger)) } }
        #expect(try await world.database.verify().findings == [])
    }

    /// D24: a unit sees what has reached it, a limited member only what is within his limits, in the list as by the address.
    @Test func limitsNarrowListsCountsAndPages() async throws {
        let world = try await World()
        let id = try await world.profile()
        let free = try await staff(.schoolTalents, world)
        @Sendable func limited(_ series: String) -> StaffMember {
            StaffMember(
                id: free.id, person: free.person, name: free.name, unit: free.unit, granted: free.ownPermissions, isSuperAdministrator: false,
                limits: .init(series: [series]))
        }
        try await world.database.read { connection in
            for (series, there) in [("中小学教师", [id]), ("工程技术人员", [])] {
                let member = limited(series)
                #expect(try connection.requests(.profile, for: member, waiting: true).map(\.request.id) == there)
                #expect(try connection.requestsWaiting(.profile, for: member) == there.count)
                let isSeen: Bool
                do { isSeen = try connection.personRequest(id, for: .staff(member)).id == id } catch Problem.notFound { isSeen = false }
                #expect(isSeen == !there.isEmpty)
            }
        }
        for name in [World.Name.schoolTalents, .bureauTalents] { try await world.decide(id, .pass, by: name) }
        try await world.database.read { connection in
            let scope = TalentScope(unit: world.unit(.school).id, isWhole: true)
            let (within, beyond) = (try connection.talentCounts(scope, for: limited("中小学教师")), try connection.talentCounts(scope, for: limited("工程技术人员")))
            #expect(within[.origin] == ["1": 1] && beyond[.origin] == [:])
        }
    }

    /// Kept counts equal a recount, by every way of counting, after units have moved.
    @Test func keptCountsFollowTheTree() async throws {
        let world = try await World()
        for name in [World.Name.applicant, .secondApplicant] {
            let id = try await world.profile(of: name)
            for reviewer in [World.Name.schoolTalents, .bureauTalents] { try await world.decide(id, .pass, by: reviewer) }
        }
        let move = try await world.superiorChange()
        let authority = try await staff(.authorityAdministrator, world)
        try await world.database.write { try $0.decide(move, .pass, opinion: "", over: 1, by: Administrator(authority, key: World.key(), at: World.start)) }
        #expect(try await counts(.bureau, world) == [:])
        #expect(try await counts(.school, world)[.origin] == ["1": 2])
        #expect(try await counts(.authority, world)[.origin] == ["1": 2])
        try await world.database.read { connection in
            let whole = try connection.talentCounts(TalentScope(unit: authority.unit, isWhole: true), by: .level, and: .origin, for: authority)
            #expect(whole.map(\.people) == [2])
            #expect(try connection.talentsBySubordinate(of: authority.unit).map(\.people) == [2])
            let own = try connection.talentCounts(TalentScope(unit: authority.unit, isWhole: false), for: authority)
            #expect(own[.origin] == [:])
            // Names are told of those only whose profiles came this way.
            #expect(try connection.talents(TalentScope(unit: authority.unit, isWhole: true), with: .origin, in: ["1"], for: authority).isEmpty)
        }
        let bureau = try await staff(.bureauTalents, world)
        let named = try await world.database.read { try $0.talents(TalentScope(unit: world.unit(.authority).id, isWhole: true), with: .origin, in: ["1"], for: bureau) }
        #expect(Set(named.map(\.talent.person)) == Set([world.person(.applicant).id, world.person(.secondApplicant).id]))
        #expect(try await world.database.verify().findings == [])
    }

    @Test func aUnitWithSomethingWaitingIsNotStopped() async throws {
        let world = try await World()
        _ = try await world.profile()
        let authority = try await staff(.authorityAdministrator, world)
        let bureau = world.unit(.bureau)
        try await world.decide(try await world.profile(of: .secondApplicant), .pass, by: .schoolTalents)
        await #expect(throws: Problem.self) {
            try await world.database.write { try $0.enableSubordinate(bureau.id, false, over: 1, by: Administrator(authority, key: World.key(), at: World.start)) }
        }
    }

    /// No page of a list goes through all there is.
    @Test func listsReadTheirIndexes() async throws {
        let world = try await World()
        let member = try await staff(.schoolTalents, world)
        try await world.database.read { connection in
            for (waiting, kind) in [(true, PersonRequest.Kind.profile), (false, .entrustment)] {
                let query = connection.requestsQuery(
                    kind, for: member, waiting: waiting, .init(), after: .init(at: World.start, id: newID()), limit: 50)
                let plan = try connection.plan(of: query)
                #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("Seq Scan") || $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan.joined(separator: "\n"))")
            }
        }
    }

    /// D15: a profile begins the next draft, so that nobody types it twice.
    @Test func aDraftBeginsWithTheProfile() async throws {
        let world = try await World()
        let id = try await world.profile()
        for name in [World.Name.schoolTalents, .bureauTalents] { try await world.decide(id, .pass, by: name) }
        let (dossier, person) = (newID() as ID<Dossier>, world.person(.applicant))
        try await world.database.write { try $0.openDossier(dossier, for: person, under: world.plan.id, at: World.start) }
        let basics = try await world.database.read { try $0.draft(of: dossier).content.single(.basics) }
        #expect(basics["school"] == "四川演示师范大学" && basics["currentTitle"] == "一级教师" && basics["titleSince"] == "2012-12-01")
    }
}
