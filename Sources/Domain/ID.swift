/// A random public identifier of one kind of record: 26 characters of `a–z2–7`, 130 bits.
///
/// The phantom type keeps the id of a unit from being passed where that of a dossier is meant.
public struct ID<Entity>: Hashable, Sendable {
    public let text: String

    /// Takes an identifier out of a URL, a form or a column; nil when it cannot be one.
    public init?(_ text: String) {
        guard text.utf8.count == 26, text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) })
        else { return nil }
        self.text = text
    }

    /// A new identifier from the caller's source of randomness.
    public init(from source: inout some RandomNumberGenerator) {
        text = randomText(characters: 26, from: &source)
    }
}

extension ID: CustomStringConvertible { public var description: String { text } }

extension ID: Comparable { public static func < (left: ID, right: ID) -> Bool { left.text < right.text } }

extension ID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = ID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an identifier")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Text of the alphabet `a–z2–7`, five random bits a character.
public func randomText(characters: Int, from source: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(characters)
    while bytes.count < characters {
        var bits: UInt64 = source.next()
        for _ in 0..<12 where bytes.count < characters {
            bytes.append(alphabet[Int(bits & 31)])
            bits >>= 5
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
