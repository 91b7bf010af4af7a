import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// The routes of all steps that are taken in windows.
    func addSteps(to staff: RouterGroup<StaffContext>, _ applicant: RouterGroup<ApplicantContext>) {
        // Where a form was shown again its address is that of the post: whoever opens it comes to the dossier.
        staff.get("/dossiers/:id/:posted") { _, context in see(Path.dossier(try context.id())) }
        applicant.get("/my/dossiers/:id/:posted") { _, context in see(Path.myDossier(try context.id())) }
        for window in StepWindow.ofReviewers { staff.post("/dossiers/:id/\(window.rawValue)") { try await takeStep(window, $0, $1) } }
        for window in StepWindow.ofApplicants { applicant.post("/my/dossiers/:id/\(window.rawValue)") { try await takeStep(window, $0, $1) } }
    }

    /// A reviewer's step: made in one transaction, then on to the next dossier of his list, or back to this one, where he has more to do with it.
    private func takeStep(_ window: StepWindow, _ request: Request, _ context: StaffContext) async throws -> Response {
        let (id, form): (ID<Dossier>, Form) = (try context.id(), try await Form(request))
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only(window.has)
        if form["autosave"] == "1" {
            guard window.judgesContent else { throw Problem.malformed }
            return try await keep(form, for: window.step.name, on: id, context) { window.isTyped(key: $0) }
        }
        var state = ReviewState()
        state.form.list = Worklist(reference: form["list"])
        if form["action"] == "insert" {
            let deadline = form["deadline"].trimmed.isEmpty ? form["within"] : form["deadline"]
            let opinion = try await inserting(form["phrase"], into: form["opinion"], on: id, deadline: deadline, context)
            state.window = (window, Typing(form.setting("opinion", to: opinion), shownAgain: token))
            return page(try await reviewPage(id, context, state))
        }
        do {
            let place = try await place(of: id, in: state.form.list, context)
            let moved = try await take(window, on: id, form, token, by: context.actor, at: context.now)
            if window.leadsOn { return try await goOn(after: moved, from: place, in: state.form.list, context) }
            return see(state.form.list.map { Path.dossier(id, in: $0, done: Done(moved)) } ?? Path.dossier(id, done: Done(moved)))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            state.window = (window, typing)
            guard case .changedMeanwhile(let change) = problem else { return page(try await reviewPage(id, context, state), status: typing.status) }
            return page(try await shownAgain(id, context, state, change, opinion: window.written(in: form)), status: typing.status)
        }
    }

    /// An applicant's.
    private func takeStep(_ window: StepWindow, _ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (id, form): (ID<Dossier>, Form) = (try context.id(), try await Form(request))
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only(window.has)
        do {
            _ = try await take(window, on: id, form, token, by: context.actor, at: context.now)
            return see(Path.myDossier(id))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await myDossierPage(id, context, window: (window, typing)), status: typing.status)
        }
    }

    private func take(_ window: StepWindow, on id: ID<Dossier>, _ form: Form, _ token: FormToken, by actor: Actor, at now: Instant) async throws -> Moved {
        try await database.write { connection in
            var move = Move(window.step, on: id, by: actor, seenVersion: token.version, seenDigest: window.judgesContent ? form["seen"] : nil, key: token.key)
            if let earlier = try connection.outcome(of: move) { return earlier }
            _ = try connection.dossier(for: move)
            try window.fill(&move, from: form, in: self.reference, today: now.day)
            if case .staff(let member) = actor {
                try connection.countUse(of: form.usedPhrases, by: member)
                try connection.dropOpinionDrafts(on: id, of: member)
            }
            return try connection.move(move, at: now)
        }
    }
}
