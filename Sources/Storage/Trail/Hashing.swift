import Crypto
import Foundation

/// SHA-256 of bytes, as bytes.
func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest: [UInt8] = []
    digest.append(sha256: bytes)
    return digest
}

/// Bytes from the system's source of randomness.
func randomBytes(_ count: Int) -> [UInt8] {
    var source = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &source) }
}

private let hexDigits = Array("0123456789abcdef".utf8)

/// Bytes in hexadecimal, two lower-case characters each.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
        text.append(hexDigits[Int(byte >> 4)])
        text.append(hexDigits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}

/// The bytes of such a text; nil for any other, so that equal bytes have one form.
func bytes(hex text: String) -> [UInt8]? {
    let digits = text.utf8
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits {
        let value: UInt8
        switch digit {
        case 0x30...0x39: value = digit - 0x30
        case 0x61...0x66: value = digit - 0x57
        case _: return nil
        }
        if let first = high {
            bytes.append(first << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return bytes
}

extension [UInt8] {
    /// Adds the SHA-256 of bytes.
    mutating func append(sha256 bytes: [UInt8]) {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.finalize().withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Adds a number as eight bytes, the highest first.
    mutating func append(number: Int64) {
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
    }
}
