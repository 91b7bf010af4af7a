import Domain
import Markup

/// One labelled input. All inputs of this platform have to be filled in, which the pages say once.
struct Field {
    let name: String
    let label: String
    var value = ""
    var type = "text"
    var autocomplete = "off"
    var inputmode = "text"
    var hint: String?

    /// Inputs of the same name in two boxes of one page differ in the box's id.
    func html(in box: String, _ problems: [FieldProblem]) -> HTML {
        let id = "\(box)-\(name)"
        let wrong = problems.filter { $0.field == name }
        let hintLine: HTML? = hint.map { "<p class=\"hint\" id=\"\(id)-hint\">\($0)</p>" }
        let wrongLine: HTML? = wrong.first.map { "<p class=\"wrong\" id=\"\(id)-wrong\">\($0.message)</p>" }
        let describedBy = [hint == nil ? nil : "\(id)-hint", wrong.isEmpty ? nil : "\(id)-wrong"].compactMap { $0 }
        let description: HTML? = describedBy.isEmpty ? nil : " aria-describedby=\"\(describedBy.joined(separator: " "))\""
        let invalid: HTML? = wrong.isEmpty ? nil : " aria-invalid=\"true\""
        return """
            <div class="field">
            <label for="\(id)">\(label)</label>
            \(hintLine)
            <input id="\(id)" name="\(name)" type="\(type)" value="\(value)" autocomplete="\(autocomplete)" \
            inputmode="\(inputmode)" spellcheck="false" aria-required="true"\(description)\(invalid)>
            \(wrongLine)
            </div>
            """
    }
}

/// What has to be put right, each with a link to its field; nothing when all is well.
func summary(in box: String, _ fields: [Field], _ problems: [FieldProblem]) -> HTML? {
    guard !problems.isEmpty else { return nil }
    let lines: [HTML] = problems.map { problem in
        let label = fields.first { $0.name == problem.field }?.label ?? ""
        return "<li><a href=\"#\(box)-\(problem.field)\">\(label)：\(problem.message)</a></li>"
    }
    return """
        <div class="summary" role="alert"><p><strong>有 \(problems.count) 处需要更正</strong></p><ul>\(lines)</ul></div>
        """
}

/// A form whose fields all have to be filled in. Hidden fields come first, as they carry what the visible ones belong to.
func postForm(
    _ box: String, to path: String, hidden: [(String, String)], _ fields: [Field], _ problems: [FieldProblem], button: String
) -> HTML {
    let carried: [HTML] = hidden.map { "<input type=\"hidden\" name=\"\($0.0)\" value=\"\($0.1)\">\n" }
    return """
        \(summary(in: box, fields, problems))
        <form method="post" action="\(path)" novalidate>
        \(carried)
        \(fields.map { $0.html(in: box, problems) })
        <button type="submit">\(button)</button>
        </form>
        """
}
