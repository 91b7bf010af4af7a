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
                let lists = [
                    Worklist(scope: .own, waiting: .firstReview), .init(scope: .own, waiting: .secondReview), .init(scope: .subordinate, waiting: .firstReview),
                    .init(scope: .subordinate, waiting: .secondReview), .init(scope: .acceptance, waiting: .acceptance),
                ]
                let listed = try lists.filter { try connection.worklist($0, for: member).contains { $0.dossier == id } }
                for list in lists { #expect(try connection.worklistCount(list, for: member) == connection.worklist(list, for: member).count) }
                return (record, listed)
            }
            #expect(record == seeing.contains(name), "\(name)")
            #expect(listed.isEmpty || record, "\(name) is listed what he may not see")
            #expect(listed.count <= 1)
        }
    }
}

@Suite struct WorklistTests {
    @Test func pagesByKeyCoverEverythingOnce() async throws {
        let world = try await World()
        for name in [World.Name.applicant, .secondApplicant, .reviewingApplicant] { _ = try await world.dossier(of: name) }
        guard case .staff(let member) = try await world.actor(.schoolFirst) else { return }
        let list = Worklist(scope: .own, waiting: .firstReview)
        let (all, paged) = try await world.database.read { connection in
            var (paged, key) = ([Worklist.Entry](), Worklist.Key?.none)
            while let entry = try connection.worklist(list, for: member, after: key, limit: 1).first {
                paged.append(entry)
                key = entry.key
            }
            return (try connection.worklist(list, for: member), paged)
        }
        #expect(all.count == 3 && all == paged)
    }

    @Test(arguments: [("second", 1), ("人", 3), ("演示school", 3), ("高级", 3), ("%", 0), ("_", 0), ("'", 0), ("\\", 0)])
    func searchesAsTyped(_ text: String, _ found: Int) async throws {
        let world = try await World()
        for name in [World.Name.applicant, .secondApplicant, .reviewingApplicant] { _ = try await world.dossier(of: name) }
        guard case .staff(let member) = try await world.actor(.schoolFirst) else { return }
        let list = Worklist(scope: .own, waiting: .firstReview, search: text)
        #expect(try await world.database.read { try $0.worklist(list, for: member).count } == found)
        #expect(try await world.database.read { try $0.worklistCount(list, for: member) } == found)
    }

    /// No list reads a table from end to end, nor sorts what an index has in order.
    @Test func listsUseTheirIndex() async throws {
        let world = try await World()
        guard case .staff(let member) = try await world.actor(.schoolFirst) else { return }
        for list in [Worklist(scope: .own, waiting: .firstReview), .init(scope: .subordinate, waiting: .secondReview), .init(scope: .own, waiting: .firstReview, search: "张")] {
            for key in [nil, Worklist.Key(arrivedAt: World.start, dossier: newID())] {
                let plan = try await world.database.read { try $0.plan(of: list, for: member, after: key) }
                #expect(!plan.isEmpty)
                #expect(!plan.contains { line in ["SCAN", "TEMP B-TREE", "Seq Scan", "Sort"].contains { line.contains($0) } }, "\(plan)")
                #expect(plan.contains { $0.contains("desks_waiting") })
            }
        }
    }
}
