import Cast
import Foundation
import Synchronization
import Testing

@testable import Storage

/// What tasks have written down, each for itself.
private final class Notes<Content: Sendable>: Sendable {
    private let content: Mutex<Content>

    init(_ content: Content) { self.content = Mutex(content) }

    func with<Result: Sendable>(_ body: @Sendable (inout Content) -> Result) -> Result { content.withLock { body(&$0) } }
}

/// Where requests are served.
@Suite(.timeLimit(.minutes(1))) struct LanesTests {
    /// Fails where what can go on does not go on in the order in which it could.
    @Test func whoeverComesFirstIsServedFirst() async throws {
        let lane = Lanes(1)
        let order = Notes<[Int]>([])
        let tasks = (0..<100).map { number in
            Task(executorPreference: lane) {
                order.with { $0.append(number) }
                await Task.yield()
                order.with { $0.append(100 + number) }
            }
        }
        for task in tasks { await task.value }
        #expect(order.with { $0.filter { $0 < 100 } } == Array(0..<100))
        #expect(order.with { $0.filter { $0 >= 100 } } == Array(100..<200))
    }

    /// Fails where more run at once than there are lanes: each has to find its connection free.
    @Test func noMoreRunAtOnceThanThereAreLanes() async throws {
        let lanes = Lanes(3)
        let running = Notes((now: 0, most: 0))
        let tasks = (0..<200).map { _ in
            Task(executorPreference: lanes) {
                for _ in 0..<20 {
                    running.with { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
                    #expect(lanes.isCurrent)
                    running.with { $0.now -= 1 }
                    await Task.yield()
                }
            }
        }
        for task in tasks { await task.value }
        #expect((1...3).contains(running.with { $0.most }))
        #expect(!lanes.isCurrent)
    }

    /// Fails, by never ending, where what is read for no request can take every connection.
    @Test func longReadsOfOthersLeaveRequestsTheirs() async throws {
        let world = try await World(embedded: true)
        let (database, end) = (world.database, DispatchSemaphore(value: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await database.read { _ in end.wait() } } }
            for _ in 0..<20 {
                let units = try await database.serving { try await database.read { try $0.count("SELECT COUNT(*) FROM units") } }
                #expect(units > 0)
            }
            for _ in 0..<20 { end.signal() }
            try await group.waitForAll()
        }
    }
}
