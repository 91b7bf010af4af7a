import Domain
import Hummingbird
import Markup
import Storage

/// A form of what a person asks as it was posted, with the files it holds by now.
struct PostedPersonForm: Sendable {
    let form: Form
    let token: FormToken
    let files: [Attachment]
    let action: PostedRequest.Action
    /// Complete only when it is to be submitted: looking for a unit asks nothing else.
    let problems: [FieldProblem]
    /// What was typed, in its stored form.
    let values: [String: String]

    var search: String { String(form["search"].prefix(50)) }
    var isSubmitted: Bool { action == .submit }
}

extension Site {
    /// Reads a form of fields and files; `others`: further keys that it may hold; `demandsFiles`: whether it cannot go without one.
    func postedPersonForm(
        _ request: Request, _ session: Session, fields: [Field], files rule: FileRule, others: Set<String>, demandsFiles: Bool, today: Day
    ) async throws -> PostedPersonForm {
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let form = upload.form
        let token = try FormToken(form, of: request, in: session, origin: settings.origin)
        try form.only { key in key == "action" || others.contains(key) || FormFiles.isKey(key) || fields.contains { $0.key == key } }
        let action = try PostedRequest.Action(form["action"])
        let dropped = if case .drop(let file) = action { file } else { "" }
        let (files, refused) = try await formFiles(upload, rule, field: UnitRequest.fileField, dropping: dropped, key: token.key, session)
        let reading = FieldReading(fields, from: { form[$0] }, complete: true, in: reference, today: today)
        var problems = refused
        if action == .submit {
            problems = reading.problems + problems
            if demandsFiles, files.isEmpty, refused.isEmpty { problems.append(FieldProblem(UnitRequest.fileField, "请上传\(rule.label)")) }
        }
        return PostedPersonForm(form: form, token: token, files: files, action: action, problems: problems, values: reading.values)
    }

    /// Submits what was posted, or shows it again.
    func settle(
        _ posted: PostedPersonForm, adding problems: [FieldProblem] = [], submit: () async throws -> ID<PersonRequest>, show: (Typing) async throws -> HTML
    ) async throws -> Response {
        do {
            let problems = problems + posted.problems
            guard posted.isSubmitted, problems.isEmpty else { throw Problem.invalid(problems) }
            return see(Path.personRequest(try await submit(), isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(posted.form, after: problem, posted.token)
            return page(try await show(typing), status: posted.isSubmitted || !posted.problems.isEmpty ? typing.status : .ok)
        }
    }
}

/// The form of what a person asks: fields and files, and what stands before and among them.
struct PersonFormPage {
    let frame: Frame
    let title: String
    let back: (path: String, title: String)
    let path: String
    let explanation: String
    let facts: [(String, String)]
    let fields: [Field]
    /// What stands in the fields before anybody types.
    let given: [String: String]
    /// What is chosen besides, before the fields.
    let choice: HTML
    let files: FormFiles
    let typing: Typing?
    /// The version of the request given back that this mends; 0 for a new one.
    let version: Int
    /// Why it was given back.
    let givenBack: String?
    let defaultAction: String
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    private func value(_ key: String) -> String { typing?.form?.keys.contains(key) == true ? typing?.form?[key] ?? "" : given[key] ?? "" }

    var html: HTML {
        frame.page(
            title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back.path)">\(back.title)</a></nav><h1>\(title)</h1></div>\(typing?.notice)\
                \(givenBack.map { "<div class=\"notice warning\" role=\"status\"><h2>已退回，请修改后重新提交</h2><p>\($0)</p></div>" as HTML })\
                <p class="hint">\(explanation)</p>
                <form class="card sheet" method="post" action="\(path)" enctype="multipart/form-data" novalidate data-once data-guard\(" data-typed", if: typing != nil)>\(token)\
                \(defaultButton(defaultAction))\(complaints.summary)\(facts.isEmpty ? .empty : Facts(facts).html)\(choice)
                <div class="fields">\(fields.map { FieldInput($0, name: $0.key, value: value($0.key), complaints: complaints, reference: reference).html })</div>\(files.html(complaints))
                <div class="buttons"><button class="primary" name="action" value="submit">提交</button><a class="button" href="\(back.path)">返回</a></div></form>
                """)
    }

    private var token: HTML {
        let version = typing?.version ?? version
        return FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
    }
}
