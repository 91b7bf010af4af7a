import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 新建下级单位, the first step: 单位信息.
    @Sendable func newSubordinate(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        return page(try await newSubordinatePage(.unit, context, nil, []))
    }

    /// Its steps, of which none can be skipped (M2): the unit is made together with its super administrator, from what both steps have said.
    @Sendable func addSubordinate(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let (form, token) = try await administrationForm(request, context)
        let unit = UnitReading(form, under: context.unit.id, reference: reference, today: context.now.day)
        guard let made = unit.unit, unit.problems.isEmpty else {
            return page(try await newSubordinatePage(.unit, context, (form, token.key), unit.problems), status: .unprocessableContent)
        }
        switch form["step"] {
        case "back": return page(try await newSubordinatePage(.unit, context, (form, token.key), []))
        case "unit":
            // Whose code it is is said before anything more is typed.
            guard let other = try await database.read({ try $0.unit(made.creditCode) }) else {
                return page(try await newSubordinatePage(.administrator, context, (form, token.key), []))
            }
            let taken = FieldProblem("creditCode", "该统一社会信用代码已有单位“\(other.name)”")
            return page(try await newSubordinatePage(.unit, context, (form, token.key), [taken]), status: .unprocessableContent)
        case "administrator": break
        case _: throw Problem.malformed
        }
        let person = PersonReading(form, PersonReading.administratorFields, reference: reference, today: context.now.day)
        guard let administrator = person.new, person.problems.isEmpty else {
            return page(try await newSubordinatePage(.administrator, context, (form, token.key), person.problems), status: .unprocessableContent)
        }
        do {
            let by = Administrator(context.member, key: token.key, at: context.now)
            return see(Path.subordinates(done: try await database.write { try $0.addSubordinate(made, administrator, by: by) }))
        } catch Problem.invalid(let problems) {
            return page(try await newSubordinatePage(.unit, context, (form, token.key), problems), status: .unprocessableContent)
        }
    }

    private func newSubordinatePage(
        _ step: NewSubordinatePage.Step, _ context: StaffContext, _ typed: (form: Form, key: String)?, _ problems: [FieldProblem]
    ) async throws -> HTML {
        let (session, own) = (context.session, context.unit)
        return try await database.read { connection in
            NewSubordinatePage(
                frame: try frame(for: session, connection, current: Path.subordinates), own: own, step: step, form: typed?.form, key: typed?.key,
                complaints: Complaints(problems: problems), session: session, reference: reference
            ).html
        }
    }

    /// A unit below: as it is, and for its direct superior to be changed.
    @Sendable func subordinate(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let query = request.uri.queryParameters
        let outcome = query["done"].flatMap { Int($0) }.map { HandOverOutcome(done: $0, refused: query["refused"].flatMap { Int($0) } ?? 0, isBack: query["back"] == "1") }
        return page(try await subordinatePage(try context.id(), context, outcome: outcome))
    }

    @Sendable func changeSubordinate(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleSubordinate(request, context) { id, form, token, by in
            let reading = FieldReading(WorkUnit.openFields, from: { form[$0] }, complete: true, in: self.reference, today: context.now.day)
            let problems = reading.problems + WorkUnit.contradictions(in: reading.values)
            guard problems.isEmpty else { throw Problem.invalid(problems) }
            return { try $0.changeSubordinate(id, to: reading.values, over: token.version, by: by) }
        }
    }

    /// 停用 and 启用.
    @Sendable func suspendSubordinate(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleSubordinate(request, context) { id, form, token, by in
            guard let enabled = ["enable": true, "disable": false][form["action"]] else { throw Problem.malformed }
            if !enabled { try form.demandConfirmation(of: form["action"]) }
            return { try $0.enableSubordinate(id, enabled, over: token.version, by: by) }
        }
    }

    /// A super administrator for a unit that has none.
    @Sendable func appointAdministrator(_ request: Request, _ context: StaffContext) async throws -> Response {
        try await settleSubordinate(request, context) { id, form, token, by in
            let person = PersonReading(form, PersonReading.administratorFields, reference: self.reference, today: context.now.day)
            guard let new = person.new, person.problems.isEmpty else { throw Problem.invalid(person.problems) }
            return { try $0.appointAdministrator(new, at: id, over: token.version, by: by) }
        }
    }

    /// 移交 (D21): the superior takes over what waits at a unit below, or gives it back; each dossier in a transaction of its own.
    @Sendable func handOver(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let (id, own): (ID<WorkUnit>, WorkUnit) = (try context.id(), context.unit)
        let (form, token) = try await administrationForm(request, context)
        try form.only { ["action", "confirmed"].contains($0) }
        // One alone, which was asked for, or all.
        let asked = form["action"].hasPrefix("take.") ? ID<Dossier>(String(form["action"].dropFirst(5))) : nil
        guard let isBack = asked == nil ? ["take": false, "giveBack": true][form["action"]] : false else { throw Problem.malformed }
        guard context.member.isSuperAdministrator else { throw Problem(Denial.onlySuperior) }
        if context.member.unitAwaitsSuperior { throw Problem(Denial.unitAwaitsSuperior) }
        do throws(Problem) { if asked == nil, !isBack { try form.demandConfirmation(of: form["action"]) } } catch {
            let typing = try Typing(form, after: error, token)
            return page(try await subordinatePage(id, context, typing), status: typing.status)
        }
        let by = Administrator(context.member, key: token.key, at: context.now)
        if try await database.read({ try $0.isHandedOver(by: by) }) { return see(Path.subordinate(id)) }
        let found = try await database.read { connection in
            guard try connection.subordinate(id, below: own.id).unit.superior == own.id else { throw Problem.notAllowed("该单位由其直接上级单位管理。") }
            if let asked {
                return try connection.handOverRequests(to: own.id, from: id, at: context.now).filter { $0.dossier == asked }.map { (id: $0.dossier, version: $0.version) }
            }
            return try connection.dossiersToHandOver(from: id, to: own.id, back: isBack)
        }
        var (done, refused) = (0, 0)
        for (dossier, version) in found {
            let key = ID<Dossier>(derivedFrom: "\(token.key)/\(dossier)").text
            let move = Move(.handOver(to: isBack ? id : own.id), on: dossier, by: context.actor, seenVersion: version, key: key, remark: isBack ? "交回" : "移交上级单位办理")
            do {
                _ = try await database.write { try $0.move(move, at: context.now) }
                done += 1
            } catch Problem.changedMeanwhile, Problem.refused, Problem.notFound, Problem.notAllowed {
                refused += 1
            }
        }
        let (taken, left) = (done, refused)
        try await database.write { try $0.noteHandOver(of: id, back: isBack, done: taken, refused: left, by: by) }
        return see(Path.subordinate(id, handedOver: done, refused: refused, back: isBack))
    }

    private func settleSubordinate(
        _ request: Request, _ context: StaffContext,
        _ change: (ID<WorkUnit>, Form, FormToken, Administrator) throws -> @Sendable (any Storage.Connection) throws -> Void
    ) async throws -> Response {
        try context.demand(.subordinates)
        let id: ID<WorkUnit> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        do {
            try await database.write(try change(id, form, token, Administrator(context.member, key: token.key, at: context.now)))
            return see(Path.subordinates(done: id))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await subordinatePage(id, context, typing), status: typing.status)
        }
    }

    private func subordinatePage(_ id: ID<WorkUnit>, _ context: StaffContext, _ typing: Typing? = nil, outcome: HandOverOutcome? = nil) async throws -> HTML {
        let (session, own, isSuper, now) = (context.session, context.unit, context.member.isSuperAdministrator, context.now)
        return try await database.read { connection in
            let found = try connection.subordinate(id, below: own.id)
            return SubordinatePage(
                frame: try frame(for: session, connection, current: Path.subordinates), own: own, found: found,
                superior: try found.unit.superior.flatMap { try connection.unit($0) }?.name ?? "", handOver: try connection.handOver(from: id, to: own.id), mayHandOver: isSuper,
                requests: HandOverRequestRows(requests: try connection.handOverRequests(to: own.id, from: id, at: now)),
                details: try connection.details(of: id), licences: try connection.licences(of: id), outcome: outcome, typing: typing, session: session, reference: reference
            ).html
        }
    }
}

/// A new unit as typed, read.
struct UnitReading {
    let unit: WorkUnit?
    let problems: [FieldProblem]

    init(_ form: Form, under superior: ID<WorkUnit>, reference: Reference, today: Day) {
        let reading = FieldReading(WorkUnit.lockedFields + WorkUnit.openFields, from: { form[$0] }, complete: true, in: reference, today: today)
        var problems = reading.problems + WorkUnit.contradictions(in: reading.values)
        var code: CreditCode?
        if let text = reading.values["creditCode"], !text.isEmpty {
            do throws(Invalid) { code = try CreditCode(text) } catch { problems.append(FieldProblem("creditCode", error.message)) }
        }
        unit = code.flatMap {
            WorkUnit(id: newID(), name: reading.values["name"] ?? "", creditCode: $0, superior: superior, values: reading.values, enabled: true)
        }
        self.problems = problems
    }
}

/// What a hand-over came to, told on the next page.
struct HandOverOutcome: Sendable {
    let done: Int
    let refused: Int
    let isBack: Bool

    var html: HTML {
        """
        <div class="notice success" role="status"><p><strong>\(isBack ? "已交回" : "已移交本单位办理") \(done) 件。</strong>\(refused > 0 ? "另有 \(refused) 件没有办理：在此期间已由他人办理，或者是您本人的申报材料。" : "")</p></div>
        """
    }
}

extension Form {
    /// Throws where what cannot simply be undone was not confirmed.
    func demandConfirmation(of action: String) throws(Problem) {
        guard self["confirmed"] == "1" else { throw .invalid([FieldProblem("confirmed-\(action)", "请勾选确认")]) }
    }
}
