import Domain

/// What `verify` compares the records with besides themselves.
public struct VerificationBasis: Sendable {
    /// Checkpoints as they were kept outside the database.
    public var exported: [Checkpoint.Line]
    /// Whether the store of files holds a content, unaltered; nil: not asked.
    public var holds: (@Sendable (String) async throws -> Bool)?

    public init(exported: [Checkpoint.Line] = [], holds: (@Sendable (String) async throws -> Bool)? = nil) {
        self.exported = exported
        self.holds = holds
    }
}

extension Database {
    /// Recomputes every chain from what its rows hold, takes every trail again through the workflow, and compares the result with every
    /// row that follows from it, with the signed checkpoints, and with the files. Reads page by page, while others write.
    public func verify(_ basis: VerificationBasis = VerificationBasis(), progress: @Sendable (Int) -> Void = { _ in }) async throws -> Verification {
        var verification = Verification()
        let clock = ContinuousClock()
        let started = clock.now
        try await verifyDossiers(&verification, progress)
        verification.seconds = Double((clock.now - started) / .milliseconds(1)) / 1000
        try await verifyRecords(&verification)
        let keys = try await verifySigningKeys(&verification)
        try await verifyCheckpoints(basis.exported, keys, &verification)
        verification.findings += try await read { try $0.referenceFindings() }
        if let holds = basis.holds { try await verifyFiles(&verification, holds) }
        return verification
    }

    /// One page is read while others are checked.
    private func verifyDossiers(_ verification: inout Verification, _ progress: @Sendable (Int) -> Void) async throws {
        let limits = try await read { try $0.planLimits() }
        try await withThrowingTaskGroup(of: (dossiers: Int, entries: Int, findings: [Discrepancy], check: DossierCheck).self) { group in
            var (last, running) = ("", 0)
            // They remember what many dossiers have in common.
            var idle = [DossierCheck(limits: limits)]
            func collect() async throws {
                guard let done = try await group.next() else { return }
                running -= 1
                idle.append(done.check)
                verification.dossiers += done.dossiers
                verification.entries += done.entries
                verification.findings += done.findings
                progress(verification.dossiers)
            }
            while let page = try await read({ [last] in try $0.accounts(after: last, limit: 250) }) {
                last = page.last
                try Task.checkCancellation()
                if running >= 3 { try await collect() }
                group.addTask { [check = idle.popLast() ?? DossierCheck(limits: limits)] in
                    var check = check
                    let findings = page.accounts.flatMap { check.findings(in: $0) }
                    return (page.accounts.count, page.accounts.reduce(0) { $0 + $1.trail.count }, findings, check)
                }
                running += 1
            }
            while running > 0 { try await collect() }
        }
    }

    /// The chains of other records, and ends of chains that are not there at all.
    private func verifyRecords(_ verification: inout Verification) async throws {
        let (entries, findings) = try await read { connection in
            var (entries, findings) = (0, try connection.orphanFindings())
            let kinds: [(String, EntryForm, [String: [SealedRow]])] = [
                (Chain.Prefix.revelations, .revelation, try connection.revelationRows()), (Chain.Prefix.postTables, .postTable, try connection.postTableRows()),
                (Chain.Prefix.administration, .administration, try connection.administrationRows()),
                (Chain.Prefix.unitRequests, .unitRequest, try connection.unitRequestRows()),
                (Chain.Prefix.personRequests, .personRequest, try connection.personRequestRows()),
            ]
            findings += try connection.unitRequestFindings() + connection.countFindings() + connection.circularFindings() + connection.personRequestFindings()
            for (prefix, form, rows) in kinds {
                let ends = try connection.chainEnds(after: prefix, through: prefix + "~")
                var check = ChainCheck()
                for name in Set(rows.keys).union(ends.keys).sorted() {
                    let rows = rows[name] ?? []
                    entries += rows.count
                    findings += check.findings(rows, Chain(name: name, form: form), ends[name] ?? ChainEnds(), as: name)
                }
            }
            return (entries, findings)
        }
        verification.entries += entries
        verification.findings += findings
    }

    private func verifyFiles(_ verification: inout Verification, _ holds: @Sendable (String) async throws -> Bool) async throws {
        var last = ""
        while true {
            let digests = try await read { [last] in try $0.rows("SELECT digest FROM files WHERE digest > \(last) ORDER BY digest LIMIT 500") { try $0.text() } }
            guard let end = digests.last else { return }
            for digest in digests {
                try Task.checkCancellation()
                verification.files += 1
                let isHeld: Bool
                do { isHeld = try await holds(digest) } catch { isHeld = false }
                if !isHeld { verification.findings.append(Discrepancy(.file, digest, nil, "文件不在存储中，或内容已被改变")) }
            }
            last = end
        }
    }
}

extension Connection {
    fileprivate func planLimits() throws -> [Value: Replay.Limits] {
        let limits = try rows("SELECT id, reviews_until, acceptance_until FROM plans") { row in
            let id = row.value()
            return (id, Replay.Limits(reviews: try row.day().end.milliseconds, acceptance: try row.day().end.milliseconds))
        }
        return Dictionary(limits, uniquingKeysWith: { first, _ in first })
    }

    /// Ends of trails whose dossier is gone, and of chains that are of no kind.
    fileprivate func orphanFindings() throws -> [Discrepancy] {
        let orphans = try rows(
            """
            SELECT DISTINCT e.chain FROM (SELECT chain FROM heads UNION SELECT chain FROM checkpoint_leaves) e
            WHERE substr(e.chain, 1, 8) = 'dossier/' AND NOT EXISTS (SELECT 1 FROM dossiers d WHERE d.id = substr(e.chain, 9)) ORDER BY e.chain
            """
        ) { try $0.text() }
        let strange = try rows(
            """
            SELECT DISTINCT e.chain FROM (SELECT chain FROM heads UNION SELECT chain FROM checkpoint_leaves) e
            WHERE substr(e.chain, 1, 8) <> 'dossier/' AND substr(e.chain, 1, 12) <> 'revelations/' AND substr(e.chain, 1, 12) <> 'post-tables/'
                AND substr(e.chain, 1, 15) <> 'administration/' AND substr(e.chain, 1, 14) <> 'unit-requests/'
                AND substr(e.chain, 1, 16) <> 'person-requests/'
            """
        ) { try $0.text() }
        return orphans.map { Discrepancy(.chain, String($0.dropFirst(8)), 1, "登记过的材料已不在") } + strange.map { Discrepancy(.chain, $0, nil, "不认识的链") }
    }

    fileprivate func revelationRows() throws -> [String: [SealedRow]] {
        let rows = try rows(
            """
            SELECT dossier_id, number, algorithm, salt, hash, id, person_id, unit_id, unit_name, reader_id, reader_name, at FROM revelations ORDER BY dossier_id, number
            """
        ) { row in (Chain.Prefix.revelations + (try row.text()), row.sealed(values: 7)) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    fileprivate func postTableRows() throws -> [String: [SealedRow]] {
        let rows = try rows(
            """
            SELECT unit_id, year, number, algorithm, salt, hash, body, file_id, name, digest, saved_by, saved_by_name, saved_at FROM post_tables
            ORDER BY unit_id, year, number
            """
        ) { row in ("\(Chain.Prefix.postTables)\(try row.text())/\(try row.integer())", row.sealed(values: 7)) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    fileprivate func administrationRows() throws -> [String: [SealedRow]] {
        let rows = try rows(
            """
            SELECT unit_id, number, algorithm, salt, hash, request_key, act, subject_id, subject_name, person_id, person_name, actor_unit_id,
                actor_unit_name, before, after, at FROM administration ORDER BY unit_id, number
            """
        ) { row in (Chain.Prefix.administration + (try row.text()), row.sealed(values: 11)) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    /// What the engine itself can tell of its file, where it keeps one.
    fileprivate func referenceFindings() throws -> [Discrepancy] {
        switch engine {
        case .postgres: return []
        case .sqlite:
            let broken = try rows("PRAGMA integrity_check(20)") { try $0.text() }.filter { $0 != "ok" }
            let dangling = try rows("PRAGMA foreign_key_check") { row in (table: try row.text(), row: row.value()) }
            return broken.map { Discrepancy(.row, "", nil, "数据库文件已损坏：\($0)") }
                + dangling.prefix(20).map { Discrepancy(.row, $0.table, nil, "有一行指向不存在的记录") }
        }
    }
}

extension Row {
    /// number, algorithm, salt, hash and so many values, with nulls for those that stand in other tables.
    mutating func sealed(values count: Int, and nulls: Int = 0) -> SealedRow {
        SealedRow(number: value(), algorithm: value(), salt: value(), hash: value(), values: values(count, and: nulls))
    }
}
