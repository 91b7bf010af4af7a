import Domain
import Files
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Sheets
import Storage

extension Site {
    /// The routes of both kinds of sheets, beside the lists into which they are taken over.
    func addImports(to staff: RouterGroup<StaffContext>) {
        for kind in ImportedSheet.Kind.allCases {
            let path = Path.imports(kind)
            staff.get(RouterPath(path)) { _, context in try await importPage(kind, context) }
            staff.post(RouterPath(path)) { try await uploadSheet(kind, $0, $1) }
            staff.get(RouterPath(Path.template(kind))) { _, context in try await template(kind, context) }
            staff.get(RouterPath(path + "/:id")) { _, context in page(try await sheetPage(kind, context)) }
            staff.post(RouterPath(path + "/:id")) { try await takeOver(kind, $0, $1) }
        }
    }

    /// What is needed to import, and where the pages of the kind are.
    private func demand(_ kind: ImportedSheet.Kind, _ context: StaffContext) throws -> ImportColumns {
        switch kind {
        case .units: try context.demand(.subordinates)
        case .staff: try context.demand(.staff)
        }
        return ImportColumns.of(kind)
    }

    private func importPage(_ kind: ImportedSheet.Kind, _ context: StaffContext, problem: String? = nil) async throws -> Response {
        let columns = try demand(kind, context)
        let session = context.session
        let frame = try await database.read { try self.frame(for: session, $0, current: Path.list(of: kind)) }
        let html = ImportPage(frame: frame, columns: columns, problem: problem, session: session, reference: reference).html
        return page(html, status: problem == nil ? .ok : .unprocessableContent)
    }

    /// An empty workbook with the headings, and a second line that says what to fill in.
    private func template(_ kind: ImportedSheet.Kind, _ context: StaffContext) async throws -> Response {
        let columns = try demand(kind, context)
        return try await workbook(
            named: "\(columns.title)模板.xlsx", sheet: "填写", heading: columns.fields.map(columns.heading), widths: columns.fields.map { $0.key == "name" ? 30 : 20 }
        ) {
            _ in
        }
    }

    /// Reads a sheet that was uploaded and shows what it would come to; nothing of it is taken over yet.
    private func uploadSheet(_ kind: ImportedSheet.Kind, _ request: Request, _ context: StaffContext) async throws -> Response {
        let columns = try demand(kind, context)
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        _ = try FormToken(upload.form, of: request, in: context.session, origin: settings.origin)
        try upload.form.only { _ in false }
        guard let received = upload.chosen("sheet").first else { return try await importPage(kind, context, problem: "请选择填写好的工作簿") }
        guard let file = received.file else { return try await importPage(kind, context, problem: received.refusal?.sentence ?? SheetProblem.tooLarge.sentence) }
        let (path, reference) = (file.path, reference)
        do {
            let rows = try await blocking { try columns.rows(of: try SheetReader(at: path, mostRows: ImportedSheet.mostRows + 1), in: reference) }
            guard !rows.isEmpty else { return try await importPage(kind, context, problem: "工作簿中没有要导入的行") }
            let name = String(received.name.prefix(100))
            let id = try await database.write { try $0.keep(rows, kind, named: name, by: context.member, at: context.now) }
            return see(Path.sheet(id, of: kind))
        } catch let problem as SheetProblem {
            return try await importPage(kind, context, problem: problem.sentence)
        } catch let invalid as Invalid {
            return try await importPage(kind, context, problem: invalid.message)
        }
    }

    private func sheetPage(_ kind: ImportedSheet.Kind, _ context: StaffContext) async throws -> HTML {
        let columns = try demand(kind, context)
        let (session, id): (Session, ID<ImportedSheet>) = (context.session, try context.id())
        return try await database.read { connection in
            let sheet = try connection.importedSheet(id, kind, of: context.member)
            return SheetPage(
                frame: try frame(for: session, connection, current: Path.list(of: kind)), columns: columns, sheet: sheet, rows: try read(sheet, context, connection),
                session: session
            ).html
        }
    }

    /// The rows as they would be taken over now.
    private func read(_ sheet: ImportedSheet, _ context: StaffContext, _ connection: any Storage.Connection) throws -> [ImportRow] {
        let (reference, today) = (reference, context.now.day)
        switch sheet.kind {
        case .units: return sheet.rows.map { ImportRow($0, unit: context.unit.id, reference: reference, today: today) }
        case .staff:
            let roles = try connection.roles(of: context.unit.id).map(\.role)
            return sheet.rows.map { ImportRow($0, roles: roles, reference: reference, today: today) }
        }
    }

    /// Takes over what can be, each row in a transaction of its own: a row that is refused keeps none of the others back, and pressing again goes on
    /// where it stopped.
    private func takeOver(_ kind: ImportedSheet.Kind, _ request: Request, _ context: StaffContext) async throws -> Response {
        _ = try demand(kind, context)
        let id: ID<ImportedSheet> = try context.id()
        let (form, _) = try await administrationForm(request, context)
        try form.only { _ in false }
        let (sheet, rows) = try await database.read { connection in
            let sheet = try connection.importedSheet(id, kind, of: context.member)
            return (sheet, try read(sheet, context, connection))
        }
        var outcomes: [Int: String] = [:]
        for row in rows where sheet.outcomes[row.number] != "" {
            guard let content = row.content else { continue }
            let by = Administrator(context.member, key: ID<ImportedSheet>(derivedFrom: "\(id)/\(row.number)").text, at: context.now)
            do {
                switch content {
                case .unit(let unit, let administrator): _ = try await database.write { try $0.addSubordinate(unit, administrator, by: by) }
                case .staff(let new, let form): _ = try await database.write { try $0.addStaff(new, form, by: by) }
                }
                outcomes[row.number] = ""
            } catch Problem.invalid(let problems) {
                outcomes[row.number] = problems.map(\.message).joined(separator: "；")
            } catch Problem.refused(let reason), Problem.notAllowed(let reason) {
                outcomes[row.number] = reason
            }
        }
        let noted = outcomes
        try await database.write { try $0.note(noted, of: id) }
        return see(Path.sheet(id, of: kind))
    }
}

extension Path {
    /// The page of which importing is a part.
    static func list(of kind: ImportedSheet.Kind) -> String {
        switch kind {
        case .units: subordinates
        case .staff: staff
        }
    }

    static func imports(_ kind: ImportedSheet.Kind) -> String { list(of: kind) + "/import" }
    static func template(_ kind: ImportedSheet.Kind) -> String { list(of: kind) + "/import/template" }
    static func sheet(_ id: ID<ImportedSheet>, of kind: ImportedSheet.Kind) -> String { list(of: kind) + "/import/\(id)" }
    static func export(_ kind: ImportedSheet.Kind) -> String { list(of: kind) + "/export" }
}
