import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A virus scanner that speaks clamd's language. Where one is configured, a file that it has not called clean is not kept.
public struct VirusScanner: Sendable {
    private enum Address: Sendable {
        case socket(String)
        case port(host: String, UInt16)
    }

    private let address: Address

    /// Reads `unix:/run/clamav/clamd.ctl` or `127.0.0.1:3310`; nil when it is neither.
    public init?(_ text: String) {
        if text.hasPrefix("unix:"), text.utf8.count < 108 {
            address = .socket(String(text.dropFirst(5)))
        } else if let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) {
            address = .port(host: String(text[..<colon]), port)
        } else {
            return nil
        }
    }

    /// Throws `infected`, or `scannerSilent` when no verdict can be had.
    func demandClean(_ file: URL) async throws {
        let reply: String
        do {
            reply = try await blocking { try ask(about: file) }
        } catch {
            throw FileRefusal.scannerSilent
        }
        if reply.hasSuffix("FOUND") { throw FileRefusal.infected }
        guard reply.hasSuffix(": OK") else { throw FileRefusal.scannerSilent }
    }

    /// The command INSTREAM: pieces with their lengths, an empty one, then one line of answer.
    private func ask(about file: URL) throws -> String {
        let connection = FileHandle(fileDescriptor: try connect(), closeOnDealloc: true)
        let reading = try FileHandle(forReadingFrom: file)
        try connection.write(contentsOf: Data("zINSTREAM\0".utf8))
        while let piece = try reading.read(upToCount: 1 << 17), !piece.isEmpty {
            try connection.write(contentsOf: length(piece.count) + piece)
        }
        try connection.write(contentsOf: length(0))
        let answer = try connection.read(upToCount: 1024) ?? Data()
        return String(decoding: answer.prefix { $0 != 0 }, as: UTF8.self).trimmed
    }

    private func length(_ count: Int) -> Data { withUnsafeBytes(of: UInt32(count).bigEndian) { Data($0) } }

    private func connect() throws -> Int32 {
        let family = if case .socket = address { AF_UNIX } else { AF_INET }
        let descriptor = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw FileRefusal.scannerSilent }
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] { setsockopt(descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size)) }
        let result = try withAddress { Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else {
            close(descriptor)
            throw FileRefusal.scannerSilent
        }
        return descriptor
    }

    private func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) throws -> Int32 {
        switch address {
        case .socket(let path):
            var unix = sockaddr_un()
            unix.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &unix.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
            return withUnsafePointer(to: &unix) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
            }
        case .port(let host, let port):
            var internet = sockaddr_in()
            internet.sin_family = sa_family_t(AF_INET)
            internet.sin_port = port.bigEndian
            guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &internet.sin_addr) == 1 else { throw FileRefusal.scannerSilent }
            return withUnsafePointer(to: &internet) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
            }
        }
    }
}
