import Domain
import Foundation
import Logging
import Measures
import Synchronization

/// The time of this site: never earlier than any time it has told before, not even across a restart. When the machine's clock is set back,
/// the site's goes on at half speed until the machine's has caught up, so that no deadline is open again and nothing stands still.
public final class Clock: Sendable {
    /// What a machine knows of time: the time of day, which can be set, and how long it has been running, which cannot.
    public struct Reading: Sendable {
        public let time: Instant
        public let running: Duration

        public init(time: Instant, running: Duration) {
            self.time = time
            self.running = running
        }
    }

    private struct Seen {
        var told: Instant
        /// The machine's time as last read.
        var machine: Instant
        /// From where half speed is counted: the last moment at which the machine's time was not behind.
        var anchor: Reading
    }

    private let read: @Sendable () -> Reading
    private let logger: Logger
    private let seen: Mutex<Seen>
    let stepsBack = Counter("zhiping_clock_steps_back_total", "How often the machine's clock was set back by more than two seconds.")

    /// Milliseconds by which a machine's clock may go back without a word.
    private static let tolerance: Int64 = 2000

    /// `latest` is the newest instant that the database remembers.
    public init(latest: Instant?, logger: Logger, read: @escaping @Sendable () -> Reading = Clock.machine) {
        self.read = read
        self.logger = logger
        let now = read()
        let told = max(now.time, latest ?? now.time)
        seen = Mutex(Seen(told: told, machine: now.time, anchor: Reading(time: told, running: now.running)))
        if let latest, latest.milliseconds - now.time.milliseconds > Self.tolerance { noteStepBack(from: latest, to: now.time) }
    }

    public func now() -> Instant {
        let now = read()
        let (told, before) = seen.withLock { seen in
            let before = seen.machine
            let elapsed = max(0, (now.running - seen.anchor.running).seconds)
            let slowed = Instant(milliseconds: seen.anchor.time.milliseconds + Int64(min(elapsed, 1e9) * 500))
            if now.time >= slowed { seen.anchor = now }
            seen.machine = now.time
            seen.told = max(seen.told, now.time, slowed)
            return (seen.told, before)
        }
        if before.milliseconds - now.time.milliseconds > Self.tolerance { noteStepBack(from: before, to: now.time) }
        return told
    }

    /// The machine's own time, for comparing with others'.
    public func machineTime() -> Instant { read().time }

    /// Seconds by which this clock is ahead of the machine's.
    var ahead: Double { Double(now().milliseconds - read().time.milliseconds) / 1000 }

    private func noteStepBack(from: Instant, to: Instant) {
        stepsBack.add()
        logger.warning(
            "the machine's clock was set back; deadlines stay where they were", metadata: ["seconds": .stringConvertible(Int((from.milliseconds - to.milliseconds) / 1000))])
    }

    public static let machine: @Sendable () -> Reading = {
        var uptime = timespec()
        clock_gettime(CLOCK_MONOTONIC, &uptime)
        return Reading(
            time: Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)), running: .seconds(uptime.tv_sec) + .nanoseconds(uptime.tv_nsec))
    }
}
