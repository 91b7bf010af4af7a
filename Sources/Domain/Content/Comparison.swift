/// What has changed from one edition of a content to the next, in the order in which it is read.
public struct Comparison: Sendable, Hashable {
    public let changes: [Change]

    public struct Change: Sendable, Hashable {
        public let part: Part
        /// The row that it is about, by its place in the newer edition, from 1 (of one that is gone: in the older); nil for a part without rows.
        public let row: Int?
        public let kind: Kind
    }

    public enum Kind: Sendable, Hashable {
        /// Codes of titles; empty where there was none.
        case title(old: String, new: String)
        case value(Field, old: String, new: String)
        case added(Content.Row)
        case removed(Content.Row)
        case fileAdded(Attachment)
        case fileRemoved(Attachment)
    }

    public init(from old: Content, to new: Content) {
        var changes: [Change] = []
        if old.title != new.title { changes.append(Change(part: .application, row: nil, kind: .title(old: old.title, new: new.title))) }
        for part in Part.allCases { changes += part.isTable ? Self.rows(of: part, old[part], new[part]) : Self.changes(of: part, nil, old.single(part), new.single(part)) }
        self.changes = changes
    }

    public var isEmpty: Bool { changes.isEmpty }

    /// The sections in which something has changed.
    public var sections: [Section] { Section.allCases.filter { section in changes.contains { $0.part.section == section } } }

    /// Rows are the same row by their ids, wherever they stand.
    private static func rows(of part: Part, _ old: [Content.Row], _ new: [Content.Row]) -> [Change] {
        let before = Dictionary(old.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Set(new.map(\.id))
        let kept = new.enumerated().flatMap { place, row -> [Change] in
            guard let earlier = before[row.id] else { return [Change(part: part, row: place + 1, kind: .added(row))] }
            return changes(of: part, place + 1, earlier, row)
        }
        return kept + old.enumerated().filter { !after.contains($0.element.id) }.map { Change(part: part, row: $0.offset + 1, kind: .removed($0.element)) }
    }

    private static func changes(of part: Part, _ place: Int?, _ old: Content.Row, _ new: Content.Row) -> [Change] {
        let values = part.fields.filter { old[$0.key] != new[$0.key] }.map { Change(part: part, row: place, kind: .value($0, old: old[$0.key], new: new[$0.key])) }
        // A file is the same by what it holds and what it is called, however often it was uploaded.
        func key(_ file: Attachment) -> [String] { [file.digest, file.name] }
        let (had, has) = (Set(old.files.map(key)), Set(new.files.map(key)))
        return values + new.files.filter { !had.contains(key($0)) }.map { Change(part: part, row: place, kind: .fileAdded($0)) }
            + old.files.filter { !has.contains(key($0)) }.map { Change(part: part, row: place, kind: .fileRemoved($0)) }
    }
}
