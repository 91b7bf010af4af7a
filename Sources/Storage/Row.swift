import Domain

/// Where an engine keeps the columns of the row that it stands on.
protocol Columns {
    /// The value of a column, counted from 0; null where there is none.
    func value(_ column: Int) -> Value
    /// Whether a column holds just this text.
    func isText(_ text: String, in column: Int) -> Bool
}

/// One row of a result, read from left to right in the order of its columns.
public struct Row {
    private let columns: any Columns
    private var next = 0

    init(_ columns: any Columns) { self.columns = columns }

    /// A stored value that is not what the column is declared to hold: the database was altered from outside.
    public struct Unreadable: Error, CustomStringConvertible {
        public let description: String
    }

    public mutating func value() -> Value {
        defer { next += 1 }
        return columns.value(next)
    }

    /// Passes over the next column if it holds just this text; many times faster than to make a text of it.
    mutating func skip(_ text: String) -> Bool {
        guard columns.isText(text, in: next) else { return false }
        next += 1
        return true
    }

    public mutating func text() throws -> String {
        guard case .text(let text) = value() else { throw unreadable("text") }
        return text
    }

    public mutating func optionalText() throws -> String? {
        switch value() {
        case .null: return nil
        case .text(let text): return text
        case .integer, .bytes: throw unreadable("text")
        }
    }

    public mutating func integer() throws -> Int {
        guard case .integer(let number) = value() else { throw unreadable("integer") }
        return Int(number)
    }

    public mutating func bool() throws -> Bool { try integer() != 0 }
    public mutating func instant() throws -> Instant { Instant(milliseconds: Int64(try integer())) }

    public mutating func optionalInstant() throws -> Instant? {
        switch value() {
        case .null: return nil
        case .integer(let milliseconds): return Instant(milliseconds: milliseconds)
        case .text, .bytes: throw unreadable("instant")
        }
    }

    public mutating func day() throws -> Day { try parsed(Day.init, "day") }
    public mutating func id<Entity>() throws -> ID<Entity> { try parsed(ID.init, "identifier") }

    public mutating func optionalID<Entity>() throws -> ID<Entity>? {
        guard let text = try optionalText() else { return nil }
        guard let id = ID<Entity>(text) else { throw unreadable("identifier") }
        return id
    }

    public mutating func name<Name: RawRepresentable>(_: Name.Type = Name.self) throws -> Name where Name.RawValue == String {
        try parsed(Name.init(rawValue:), "\(Name.self)")
    }

    private mutating func parsed<Result>(_ parse: (String) -> Result?, _ what: String) throws -> Result {
        guard let result = parse(try text()) else { throw unreadable(what) }
        return result
    }

    private func unreadable(_ what: String) -> Unreadable { Unreadable(description: "column \(next) is no \(what)") }
}
