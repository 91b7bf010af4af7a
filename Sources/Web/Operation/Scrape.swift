import Domain
import Files
import Foundation
import Measures
import Storage

#if canImport(Glibc)
    import Glibc
#endif

extension Site {
    /// All that can be measured, looked at now where it is not counted.
    func families() async -> [Family] {
        var families = measures.families + database.watch.families + clockFamilies + processFamilies
        families.append(Family("zhiping_wal_bytes", "Bytes of the database's log.", now: database.walBytes().map(Double.init)))
        families.append(Family("zhiping_serving", "1 until the server is told to end.", now: phase.isEnding ? 0 : 1))
        families.append(Family("zhiping_engine_failed", "1 after a failure with which the process ends.", now: database.watch.fatal == nil ? 0 : 1))
        families += await fileFamilies()
        // What has to be asked of the database is left out when it does not answer: the rest is what is needed then.
        let asked = await within(settings.watchPatience) { await database.serving(.monitors) { await askedFamilies() } } ?? nil
        families.append(Family("zhiping_scrape_complete", "0 when the database did not answer the scrape.", now: asked == nil ? 0 : 1))
        return families + (asked ?? [])
    }

    private var clockFamilies: [Family] {
        guard let timekeeper else { return [] }
        return [timekeeper.stepsBack.family, Family("zhiping_clock_ahead_seconds", "By how much the site's time is ahead of the machine's.", now: timekeeper.ahead)]
    }

    private var processFamilies: [Family] {
        var pages: Double?
        if let statm = FileManager.default.contents(atPath: "/proc/self/statm") {
            pages = String(decoding: statm, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Double($0) }
        }
        let descriptors: Int?
        do { descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count } catch { descriptors = nil }
        return [
            Family("zhiping_resident_bytes", "Memory of the process.", now: pages.map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }),
            Family("zhiping_open_descriptors", "Open files and sockets of the process.", now: descriptors.map(Double.init)),
            Family("zhiping_uptime_seconds", "Since the server began.", now: (ContinuousClock.now - measures.begun).seconds.rounded(.down)),
        ]
    }

    private func fileFamilies() async -> [Family] {
        let free: Int64?
        do { free = try database.freeBytes() } catch { free = nil }
        let queues = await Drawing.queues().sorted { $0.key < $1.key }
        return [
            Family("zhiping_free_bytes", "Free bytes where the records lie.", now: free.map(Double.init)),
            Family(
                "zhiping_drawing_queue", "Files that wait to be looked at, and pages that wait to be drawn.", .gauge,
                queues.map { .init(Double($0.value), labels: [(name: "door", value: $0.key)]) }),
        ]
    }

    private func askedFamilies() async -> [Family]? {
        do {
            let facts = try await database.facts()
            let states = try await database.read { try $0.jobs() }
            let labels = facts.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
            let info = Family("zhiping_engine_info", "The engine, its version and the settings on which durability rests.", .gauge, [.init(1, labels: labels)])
            return [info, outdated(facts)] + jobFamilies(states)
        } catch {
            return nil
        }
    }

    private func outdated(_ facts: [String: String]) -> Family {
        Family("zhiping_engine_outdated", "1 for an SQLite older than 3.51.3.", now: SQLiteDatabase.isOutdated(engine: facts) ? 1 : 0)
    }

    private func jobFamilies(_ states: [JobState]) -> [Family] {
        let now = clock()
        func family(_ name: String, _ help: String, _ value: (JobState) -> Double?) -> Family {
            Family(name, help, .gauge, states.compactMap { state in value(state).map { .init($0, labels: [(name: "job", value: state.name)]) } })
        }
        func age(_ state: JobState) -> Double? { state.lastDoneAt.map { Double(now.milliseconds - $0.milliseconds) / 1000 } }
        func only(_ name: Job.Name) -> JobState? { states.first { $0.name == name.rawValue } }
        /// Of what was never done nothing is said.
        func soundness(_ state: JobState) -> Double? { state.lastError.isEmpty ? state.lastDoneAt.map { _ in 1 } : 0 }
        return [
            family("zhiping_job_age_seconds", "Since the job was last done.", age),
            family("zhiping_job_late_seconds", "For how long the job has been due and nobody has done it.") { Double($0.lateness(at: now)) },
            family("zhiping_job_attempts", "Tries since the job was last done.") { Double($0.attempts) },
            family("zhiping_job_parked", "1 when the job has failed too often and is tried once an hour.") { $0.isParked ? 1 : 0 },
            Family("zhiping_checkpoint_age_seconds", "Since the heads of the trails were last signed.", now: only(.checkpoint).flatMap(age)),
            Family("zhiping_backup_age_seconds", "Since the last good backup.", now: only(.backup).flatMap(age)),
            Family("zhiping_verification_age_seconds", "Since the records were last verified.", now: only(.verification).flatMap(age)),
            Family("zhiping_verification_ok", "0 when the last verification has found something.", now: only(.verification).flatMap(soundness)),
        ]
    }
}
