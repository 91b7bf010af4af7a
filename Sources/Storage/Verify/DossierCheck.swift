import Domain

/// Checks one dossier after another: its chain, its trail taken again, and its rows against where the trail leads.
struct DossierCheck {
    let limits: [Value: Replay.Limits]
    private var chains = ChainCheck()
    private var arrivals: [ReviewChain.Arrival: String] = [:]
    private var pledges: [Value: String] = [:]
    private var arguments = StepArguments()

    init(limits: [Value: Replay.Limits]) { self.limits = limits }

    mutating func findings(in account: DossierAccount) -> [Discrepancy] {
        guard case .text(let text) = account.row[0], let id = ID<Dossier>(text), case .integer(let openedAt) = account.row[20] else {
            return [Discrepancy(.row, "", nil, "有一份材料的编号或创建时间不可读")]
        }
        var findings = chains.findings(account.trail, .trail(of: id), account.ends, as: text)
        var replay = Replay(applicant: account.row[4], openedAt: openedAt)
        let limits = limits[account.row[2]]
        for (index, entry) in account.trail.enumerated() {
            do {
                try replay.take(entry, contents: account.contents, limits: limits, &arguments)
            } catch let wrong as Replay.Wrong {
                return findings + [Discrepancy(wrong.kind, text, index + 1, wrong.sentence)]
            } catch {
                return findings + [Discrepancy(.row, text, index + 1, "这一条记录不可读")]
            }
        }
        do {
            findings += try rowFindings(account, replay).map { Discrepancy(.replay, text, nil, "“\($0)”与经办流程得出的不符") }
            findings += try contentFindings(account, replay).map { Discrepancy($0.0, text, nil, $0.1) }
        } catch {
            findings.append(Discrepancy(.row, text, nil, "材料的记录不可读"))
        }
        return findings
    }

    /// Columns that are not what the trail leads to.
    private mutating func rowFindings(_ account: DossierAccount, _ replay: Replay) throws -> [String] {
        func optional(_ number: Int64?) -> Value { number.map { .integer($0) } ?? .null }
        let journey = replay.journey
        let arrival = try arrivalText(journey?.chain.arrival ?? .none)
        var expected: [(Int, String, Value)] = [
            (1, "version", .integer(replay.version)), (9, "stage", (journey?.stage.name ?? .draft).bound), (10, "stop", (journey?.stage.stop ?? 0).bound),
            (11, "round", (journey?.round ?? 0).bound), (12, "arrival", arrival.bound), (13, "correction_requested", (journey?.chain.correctionRequested ?? false).bound),
            (16, "arrived_at", .integer(replay.arrivedAt)), (17, "deadline", optional(replay.deadline)), (18, "edition", .integer(replay.edition)),
            (19, "submitted_at", optional(replay.firstSubmittedAt)), (23, "returned_by", journey?.returner?.bound ?? .null), (24, "reviewed_by", replay.reviewedBy?.bound ?? .null),
            (25, "place_id", journey?.place?.bound ?? .null), (26, "authority_id", account.row[27]),
        ]
        if let submission = replay.submission {
            expected += [
                (2, "plan_id", submission.plan.bound), (3, "year", submission.year.bound), (5, "person_name", submission.applicantName.bound),
                (6, "unit_id", submission.stops.first?.unit.bound ?? .null), (7, "unit_name", submission.unitName.bound),
                (14, "acceptance_unit_id", submission.acceptanceUnit.bound), (15, "reentry", submission.reentry.bound),
            ]
            if let title = replay.title { expected.append((8, "title_code", title.isEmpty ? .null : title.bound)) }
        }
        var wrong = expected.filter { account.row[$0.0] != $0.2 }.map { "dossiers.\($0.1)" }
        let stops = (journey?.chain.stops ?? []).enumerated().map { position, stop -> [Value] in
            [
                position.bound, stop.unit.bound, stop.steps.bound, stop.insertion?.by.bound ?? .null, (stop.insertion?.reason ?? "").bound, stop.handedTo?.bound ?? .null,
            ]
        }
        if stops != account.stops { wrong.append("stops") }
        let own = replay.submission?.stops.first?.unit
        // As the dossier's own row has them, each of which is compared itself.
        let narrowing = [3, 8, 22, 14, 9].map { account.row[$0] }
        let desks = replay.desks.map { unit, desk -> [Value] in
            [unit.bound, (unit == own).bound, desk.waiting.bound, desk.acted.bound, .integer(replay.deskTimes[unit] ?? 0), optional(replay.actedTimes[unit])] + narrowing
        }
        if desks.count != account.desks.count || Set(desks) != Set(account.desks) { wrong.append("desks") }
        return wrong
    }

    private mutating func arrivalText(_ arrival: ReviewChain.Arrival) throws -> String {
        if let known = arrivals[arrival] { return known }
        let text = try JSON.text(arrival)
        if arrivals.count < 1000 { arrivals[arrival] = text }
        return text
    }

    /// Contents against their digests and against the files that stand beside them.
    private mutating func contentFindings(_ account: DossierAccount, _ replay: Replay) throws -> [(Discrepancy.Kind, String)] {
        guard account.contents.count == Int(replay.edition) else { return [(.content, "所存的材料版本数与经办流程不符")] }
        var documents = SealedDocuments()
        for (index, row) in account.contents.enumerated() {
            guard row[0] == .integer(Int64(index + 1)), case .text(let text) = row[1] else { return [(.content, "第 \(index + 1) 版材料不可读")] }
            let body = Array(text.utf8)
            guard row[2] == .text(hex(sha256(body))) else { return [(.content, "第 \(index + 1) 版材料与其摘要不符")] }
            documents.contents.append(body)
        }
        for (edition, pledge) in replay.pledges where pledgeDigest(account.contents[edition - 1][3]) != pledge {
            return [(.content, "第 \(edition) 版材料的诚信承诺与提交时签署的不符")]
        }
        for (number, body) in account.recommendations { if case .integer(let entry) = number { documents.recommendations[entry] = Array(body.utf8) } }
        guard try documents.says(specialty: account.row[21], kind: account.row[22]) else { return [(.content, "申报专业或申报类型与提交的材料不符")] }
        return try documents.agree(with: account.files) ? [] : [(.file, "附件的登记与提交的材料或推荐意见不符")]
    }

    private mutating func pledgeDigest(_ pledge: Value) -> String {
        guard case .text(let text) = pledge else { return "" }
        if let known = pledges[pledge] { return known }
        let made = digest(text)
        pledges[pledge] = made
        return made
    }
}
