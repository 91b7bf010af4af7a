import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A connection to a socket in a folder, spoken over in lines. Blocks, and is for threads of its own only.
final class LocalSocket: Sendable {
    static let name = "control.sock"
    /// Bytes of a line, at most.
    static let mostBytes = 64 << 10

    struct Failure: Error, CustomStringConvertible { let description: String }

    let descriptor: Int32

    init(descriptor: Int32, receiving: Int, sending: Int) {
        self.descriptor = descriptor
        for (option, seconds) in [(SO_RCVTIMEO, receiving), (SO_SNDTIMEO, sending)] {
            var time = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    /// Whose process is at the other end.
    var peer: uid_t? {
        // pid, uid, gid: the kernel's `ucred`.
        var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        return credentials.1
    }

    /// The next line without its end; nil when the other side has said all it wanted to.
    func line() throws -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(description: "no answer: \(String(cString: strerror(errno)))") }
            if count == 0 { return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
            guard bytes.count <= Self.mostBytes else { throw Failure(description: "a line of more than \(Self.mostBytes) bytes") }
        }
    }

    func send(line: String) throws {
        let bytes = Array((line + "\n").utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(description: "nobody listens: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Calls with the address of the folder's socket. The folder is named by a descriptor, because an address holds 107 bytes and a path may be longer.
    static func withAddress<Result>(in folder: URL, named name: String = LocalSocket.name, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Result) throws -> Result {
        let directory = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure(description: "cannot open \(folder.path)") }
        defer { close(directory) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: "/proc/self/fd/\(directory)/\(name)".utf8) }
        return try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    static func newDescriptor() throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(description: "no socket: \(String(cString: strerror(errno)))") }
        return descriptor
    }
}
