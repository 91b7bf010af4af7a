import Domain

/// Something in the records that does not agree with the rest of them. Says where, and never what a person's name or number is.
public struct Discrepancy: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// A row that cannot be read, or a reference that leads nowhere.
        case row
        /// A chain's entries, or its end.
        case chain
        /// A trail that does not lead to what the dossier's rows say.
        case replay
        case time
        case deadline
        case content
        case file
        case checkpoint
        case key
    }

    public let kind: Kind
    /// The dossier, or the chain of other records; empty where it is about the whole.
    public let subject: String
    /// The first entry that is wrong; nil where it is no single one.
    public let number: Int?
    public let sentence: String

    init(_ kind: Kind, _ subject: String = "", _ number: Int? = nil, _ sentence: String) {
        self.kind = kind
        self.subject = subject
        self.number = number
        self.sentence = sentence
    }

    /// One line, as it is printed.
    public var line: String {
        [kind.rawValue, subject, number.map { "#\($0)" } ?? "", sentence].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// What `verify` came to.
public struct Verification: Sendable {
    public internal(set) var dossiers = 0
    /// Entries of all chains.
    public internal(set) var entries = 0
    public internal(set) var checkpoints = 0
    public internal(set) var files = 0
    public internal(set) var findings: [Discrepancy] = []
    /// Seconds spent on the dossiers and their entries.
    public internal(set) var seconds = 0.0

    public var isSound: Bool { findings.isEmpty }

    /// Entries a second.
    public var pace: Int { seconds > 0 ? Int(Double(entries) / seconds) : 0 }

    /// The last line of the report.
    public var summary: String {
        "已核对 \(dossiers) 份材料、\(entries) 条记录、\(checkpoints) 个检查点、\(files) 个文件，每秒 \(pace) 条；\(isSound ? "未发现问题" : "发现 \(findings.count) 个问题")。"
    }
}
