import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Another program, run on a file from outside: with little memory, little time, no descriptors of ours, nothing in its environment,
/// and few at once.
struct BoundedProcess: Sendable {
    let gate: Gate
    /// Who asks: each has his share of the queue.
    let asker: String
    /// Seconds of processor time; of waiting, five more.
    var seconds = 8
    var megabytes = 1200

    /// Uploads are looked at by one door, pages drawn by another, so that neither keeps the other waiting.
    static let intake = Gate(places: 1, most: 64, mostOfOne: 16)
    static let drawing = Gate(places: 2, most: 64, mostOfOne: 6)

    /// What the program wrote to its standard output, at most 64 KB; nil when it failed or was ended.
    func run(_ program: String, _ arguments: [String]) async throws -> String? {
        do {
            return try await gate.letting(asker) { try await blocking { try self.output(of: program, arguments) } }
        } catch is Gate.Crowded {
            throw FileRefusal.busy
        }
    }

    /// By posix_spawn itself: Foundation's Process reads the table of open files while other threads change it, and can crash over it.
    private func output(of program: String, _ arguments: [String]) throws -> String? {
        let words =
            ["prlimit", "--as=\(megabytes << 20)", "--cpu=\(seconds)", "--fsize=\(64 << 20)", "--nofile=64", "--core=0", "--"]
            + ["/usr/bin/timeout", "--signal=KILL", "\(seconds + 5)", "/usr/bin/\(program)"] + arguments
        // One at a time, so that no program inherits the pipe of another.
        let (pid, reading) = try Self.starting.withLock {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw FileStore.Failure(description: "no pipe: \(errno)") }
            defer { close(ends[1]) }
            let reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (try spawn(words, writingTo: ends[1]), reading)
        }
        var written = Data()
        while let piece = try reading.read(upToCount: 1 << 14), !piece.isEmpty {
            if written.count < 1 << 16 { written += piece }
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status == 0 ? String(decoding: written, as: UTF8.self) : nil
    }

    private static let starting = NSLock()

    /// Starts prlimit with the pipe as its output, and nothing in its environment but where programs are. What else is open closes itself.
    private func spawn(_ words: [String], writingTo descriptor: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        func copied(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
        let arguments = copied(words)
        let environment = copied(["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"])
        defer { for text in arguments + environment { free(text) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, "/usr/bin/prlimit", &actions, nil, arguments, environment)
        guard result == 0 else { throw FileStore.Failure(description: "cannot start prlimit: \(result)") }
        return pid
    }
}
