import Domain

/// A dossier with its whole history, to be written at once: every step is taken in memory, by the same `Consequences` as `move` writes
/// one by one. For filling a province, where nobody waits for an answer. The contents of its files have to be known (`remember`).
public struct Ledger: Sendable {
    public private(set) var dossier: Dossier
    private let plan: ReviewPlan
    private let person: Person
    private let unit: WorkUnit
    private let openedAt: Instant
    /// Units on the way, by which names and single clerks are known.
    private let units: [ID<WorkUnit>: WorkUnit]
    private var draft: (content: Content, savedAt: Instant)
    private var edition: (content: Content, body: String, digest: String, submittedAt: Instant)?
    private var desks: [ID<WorkUnit>: Desk] = [:]
    private var deskTimes: [ID<WorkUnit>: Instant] = [:]
    private var actedTimes: [ID<WorkUnit>: Instant] = [:]
    private var entries: [Consequences.Entry] = []
    private var proofs: [(file: Attachment, by: ID<Person>, at: Instant)] = []

    /// Opens a draft of a person under a plan, as his dossier will go along `chain`.
    public init(
        _ id: ID<Dossier>, for person: Person, at unit: WorkUnit, along chain: ReviewChain, under plan: ReviewPlan, units: [ID<WorkUnit>: WorkUnit],
        at now: Instant
    ) {
        dossier = Dossier(
            id: id, version: 1, plan: plan.id, applicant: person.id, applicantName: person.name, unit: unit.id, year: plan.year,
            journey: Journey(stage: .draft, chain: chain, round: 0), arrivedAt: now, deadline: nil, firstReviewer: nil, singleClerk: false)
        (self.plan, self.person, self.unit, self.units, openedAt) = (plan, person, unit, units, now)
        draft = (Content(), now)
    }

    /// Fills the draft in, files included.
    public mutating func write(_ content: Content, at now: Instant) { draft = (content, now) }

    /// 提交: refused, as `submit` refuses it, while anything is missing.
    public mutating func submit(key: String, in reference: Reference, at now: Instant) throws {
        if let reason = plan.closedReason(at: now) { throw Problem.refused(reason) }
        let (content, gaps) = draft.content.completed(titles: plan.titles.compactMap(reference.title), in: reference, today: now.day)
        guard gaps.isEmpty else { throw Problem.invalid(gaps.map { FieldProblem($0.field, $0.message) }) }
        let body = try JSON.text(content)
        edition = (content, body, digest(body), now)
        try take(Move(.submit, on: dossier.id, by: .applicant(person.id), seenVersion: dossier.version, key: key, remark: Pledge.current.remark), by: person.name, at: now)
    }

    /// Puts a proof of publicity beside the dossier.
    public mutating func prove(_ file: Attachment, by member: StaffMember, at now: Instant) { proofs.append((file, member.person, now)) }

    public var proofFiles: [Attachment] { proofs.map(\.file) }

    /// Takes a step in the name of somebody called `name`.
    public mutating func take(_ move: Move, by name: String, at now: Instant) throws {
        let unitName = if case .staff(let member) = move.actor { units[member.unit]?.name ?? "" } else { "" }
        let consequences = try Consequences(
            of: move, on: dossier,
            Circumstances(
                plan: plan, unitName: unitName, personName: name, desks: desks, entries: entries.count, edition: edition == nil ? 0 : 1,
                digest: edition?.digest ?? "", submission: move.step == .submit || move.step == .resubmit ? submission : nil, now: now))
        for (unit, desk) in consequences.desks where desks[unit] != desk { deskTimes[unit] = now }
        if let mark = consequences.mark { actedTimes[mark.unit] = mark.acted == .nothing ? nil : now }
        desks = consequences.desks
        entries.append(consequences.entry)
        dossier = knowing(consequences.dossier)
    }

    private var submission: Submission {
        Submission(
            plan: plan.id, year: plan.year, applicantName: person.name, unitName: unit.name, title: draft.content.title, pledge: digest(Pledge.current.sealed),
            acceptanceUnit: dossier.journey.chain.acceptanceUnit, reentry: dossier.journey.chain.reentry, stops: dossier.journey.chain.stops)
    }

    /// The dossier with what decides about the second review: who did the first, and whether one clerk may do both.
    private func knowing(_ dossier: Dossier) -> Dossier {
        guard case .secondReview(let stop) = dossier.journey.stage else { return dossier }
        let unit = dossier.journey.chain.stops[stop].actingUnit
        let first = entries.last { $0.step == .pass && $0.before == .firstReview && $0.unit == unit }
        return Dossier(
            id: dossier.id, version: dossier.version, plan: dossier.plan, applicant: dossier.applicant, applicantName: dossier.applicantName,
            unit: dossier.unit, year: dossier.year, journey: dossier.journey, arrivedAt: dossier.arrivedAt, deadline: dossier.deadline,
            firstReviewer: first?.person, singleClerk: units[unit]?.singleClerk ?? false, reviewedBy: dossier.reviewedBy)
    }
}

extension Connection {
    /// Writes a dossier with all that happened to it.
    public func insert(_ ledger: Ledger) throws { try ledger.write(to: self) }
}

extension Ledger {
    fileprivate func write(to connection: any Connection) throws {
        let (id, journey) = (dossier.id, dossier.journey)
        try connection.run(
            """
            INSERT INTO dossiers (id, version, plan_id, year, person_id, person_name, unit_id, unit_name, title_code, stage, stop, round, arrival,
                correction_requested, acceptance_unit_id, reentry, arrived_at, deadline, edition, submitted_at, created_at, place_id, returned_by, reviewed_by, specialty, application_kind,
                authority_id)
            VALUES (\(id), \(dossier.version), \(plan.id), \(plan.year), \(person.id), \(person.name), \(unit.id), \(unit.name),
                \(draft.content.title.isEmpty ? nil : draft.content.title), \(journey.stage.name), \(journey.stage.stop ?? 0), \(journey.round),
                \(try JSON.text(journey.chain.arrival)), \(journey.chain.correctionRequested), \(journey.chain.acceptanceUnit), \(journey.chain.reentry),
                \(dossier.arrivedAt), \(dossier.deadline), \(edition == nil ? 0 : 1), \(edition?.submittedAt), \(openedAt),
                \(journey.place), \(journey.returner), \(dossier.reviewedBy),
                \(edition?.content.single(.application)["specialty"] ?? ""), \(edition?.content.single(.application)["kind"] ?? ""),
                \(plan.authority))
            """)
        try connection.run(
            """
            INSERT INTO drafts (dossier_id, revision, body, saved_at, file_changes)
            VALUES (\(id), 2, \(try JSON.text(draft.content.withoutFiles)), \(draft.savedAt), \(draft.content.files.count))
            """)
        try writeFiles(to: connection)
        guard let edition else { return }
        try connection.insertWords(name: person.name, unit: unit.name)
        try connection.insertEdition(1, edition.body, digest: edition.digest, of: id, at: edition.submittedAt)
        try connection.insert(journey.chain.stops, of: id)
        for (unit, desk) in desks { try connection.put(desk, of: unit, on: dossier, at: deskTimes[unit] ?? openedAt, actedAt: actedTimes[unit]) }
        try connection.count(from: .none, to: ListPlaces(desks, journey), of: dossier.unit)
        try connection.insert(entries, of: id)
    }

    /// Proofs are settled by the entry that carries them.
    private func writeFiles(to connection: any Connection) throws {
        for part in Part.allCases {
            for row in draft.content[part] {
                for file in row.files {
                    try connection.stand(file, at: .row(part, row.id), of: dossier.id, by: person.id, settled: edition == nil ? 0 : 1, at: draft.savedAt)
                }
            }
        }
        for (file, member, at) in proofs { try connection.stand(file, at: .proof, of: dossier.id, by: member, settled: 0, at: at) }
    }
}
