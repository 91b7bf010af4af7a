import Cast
import Dispatch
import Files
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

    /// Fails where more run at once than there are lanes, each of which has to find its connection free, and where fewer do.
    @Test func asManyRunAtOnceAsThereAreLanes() async throws {
        let lanes = Lanes(3)
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let running = Notes((now: 0, most: 0))
        let tasks = (0..<12).map { _ in
            Task(executorPreference: lanes) {
                running.with { ($0.now, $0.most) = ($0.now + 1, max($0.most, $0.now + 1)) }
                begun.signal()
                let isEnded = end.wait(timeout: .now() + 30) == .success
                running.with { $0.now -= 1 }
                return isEnded && lanes.isCurrent
            }
        }
        try await blocking {
            for _ in 0..<3 { begun.wait() }
            // A fourth would have begun by the time that one of them goes on and another takes its place.
            for _ in 0..<9 {
                end.signal()
                begun.wait()
            }
            for _ in 0..<3 { end.signal() }
        }
        for task in tasks { #expect(await task.value) }
        #expect(running.with { $0.most } == 3)
        #expect(!lanes.isCurrent)
    }

    /// Fails where what is read for no request can take every connection.
    @Test func longReadsOfOthersLeaveRequestsTheirs() async throws {
        let world = try await World(embedded: true)
        let database = world.database
        let others = try await HeldReads(20, of: database)
        for _ in 0..<20 { #expect(try await database.serving(.requests) { try await database.read { try $0.count("SELECT COUNT(*) FROM units") } } > 0) }
        #expect(try await others.letGo(), "the requests waited for them")
    }

    /// Fails, with a count, where a read goes on whose task is cancelled.
    @Test(arguments: [false, true]) func whoIsCancelledReadsNoFurther(begins: Bool) async throws {
        let world = try await World(embedded: true)
        let database = world.database
        let begun = DispatchSemaphore(value: 0)
        let reader = Task {
            if !begins { try await blocking { begun.wait() } }
            return try await database.read { connection in
                // The first row is read: the statement runs.
                try connection.rows("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT i FROM n WHERE i = 1 OR i < 0") { row in
                    if begins { begun.signal() }
                    return try row.integer()
                }.count
            }
        }
        if begins { try await blocking { begun.wait() } }
        reader.cancel()
        if !begins { begun.signal() }
        await #expect(throws: CancellationError.self) { try await reader.value }
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM units") } > 0)
    }
}
