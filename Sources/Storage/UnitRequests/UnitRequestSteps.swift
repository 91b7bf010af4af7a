import Domain

/// Who takes a step on a request, with which form, and when.
public struct Requester: Sendable {
    /// The account that a registered unit's first super administrator is bound to.
    let account: ID<Account>?
    let person: ID<Person>
    let personName: String
    /// nil for whoever registers a unit.
    let unit: WorkUnit?
    let key: String
    let now: Instant
}

extension Requester {
    /// Somebody who registers the legal person in whose name he has signed in.
    public init(_ signedIn: SignedIn, key: String, at now: Instant) {
        self.init(account: signedIn.account, person: signedIn.person.id, personName: signedIn.person.name, unit: nil, key: key, now: now)
    }
}

/// What is asked, as typed and read.
public struct UnitRequestForm: Sendable {
    public let kind: UnitRequest.Kind
    public let creditCode: CreditCode
    public let unitName: String
    public let superior: ID<WorkUnit>
    public let values: [String: String]
    public let files: [Attachment]

    public init(_ kind: UnitRequest.Kind, of creditCode: CreditCode, named unitName: String, to superior: ID<WorkUnit>, values: [String: String], files: [Attachment]) {
        self.kind = kind
        self.creditCode = creditCode
        self.unitName = unitName
        self.superior = superior
        self.values = values.filter { !$0.value.isEmpty }
        self.files = files
    }
}

/// One step as it is written down.
struct RequestEntry {
    let step: Approval.Step
    let unit: ID<WorkUnit>?
    let superior: ID<WorkUnit>
    let unitName: String
    let body: String
    let files: [Attachment]
    let opinion: String
    let notices: [Consequences.Notice]
}

extension Connection {
    /// The request on which a form with this key has already taken this step; nil when it has taken none. With a key that has taken another
    /// one the form was sent twice, by two of its buttons: the first counts.
    func taken(_ step: Approval.Step, by requester: Requester) throws -> ID<UnitRequest>? {
        let earlier = try first("SELECT request_id, step FROM unit_request_steps WHERE request_key = \(requester.key) AND person_id = \(requester.person)") {
            (request: try $0.id() as ID<UnitRequest>, step: try $0.name(Approval.Step.self))
        }
        guard let earlier, earlier.step != step, let request = try unitRequest(earlier.request) else { return earlier?.request }
        throw try changedMeanwhile(request)
    }

    /// From here on nobody else changes this request until this transaction ends.
    func hold(_ request: ID<UnitRequest>) throws {
        if sharesWriting { try run("SELECT 1 FROM unit_requests WHERE id = \(request) FOR NO KEY UPDATE") }
    }

    /// Opens a request, or submits one again that was given back.
    func submit(_ form: UnitRequestForm, of unit: ID<WorkUnit>?, over old: UnitRequest?, notices: [Consequences.Notice], by requester: Requester) throws -> ID<UnitRequest> {
        let id = old?.id ?? newID()
        do throws(Approval.Refused) { _ = try Approval.state(after: .submit, from: old?.state) } catch { throw Problem(error) }
        let number = (old?.version ?? 0) + 1
        if old == nil {
            try run(
                """
                INSERT INTO unit_requests (id, kind, credit_code, unit_id, superior_id, account_id, state, version, submission, submitted_at)
                VALUES (\(id), \(form.kind), \(form.creditCode), \(unit), \(form.superior), \(requester.account), \(Approval.State.waiting), 1, 1, \(requester.now))
                """)
        } else {
            try run(
                """
                UPDATE unit_requests SET superior_id = \(form.superior), state = \(Approval.State.waiting), version = \(number), submission = \(number),
                    submitted_at = \(requester.now) WHERE id = \(id)
                """)
        }
        let entry = RequestEntry(
            step: .submit, unit: unit, superior: form.superior, unitName: form.unitName, body: try JSON.text(form.values), files: form.files, opinion: "", notices: notices)
        try add(entry, to: id, form.kind, old?.creditCode ?? form.creditCode, number: number, by: requester)
        return id
    }

    /// Decides a request, or takes it back; `unit` is what it is about from now on.
    func settle(_ request: UnitRequest, _ step: Approval.Step, unit: ID<WorkUnit>?, opinion: String, notices: [Consequences.Notice], by requester: Requester) throws {
        let state: Approval.State
        do throws(Approval.Refused) { state = try Approval.state(after: step, from: request.state) } catch { throw Problem(error) }
        let number = request.version + 1
        try run("UPDATE unit_requests SET state = \(state), version = \(number), unit_id = \(unit) WHERE id = \(request.id) AND version = \(request.version)")
        let entry = RequestEntry(
            step: step, unit: unit, superior: request.superior, unitName: request.unitName, body: "{}", files: [], opinion: opinion.trimmed, notices: notices)
        try add(entry, to: request.id, request.kind, request.creditCode, number: number, by: requester)
    }

    private func add(
        _ entry: RequestEntry, to request: ID<UnitRequest>, _ kind: UnitRequest.Kind, _ code: CreditCode, number: Int, by requester: Requester
    ) throws {
        let (files, unit) = (try JSON.text(entry.files), requester.unit)
        let chain = Chain.unitRequest(request)
        let link = try extend(
            chain,
            with: [
                kind.bound, code.bound, requester.key.bound, entry.step.bound, entry.unit?.bound ?? .null, entry.superior.bound, unit?.id.bound ?? .null,
                (unit?.name ?? "").bound, requester.person.bound, requester.personName.bound, entry.unitName.bound, entry.body.bound, files.bound, entry.opinion.bound,
                requester.now.bound, told(entry.notices.told(at: requester.now)),
            ])
        guard link.head.number == number else { throw Row.Unreadable(description: "\(chain.name) does not end where its rows do") }
        try run(
            """
            INSERT INTO unit_request_steps (request_id, number, request_key, step, unit_id, superior_id, actor_unit_id, actor_unit_name, person_id, person_name,
                unit_name, body, files, opinion, at, algorithm, salt, hash)
            VALUES (\(request), \(number), \(requester.key), \(entry.step), \(entry.unit), \(entry.superior), \(unit?.id), \(unit?.name ?? ""), \(requester.person),
                \(requester.personName), \(entry.unitName), \(entry.body), \(files), \(entry.opinion), \(requester.now), \(chain.form.algorithm), \(hex(link.salt)),
                \(hex(link.head.hash)))
            """)
        try add(entry.files, entry.notices, to: "unit_request", request.text, number: number, at: requester.now)
    }
}
