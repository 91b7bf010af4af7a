import Foundation

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
        try await gate.enter(asker)
        do {
            let output = try await blocking { try self.output(of: program, arguments) }
            await gate.leave(asker)
            return output
        } catch {
            await gate.leave(asker)
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

/// Lets so many in at once; lets a bounded number wait, of one asker fewer, and sends the others away.
actor Gate {
    private var places: Int
    private let most: Int
    private let mostOfOne: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// Within and waiting, by asker.
    private var shares: [String: Int] = [:]

    init(places: Int, most: Int, mostOfOne: Int) {
        self.places = places
        self.most = most
        self.mostOfOne = mostOfOne
    }

    func enter(_ asker: String) async throws {
        // Nobody in particular is this program itself.
        guard waiting.count < most, asker.isEmpty || shares[asker, default: 0] < mostOfOne else { throw FileRefusal.busy }
        shares[asker, default: 0] += 1
        if places > 0 {
            places -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave(_ asker: String) {
        shares[asker] = shares[asker].flatMap { $0 > 1 ? $0 - 1 : nil }
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
