import Cast
import Domain
import Logging
import Storage
import Synchronization
import Testing

@testable import Web

/// setting the machine's clock back opens nothing that was closed.
@Suite struct ClockTests {
    /// A machine whose clock can be set while it runs.
    private final class Machine: Sendable {
        private let held = Mutex(Clock.Reading(time: World.start, running: .seconds(100)))

        var reading: Clock.Reading { held.withLock { $0 } }
        func run(_ seconds: Int64) { held.withLock { $0 = .init(time: $0.time.adding(seconds: seconds), running: $0.running + .seconds(seconds)) } }
        func set(_ seconds: Int64) { held.withLock { $0 = .init(time: $0.time.adding(seconds: seconds), running: $0.running) } }
    }

    private func setUp(latest: Instant? = nil) -> (Machine, Clock, Log) {
        let (machine, log) = (Machine(), Log())
        return (machine, Clock(latest: latest, logger: log.logger) { machine.reading }, log)
    }

    @Test func itFollowsTheMachine() {
        let (machine, clock, log) = setUp()
        for seconds in [0, 1, 60, 86_400] as [Int64] {
            machine.run(seconds)
            #expect(clock.now() == machine.reading.time)
        }
        machine.set(7200)
        #expect(clock.now() == machine.reading.time && log.lines.isEmpty && clock.stepsBack.count() == 0)
    }

    @Test func itNeverGoesBackAndNeverStops() {
        let (machine, clock, log) = setUp()
        let before = clock.now()
        machine.set(-3600)
        #expect(clock.now() == before && clock.stepsBack.count() == 1 && log.lines(.warning).count == 1)
        var last = before
        for _ in 0..<7200 {
            machine.run(1)
            let now = clock.now()
            #expect(now > last && now >= machine.reading.time)
            last = now
        }
        #expect(last == machine.reading.time, "caught up after twice the time")
        #expect(clock.stepsBack.count() == 1 && clock.ahead == 0)
    }

    /// Asked every millisecond it advances as when asked every hour.
    @Test func halfSpeedDoesNotDependOnHowOftenItIsAsked() {
        let (machine, clock, _) = setUp()
        machine.set(-3600)
        let before = clock.now()
        for _ in 0..<1000 { for _ in 0..<3 { _ = clock.now() }; machine.run(1) }
        #expect(clock.now() == before.adding(seconds: 500))
    }

    @Test(arguments: [(-1, 0), (-2, 0), (-3, 1), (-86_400, 1)] as [(Int64, Int)])
    func smallCorrectionsAreNoAlarm(_ step: Int64, _ alarms: Int) {
        let (machine, clock, log) = setUp()
        let before = clock.now()
        machine.set(step)
        #expect(clock.now() >= before && clock.stepsBack.count() == alarms && log.lines(.warning).count == alarms)
    }

    @Test func aRestartForgetsNothing() async throws {
        let world = try await World()
        let site = try await TestSite(world)
        _ = try await world.dossier()
        let later = World.start.adding(seconds: 7200)
        try await world.take(.pass(), on: try await world.dossier(of: .secondApplicant), by: .schoolFirst, at: later)
        let latest = try await site.world.database.read { try $0.latestInstant() }
        #expect(latest == later)
        let (machine, clock, log) = setUp(latest: latest)
        #expect(clock.now() == later && clock.stepsBack.count() == 1 && log.lines(.warning).count == 1 && clock.ahead == 7200)
        machine.run(7200 * 2 + 1)
        #expect(clock.now() == machine.reading.time)
    }

    /// The deadline has passed; the clock is set back before it; it stays passed.
    @Test func noDeadlineIsOpenAgain() async throws {
        let world = try await World()
        let (machine, clock, _) = setUp()
        let site = try await TestSite(world, clock: clock.now)
        let id = try await world.dossier()
        try await world.take(.giveBack, on: id, by: .schoolFirst, deadline: World.start.day.end)
        machine.run(86_400)
        let applicant = try await site.browser(.applicant)
        let refused = try await applicant.get("/my/dossiers/\(id)/submission")
        machine.set(-86_400)
        let still = try await applicant.get("/my/dossiers/\(id)/submission")
        #expect(refused.status == still.status)
        let now = clock.now()
        #expect(now >= World.start.day.end)
        await #expect(throws: Problem.self) { try await world.take(.resubmit, on: id, by: .applicant, at: now) }
    }
}
