import Domain

/// A request to take one step on one dossier: all that the decision says, with what its author had before his eyes.
public struct Move: Sendable {
    public let dossier: ID<Dossier>
    public let step: Step
    public let actor: Actor
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

    public init(
        _ step: Step, on dossier: ID<Dossier>, by actor: Actor, seenVersion: Int, seenDigest: String? = nil, key: String, opinion: String = "",
        deadline: Instant? = nil, remark: String = "", recommendation: Recommendation? = nil
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
        let dossier = try dossier(move.dossier, for: move.actor)
        guard dossier.version == move.seenVersion else { throw try changed(move.dossier) }
        if let seen = move.seenDigest, try content(of: dossier.id)?.digest != seen { throw try changed(move.dossier) }
        return try take(move, on: dossier, at: now)
    }

    /// Takes the step on a dossier whose version is known to be the one seen; `edition` is set by a submission.
    func take(_ move: Move, on dossier: Dossier, edition: Int? = nil, at now: Instant) throws -> Moved {
        if let denial = move.actor.denial(of: move.step.name, on: dossier) { throw Problem(denial) }
        let next: Journey
        do throws(Refusal) { next = try dossier.journey.after(move.step) } catch { throw Problem(error) }
        try check(move, on: dossier, at: now)
        let move = try markingLate(move, on: dossier, at: now)
        try update(dossier, to: next, move, edition: edition, at: now)
        if next.chain.stops != dossier.journey.chain.stops || move.step.name == .submit { try replaceStops(of: dossier.id, with: next.chain.stops) }
        try moveDesks(of: dossier, move.step, to: next, at: now)
        let number = try record(move, on: dossier, to: next, at: now)
        try notify(of: move, number: number, on: dossier, to: next, at: now)
        return Moved(dossier: dossier.id, number: number, repeated: false)
    }

    /// What a step demands beyond workflow and rights: reasons, deadlines, the tree, the plan and its windows (D22).
    private func check(_ move: Move, on dossier: Dossier, at now: Instant) throws {
        guard let plan = try plan(dossier.plan) else { throw Problem.notFound }
        let (reviews, acceptance) = (plan.windows.reviewsUntil, plan.windows.acceptanceUntil)
        switch move.step {
        case .pass(let additions, _): try checkAdditions(additions, to: dossier)
        case .giveBack:
            try demandOpinion(of: move)
            try demandDeadline(of: move, at: now, until: reviews)
        case .requestCorrection:
            try demandOpinion(of: move)
            try demandDeadline(of: move, at: now, until: acceptance)
        case .extend: try demandDeadline(of: move, at: now, until: dossier.journey.stage == .returnedForCorrection ? acceptance : reviews)
        case .fail, .refuse: try demandOpinion(of: move)
        case .resubmit:
            if let deadline = dossier.deadline, now >= deadline {
                throw Problem.refused("修改提交截止时间（\(deadline.adding(seconds: -1).day) 24:00）已过，不能重新提交，请联系退回单位延长。")
            }
        case .reopen:
            if plan.concluded { throw Problem.refused("该计划已办结，不能重新审核。") }
        case .accept:
            if now >= acceptance.end { throw Problem.refused("该计划的受理已于 \(acceptance) 截止，不能受理。") }
        case .handOver(let unit): try checkHandOver(to: unit, by: move.actor, of: dossier)
        case .submit, .recall, .takeBack, .withdraw, .abandon, .conclude: break
        }
    }

    /// D22: after 审核截止 a pass is possible, and its entry says so.
    private func markingLate(_ move: Move, on dossier: Dossier, at now: Instant) throws -> Move {
        guard move.step.name == .pass, let until = try plan(dossier.plan)?.windows.reviewsUntil, now >= until.end else { return move }
        var move = move
        move.remark = [move.remark, "审核截止（\(until)）后办理"].filter { !$0.isEmpty }.joined(separator: "；")
        return move
    }

    /// I-07: a return, a failure and a refusal give their reason.
    private func demandOpinion(of move: Move) throws {
        if move.opinion.trimmed.isEmpty { throw Problem.invalid([FieldProblem("opinion", "请填写\(move.step.name.title)的意见")]) }
    }

    private func demandDeadline(of move: Move, at now: Instant, until last: Day) throws {
        guard let deadline = move.deadline, deadline > now, deadline <= last.end else {
            throw Problem.invalid([FieldProblem("deadline", "修改提交截止时间应晚于现在，且不晚于 \(last)")])
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
            if try path(from: unit.id).contains(where: { $0.id == dossier.unit }) {
                throw Problem.refused("“\(unit.name)”是申报人所在单位的下级单位，不能增加为审核单位。")
            }
        }
    }

    /// What an earlier request with this key came to; nil for the first. A key serves one person, dossier and step.
    public func outcome(of move: Move) throws -> Moved? {
        let earlier = try first("SELECT dossier_id, number, step, person_id FROM trail WHERE request_key = \(move.key)") {
            (dossier: try $0.id() as ID<Dossier>, number: try $0.integer(), step: try $0.name() as StepName, person: try $0.id() as ID<Person>)
        }
        guard let earlier else { return nil }
        guard earlier.dossier == move.dossier, earlier.step == move.step.name, earlier.person == move.actor.person else { throw Problem.forgedForm }
        return Moved(dossier: earlier.dossier, number: earlier.number, repeated: true)
    }

    /// Who changed a dossier last, for the one who came too late.
    public func changed(_ dossier: ID<Dossier>) throws -> Problem {
        guard let last = try trail(of: dossier).last else { return .notFound }
        return .changedMeanwhile(.init(by: last.unitName.isEmpty ? "申报人" : "\(last.unitName) \(last.personName)", at: last.at, what: last.title))
    }

    private func update(_ dossier: Dossier, to next: Journey, _ move: Move, edition: Int?, at now: Instant) throws {
        // Extending moves nothing: neither version nor arrival (D9).
        let moves = move.step.name != .extend
        let arrived = next.stage == dossier.journey.stage && moves == false ? dossier.arrivedAt : now
        let deadline: Instant? = next.holder == .applicant ? move.deadline ?? dossier.deadline : nil
        let rows: Int
        do {
            rows = try run(
                """
                UPDATE dossiers SET version = version + \(moves ? 1 : 0), stage = \(next.stage.name), stop = \(next.stage.stop ?? 0),
                    round = \(next.round), arrival = \(try JSON.text(next.chain.arrival)),
                    correction_requested = \(next.chain.correctionRequested), acceptance_unit_id = \(next.chain.acceptanceUnit),
                    reentry = \(next.chain.reentry), arrived_at = \(arrived), deadline = \(deadline),
                    edition = COALESCE(\(edition), edition), submitted_at = COALESCE(submitted_at, \(edition == nil ? nil : now))
                WHERE id = \(dossier.id) AND version = \(dossier.version)
                """)
        } catch is NotUnique {
            throw Problem.refused(try yearHolder(dossier.applicant, year: dossier.year, besides: dossier.id) ?? "该申报人本年度已有申报。")
        }
        guard rows == 1 else { throw try changed(dossier.id) }
    }

    private func replaceStops(of dossier: ID<Dossier>, with stops: [ReviewChain.Stop]) throws {
        try run("DELETE FROM stops WHERE dossier_id = \(dossier)")
        for (position, stop) in stops.enumerated() {
            try run(
                """
                INSERT INTO stops (dossier_id, position, unit_id, steps, inserted_by, insertion_reason, handed_to)
                VALUES (\(dossier), \(position), \(stop.unit), \(stop.steps), \(stop.insertion?.by), \(stop.insertion?.reason ?? ""), \(stop.handedTo))
                """)
        }
    }

    private func moveDesks(of dossier: Dossier, _ step: Step, to next: Journey, at now: Instant) throws {
        let before = try desks(of: dossier.id)
        let after = dossier.journey.desks(before, after: step, to: next)
        for unit in before.keys where after[unit] == nil {
            try run("DELETE FROM desks WHERE dossier_id = \(dossier.id) AND unit_id = \(unit)")
        }
        for (unit, desk) in after where before[unit] != desk {
            try run(
                """
                INSERT INTO desks (unit_id, dossier_id, own, waiting, acted, arrived_at)
                VALUES (\(unit), \(dossier.id), \(unit == dossier.unit), \(desk.waiting), \(desk.acted), \(now))
                ON CONFLICT (dossier_id, unit_id) DO UPDATE SET waiting = excluded.waiting, acted = excluded.acted, arrived_at = excluded.arrived_at
                """)
        }
    }

    public func desks(of dossier: ID<Dossier>) throws -> [ID<WorkUnit>: Desk] {
        Dictionary(
            try rows("SELECT unit_id, waiting, acted FROM desks WHERE dossier_id = \(dossier)") {
                (try $0.id(), Desk(waiting: try $0.name(), acted: try $0.name()))
            }, uniquingKeysWith: { first, _ in first })
    }

    private func record(_ move: Move, on dossier: Dossier, to next: Journey, at now: Instant) throws -> Int {
        let number = try count("SELECT COALESCE(MAX(number), 0) + 1 FROM trail WHERE dossier_id = \(dossier.id)")
        let unit: ID<WorkUnit>? = if case .staff(let member) = move.actor { member.unit } else { nil }
        let unitName = try unit.flatMap { try self.unit($0)?.name } ?? ""
        let personName = try person(move.actor.person)?.name ?? ""
        let edition: (Int, String) =
            try first("SELECT edition, digest FROM contents WHERE dossier_id = \(dossier.id) ORDER BY edition DESC LIMIT 1") {
                (try $0.integer(), try $0.text())
            } ?? (0, "")
        try run(
            """
            INSERT INTO trail (dossier_id, number, request_key, round, step, stage_before, stage_after, unit_id, unit_name, person_id,
                person_name, at, arrived_at, opinion, deadline, remark, edition, digest)
            VALUES (\(dossier.id), \(number), \(move.key), \(dossier.journey.round == 0 ? next.round : dossier.journey.round), \(move.step.name), \(dossier.journey.stage.name),
                \(next.stage.name), \(unit), \(unitName), \(move.actor.person), \(personName), \(now), \(dossier.arrivedAt),
                \(move.opinion), \(move.deadline), \(move.remark), \(edition.0), \(edition.1))
            """)
        if let recommendation = move.recommendation {
            try run("INSERT INTO recommendations (dossier_id, number, body) VALUES (\(dossier.id), \(number), \(try JSON.text(recommendation)))")
            try settle(recommendation, of: dossier.id, number: number, by: move.actor.person, at: now)
        }
        return number
    }
}

/// A row would have stood twice where it may stand once; which engine said so does not matter.
public struct NotUnique: Error {}
