import Domain

/// Everything that is recorded of one dossier, as it lies in the columns: read whatever it is, judged later.
struct DossierAccount: Sendable {
    let id: String
    /// In the order of `DossierAccount.columns`.
    let row: [Value]
    var trail: [SealedRow] = []
    /// edition, body, digest, pledge, submitted_at.
    var contents: [[Value]] = []
    /// Bodies of recommendations by the number of their entry.
    var recommendations: [Value: String] = [:]
    /// position, unit_id, steps, inserted_by, insertion_reason, handed_to.
    var stops: [[Value]] = []
    /// unit_id, own, waiting, acted, arrived_at, acted_at, year, title_code, application_kind, acceptance_unit_id, stage.
    var desks: [[Value]] = []
    /// part, row_id, settled, id, name, digest, kind, bytes, pages.
    var files: [[Value]] = []
    var ends = ChainEnds()
    /// What each entry told whom, by its number, until it is put beside the entry.
    fileprivate var told: [(Value, Told)] = []

    init(_ row: [Value]) {
        self.row = row
        id = if case .text(let id) = row[0] { id } else { "" }
    }

    static let columns: SQL = """
        d.id, d.version, d.plan_id, d.year, d.person_id, d.person_name, d.unit_id, d.unit_name, d.title_code, d.stage, d.stop, d.round, d.arrival,
        d.correction_requested, d.acceptance_unit_id, d.reentry, d.arrived_at, d.deadline, d.edition, d.submitted_at, d.created_at,
        d.specialty, d.application_kind, d.returned_by, d.reviewed_by, d.place_id, d.authority_id,
        (SELECT p.authority_id FROM plans p WHERE p.id = d.plan_id)
        """
}

/// An entry of a chain as it lies in its row.
struct SealedRow: Sendable {
    let number: Value
    let algorithm: Value
    let salt: Value
    let hash: Value
    /// In the order of its form.
    var values: [Value]
}

/// What is written elsewhere of where a chain ends and ended.
struct ChainEnds: Sendable {
    /// number, hash, checkpoint.
    var head: [Value]?
    /// number, hash, checkpoint; oldest first.
    var leaves: [[Value]] = []
}

/// Dossiers in the order of their ids.
struct AccountPage: Sendable {
    let accounts: [DossierAccount]
    let last: String
}

/// Accounts in the order of their ids, which rows in the same order fill.
private struct Accounts {
    private(set) var all: [DossierAccount]
    private var place = 0

    init(_ all: [DossierAccount]) { self.all = all }

    /// Begins anew at the first account.
    mutating func restart() { place = 0 }

    /// Gives a row, which begins with an id, to the account of that id, if there is one.
    mutating func give(_ row: inout Row, _ take: (inout DossierAccount, inout Row) throws -> Void) throws {
        if place < all.count, row.skip(all[place].id) { return try take(&all[place], &row) }
        guard find(try row.text()) else { return }
        try take(&all[place], &row)
    }

    mutating func give(_ ends: ChainEnds, to id: String) {
        if find(id) { all[place].ends = ends }
    }

    private mutating func find(_ id: String) -> Bool {
        while place < all.count, all[place].id < id { place += 1 }
        return place < all.count && all[place].id == id
    }

    mutating func placeMessages() {
        for place in all.indices { all[place].placeMessages() }
    }
}

extension Connection {
    /// The accounts behind an id; nil behind the last.
    func accounts(after last: String, limit: Int) throws -> AccountPage? {
        let found = try rows("SELECT \(DossierAccount.columns) FROM dossiers d WHERE d.id > \(last) ORDER BY d.id LIMIT \(limit)") { $0.values(28) }
        guard case .text(let through)? = found.last?.first else { return nil }
        var accounts = Accounts(found.map(DossierAccount.init))
        func within(_ column: SQL) -> SQL { "\(column) > \(last) AND \(column) <= \(through)" }
        try readTrails(within("dossier_id"), into: &accounts)
        try fill(
            &accounts,
            "SELECT dossier_id, edition, body, digest, pledge, submitted_at FROM contents WHERE \(within("dossier_id")) ORDER BY dossier_id, edition"
        ) { $0.contents.append($1.values(5)) }
        try fill(
            &accounts,
            """
            SELECT dossier_id, position, unit_id, steps, inserted_by, insertion_reason, handed_to FROM stops WHERE \(within("dossier_id"))
            ORDER BY dossier_id, position
            """
        ) { $0.stops.append($1.values(6)) }
        try fill(
            &accounts,
            """
            SELECT dossier_id, unit_id, own, waiting, acted, arrived_at, acted_at, year, title_code, application_kind, acceptance_unit_id, stage
            FROM desks WHERE \(within("dossier_id")) ORDER BY dossier_id
            """
        ) { $0.desks.append($1.values(11)) }
        try fill(
            &accounts,
            """
            SELECT a.dossier_id, a.part, a.row_id, a.settled, a.id, a.name, a.digest, f.kind, f.bytes, f.pages
            FROM attachments a JOIN files f ON f.digest = a.digest WHERE \(within("a.dossier_id")) AND a.settled > 0 ORDER BY a.dossier_id
            """
        ) { $0.files.append($1.values(9)) }
        let ends = try chainEnds(after: Chain.Prefix.trail + last, through: Chain.Prefix.trail + through)
        accounts.restart()
        for (chain, ends) in ends.sorted(by: { $0.key < $1.key }) { accounts.give(ends, to: String(chain.dropFirst(Chain.Prefix.trail.count))) }
        return AccountPage(accounts: accounts.all, last: through)
    }

    /// Gives each row to the account whose id its first column has.
    private func fill(_ accounts: inout Accounts, _ statement: SQL, _ take: (inout DossierAccount, inout Row) throws -> Void) throws {
        accounts.restart()
        _ = try rows(statement) { try accounts.give(&$0, take) }
    }

    private func readTrails(_ within: SQL, into accounts: inout Accounts) throws {
        try fill(
            &accounts,
            """
            SELECT dossier_id, number, algorithm, salt, hash, request_key, round, step, stage_before, stage_after, unit_id, unit_name, person_id, person_name,
                at, arrived_at, opinion, deadline, remark, edition, digest, argument FROM trail WHERE \(within) ORDER BY dossier_id, number
            """
        ) { account, row in
            account.trail.append(row.sealed(values: 17, and: 2))
        }
        try fill(&accounts, "SELECT dossier_id, number, body FROM recommendations WHERE \(within) ORDER BY dossier_id, number") { account, row in
            let (number, body) = (row.value(), try row.text())
            account.recommendations[number] = body
            account.set(EntryForm.recommendation, of: number, to: .text(body))
        }
        try fill(
            &accounts,
            """
            SELECT dossier_id, number, position, person_id, unit_id, sender, body, sent_at FROM messages WHERE \(within) ORDER BY dossier_id, number, position
            """
        ) { account, row in
            let number = row.value()
            account.told.append((number, try Told(&row)))
        }
        accounts.placeMessages()
    }

    /// The entries of one dossier as they lie there.
    func sealedTrail(of dossier: ID<Dossier>) throws -> [SealedRow] {
        var account = Accounts([DossierAccount([dossier.bound])])
        try readTrails("dossier_id = \(dossier)", into: &account)
        return account.all[0].trail
    }

    /// The ends of chains whose names lie behind one and not behind another.
    func chainEnds(after: String, through: String) throws -> [String: ChainEnds] {
        var ends: [String: ChainEnds] = [:]
        for row in try rows("SELECT chain, number, hash, checkpoint FROM heads WHERE chain > \(after) AND chain <= \(through)", { (chain: try $0.text(), end: $0.values(3)) }) {
            ends[row.chain, default: ChainEnds()].head = row.end
        }
        let leaves = try rows(
            "SELECT chain, number, hash, checkpoint FROM checkpoint_leaves WHERE chain > \(after) AND chain <= \(through) ORDER BY chain, checkpoint"
        ) { (chain: try $0.text(), leaf: $0.values(3)) }
        for row in leaves { ends[row.chain, default: ChainEnds()].leaves.append(row.leaf) }
        return ends
    }
}

extension DossierAccount {
    /// Puts what stands in another table beside the entry that it belongs to.
    fileprivate mutating func set(_ field: Int, of number: Value, to value: Value) {
        guard let place = trail.lastIndex(where: { $0.number == number }) else { return }
        trail[place].values[field] = value
    }

    fileprivate mutating func placeMessages() {
        var rest = told[...]
        while let entry = rest.first?.0 {
            let ofOne = rest.prefix { $0.0 == entry }
            set(EntryForm.messages, of: entry, to: Storage.told(ofOne.map(\.1)))
            rest = rest.dropFirst(ofOne.count)
        }
        told = []
    }
}

extension Row {
    /// The next columns as they are, and so many nulls behind them.
    mutating func values(_ count: Int, and nulls: Int = 0) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count + nulls)
        for _ in 0..<count { values.append(value()) }
        for _ in 0..<nulls { values.append(.null) }
        return values
    }
}
