/// One field of a form: its name, its label, and what may stand in it.
public struct Field: Sendable, Hashable {
    public let key: String
    public let label: String
    public let kind: Kind
    /// ★ in the field lists.
    public let required: Bool
    public let hint: String

    public init(_ key: String, _ label: String, _ kind: Kind, required: Bool = false, hint: String = "") {
        self.key = key
        self.label = label
        self.kind = kind
        self.required = required
        self.hint = hint
    }

    public enum Kind: Sendable, Hashable {
        /// One line, at most so many characters.
        case line(Int)
        case text(Int)
        case day(Tense)
        case month
        case number(ClosedRange<Int>)
        case choice(Reference.List)
        case email
        /// A number that can be called, with its area code and extension.
        case telephone
    }

    /// A date or a number, which is not broken over two lines.
    public var isFigure: Bool {
        switch kind {
        case .day, .month, .number: true
        case .line, .text, .choice, .email, .telephone: false
        }
    }

    /// Whether its value is one of a list.
    fileprivate var isChosen: Bool { if case .choice = kind { true } else { false } }

    /// Whether signs of full width mean their usual form.
    private var isFolded: Bool {
        switch kind {
        case .day, .month, .number, .email, .telephone: true
        case .line, .text, .choice: false
        }
    }

    /// The same field under another label.
    public func labelled(_ label: String) -> Field { Field(key, label, kind, required: required, hint: hint) }

    /// How much of what was typed a draft keeps: more than may stand here, so that a text that is too long can be shortened.
    public var keeps: Int {
        switch kind {
        case .line(let most): 4 * most + 100
        case .text(let most): 2 * most
        case .day, .month, .number, .choice, .email, .telephone: 200
        }
    }

    /// Whether a day may lie ahead.
    public enum Tense: Sendable, Hashable { case past, any }

    /// What the typed text means, in its one stored form (`2026/3/1` → `2026-03-01`); empty stays empty.
    public func read(_ typed: String, in reference: Reference, today: Day) throws(Invalid) -> String {
        let text = isFolded ? typed.halfWidth.trimmed : typed.trimmed
        if text.isEmpty { return "" }
        if let control = text.unicodeScalars.first(where: { ($0.value < 0x20 || (0x7F...0x9F).contains($0.value)) && $0 != "\n" && $0 != "\r" && $0 != "\t" }) {
            throw Invalid("\(label)含有不可见字符（U+\(String(control.value, radix: 16))），请重新输入")
        }
        switch kind {
        case .line(let most):
            guard text.length <= most else { throw Invalid("\(label)最多 \(most) 字，现为 \(text.length) 字") }
            return text.split(whereSeparator: \.isNewline).joined(separator: " ")
        case .text(let most):
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(separator: "\n")
            guard lines.length <= most else { throw Invalid("\(label)最多 \(most) 字，现为 \(lines.length) 字") }
            return lines
        case .day(let tense):
            guard let day = Day(text) else { throw Invalid("\(label)不是有效日期，请按 2026-01-31 的格式填写") }
            guard tense == .any || day <= today else { throw Invalid("\(label)不能晚于今天（\(today)）") }
            return day.description
        case .month: return try readMonth(text, today: today)
        case .number(let range):
            guard let number = Int(text), range.contains(number) else {
                throw Invalid("\(label)应为 \(range.lowerBound)–\(range.upperBound) 之间的整数")
            }
            return String(number)
        case .choice(let list):
            guard reference.name(text, in: list) != nil else { throw Invalid("请从列表中选择\(label)") }
            return text
        case .email:
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            guard text.length <= 100, parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !text.contains(where: \.isWhitespace)
            else { throw Invalid("\(label)的格式不正确") }
            return text
        case .telephone:
            let digits = text.unicodeScalars.count { ("0"..."9").contains($0) }
            guard text.length <= 30, (7...26).contains(digits), text.allSatisfy({ $0.isASCII && $0.isNumber || " -+()转、,/".contains($0) })
            else { throw Invalid("\(label)应为电话号码，如 0833-2607521 或 13800001234") }
            return text
        }
    }

    private func readMonth(_ text: String, today: Day) throws(Invalid) -> String {
        let parts = text.split(whereSeparator: { "-/.年月".contains($0) }).map(String.init)
        guard parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]), let day = Day(year: year, month: month, day: 1)
        else { throw Invalid("\(label)应为年月，如 2015-09") }
        guard day <= today else { throw Invalid("\(label)不能晚于今天（\(today)）") }
        return "\(year)-\(twoDigits(month))"
    }

    /// The stored form as a reader sees it: codes by their names.
    public func show(_ stored: String, in reference: Reference) -> String {
        if case .choice(let list) = kind, !stored.isEmpty { return reference.name(stored, in: list) ?? stored }
        return stored
    }
}

/// Values typed into a form, read field by field.
public struct FieldReading: Sendable {
    public private(set) var values: [String: String] = [:]
    public private(set) var problems: [FieldProblem] = []

    /// Reads each field; `prefix` stands before the keys in the form and in the problems. Missing required values are
    /// problems only when `complete` is asked for.
    public init(
        _ fields: [Field], from typed: (String) -> String, prefix: String = "", complete: Bool, in reference: Reference, today: Day
    ) {
        for field in fields {
            do throws(Invalid) {
                let value = try field.read(typed(prefix + field.key), in: reference, today: today)
                values[field.key] = value
                if complete, field.required, value.isEmpty {
                    problems.append(FieldProblem(prefix + field.key, "请\(field.isChosen ? "选择" : "填写")\(field.label)"))
                }
            } catch {
                problems.append(FieldProblem(prefix + field.key, error.message))
            }
        }
    }

    /// What the values say against each other, found after each was read.
    mutating func add(_ more: [FieldProblem]) { problems += more }
}

extension String {
    /// Characters as counted in limits: code points, for one letter under a thousand accents is not one character of a record.
    var length: Int { unicodeScalars.count }

    /// The first so many code points.
    public func cut(to length: Int) -> String { String(unicodeScalars.prefix(length)) }
}
