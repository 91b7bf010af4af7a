import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// A request as the person who asks sees it, and the units that it has reached.
    @Sendable func personRequest(_ request: Request, _ context: SignedInContext) async throws -> Response {
        page(try await personRequestPage(try context.id(), context, isDone: request.uri.queryParameters["done"] == "1"))
    }

    /// 通过 (at the end of an entrustment with its letter), 退回, 不通过.
    @Sendable func decidePersonRequest(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<PersonRequest> = try context.id()
        let upload = try await Upload(request, into: intake.store)
        defer { upload.discard() }
        let form = upload.form
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { key in ["opinion", "action", "confirmed"].contains(key) || FormFiles.isKey(key) || Entrustment.letterFields.contains { $0.key == key } }
        let asked = try await database.read { try $0.personRequest(id, for: context.actor) }
        let dropped = form["action"].hasPrefix("drop.") ? String(form["action"].dropFirst(5)) : nil
        let step = Approval.Step(rawValue: form["action"])
        guard dropped != nil || step?.isDecision == true else { throw Problem.malformed }
        let (files, refused) = try await formFiles(
            upload, Entrustment.letterRule, field: Entrustment.letterField, dropping: dropped ?? "", key: token.key, context.session)
        do {
            guard let step else {
                return page(try await personRequestPage(id, SignedInContext(of: context), Typing(form, shownAgain: token), letter: files))
            }
            if form["opinion"].length > Self.mostOpinion { throw Problem.invalid([FieldProblem("opinion", "意见最多 \(Self.mostOpinion) 字")]) }
            if step == .fail { try form.demandConfirmation(of: "fail") }
            var decision = PersonRequestDecision(step, opinion: form["opinion"])
            if asked.kind == .entrustment, asked.isAtLastStop, step == .pass {
                let reading = FieldReading(Entrustment.letterFields, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
                let missing = files.isEmpty && refused.isEmpty ? [FieldProblem(Entrustment.letterField, "请上传委托函")] : []
                let problems = reading.problems + refused + missing
                guard problems.isEmpty else { throw Problem.invalid(problems) }
                (decision.letter, decision.files) = (reading.values, files)
            }
            try await database.write { [decision] in
                try $0.decide(id, decision, over: token.version, by: context.member, key: token.key, at: context.now)
            }
            return see(Path.personRequest(id, isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await personRequestPage(id, SignedInContext(of: context), typing, letter: files), status: typing.status)
        }
    }

    /// 取消申请, by the person who asked.
    @Sendable func cancelPersonRequest(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<PersonRequest> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "confirmed" }
        do {
            try form.demandConfirmation(of: "cancel")
            try await database.write { try $0.cancel(id, over: token.version, by: context.person, key: token.key, at: context.now) }
            return see(Path.personRequest(id, isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(nil, after: problem, token)
            return page(try await personRequestPage(id, SignedInContext(of: context), typing), status: typing.status)
        }
    }

    @Sendable func personRequestFile(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await original(try await personRequestFile(context), context)
    }

    @Sendable func personRequestPicture(_ request: Request, _ context: SignedInContext) async throws -> Response {
        try await picture(try await personRequestFile(context), context)
    }

    @Sendable func personRequestFileView(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let id: ID<PersonRequest> = try context.id()
        return try await view(try await personRequestFile(context), at: Path.personRequestFiles(id), back: Path.personRequest(id), request, context)
    }

    /// A file of a request that the reader may see: of what is asked, or of what an earlier step brought.
    private func personRequestFile(_ context: SignedInContext) async throws -> Attachment {
        let (id, file): (ID<PersonRequest>, ID<Attachment>) = (try context.id(), try context.id("file"))
        let actor = try reader(of: context.session)
        let files = try await database.read { connection in
            _ = try connection.personRequest(id, for: actor)
            return try connection.steps(of: id).flatMap(\.files)
        }
        guard let found = files.first(where: { $0.id == file }) else { throw Problem.notFound }
        return found
    }

    /// Whoever reads: a person in his own name, or a unit's staff member; nobody else has to do with requests of people.
    private func reader(of session: Session) throws(Problem) -> Actor {
        if let member = session.signedIn.staff { return .staff(member) }
        guard session.signedIn.kind == .person else { throw .notFound }
        return .applicant(session.signedIn.person.id)
    }

    private func personRequestPage(
        _ id: ID<PersonRequest>, _ context: SignedInContext, _ typing: Typing? = nil, letter: [Attachment] = [], isDone: Bool = false
    ) async throws -> HTML {
        let (session, actor) = (context.session, try reader(of: context.session))
        return try await database.read { connection in
            let request = try connection.personRequest(id, for: actor)
            let units = try connection.units(request.path)
            let member: StaffMember? = if case .staff(let member) = actor { member } else { nil }
            let current = member == nil ? request.kind == .profile ? Path.myProfile : Path.myEntrustments : Path.personRequests(request.kind)
            let inForce = request.kind == .profile ? try connection.profile(of: request.person) : nil
            return PersonRequestPage(
                frame: try frame(for: session, connection, current: current), request: request, way: request.path.map { units[$0]?.name ?? "" },
                person: try connection.person(request.person), inForce: inForce, steps: try connection.steps(of: id), member: member,
                colleagues: try member.flatMap { member in
                    try request.holder.map { try connection.colleagues(of: $0, holding: request.kind.permission, without: [request.person, member.person]) }
                } ?? [],
                letter: try FormFiles(
                    Entrustment.letterRule, field: Entrustment.letterField, isRequired: true, files: letter, with: FileTicket(vault: connection.vault, session: session)),
                isDone: isDone, typing: typing, session: session, reference: reference
            ).html
        }
    }
}

extension SignedInContext {
    /// The same request, of whoever is signed in.
    init(of context: ApplicantContext) {
        coreContext = context.coreContext
        (now, session) = (context.now, context.session)
    }
}
