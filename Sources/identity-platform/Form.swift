/// The fields of a form or a query (`application/x-www-form-urlencoded`), each there at most once.
struct Form: Sendable {
    private var values: [String: String] = [:]

    /// Refuses what a browser would never send: broken escapes, text that is not UTF-8, a name given twice.
    init(_ encoded: [UInt8]) throws(Refusal) {
        for pair in encoded.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Form.decode(parts[0])
            guard values[name] == nil else { throw .malformedForm }
            values[name] = parts.count == 2 ? try Form.decode(parts[1]) : ""
        }
    }

    /// A field that was not sent is empty, as one sent without a value is (OpenID Connect Core, 3.1.2.1).
    subscript(_ name: String) -> String { values[name] ?? "" }

    static func decode(_ encoded: some Sequence<UInt8>) throws(Refusal) -> String {
        var bytes: [UInt8] = []
        var rest = encoded.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else {
                    throw .malformedForm
                }
                bytes.append(high << 4 | low)
            case _: bytes.append(byte)
            }
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { throw .malformedForm }
        return text
    }

    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { escape($0.0) + "=" + escape($0.1) }.joined(separator: "&")
    }

    static func escape(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            case _: bytes += "%\(hex(CollectionOfOne(byte)).uppercased())".utf8
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
