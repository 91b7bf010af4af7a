import Crypto
import Foundation
import Testing

@testable import Files

#if canImport(Glibc)
    import Glibc
#endif

/// A real S3 server (SeaweedFS; bin/test says where it is by SEAWEED) on ports and in a folder of its own. It ends with the tests: the
/// shell that started it kills it as soon as nobody holds the other end of its input.
final class ObjectServer: @unchecked Sendable {
    private static let accessKey = "zhiping"
    static let secretKey = "tests-secret/key+1"
    private let folder: URL
    private let ports: [Int]
    private var input: FileHandle?
    private var output: FileHandle?

    struct CannotStart: Error, CustomStringConvertible {
        let description: String
    }

    private static let starting = Task { try await ObjectServer() }

    /// The one that tests share, each under a prefix of its own.
    static func shared() async throws -> ObjectServer { try await starting.value }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-s3-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        ports = try Self.freePorts(8)
        let identity = """
            {"identities": [{"name": "zhiping", "credentials": [{"accessKey": "\(Self.accessKey)", "secretKey": "\(Self.secretKey)"}],
              "actions": ["Admin", "Read", "Write", "List"]}]}
            """
        try identity.write(to: folder.appending(path: "s3.json"), atomically: true, encoding: .utf8)
        try await start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    func bucket(prefix: String = "\(UUID().uuidString)/", secretKey: String = ObjectServer.secretKey, name: String = "zhiping") throws -> Bucket {
        try Bucket(endpoint: "http://127.0.0.1:\(ports[6])", name: name, prefix: prefix, accessKey: Self.accessKey, secretKey: secretKey)
    }

    /// Returns when the server keeps objects.
    func start() async throws {
        guard let weed = ProcessInfo.processInfo.environment["SEAWEED"], access(weed, X_OK) == 0 else {
            throw CannotStart(description: "SEAWEED does not name the S3 server's program: run bin/test, or see CONTRIBUTING.md")
        }
        let flags = [
            "-dir=\(folder.path)", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=20",
            "-filer", "-filer.localSocket=\(folder.path)/f", "-s3", "-s3.config=\(folder.path)/s3.json", "-s3.localSocket=\(folder.path)/s", "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]
        let names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"]
        let script = """
            log="$1"; shift; : >"$log"
            "$@" >>"$log" 2>&1 </dev/null & pid=$!
            tail -n +1 --pid=$pid -f "$log" 2>/dev/null | grep -q -m 1 'Start Seaweed S3 API Server'
            echo ready
            cat >/dev/null
            kill -KILL $pid
            wait 2>/dev/null
            """
        try launch(["/bin/bash", "-c", script, "s3", "\(folder.path)/log", weed, "server"] + flags + zip(names, ports).map { "-\($0)=\($1)" })
        _ = try output?.read(upToCount: 6)
        var failure: any Error = CannotStart(description: "the S3 server does not start")
        for _ in 0..<60 {
            do { return try await probe(try bucket()) } catch { failure = error }
        }
        throw CannotStart(description: "\(failure); its log ends: \(try String(contentsOf: folder.appending(path: "log"), encoding: .utf8).suffix(2000))")
    }

    /// Keeps an object and reads it: its parts find each other some time after they have started.
    private func probe(_ bucket: Bucket) async throws {
        try await bucket.make()
        let file = folder.appending(path: "s3.json")
        let digest = SHA256.hash(data: try Data(contentsOf: file)).hexadecimal
        try await bucket.keep(file, as: digest)
        guard let copy = try await bucket.copies(of: digest).first, try await bucket.get(copy.key, { _ in }) else { throw CannotStart(description: "it forgets") }
    }

    /// Ends the server; returns when it is gone.
    func stop() {
        input = nil
        do { _ = try output?.readToEnd() } catch { Issue.record(error) }
        output = nil
    }

    private func launch(_ words: [String]) throws {
        var (ins, outs): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&ins) == 0, pipe(&outs) == 0 else { throw CannotStart(description: "no pipe") }
        for end in ins + outs { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = FileHandle(fileDescriptor: ins[1], closeOnDealloc: true)
        output = FileHandle(fileDescriptor: outs[0], closeOnDealloc: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ins[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outs[1], 1)
        let arguments = words.map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, words[0], &actions, nil, arguments, environ)
        close(ins[0])
        close(outs[1])
        guard result == 0 else { throw CannotStart(description: "posix_spawn: \(result)") }
    }

    private static func freePorts(_ count: Int) throws -> [Int] {
        var (ports, sockets): ([Int], [Int32]) = ([], [])
        defer { for each in sockets { close(each) } }
        for _ in 0..<count {
            let listener = try Listener()
            sockets.append(listener.descriptor)
            ports.append(listener.port)
        }
        return ports
    }
}

/// A socket of 127.0.0.1 that listens on a port of its own.
struct Listener {
    let descriptor: Int32
    let port: Int

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = descriptor
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listening, $0, length) | listen(listening, 16) | getsockname(listening, $0, &length) }
        }
        guard result == 0 else { throw ObjectServer.CannotStart(description: "no port: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }
}

/// A server that answers each connection with the next of its texts, and counts them.
final class ScriptedServer: @unchecked Sendable {
    private let listener: Listener
    private let lock = NSLock()
    private var count = 0

    init(_ answers: [String]) throws {
        listener = try Listener()
        let descriptor = listener.descriptor
        Thread.detachNewThread { [weak self] in
            for number in 0... {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { return }
                let handle = FileHandle(fileDescriptor: accepted, closeOnDealloc: true)
                var head = Data()
                while head.range(of: Data("\r\n\r\n".utf8)) == nil, let piece = try? handle.read(upToCount: 1), !piece.isEmpty { head += piece }
                self?.lock.withLock { self?.count += 1 }
                try? handle.write(contentsOf: Data(answers[min(number, answers.count - 1)].utf8))
            }
        }
    }

    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }

    var port: Int { listener.port }
    var asked: Int { lock.withLock { count } }

    func bucket() throws -> Bucket { try Bucket(endpoint: "http://127.0.0.1:\(listener.port)", name: "zhiping", accessKey: "a", secretKey: "b") }
}
