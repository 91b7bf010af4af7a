/// A piece of SQL with its values. Text can only come from literals in the source (`StaticString`); everything interpolated
/// is bound as a value, or is another `SQL`. There is no way to put other text in.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// Text between the values: always one more than there are values.
    var texts: [String]
    var values: [Value]

    public init(stringLiteral text: StaticString) {
        texts = [text.description]
        values = []
    }

    public init(stringInterpolation parts: Interpolation) {
        texts = parts.texts
        values = parts.values
    }

    private init(texts: [String], values: [Value]) {
        self.texts = texts
        self.values = values
    }

    public struct Interpolation: StringInterpolationProtocol {
        var texts = [""]
        var values: [Value] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ text: StaticString) { texts[texts.count - 1] += text.description }

        public mutating func appendInterpolation(_ value: some Bindable) {
            values.append(value.bound)
            texts.append("")
        }

        public mutating func appendInterpolation(_ value: (some Bindable)?) {
            values.append(value?.bound ?? .null)
            texts.append("")
        }

        public mutating func appendInterpolation(_ part: SQL) {
            texts[texts.count - 1] += part.texts[0]
            texts += part.texts.dropFirst()
            values += part.values
        }

        /// `(?, ?, ?)` for an IN.
        public mutating func appendInterpolation(_ list: [some Bindable]) {
            appendInterpolation(SQL.joined(list.map { SQL("\($0)") }, between: ", ", open: "(", close: ")"))
        }
    }

    public static func joined(_ parts: [SQL], between: SQL, open: SQL = "", close: SQL = "") -> SQL {
        var all: SQL = "\(open)"
        for (number, part) in parts.enumerated() { all = number == 0 ? "\(all)\(part)" : "\(all)\(between)\(part)" }
        return "\(all)\(close)"
    }

    /// The statement as the driver prepares it; `placeholder` gives the mark of the n-th value, from 1.
    func text(placeholder: (Int) -> String) -> String {
        var text = texts[0]
        for (number, part) in texts.dropFirst().enumerated() {
            text += placeholder(number + 1)
            text += part
        }
        return text
    }
}

/// What can be bound to a statement, the same for every engine.
public enum Value: Sendable, Hashable {
    case null
    case text(String)
    case integer(Int64)
    case bytes([UInt8])
}

public protocol Bindable: Sendable { var bound: Value { get } }

extension String: Bindable { public var bound: Value { .text(self) } }
extension Int: Bindable { public var bound: Value { .integer(Int64(self)) } }
extension Bool: Bindable { public var bound: Value { .integer(self ? 1 : 0) } }
