import Domain
import HTTPTypes

/// What is wrong with a form that was sent; the page is shown again with it.
struct Problems: Error {
    let list: [FieldProblem]
    let status: HTTPResponse.Status

    init(_ list: [FieldProblem], status: HTTPResponse.Status = .unprocessableContent) {
        self.list = list
        self.status = status
    }

    init(_ field: String, _ message: String, status: HTTPResponse.Status = .unprocessableContent) {
        self.init([FieldProblem(field, message)], status: status)
    }
}

/// Reads the fields of a form one after the other, collecting what is wrong with each.
struct Checks {
    private(set) var problems: [FieldProblem] = []

    mutating func read<Value>(_ field: String, _ body: () throws(Invalid) -> Value) -> Value? {
        do {
            return try body()
        } catch {
            problems.append(FieldProblem(field, error.message))
            return nil
        }
    }

    mutating func require(_ field: String, _ condition: Bool, _ message: String) {
        if !condition { problems.append(FieldProblem(field, message)) }
    }

    /// A name as typed, without blanks at its sides.
    mutating func name(_ field: String, _ typed: String, label: String, atMost: Int) -> String {
        let name = typed.trimmed
        require(field, !name.isEmpty, "请填写\(label)")
        require(field, name.count <= atMost, "\(label)不能超过 \(atMost) 个字")
        require(field, !name.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(label)含有不能使用的字符")
        return name
    }
}
