import Domain
import Storage

/// What became of a posted decision.
enum Settlement: Sendable {
    case moved(Moved)
    /// The plan asks once whether to go on without publicity.
    case confirm
    case invalid([FieldProblem])
}

extension Site {
    /// Judges the form and takes the step in the same transaction: what is judged is what is passed.
    func passing(
        _ typed: PassForm, on id: ID<Dossier>, _ token: FormToken, by actor: Actor, at now: Instant, _ connection: any Connection
    ) throws -> Settlement {
        var move = Move(.pass(), on: id, by: actor, seenVersion: token.version, seenDigest: typed.seen, key: token.key)
        if let earlier = try connection.outcome(of: move) { return .moved(earlier) }
        let dossier = try connection.dossier(for: move)
        let reading = typed.read(in: reference, today: now.day)
        if !reading.problems.isEmpty { return .invalid(reading.problems) }
        switch try judge(typed, on: dossier, at: now, connection) {
        case .confirm: return .confirm
        case .invalid(let problems): return .invalid(problems)
        case .accepted(let recommendation, let unpublicised):
            let added = try additions(reading.additions, connection)
            var remarks = added.isEmpty ? [] : ["增加审核单位：" + added.map(\.name).joined(separator: "、")]
            if unpublicised { remarks.append("未填写公示信息，经确认提交") }
            move = Move(
                .pass(inserting: added.map(\.addition)), on: id, by: actor, seenVersion: token.version, seenDigest: typed.seen, key: token.key, opinion: reading.opinion,
                remark: remarks.joined(separator: "；"), recommendation: recommendation.isEmpty ? nil : recommendation)
            if case .staff(let member) = actor {
                try connection.countUse(of: typed.used, by: member)
                try connection.dropOpinionDrafts(on: id, of: member)
            }
            return .moved(try connection.move(move, at: now))
        }
    }

    /// The recommendation belongs to the applicant's own unit (M10); of others nothing is asked.
    private func judge(_ typed: PassForm, on dossier: Dossier, at now: Instant, _ connection: any Connection) throws -> Recommendation.Judgement {
        guard dossier.journey.stage.stop == 0, let plan = try connection.plan(dossier.plan) else {
            return .accepted(Recommendation(values: [:]), unpublicised: false)
        }
        // What the first reviewer fills in ahead is demanded of nobody yet (D3).
        let leaves = dossier.journey.stage == dossier.journey.chain.lastStep(of: 0)
        let demand: PublicityRule.Demand = typed.demandsPublicity ? .required : plan.publicity.demand
        let rule = leaves ? PublicityRule(demand: demand, workingDays: plan.publicity.workingDays) : PublicityRule(demand: .optional, workingDays: plan.publicity.workingDays)
        return Recommendation.judge(
            from: { typed.values[$0] ?? "" }, with: try supplement(to: dossier, under: plan, leaves: leaves, connection), rule: rule, confirmed: typed.confirmed,
            calendar: calendar, in: reference, today: now.day)
    }

    /// The proofs that were uploaded, and the unit's post table of the plan's year, which blocks only the pass that leaves the unit (M12).
    private func supplement(
        to dossier: Dossier, under plan: ReviewPlan, leaves: Bool, _ connection: any Connection
    ) throws -> Recommendation.Supplement {
        let proofs = try connection.proofs(of: dossier.id)
        guard leaves, !plan.waivesPostTable, let unit = try connection.unit(dossier.unit) else { return .init(proofs: proofs) }
        return .init(proofs: proofs, posts: try connection.postTable(of: unit.id, year: plan.year)?.table, postsRequired: unit.postManagement)
    }

    private func additions(_ typed: [PassForm.Added], _ connection: any Connection) throws -> [(name: String, addition: ReviewChain.Addition)] {
        let units = try connection.units(typed.map(\.unit))
        return try typed.map { added in
            guard let unit = units[added.unit] else { throw Problem.refused("增加的审核单位不存在，请重新选择。") }
            return (unit.name, ReviewChain.Addition(unit: unit.id, steps: unit.steps, reason: added.reason))
        }
    }
}
