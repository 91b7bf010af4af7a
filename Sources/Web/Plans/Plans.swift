import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    func addPlans(to staff: RouterGroup<StaffContext>) {
        staff.get("/plans", use: planList)
        staff.get("/plans/new", use: newPlan)
        staff.post("/plans", use: openPlan)
        staff.get("/plans/:id", use: plan)
        staff.post("/plans/:id", use: changePlan)
        staff.post("/plans/:id/extensions", use: extendPlan)
    }

    /// 评审计划管理: the plans that the title authority has opened.
    @Sendable private func planList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        let (session, unit, today) = (context.session, context.unit, context.now.day)
        let done = request.uri.queryParameters["done"].flatMap { ID<ReviewPlan>(String($0)) }
        let list = try await database.read { connection in
            let records = try connection.planRecords(of: unit.id)
            return PlanListPage(
                frame: try frame(for: session, connection, current: Path.plans), records: records,
                units: try connection.units(records.flatMap { [$0.plan.limit, $0.plan.acceptanceUnit] }), done: done, reference: reference, today: today)
        }
        return page(list.html)
    }

    @Sendable private func newPlan(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        return page(try await planFormPage(nil, context, nil, nil))
    }

    @Sendable private func openPlan(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        let (form, token) = try await planForm(request, context)
        guard let id = ID<ReviewPlan>(token.key) else { throw Problem.forgedForm }
        return try await settle(form, token, nil, as: id, context) { try $0.openPlan($1, by: $2) }
    }

    /// A plan: its form while nobody applies under it, otherwise what it says and the windows that can be put off.
    @Sendable private func plan(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        let id: ID<ReviewPlan> = try context.id()
        let record = try await database.read { try $0.planRecord(id, of: context.unit.id) }
        return page(record.isUsed || record.plan.concluded ? try await planPage(record, context, nil) : try await planFormPage(record, context, nil, nil))
    }

    @Sendable private func changePlan(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        let id: ID<ReviewPlan> = try context.id()
        let record = try await database.read { try $0.planRecord(id, of: context.unit.id) }
        let (form, token) = try await planForm(request, context)
        return try await settle(form, token, record, as: id, context) { try $0.changePlan($1, over: token.version, by: $2) }
    }

    @Sendable private func extendPlan(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandPlans(context)
        let id: ID<ReviewPlan> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        let fields = ReviewPlan.extensionFields + [PlanPage.reason]
        try form.only { key in fields.contains { $0.key == key } }
        let record = try await database.read { try $0.planRecord(id, of: context.unit.id) }
        do {
            let reading = FieldReading(fields, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
            let values = reading.values.merging(["opens": record.plan.windows.opens.description]) { $1 }
            let problems = reading.problems + ReviewPlan.contradictions(in: values)
            guard problems.isEmpty, let windows = ReviewPlan.Windows(values: values) else { throw Problem.invalid(problems) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try $0.extendPlan(id, to: windows, because: values[PlanPage.reason.key] ?? "", over: token.version, by: by) }
            return see(Path.plans(done: id))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            let now = try await database.read { try $0.planRecord(id, of: context.unit.id) }
            return page(try await planPage(now, context, typing), status: typing.status)
        }
    }

    private func demandPlans(_ context: StaffContext) throws(Problem) {
        try context.demand(.plans)
        if context.unit.superior != nil { throw Problem.notAllowed("评审计划由职称授权管理单位管理。") }
    }

    private func planForm(_ request: Request, _ context: StaffContext) async throws -> (Form, FormToken) {
        let (form, token) = try await administrationForm(request, context)
        try form.only { key in
            ["action", "limit", "acceptanceUnit", "search.limit", "search.acceptanceUnit"].contains(key) || key.hasPrefix(PlanFormPage.titlePrefix)
                || ReviewPlan.fields.contains { $0.key == key }
        }
        return (form, token)
    }

    /// Opens or changes a plan, or shows the form again.
    private func settle(
        _ form: Form, _ token: FormToken, _ record: PlanRecord?, as id: ID<ReviewPlan>, _ context: StaffContext,
        write: @escaping @Sendable (any Storage.Connection, ReviewPlan, Administrator) throws -> Void
    ) async throws -> Response {
        guard form["action"] == "submit" else {
            guard ["find.limit", "find.acceptanceUnit", ""].contains(form["action"]) else { throw Problem.malformed }
            return page(try await planFormPage(record, context, form, Typing(form, shownAgain: token)))
        }
        do {
            let reading = FieldReading(ReviewPlan.fields, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
            let titles = PlanFormPage.titles(in: form, reference)
            guard titles.count == form.keys.count(where: { $0.hasPrefix(PlanFormPage.titlePrefix) }) else { throw Problem.malformed }
            var problems = reading.problems + ReviewPlan.contradictions(in: reading.values)
            if titles.isEmpty { problems.append(FieldProblem("titles", "请选择可以申报的职称")) }
            let (limit, acceptance) = (ID<WorkUnit>(form["limit"]), ID<WorkUnit>(form["acceptanceUnit"]))
            if limit == nil { problems.append(FieldProblem("limit", "请查找并选择审核至哪个单位")) }
            if acceptance == nil { problems.append(FieldProblem("acceptanceUnit", "请查找并选择受理单位")) }
            guard problems.isEmpty, let limit, let acceptance,
                let plan = ReviewPlan(
                    id: id, values: reading.values, titles: titles, authority: context.unit.id, limit: limit, acceptanceUnit: acceptance, concluded: false)
            else { throw Problem.invalid(problems) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try write($0, plan, by) }
            return see(Path.plans(done: id))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await planFormPage(record, context, form, typing), status: typing.status)
        }
    }

    private func planFormPage(_ record: PlanRecord?, _ context: StaffContext, _ form: Form?, _ typing: Typing?) async throws -> HTML {
        let (session, unit, today) = (context.session, context.unit, context.now.day)
        return try await database.read { connection in
            func choice(_ name: String, _ given: ID<WorkUnit>?) throws -> (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit]) {
                let chosen = try UnitChoice.Unit(form.map { ID<WorkUnit>($0[name]) } ?? given, connection)
                guard let form, form["action"] == "find.\(name)", !form["search.\(name)"].trimmed.isEmpty else { return (chosen, []) }
                return (chosen, try connection.superiors(matching: form["search.\(name)"].cut(to: 50)).map { .init(unit: $0.unit, above: $0.above) })
            }
            let (limit, acceptance) = (try choice("limit", record?.plan.limit ?? unit.id), try choice("acceptanceUnit", record?.plan.acceptanceUnit))
            return PlanFormPage(
                frame: try frame(for: session, connection, current: Path.plans), record: record, limit: limit, acceptance: acceptance, typing: typing, session: session,
                reference: reference, today: today
            ).html
        }
    }

    private func planPage(_ record: PlanRecord, _ context: StaffContext, _ typing: Typing?) async throws -> HTML {
        let session = context.session
        return try await database.read { connection in
            PlanPage(
                frame: try frame(for: session, connection, current: Path.plans), record: record,
                units: try connection.units([record.plan.limit, record.plan.acceptanceUnit]), typing: typing, session: session, reference: reference, today: context.now.day
            ).html
        }
    }
}

extension Path {
    static let plans = "/plans"
    static let newPlan = "/plans/new"
    static func plans(done: ID<ReviewPlan>) -> String { "/plans?done=\(done)" }
    static func plan(_ id: ID<ReviewPlan>) -> String { "/plans/\(id)" }
    static func planExtensions(_ id: ID<ReviewPlan>) -> String { "/plans/\(id)/extensions" }
}
