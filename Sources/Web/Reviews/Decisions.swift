import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// 通过.
    @Sendable func pass(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        let typed = try PassForm(form).acting()
        var state = ReviewState(form: typed, key: token.key, isFresh: false)
        guard typed.action == .pass else {
            (state.dialogIsOpen, state.showsRoute) = (typed.action != .close, true)
            return page(try await reviewPage(id, context, state))
        }
        let dossier = try await database.read { try $0.dossier(id, for: context.actor) }
        if dossier.version == token.version, let denial = context.actor.denial(of: .pass, on: dossier) { throw Problem(denial) }
        switch try await judge(typed, on: dossier, version: token.version, at: context.now) {
        case .confirm:
            (state.dialogIsOpen, state.asksToConfirm) = (true, true)
            return page(try await reviewPage(id, context, state), status: .unprocessableContent)
        case .invalid(let problems):
            state.complaints = Complaints(problems: problems)
            state.dialogIsOpen = problems.contains { $0.field != "opinion" }
            return page(try await reviewPage(id, context, state), status: .unprocessableContent)
        case .accepted(let recommendation, let unpublicised):
            let move = try await passing(typed, on: dossier, token, recommendation, unpublicised: unpublicised, by: context.actor)
            return try await decide(move, state, context)
        }
    }

    /// 受理.
    @Sendable func accept(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["opinion", "list"].contains($0) }
        var typed = PassForm()
        (typed.opinion, typed.list) = (form["opinion"], Worklist(name: form["list"]))
        var state = ReviewState(form: typed, key: token.key, isFresh: false)
        guard typed.problems.isEmpty else {
            state.complaints = Complaints(problems: typed.problems)
            return page(try await reviewPage(try context.id(), context, state), status: .unprocessableContent)
        }
        let move = Move(.accept, on: try context.id(), by: context.actor, seenVersion: token.version, key: token.key, opinion: typed.opinion.trimmed)
        return try await decide(move, state, context)
    }

    /// Makes the decision and goes on to the next dossier of the list; who came too late is told who was faster, and keeps what he typed.
    private func decide(_ move: Move, _ state: ReviewState, _ context: StaffContext) async throws -> Response {
        let moved: Moved
        do {
            moved = try await database.write { try $0.move(move, at: context.now) }
        } catch Problem.changedMeanwhile(let change) {
            return page(try await reviewPage(move.dossier, context, told(change.sentence, state)), status: .conflict)
        } catch Problem.refused(let reason) {
            return page(try await reviewPage(move.dossier, context, told(reason, state)), status: .conflict)
        }
        let member = context.member
        let list = state.form.list ?? Worklist(scope: .own, waiting: .firstReview)
        let next = try await database.read { try $0.nextWaiting(list, for: member) }
        let done = Done(moved)
        if let next { return see(Path.dossier(next, done: done) + "&list=\(list.name)") }
        let offered = try await database.read { try offeredLists(for: member, $0) }
        let landing = offered.contains { $0.name == list.name } ? Path.worklist(list) : Path.home
        return see("\(landing)?done=\(done.dossier)-\(done.number)")
    }

    private func told(_ sentence: String, _ state: ReviewState) -> ReviewState {
        var state = state
        state.alert = "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>没有提交</h2><p>\(sentence)</p></div>"
        state.key = nil
        return state
    }

    /// Reads the whole form. A stale one is not judged: the transaction says who was faster.
    private func judge(_ typed: PassForm, on dossier: Dossier, version: Int, at now: Instant) async throws -> Recommendation.Judgement {
        let stage = dossier.journey.stage
        guard dossier.version == version, let stop = stage.stop else { return .accepted(Recommendation(values: [:]), unpublicised: false) }
        if !typed.problems.isEmpty { return .invalid(typed.problems) }
        guard stop == 0, let plan = try await database.read({ try $0.plan(dossier.plan) }) else {
            return .accepted(Recommendation(values: [:]), unpublicised: false)
        }
        // What the first reviewer fills in ahead is demanded of nobody yet (D3).
        let leaves = stage == dossier.journey.chain.lastStep(of: stop)
        let rule = leaves ? plan.publicity : PublicityRule(demand: .optional, workingDays: plan.publicity.workingDays)
        return Recommendation.judge(
            from: { typed.values[$0] ?? "" }, rule: rule, confirmed: typed.confirmed, calendar: calendar, in: reference, today: now.day)
    }

    private func passing(
        _ typed: PassForm, on dossier: Dossier, _ token: FormToken, _ recommendation: Recommendation, unpublicised: Bool, by actor: Actor
    ) async throws -> Move {
        let units = try await database.read { try $0.units(typed.additions.map(\.unit)) }
        let additions = typed.additions.compactMap { added in
            units[added.unit].map { ReviewChain.Addition(unit: $0.id, steps: $0.steps, reason: added.reason.trimmed) }
        }
        var remarks: [String] = []
        if !additions.isEmpty { remarks.append("增加审核单位：" + additions.compactMap { units[$0.unit]?.name }.joined(separator: "、")) }
        if unpublicised { remarks.append("未填写公示信息，经确认提交") }
        return Move(
            .pass(inserting: additions), on: dossier.id, by: actor, seenVersion: token.version, key: token.key, opinion: typed.opinion.trimmed,
            remark: remarks.joined(separator: "；"), recommendation: dossier.journey.stage.stop == 0 && !recommendation.values.isEmpty ? recommendation : nil)
    }
}
