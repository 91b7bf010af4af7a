import Domain
import Hummingbird
import NIOCore

/// A posted form, read strictly: UTF-8, no key twice, no key that the page did not have.
struct Form: Sendable {
    private var fields: [String: String]

    /// How much a form holds at most.
    struct Measure: Sendable {
        let bytes: Int
        let fields: Int

        static let ordinary = Measure(bytes: 256 << 10, fields: 500)
        /// A dossier's section full of long texts, percent-encoded, fits well.
        static let section = Measure(bytes: 1 << 20, fields: 2000)
    }

    init(body: String, within measure: Measure = .ordinary) throws(Problem) {
        var fields: [String: String] = [:]
        for pair in body.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let key = Form.decode(parts[0]), let value = Form.decode(parts.count == 2 ? parts[1] : "") else { throw .malformed }
            guard fields.updateValue(value, forKey: key) == nil, fields.count <= measure.fields else { throw .malformed }
        }
        self.fields = fields
    }

    /// The fields of a form that came with files.
    init(fields given: [(String, String)]) throws(Problem) {
        var fields: [String: String] = [:]
        for (key, value) in given {
            guard !value.unicodeScalars.contains("\u{0}"), fields.updateValue(value.replacing("\r\n", with: "\n"), forKey: key) == nil else { throw .malformed }
        }
        self.fields = fields
    }

    /// A form with nothing in it.
    static let none = Form()

    private init() { fields = [:] }

    init(_ request: Request, within measure: Measure = .ordinary) async throws {
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else { throw Problem.malformed }
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: measure.bytes)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge
        } catch {
            throw Problem.malformed
        }
        guard let body = String(validating: buffer.readableBytesView, as: UTF8.self) else { throw Problem.malformed }
        try self.init(body: body, within: measure)
    }

    subscript(_ key: String) -> String { fields[key] ?? "" }

    /// The same form with another value in one of its fields.
    func setting(_ key: String, to value: String) -> Form {
        var form = self
        form.fields[key] = value
        return form
    }

    var keys: Dictionary<String, String>.Keys { fields.keys }
    var all: [String: String] { fields }

    /// Refuses a form with keys that its page does not have.
    func only(_ allowed: (String) -> Bool) throws(Problem) {
        for key in fields.keys where !FormToken.keys.contains(key) && !allowed(key) { throw .malformed }
    }

    /// Percent-decoded UTF-8; nil when it is broken.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
                bytes.append(high << 4 | low)
            case _: bytes.append(byte)
            }
        }
        // A NUL ends a text for the database's C interface: what would be kept is not what was sent.
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case _: nil
        }
    }
}
