import Domain
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    func addWorklistTools(to staff: RouterGroup<StaffContext>) {
        staff.post("/dossiers/:id/reminders", use: urge)
        staff.post("/reviews/:list/person", use: findPerson)
        staff.post("/reviews/:list/columns", use: chooseColumns)
        staff.post("/reviews/:list/views", use: saveView)
        staff.post("/reviews/:list/views/deletion", use: deleteView)
    }

    /// The list of an address, if the asker has it.
    func offeredList(_ context: StaffContext, _ values: @escaping (String) -> String?) async throws -> Worklist {
        let list = try namedList(context, values)
        let offered = try await database.read { try self.offeredLists(for: context.member, $0) }
        guard offered.contains(list.whole) else { throw Problem.notAllowed("您没有查看该列表的权限。") }
        return list
    }

    /// The list of an address, whoever has it.
    func namedList(_ context: StaffContext, _ values: (String) -> String?) throws -> Worklist {
        if let complaint = Worklist.complaint(of: values) { throw Problem.invalid([complaint]) }
        guard let list = Worklist(name: context.parameters.get("list") ?? "", values: values) else { throw Problem.notFound }
        return list
    }

    /// 证件号码 is posted, never part of an address: the view it leads to names a person by a number that says nothing.
    private static var nobody: ID<Person>? { ID(String(repeating: "a", count: 26)) }

    @Sendable private func findPerson(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "idNumber" }
        let list = try await offeredList(context) { _ in nil }
        let number: IDNumber
        do throws(Invalid) { number = try IDNumber(form["idNumber"], today: context.now.day) } catch {
            return page(try await worklistPage(list, context, numberComplaint: error.message), status: .unprocessableContent)
        }
        var found = list
        // Whoever is not in this list is nobody, known elsewhere or not.
        let (member, now) = (context.member, context.now)
        found.filter.person =
            try await database.read { connection in
                guard let person = try connection.person(number)?.id else { return nil }
                var his = list
                his.filter.person = person
                return try connection.worklist(his, for: member, limit: 1, at: now).isEmpty ? nil : person
            } ?? Self.nobody
        return see(Path.worklist(found))
    }

    /// 提醒, beside a row of what was given back.
    @Sendable private func urge(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (id, form): (ID<Dossier>, Form) = (try context.id(), try await Form(request))
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "back" }
        let offered = try await database.read { try self.offeredLists(for: context.member, $0) }
        let list = Worklist(reference: form["back"]).flatMap { offered.contains($0.whole) ? $0 : nil }
        do {
            try await database.write { try $0.urge(id, by: context.actor, key: token.key, at: context.now) }
        } catch Problem.refused(let reason) {
            guard let list else { throw Problem.refused(reason) }
            let notice: HTML = "<div class=\"notice error\" role=\"alert\"><h2>没有提醒</h2><p>\(reason)</p></div>"
            return page(try await worklistPage(list, context, notice: notice), status: .conflict)
        }
        return see(list.map { Path.with($0.values + [("urged", "1")], "/reviews/\($0.name)") } ?? Path.dossier(id))
    }

    @Sendable private func chooseColumns(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "back" || $0 == "usual" || WorklistColumn(rawValue: $0) != nil }
        let list = try await offeredList(context) { _ in nil }
        let chosen = WorklistColumn.possible(in: list).filter { $0 == .name || form[$0.rawValue] == "1" }
        let text = form["usual"] == "1" ? nil : chosen.map(\.rawValue).joined(separator: ",")
        try await database.write { try $0.setColumns(text, of: list.name, for: context.member.id) }
        return see(Path.worklist(back(form, list)))
    }

    /// Where a tool's form was sent from: the same list, as it was narrowed.
    func back(_ form: Form, _ list: Worklist) -> Worklist { Worklist(reference: form["back"]).flatMap { $0.whole == list ? $0 : nil } ?? list }

    @Sendable private func saveView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "name"].contains($0) }
        let list = try await offeredList(context) { _ in nil }
        let view = back(form, list)
        let reading = FieldReading([WorklistTools.viewName], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        let name = reading.values["name"] ?? ""
        guard reading.problems.isEmpty else { return page(try await worklistPage(view, context, viewComplaint: reading.problems[0].message), status: .unprocessableContent) }
        do {
            try await database.write { try $0.saveView(name, of: list.name, as: view.reference, for: context.member.id) }
        } catch Problem.refused(let reason) {
            return page(try await worklistPage(view, context, viewComplaint: reason), status: .conflict)
        }
        return see(Path.worklist(view))
    }

    @Sendable private func deleteView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        _ = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "name"].contains($0) }
        let list = try await offeredList(context) { _ in nil }
        try await database.write { try $0.deleteView(form["name"], of: list.name, for: context.member.id) }
        return see(Path.worklist(back(form, list)))
    }
}
