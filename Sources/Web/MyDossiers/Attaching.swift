import Domain
import Files
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    /// The page on which files are chosen for a row, for browsers that run no scripts.
    @Sendable func attaching(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let query = request.uri.queryParameters
        guard let part = query["part"].flatMap({ Part(rawValue: String($0)) }), let row = query["row"].map({ String($0) }) else { throw Problem.notFound }
        return page(try await attachingPage(try context.id(), part, row, context, complaints: .none))
    }

    /// Takes uploaded files to a row of a draft. Answers a script with the row's files as they now are, everybody else with the section.
    @Sendable func attach(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let isOpen = try await database.read { try $0.dossier(id, for: context.actor).isWithApplicant }
        guard isOpen else { throw Problem.refused("材料已提交，不能修改。") }
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let form = upload.form
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["part", "row", "inline"].contains($0) }
        guard let part = Part(rawValue: form["part"]), part.files != nil else { throw Problem.malformed }
        // Nothing is stored for a row that is not there.
        guard try await database.read({ try $0.draft(of: id).content.has(form["row"], in: part) }) else { throw Problem.refused("这一条已不在材料中，请刷新页面。") }
        var (files, problems) = try await keep(upload, "file", key: token.key, for: context.session.signedIn.account.text)
        if files.isEmpty, problems.isEmpty { problems = [FieldProblem("file", "请选择文件")] }
        problems += try await attach(files, to: part, form["row"], of: id, context)
        return try await attached(id, part, form["row"], problems, isInline: form["inline"] == "1", context)
    }

    /// Each file by itself: one that does not fit does not keep out the others.
    private func attach(_ files: [Attachment], to part: Part, _ row: String, of id: ID<Dossier>, _ context: ApplicantContext) async throws -> [FieldProblem] {
        var problems: [FieldProblem] = []
        for file in files {
            do {
                try await database.write { try $0.attach(file, to: part, row, of: id, by: context.actor, at: context.now) }
            } catch Problem.invalid(let found) {
                problems += found
            } catch Problem.refused(let reason) {
                problems.append(FieldProblem("file", reason))
            }
        }
        return problems
    }

    private func attached(
        _ id: ID<Dossier>, _ part: Part, _ row: String, _ problems: [FieldProblem], isInline: Bool, _ context: ApplicantContext
    ) async throws -> Response {
        let status: HTTPResponse.Status = problems.isEmpty ? .ok : .unprocessableContent
        if isInline {
            let there = try await database.read { connection in
                try connection.draft(of: id).content[part].first { $0.id == row } ?? Content.Row(id: row)
            }
            let rule = part.files ?? FileRule("")
            let fields = FormToken.fields(for: Path.myFiles(id), in: context.session)
            return fragment("\(fields)\(RowFiles(dossier: id, part: part, row: there, rule: rule, complaints: problems).html)", status: status)
        }
        guard !problems.isEmpty else { return see(Path.mySection(id, part.section) + "#\(part.rawValue).\(row).files") }
        return page(try await attachingPage(id, part, row, context, complaints: Complaints(problems: problems)), status: status)
    }

    /// A piece of a page, for the script that asked for it.
    func fragment(_ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: html.bytes)))
    }

    private func attachingPage(_ id: ID<Dossier>, _ part: Part, _ row: String, _ context: ApplicantContext, complaints: Complaints) async throws -> HTML {
        let session = context.session
        return try await database.read { connection in
            let dossier = try connection.dossier(id, for: context.actor)
            guard dossier.isWithApplicant else { throw Problem.refused("材料已提交，不能修改。") }
            let content = try connection.draft(of: id).content
            guard let rule = part.files, content.has(row, in: part) else { throw Problem.notFound }
            let there = content[part].first { $0.id == row } ?? Content.Row(id: row)
            return AttachingPage(
                frame: try frame(for: session, connection), dossier: id, part: part, row: there, rule: rule, complaints: complaints, session: session
            ).html
        }
    }
}

struct AttachingPage {
    let frame: Frame
    let dossier: ID<Dossier>
    let part: Part
    let row: Content.Row
    let rule: FileRule
    let complaints: Complaints
    let session: Session

    private var path: String { Path.myFiles(dossier) }

    var html: HTML {
        frame.page(
            "上传\(rule.label)",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.mySection(dossier, part.section))#\(part.rawValue)">\(part.section.title)</a></nav><h1>上传\(rule.label)</h1></div>
                <form class="card sheet" method="post" action="\(path)" enctype="multipart/form-data" data-once>\(FormToken.fields(for: path, in: session))\
                <input type="hidden" name="part" value="\(part.rawValue)"><input type="hidden" name="row" value="\(row.id)"><h2>\(part.title)</h2>\(complaints.summary)\
                \(row.files.isEmpty ? .empty : "<h3>已上传</h3>")\(FileLinks(files: row.files, base: Path.myFiles(dossier)).html)\
                <div class="field wide\(complaints.problems.isEmpty ? .empty : " wrong" as HTML)"><label for="file">\(rule.label)</label>\
                <input type="file" id="file" name="file" multiple accept="\(rule.accepts)" aria-describedby="file-note"><p class="hint" id="file-note">\(rule.hint)</p></div>\
                <div class="buttons"><button class="primary">上传</button><a class="button" href="\(Path.mySection(dossier, part.section))#\(part.rawValue)">返回，不上传</a></div></form>
                """)
    }
}

extension FileRule {
    /// What a file chooser should offer; what is taken is told by the content.
    var accepts: String { imagesOnly ? "image/jpeg,image/png" : "application/pdf,image/jpeg,image/png" }
}

/// The files of a row while it is filled in: each can be looked at and taken away, and others be added.
struct RowFiles {
    let dossier: ID<Dossier>
    let part: Part
    let row: Content.Row
    let rule: FileRule
    var complaints: [FieldProblem] = []

    private var place: String { "\(part.rawValue).\(row.id).files" }

    var html: HTML {
        """
        <div class="attached" id="\(place)" data-files data-part="\(part.rawValue)" data-row="\(row.id)" data-accept="\(rule.accepts)" data-most="\(rule.most)" role="group" aria-label="\(rule.label)">\
        <p class="label">\(rule.label)\(rule.required ? "<span class=\"star\" aria-hidden=\"true\">★</span>" as HTML : .empty)</p>\(list)\
        \(complaints.map { "<p class=\"complaint\" role=\"alert\">\($0.message)</p>" as HTML })\
        \(row.files.count < rule.most ? "<p><button name=\"action\" value=\"attach.\(part.rawValue).\(row.id)\" data-attach>上传<span class=\"unseen\">\(rule.label)</span></button> <span class=\"hint\">\(rule.hint)</span></p>" as HTML : .empty)</div>
        """
    }

    private var list: HTML {
        guard !row.files.isEmpty else { return .empty }
        let base = Path.myFiles(dossier)
        return """
            <ul class="files">\(row.files.map { file in
                """
                <li>\(part == .basics ? "<img class=\"portrait\" src=\"\(base)/\(file.id.text)/pages/1\" alt=\"照片\">" as HTML : .empty)\
                <a href="\(base)/\(file.id.text)/view" data-file="\(base)/\(file.id.text)" data-pages="\(file.pages)">\(file.name)</a> <small>\(file.pages > 1 ? "\(file.pages) 页 · " : "")\(file.size)</small> \
                <button class="plain" name="action" value="detach.\(part.rawValue).\(row.id).\(file.id.text)">删除<span class="unseen">\(file.name)</span></button></li>
                """ as HTML
            })</ul>
            """
    }
}
