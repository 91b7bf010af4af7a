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
    /// The window of a step that was refused, with what was typed into it.
    var window: (StepWindow, Typing)?
    /// When what stands in the form was kept, where it is what the reviewer had typed before.
    var restoredAt: Instant?
    /// What he had typed before the dossier moved.
    var outdated: OpinionDraft?
    /// What is wrong with the reason for which a hand-over is asked for.
    var handOverComplaint: String?
}

extension Site {
    /// 审核: the dossier left, the decision right.
    @Sendable func review(_ request: Request, _ context: StaffContext) async throws -> Response {
        var state = ReviewState()
        state.form.list = request.uri.queryParameters["list"].flatMap { Worklist(reference: $0) }
        let done = request.uri.queryParameters["done"].flatMap(Done.init)
        return page(try await reviewPage(try context.id(), context, state, done: done))
    }

    func reviewPage(_ id: ID<Dossier>, _ context: StaffContext, _ state: ReviewState, done: Done? = nil) async throws -> HTML {
        let (actor, session, now) = (context.actor, context.session, context.now)
        let member = context.member
        return try await database.read { connection in
            let reading = try self.reading(
                id, for: actor, at: now, files: Path.files(id), reveal: { $0.recused.contains(member.person) ? .empty : self.revealButton(of: $0, in: session) }, connection)
            let (dossier, plan, content) = (reading.dossier, reading.plan, reading.view.content)
            var state = state
            if state.isFresh, let recommendation = reading.view.recommendation { state.form.values = recommendation.values }
            let kept = try connection.opinionDrafts(on: id, of: member)
            if state.isFresh, let draft = kept[dossier.journey.stage == .awaitingAcceptance ? .accept : .pass], dossier.awaits(actor) { state.restore(draft, on: dossier) }
            let additions = try connection.units(state.form.additions.map(\.unit))
            let found = state.form.search.trimmed.isEmpty ? [] : try connection.unitsToInsert(into: dossier, matching: state.form.search, limit: PassDecision.mostFound + 1)
            let list = state.form.list ?? self.list(of: dossier, for: member)
            let phrases = try connection.commonOpinions(for: member)
            let neighbours = try self.neighbours(of: id, in: list, for: member, at: now, connection)
            return ReviewPage(
                frame: try frame(for: session, connection, current: Path.worklist(list.whole)), reading: reading,
                whereabouts: dossier.whereabouts(for: actor, in: reading.surroundings), awaits: dossier.awaits(actor), neighbours: neighbours,
                list: list, state: state, additions: additions, found: found, session: session,
                reference: reference, findings: content.findings(of: reading.view.person, at: reading.line.unitName, today: now.day),
                changes: try changes(of: dossier, to: content, for: member, connection),
                windows: windows(on: dossier, under: plan, for: actor, at: now, state, list, reading.digest, phrases, kept, session), phrases: phrases.filter { $0.kind == .pass },
                proofs: dossier.unit == member.unit ? try connection.proofs(of: id) : [], posts: try posts(of: dossier, under: plan, connection),
                printable: PrintoutKind.offered(for: reading, to: actor),
                handOver: try handOverOffer(of: dossier, to: actor, at: now, in: session, complaint: state.handOverComplaint, connection),
                toast: try toast(done, for: actor, in: session, connection)
            ).html
        }
    }

    /// What has changed since this member's unit last decided; nil where that is nothing, and of his own dossier.
    private func changes(of dossier: Dossier, to content: Content, for member: StaffMember, _ connection: any Connection) throws -> Changes? {
        guard dossier.applicant != member.person, let before = try connection.seenBefore(dossier.id, by: member.unit) else { return nil }
        return Changes(since: before.entry, view: ChangesView(comparison: Comparison(from: before.content, to: content), reference: reference, files: Path.files(dossier.id)))
    }

    /// Who stands before and behind a dossier in the list from which it was come to.
    private func neighbours(of id: ID<Dossier>, in list: Worklist, for member: StaffMember, at now: Instant, _ connection: any Connection) throws -> ReviewPage.Neighbours {
        guard let key = try connection.worklistEntry(id, in: list, for: member, at: now)?.key else { return .init(previous: nil, next: nil) }
        return .init(
            previous: try connection.worklist(list, for: member, after: key, backwards: true, limit: 1, at: now).first,
            next: try connection.worklist(list, for: member, after: key, limit: 1, at: now).first)
    }

    /// The windows of the steps that this member could take now, and of the one that he has just been refused.
    private func windows(
        on dossier: Dossier, under plan: ReviewPlan, for actor: Actor, at now: Instant, _ state: ReviewState, _ list: Worklist, _ digest: String,
        _ phrases: [CommonOpinion], _ kept: [StepName: OpinionDraft], _ session: Session
    ) -> [StepWindowView] {
        let offers = dossier.offers(to: actor)
        let last = [.awaitingAcceptance, .returnedForCorrection].contains(dossier.journey.stage) ? plan.windows.acceptanceUntil : plan.windows.reviewsUntil
        return StepWindow.ofReviewers.filter { offers.contains($0.step.name) && !($0 == .reopenings && plan.concluded) }.map { window in
            StepWindowView(
                window: window, dossier: dossier, path: Path.step(window, on: dossier.id), session: session, reference: reference,
                presets: window.asksForDeadline ? StepWindow.presets(by: calendar, today: now.day, until: last) : [],
                phrases: phrases.filter { $0.kind == window.phrases }, list: list, seen: digest, kept: kept[window.step.name].flatMap { $0.version == dossier.version ? $0 : nil },
                typing: state.window.flatMap { $0.0 == window ? $0.1 : nil })
        }
    }

    /// The list in which this dossier waits for this member's unit.
    private func list(of dossier: Dossier, for member: StaffMember) -> Worklist {
        let scope: Worklist.Scope = dossier.unit == member.unit ? .own : dossier.journey.chain.acceptanceUnit == member.unit ? .acceptance : .subordinate
        if scope == .acceptance { return Worklist(scope: .acceptance, tab: .acceptance) }
        return Worklist(scope: scope, tab: dossier.journey.stage.name == .secondReview ? .secondReview : .firstReview)
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
            colleagues = try connection.colleagues(of: member.unit, holding: permission, without: dossier.excluded.union([member.person]))
        }
        return Surroundings(
            units: try connection.units(ids), colleagues: colleagues, calendar: calendar, now: now, awaitingSuperior: try connection.awaitingSuperior(ids))
    }
}
