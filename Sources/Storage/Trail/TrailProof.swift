import Domain
import Foundation

/// A dossier's trail with what proves it, for whoever has no access to the records: every entry with its fields, each shown under its own
/// salt or, where the reader may not see it, as a digest; and how the last entry that was signed leads to the signature.
public struct TrailProof: Codable, Sendable, Hashable {
    public static let format = "zhiping-trail-proof/1"

    let format: String
    let dossier: String
    let entries: [Entry]
    /// nil while no checkpoint covers any of the entries.
    let checkpoint: Signed?

    struct Entry: Codable, Sendable, Hashable {
        let number: Int
        let algorithm: Int
        let hash: String
        let fields: [Field]
    }

    enum Field: Sendable, Hashable {
        case shown(name: String, value: Value, salt: String)
        case hidden(name: String, digest: String)
    }

    /// A checkpoint and the way to it from the end that it covers.
    struct Signed: Codable, Sendable, Hashable {
        let number: Int
        let previous: String
        let at: Int64
        let root: String
        let leaves: Int
        let hash: String
        let key: String
        let publicKey: String
        let signature: String
        /// Entries that are covered.
        let covered: Int
        /// Where the end stands among the leaves.
        let position: Int
        let path: [String]
    }

    public init(json: Data) throws {
        do { self = try JSONDecoder().decode(TrailProof.self, from: json) } catch { throw Wrong(sentence: "这不是经办流程证明文件，或文件已损坏") }
    }

    init(format: String, dossier: String, entries: [Entry], checkpoint: Signed?) {
        (self.format, self.dossier, self.entries, self.checkpoint) = (format, dossier, entries, checkpoint)
    }

    public var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self)
        }
    }

    /// Why a proof does not prove what it says.
    public struct Wrong: Error, Sendable, CustomStringConvertible {
        public let sentence: String
        public var description: String { sentence }
    }
}

extension TrailProof.Field: Codable {
    private enum CodingKeys: String, CodingKey { case name, value, salt, digest }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .name)
        guard container.contains(.value) else {
            self = .hidden(name: name, digest: try container.decode(String.self, forKey: .digest))
            return
        }
        let salt = try container.decode(String.self, forKey: .salt)
        if try container.decodeNil(forKey: .value) {
            self = .shown(name: name, value: .null, salt: salt)
        } else {
            do {
                self = .shown(name: name, value: .text(try container.decode(String.self, forKey: .value)), salt: salt)
            } catch DecodingError.typeMismatch {
                self = .shown(name: name, value: .integer(try container.decode(Int64.self, forKey: .value)), salt: salt)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .hidden(let name, let digest):
            try container.encode(name, forKey: .name)
            try container.encode(digest, forKey: .digest)
        case .shown(let name, let value, let salt):
            try container.encode(name, forKey: .name)
            try container.encode(salt, forKey: .salt)
            switch value {
            case .null: try container.encodeNil(forKey: .value)
            case .text(let text): try container.encode(text, forKey: .value)
            case .integer(let number): try container.encode(number, forKey: .value)
            case .bytes(let bytes): try container.encode(hex(bytes), forKey: .value)
            }
        }
    }
}
