import Synchronization

/// Whether the server serves or is ending.
final class Phase: Sendable {
    private let ending = Atomic<Bool>(false)

    var isEnding: Bool { ending.load(ordering: .acquiring) }

    /// Returns whether this was the first to say so.
    @discardableResult func end() -> Bool { !ending.exchange(true, ordering: .acquiringAndReleasing) }
}
