import Domain

/// A request to take one step on one dossier: all that the decision says, with what its author had before his eyes.
public struct Move: Sendable {
    public let dossier: ID<Dossier>
    public let step: Step
    public internal(set) var actor: Actor
    /// The version on the page on which the decision was made.
    public let seenVersion: Int
    /// The digest of the content on that page, for a decision about it (A-15); nil for steps that say nothing of the content.
    public var seenDigest: String?
    /// Made with the form; the same key never takes a second effect.
    public let key: String
    public var opinion: String
    public var deadline: Instant?
    public var remark: String
    public var recommendation: Recommendation?
    /// Of a return: what it says of single sections.
    public var remarks: [Section: String]

    public init(
        _ step: Step, on dossier: ID<Dossier>, by actor: Actor, seenVersion: Int, seenDigest: String? = nil, key: String, opinion: String = "",
        deadline: Instant? = nil, remark: String = "", recommendation: Recommendation? = nil,
        remarks: [Section: String] = [:]
    ) {
        self.dossier = dossier
        self.step = step
        self.actor = actor
        self.seenVersion = seenVersion
        self.seenDigest = seenDigest
        self.key = key
        self.opinion = opinion
        self.deadline = deadline
        self.remark = remark
        self.recommendation = recommendation
        self.remarks = remarks
    }
}

/// What a move came to: the entry it left on the trail, and whether an earlier request with the same key had made it.
public struct Moved: Sendable {
    public let dossier: ID<Dossier>
    public let number: Int
    public let repeated: Bool
}

extension Connection {
    /// The only writer of a stage. In one transaction: idempotency key, load in scope, version, right, workflow, conditional
    /// update, desks, trail, messages.
    public func move(_ move: Move, at now: Instant) throws -> Moved {
        if let earlier = try outcome(of: move) { return earlier }
        var move = move
        if case .staff(let member) = move.actor { move.actor = .staff(try held(member, at: now)) }
        let dossier = try dossier(for: move)
        if let seen = move.seenDigest, try content(of: dossier.id)?.digest != seen { throw try changed(move.dossier, telling: move.actor) }
        return try take(move, on: dossier, at: now)
    }

    /// The dossier of a move, if its author may see it, has the newest version before his eyes and may take such a step.
    public func dossier(for move: Move) throws -> Dossier {
        let dossier: Dossier
        do {
            dossier = try self.dossier(move.dossier, for: move.actor, taking: move.step)
        } catch Problem.notFound {
            throw try gone(from: move)
        }
        guard dossier.version == move.seenVersion else { throw try changed(move.dossier, telling: move.actor) }
        if let denial = move.actor.denial(of: move.step.name, on: dossier) { throw Problem(denial) }
        switch move.step {
        case .pass, .giveBack, .fail:
            if let claim = try claim(on: dossier.id, besides: move.key) { throw Problem.refused(claim) }
        case .submit, .recall, .takeBack, .withdraw, .extend, .resubmit, .reopen, .handOver, .recuse, .accept, .requestCorrection, .refuse, .abandon, .conclude: break
        }
        return dossier
    }

    /// What to tell the author of a move who does not see the dossier: where it was taken back from under his eyes, by whom and when. That he
    /// had seen it is said by the version that his form was given with.
    private func gone(from move: Move) throws -> Problem {
        if case .staff(let member) = move.actor, !member.opensDossiers { return .notFound }
        // Every step that moves it gives it another version; the first has the draft's.
        let since = try trail(of: move.dossier).filter { !$0.step.isStationary }.dropFirst(max(move.seenVersion - 1, 0))
        guard move.seenVersion > 1, let taken = since.last(where: { $0.step == .recall || $0.step == .withdraw }) else { return .notFound }
        return changed(by: taken, telling: move.actor)
    }

    /// Takes the step on a dossier whose version is known to be the one seen; `edition` is set by a submission.
    func take(_ move: Move, on dossier: Dossier, edition: Int? = nil, at asked: Instant) throws -> Moved {
        // Another node's clock may be ahead of this one's: no entry is earlier than the one before it.
        let now = try first("SELECT MAX(at) FROM trail WHERE dossier_id = \(dossier.id)", { try $0.optionalInstant() }).flatMap { $0 }.map { max($0, asked) } ?? asked
        guard let plan = try plan(dossier.plan) else { throw Problem.notFound }
        let unit: ID<WorkUnit>? = if case .staff(let member) = move.actor { member.unit } else { nil }
        let content: (edition: Int, digest: String)? = try first(
            "SELECT edition, digest FROM contents WHERE dossier_id = \(dossier.id) ORDER BY edition DESC LIMIT 1"
        ) { (try $0.integer(), try $0.text()) }
        let desks = try desks(of: dossier.id)
        let consequences = try Consequences(
            of: move, on: dossier,
            Circumstances(
                plan: plan, unitName: try unit.flatMap { try self.unit($0)?.name } ?? "", personName: try name(of: move, on: dossier), desks: desks,
                entries: try count("SELECT COALESCE(MAX(number), 0) FROM trail WHERE dossier_id = \(dossier.id)"), edition: content?.edition ?? 0,
                digest: content?.digest ?? "", submission: try move.step == .submit || move.step == .resubmit ? submission(of: dossier) : nil, now: now))
        try check(move, on: dossier)
        try update(dossier, to: consequences.dossier, edition: edition, telling: move.actor, at: now)
        let stops = consequences.dossier.journey.chain.stops
        if stops != dossier.journey.chain.stops || move.step.name == .submit {
            try run("DELETE FROM stops WHERE dossier_id = \(dossier.id)")
            try insert(stops, of: dossier.id)
        }
        try insert(consequences.entry, of: dossier.id)
        try set(consequences.desks, instead: desks, marking: consequences.mark, of: consequences.dossier, from: dossier.journey, at: now)
        return Moved(dossier: dossier.id, number: consequences.entry.number, repeated: false)
    }

    /// As the record calls whoever takes a step: a deputy's decision bears both names.
    private func name(of move: Move, on dossier: Dossier) throws -> String {
        let name = try person(move.actor.person)?.name ?? ""
        return move.actor.stoodInFor(move.step.name, on: dossier).map { "\(name)（代 \($0.name)）" } ?? name
    }

    /// What a step demands of the tree, which only the database knows.
    private func check(_ move: Move, on dossier: Dossier) throws {
        switch move.step {
        case .pass(let additions, _): try checkAdditions(additions, to: dossier)
        case .handOver(let unit): try checkHandOver(to: unit, by: move.actor, of: dossier)
        case .submit, .recall, .takeBack, .withdraw, .giveBack, .extend, .resubmit, .fail, .reopen, .recuse, .accept, .requestCorrection, .refuse, .abandon, .conclude: break
        }
    }

    /// D21: the direct superior of the stop's unit takes it over, for itself; giving it back to the unit is its to do as well.
    private func checkHandOver(to unit: ID<WorkUnit>, by actor: Actor, of dossier: Dossier) throws {
        guard let stop = dossier.journey.stage.stop, case .staff(let member) = actor else { throw Problem(Denial.onlySuperior) }
        let own = dossier.journey.chain.stops[stop].unit
        guard try self.unit(own)?.superior == member.unit, unit == member.unit || unit == own else { throw Problem(Denial.onlySuperior) }
    }

    /// D20: only enabled units, not below the applicant's unit, with the number of steps they have now.
    private func checkAdditions(_ additions: [ReviewChain.Addition], to dossier: Dossier) throws {
        for addition in additions {
            guard let unit = try unit(addition.unit), unit.enabled, unit.steps == addition.steps else {
                throw Problem.refused("增加的审核单位已停用或已变更，请重新选择。")
            }
            if try awaitingSuperior([unit.id])[unit.id] != nil { throw Problem.refused("“\(unit.name)”变更上级单位待审核，不能增加为审核单位。") }
            if try path(from: unit.id).contains(where: { $0.id == dossier.unit }) {
                throw Problem.refused("“\(unit.name)”是申报人所在单位的下级单位，不能增加为审核单位。")
            }
        }
    }

    /// What an earlier request with this key came to; nil for the first. A key serves one person, dossier and step.
    public func outcome(of move: Move) throws -> Moved? {
        try hold(move.dossier)
        let earlier = try first("SELECT dossier_id, number, step, person_id FROM trail WHERE request_key = \(move.key)") {
            (dossier: try $0.id() as ID<Dossier>, number: try $0.integer(), step: try $0.name() as StepName, person: try $0.id() as ID<Person>)
        }
        guard let earlier else { return nil }
        guard earlier.dossier == move.dossier, earlier.step == move.step.name, earlier.person == move.actor.person else { throw Problem.forgedForm }
        return Moved(dossier: earlier.dossier, number: earlier.number, repeated: true)
    }

    /// Who changed a dossier last, for the one who came too late.
    public func changed(_ dossier: ID<Dossier>, telling actor: Actor) throws -> Problem {
        guard let last = try trail(of: dossier).last(where: { !$0.step.isStationary }) else { return .notFound }
        return changed(by: last, telling: actor)
    }

    /// An applicant is never told a reviewer's name (D25).
    private func changed(by entry: TrailEntry, telling actor: Actor) -> Problem {
        let by: String
        switch actor {
        case .applicant: by = entry.unitName.isEmpty ? "您" : entry.unitName
        case .staff: by = entry.unitName.isEmpty ? "申报人" : "\(entry.unitName) \(entry.personName)"
        }
        return .changedMeanwhile(.init(by: by, at: entry.at, what: entry.title))
    }

    private func update(_ dossier: Dossier, to next: Dossier, edition: Int?, telling actor: Actor, at now: Instant) throws {
        let (stage, chain) = (next.journey.stage, next.journey.chain)
        if stage.name.holdsYear, !dossier.journey.stage.name.holdsYear, let reason = try yearHolder(dossier.applicant, year: dossier.year, besides: dossier.id) {
            throw Problem.refused(reason)
        }
        let rows = try run(
            """
            UPDATE dossiers SET version = \(next.version), stage = \(stage.name), stop = \(stage.stop ?? 0),
                round = \(next.journey.round), arrival = \(try JSON.text(chain.arrival)),
                correction_requested = \(chain.correctionRequested), acceptance_unit_id = \(chain.acceptanceUnit),
                reentry = \(chain.reentry), arrived_at = \(next.arrivedAt), deadline = \(next.deadline),
                place_id = \(next.journey.place), returned_by = \(next.journey.returner), reviewed_by = \(next.reviewedBy),
                edition = COALESCE(\(edition), edition), submitted_at = COALESCE(submitted_at, \(edition == nil ? nil : now))
            WHERE id = \(dossier.id) AND version = \(dossier.version)
            """)
        guard rows == 1 else { throw try changed(dossier.id, telling: actor) }
    }

    func insert(_ stops: [ReviewChain.Stop], of dossier: ID<Dossier>) throws {
        for (position, stop) in stops.enumerated() {
            try run(
                """
                INSERT INTO stops (dossier_id, position, unit_id, steps, inserted_by, insertion_reason, handed_to)
                VALUES (\(dossier), \(position), \(stop.unit), \(stop.steps), \(stop.insertion?.by), \(stop.insertion?.reason ?? ""), \(stop.handedTo))
                """)
        }
    }
}
