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

        public init(id: String, values: [String: String] = [:]) {
            self.id = id
            self.values = values
        }

        public subscript(_ key: String) -> String { values[key] ?? "" }
        public var isEmpty: Bool { values.values.allSatisfy(\.isEmpty) }
    }

    public subscript(_ part: Part) -> [Row] {
        get { rows[part.rawValue] ?? [] }
        set { rows[part.rawValue] = newValue }
    }

    /// The single row of a part that is filled in once.
    public func single(_ part: Part) -> Row { self[part].first ?? Row(id: part.rawValue) }

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
                let prefix = "\(part.rawValue).\(row.id)."
                let reading = FieldReading(
                    part.fields, from: { row[String($0.dropFirst(prefix.count))] }, prefix: prefix, complete: true,
                    in: reference, today: today)
                let problems = reading.problems.isEmpty ? order(reading.values, prefix: prefix) : reading.problems
                let place = part.isTable ? "\(part.title)第 \(number + 1) 条：" : ""
                gaps += problems.map { Gap(section: part.section, field: $0.field, message: place + $0.message) }
                content[part].append(Row(id: row.id, values: reading.values.filter { !$0.value.isEmpty }))
            }
        }
        return (content, gaps)
    }

    /// Beginning before end, where a row has both.
    private func order(_ values: [String: String], prefix: String) -> [FieldProblem] {
        guard let from = values["from"], let to = values["to"], !from.isEmpty, !to.isEmpty, to < from else { return [] }
        return [FieldProblem(prefix + "to", "结束时间早于开始时间")]
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
