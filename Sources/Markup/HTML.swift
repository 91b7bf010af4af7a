/// A piece of HTML. Markup can only come from literals in the source (`StaticString`); everything interpolated is escaped, or
/// is another `HTML`. One escape serves text and quoted attributes. There is no way to put other markup in.
public struct HTML: Sendable, ExpressibleByStringInterpolation {
    public private(set) var bytes: [UInt8]

    public init(stringLiteral markup: StaticString) {
        bytes = []
        append(markup)
    }

    public init(stringInterpolation parts: Interpolation) { bytes = parts.html.bytes }

    private init() { bytes = [] }

    /// Nothing; what an absent part of a page is made of.
    public static let empty = HTML()

    public var isEmpty: Bool { bytes.isEmpty }

    public static func joined(_ parts: some Sequence<HTML>, between: HTML = .empty) -> HTML {
        var all = HTML()
        for (number, part) in parts.enumerated() {
            if number > 0 { all.bytes += between.bytes }
            all.bytes += part.bytes
        }
        return all
    }

    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var html = HTML()

        public init(literalCapacity: Int, interpolationCount: Int) {
            html.bytes.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        public mutating func appendLiteral(_ markup: StaticString) { html.append(markup) }
        public mutating func appendInterpolation(_ text: some StringProtocol) { html.append(escaping: text.utf8) }
        public mutating func appendInterpolation(_ number: Int) { html.bytes += String(number).utf8 }
        public mutating func appendInterpolation(_ part: HTML) { html.bytes += part.bytes }
        public mutating func appendInterpolation(_ part: HTML?) { html.bytes += part?.bytes ?? [] }
        public mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { html.bytes += part.bytes } }

        /// An attribute without a value, such as `required`: there when the condition holds.
        public mutating func appendInterpolation(_ attribute: StaticString, if condition: Bool) {
            if condition { html.append(attribute) }
        }
    }

    private mutating func append(_ markup: StaticString) {
        markup.withUTF8Buffer { bytes += $0 }
    }

    private mutating func append(escaping text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            // Characters that HTML does not allow at all; nothing typed needs them.
            case 0...8, 11, 12, 14...31, 127: bytes += "\u{FFFD}".utf8
            case _: bytes.append(byte)
            }
        }
    }
}

extension HTML: CustomStringConvertible {
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
