/// 事业单位岗位情况表: the posts of a public institution in one year, and how many of them are vacant (M12, D5).
public struct PostTable: Sendable, Hashable, Codable {
    public let year: Int
    /// Grows by one every time the unit mends it; earlier ones stay.
    public let number: Int
    public let values: [String: String]
    /// The stamped copy.
    public let file: Attachment

    public init(year: Int, number: Int, values: [String: String], file: Attachment) {
        self.year = year
        self.number = number
        self.values = values.filter { !$0.value.isEmpty }
        self.file = file
    }

    public subscript(_ key: String) -> String { values[key] ?? "" }

    /// The levels that a table counts, by their code in field names.
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case fullSenior, associateSenior, middle, assistant, entry

        public var title: String {
            switch self {
            case .fullSenior: "正高级"
            case .associateSenior: "副高级"
            case .middle: "中级"
            case .assistant: "助理级"
            case .entry: "员级"
            }
        }
    }

    /// What is counted for each level; 空缺数 follows from the first two.
    public enum Column: String, Sendable, Hashable, CaseIterable {
        case approved, filled, waiting, leaving, recommended

        public var title: String {
            switch self {
            case .approved: "核定岗位数"
            case .filled: "已聘数"
            case .waiting: "已取得资格未聘数"
            case .leaving: "本年预计自然减员"
            case .recommended: "本次推荐申报数"
            }
        }

        var required: Bool { self == .approved || self == .filled || self == .recommended }
    }

    public static func key(_ level: Level, _ column: Column) -> String { "\(level.rawValue).\(column.rawValue)" }

    public static let headFields = [
        Field("staffing", "编制数", .number(0...1_000_000), required: true),
        Field("employed", "在册正式人员", .number(0...1_000_000), required: true),
        Field("posts", "岗位总量", .number(0...1_000_000), required: true),
        Field("professionalPosts", "专业技术岗位总量", .number(0...1_000_000), required: true),
        Field("approval", "批准文号", .line(60)),
        Field("filledOn", "填报日期", .day(.past), required: true),
        Field("filledBy", "填报人", .line(30), required: true),
    ]

    public static let levelFields = Level.allCases.flatMap { level in
        Column.allCases.map { column in
            Field(key(level, column), "\(level.title)\(column.title)", .number(0...100_000), required: column.required)
        }
    }

    public static let closingFields = [Field("explanation", "说明", .text(1000), hint: "推荐数多于空缺数时必填"), Field("remark", "备注", .line(200))]

    public static let fields = headFields + levelFields + closingFields

    /// 核定 − 已聘; below zero when more are appointed than approved (超聘); nil while one of them is not a number.
    public static func vacancy(_ level: Level, in value: (String) -> String) -> Int? {
        guard let approved = Int(value(key(level, .approved))), let filled = Int(value(key(level, .filled))) else { return nil }
        return approved - filled
    }

    public func vacancy(_ level: Level) -> Int? { PostTable.vacancy(level) { self[$0] } }

    /// Levels of which more are recommended than are vacant.
    public static func exceeding(in value: (String) -> String) -> [Level] {
        Level.allCases.filter { level in
            guard let vacant = vacancy(level, in: value), let recommended = Int(value(key(level, .recommended))) else { return false }
            return recommended > max(vacant, 0)
        }
    }

    /// Reads the form; what is typed against its own arithmetic is a problem at its field.
    public static func read(_ typed: (String) -> String, in reference: Reference, today: Day) -> FieldReading {
        var reading = FieldReading(fields, from: typed, complete: true, in: reference, today: today)
        guard reading.problems.isEmpty else { return reading }
        let value = { reading.values[$0] ?? "" }
        var problems: [FieldProblem] = []
        let approved = Level.allCases.compactMap { Int(value(key($0, .approved))) }.reduce(0, +)
        if let posts = Int(value("professionalPosts")), approved > posts {
            problems.append(FieldProblem("professionalPosts", "各级核定岗位数合计 \(approved)，多于专业技术岗位总量 \(posts)"))
        }
        if let posts = Int(value("posts")), let professional = Int(value("professionalPosts")), professional > posts {
            problems.append(FieldProblem("professionalPosts", "专业技术岗位总量不能多于岗位总量"))
        }
        let exceeding = exceeding(in: value)
        if !exceeding.isEmpty, value("explanation").isEmpty {
            problems.append(FieldProblem("explanation", "\(exceeding.map(\.title).joined(separator: "、"))的推荐数多于空缺数，请说明"))
        }
        reading.add(problems)
        return reading
    }
}
