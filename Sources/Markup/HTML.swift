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
            if number > 0 { all.append(between) }
            all.append(part)
        }
        return all
    }

    public struct Interpolation: StringInterpolationProtocol {
        fileprivate var html = HTML()

        public init(literalCapacity: Int, interpolationCount: Int) {
            html.bytes.reserveCapacity(literalCapacity + interpolationCount * 40)
        }

        public mutating func appendLiteral(_ markup: StaticString) { html.append(markup) }
        public mutating func appendInterpolation(_ text: some StringProtocol) { html.append(escaping: String(text)) }
        public mutating func appendInterpolation(_ number: Int) { html.bytes += String(number).utf8 }
        public mutating func appendInterpolation(_ part: HTML) { html.append(part) }
        public mutating func appendInterpolation(_ part: HTML?) { if let part { html.append(part) } }

        public mutating func appendInterpolation(_ parts: [HTML]) {
            html.makeRoom(for: parts.reduce(0) { $0 + $1.bytes.count })
            for part in parts { html.append(part) }
        }

        /// An attribute without a value, such as `required`: there when the condition holds.
        public mutating func appendInterpolation(_ attribute: StaticString, if condition: Bool) {
            if condition { html.append(attribute) }
        }
    }

    private mutating func append(_ part: HTML) {
        makeRoom(for: part.bytes.count)
        bytes += part.bytes
    }

    /// What follows a large part is mostly small: to double the room for it would be to copy the page once more.
    private mutating func makeRoom(for count: Int) {
        let needed = bytes.count + count
        if needed > bytes.capacity { bytes.reserveCapacity(needed + needed / 4) }
    }

    private mutating func append(_ markup: StaticString) {
        markup.withUTF8Buffer { bytes += $0 }
    }

    private mutating func append(escaping text: String) {
        var text = text
        text.withUTF8 { given in
            // What needs no escape, which is most, goes in as it stands.
            var from = 0
            for (place, byte) in given.enumerated() where !HTML.isPlain[Int(byte)] {
                bytes.append(contentsOf: given[from..<place])
                bytes.append(contentsOf: HTML.escape(of: byte))
                from = place + 1
            }
            bytes.append(contentsOf: given[from...])
        }
    }

    private static let isPlain: [Bool] = (0...255).map { escape(of: UInt8($0)).isEmpty }

    /// What stands for a byte; nothing where it stands for itself.
    private static func escape(of byte: UInt8) -> String.UTF8View {
        switch byte {
        case UInt8(ascii: "&"): "&amp;".utf8
        case UInt8(ascii: "<"): "&lt;".utf8
        case UInt8(ascii: ">"): "&gt;".utf8
        case UInt8(ascii: "\""): "&quot;".utf8
        case UInt8(ascii: "'"): "&#39;".utf8
        // Characters that HTML does not allow at all; nothing typed needs them.
        case 0...8, 11, 12, 14...31, 127: "\u{FFFD}".utf8
        case _: "".utf8
        }
    }
}

extension HTML: CustomStringConvertible {
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
