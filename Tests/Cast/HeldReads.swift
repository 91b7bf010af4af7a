import Dispatch
import Files
import Storage

/// Reads for nobody that keep their connections until they are let go.
public struct HeldReads: Sendable {
    private let end = DispatchSemaphore(value: 0)
    private let reads: [Task<Bool, any Error>]

    /// Returns when the first two have begun: so many are read at once.
    public init(_ count: Int, of database: any Database) async throws {
        let (begun, end) = (DispatchSemaphore(value: 0), end)
        reads = (0..<count).map { _ in
            Task {
                try await database.read { _ in
                    begun.signal()
                    return end.wait(timeout: .now() + 30) == .success
                }
            }
        }
        try await blocking { for _ in 0..<2 { begun.wait() } }
    }

    /// Lets go of all; whether none had to give up before.
    public func letGo() async throws -> Bool {
        for _ in reads { end.signal() }
        var all = true
        for read in reads where try await !read.value { all = false }
        return all
    }
}
