import Domain
import Storage

extension Site {
    /// Takes what was decided in bulk one by one, each checked again in a transaction of its own; begun again, it goes on where it was.
    func takeBulks(_ shift: Shift) async throws {
        while let (bulk, item) = try await database.read({ try $0.nextBulkItem() }) {
            try Task.checkCancellation()
            let now = shift.clock()
            do {
                try await shift.write { connection in
                    guard let member = try connection.staff(bulk.staff, on: now.day) else { throw Problem.notAllowed("办理人已不是本单位工作人员，或已停用。") }
                    let answer = try self.take(item, of: bulk, by: .staff(member), at: now, connection)
                    try connection.settle(item, of: bulk.id, as: .done, answer)
                }
            } catch let problem as Problem {
                guard let reason = problem.reason else { throw problem }
                try await shift.write { try $0.settle(item, of: bulk.id, as: .refused, reason) }
            }
        }
    }

    private func take(_ item: Bulk.Item, of bulk: Bulk, by actor: Actor, at now: Instant, _ connection: any Connection) throws -> String {
        let key = item.key(in: bulk.id)
        switch bulk.kind {
        case .remind:
            try connection.urge(item.dossier, by: actor, key: key, at: now)
            return "已提醒"
        case .giveBack:
            let move = Move(
                .giveBack, on: item.dossier, by: actor, seenVersion: item.version, key: key, opinion: bulk.said.opinion, deadline: bulk.said.deadline?.end)
            return try told(try connection.move(move, at: now), connection)
        case .pass:
            switch try passing(try form(item, bulk, by: actor, at: now, connection), on: item.dossier, FormToken(key: key, version: item.version), by: actor, at: now, connection) {
            case .moved(let moved): return try told(moved, connection)
            case .confirm: throw Problem.refused("未填写公示信息。")
            case .invalid(let problems): throw Problem.invalid(problems)
            }
        }
    }

    private func told(_ moved: Moved, _ connection: any Connection) throws -> String {
        try connection.trail(of: moved.dossier).first { $0.number == moved.number }?.title ?? ""
    }

    /// The form that would have been sent for one dossier: what its first reviewer has prepared, with what is shared by all in place of it.
    private func form(_ item: Bulk.Item, _ bulk: Bulk, by actor: Actor, at now: Instant, _ connection: any Connection) throws -> PassForm {
        var form = PassForm()
        form.opinion = bulk.said.opinion
        let dossier = try connection.dossier(item.dossier, for: actor)
        form.seen = try connection.content(of: dossier.id)?.digest ?? ""
        let chain = dossier.journey.chain
        guard dossier.journey.stage.stop == 0, dossier.journey.stage == chain.lastStep(of: 0) else { return form }
        form.demandsPublicity = true
        form.values = (try connection.recommendation(of: dossier, for: actor)?.values ?? [:]).merging(bulk.said.values.filter { !$0.value.isEmpty }) { $1 }
        if case .staff(let member) = actor { for proof in bulk.said.proofs { try connection.addProof(proof, to: dossier.id, by: member, at: now) } }
        return form
    }
}

extension Problem {
    /// The sentence for whoever was not there; nil for what is to be tried again.
    fileprivate var reason: String? {
        switch self {
        case .notFound: "材料已不在本单位，或您没有查看它的权限。"
        case .notAllowed(let reason), .refused(let reason): reason
        case .changedMeanwhile(let change): "\(change.by) 已于 \(change.at.text) 进行“\(change.what)”，材料已变化。"
        case .invalid(let problems): problems.map(\.message).joined(separator: "；")
        case .forgedForm, .malformed, .tooLarge, .signInFirst: "无法处理。"
        case .unavailable: nil
        }
    }
}
