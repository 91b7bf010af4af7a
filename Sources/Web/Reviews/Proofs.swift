import Domain
import Files
import Hummingbird
import Markup
import Storage

extension Site {
    /// 单位公示证明材料, uploaded while the window is open; answers with the list as it now is.
    @Sendable func uploadProofs(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        _ = try await database.read { try $0.dossierToProve(id, by: context.member) }
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let token = try FormToken(upload.form, of: request, in: context.session, origin: settings.origin)
        try upload.form.only { $0 == "inline" }
        var problems = try await addProofs(upload, to: id, key: token.key, context)
        if upload.chosen(Recommendation.proofField).isEmpty { problems = [FieldProblem(Recommendation.proofField, "请选择文件")] }
        guard upload.form["inline"] == "1" else {
            guard problems.isEmpty else { throw Problem.invalid(problems) }
            return see(Path.dossier(id) + "#pass")
        }
        let proofs = try await database.read { try $0.proofs(of: id) }
        let fields = FormToken.fields(for: Path.proofs(id), in: context.session)
        return fragment("\(fields)\(ProofFiles(dossier: id, files: proofs, complaints: problems).html)", status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    /// Keeps what came with a form as proofs of the dossier; what was not taken is told.
    func addProofs(_ upload: Upload, to id: ID<Dossier>, key: String, _ context: StaffContext) async throws -> [FieldProblem] {
        guard !upload.chosen(Recommendation.proofField).isEmpty else { return [] }
        do {
            _ = try await database.read { try $0.dossierToProve(id, by: context.member) }
        } catch let problem as Problem {
            // A database that is away keeps nobody's file out: the whole request fails.
            if case .unavailable = problem { throw problem }
            // Nothing of his is stored; what keeps him from it is told by the decision that came with the file.
            return []
        }
        var (files, problems) = try await keep(upload, Recommendation.proofField, key: key, for: context.session.signedIn.account.text)
        for file in files {
            do {
                try await database.write { try $0.addProof(file, to: id, by: context.member, at: context.now) }
            } catch Problem.invalid(let found) {
                problems += found
            }
        }
        return problems
    }
}

/// The proofs in the window of a recommendation: each can be looked at and taken away, and others be added.
struct ProofFiles {
    let dossier: ID<Dossier>
    let files: [Attachment]
    var complaints: [FieldProblem] = []

    private var rule: FileRule { Recommendation.proofRule }

    /// What the page's script sends with each file it uploads.
    static func uploads(_ dossier: ID<Dossier>, _ session: Session) -> HTML {
        "<form id=\"uploads\" action=\"\(Path.proofs(dossier))\" hidden>\(FormToken.fields(for: Path.proofs(dossier), in: session))</form>"
    }

    var html: HTML {
        let wrong = complaints.filter { $0.field == Recommendation.proofField }
        return """
            <div class="attached\(wrong.isEmpty ? .empty : " wrong" as HTML)" id="proofs" data-files data-accept="\(rule.accepts)" data-most="\(rule.most)" role="group" aria-label="\(rule.label)">\
            <label class="label" for="proof">\(rule.label)<span class="star" aria-hidden="true">★</span></label>\(list)\
            \(wrong.map { "<p class=\"complaint\" role=\"alert\">\($0.message)</p>" as HTML })\
            \(files.count < rule.most ? "<p><input type=\"file\" id=\"proof\" name=\"proof\" multiple accept=\"\(rule.accepts)\" data-attach> <span class=\"hint\">盖章的公示文件、照片等；\(rule.hint)</span></p>" as HTML : .empty)</div>
            """
    }

    private var list: HTML {
        guard !files.isEmpty else { return .empty }
        let base = Path.files(dossier)
        return """
            <ul class="files">\(files.map { file in
                """
                <li><a href="\(base)/\(file.id.text)/view" data-file="\(base)/\(file.id.text)" data-pages="\(file.pages)" target="_blank">\(file.name)</a> <small>\(file.size)</small> \
                <button class="plain" name="action" value="drop.\(file.id.text)">删除<span class="unseen">\(file.name)</span></button></li>
                """ as HTML
            })</ul>
            """
    }
}

extension PassForm.Action {
    /// Whether the window shows again where the next stop is chosen.
    var concernsRoute: Bool {
        switch self {
        case .find, .add, .remove, .raise, .close: true
        case .pass, .insert, .drop: false
        }
    }
}

extension PostTable.Level {
    /// The level of a title as its table names it (`title_levels`).
    init?(titleLevel code: String) {
        switch code {
        case "1": self = .fullSenior
        case "2": self = .associateSenior
        case "3": self = .middle
        case "4": self = .assistant
        case "5": self = .entry
        case _: return nil
        }
    }
}
