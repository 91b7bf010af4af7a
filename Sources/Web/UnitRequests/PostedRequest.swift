import Domain
import Hummingbird
import Markup
import Storage

/// A unit's request as it was posted, with the files it holds by now.
struct PostedRequest: Sendable {
    enum Action: Sendable, Hashable {
        case submit
        case find
        case drop(String)

        /// What a form's button says; a form without one is looked at again.
        init(_ text: String) throws(Problem) {
            switch text {
            case "submit": self = .submit
            case "find", "": self = .find
            case _ where text.hasPrefix("drop."): self = .drop(String(text.dropFirst(5)))
            case _: throw .malformed
            }
        }
    }

    let kind: UnitRequest.Kind
    let form: Form
    let token: FormToken
    let files: [Attachment]
    let action: Action
    var problems: [FieldProblem]
    /// What was typed, in its stored form.
    let values: [String: String]

    var superior: ID<WorkUnit>? { ID(form["superior"]) }
    var search: String { String(form["search"].prefix(50)) }
}

extension Site {
    /// Reads the form of a kind of request. Problems are complete only when it is to be submitted: looking for a superior asks nothing else.
    func postedRequest(_ kind: UnitRequest.Kind, _ request: Request, _ session: Session, today: Day) async throws -> PostedRequest {
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let (form, fields) = (upload.form, UnitRequest.fields(of: kind))
        let token = try FormToken(form, of: request, in: session, origin: settings.origin)
        try form.only { key in ["superior", "search", "action"].contains(key) || FormFiles.isKey(key) || fields.contains { $0.key == key } }
        let action = try PostedRequest.Action(form["action"])
        let dropped = if case .drop(let file) = action { file } else { "" }
        let (files, refused) = try await formFiles(
            upload, UnitRequest.fileRule(of: kind), field: UnitRequest.fileField, dropping: dropped, key: token.key, session)
        let reading = FieldReading(fields, from: { form[$0] }, complete: true, in: reference, today: today)
        var problems = refused
        if action == .submit {
            problems = reading.problems + WorkUnit.contradictions(in: reading.values) + problems
            if kind == .correction, let code = reading.values["creditCode"], !code.isEmpty {
                do throws(Invalid) { _ = try CreditCode(code) } catch { problems.append(FieldProblem("creditCode", error.message)) }
            }
            if kind != .correction, ID<WorkUnit>(form["superior"]) == nil { problems.append(FieldProblem("superior", "请查找并选择上级单位名称")) }
            if UnitRequest.demandsFile(kind), files.isEmpty, refused.isEmpty {
                problems.append(FieldProblem(UnitRequest.fileField, "请上传\(UnitRequest.fileRule(of: kind).label)（营业执照、事业单位法人证书等）"))
            }
        }
        var values = reading.values
        // In its one form; what is none is told above.
        if let code = values["creditCode"] { values["creditCode"] = code.halfWidth.filter { !$0.isWhitespace }.uppercased() }
        return PostedRequest(kind: kind, form: form, token: token, files: files, action: action, problems: problems, values: values)
    }

    /// Submits what was posted, or shows it again.
    func settle(
        _ posted: PostedRequest, submit: (PostedRequest) async throws -> ID<UnitRequest>, show: (PostedRequest, Typing) async throws -> HTML
    ) async throws -> Response {
        do {
            guard posted.action == .submit, posted.problems.isEmpty else { throw Problem.invalid(posted.problems) }
            return see(Path.unitRequest(try await submit(posted), isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(posted.form, after: problem, posted.token)
            return page(try await show(posted, typing), status: posted.action == .submit || !posted.problems.isEmpty ? typing.status : .ok)
        }
    }
}

/// The form of a request: what is asked, of whom, with which copies.
struct RequestFormPage {
    let frame: Frame
    let kind: UnitRequest.Kind
    let path: String
    let facts: [(String, String)]
    /// What stands in the fields before anybody types.
    let given: [String: String]
    let superior: UnitChoice.Unit?
    let found: [UnitChoice.Unit]
    let search: String
    let files: FormFiles
    let typing: Typing?
    /// The version of the request given back that this mends; 0 for a new one.
    let version: Int
    /// Why it was given back.
    let givenBack: String?
    let explanation: HTML
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private var fields: [Field] { UnitRequest.fields(of: kind) }

    private func value(_ key: String) -> String { typing?.form?.keys.contains(key) == true ? typing?.form?[key] ?? "" : given[key] ?? "" }

    var html: HTML {
        frame.page(
            kind.title,
            body: """
                <div class="title">\(kind == .registration ? .empty : "<nav class=\"crumbs\" aria-label=\"位置\"><a href=\"\(Path.unit)\">基本信息维护</a></nav>" as HTML)<h1>\(kind == .registration ? "基本信息维护" : kind.title)</h1></div>\
                \(typing?.notice)\(givenBack.map { "<div class=\"notice warning\" role=\"status\"><h2>上级单位已退回</h2><p>\($0)</p></div>" as HTML })\(explanation)
                <form class="card sheet" method="post" action="\(path)" enctype="multipart/form-data" novalidate data-once data-guard\(" data-typed", if: typing != nil)>\(hidden)\
                \(defaultButton(kind == .correction ? "submit" : "find"))\(complaints.summary)\(Facts(facts).html)\(kind == .correction ? .empty : choice)
                <div class="fields">\(fields.map { FieldInput($0, name: $0.key, value: value($0.key), complaints: complaints, reference: reference).html })</div>\(files.html(complaints))
                <div class="buttons"><button class="primary" name="action" value="submit">提交上级单位审核</button>\
                <a class="button" href="\(kind == .registration ? Path.home : Path.unit)">返回</a></div></form>
                """)
    }

    private var hidden: HTML {
        let version = typing?.version ?? version
        return FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
    }

    private var choice: HTML {
        UnitChoice(
            name: "superior", label: kind == .superior ? "变更后的上级单位名称" : "上级单位名称", hint: "职称业务的上级部门，由其审核本申请。例如：乐山市教育局的上级单位是四川省教育厅。",
            none: "没有找到可以作为上级单位的单位。已停用的单位、本单位和本单位的下级单位不能选择。", chosen: superior, found: found, search: search, complaint: complaints.of("superior")
        ).html
    }
}

extension Site {
    /// What the choice of a superior shows: the one that is chosen, and what a search finds.
    func choices(_ posted: PostedRequest?, given: ID<WorkUnit>?, for unit: ID<WorkUnit>?, _ connection: any Storage.Connection) throws
        -> (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit])
    {
        let chosen = try UnitChoice.Unit(posted.map(\.superior) ?? given, connection)
        guard let search = posted?.search, posted?.action == .find, !search.trimmed.isEmpty else { return (chosen, []) }
        return (chosen, try connection.superiors(matching: search, for: unit).map { .init(unit: $0.unit, above: $0.above) })
    }
}
