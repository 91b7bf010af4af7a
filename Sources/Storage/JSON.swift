import Crypto
import Domain
import Foundation

/// The one form in which values stand in text columns: keys in order, so that equal values are equal texts.
enum JSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String, _: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}

/// SHA-256 in hexadecimal.
public func digest(_ text: String) -> String {
    SHA256.hash(data: Data(text.utf8)).hexadecimal
}

extension ID {
    /// An identifier that follows from a text: the same for the same text, and not to be guessed without it.
    public init(derivedFrom text: String) {
        var source = Seeded(bytes: Array(SHA256.hash(data: Data(text.utf8))))
        self.init(from: &source)
    }
}

/// Gives out the bytes of a digest; enough for one identifier.
private struct Seeded: RandomNumberGenerator {
    let bytes: [UInt8]
    private var taken = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> UInt64 {
        defer { taken += 8 }
        return (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[(taken + $1) % bytes.count]) }
    }
}

extension Sequence<UInt8> {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
