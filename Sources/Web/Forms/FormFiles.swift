import Domain
import Hummingbird
import Markup
import Storage

/// The files of a form as they stand while it is shown again and again: each is in the store already, and a ticket in the form carries it.
struct FormFiles: Sendable {
    let rule: FileRule
    let field: String
    let isRequired: Bool
    let files: [Attachment]
    let tickets: [String]

    static func isKey(_ key: String) -> Bool { key.hasPrefix("ticket.") }

    init(_ rule: FileRule, field: String, isRequired: Bool, files: [Attachment], with ticket: FileTicket) throws {
        (self.rule, self.field, self.isRequired, self.files) = (rule, field, isRequired, files)
        tickets = try files.map(ticket.text)
    }

    func html(_ complaints: Complaints) -> HTML {
        let complaint = complaints.of(field)
        return """
            <div class="field wide attached\(complaint == nil ? .empty : " wrong" as HTML)" id="files"><label for="\(field)">\(rule.label)\(isRequired ? "<span class=\"star\" aria-hidden=\"true\">★</span>" : .empty)</label>\
            \(files.isEmpty ? .empty : list)\(files.count < rule.most ? input(isWrong: complaint != nil) : .empty)<p class="\(complaint == nil ? "hint" : "complaint")" id="\(field)-note">\(complaint ?? rule.hint)</p></div>
            """
    }

    private func input(isWrong: Bool) -> HTML {
        """
        <input type="file" id="\(field)" name="\(field)" multiple accept="\(rule.accepts)"\(isWrong ? " aria-invalid=\"true\"" as HTML : .empty) aria-describedby="\(field)-note">
        """
    }

    private var list: HTML {
        """
        <ul class="files">\(zip(files, tickets).map { file, ticket in
            """
            <li>\(file.name) <small>\(file.size)</small><input type="hidden" name="ticket.\(file.id.text)" value="\(ticket)"> \
            <button class="plain" name="action" value="drop.\(file.id.text)">删除<span class="unseen">\(file.name)</span></button></li>
            """ as HTML
        })</ul>
        """
    }
}

extension Site {
    /// The files that a form holds after it was posted: those it carried and did not drop, and those that came with it; what was refused is told at the field.
    func formFiles(
        _ upload: Upload, _ rule: FileRule, field: String, dropping dropped: String, key: String, _ session: Session
    ) async throws -> (files: [Attachment], problems: [FieldProblem]) {
        let form = upload.form
        let carried = try await database.read { connection in
            let ticket = FileTicket(vault: connection.vault, session: session)
            return try form.keys.filter(FormFiles.isKey).sorted().compactMap { try ticket.read(form[$0]) }
        }
        var files = carried.filter { $0.id.text != dropped }
        var (new, problems) = try await keep(upload, field, key: key, for: session.signedIn.account.text)
        new.removeAll { file in files.contains { $0.id == file.id } }
        files += new
        if files.count > rule.most {
            problems.append(FieldProblem(field, "\(rule.label)最多 \(rule.most) 个，请减少后再提交"))
            files = Array(files.prefix(rule.most))
        }
        return (files, problems)
    }
}
