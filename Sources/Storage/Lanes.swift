import Dispatch
import Synchronization

/// Threads of its own for work that is mostly reading: a read is done where its task runs already, and whatever can go on goes on in the
/// order in which it could. So many run at once, and what waits for the disk holds up one of them only.
final class Lanes: TaskExecutor {
    let count: Int
    private let state: Mutex<State>

    private struct State {
        var idle: [DispatchQueue]
        var waiting: ArraySlice<UnownedJob> = []
    }

    init(_ count: Int) {
        self.count = count
        state = Mutex(State(idle: (1...count).map { DispatchQueue(label: "lane \($0)") }))
    }

    /// Whether the task that asks runs here.
    var isCurrent: Bool { withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let lane = state.withLock { state in
            state.waiting.append(job)
            return state.idle.popLast()
        }
        if let lane { lane.async { self.work(on: lane) } }
    }

    /// Until nothing waits.
    private func work(on lane: DispatchQueue) {
        while let job = next(for: lane) { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next(for lane: DispatchQueue) -> UnownedJob? {
        state.withLock { state in
            if let job = state.waiting.popFirst() { return job }
            state.idle.append(lane)
            return nil
        }
    }
}
