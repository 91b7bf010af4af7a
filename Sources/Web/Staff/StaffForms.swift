import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 新增工作人员: an empty form.
    @Sendable func newStaff(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        return page(try await staffPage(nil, context))
    }

    @Sendable func addStaff(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        let (form, token) = try await administrationForm(request, context)
        let reading = StaffReading(form, new: true, reference: reference, today: context.now.day)
        let administrator = Administrator(context.member, key: token.key, at: context.now)
        do {
            guard let new = reading.new, reading.problems.isEmpty else { throw Problem.invalid(reading.problems) }
            let id = try await database.write { try $0.addStaff(new, reading.form, by: administrator) }
            return see(Path.staff(done: id))
        } catch let problem as Problem {
            return try await staffPage(nil, context, after: problem, form, token)
        }
    }

    /// A staff member's form.
    @Sendable func staffMember(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        return page(try await staffPage(try context.id(), context))
    }

    @Sendable func changeStaff(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        let id: ID<StaffMember> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        let reading = StaffReading(form, new: false, reference: reference, today: context.now.day)
        let administrator = Administrator(context.member, key: token.key, at: context.now)
        do {
            guard reading.problems.isEmpty else { throw Problem.invalid(reading.problems) }
            try await database.write { try $0.changeStaff(id, to: reading.form, over: token.version, by: administrator) }
            return see(Path.staff(done: id))
        } catch let problem as Problem {
            return try await staffPage(id, context, after: problem, form, token)
        }
    }

    /// 停用 and 启用.
    @Sendable func suspendStaff(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleStaff(request, context) { id, form, token, administrator in
            guard let enabled = ["enable": true, "disable": false][form["action"]] else { throw Problem.malformed }
            return { try $0.enableStaff(id, enabled, over: token.version, by: administrator) }
        }
    }

    /// 重置账号绑定 (D23).
    @Sendable func resetStaffBinding(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleStaff(request, context) { id, _, token, administrator in { try $0.resetBinding(of: id, over: token.version, by: administrator) } }
    }

    /// 代理: who acts in somebody's place while he is away.
    @Sendable func nameDeputy(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        let id: ID<StaffMember> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        try form.only { ["deputy", "from", "until"].contains($0) }
        let reading = FieldReading(DeputyFields.days, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        do {
            var problems = reading.problems
            let deputy = ID<StaffMember>(form["deputy"])
            if deputy == nil { problems.insert(FieldProblem("deputy", "请选择代理人"), at: 0) }
            let (from, until) = (reading.values["from"].flatMap { Day($0) }, reading.values["until"].flatMap { Day($0) })
            if let from, let until, until < from { problems.append(FieldProblem("until", "代理截止不能早于代理开始")) }
            guard problems.isEmpty, let deputy, let from, let until else { throw Problem.invalid(problems) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try $0.nameDeputy(deputy, of: id, from: from, through: until, by: by) }
            return see(Path.staff(done: id))
        } catch let problem as Problem {
            return try await staffPage(id, context, after: problem, form, token)
        }
    }

    @Sendable func endDeputy(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleStaff(request, context) { id, form, _, administrator in
            guard let deputy = ID<Deputy>(form["deputy"]) else { throw Problem.malformed }
            return { try $0.endDeputy(deputy, of: id, by: administrator) }
        }
    }

    private func settleStaff(
        _ request: Request, _ context: StaffContext,
        _ change: (ID<StaffMember>, Form, FormToken, Administrator) throws -> @Sendable (any Storage.Connection) throws -> Void
    ) async throws -> Response {
        try context.demand(.staff)
        let id: ID<StaffMember> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        let body = try change(id, form, token, Administrator(context.member, key: token.key, at: context.now))
        do {
            try await database.write(body)
            return see(Path.staff(done: id))
        } catch let problem as Problem {
            return try await staffPage(id, context, after: problem, nil, token)
        }
    }

    /// A posted form of the unit's administration, and that this site gave it.
    func administrationForm(_ request: Request, _ context: StaffContext) async throws -> (Form, FormToken) {
        let form = try await Form(request)
        return (form, try FormToken(form, of: request, in: context.session, origin: settings.origin))
    }

    /// The form again, with what was typed and why it was not saved; other problems go on.
    private func staffPage(
        _ id: ID<StaffMember>?, _ context: StaffContext, after problem: Problem, _ form: Form?, _ token: FormToken
    ) async throws -> Response {
        let typing = try Typing(form, after: problem, token)
        return page(try await staffPage(id, context, typing), status: typing.status)
    }

    private func staffPage(_ id: ID<StaffMember>?, _ context: StaffContext, _ typing: Typing? = nil) async throws -> HTML {
        let (session, unit, member, now) = (context.session, context.unit, context.member, context.now)
        return try await database.read { connection in
            let record = try id.map { try connection.staffRecord($0, of: unit.id) }
            return StaffPage(
                frame: try frame(for: session, connection, current: Path.staff), unit: unit, reader: member,
                record: record, roles: try connection.roles(of: unit.id).map(\.role),
                units: try connection.limitableUnits(of: unit.id, with: record?.limits.units ?? []),
                deputies: try id.map { try connection.deputies(of: $0, on: now.day) } ?? [],
                colleagues: try id.map { staff in try connection.staffRecords(of: unit.id).filter { $0.id != staff && $0.isEnabled } } ?? [], typing: typing,
                session: session, reference: reference, today: now.day
            ).html
        }
    }
}

/// A staff form as typed, read.
struct StaffReading: Sendable {
    let form: StaffForm
    let new: NewStaff?
    let problems: [FieldProblem]

    static let department = Field("department", "部门", .line(50))
    static let days = [Field("validFrom", "授权开始", .day(.any), hint: "不填即日起"), Field("validUntil", "授权截止", .day(.any), hint: "不填长期有效；截止日当天仍有效")]

    /// Somebody's name as it is entered before he has signed in.
    static let name = PersonReading.fields[0]

    init(_ typed: Form, new isNew: Bool, reference: Reference, today: Day) {
        let isNaming = !isNew && typed.keys.contains("name")
        let person = isNew ? PersonReading(typed, reference: reference, today: today) : nil
        let reading = FieldReading((isNaming ? [Self.name] : []) + [Self.department] + Self.days, from: { typed[$0] }, complete: true, in: reference, today: today)
        var problems = (person?.problems ?? []) + reading.problems
        let (from, until) = (reading.values["validFrom"].flatMap { Day($0) }, reading.values["validUntil"].flatMap { Day($0) })
        if let from, let until, until < from { problems.append(FieldProblem("validUntil", "授权截止不能早于授权开始")) }
        let series = reference.series.enumerated().filter { typed["series.\($0.offset)"] == "1" }.map(\.element)
        let units = typed.keys.compactMap { $0.hasPrefix("unit.") ? ID<WorkUnit>(String($0.dropFirst(5))) : nil }
        let roles = typed.keys.compactMap { $0.hasPrefix("role.") ? ID<Role>(String($0.dropFirst(5))) : nil }
        form = StaffForm(
            department: reading.values["department"] ?? "", roles: Set(roles), isSuperAdministrator: typed["superAdministrator"] == "1", validFrom: from, validUntil: until,
            enteredName: isNaming ? reading.values["name"] : nil, limits: .init(series: Set(series), units: Set(units)))
        new = person?.new
        self.problems = problems
    }
}
