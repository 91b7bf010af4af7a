import Domain
import HTTPTypes
import Hummingbird
import Markup
import Storage

extension Site {
    /// 通过.
    @Sendable func pass(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let token = try FormToken(upload.form, of: request, in: context.session, origin: settings.origin)
        var typed = try PassForm(upload.form).acting()
        if upload.form["autosave"] == "1" { return try await keep(upload.form, for: .pass, on: id, context, PassForm.isTyped) }
        if typed.action == .insert { typed.opinion = try await inserting(typed.phrase, into: typed.opinion, on: id, deadline: "", context) }
        var state = ReviewState(form: typed, key: token.key, isFresh: false)
        state.complaints = Complaints(problems: try await addProofs(upload, to: id, key: token.key, context))
        if case .drop(let file) = typed.action { try await database.write { try $0.removeProof(file, of: id, by: context.member, at: context.now) } }
        guard typed.action == .pass, state.complaints.problems.isEmpty else {
            (state.dialogIsOpen, state.showsRoute) = (typed.action != .close && typed.action != .insert, typed.action.concernsRoute)
            return page(try await reviewPage(id, context, state), status: state.complaints.problems.isEmpty ? .ok : .unprocessableContent)
        }
        return try await settle(id, state, context) { [typed] in try self.passing(typed, on: id, token, by: context.actor, at: context.now, $0) }
    }

    /// 受理.
    @Sendable func accept(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["opinion", "list", "seen", "autosave"].contains($0) }
        if form["autosave"] == "1" { return try await keep(form, for: .accept, on: id, context) { $0 == "opinion" } }
        var typed = PassForm()
        (typed.opinion, typed.list, typed.seen) = (form["opinion"], Worklist(reference: form["list"]), form["seen"])
        let reading = typed.read(in: reference, today: context.now.day)
        let move = Move(.accept, on: id, by: context.actor, seenVersion: token.version, seenDigest: typed.seen, key: token.key, opinion: reading.opinion)
        return try await settle(id, ReviewState(form: typed, key: token.key, isFresh: false), context) { connection in
            if !reading.problems.isEmpty { return .invalid(reading.problems) }
            try connection.dropOpinionDrafts(on: id, of: context.member)
            return .moved(try connection.move(move, at: context.now))
        }
    }

    /// Makes the decision in one transaction and goes on to the next dossier of the list. What is wrong with it is shown on the same
    /// page; who came too late is told who was faster; either way what was typed is kept.
    private func settle(
        _ id: ID<Dossier>, _ state: ReviewState, _ context: StaffContext, _ decide: @escaping @Sendable (any Connection) throws -> Settlement
    ) async throws -> Response {
        var state = state
        do {
            let place = try await place(of: id, in: state.form.list, context)
            switch try await database.write(decide) {
            case .moved(let moved): return try await goOn(after: moved, from: place, in: state.form.list, context)
            case .confirm: (state.dialogIsOpen, state.asksToConfirm) = (true, true)
            case .invalid(let problems):
                state.complaints = Complaints(problems: problems)
                state.dialogIsOpen = problems.contains { $0.field != "opinion" }
            }
            return page(try await reviewPage(id, context, state), status: .unprocessableContent)
        } catch Problem.changedMeanwhile(let change) {
            return page(try await shownAgain(id, context, told(change.sentence, state), change, opinion: state.form.opinion), status: .conflict)
        } catch Problem.refused(let reason) {
            return page(try await reviewPage(id, context, told(reason, state)), status: .conflict)
        }
    }

    /// The page again after somebody was faster; where the dossier was taken away from the reader, what he had written and by whom it was.
    func shownAgain(_ id: ID<Dossier>, _ context: StaffContext, _ state: ReviewState, _ change: Problem.Change, opinion: String) async throws -> HTML {
        do {
            return try await reviewPage(id, context, state)
        } catch Problem.notFound {
            let list = state.form.list.map { Path.worklist($0) } ?? Path.home
            return await frame(for: context).page(
                "没有提交",
                body: """
                    <section class="card trouble"><h1>没有提交</h1><p role="alert">\(change.sentence)材料现在不在本单位。</p>\
                    \(opinion.isEmpty ? .empty : "<h2>您填写的意见</h2><p class=\"opinion\">\(opinion)</p>" as HTML)<p><a class="button primary" href="\(list)">回到列表</a></p></section>
                    """)
        }
    }

    private func told(_ sentence: String, _ state: ReviewState) -> ReviewState {
        var state = state
        state.alert = "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>没有提交</h2><p>\(sentence)</p></div>"
        state.key = nil
        return state
    }

    /// Where a dossier stands in the list from which it was come to, before it leaves it.
    func place(of id: ID<Dossier>, in list: Worklist?, _ context: StaffContext) async throws -> Worklist.Key? {
        guard let list else { return nil }
        let (member, now) = (context.member, context.now)
        return try await database.read { try $0.worklistEntry(id, in: list, for: member, at: now)?.key }
    }

    /// On to the next of the list, behind where the dossier stood.
    func goOn(after moved: Moved, from key: Worklist.Key?, in list: Worklist?, _ context: StaffContext) async throws -> Response {
        let (list, member, now, done) = (list ?? Worklist(scope: .own, tab: .firstReview), context.member, context.now, Done(moved))
        let (next, offered) = try await database.read {
            (list.waits ? try $0.nextWaiting(list, after: key, for: member, at: now) : nil, try self.offeredLists(for: member, $0))
        }
        if let next { return see(Path.dossier(next, in: list, done: done)) }
        let landing = offered.contains(list.whole) ? Path.worklist(list) : Path.home
        return see("\(landing)\(landing.contains("?") ? "&" : "?")done=\(done.dossier)-\(done.number)")
    }
}
