import Foundation

/// Another program, run on a file from outside: with little memory, little time, no descriptors of ours, nothing in its environment,
/// and at most two at once.
struct BoundedProcess: Sendable {
    /// Seconds of processor time, and of waiting.
    var seconds = 10
    var megabytes = 768

    private static let gate = Gate(places: 2, most: 64)

    /// What the program wrote to its standard output, at most 64 KB; nil when it failed or was ended.
    func run(_ program: String, _ arguments: [String]) async throws -> String? {
        try await Self.gate.enter()
        do {
            let output = try await blocking { try self.output(of: program, arguments) }
            await Self.gate.leave()
            return output
        } catch {
            await Self.gate.leave()
            throw error
        }
    }

    private func output(of program: String, _ arguments: [String]) throws -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/prlimit")
        process.arguments =
            ["--as=\(megabytes << 20)", "--cpu=\(seconds)", "--fsize=\(64 << 20)", "--nofile=64", "--core=0", "--"]
            + ["/usr/bin/timeout", "--signal=KILL", "\(seconds + 5)", "/usr/bin/\(program)"] + arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
        process.currentDirectoryURL = URL(filePath: "/")
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        var written = Data()
        while let piece = try pipe.fileHandleForReading.read(upToCount: 1 << 14), !piece.isEmpty {
            if written.count < 1 << 16 { written += piece }
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else { return nil }
        return String(decoding: written, as: UTF8.self)
    }
}

/// Lets so many in at once; lets a bounded number wait, and sends the others away.
actor Gate {
    private var places: Int
    private let most: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int, most: Int) {
        self.places = places
        self.most = most
    }

    func enter() async throws {
        if places > 0 {
            places -= 1
            return
        }
        guard waiting.count < most else { throw FileRefusal.busy }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
