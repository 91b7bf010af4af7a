import Cast
import Domain
import Foundation
import Storage
import Synchronization
import Testing

/// Writes that come while another is under way share one commit, and stay each for itself all the same.
@Suite struct GroupCommitTests {
    struct Stop: Error {}

    /// Holds the writing connection until as many bodies wait behind it as are wanted.
    private func together(_ world: World, _ bodies: [@Sendable (any Connection) throws -> Int]) async throws -> [Result<Int, any Error>] {
        let database = try #require(world.database as? SQLiteDatabase)
        let (held, free) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        async let first: Void = database.write { _ in
            held.signal()
            free.wait()
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                held.wait()
                continuation.resume()
            }
        }
        let results = try await withThrowingTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
            for (number, body) in bodies.enumerated() {
                group.addTask {
                    do { return (number, .success(try await database.write(body))) } catch { return (number, .failure(error)) }
                }
            }
            while database.waitingWrites < bodies.count { await Task.yield() }
            free.signal()
            return try await group.reduce(into: [Int: Result<Int, any Error>]()) { $0[$1.0] = $1.1 }
        }
        try await first
        return results.sorted { $0.key < $1.key }.map(\.value)
    }

    private func insertion(_ number: Int, stops: Bool = false) -> @Sendable (any Connection) throws -> Int {
        { connection in
            try connection.run("INSERT INTO codes (list, code, name, position) VALUES ('test', \("\(number)"), 'x', \(number))")
            if stops { throw Stop() }
            return number
        }
    }

    @Test func whatOneThrowsUndoesOnlyItself() async throws {
        let world = try await World(embedded: true)
        let results = try await together(world, (0..<40).map { insertion($0, stops: $0 % 3 == 0) })
        for (number, result) in results.enumerated() {
            switch result {
            case .success(let told): #expect(told == number && number % 3 != 0)
            case .failure(let error): #expect(error is Stop && number % 3 == 0)
            }
        }
        let kept = try await world.database.read { try $0.rows("SELECT position FROM codes WHERE list = 'test' ORDER BY position") { try $0.integer() } }
        #expect(kept == (0..<40).filter { $0 % 3 != 0 })
    }

    @Test func aViolatedConstraintIsToldToItsOwnerOnly() async throws {
        let world = try await World(embedded: true)
        let results = try await together(world, [insertion(1), insertion(1), insertion(2)])
        #expect(results.filter { if case .success = $0 { true } else { false } }.count == 2)
        #expect(results.contains { if case .failure(let error) = $0 { error is NotUnique } else { false } })
    }

    /// Forty bodies, two or three commits: the counter of commits is the engine's own.
    @Test func manyBodiesShareACommit() async throws {
        let world = try await World(embedded: true)
        let before = try commits(world)
        _ = try await together(world, (0..<40).map { insertion($0) })
        #expect(try commits(world) - before <= 3)
    }

    /// Frames with a commit mark in the write-ahead log: the fourth to eighth byte of their headers is not zero.
    private func commits(_ world: World) throws -> Int {
        let log = try Data(contentsOf: world.folder.appending(path: "zhiping.sqlite-wal"))
        let frame = 24 + 4096
        return stride(from: 32, to: log.count - frame + 1, by: frame).filter { start in log[(start + 4)..<(start + 8)].contains { $0 != 0 } }.count
    }
}
