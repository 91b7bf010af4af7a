import Domain

extension Connection {
    /// Part of migration 0004: chains what was recorded before there were chains. What a step carried was not kept then; it is taken
    /// from what it left: the stops that stand are those of the submission and those that passes have inserted. Where a stop was
    /// inserted and dropped again, that is lost, and `verify` will say that the trail does not lead where the dossier is.
    func chainRecords() throws {
        var hasher = EntryHasher()
        var last = ""
        while true {
            let dossiers: [ID<Dossier>] = try rows("SELECT DISTINCT dossier_id FROM trail WHERE dossier_id > \(last) ORDER BY dossier_id LIMIT 500") { try $0.id() }
            for dossier in dossiers { try chainTrail(of: dossier, &hasher) }
            guard let end = dossiers.last else { break }
            last = end.text
        }
        try chainRevelations(&hasher)
        try chainPostTables(&hasher)
    }

    private func chainTrail(of dossier: ID<Dossier>, _ hasher: inout EntryHasher) throws {
        let arguments = try recoveredArguments(of: dossier)
        var head: Head?
        for (entry, argument) in zip(try sealedTrail(of: dossier), arguments) {
            var values = entry.values
            values[EntryForm.trail.fields.firstIndex(of: "argument") ?? 0] = argument.bound
            let link = Chain.trail(of: dossier).link(values, after: head, &hasher)
            head = link.head
            try run(
                """
                UPDATE trail SET argument = \(argument), salt = \(hex(link.salt)), hash = \(hex(link.head.hash)), algorithm = \(EntryForm.trail.algorithm)
                WHERE dossier_id = \(dossier) AND number = \(link.head.number)
                """)
        }
        if let head { try put(head) }
    }

    private func recoveredArguments(of id: ID<Dossier>) throws -> [String] {
        guard let dossier = try loadDossier(id, where: "1 = 1") else { return [] }
        let submission = try submission(of: dossier)
        let pledges = Dictionary(
            try rows("SELECT t.number, c.pledge FROM trail t JOIN contents c ON c.dossier_id = t.dossier_id AND c.edition = t.edition WHERE t.dossier_id = \(id)") {
                (try $0.integer(), digest(try $0.text()))
            }, uniquingKeysWith: { first, _ in first })
        var journey: Journey?
        return try trail(of: id).map { entry in
            let step = recoveredStep(entry, from: journey, to: dossier.journey.chain)
            let frozen = entry.step == .submit ? submission.asSubmitted : nil
            if let frozen { journey = Journey(stage: .draft, chain: frozen.chain, round: journey?.round ?? 0) }
            do throws(Refusal) { journey = try journey?.after(step) } catch { journey = nil }
            return try step.argument(submitting: frozen, signing: pledges[entry.number].map { Signature(pledge: $0, title: submission.title) })
        }
    }

    private func recoveredStep(_ entry: TrailEntry, from journey: Journey?, to chain: ReviewChain) -> Step {
        let stop = journey?.stage.stop.flatMap { journey?.chain.stops.indices.contains($0) == true ? journey?.chain.stops[$0] : nil }
        switch entry.step {
        case .pass:
            guard entry.remark.contains("增加审核单位"), let stop, let on = journey?.chain.stops.map(\.unit) else { return .pass() }
            return .pass(
                inserting: chain.stops.filter { $0.insertion?.by == stop.unit && !on.contains($0.unit) }.map {
                    .init(unit: $0.unit, steps: $0.steps, reason: $0.insertion?.reason ?? "")
                })
        case .handOver:
            guard let unit = entry.unit, let stop else { return .extend }
            return .handOver(to: stop.actingUnit == unit ? stop.unit : unit)
        case .conclude: return .conclude(entry.after == .passed ? .passed : entry.after == .notPassed ? .notPassed : .lapsed)
        case .submit: return .submit
        case .recall: return .recall
        case .takeBack: return .takeBack
        case .withdraw: return .withdraw
        case .giveBack: return .giveBack
        case .extend: return .extend
        case .resubmit: return .resubmit
        case .fail: return .fail
        case .reopen: return .reopen
        case .recuse: return .recuse
        case .accept: return .accept
        case .requestCorrection: return .requestCorrection
        case .refuse: return .refuse
        case .abandon: return .abandon
        }
    }

    private func chainRevelations(_ hasher: inout EntryHasher) throws {
        let rows = try rows("SELECT dossier_id, id, person_id, unit_id, unit_name, reader_id, reader_name, at FROM revelations ORDER BY dossier_id, at, id") { row in
            (dossier: try row.id() as ID<Dossier>, values: (0..<7).map { _ in row.value() })
        }
        for (dossier, found) in Dictionary(grouping: rows, by: \.dossier) {
            var head: Head?
            for row in found {
                let link = Chain.revelations(beside: dossier).link(row.values, after: head, &hasher)
                head = link.head
                guard case .text(let id) = row.values[0] else { continue }
                try run("UPDATE revelations SET number = \(link.head.number), salt = \(hex(link.salt)), hash = \(hex(link.head.hash)) WHERE id = \(id)")
            }
            if let head { try put(head) }
        }
    }

    private func chainPostTables(_ hasher: inout EntryHasher) throws {
        let rows = try rows(
            "SELECT unit_id, year, number, body, file_id, name, digest, saved_by, saved_by_name, saved_at FROM post_tables ORDER BY unit_id, year, number"
        ) { row in
            (unit: try row.id() as ID<WorkUnit>, year: try row.integer(), number: try row.integer(), values: (0..<7).map { _ in row.value() })
        }
        var head: Head?
        for row in rows {
            let chain = Chain.postTables(of: row.unit, year: row.year)
            let link = chain.link(row.values, after: head?.chain == chain.name ? head : nil, &hasher)
            head = link.head
            try run(
                """
                UPDATE post_tables SET salt = \(hex(link.salt)), hash = \(hex(link.head.hash))
                WHERE unit_id = \(row.unit) AND year = \(row.year) AND number = \(row.number)
                """)
            try put(link.head)
        }
    }
}

extension Submission {
    /// As it was when it was submitted: without what passes and hand-overs have changed on the route since.
    fileprivate var asSubmitted: Submission {
        Submission(
            plan: plan, year: year, applicantName: applicantName, unitName: unitName, title: title, pledge: pledge, acceptanceUnit: acceptanceUnit,
            reentry: reentry, stops: stops.filter { $0.insertion == nil }.map { .init(unit: $0.unit, steps: $0.steps) })
    }
}
