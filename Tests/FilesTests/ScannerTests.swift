import Domain
import Files
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Speaks the scanner's part of the conversation once, on a socket of its own.
private final class FakeScanner: Sendable {
    let path: String
    private let listener: Int32

    /// `verdict` is told how many bytes came.
    init(_ verdict: @escaping @Sendable (Int) -> String?) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "scan-\(UUID().uuidString.prefix(8)).sock").path
        let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) } }
        try #require(bound == 0 && listen(listening, 1) == 0)
        (self.path, listener) = (path, listening)
        Thread.detachNewThread {
            let handle = FileHandle(fileDescriptor: accept(listening, nil, nil), closeOnDealloc: true)
            guard let command = try? handle.read(upToCount: 10), command == Data("zINSTREAM\0".utf8) else { return }
            var bytes = 0
            while let head = try? handle.read(upToCount: 4), head.count == 4 {
                let length = head.reduce(0) { $0 << 8 | Int($1) }
                if length == 0 { break }
                bytes += (try? handle.read(upToCount: length))?.count ?? 0
            }
            if let answer = verdict(bytes) { try? handle.write(contentsOf: Data((answer + "\0").utf8)) }
        }
    }

    deinit {
        close(listener)
        unlink(path)
    }
}

@Suite struct VirusScannerTests {
    private func refusal(_ verdict: @escaping @Sendable (Int) -> String?) async throws -> FileRefusal? {
        let scanner = try FakeScanner(verdict)
        let shelf = try Shelf(scanner: VirusScanner("unix:\(scanner.path)"))
        let refusal = try await shelf.refusal(of: tinyPDF())
        #expect(shelf.files(in: "contents").isEmpty == (refusal != nil))
        return refusal
    }

    @Test func cleanFilesAreTakenWhole() async throws {
        #expect(try await refusal { $0 == tinyPDF().count ? "stream: OK" : "stream: Short FOUND" } == nil)
    }

    @Test func infectedFilesAreNot() async throws { #expect(try await refusal { _ in "stream: Eicar-Test-Signature FOUND" } == .infected) }

    @Test(arguments: ["INSTREAM size limit exceeded. ERROR", "", "stream: OKAY", nil]) func withoutAVerdictNothingIsTaken(_ answer: String?) async throws {
        #expect(try await refusal { _ in answer } == .scannerSilent)
    }

    @Test func aScannerThatIsAwayIsNoVerdict() async throws {
        let shelf = try Shelf(scanner: VirusScanner("unix:/nonexistent/clamd.sock"))
        #expect(try await shelf.refusal(of: tinyPDF()) == .scannerSilent)
        #expect(try await Shelf(scanner: VirusScanner("127.0.0.1:1")).refusal(of: tinyPDF()) == .scannerSilent)
    }

    @Test func addressesAreReadStrictly() {
        #expect(VirusScanner("") == nil && VirusScanner("clamd") == nil && VirusScanner("host:99999") == nil)
        #expect(VirusScanner("127.0.0.1:3310") != nil && VirusScanner("unix:/run/clamav/clamd.ctl") != nil)
    }
}
