import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

/// How a review page is shown again after something was typed into it.
struct ReviewState: Sendable {
    var form = PassForm()
    var complaints = Complaints.none
    var alert: HTML = .empty
    var dialogIsOpen = false
    var asksToConfirm = false
    /// The route was worked on: the window opens there.
    var showsRoute = false
    /// The key of the form that was posted; a new one when nil.
    var key: String?
    var isFresh = true
}

extension Site {
    /// 审核: the dossier left, the decision right.
    @Sendable func review(_ request: Request, _ context: StaffContext) async throws -> Response {
        var state = ReviewState()
        state.form.list = request.uri.queryParameters["list"].flatMap { Worklist(name: $0) }
        let done = request.uri.queryParameters["done"].flatMap(Done.init)
        return page(try await reviewPage(try context.id(), context, state, done: done))
    }

    func reviewPage(_ id: ID<Dossier>, _ context: StaffContext, _ state: ReviewState, done: Done? = nil) async throws -> HTML {
        let (actor, session, now) = (context.actor, context.session, context.now)
        let member = context.member
        return try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard let (content, digest, submittedAt) = try connection.content(of: id), let plan = try connection.plan(dossier.plan),
                let person = try connection.person(dossier.applicant), let line = try connection.line(of: id)
            else { throw Problem.notFound }
            let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
            let recommendation = try connection.recommendation(of: dossier, for: actor)
            var state = state
            if state.isFresh, let recommendation { state.form.values = recommendation.values }
            let additions = try connection.units(state.form.additions.map(\.unit))
            let found = state.form.search.trimmed.isEmpty ? [] : try connection.unitsToInsert(into: dossier, matching: state.form.search, limit: 10)
            let list = state.form.list ?? self.list(of: dossier, for: member)
            let view = DossierView(
                content: content, person: person, unitName: line.unitName, plan: plan,
                acceptanceUnitName: surroundings.units[plan.acceptanceUnit]?.name ?? "", reference: reference, files: Path.files(id),
                recommendation: recommendation, reveal: revealButton(of: dossier, in: session))
            return ReviewPage(
                frame: try frame(for: session, connection, current: Path.worklist(list)), dossier: dossier, line: line, digest: digest,
                submittedAt: submittedAt, view: view, whereabouts: dossier.whereabouts(for: actor, in: surroundings), awaits: dossier.awaits(actor),
                units: surroundings.units, plan: plan, list: list, state: state, additions: additions, found: found, session: session,
                reference: reference, findings: content.findings(of: person, at: line.unitName, today: now.day),
                proofs: dossier.unit == member.unit ? try connection.proofs(of: id) : [], posts: try posts(of: dossier, under: plan, connection),
                toast: try toast(done, for: actor, connection)
            ).html
        }
    }

    /// The list in which this dossier waits for this member's unit.
    private func list(of dossier: Dossier, for member: StaffMember) -> Worklist {
        let scope: Worklist.Scope = dossier.unit == member.unit ? .own : dossier.journey.chain.acceptanceUnit == member.unit ? .acceptance : .subordinate
        if scope == .acceptance { return Worklist(scope: .acceptance, waiting: .acceptance) }
        return Worklist(scope: scope, waiting: dossier.journey.stage.name == .secondReview ? .secondReview : .firstReview)
    }

    /// What the window of a recommendation says of 岗位情况表; nothing where the unit has none to fill in.
    private func posts(of dossier: Dossier, under plan: ReviewPlan, _ connection: any Connection) throws -> (saved: SavedPostTable?, required: Bool)? {
        guard dossier.journey.stage.stop == 0, let unit = try connection.unit(dossier.unit), unit.countsPosts, !plan.waivesPostTable else { return nil }
        return (try connection.postTable(of: unit.id, year: plan.year), unit.postManagement)
    }

    /// Names around a dossier, for the one sentence.
    func surroundings(of dossier: Dossier, for actor: Actor, at now: Instant, _ connection: any Connection) throws -> Surroundings {
        let chain = dossier.journey.chain
        let ids = chain.stops.flatMap { [$0.unit, $0.actingUnit] + [$0.insertion?.by].compactMap { $0 } } + [chain.acceptanceUnit, dossier.unit]
        var colleagues: [String] = []
        if case .staff(let member) = actor, case .unit(member.unit, let permission) = dossier.journey.holder {
            colleagues = try connection.colleagues(of: member.unit, holding: permission, without: member.person)
        }
        return Surroundings(
            units: try connection.units(ids), colleagues: colleagues, calendar: calendar, now: now, awaitingSuperior: try connection.awaitingSuperior(ids))
    }
}
