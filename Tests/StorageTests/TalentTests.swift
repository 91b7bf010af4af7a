import Cast
import Domain
import Testing

@testable import Storage

/// Profiles as they come into force, and are counted.
@Suite struct TalentTests {
    /// M19: pass, and the superior goes on; the last pass puts it in force, employs the person and counts him in every unit above.
    @Test func aProfileGoesUpAndComesIntoForce() async throws {
        let world = try await World()
        let id = try await world.profile(of: .unemployed)
        #expect(try await world.waiting(.profile, .schoolTalents) == [id])
        #expect(try await world.waiting(.profile, .bureauTalents) == [])
        try await world.decide(id, .pass, by: .schoolTalents)
        #expect(try await world.waiting(.profile, .schoolTalents) == [])
        #expect(try await world.waiting(.profile, .bureauTalents) == [id])
        #expect(try await world.database.read { try $0.employer(of: world.person(.unemployed).id) } == nil)
        try await world.decide(id, .pass, by: .bureauTalents)
        #expect(try await world.state(of: id) == (.passed, 1))
        try await world.database.read { connection in
            let profile = try #require(try connection.profile(of: world.person(.unemployed).id))
            #expect(profile.unit == world.unit(.school).id && profile.title == "22--3")
            #expect(try connection.employer(of: world.person(.unemployed).id)?.id == world.unit(.school).id)
        }
        for unit in [World.UnitName.school, .bureau, .authority] {
            let counts = try await world.counts(unit)
            #expect(counts[.level] == ["3": 1] && counts[.series] == ["中小学教师": 1] && counts[.age] == ["1980-01": 1] && counts[.party] == ["01": 1])
        }
        #expect(try await world.counts(.otherBureau) == [:])
        #expect(try await world.database.verify().findings == [])
    }

    /// The version in force stays until a change has been passed, and then leaves no trace in the counts.
    @Test func aChangeReplacesWhatIsInForceOnlyWhenItIsPassed() async throws {
        let world = try await World()
        let first = try await world.profile()
        for name in [World.Name.schoolTalents, .bureauTalents] { try await world.decide(first, .pass, by: name) }
        var values = World.profileValues.merging(["title": "22--2", "politicalStatus": "13"]) { $1 }
        let second = try await world.profile(in: .smallSchool, values: values, at: World.start.adding(seconds: 60))
        #expect(try await world.counts(.school)[.level] == ["3": 1])
        // Nobody of the small school may decide, so it goes to the bureau at once.
        try await world.decide(second, .pass, by: .bureauTalents, at: World.start.adding(seconds: 120))
        #expect(try await world.counts(.school) == [:])
        #expect(try await world.counts(.smallSchool)[.level] == ["2": 1])
        #expect(try await world.counts(.authority)[.party] == ["13": 1])
        #expect(try await world.database.read { try $0.employer(of: world.person(.applicant).id)?.id } == world.unit(.smallSchool).id)
        values["title"] = ""
        values["titleSince"] = ""
        let third = try await world.profile(in: .smallSchool, values: values, at: World.start.adding(seconds: 180))
        try await world.decide(third, .fail, by: .bureauTalents, at: World.start.adding(seconds: 240))
        #expect(try await world.counts(.authority)[.level] == ["2": 1])
        #expect(try await world.database.verify().findings == [])
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
        let counts = try await world.counts(.authority)
        #expect(counts[.party] == ["13": 5] && counts[.level] == ["2": 5])
        #expect(try await world.database.verify().findings == [])
    }

    /// D24: a unit sees what has reached it, a limited member only what is within his limits, in the list as by the address.
    @Test func limitsNarrowListsCountsAndPages() async throws {
        let world = try await World()
        let id = try await world.profile()
        let free = try await world.staff(.schoolTalents)
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
        let authority = try await world.staff(.authorityAdministrator)
        try await world.database.write { try $0.decide(move, .pass, opinion: "", over: 1, by: Administrator(authority, key: World.key(), at: World.start)) }
        #expect(try await world.counts(.bureau) == [:])
        #expect(try await world.counts(.school)[.origin] == ["1": 2])
        #expect(try await world.counts(.authority)[.origin] == ["1": 2])
        try await world.database.read { connection in
            let whole = try connection.talentCounts(TalentScope(unit: authority.unit, isWhole: true), by: .level, and: .origin, for: authority)
            #expect(whole.map(\.people) == [2])
            #expect(try connection.talentsBySubordinate(of: authority.unit).map(\.people) == [2])
            let own = try connection.talentCounts(TalentScope(unit: authority.unit, isWhole: false), for: authority)
            #expect(own[.origin] == [:])
            // Names are told of those only whose profiles came this way.
            #expect(try connection.talents(TalentScope(unit: authority.unit, isWhole: true), with: .origin, in: ["1"], for: authority).isEmpty)
        }
        let bureau = try await world.staff(.bureauTalents)
        let named = try await world.database.read { try $0.talents(TalentScope(unit: world.unit(.authority).id, isWhole: true), with: .origin, in: ["1"], for: bureau) }
        #expect(Set(named.map(\.talent.person)) == Set([world.person(.applicant).id, world.person(.secondApplicant).id]))
        #expect(try await world.database.verify().findings == [])
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
