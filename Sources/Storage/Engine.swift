/// The engines that can hold the records. One query text serves both; what is said differently stands here.
public enum Engine: String, Sendable, CaseIterable {
    case sqlite, postgres

    /// What the neutral type words of a migration become.
    var types: [String: String] {
        switch self {
        case .sqlite: ["INSTANT": "INTEGER", "COUNT": "INTEGER", "DAY": "TEXT", "BYTES": "BLOB"]
        case .postgres: ["INSTANT": "BIGINT", "COUNT": "BIGINT", "DAY": "TEXT", "BYTES": "BYTEA"]
        }
    }

    /// What ends each CREATE TABLE.
    var tableOption: String {
        switch self {
        case .sqlite: " STRICT"
        case .postgres: ""
        }
    }
}
