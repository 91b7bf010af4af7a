import Domain

/// A notice that a step has sent to a person or a unit.
public struct Message: Sendable, Hashable {
    public let dossier: ID<Dossier>
    public let sender: String
    public let body: String
    public let sentAt: Instant
}

extension Connection {
    /// The newest messages of whoever reads: his own, or those of his unit about dossiers he may see.
    public func messages(for actor: Actor, limit: Int) throws -> [Message] {
        let recipient: SQL =
            switch actor {
            case .applicant(let person): "m.person_id = \(person)"
            case .staff(let member): "m.unit_id = \(member.unit)"
            }
        return try rows(
            """
            SELECT m.dossier_id, m.sender, m.body, m.sent_at FROM messages m JOIN dossiers d ON d.id = m.dossier_id
            WHERE \(recipient) AND (\(visible(to: actor))) ORDER BY m.sent_at DESC, m.dossier_id, m.number LIMIT \(limit)
            """
        ) { Message(dossier: try $0.id(), sender: try $0.text(), body: try $0.text(), sentAt: try $0.instant()) }
    }

    /// Sends what a step has to say: to the applicant, and to the units that had passed what is now stopped or taken away.
    func notify(of move: Move, number: Int, on dossier: Dossier, to next: Journey, at now: Instant) throws {
        let sender = if case .staff(let member) = move.actor { try unit(member.unit)?.name ?? "" } else { dossier.applicantName }
        let plan = try plan(dossier.plan)?.name ?? ""
        var notices: [(person: ID<Person>?, unit: ID<WorkUnit>?, body: String)] = []
        if let text = noticeToApplicant(move, to: next, sender: sender) {
            notices.append((dossier.applicant, nil, "您申报的“\(plan)”\(text)"))
        }
        if let text = noticeToUnits(move) {
            let seeing = Set(try desks(of: dossier.id).keys)
            for unit in units(toldOf: move, on: dossier) where seeing.contains(unit) {
                notices.append((nil, unit, "\(dossier.applicantName)的申报材料\(text)"))
            }
        }
        for (position, notice) in notices.enumerated() {
            try run(
                """
                INSERT INTO messages (dossier_id, number, position, person_id, unit_id, sender, body, sent_at)
                VALUES (\(dossier.id), \(number), \(position), \(notice.person), \(notice.unit), \(sender), \(notice.body), \(now))
                """)
        }
    }

    /// The unit from which a dossier is withdrawn; otherwise the units below the one that acted.
    private func units(toldOf move: Move, on dossier: Dossier) -> [ID<WorkUnit>] {
        let chain = dossier.journey.chain
        let stop = dossier.journey.stage.stop
        if move.step.name == .withdraw { return [stop.map { chain.stops[$0].actingUnit } ?? chain.acceptanceUnit] }
        return chain.stops.prefix(stop ?? chain.stops.count).map(\.unit)
    }

    private func noticeToApplicant(_ move: Move, to next: Journey, sender: String) -> String? {
        switch move.step.name {
        case .submit, .recall, .resubmit, .abandon: nil
        case .pass where next.stage.name == .secondReview: nil
        case .pass: "已由\(sender)审核通过，提交下一环节。"
        case .giveBack, .requestCorrection: "被\(sender)\(move.step.name.title)：\(move.opinion)"
        case .extend: "的修改提交截止时间已由\(sender)改为 \(move.deadline.map { $0.adding(seconds: -1).day.description } ?? "")。"
        case .fail: "经\(sender)审核不通过：\(move.opinion)"
        case .reopen: "由\(sender)重新审核。"
        case .accept: "已由\(sender)受理。"
        case .refuse: "被\(sender)不予受理：\(move.opinion)"
        case .conclude: "已办结，结果为\(next.stage.name.title)。"
        case .takeBack, .withdraw, .handOver: nil
        }
    }

    private func noticeToUnits(_ move: Move) -> String? {
        switch move.step.name {
        case .giveBack, .requestCorrection, .fail, .refuse: "已被上级\(move.step.name.title)：\(move.opinion)"
        case .withdraw: "已由报送单位撤回。"
        case .submit, .recall, .pass, .takeBack, .extend, .resubmit, .reopen, .handOver, .accept, .abandon, .conclude: nil
        }
    }
}
