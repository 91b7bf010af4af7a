import Domain

extension Requester {
    /// A person in his own name.
    public init(_ person: Person, key: String, at now: Instant) {
        self.init(account: nil, person: person.id, personName: person.name, unit: nil, key: key, now: now)
    }
}

/// What is asked, as typed and read.
public struct PersonRequestForm: Sendable {
    public let kind: PersonRequest.Kind
    public let unit: ID<WorkUnit>
    /// What tells it from the person's other requests of its kind.
    public let subject: String
    public let title: String?
    public let values: [String: String]
    public let files: [Attachment]

    init(_ kind: PersonRequest.Kind, of unit: ID<WorkUnit>, on subject: String, title: String?, values: [String: String], files: [Attachment]) {
        self.kind = kind
        self.unit = unit
        self.subject = subject
        self.title = title
        self.values = values.filter { !$0.value.isEmpty }
        self.files = files
    }
}

/// One step as it is written down.
struct PersonRequestEntry {
    let step: Approval.Step
    /// The unit that employs the person, or that he names.
    let unit: ID<WorkUnit>
    let unitName: String
    /// Of a submission the units that will review; empty for other steps.
    var path: [ID<WorkUnit>] = []
    var values: [String: String] = [:]
    var files: [Attachment] = []
    var opinion = ""
    let notices: [Consequences.Notice]
}

extension Connection {
    /// The request on which a form with this key has already taken this step; nil when it has taken none. With a key that has taken another
    /// one the form was sent twice, by two of its buttons: the first counts.
    func takenOnPersonRequest(_ step: Approval.Step, by requester: Requester) throws -> ID<PersonRequest>? {
        let earlier = try first("SELECT request_id, step FROM person_request_steps WHERE request_key = \(requester.key) AND actor_id = \(requester.person)") {
            (request: try $0.id() as ID<PersonRequest>, step: try $0.name(Approval.Step.self))
        }
        guard let earlier, earlier.step != step, let request = try personRequest(earlier.request) else { return earlier?.request }
        throw try changedMeanwhile(request)
    }

    /// Tells whoever comes too late who has moved the request since he saw it; the person who asks is told the unit only (D25).
    func changedMeanwhile(_ request: PersonRequest, tellingPerson: Bool = false) throws -> Problem {
        guard let last = try steps(of: request.id).last else { return .notFound }
        let who = last.unitName.isEmpty ? "申报人 \(last.personName)" : tellingPerson ? last.unitName : "\(last.unitName) \(last.personName)"
        return .changedMeanwhile(.init(by: who, at: last.at, what: last.step.title, of: "该申请"))
    }

    /// From here on nobody else changes this request until this transaction ends.
    func hold(_ request: ID<PersonRequest>) throws {
        if sharesWriting { try run("SELECT 1 FROM person_requests WHERE id = \(request) FOR NO KEY UPDATE") }
    }

    /// Opens a request, or submits one again that was given back, along the units that review it.
    func submit(_ form: PersonRequestForm, along path: [WorkUnit], named unitName: String, over old: PersonRequest?, by requester: Requester) throws -> ID<PersonRequest> {
        let (id, number) = (old?.id ?? ID(derivedFrom: "person-request/\(requester.key)"), (old?.version ?? 0) + 1)
        let passage: Approval.Passage
        do throws(Approval.Refused) { passage = try Approval.Passage(stops: path.count, state: old?.passage.state).after(.submit) } catch { throw Problem(error) }
        if old == nil {
            try run(
                """
                INSERT INTO person_requests (id, kind, person_id, person_name, unit_id, subject, title_code, state, stop, version, submission, submitted_at)
                VALUES (\(id), \(form.kind), \(requester.person), \(requester.personName), \(form.unit), \(form.subject), \(form.title), \(Approval.State.waiting), 0, 1, 1,
                    \(requester.now))
                """)
        } else {
            try run(
                """
                UPDATE person_requests SET person_name = \(requester.personName), unit_id = \(form.unit), subject = \(form.subject), title_code = \(form.title),
                    state = \(Approval.State.waiting), stop = 0, version = \(number), submission = \(number), submitted_at = \(requester.now)
                WHERE id = \(id) AND version = \(number - 1)
                """)
        }
        try arrive(at: path[passage.stop].id, for: id, form.kind, since: requester.now)
        let entry = PersonRequestEntry(step: .submit, unit: form.unit, unitName: unitName, path: path.map(\.id), values: form.values, files: form.files, notices: [])
        try add(entry, to: id, form.kind, of: (requester.person, requester.personName), number: number, by: requester)
        return id
    }

    /// Takes any other step on a request, and moves it from desk to desk.
    func settle(_ request: PersonRequest, _ entry: PersonRequestEntry, by requester: Requester) throws -> Approval.Passage {
        let passage: Approval.Passage
        do throws(Approval.Refused) { passage = try request.passage.after(entry.step) } catch { throw Problem(error) }
        let number = request.version + 1
        try run(
            """
            UPDATE person_requests SET state = \(passage.state ?? .waiting), stop = \(passage.stop), version = \(number)
            WHERE id = \(request.id) AND version = \(request.version)
            """)
        if let acted = entry.step.acted {
            try run(
                """
                UPDATE person_request_desks SET waiting = 0, acted = \(acted), at = \(requester.now)
                WHERE request_id = \(request.id) AND unit_id = \(request.path[request.passage.stop])
                """)
        } else {
            // Whoever is writing an opinion there still learns that it was cancelled.
            try run("UPDATE person_request_desks SET waiting = 0 WHERE request_id = \(request.id) AND waiting = 1")
        }
        if passage.state == .waiting { try arrive(at: request.path[passage.stop], for: request.id, request.kind, since: requester.now) }
        try add(entry, to: request.id, request.kind, of: (request.person, request.personName), number: number, by: requester)
        return passage
    }

    private func arrive(at unit: ID<WorkUnit>, for request: ID<PersonRequest>, _ kind: PersonRequest.Kind, since now: Instant) throws {
        try run(
            """
            INSERT INTO person_request_desks (request_id, unit_id, kind, waiting, acted, at) VALUES (\(request), \(unit), \(kind), 1, 'nothing', \(now))
            ON CONFLICT (request_id, unit_id) DO UPDATE SET waiting = 1, at = excluded.at
            """)
    }

    private func add(
        _ entry: PersonRequestEntry, to request: ID<PersonRequest>, _ kind: PersonRequest.Kind, of person: (id: ID<Person>, name: String), number: Int, by requester: Requester
    ) throws {
        let (body, files, path, unit) = (try JSON.text(entry.values), try JSON.text(entry.files), try JSON.text(entry.path), requester.unit)
        let chain = Chain.personRequest(request)
        let link = try extend(
            chain,
            with: [
                kind.bound, person.id.bound, requester.key.bound, entry.step.bound, entry.unit.bound, entry.unitName.bound, path.bound, unit?.id.bound ?? .null,
                (unit?.name ?? "").bound,
                requester.person.bound, requester.personName.bound, body.bound, files.bound, entry.opinion.bound, requester.now.bound,
                told(entry.notices.told(at: requester.now)),
            ])
        guard link.head.number == number else { throw Row.Unreadable(description: "\(chain.name) does not end where its rows do") }
        try run(
            """
            INSERT INTO person_request_steps (request_id, number, request_key, step, unit_id, unit_name, path, actor_unit_id, actor_unit_name, actor_id, actor_name, body, files,
                opinion, at, algorithm, salt, hash)
            VALUES (\(request), \(number), \(requester.key), \(entry.step), \(entry.unit), \(entry.unitName), \(path), \(unit?.id), \(unit?.name ?? ""), \(requester.person),
                \(requester.personName), \(body), \(files), \(entry.opinion), \(requester.now), \(chain.form.algorithm), \(hex(link.salt)), \(hex(link.head.hash)))
            """)
        try add(entry.files, entry.notices, to: "person_request", request.text, number: number, at: requester.now)
    }
}

extension Connection {
    /// Writes the files that came with a step on a request, and what it told whom, into the tables of its kind.
    func add(_ files: [Attachment], _ notices: [Consequences.Notice], to kind: SQL, _ request: String, number: Int, at now: Instant) throws {
        for file in files {
            try remember(file, at: now)
            try run("INSERT INTO \(kind)_files (request_id, number, id, name, digest) VALUES (\(request), \(number), \(file.id), \(file.name), \(file.digest))")
        }
        for (position, notice) in notices.enumerated() {
            try run(
                """
                INSERT INTO \(kind)_messages (request_id, number, position, person_id, unit_id, sender, body, sent_at)
                VALUES (\(request), \(number), \(position), \(notice.person), \(notice.unit), \(notice.sender), \(notice.body), \(now))
                """)
        }
    }
}

extension [Consequences.Notice] {
    /// As they are sealed.
    func told(at now: Instant) -> [Told] {
        enumerated().map { position, notice in
            Told(position: position, person: notice.person?.bound ?? .null, unit: notice.unit?.bound ?? .null, sender: notice.sender, body: notice.body, sentAt: now)
        }
    }
}

extension Approval.Step {
    /// What a unit that takes the step has then done last; nil for a step of the person's.
    fileprivate var acted: String? {
        switch self {
        case .pass: "passed"
        case .giveBack: "returned"
        case .fail: "failed"
        case .submit, .cancel: nil
        }
    }
}
