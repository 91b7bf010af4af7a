import Domain

/// The access rule for reading a single record, as a condition on `dossiers d` (D24); lists select by the same desks and authorities.
func visible(to actor: Actor) -> SQL {
    switch actor {
    case .applicant(let person): return "d.person_id = \(person)"
    case .staff(let member):
        guard member.opensDossiers else { return "1 = 0" }
        return """
            d.stage <> 'draft' AND d.edition > 0 AND (
                EXISTS (SELECT 1 FROM desks v WHERE v.dossier_id = d.id AND v.unit_id = \(member.unit))
                OR EXISTS (SELECT 1 FROM plans vp WHERE vp.id = d.plan_id AND vp.authority_id = \(member.unit))) \(within(member))
            """
    }
}

/// The limits of a staff member, as a further condition on `dossiers d`, or on what else has a unit and a title; nothing for most.
func within(_ member: StaffMember, _ table: SQL = "d") -> SQL {
    var condition: SQL = ""
    let limits = member.limits
    if !limits.series.isEmpty { condition = "AND \(table).title_code IN (SELECT vt.code FROM titles vt WHERE vt.series IN \(limits.series.sorted()))" }
    guard !limits.units.isEmpty else { return condition }
    let below = limits.units.filter { $0 != member.unit }.sorted()
    let own: SQL = limits.units.contains(member.unit) ? "\(table).unit_id = \(member.unit)" : "0 = 1"
    guard !below.isEmpty else { return "\(condition) AND \(own)" }
    return """
        \(condition) AND (\(own) OR \(table).unit_id IN (
            WITH RECURSIVE vb (id) AS (
                SELECT id FROM units WHERE id IN \(below)
                UNION
                SELECT vu.id FROM units vu JOIN vb ON vu.superior_id = vb.id
            )
            SELECT id FROM vb))
        """
}

extension Connection {
    /// One dossier, if this actor may see it; otherwise there is none.
    public func dossier(_ id: ID<Dossier>, for actor: Actor) throws -> Dossier {
        guard let dossier = try loadDossier(id, where: visible(to: actor)) else { throw Problem.notFound }
        return dossier
    }

    /// The same for whoever is about to take a step: the superior of a unit that cannot act takes over what it has not seen before (D21).
    func dossier(_ id: ID<Dossier>, for actor: Actor, taking step: Step) throws -> Dossier {
        guard case .handOver = step, case .staff(let member) = actor else { return try dossier(id, for: actor) }
        let below: SQL = """
            EXISTS (SELECT 1 FROM desks k JOIN units ku ON ku.id = k.unit_id WHERE k.dossier_id = d.id AND ku.superior_id = \(member.unit)
                AND (k.waiting <> 'nothing' OR k.acted = 'returned'))
            """
        guard let dossier = try loadDossier(id, where: "(\(visible(to: actor)) OR (\(below)))") else { throw Problem.notFound }
        return dossier
    }

    /// From here on nobody else changes this dossier, nor what belongs to it, until this transaction ends.
    func hold(_ dossier: ID<Dossier>) throws {
        if sharesWriting { try run("SELECT 1 FROM dossiers WHERE id = \(dossier) FOR NO KEY UPDATE") }
    }

    /// The same for what a person has: his dossiers of a year.
    func hold(_ person: ID<Person>) throws {
        if sharesWriting { try run("SELECT 1 FROM persons WHERE id = \(person) FOR NO KEY UPDATE") }
    }

    /// The staff member as he is now, with rights that nobody takes from him until this transaction ends.
    func held(_ member: StaffMember, at now: Instant) throws -> StaffMember {
        if sharesWriting {
            // In the order in which whoever changes them holds them.
            try run("SELECT 1 FROM units WHERE id = \(member.unit) FOR SHARE")
            try run("SELECT 1 FROM staff WHERE id = \(member.id) FOR SHARE")
        }
        guard let held = try staff(member.id, on: now.day), try unit(held.unit)?.enabled == true else { throw Problem.notAllowed("您的经办权限已停用，请联系本单位超级管理员。") }
        return held
    }

    /// Whether the identifier is taken, by whomever.
    public func dossierExists(_ id: ID<Dossier>) throws -> Bool { try count("SELECT COUNT(*) FROM dossiers WHERE id = \(id)") == 1 }

    func loadDossier(_ id: ID<Dossier>, where condition: SQL) throws -> Dossier? {
        try hold(id)
        let stops = try rows(
            """
            SELECT unit_id, steps, inserted_by, insertion_reason, handed_to FROM stops WHERE dossier_id = \(id) ORDER BY position
            """, ReviewChain.Stop.init)
        let recused = Set(try rows("SELECT person_id FROM trail WHERE dossier_id = \(id) AND step = 'recuse'") { try $0.id() as ID<Person> })
        guard
            let dossier = try first(
                "SELECT \(Dossier.columns) FROM dossiers d WHERE d.id = \(id) AND \(condition)",
                { row in
                    try Dossier(&row, stops: stops, firstReviewer: nil, singleClerk: false, recused: recused)
                })
        else { return nil }
        guard case .secondReview(let stop) = dossier.journey.stage, stops.indices.contains(stop) else { return dossier }
        let unit = stops[stop].actingUnit
        let reviewer: ID<Person>? = try first(
            """
            SELECT person_id FROM trail WHERE dossier_id = \(id) AND unit_id = \(unit) AND step = 'pass' AND stage_before = 'firstReview'
            ORDER BY number DESC LIMIT 1
            """
        ) { try $0.id() }
        let single = try count("SELECT single_clerk FROM units WHERE id = \(unit)") == 1
        return try first("SELECT \(Dossier.columns) FROM dossiers d WHERE d.id = \(id)") { row in
            try Dossier(&row, stops: stops, firstReviewer: reviewer, singleClerk: single, recused: recused)
        }
    }

    public func trail(of dossier: ID<Dossier>) throws -> [TrailEntry] {
        try rows("SELECT \(TrailEntry.columns) FROM trail t WHERE t.dossier_id = \(dossier) ORDER BY t.number", TrailEntry.init)
    }

    /// The content as last submitted, with its edition.
    public func content(of dossier: ID<Dossier>) throws -> (content: Content, digest: String, submittedAt: Instant)? {
        try first("SELECT body, digest, submitted_at FROM contents WHERE dossier_id = \(dossier) ORDER BY edition DESC LIMIT 1") {
            (try JSON.value(try $0.text()), try $0.text(), try $0.instant())
        }
    }

    /// The pledge that was signed with what was last submitted.
    public func pledge(of dossier: ID<Dossier>) throws -> String {
        try first("SELECT pledge FROM contents WHERE dossier_id = \(dossier) ORDER BY edition DESC LIMIT 1") { try $0.text() } ?? ""
    }

    /// The content as it was submitted with an edition.
    public func content(of dossier: ID<Dossier>, edition: Int) throws -> Content? {
        try first("SELECT body FROM contents WHERE dossier_id = \(dossier) AND edition = \(edition)") { try JSON.value(try $0.text()) }
    }

    /// What a unit last decided on, where that is not what it sees now: the decision, and the content it was made on.
    public func seenBefore(_ dossier: ID<Dossier>, by unit: ID<WorkUnit>) throws -> (entry: TrailEntry, content: Content)? {
        let last = try first(
            """
            SELECT \(TrailEntry.columns), t.edition FROM trail t JOIN dossiers d ON d.id = t.dossier_id
            WHERE t.dossier_id = \(dossier) AND t.unit_id = \(unit) AND t.edition < d.edition
                AND t.step IN ('pass', 'giveBack', 'fail', 'accept', 'requestCorrection', 'refuse')
                AND NOT EXISTS (SELECT 1 FROM trail l WHERE l.dossier_id = t.dossier_id AND l.unit_id = t.unit_id AND l.edition = d.edition
                    AND l.step IN ('pass', 'giveBack', 'fail', 'accept', 'requestCorrection', 'refuse') AND l.stage_after <> 'secondReview')
            ORDER BY t.number DESC LIMIT 1
            """
        ) { row in (entry: try TrailEntry(&row), edition: try row.integer()) }
        guard let last, let content = try content(of: dossier, edition: last.edition) else { return nil }
        return (last.entry, content)
    }

    /// The recommendation given last by the applicant's own unit. The applicant himself reads it once the unit has passed it on (D25).
    public func recommendation(of dossier: Dossier, for actor: Actor) throws -> Recommendation? {
        let isApplicant = dossier.applicant == actor.person
        if isApplicant, try desks(of: dossier.id)[dossier.unit]?.acted != .reported { return nil }
        let given: SQL = isApplicant ? "AND c.number <= (\(lastReport))" : ""
        return try first(
            """
            SELECT c.body FROM recommendations c JOIN dossiers d ON d.id = c.dossier_id WHERE c.dossier_id = \(dossier.id) \(given)
            ORDER BY c.number DESC LIMIT 1
            """
        ) { try JSON.value(try $0.text()) }
    }

    /// The dossiers of one person, newest first.
    public func dossiers(of person: ID<Person>) throws -> [DossierLine] {
        try rows(
            """
            SELECT d.id, d.person_name, d.unit_name, p.name, d.year, d.title_code, d.stage, d.arrived_at
            FROM dossiers d JOIN plans p ON p.id = d.plan_id WHERE d.person_id = \(person) AND d.stage <> 'abandoned'
            ORDER BY d.created_at DESC, d.id LIMIT 50
            """, DossierLine.init)
    }

    public func line(of dossier: ID<Dossier>) throws -> DossierLine? {
        try first(
            """
            SELECT d.id, d.person_name, d.unit_name, p.name, d.year, d.title_code, d.stage, d.arrived_at
            FROM dossiers d JOIN plans p ON p.id = d.plan_id WHERE d.id = \(dossier)
            """, DossierLine.init)
    }

    /// Why the person cannot open or submit another dossier in this year; nil when he can (D10).
    public func yearHolder(_ person: ID<Person>, year: Int, besides dossier: ID<Dossier>? = nil) throws -> String? {
        let held = try rows(
            """
            SELECT p.name, d.stage, d.id FROM dossiers d JOIN plans p ON p.id = d.plan_id
            WHERE d.person_id = \(person) AND d.year = \(year) AND d.stage NOT IN ('draft', 'abandoned', 'notAccepted', 'lapsed')
            """
        ) { (plan: try $0.text(), stage: try $0.name() as Stage.Name, id: try $0.id() as ID<Dossier>) }
        guard let found = held.first(where: { $0.id != dossier }) else { return nil }
        return "您 \(year) 年度已申报“\(found.plan)”（\(found.stage.title)），同一年度不能再次申报。"
    }
}

/// A dossier as one line of its applicant's list.
public struct DossierLine: Sendable, Hashable {
    public let id: ID<Dossier>
    public let applicantName: String
    public let unitName: String
    public let planName: String
    public let year: Int
    public let title: String
    public let stage: Stage.Name
    public let arrivedAt: Instant

    init(_ row: inout Row) throws {
        id = try row.id()
        applicantName = try row.text()
        unitName = try row.text()
        planName = try row.text()
        year = try row.integer()
        title = try row.optionalText() ?? ""
        stage = try row.name()
        arrivedAt = try row.instant()
    }
}

extension ReviewChain.Stop {
    init(_ row: inout Row) throws {
        let unit: ID<WorkUnit> = try row.id()
        let steps: ReviewChain.Steps = try row.name()
        let by: ID<WorkUnit>? = try row.optionalID()
        let reason = try row.text()
        self.init(unit: unit, steps: steps, insertion: by.map { .init(by: $0, reason: reason) }, handedTo: try row.optionalID())
    }
}

extension Dossier {
    static let columns: SQL = """
        d.id, d.version, d.plan_id, d.person_id, d.person_name, d.unit_id, d.year, d.stage, d.stop, d.round, d.arrival,
        d.correction_requested, d.acceptance_unit_id, d.reentry, d.arrived_at, d.deadline, d.reviewed_by
        """

    init(_ row: inout Row, stops: [ReviewChain.Stop], firstReviewer: ID<Person>?, singleClerk: Bool, recused: Set<ID<Person>>) throws {
        let (id, version, plan): (ID<Dossier>, Int, ID<ReviewPlan>) = (try row.id(), try row.integer(), try row.id())
        let (applicant, name, unit, year): (ID<Person>, String, ID<WorkUnit>, Int) = (try row.id(), try row.text(), try row.id(), try row.integer())
        let stage = Stage(try row.name(), stop: try row.integer())
        // A stage off its chain can only come from outside; it must not reach code that indexes the chain.
        guard stage == .draft || !stops.isEmpty, stage.stop.map(stops.indices.contains) ?? true else {
            throw Row.Unreadable(description: "dossier \(id) stands at a stop that its chain does not have")
        }
        let round = try row.integer()
        let arrival: ReviewChain.Arrival = try JSON.value(try row.text())
        let corrected = try row.bool()
        let chain = ReviewChain(
            stops: stops, acceptanceUnit: try row.id(), reentry: try row.name(), arrival: arrival, correctionRequested: corrected)
        self.init(
            id: id, version: version, plan: plan, applicant: applicant, applicantName: name, unit: unit, year: year,
            journey: Journey(stage: stage, chain: chain, round: round), arrivedAt: try row.instant(),
            deadline: try row.optionalInstant(), firstReviewer: firstReviewer, singleClerk: singleClerk, recused: recused, reviewedBy: try row.optionalID())
    }
}

extension TrailEntry {
    static let columns: SQL = """
        t.number, t.round, t.step, t.stage_before, t.stage_after, t.unit_id, t.unit_name, t.person_id, t.person_name, t.at,
        t.arrived_at, t.opinion, t.deadline, t.remark, t.argument
        """

    init(_ row: inout Row) throws {
        let (number, round, step): (Int, Int, StepName) = (try row.integer(), try row.integer(), try row.name())
        self.init(
            number: number, round: round, step: step, before: try row.name(), after: try row.name(), unit: try row.optionalID(), unitName: try row.text(),
            person: try row.id(), personName: try row.text(), at: try row.instant(), arrivedAt: try row.instant(), opinion: try row.text(),
            deadline: try row.optionalInstant(), remark: try row.text(), remarks: try remarksIn(try row.text(), of: step))
    }
}
