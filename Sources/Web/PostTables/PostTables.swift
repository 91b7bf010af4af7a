import Domain
import Files
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// 岗位情况表: the unit's table of this year.
    @Sendable func postTables(_ request: Request, _ context: StaffContext) async throws -> Response { see(Path.postTable(try postYear(of: context))) }

    /// The table of one year, to be read and mended.
    @Sendable func postTable(_ request: Request, _ context: StaffContext) async throws -> Response {
        page(try await postTablePage(try postYear(of: context), context, isSaved: request.uri.queryParameters["saved"] == "1"))
    }

    /// Saves the next version of it. A stamped copy that came with a form that is wrong elsewhere is kept for the next try.
    @Sendable func savePostTable(_ request: Request, _ context: StaffContext) async throws -> Response {
        let year = try postYear(of: context)
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let form = upload.form
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { key in key == "ticket" || PostTable.fields.contains { $0.key == key } }
        let (files, refused) = try await keep(upload, "file", key: token.key, for: context.session.signedIn.account.text)
        let (saved, ticketed) = try await database.read { connection in
            let ticket = FileTicket(vault: connection.vault, session: context.session)
            return (try connection.postTable(of: context.unit.id, year: year), try ticket.read(form["ticket"]))
        }
        var typing = PostTableTyping(form: form, file: files.last ?? ticketed)
        let reading = PostTable.read({ form[$0] }, in: reference, today: context.now.day)
        typing.problems = reading.problems + refused
        guard let file = typing.file ?? saved?.table.file, typing.problems.isEmpty else {
            if typing.file == nil, saved == nil, refused.isEmpty { typing.problems.append(FieldProblem("file", "请上传盖章的岗位情况表")) }
            return page(try await postTablePage(year, context, typing), status: .unprocessableContent)
        }
        do {
            _ = try await database.write { connection in
                try connection.savePostTable(year: year, values: reading.values.filter { !$0.value.isEmpty }, file: file, over: token.version, by: context.member, at: context.now)
            }
        } catch Problem.changedMeanwhile(let change) {
            typing.alert = change.sentence
            return page(try await postTablePage(year, context, typing), status: .conflict)
        }
        return see(Path.postTable(year) + "?saved=1")
    }

    /// The stamped copy.
    @Sendable func postTableFile(_ request: Request, _ context: StaffContext) async throws -> Response { try await original(try await stampedCopy(context), context) }
    @Sendable func postTablePicture(_ request: Request, _ context: StaffContext) async throws -> Response { try await picture(try await stampedCopy(context), context) }

    @Sendable func postTableFileView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let year = try postYear(of: context)
        return try await view(try await stampedCopy(context), at: Path.postTable(year) + "/files", back: Path.postTable(year), request, context)
    }

    private func stampedCopy(_ context: StaffContext) async throws -> Attachment {
        let (year, asked): (Int, ID<Attachment>) = (try postYear(of: context), try context.id("file"))
        let table = try await database.read { try $0.postTable(of: context.unit.id, year: year)?.table }
        guard let file = table?.file, file.id == asked else { throw Problem.notFound }
        return file
    }

    /// The year of the address, for the reviewers of a unit that has posts to count.
    private func postYear(of context: StaffContext) throws -> Int {
        guard !context.member.permissions.isDisjoint(with: [.firstReview, .secondReview]) else { throw Problem.notAllowed("您没有填报岗位情况表的权限。") }
        guard context.unit.countsPosts else { throw Problem.notAllowed("岗位情况表由事业单位填报。") }
        guard let year = context.parameters.get("year").flatMap({ Int($0) }), (2000...2199).contains(year) else {
            guard context.parameters.get("year") == nil else { throw Problem.notFound }
            return context.now.day.year
        }
        return year
    }

    private func postTablePage(
        _ year: Int, _ context: StaffContext, _ typing: PostTableTyping? = nil, isSaved: Bool = false
    ) async throws -> HTML {
        let (session, unit) = (context.session, context.unit)
        return try await database.read { connection in
            PostTablePage(
                frame: try frame(for: session, connection, current: Path.postTables), unit: unit, year: year, saved: try connection.postTable(of: unit.id, year: year),
                years: try connection.postTableYears(of: unit.id), typing: typing, isSaved: isSaved,
                ticket: try typing?.file.map { try FileTicket(vault: connection.vault, session: session).text($0) } ?? "", session: session, reference: reference
            ).html
        }
    }
}

extension WorkUnit {
    /// Public institutions (事业单位) have posts; other units have no such table.
    var countsPosts: Bool { postManagement || type.hasPrefix("2") }
}

/// What was typed into a table that could not be saved, with the file that came with it.
struct PostTableTyping {
    let form: Form
    let file: Attachment?
    var problems: [FieldProblem] = []
    var alert = ""
}

struct PostTablePage {
    let frame: Frame
    let unit: WorkUnit
    let year: Int
    let saved: SavedPostTable?
    let years: [Int]
    let typing: PostTableTyping?
    let isSaved: Bool
    /// Stands for the file in `typing`.
    let ticket: String
    let session: Session
    let reference: Reference

    private var path: String { Path.postTable(year) }

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    private func value(_ key: String) -> String { typing?.form[key] ?? saved?.table[key] ?? "" }

    var html: HTML {
        frame.page(
            "岗位情况表",
            body: """
                <div class="title"><h1>\(String(year)) 年度事业单位岗位情况表<small>\(unit.name)</small></h1></div>\(notices)
                <form class="card sheet" method="post" action="\(path)" enctype="multipart/form-data" data-once data-guard\(" data-typed", if: typing != nil)>\
                \(FormToken.fields(for: path, version: saved?.table.number ?? 0, in: session))<p class="hint">\(rule)</p>\(complaints.summary)
                <div class="fields">\(PostTable.headFields.map(field))</div><h3>各级岗位</h3>\(grid)<div class="fields">\(PostTable.closingFields.map(field))</div>\(stamped)
                <div class="buttons"><button class="primary">保存</button></div></form>\(otherYears)
                """)
    }

    private var rule: String {
        unit.postManagement
            ? "本单位为全面实行岗位管理的事业单位，须填报本表并上传盖章件后，方可推荐本年度申报人；每年一份，全部申报人共用。"
            : "每年一份，全部申报人共用。填报后在推荐申报人时一并报送。"
    }

    private var notices: HTML {
        if let alert = typing?.alert, !alert.isEmpty { return "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>没有保存</h2><p>\(alert)</p></div>" }
        if isSaved { return "<div class=\"notice success\" role=\"status\"><p>岗位情况表已保存。</p></div>" }
        guard let saved else { return .empty }
        return "<p class=\"hint\">第 \(saved.table.number) 版，\(saved.savedBy) 于 \(saved.savedAt.text) 保存。以前的推荐仍附当时的版本。</p>"
    }

    private func field(_ field: Field) -> HTML { FieldInput(field, name: field.key, value: value(field.key), complaints: complaints, reference: reference).html }

    private var grid: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="各级岗位"><table class="grid" data-posts><thead><tr><th scope="col">级别</th>\(PostTable.Column.shown.map { "<th scope=\"col\">\($0.title)</th>" as HTML })</tr></thead>\
        <tbody>\(PostTable.Level.allCases.map(row))</tbody></table></div>
        """
    }

    private func row(_ level: PostTable.Level) -> HTML {
        "<tr><th scope=\"row\">\(level.title)</th>\(PostTable.Column.shown.map { cell(level, $0) })</tr>"
    }

    private func cell(_ level: PostTable.Level, _ column: ShownColumn) -> HTML {
        switch column {
        case .vacant: return "<td class=\"number\"><output data-vacant=\"\(level.rawValue)\">\(PostTable.vacancy(level, in: value).map { String($0) } ?? "—")</output></td>"
        case .given(let given):
            let key = PostTable.key(level, given)
            let complaint = complaints.of(key)
            return """
                <td><input type="text" inputmode="numeric" id="\(key)" name="\(key)" value="\(value(key))" autocomplete="off" aria-label="\(level.title)\(given.title)"\
                \(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"\(key)-note\"" as HTML)>\(complaint.map { "<p class=\"complaint\" id=\"\(key)-note\">\($0)</p>" as HTML })</td>
                """
        }
    }

    private var stamped: HTML {
        let complaint = complaints.of("file")
        return """
            <div class="field wide\(complaint == nil ? .empty : " wrong" as HTML)"><label for="file">盖章的岗位情况表<span class="star" aria-hidden="true">★</span></label>\
            \(kept)<input type="hidden" name="ticket" value="\(ticket)">\
            <input type="file" id="file" name="file" accept="application/pdf,image/jpeg,image/png" aria-describedby="file-note">\
            <p class="\(complaint == nil ? "hint" : "complaint")" id="file-note">\(complaint ?? (saved == nil && typing?.file == nil ? "PDF、JPG、PNG，不超过 20 MB" : "不选择文件则沿用已上传的盖章件"))</p></div>
            """
    }

    /// The copy that will stand when no other is chosen.
    private var kept: HTML {
        if let file = typing?.file { return "<p>已上传 \(file.name)，保存后生效。</p>" }
        return saved.map { FileLinks(files: [$0.table.file], base: path + "/files").html } ?? .empty
    }

    private var otherYears: HTML {
        let others = years.filter { $0 != year }
        guard !others.isEmpty else { return .empty }
        return "<p class=\"hint\">其他年度：\(others.map { "<a href=\"\(Path.postTable($0))\">\(String($0))</a> " as HTML })</p>"
    }
}
