import Dispatch
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The socket in the data folder by which commands reach the running server, which alone has the database's file. Only the server's own
/// user and root are listened to.
public struct Control: Service {
    let folder: URL
    let commands: Commands
    let logger: Logger

    /// Commands at once, and seconds between signs of life.
    private static let most = 4
    private static let pulse = 5

    /// The folder's lock has to be held: what lies there under the socket's name is then nobody's.
    public init(folder: URL, commands: Commands, logger: Logger) {
        self.folder = folder
        self.commands = commands
        self.logger = logger
    }

    public func run() async throws {
        let listener = try Listener(folder: folder)
        let under = Under()
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                for await socket in listener.connections {
                    guard under.enter(Self.most) else { continue }
                    under.add(
                        Task {
                            await serve(socket)
                            under.leave()
                        })
                }
            } onCancel: {
                listener.stop()
            }
        } onGracefulShutdown: {
            listener.stop()
        }
        await under.end()
        listener.remove()
    }

    private func serve(_ socket: LocalSocket) async {
        guard let peer = socket.peer, peer == geteuid() || peer == 0 else {
            logger.warning("the control socket was used by another user")
            return
        }
        do {
            guard let line = try await onThread({ try socket.line() }) else { return }
            let request = try JSONDecoder().decode(ControlRequest.self, from: Data(line.utf8))
            logger.info("command", metadata: ["command": "\(commands[request.command] == nil ? "unknown" : request.command)"])
            try await perform(request, over: socket)
        } catch {
            logger.info("a command ended without its answer", metadata: ["error": "\(summary(of: error))"])
        }
    }

    /// Carries a command out while somebody listens: when he is gone, it is cancelled.
    private func perform(_ request: ControlRequest, over socket: LocalSocket) async throws {
        let (lines, line) = AsyncStream.makeStream(of: ControlAnswer.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let code = await commands.perform(request.command, request.arguments) { line.yield(ControlAnswer(line: $0)) }
                line.yield(ControlAnswer(code: code))
                line.finish()
            }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(Self.pulse))
                    line.yield(ControlAnswer())
                }
            }
            group.addTask {
                for await answer in lines {
                    let text = String(decoding: try JSONEncoder().encode(answer), as: UTF8.self)
                    try await onThread { try socket.send(line: text) }
                    if answer.code != nil { return }
                }
            }
            defer { group.cancelAll() }
            // The command's own end is followed by the sending of its code; whatever else ends first is an error.
            for _ in 0..<2 { try await group.next() }
        }
    }
}

/// Commands that are being carried out.
private final class Under: Sendable {
    private let held = Mutex((tasks: [Task<Void, Never>](), count: 0))

    func enter(_ most: Int) -> Bool {
        held.withLock { held in
            guard held.count < most else { return false }
            held.count += 1
            if held.count == 1 { held.tasks = [] }
            return true
        }
    }

    func add(_ task: Task<Void, Never>) { held.withLock { $0.tasks.append(task) } }
    func leave() { held.withLock { $0.count -= 1 } }

    func end() async {
        let tasks = held.withLock { $0.tasks }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}

/// The listening end: a thread that waits for connections, and a pipe that tells it to stop.
private final class Listener: Sendable {
    let connections: AsyncStream<LocalSocket>
    private let descriptor: Int32
    private let stopping: Int32
    private let path: String

    init(folder: URL) throws {
        path = folder.appending(path: LocalSocket.name).path
        descriptor = try LocalSocket.newDescriptor()
        let (descriptor, path) = (descriptor, path)
        // It has its name when somebody listens, and is the owner's alone before.
        let (name, new) = (LocalSocket.name + ".new", path + ".new")
        unlink(new)
        let bound = try LocalSocket.withAddress(in: folder, named: name) { bind(descriptor, $0, $1) }
        guard bound == 0, chmod(new, 0o600) == 0, listen(descriptor, 8) == 0, rename(new, path) == 0 else {
            throw LocalSocket.Failure(description: "cannot listen at \(path): \(String(cString: strerror(errno)))")
        }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw LocalSocket.Failure(description: "no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let stop = ends[0]
        stopping = ends[1]
        let (connections, connection) = AsyncStream.makeStream(of: LocalSocket.self)
        self.connections = connections
        let thread = Thread {
            var waiting = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
            while true {
                let count = poll(&waiting, 2, -1)
                if count < 0, errno == EINTR { continue }
                guard count > 0, waiting[1].revents == 0 else { break }
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { continue }
                _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
                connection.yield(LocalSocket(descriptor: accepted, receiving: 10, sending: 10))
            }
            close(descriptor)
            close(stop)
            connection.finish()
        }
        thread.name = "control"
        thread.start()
    }

    func stop() {
        var byte: UInt8 = 0
        _ = write(stopping, &byte, 1)
    }

    func remove() { unlink(path) }

    deinit { close(stopping) }
}

private let threads = DispatchQueue(label: "control", attributes: .concurrent)

/// Runs what blocks on a thread of its own.
private func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        threads.async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
