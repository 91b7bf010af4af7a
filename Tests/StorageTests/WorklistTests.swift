import Cast
import Domain
import Testing

@testable import Storage

@Suite struct WorklistTests {
    private let list = Worklist(scope: .own, tab: .firstReview)

    /// The school's first reviewer, three of whose colleagues have submitted.
    private func world() async throws -> (World, StaffMember) {
        let world = try await World()
        for name in [World.Name.applicant, .secondApplicant, .reviewingApplicant] { _ = try await world.dossier(of: name) }
        guard case .staff(let member) = try await world.actor(.schoolFirst) else { throw Problem.notFound }
        return (world, member)
    }

    @Test(arguments: Worklist.Order.allCases, [false, true]) func pagesByKeyCoverEverythingOnce(_ order: Worklist.Order, _ backwards: Bool) async throws {
        let (world, member) = try await world()
        var list = list
        list.order = order
        let (all, paged) = try await world.database.read { [list] connection in
            var (paged, key) = ([Worklist.Entry](), Worklist.Key?.none)
            while let entry = try connection.worklist(list, for: member, after: key, backwards: backwards, limit: 1, at: World.start).first {
                paged.append(entry)
                key = entry.key
            }
            return (try connection.worklist(list, for: member, at: World.start), paged)
        }
        #expect(all.count == 3 && all == (backwards ? paged.reversed() : paged))
    }

    @Test(arguments: [("second", 1), ("SECOND", 1), ("econ", 1), ("人second", 1), ("示S", 3), ("人", 3), ("演示school", 3), ("高级", 3), ("%", 0), ("_", 0), ("'", 0), ("\\", 0)])
    func searchesAsTyped(_ text: String, _ found: Int) async throws {
        let (world, member) = try await world()
        let list = Worklist(scope: .own, tab: .firstReview, filter: .init(text: text))
        #expect(try await world.database.read { try $0.worklist(list, for: member, at: World.start).count } == found)
        #expect(try await world.database.read { try $0.worklistCount(list, for: member, at: World.start) } == found)
    }

    /// Every condition finds what it says, and nothing else.
    @Test func filters() async throws {
        let (world, member) = try await world()
        let series = try #require(world.reference.title("22--2")).series
        func check(_ found: Int, _ change: (inout Worklist.Filter) -> Void) async throws {
            var list = list
            change(&list.filter)
            let (entries, count) = try await world.database.read { [list] in
                (try $0.worklist(list, for: member, at: World.start), try $0.worklistCount(list, for: member, at: World.start))
            }
            #expect(entries.count == found && count == found, "\(list.filter)")
        }
        try await check(1) { $0.name = "second" }
        try await check(0) { $0.name = "school" }
        try await check(3) { $0.unit = "school" }
        try await check(0) { $0.unit = "bureau" }
        try await check(3) { $0.specialty = "语" }
        try await check(0) { $0.specialty = "数" }
        try await check(3) { $0.year = 2026 }
        try await check(0) { $0.year = 2025 }
        try await check(3) { $0.series = series }
        try await check(0) { $0.series = "没有" }
        try await check(3) { $0.level = "2" }
        try await check(0) { $0.level = "1" }
        try await check(3) { $0.kind = "01" }
        try await check(0) { $0.kind = "02" }
        try await check(3) { $0.acceptanceUnit = world.unit(.office).id }
        try await check(0) { $0.acceptanceUnit = world.unit(.bureau).id }
        try await check(1) { $0.person = world.person(.applicant).id }
        try await check(3) { $0.from = World.start.day }
        try await check(0) { $0.from = World.start.day.adding(1) }
        try await check(3) { $0.until = World.start.day }
        try await check(0) { $0.until = World.start.day.adding(-1) }
        try await check(1) { ($0.year, $0.name, $0.level) = (2026, "人applicant", "2") }
    }

    /// D27: a dossier stays in the list of what the unit did last, wherever it goes; of returns those count that are still open.
    @Test func listsAreOfTheUnitsLastAction() async throws {
        let (world, member) = try await world()
        let id = try await world.database.read {
            try $0.worklist(Worklist(scope: .own, tab: .firstReview, filter: .init(text: "人applicant")), for: member, at: World.start)[0].dossier
        }
        func entry(_ tab: Worklist.Tab, _ correction: Worklist.Filter.Correction? = nil, at now: Instant = World.start) async throws -> Worklist.Entry? {
            var list = Worklist(scope: .own, tab: tab)
            list.filter.correction = correction
            return try await world.database.read { [list] in try $0.worklist(list, for: member, telling: [.place], at: now).first }
        }
        func count(_ tab: Worklist.Tab) async throws -> Int {
            try await world.database.read { try $0.worklistCount(Worklist(scope: .own, tab: tab), for: member, at: World.start) }
        }

        try await world.take(.pass(), on: id, by: .schoolFirst)
        #expect(try await entry(.reviewed)?.dossier == id)
        try await world.take(.pass(), on: id, by: .schoolSecond)
        #expect(try await entry(.reviewed) == nil)
        #expect(try await entry(.reported)?.whereabouts == "演示bureau · 待初审")
        try await world.take(.giveBack, on: id, by: .bureauFirst)
        #expect(try await entry(.reported)?.whereabouts == "演示bureau 退回，申报人修改中")
        try await world.take(.resubmit, on: id, by: .applicant)
        // It waits here again, and is what was reported, until something else is done with it.
        #expect(try await entry(.reported)?.whereabouts == "演示school · 待初审")
        try await world.take(.giveBack, on: id, by: .schoolFirst, deadline: World.start.day.adding(1).end)
        #expect(try await entry(.reported) == nil)
        #expect(try await entry(.returned)?.isBack == true)
        #expect(try await entry(.returned, .open) != nil)
        #expect(try await entry(.returned, .overdue) == nil)
        #expect(try await count(.returned) == 1)
        #expect(try await entry(.returned, .overdue, at: World.start.day.adding(1).end) != nil)
        try await world.take(.resubmit, on: id, by: .applicant)
        #expect(try await entry(.returned)?.isBack == false)
        #expect(try await entry(.returned, .open) == nil)
        #expect(try await entry(.returned, .resubmitted) != nil)
        #expect(try await count(.returned) == 0)
        try await world.take(.fail, on: id, by: .schoolFirst)
        #expect(try await entry(.failed)?.dossier == id)
        #expect(try await count(.failed) == 1)
        try await world.take(.reopen, on: id, by: .schoolFirst)
        #expect(try await entry(.failed) == nil)
        #expect(try await count(.failed) == 0)
        #expect(try await world.database.verify().findings == [])
    }

    /// M17: whatever the unit had on its desk, wherever it is; a title authority sees all that was submitted under its plans (D24).
    @Test func theArchiveHasWhatTheUnitHasHad() async throws {
        let (world, member) = try await world()
        guard case .staff(let authority) = try await world.actor(.authorityFirst), case .staff(let bureau) = try await world.actor(.bureauFirst) else { return }
        let id = try await world.database.read {
            try $0.worklist(Worklist(scope: .own, tab: .firstReview, filter: .init(text: "人applicant")), for: member, at: World.start)[0].dossier
        }
        for (name, step) in [(World.Name.schoolFirst, Step.pass()), (.schoolSecond, .pass())] { try await world.take(step, on: id, by: name) }
        func found(_ tab: Worklist.Tab, _ member: StaffMember, _ change: (inout Worklist.Filter) -> Void = { _ in }) async throws -> [Worklist.Entry] {
            var list = Worklist(scope: .archive, tab: tab)
            change(&list.filter)
            let (entries, count) = try await world.database.read { [list] in
                (try $0.worklist(list, for: member, telling: [.place], at: World.start), try $0.worklistCount(list, for: member, at: World.start))
            }
            #expect(entries.count == count)
            return entries
        }
        #expect(try await found(.handled, member).count == 3)
        #expect(try await found(.handled, bureau).map(\.holder) == ["演示bureau"])
        #expect(try await found(.handled, authority).isEmpty)
        #expect(try await found(.overseen, authority).count == 3)
        #expect(try await found(.overseen, bureau).isEmpty)
        #expect(try await found(.handled, member) { $0.holder = "bureau" }.map(\.dossier) == [id])
        #expect(try await found(.handled, member) { $0.stage = .firstReview }.count == 3)
        #expect(try await found(.handled, member) { $0.stage = .passed }.isEmpty)
        #expect(try await found(.handled, member) { $0.concluded = false }.count == 3)
        #expect(try await found(.handled, member) { $0.concluded = true }.isEmpty)
    }

    /// Whatever is filtered, in whatever order, of whatever list: it is counted as it is read, and its page says the same.
    @Test func everyListIsCountedAsItIsRead() async throws {
        let (world, _) = try await world()
        let id = try await world.database.read { try $0.first("SELECT id FROM dossiers ORDER BY id") { try $0.id() as ID<Dossier> } }
        try await world.take(.giveBack, on: try #require(id), by: .schoolFirst)
        let series = try #require(world.reference.title("22--2")).series
        let changes: [(inout Worklist.Filter) -> Void] = [
            { _ in }, { $0.text = "人" }, { $0.text = "高级" }, { $0.name = "second" }, { $0.unit = "school" }, { $0.specialty = "语文" }, { $0.year = 2026 }, { $0.series = series },
            { $0.level = "2" }, { $0.kind = "01" }, { $0.acceptanceUnit = world.unit(.office).id }, { $0.from = World.start.day }, { $0.until = World.start.day },
            { $0.stage = .firstReview }, { $0.holder = "school" }, { $0.concluded = false }, { $0.concluded = true }, { $0.correction = .open }, { $0.correction = .overdue },
            { $0.correction = .resubmitted }, { ($0.correction, $0.from) = (.open, World.start.day) }, { ($0.name, $0.holder, $0.concluded) = ("人", "school", false) },
        ]
        var found = 0
        let lists = Worklist.Scope.allCases.flatMap { scope in
            Worklist.Tab.allCases.filter { ($0 == .handled || $0 == .overseen) == (scope == .archive) }.map { Worklist(scope: scope, tab: $0) }
        }
        for name in [World.Name.schoolFirst, .authorityFirst] {
            guard case .staff(let member) = try await world.actor(name) else { continue }
            for whole in lists {
                for change in changes {
                    for order in [Worklist.Order.time, .title] {
                        var list = whole
                        list.order = order
                        change(&list.filter)
                        let (rows, page, count) = try await world.database.read { [list] in
                            (
                                try $0.worklist(list, for: member, at: World.start), try $0.worklistPage(list, for: member, after: nil, telling: [.number], at: World.start),
                                try $0.worklistCount(list, for: member, everyRow: true, at: World.start)
                            )
                        }
                        #expect(rows.count == count && page.entries.map(\.dossier) == rows.map(\.dossier) && !page.hasMore, "\(list)")
                        #expect(page.found == (list.filter == Worklist.Filter() ? nil : .exactly(count)), "\(list)")
                        #expect(rows.allSatisfy { $0.idNumber == nil } && page.entries.allSatisfy { $0.idNumber != nil && $0.planName.isEmpty }, "\(list)")
                        found += count
                    }
                }
            }
        }
        #expect(found > 0)
    }

    /// No list reads a table from end to end, nor sorts what an index has in order.
    @Test func listsUseTheirIndex() async throws {
        let (world, member) = try await world()
        var lists = Worklist.Tab.allCases.map { Worklist(scope: .subordinate, tab: $0) } + [Worklist(scope: .own, tab: .firstReview, filter: .init(text: "张"))]
        var inYear = Worklist(scope: .archive, tab: .overseen)
        inYear.filter.year = 2026
        lists.append(inYear)
        for tab in [Worklist.Tab.handled, .overseen] {
            var inStage = Worklist(scope: .archive, tab: tab)
            inStage.filter.stage = .passed
            lists.append(inStage)
        }
        for list in lists {
            for key in [nil, Worklist.Key(place: .number(World.start.milliseconds), dossier: newID())] {
                let plan = try await world.database.read { try $0.plan(of: list, for: member, after: key, at: World.start) }
                #expect(!plan.isEmpty)
                #expect(!plan.contains { line in ["SCAN", "TEMP B-TREE", "Seq Scan", "Sort"].contains { line.contains($0) } }, "\(plan)")
                let index =
                    switch list.tab {
                    case .handled: list.filter.stage == nil ? "desks_of_unit" : "desks_by_stage"
                    case .overseen: "dossiers_overseen\(list.filter.year != nil ? "_by_year" : list.filter.stage != nil ? "_by_stage" : "") "
                    case _: list.waits || list.tab == .reviewed ? "desks_waiting" : "desks_acted"
                    }
                // PostgreSQL finds one as good as the other in a table of three rows; both are in the list's order.
                let isOrdered = plan.contains { $0.contains(index) || index == "desks_waiting" && $0.contains(" using desks_of_unit ") }
                #expect(isOrdered, "\(plan)")
            }
        }
    }

    /// What is closed to a reader is found without opening trails, or what he has reviewed in his life.
    @Test func marksReadLittle() async throws {
        let (world, member) = try await world()
        let plans = try await world.database.read { [try $0.plan(of: $0.ownAndRecused(by: member)), try $0.plan(of: $0.reviewed(by: member, among: [newID(), newID()]))] }
        #expect(plans[0].contains { $0.contains("trail_recusals") } && plans[0].contains { $0.contains("dossiers_by_person") || $0.contains("dossiers_one_a_year") }, "\(plans[0])")
        for plan in plans { #expect(!plan.contains { line in ["SCAN", "Seq Scan", "dossiers_reviewed"].contains { line.contains($0) } }, "\(plan)") }
    }

    @Test func viewsAndColumnsAreTheirOwners() async throws {
        let (world, member) = try await world()
        guard case .staff(let other) = try await world.actor(.schoolSecond) else { return }
        try await world.database.write { connection in
            try connection.saveView("本年", of: "own-first", as: "own-first?year=2026", for: member.id)
            try connection.saveView("本年", of: "own-first", as: "own-first?year=2025", for: member.id)
            try connection.setColumns("name,title", of: "own-first", for: member.id)
        }
        let (views, columns, others) = try await world.database.read {
            (try $0.views(of: "own-first", for: member.id), try $0.columns(of: "own-first", for: member.id), try $0.views(of: "own-first", for: other.id))
        }
        #expect(views == [ListView(name: "本年", reference: "own-first?year=2025")] && columns == "name,title" && others.isEmpty)
        try await world.database.write { try $0.setColumns(nil, of: "own-first", for: member.id) }
        #expect(try await world.database.read { try $0.columns(of: "own-first", for: member.id) } == nil)
        await #expect(throws: Problem.self) {
            try await world.database.write { connection in for number in 0..<20 { try connection.saveView("\(number)", of: "own-first", as: "own-first", for: member.id) } }
        }
    }

    /// What an applicant types may look like the end of a part of the content.
    @Test func hostileSpecialtiesAreWhatWasSubmitted() async throws {
        let world = try await World()
        var content = World.content()
        content[.application][0].values["specialty"] = "语文}}]\"kind\":\"02\""
        content[.application][0].values["currentSpecialty"] = "}}],\"basics\":[{"
        let (id, revision) = try await world.draft(content: content)
        _ = try await world.submit(id, revision: revision)
        #expect(try await world.database.verify().findings == [])
    }
}
