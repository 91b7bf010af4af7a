import Crypto
import Foundation

extension SHA256.Digest {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}

private let threads = DispatchQueue(label: "files", attributes: .concurrent)

/// Runs what waits for the disk or for another process on a thread of its own, never on one that serves requests.
public func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        threads.async { continuation.resume(with: Swift.Result { try body() }) }
    }
}
