import Cast
import Domain
import Storage
import Testing

/// The rule for lists and the rule for one record are the same rule: compared over every stage of a way × everybody.
@Suite struct VisibilityTests {
    private static let steps: [(World.Name, Step)] = [
        (.schoolFirst, .pass()), (.schoolFirst, .takeBack), (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.schoolSecond, .withdraw), (.schoolSecond, .pass()),
        (.bureauFirst, .giveBack), (.applicant, .resubmit), (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .fail),
        (.bureauFirst, .reopen), (.bureauFirst, .pass()), (.bureauSecond, .pass()), (.bureauSecond, .withdraw), (.bureauSecond, .pass()), (.officeAccepter, .accept),
        (.officeAccepter, .conclude(.passed)),
    ]

    @Test func listsAndRecordsAgree() async throws {
        let world = try await World()
        let (id, revision) = try await world.draft()
        try await compare(world, id, seeing: [])
        _ = try await world.submit(id, revision: revision)
        let own: Set<World.Name> = [.schoolFirst, .schoolFirstToo, .schoolSecond, .schoolAdministrator, .reviewingApplicant, .authorityFirst, .authorityAdministrator]
        var seeing = own
        for (name, step) in Self.steps {
            try await world.take(step, on: id, by: name, deadline: step == .giveBack ? World.start.day.adding(5).end : nil)
            if name == .schoolSecond, step.name == .pass { seeing.formUnion([.bureauFirst, .bureauSecond]) }
            if name == .bureauSecond { seeing = seeing.subtracting([.officeAccepter]) }
            if name == .bureauSecond, step.name == .pass { seeing.insert(.officeAccepter) }
            try await compare(world, id, seeing: seeing)
        }
    }

    private func compare(_ world: World, _ id: ID<Dossier>, seeing: Set<World.Name>) async throws {
        for name in World.Name.allCases where world.staff[name] != nil {
            guard case .staff(let member) = try await world.actor(name) else { continue }
            let (record, listed) = try await world.database.read { connection in
                var record = true
                do { _ = try connection.dossier(id, for: .staff(member)) } catch Problem.notFound { record = false }
                let reviewing: [Worklist.Tab] = [.firstReview, .secondReview, .reviewed, .reported, .returned, .failed]
                let accepting: [Worklist.Tab] = [.acceptance, .accepted, .returned, .refused]
                let lists =
                    [Worklist.Scope.own, .subordinate].flatMap { scope in reviewing.map { Worklist(scope: scope, tab: $0) } }
                    + accepting.map { Worklist(scope: .acceptance, tab: $0) }
                let listed = try lists.filter { try connection.worklist($0, for: member, at: World.start).contains { $0.dossier == id } }
                for list in lists where list.tab != .returned {
                    let (count, entries) = (try connection.worklistCount(list, for: member, at: World.start), try connection.worklist(list, for: member, at: World.start))
                    #expect(count == entries.count, "\(list.tab)")
                }
                for list in listed { #expect(try connection.worklistEntry(id, in: list, for: member, at: World.start)?.dossier == id) }
                return (record, listed)
            }
            #expect(record == seeing.contains(name), "\(name)")
            #expect(listed.isEmpty || record, "\(name) is listed what he may not see")
            // In one list of what waits, and in one of what the unit did last.
            let waiting = listed.count { $0.waits }
            let acted = listed.count { !$0.waits && $0.tab != .reviewed }
            #expect(waiting <= 1 && acted <= 1)
        }
    }
}
