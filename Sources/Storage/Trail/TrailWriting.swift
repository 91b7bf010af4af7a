import Domain

extension Consequences.Entry {
    /// The values that are hashed, in the order of `EntryForm.trail`.
    func values(recommendation: String?) -> [Value] {
        [
            key.bound, round.bound, step.bound, before.bound, after.bound, unit?.bound ?? .null, unitName.bound, person.bound, personName.bound, at.bound,
            arrivedAt.bound, opinion.bound, deadline?.bound ?? .null, remark.bound, edition.bound, digest.bound, argument.bound,
            recommendation?.bound ?? .null, told(messages),
        ]
    }
}

/// A message that an entry has sent.
struct Told {
    let position: Int
    let person: Value
    let unit: Value
    let sender: String
    let body: String
    let sentAt: Instant
}

extension Told {
    /// Reads position, person_id, unit_id, sender, body, sent_at.
    init(_ row: inout Row) throws {
        self.init(position: try row.integer(), person: row.value(), unit: row.value(), sender: try row.text(), body: try row.text(), sentAt: try row.instant())
    }
}

/// What an entry told whom, as one value: each text with its length before it, so that no two lists of messages read the same.
func told(_ messages: [Told]) -> Value {
    guard !messages.isEmpty else { return .null }
    func recipient(_ value: Value) -> String { if case .text(let id) = value { id } else { "-" } }
    var text = ""
    for message in messages {
        text += "\(message.position) \(recipient(message.person)) \(recipient(message.unit)) \(message.sentAt.milliseconds) "
        text += "\(message.sender.utf8.count) \(message.sender) \(message.body.utf8.count) \(message.body)\n"
    }
    return .text(text)
}

extension Consequences.Entry {
    private var messages: [Told] {
        notices.enumerated().map { position, notice in
            Told(
                position: position, person: notice.person?.bound ?? .null, unit: notice.unit?.bound ?? .null, sender: notice.sender, body: notice.body, sentAt: at)
        }
    }
}

extension Connection {
    /// Adds an entry to a dossier's trail: its row, its recommendation and its messages, sealed together onto the chain.
    func insert(_ entry: Consequences.Entry, of dossier: ID<Dossier>) throws {
        let recommendation = try entry.recommendation.map { try JSON.text($0) }
        let link = try extend(.trail(of: dossier), with: entry.values(recommendation: recommendation))
        guard link.head.number == entry.number else { throw Row.Unreadable(description: "the trail of \(dossier) does not end where its chain does") }
        try run(all: statements(entry, recommendation, link, of: dossier))
        if let recommendation = entry.recommendation { try settle(recommendation, of: dossier, number: entry.number, by: entry.person, at: entry.at) }
    }

    /// The whole trail of a new dossier at once.
    func insert(_ entries: [Consequences.Entry], of dossier: ID<Dossier>) throws {
        var (hasher, head) = (EntryHasher(), nil as Head?)
        for entry in entries {
            let recommendation = try entry.recommendation.map { try JSON.text($0) }
            let link = Chain.trail(of: dossier).link(entry.values(recommendation: recommendation), after: head, &hasher)
            head = link.head
            try run(all: statements(entry, recommendation, link, of: dossier))
            if let recommendation = entry.recommendation { try settle(recommendation, of: dossier, number: entry.number, by: entry.person, at: entry.at) }
        }
        if let head { try put(head) }
    }

    private func statements(_ entry: Consequences.Entry, _ recommendation: String?, _ link: Link, of dossier: ID<Dossier>) -> [SQL] {
        var statements: [SQL] = [
            """
            INSERT INTO trail (dossier_id, number, request_key, round, step, stage_before, stage_after, unit_id, unit_name, person_id,
                person_name, at, arrived_at, opinion, deadline, remark, edition, digest, argument, algorithm, salt, hash)
            VALUES (\(dossier), \(entry.number), \(entry.key), \(entry.round), \(entry.step), \(entry.before), \(entry.after), \(entry.unit),
                \(entry.unitName), \(entry.person), \(entry.personName), \(entry.at), \(entry.arrivedAt), \(entry.opinion), \(entry.deadline),
                \(entry.remark), \(entry.edition), \(entry.digest), \(entry.argument), \(EntryForm.trail.algorithm), \(hex(link.salt)),
                \(hex(link.head.hash)))
            """
        ]
        if let recommendation { statements.append("INSERT INTO recommendations (dossier_id, number, body) VALUES (\(dossier), \(entry.number), \(recommendation))") }
        for (position, notice) in entry.notices.enumerated() {
            statements.append(
                """
                INSERT INTO messages (dossier_id, number, position, person_id, unit_id, sender, body, sent_at)
                VALUES (\(dossier), \(entry.number), \(position), \(notice.person), \(notice.unit), \(notice.sender), \(notice.body), \(entry.at))
                """)
        }
        return statements
    }

    /// What the submission of a dossier along its chain freezes, as its row says it at this moment.
    func submission(of dossier: Dossier) throws -> Submission {
        let pledge = try first("SELECT pledge FROM contents WHERE dossier_id = \(dossier.id) ORDER BY edition DESC LIMIT 1") { try $0.text() }
        let names = try first("SELECT person_name, unit_name, title_code FROM dossiers WHERE id = \(dossier.id)") {
            (applicant: try $0.text(), unit: try $0.text(), title: try $0.optionalText() ?? "")
        }
        let chain = dossier.journey.chain
        return Submission(
            plan: dossier.plan, year: dossier.year, applicantName: names?.applicant ?? "", unitName: names?.unit ?? "", title: names?.title ?? "",
            pledge: digest(pledge ?? ""), acceptanceUnit: chain.acceptanceUnit, reentry: chain.reentry, stops: chain.stops)
    }
}
