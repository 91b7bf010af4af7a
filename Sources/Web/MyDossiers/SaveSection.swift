import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// Saves a section as typed, right or wrong; wrong values are shown at their fields and stay in the draft.
    @Sendable func saveSection(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (id, section): (ID<Dossier>, Section) = (try context.id(), try section(of: context))
        let form = try await Form(request, within: .section)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        let draft = try await database.read { connection in
            _ = try connection.dossier(id, for: context.actor)
            return try connection.draft(of: id)
        }
        let saving = try SectionForm(form, section: section, over: draft.content)
        let isAutomatic = form["autosave"] == "1"
        let revision: Int
        do {
            revision = try await database.write { connection in
                let revision = try connection.saveDraft(saving.content, of: id, by: context.actor, over: token.version, at: context.now)
                if case .detach(let file, _) = saving.action { try connection.detach(file, of: id, by: context.actor, at: context.now) }
                return revision
            }
        } catch Problem.changedMeanwhile(let change) {
            return try await stale(change, saving, id, section, context, isAutomatic: isAutomatic)
        }
        if isAutomatic { return autosaved(id, section, revision, context) }
        let complaints = saving.complaints(in: reference, today: context.now.day)
        if !complaints.problems.isEmpty, saving.action == .next || saving.action == .save {
            return page(try await sectionPage(id, section, context, typed: nil, complaints: complaints), status: .unprocessableContent)
        }
        switch saving.action {
        case .next: return see(section.next.map { Path.mySection(id, $0) } ?? Path.mySubmission(id))
        case .save: return see(Path.mySection(id, section))
        case .add(let part), .remove(let part, _): return see(Path.mySection(id, section) + "#\(part.rawValue)")
        case .attach(let part, let row): return see(Path.attaching(id, part, row))
        case .detach(_, let place): return see(Path.mySection(id, section) + "#\(place)")
        }
    }

    /// Tells the page's script the token of its next saving.
    private func autosaved(_ id: ID<Dossier>, _ section: Section, _ revision: Int, _ context: ApplicantContext) -> Response {
        let fields = FormToken.fields(for: Path.mySection(id, section), version: revision, in: context.session)
        return Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(bytes: ("\(fields)<output data-saved>已自动保存 \(context.now.text)</output>" as HTML).bytes)))
    }

    private func stale(
        _ change: Problem.Change, _ saving: SectionForm, _ id: ID<Dossier>, _ section: Section, _ context: ApplicantContext, isAutomatic: Bool
    ) async throws -> Response {
        if isAutomatic { return Response(status: .conflict) }
        let alert: HTML = """
            <div class="notice error" role="alert" tabindex="-1" data-focus><h2>没有保存</h2><p>这份材料\(change.at.text)在另一个窗口保存过。下面是您在本窗口填写的内容；核对后再次保存，将覆盖另一窗口的修改。</p></div>
            """
        return page(try await sectionPage(id, section, context, typed: saving.content, complaints: nil, alert: alert), status: .conflict)
    }
}

/// A posted section: the draft with what was typed put in.
struct SectionForm {
    let content: Content
    let action: Action
    private let section: Section

    enum Action: Hashable {
        case next
        case save
        case add(Part)
        case remove(Part, String)
        /// Goes on to where files are chosen for a row.
        case attach(Part, String)
        /// Takes a file away; the second is its place on the page.
        case detach(ID<Attachment>, String)
    }

    init(_ form: Form, section: Section, over saved: Content) throws(Problem) {
        self.section = section
        action = try SectionForm.action(form["action"], in: section)
        var content = saved
        if section == .application, form.keys.contains("title") { content.title = form["title"].cut(to: 100) }
        for part in section.parts {
            var rows = part.isTable ? saved[part] : [saved.single(part)]
            for index in rows.indices {
                for field in part.fields {
                    let name = "\(part.rawValue).\(rows[index].id).\(field.key)"
                    guard form.keys.contains(name) else { continue }
                    rows[index].values[field.key] = form[name].cut(to: field.keeps)
                }
            }
            content[part] = rows
        }
        let known = Set(
            section.parts.flatMap { part in
                content[part].flatMap { row in part.fields.map { "\(part.rawValue).\(row.id).\($0.key)" } }
            })
        try form.only { ["action", "autosave", "title"].contains($0) || known.contains($0) }
        switch action {
        case .next, .save, .attach, .detach: break
        case .add(let part):
            var source = SystemRandomNumberGenerator()
            if content[part].count < part.rows.upperBound { content[part].append(.init(id: randomText(characters: 8, from: &source))) }
        case .remove(let part, let row): content[part].removeAll { $0.id == row }
        }
        self.content = content
    }

    private static func action(_ text: String, in section: Section) throws(Problem) -> Action {
        let parts = text.split(separator: ".").map(String.init)
        let part = parts.count > 1 ? Part(rawValue: parts[1]) : nil
        switch (parts.first, parts.count) {
        case (nil, _), ("save", 1): return .save
        case ("next", 1): return .next
        case ("add", 2):
            if let part, part.section == section, part.isTable { return .add(part) }
        case ("remove", 3):
            if let part, part.section == section, part.isTable { return .remove(part, parts[2]) }
        case ("attach", 3):
            if let part, part.section == section, part.files != nil { return .attach(part, parts[2]) }
        case ("detach", 4):
            if let part, part.section == section, let file = ID<Attachment>(parts[3]) { return .detach(file, "\(part.rawValue).\(parts[2]).files") }
        case (_, _): break
        }
        throw .malformed
    }

    /// What is wrong with what was typed; what is missing is left to the check before submission.
    func complaints(in reference: Reference, today: Day) -> Complaints {
        Complaints(
            problems: section.parts.flatMap { part in
                (part.isTable ? content[part] : [content.single(part)]).flatMap { row in
                    let prefix = "\(part.rawValue).\(row.id)."
                    return FieldReading(part.fields, from: { row[String($0.dropFirst(prefix.count))] }, prefix: prefix, complete: false, in: reference, today: today).problems
                }
            })
    }
}
