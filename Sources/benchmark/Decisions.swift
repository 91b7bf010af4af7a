import Cast
import Domain
import Foundation
import Storage
import Synchronization

/// Decisions a second, each durable before it counts, by so many reviewers at once, every one with a dossier of his own.
struct Decisions {
    let world: World
    let dossiers: [ID<Dossier>]

    init(clients: Int, atOnce: Int) async throws {
        world = try await World(embedded: ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] == nil, atOnce: atOnce, connections: 16)
        var made: [ID<Dossier>] = []
        for number in 0..<clients { made.append(try await world.dossierOfCrowd(number)) }
        dossiers = made
    }

    /// Passes at the first review and takes back again, in turn.
    func measure(seconds: TimeInterval) async throws -> (perSecond: Double, slowest: Double) {
        let (reviewer, world) = (try await world.actor(.schoolFirst), world)
        let (begun, end) = (Date(), Date().addingTimeInterval(seconds))
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for id in dossiers {
                group.addTask {
                    var (version, times) = (try await world.version(of: id), [Double]())
                    while Date() < end {
                        // The submission was version 2.
                        let step: Step = version.isMultiple(of: 2) ? .pass() : .takeBack
                        let move = Move(step, on: id, by: reviewer, seenVersion: version, key: key(), opinion: "同意")
                        let asked = Date()
                        _ = try await world.database.write { try $0.move(move, at: World.start) }
                        times.append(Date().timeIntervalSince(asked))
                        version += 1
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let sorted = times.sorted()
        return (Double(times.count) / Date().timeIntervalSince(begun), sorted[sorted.count * 99 / 100])
    }
}

@main
struct Benchmark {
    static func main() async throws {
        let embedded = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] == nil
        for clients in [1, 16, 64] {
            for atOnce in embedded ? [1, 64] : [64] {
                let decisions = try await Decisions(clients: clients, atOnce: atOnce)
                _ = try await decisions.measure(seconds: 0.5)
                let (rate, slowest) = try await decisions.measure(seconds: 3)
                let way = embedded ? (atOnce == 1 ? "SQLite FULL, each its own commit" : "SQLite FULL, commits shared") : "PostgreSQL, 16 connections"
                FileHandle.standardOutput.write(Data("\(way), \(clients) at once: \(Int(rate)) decisions/s, p99 \(String(format: "%.1f", slowest * 1000)) ms\n".utf8))
            }
        }
    }
}
