/// The door to work that takes much: lets so many in at once; lets a bounded number wait, of one asker fewer, and sends the others away.
public actor Gate {
    private var places: Int
    private let most: Int
    private let mostOfOne: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Within and waiting, by asker.
    private var shares: [String: Int] = [:]

    public init(places: Int, most: Int, mostOfOne: Int) {
        self.places = places
        self.most = most
        self.mostOfOne = mostOfOne
    }

    /// More wait than may, or more of one asker.
    public struct Crowded: Error {}

    /// Does something within, for somebody; throws `Crowded` for whom it sends away.
    public nonisolated func letting<Result: Sendable>(_ asker: String, do body: @Sendable () async throws -> Result) async throws -> Result {
        try await enter(asker)
        do {
            let result = try await body()
            await leave(asker)
            return result
        } catch {
            await leave(asker)
            throw error
        }
    }

    private func enter(_ asker: String) async throws {
        // Nobody in particular is this program itself.
        guard waiting.count < most, asker.isEmpty || shares[asker, default: 0] < mostOfOne else { throw Crowded() }
        shares[asker, default: 0] += 1
        if places > 0 {
            places -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// How many wait.
    public var queue: Int { waiting.count }

    private func leave(_ asker: String) {
        shares[asker] = shares[asker].flatMap { $0 > 1 ? $0 - 1 : nil }
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
