import Crypto
import CryptoExtras
import Foundation

/// Keeps passwords as scrypt hashes: `scrypt$N$r$p$salt$hash`.
struct Passwords: Sendable {
    static let lengths = 10...200

    /// A hash takes 32 MiB and a tenth of a second of one core: off the event loops, and two at a time.
    private let queue: OperationQueue

    init() {
        queue = OperationQueue()
        queue.name = "passwords"
        queue.maxConcurrentOperationCount = 2
    }

    func hash(_ password: String) async throws -> String {
        let cost = Cost.today
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let key = try await derive(password, salt, cost)
        return "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(hex(salt))$\(key.withUnsafeBytes { hex($0) })"
    }

    /// Without a hash to compare with, does the same work and says no: the time taken tells nobody whether an account exists.
    func verify(_ password: String, against stored: String?) async throws -> Bool {
        guard let stored else {
            _ = try await derive(password, [UInt8](repeating: 0, count: 16), .today)
            return false
        }
        guard let (cost, salt, hash) = Passwords.parse(stored) else { throw UnreadableHash() }
        // Keys compare in constant time.
        return try await derive(password, salt, cost) == SymmetricKey(data: hash)
    }

    private func derive(_ password: String, _ salt: [UInt8], _ cost: Cost) async throws -> SymmetricKey {
        // Who waits behind so many others has left; without a limit the queue would grow as long as somebody wishes.
        guard queue.operationCount < 64 else { throw Refusal.busy }
        // The same characters can be composed in two ways, depending on the keyboard.
        let typed = Array(password.precomposedStringWithCanonicalMapping.utf8)
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation {
                continuation.resume(
                    with: Result {
                        try KDF.Scrypt.deriveKey(
                            from: typed, salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: cost.blockSize,
                            parallelism: cost.parallelism
                        )
                    })
            }
        }
    }

    private struct Cost {
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        static let today = Cost(rounds: 32_768, blockSize: 8, parallelism: 1)
    }

    private struct UnreadableHash: Error {}

    private static func parse(_ stored: String) -> (Cost, salt: [UInt8], hash: [UInt8])? {
        let parts = stored.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
            let parallelism = Int(parts[3]), let salt = bytes(hex: parts[4]), let hash = bytes(hex: parts[5])
        else { return nil }
        return (Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism), salt, hash)
    }
}
