import Cast
import Domain
import Foundation
import Storage
import Synchronization
import Testing

@testable import Web

/// A time that tests set.
final class Hand: Sendable {
    private let held: Mutex<Instant>

    init(_ start: Instant = World.start) { held = Mutex(start) }

    var now: Instant { held.withLock { $0 } }
    func move(_ seconds: Int64) { held.withLock { $0 = $0.adding(seconds: seconds) } }
    func set(_ instant: Instant) { held.withLock { $0 = instant } }
}

/// Background jobs: each effect once, whatever happens to whoever brings it about.
@Suite struct JobTests {
    /// A node over a database that it may lose in the middle, as when it is killed.
    private struct Node {
        let site: TestSite
        let database: FaultyDatabase
        let runner: JobRunner

        init(_ world: World, _ hand: Hand, jobs: ((Site) -> [Job])? = nil, pause: @escaping @Sendable (Duration) async throws -> Void = Node.forever) async throws {
            database = FaultyDatabase(world.database)
            site = try await TestSite(world, database: database, clock: { hand.now })
            runner = JobRunner(
                jobs: jobs?(site.site) ?? site.site.jobs, database: database, measures: site.site.measures, phase: site.site.phase, logger: site.log.logger,
                clock: { hand.now }, pause: pause)
        }

        /// Waits until it is cancelled.
        static let forever: @Sendable (Duration) async throws -> Void = { _ in
            let (never, end) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            end.finish()
            throw CancellationError()
        }
    }

    private func states(_ world: World) async throws -> [String: JobState] {
        Dictionary(uniqueKeysWithValues: try await world.database.read { try $0.jobs() }.map { ($0.name, $0) })
    }

    private func messages(_ world: World) async throws -> [String: Int] {
        let rows = try await world.database.read { connection in
            try connection.rows("SELECT subject_id, kind FROM reminders") { (try $0.text(), try $0.text()) }
        }
        return rows.reduce(into: [:]) { $0["\($1.0) \($1.1)", default: 0] += 1 }
    }

    /// Many returned dossiers, all with the same deadline. Each in a year of its own, as the year lock demands.
    private func returned(_ count: Int, in world: World, until deadline: Instant) async throws {
        let id = try await world.dossier(after: [(.schoolFirst, .giveBack)])
        _ = try await world.database.write { connection in
            try connection.run("UPDATE dossiers SET deadline = \(deadline) WHERE id = \(id)")
            for number in 1..<count {
                let copy: ID<Dossier> = newID()
                try connection.run(
                    """
                    INSERT INTO dossiers (id, version, plan_id, year, person_id, person_name, unit_id, unit_name, stage, stop, round, arrival,
                        correction_requested, acceptance_unit_id, reentry, arrived_at, deadline, edition, created_at)
                    SELECT \(copy), version, plan_id, \(3000 + number), person_id, person_name, unit_id, unit_name, stage, stop, round, arrival,
                        correction_requested, acceptance_unit_id, reentry, arrived_at, deadline, edition, created_at FROM dossiers WHERE id = \(id)
                    """)
            }
        }
    }

    /// The holder is killed at every possible point in turn, two thousand deadlines being near: the other takes over within a minute, and each is said once.
    @Test(arguments: [3, 4, 7, 10, 12])
    func everyReminderOnceWhereverTheHolderIsKilled(_ accesses: Int) async throws {
        let (world, hand) = (try await World(), Hand())
        try await returned(2000, in: world, until: World.start.day.adding(2).end)
        let only: (Site) -> [Job] = { $0.jobs.filter { $0.name == .deadlines } }
        let (doomed, other) = (try await Node(world, hand, jobs: only), try await Node(world, hand, jobs: only))
        doomed.database.fail(.all, after: accesses)
        await doomed.runner.look()
        let before = try await messages(world)
        #expect(before.count < 4000 && before.values.allSatisfy { $0 == 1 })
        await other.runner.look()
        #expect(try await messages(world) == before, "the dead node's lease still holds")
        hand.move(Lease.seconds + 1)
        await other.runner.look()
        let after = try await messages(world)
        #expect(after.count == 4000 && after.values.allSatisfy { $0 == 1 })
        let state = try #require(try await states(world)["deadlines"])
        #expect(state.lastDoneAt == hand.now && state.attempts == 0 && state.lateness(at: hand.now) == 0)
        // Nothing is said again, by either, when the job comes round.
        doomed.database.fail([])
        hand.move(601)
        await doomed.runner.look()
        await other.runner.look()
        #expect(try await messages(world) == after)
    }

    @Test func twoNodesAtOnceSayItOnce() async throws {
        let (world, hand) = (try await World(), Hand())
        try await returned(500, in: world, until: World.start.day.end)
        let nodes = [try await Node(world, hand), try await Node(world, hand), try await Node(world, hand)]
        await withDiscardingTaskGroup { group in for node in nodes { group.addTask { await node.runner.look() } } }
        let said = try await messages(world)
        #expect(said.count == 500 && said.values.allSatisfy { $0 == 1 } && said.keys.allSatisfy { $0.hasSuffix("deadlineToday") })
        #expect(nodes.map { $0.site.site.measures.jobs.count("deadlines", "done") }.reduce(0, +) == 1)
    }

    /// A holder that was slow, and whose lease another has by now, writes nothing any more.
    @Test func theFenceRefusesWhoeverIsLate() async throws {
        let (world, hand) = (try await World(), Hand())
        try await world.database.write { try $0.enlist(["deadlines"], at: hand.now) }
        let claim: (String) async throws -> Claim = { node in try await world.database.write { try $0.claim("deadlines", for: node, at: hand.now) } }
        guard case .held(let slow) = try await claim("slow") else { throw Lease.Lost() }
        #expect(try await claim("quick") == .none)
        hand.move(Lease.seconds)
        guard case .held(let quick) = try await claim("quick") else { throw Lease.Lost() }
        #expect(quick.fence == slow.fence + 1)
        let shift = Shift(lease: slow, database: world.database, clock: { hand.now })
        await #expect(throws: Lease.Lost.self) { try await shift.write { try $0.run("DELETE FROM sessions") } }
        await #expect(throws: Lease.Lost.self) { try await world.database.write { try $0.renew(slow, at: hand.now) } }
        await #expect(throws: Lease.Lost.self) { try await world.database.write { try $0.finish(slow, at: hand.now, next: hand.now) } }
        try await Shift(lease: quick, database: world.database, clock: { hand.now }).write { try $0.renew(quick, at: hand.now) }
        #expect(try await states(world)["deadlines"]?.leasedUntil == hand.now.adding(seconds: Lease.seconds))
    }

    /// While the work lasts the lease is renewed; when that fails because another has it, the work is cancelled.
    @Test func aLostLeaseCancelsTheWork() async throws {
        let (world, hand) = (try await World(), Hand())
        let cancelled = Mutex(false)
        let isAnothers = Mutex(false)
        let job = Job(.desks, every: 60) { shift in
            hand.move(Lease.seconds + 1)
            let now = hand.now
            guard case .held = try await world.database.write({ try $0.claim("desks", for: "another", at: now) }) else { throw Lease.Lost() }
            isAnothers.withLock { $0 = true }
            do { try await Node.forever(.zero) } catch { cancelled.withLock { $0 = true } }
            try Task.checkCancellation()
        }
        // The first renewal comes once the other has the job.
        let node = try await Node(world, hand, jobs: { _ in [job] }) { _ in
            while !isAnothers.withLock({ $0 }) {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        await node.runner.look()
        #expect(cancelled.withLock { $0 } && node.site.site.measures.jobs.count("desks", "lost") == 1)
        #expect(try await states(world)["desks"]?.attempts == 2)
    }

    struct Poison: Error {}

    @Test func poisonIsParkedAndTriedAgainAfterAnHour() async throws {
        let (world, hand) = (try await World(), Hand())
        let tries = Mutex(0)
        let job = Job(.desks, every: 60) { _ in
            tries.withLock { $0 += 1 }
            throw Poison()
        }
        let node = try await Node(world, hand, jobs: { _ in [job] })
        for _ in 0..<5 {
            await node.runner.look()
            hand.move(200)
        }
        var state = try #require(try await states(world)["desks"])
        #expect(tries.withLock { $0 } == 5 && state.isParked && state.lastError == "Poison" && state.lateness(at: hand.now) == 0)
        #expect(node.site.log.lines(.error).filter { $0.contains("parked") }.count == 1)
        let metrics = try await node.site.watch("/metrics").body
        #expect(metrics.contains("zhiping_job_parked{job=\"desks\"} 1\n") && metrics.contains("zhiping_job_runs_total{job=\"desks\",outcome=\"failed\"} 5\n"))
        await node.runner.look()
        hand.move(3000)
        await node.runner.look()
        #expect(tries.withLock { $0 } == 5)
        hand.move(601)
        await node.runner.look()
        await node.runner.look()
        #expect(tries.withLock { $0 } == 6)
        let mended = try await Node(world, hand, jobs: { _ in [Job(.desks, every: 60) { _ in }] })
        hand.move(3601)
        await mended.runner.look()
        state = try #require(try await states(world)["desks"])
        #expect(!state.isParked && state.attempts == 0 && state.lastError.isEmpty && state.lastDoneAt == hand.now)
    }

    /// A job that takes its process with it each time is not tried for ever either.
    @Test func aJobThatKillsItsHolderIsParked() async throws {
        let (world, hand) = (try await World(), Hand())
        var last = Claim.none
        try await world.database.write { try $0.enlist(["files"], at: hand.now) }
        for number in 0..<7 {
            last = try await world.database.write { try $0.claim("files", for: "node \(number)", at: hand.now) }
            if number == 5 { #expect(last == .parked) }
            hand.move(Lease.seconds + 1)
        }
        #expect(last == .none)
        #expect(try await states(world)["files"]?.isParked == true)
    }

    @Test func whatWasMissedIsDoneOnceAtStart() async throws {
        let (world, hand) = (try await World(), Hand())
        let times = Mutex(0)
        let make: (Site) -> [Job] = { _ in [Job(.desks, every: 60) { _ in times.withLock { $0 += 1 } }] }
        await try Node(world, hand, jobs: make).runner.look()
        hand.move(86_400 * 3)
        let later = try await Node(world, hand, jobs: make)
        for _ in 0..<3 { await later.runner.look() }
        #expect(times.withLock { $0 } == 2)
        #expect(try await states(world)["desks"]?.dueAt == hand.now.adding(seconds: 60))
    }

    /// Whoever is told to end gives his job back: the next has it at once, and it counts as no failure.
    @Test func whoeverEndsGivesItsJobBack() async throws {
        let (world, hand) = (try await World(), Hand())
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        let job = Job(.desks, every: 60) { _ in
            begin.yield()
            try await Node.forever(.zero)
        }
        let node = try await Node(world, hand, jobs: { _ in [job] })
        let looking = Task { await node.runner.look() }
        for await _ in begun { break }
        looking.cancel()
        await looking.value
        let state = try #require(try await states(world)["desks"])
        #expect(state.isDue(at: hand.now) && state.attempts == 0 && state.lastError.isEmpty && node.site.log.lines(.warning).isEmpty)
    }

    /// Told three working days ahead and one, as his unit is, and on the last day; told again when the deadline was moved; never after.
    @Test func applicantsAreToldOfTheirDeadline() async throws {
        let (world, hand) = (try await World(), Hand())
        let site = try await TestSite(world, clock: { hand.now })
        let id = try await world.dossier()
        // Friday of next week, from Monday.
        let deadline = World.start.day.adding(11).end
        try await world.take(.giveBack, on: id, by: .schoolFirst, deadline: deadline)
        let job = try #require(site.site.jobs.first { $0.name == .deadlines })
        let node = try await Node(world, hand, jobs: { _ in [job] })
        var told: [Day: [String]] = [:]
        for number in 0..<16 {
            hand.set(Instant(World.start.day.adding(number), hour: 0, minute: 5))
            let before = try await world.database.read { try $0.messages(for: .applicant(world.person(.applicant).id), limit: 50) }.count
            for _ in 0..<2 {
                await node.runner.look()
                hand.move(700)
            }
            let messages = try await world.database.read { try $0.messages(for: .applicant(world.person(.applicant).id), limit: 50) }
            if messages.count > before { told[hand.now.day] = messages.prefix(messages.count - before).map(\.body) }
        }
        #expect(told.keys.sorted() == [World.start.day.adding(8), World.start.day.adding(10), World.start.day.adding(11)])
        #expect(told[World.start.day.adding(8)]?.first?.contains("2026-12-04 24:00 截止，还有 3 个工作日") == true)
        #expect(told[World.start.day.adding(10)]?.first?.contains("还有 1 个工作日") == true)
        let actor = try await world.actor(.schoolFirst)
        let atUnit = try await world.database.read { try $0.messages(for: actor, limit: 50) }.filter { $0.sender == "系统提醒" }
        #expect(atUnit.count == 2 && atUnit.allSatisfy { $0.body.contains("人applicant申报的") && $0.subject == .dossier(id) })
        #expect(told[World.start.day.adding(11)]?.first?.contains("今天 24:00 截止") == true)
        hand.set(Instant(World.start.day.adding(11), hour: 15))
        let home = try await site.browser(.applicant).get("/home").body
        #expect(home.contains("系统提醒") && home.contains("/my/dossiers/\(id)") && wellFormed(home) == nil)
    }

    @Test func unitsAreToldOnceAWeekOfWhatWaits() async throws {
        let (world, hand) = (try await World(), Hand())
        let site = try await TestSite(world, clock: { hand.now })
        _ = try await world.dossier()
        _ = try await world.dossier(of: .secondApplicant)
        let node = try await Node(world, hand, jobs: { $0.jobs.filter { $0.name == .desks } })
        var told: [Day] = []
        for number in 0..<25 {
            hand.set(Instant(World.start.day.adding(number), hour: 12))
            let before = try await world.database.read { try $0.count("SELECT COUNT(*) FROM reminders") }
            await node.runner.look()
            hand.move(3601)
            await node.runner.look()
            let after = try await world.database.read { try $0.count("SELECT COUNT(*) FROM reminders") }
            if after > before { told.append(hand.now.day) }
        }
        // Arrived on Monday the 23rd; the eleventh working day after is Tuesday the 8th; the next week's Monday is the 14th.
        #expect(told == [Day(year: 2026, month: 12, day: 8)!, Day(year: 2026, month: 12, day: 14)!])
        let home = try await site.browser(.schoolFirst).get("/home").body
        #expect(home.contains("本单位有 2 份申报材料等待办理已超过 10 个工作日") && wellFormed(home) == nil)
        #expect(try await !site.browser(.bureauFirst).get("/home").body.contains("份申报材料等待办理已超过"))
    }

    @Test func oldSessionsAndSignInsGo() async throws {
        let (world, hand) = (try await World(), Hand())
        let site = try await TestSite(world, clock: { hand.now })
        _ = try await site.browser(.applicant)
        _ = try await site.started()
        let counts = { try await world.database.read { (try $0.count("SELECT COUNT(*) FROM sessions"), try $0.count("SELECT COUNT(*) FROM sign_ins")) } }
        #expect(try await counts() == (1, 1))
        let node = try await Node(world, hand, jobs: { $0.jobs.filter { $0.name == .sessions } })
        await node.runner.look()
        #expect(try await counts() == (1, 1))
        hand.move(9 * 3600)
        await node.runner.look()
        #expect(try await counts() == (0, 0))
    }
}
