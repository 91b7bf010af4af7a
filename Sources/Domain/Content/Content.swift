/// What an applicant has filled in. As a draft it holds the text as typed, right or wrong; as submitted only values that were read.
public struct Content: Sendable, Hashable, Codable {
    /// The title applied for: a code of the plan's titles.
    public var title: String
    private var rows: [String: [Row]]

    public init(title: String = "") {
        self.title = title
        rows = [:]
    }

    /// One row of a part; the id stays with it through every edition, so that editions can be compared.
    public struct Row: Sendable, Hashable, Codable {
        public let id: String
        public var values: [String: String]
        /// What proves the row (证明材料), in the order in which it was uploaded.
        public var files: [Attachment]

        public init(id: String, values: [String: String] = [:], files: [Attachment] = []) {
            self.id = id
            self.values = values
            self.files = files
        }

        public subscript(_ key: String) -> String { values[key] ?? "" }
        public var isEmpty: Bool { values.values.allSatisfy(\.isEmpty) && files.isEmpty }

        private enum CodingKeys: String, CodingKey { case id, values, files }

        /// A row without files is written without them.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decode(String.self, forKey: .id)
            values = try container.decode([String: String].self, forKey: .values)
            files = try container.decodeIfPresent([Attachment].self, forKey: .files) ?? []
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(values, forKey: .values)
            if !files.isEmpty { try container.encode(files, forKey: .files) }
        }
    }

    public subscript(_ part: Part) -> [Row] {
        get { rows[part.rawValue] ?? [] }
        set { rows[part.rawValue] = newValue }
    }

    /// The single row of a part that is filled in once.
    public func single(_ part: Part) -> Row { self[part].first ?? Row(id: part.rawValue) }

    /// Every file of every row.
    public var files: [Attachment] { Part.allCases.flatMap { self[$0].flatMap(\.files) } }

    /// The rows named as representative works (代表作), in their order.
    public var representatives: [(part: Part, row: Row)] {
        Part.allCases.filter(\.canRepresent).flatMap { part in self[part].map { (part, $0) } }
            .filter { !$0.1[Part.representative.key].isEmpty }
            .sorted { $0.1[Part.representative.key] < $1.1[Part.representative.key] }
    }
}

extension Content {
    /// The same with the files that were uploaded for its rows; those of rows that are gone are left out.
    public func holding(_ files: [(part: Part, row: String, file: Attachment)]) -> Content {
        var content = self
        for (part, row, file) in files {
            if !part.isTable, content[part].isEmpty { content[part] = [single(part)] }
            guard let index = content[part].firstIndex(where: { $0.id == row }) else { continue }
            content[part][index].files.append(file)
        }
        return content
    }

    /// The same without files, as a draft is kept: its files are records of their own.
    public var withoutFiles: Content {
        var content = self
        for part in Part.allCases where !content[part].isEmpty {
            content[part] = content[part].map { Row(id: $0.id, values: $0.values) }
        }
        return content
    }

    /// Whether there is such a row, for a file to belong to.
    public func has(_ row: String, in part: Part) -> Bool { part.isTable ? self[part].contains { $0.id == row } : row == part.rawValue }
}

extension Content {
    /// Fills in what a profile in force says (一人一档), so that nobody types it twice. `title`: the name of the title that is held; nil for none.
    public mutating func begin(with profile: [String: String], title: String?) {
        var row = single(.basics)
        for field in Part.basics.fields { row.values[field.key] = profile[field.key] }
        row.values["currentTitle"] = title ?? "无"
        self[.basics] = [row]
        self[.application] = [Row(id: Part.application.rawValue, values: ["currentSpecialty": profile["specialty"] ?? ""])]
    }

    /// The content as it is submitted, every value in its stored form, with all that still keeps it from being submitted.
    public func completed(titles: [Reference.Title], in reference: Reference, today: Day) -> (content: Content, gaps: [Gap]) {
        var content = Content(title: title)
        var gaps: [Gap] = []
        if !titles.contains(where: { $0.code == title }) {
            gaps.append(Gap(section: .application, field: "title", message: "请选择申报职称"))
        }
        for part in Part.allCases {
            let filled = part.isTable ? self[part].filter { !$0.isEmpty } : [single(part)]
            if filled.count < part.rows.lowerBound {
                gaps.append(Gap(section: part.section, field: part.rawValue, message: "至少填写一条\(part.title)"))
            }
            for (number, row) in filled.enumerated() {
                let (values, problems) = read(row, of: part, in: reference, today: today)
                let place = part.isTable ? "\(part.title)第 \(number + 1) 条：" : ""
                gaps += problems.map { Gap(section: part.section, field: $0.field, message: place + $0.message) }
                content[part].append(Row(id: row.id, values: values.filter { !$0.value.isEmpty }, files: row.files))
            }
        }
        return (content, gaps + content.repeatedRepresentatives)
    }

    /// The values that could be read in their one form, and beside them what was typed and could not: for a reader who looks at both.
    public func asShown(in reference: Reference, today: Day) -> Content {
        var content = completed(titles: [], in: reference, today: today).content
        for part in Part.allCases {
            content[part] = content[part].map { row in
                let typed = self[part].first { $0.id == row.id }?.values.filter { !$0.value.trimmed.isEmpty } ?? [:]
                return Row(id: row.id, values: typed.merging(row.values) { $1 }, files: row.files)
            }
        }
        return content
    }

    private func read(_ row: Row, of part: Part, in reference: Reference, today: Day) -> (values: [String: String], problems: [FieldProblem]) {
        let prefix = "\(part.rawValue).\(row.id)."
        let reading = FieldReading(
            part.fields, from: { row[String($0.dropFirst(prefix.count))] }, prefix: prefix, complete: true, in: reference, today: today)
        var problems = reading.problems.isEmpty ? order(reading.values, prefix: prefix) : reading.problems
        if let rule = part.files, rule.required, row.files.isEmpty { problems.append(FieldProblem(prefix + "files", "请上传\(rule.label)")) }
        return (reading.values, problems)
    }

    /// Beginning before end, where a row has both.
    private func order(_ values: [String: String], prefix: String) -> [FieldProblem] {
        guard let from = values["from"], let to = values["to"], !from.isEmpty, !to.isEmpty, to < from else { return [] }
        return [FieldProblem(prefix + "to", "结束时间早于开始时间")]
    }

    /// No place among the representative works is taken twice.
    private var repeatedRepresentatives: [Gap] {
        let key = Part.representative.key
        return zip(representatives, representatives.dropFirst()).filter { $0.row[key] == $1.row[key] }.map { _, later in
            Gap(section: later.part.section, field: "\(later.part.rawValue).\(later.row.id).\(key)", message: "代表作序号 \(later.row[key]) 重复，请另选一个")
        }
    }
}

/// Something that is missing or wrong, with the section in which it is mended.
public struct Gap: Sendable, Hashable {
    public let section: Section
    public let field: String
    public let message: String

    public init(section: Section, field: String, message: String) {
        self.section = section
        self.field = field
        self.message = message
    }
}
