import Crypto
import Domain
import Foundation

extension Connection {
    /// Sends a draft: from now on it is as it is. Those who cannot be reached any more are named, and nothing is sent.
    public func send(_ id: ID<Circular>, over seen: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        let (member, now) = (try sending(by.member, at: by.now), by.now)
        if try changed(by: by) != nil { return }
        let draft = try circularDraft(id, of: member)
        guard draft.version == seen else { throw Problem.refused("这份草稿已在另一个窗口中修改。请核对接收人后再次保存或发送。") }
        let lost = try names(of: try unreachable(draft.choices, for: member))
        guard lost.isEmpty else { throw Problem.refused("\(lost.joined(separator: "、"))已不能接收本单位的消息（单位停用、变更上级，或材料不再经本单位办理），请移除后再发送。") }
        guard let unit = try unit(member.unit) else { throw Problem.notFound }
        try run(
            """
            INSERT INTO circulars (id, unit_id, unit_name, staff_id, author_name, subject, body, addressed, confirmed, sent_at)
            VALUES (\(id), \(unit.id), \(unit.name), \(member.id), \(member.name), \(draft.subject), \(draft.body), 0, 0, \(now))
            """)
        for each in draft.choices.units.sorted() {
            try run(
                """
                INSERT INTO circular_addressees (circular_id, addressee, unit_id, person_id, name, sent_at, confirmer_name)
                SELECT \(id), u.id, u.id, NULL, u.name, \(now), '' FROM units u WHERE u.id = \(each)
                """)
        }
        for each in Set(draft.choices.people.map(\.person)).sorted() {
            try run(
                """
                INSERT INTO circular_addressees (circular_id, addressee, unit_id, person_id, name, sent_at, confirmer_name)
                SELECT \(id), p.id, NULL, p.id, p.name, \(now), '' FROM persons p WHERE p.id = \(each)
                """)
        }
        try address(draft.audience, of: id, by: member, at: now)
        let people = Set(draft.choices.people.map(\.person)).count
        let addressed = try count("SELECT COUNT(*) FROM circular_addressees WHERE circular_id = \(id)")
        guard addressed > 0 else { throw Problem.refused("没有接收人，请先选择单位或人员。") }
        try run("UPDATE circulars SET addressed = \(addressed) WHERE id = \(id)")
        try run("DELETE FROM circular_drafts WHERE id = \(id)")
        guard let seal = try circularSeal(id) else { throw Problem.notFound }
        let units = addressed - people
        let facts = [
            "标题": draft.subject, "接收": [units > 0 ? "\(units) 个单位" : nil, people > 0 ? "\(people) 人" : nil].compactMap { $0 }.joined(separator: "、"), Self.sealName: seal,
        ]
        try record(.sendCircular, id.text, named: draft.subject, from: [:], to: facts, by: by)
    }

    private static var sealName: String { "内容和接收人的摘要" }

    /// The names of some people.
    public func personNames(_ ids: [ID<Person>]) throws -> [ID<Person>: String] {
        guard !ids.isEmpty else { return [:] }
        let found = try rows("SELECT id, name FROM persons WHERE id IN \(Set(ids).sorted())") { (try $0.id() as ID<Person>, try $0.text()) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// The names of units, then of people, by which they are told.
    private func names(of choices: Circular.Choices) throws -> [String] {
        try units(choices.units).values.map(\.name).sorted() + personNames(choices.people.map(\.person)).values.sorted()
    }

    /// What a unit has sent, latest first, from before a key on.
    public func circulars(of unit: ID<WorkUnit>, before key: (sentAt: Instant, id: ID<Circular>)? = nil, limit: Int = 50) throws -> [Circular] {
        try rows(circularsQuery(of: unit, before: key, limit: limit), Circular.init)
    }

    func circularsQuery(of unit: ID<WorkUnit>, before key: (sentAt: Instant, id: ID<Circular>)?, limit: Int) -> SQL {
        let earlier: SQL = key.map { "AND (c.sent_at, c.id) < (\($0.sentAt), \($0.id))" } ?? ""
        return "SELECT \(Circular.columns) FROM circulars c WHERE c.unit_id = \(unit) \(earlier) ORDER BY c.sent_at DESC, c.id DESC LIMIT \(limit)"
    }

    /// Whether a draft of this member's has become a circular.
    public func isSent(_ id: ID<Circular>, by member: StaffMember) throws -> Bool {
        try count("SELECT COUNT(*) FROM circulars WHERE id = \(id) AND staff_id = \(member.id)") == 1
    }

    /// What a unit has sent; `Problem.notFound` for another's.
    public func circular(_ id: ID<Circular>, of unit: ID<WorkUnit>) throws -> Circular {
        guard let circular = try first("SELECT \(Circular.columns) FROM circulars c WHERE c.id = \(id) AND c.unit_id = \(unit)", Circular.init) else { throw Problem.notFound }
        return circular
    }

    /// To whom a circular went, by name, from behind a key on. `waiting`: only who has not confirmed it.
    public func addressees(of id: ID<Circular>, waiting: Bool, after key: CircularAddressee.Key? = nil, limit: Int = 50) throws -> [CircularAddressee] {
        try rows(addresseesQuery(of: id, waiting: waiting, after: key, limit: limit)) {
            CircularAddressee(
                id: try $0.text(), name: try $0.text(), isUnit: try $0.optionalText() != nil, confirmedAt: try $0.optionalInstant(), confirmerName: try $0.text())
        }
    }

    func addresseesQuery(of id: ID<Circular>, waiting: Bool, after key: CircularAddressee.Key?, limit: Int) -> SQL {
        let beyond: SQL = key.map { "AND (a.name, a.addressee) > (\($0.name), \($0.id))" } ?? ""
        let unconfirmed: SQL = waiting ? "AND a.confirmed_at IS NULL" : ""
        return """
            SELECT a.addressee, a.name, a.unit_id, a.confirmed_at, a.confirmer_name FROM circular_addressees a
            WHERE a.circular_id = \(id) \(unconfirmed) \(beyond) ORDER BY a.name, a.addressee LIMIT \(limit)
            """
    }

    /// A digest over all that was sent and to whom; nil where there is no such circular.
    private func circularSeal(_ id: ID<Circular>) throws -> String? {
        let sent = try first("SELECT c.unit_id, c.unit_name, c.staff_id, c.author_name, c.subject, c.body, c.addressed, c.sent_at FROM circulars c WHERE c.id = \(id)") {
            $0.values(8)
        }
        guard let sent else { return nil }
        var hash = SHA256()
        func take(_ values: [Value]) throws {
            // Lengths before texts: no two rows read alike.
            let parts = values.map { value in
                switch value {
                case .null: "-"
                case .text(let text): "\(text.utf8.count):\(text)"
                case .integer(let number): "#\(number)"
                case .bytes(let bytes): "\(bytes.count)*\(hex(bytes))"
                }
            }
            hash.update(data: Data((parts.joined(separator: ",") + "\n").utf8))
        }
        try take(sent)
        for row in try rows("SELECT addressee, unit_id, person_id, name, sent_at FROM circular_addressees WHERE circular_id = \(id) ORDER BY addressee", { $0.values(5) }) {
            try take(row)
        }
        return hash.finalize().hexadecimal
    }

    /// Circulars that are not what the record of their unit says, and counts that are not what their rows say.
    func circularFindings() throws -> [Discrepancy] {
        var findings: [Discrepancy] = []
        let recorded = try rows("SELECT subject_id, unit_id, at, after FROM administration WHERE act = \(AdministrativeAct.sendCircular)") {
            (id: try $0.text(), unit: $0.value(), at: $0.value(), after: try $0.text())
        }
        var seals: [String: (unit: Value, at: Value, seal: String?)] = [:]
        for entry in recorded {
            let facts: [String: String]
            // An entry that was altered is told by its chain.
            do { facts = try JSON.value(entry.after) } catch { continue }
            seals[entry.id] = (entry.unit, entry.at, facts[Self.sealName])
        }
        let circulars = try rows(
            """
            SELECT c.id, c.unit_id, c.sent_at, c.addressed, c.confirmed, (SELECT COUNT(*) FROM circular_addressees a WHERE a.circular_id = c.id),
                (SELECT COUNT(*) FROM circular_addressees a WHERE a.circular_id = c.id AND a.confirmed_at IS NOT NULL) FROM circulars c ORDER BY c.id
            """
        ) { (id: try $0.text(), unit: $0.value(), at: $0.value(), counts: $0.values(4)) }
        for each in circulars {
            let known = seals.removeValue(forKey: each.id)
            let seal = try ID<Circular>(each.id).flatMap { try circularSeal($0) }
            if known == nil || seal == nil || known?.seal != seal || known?.unit != each.unit || known?.at != each.at {
                findings.append(Discrepancy(.row, each.id, nil, "消息与发送时的记录不符"))
            }
            if each.counts[0] != each.counts[2] || each.counts[1] != each.counts[3] { findings.append(Discrepancy(.row, each.id, nil, "消息的接收数、确认数与登记不符")) }
        }
        return findings + seals.keys.sorted().map { Discrepancy(.row, $0, nil, "发送过的消息已不在") }
    }
}

extension Circular {
    static let columns: SQL = "c.id, c.unit_id, c.unit_name, c.author_name, c.subject, c.body, c.addressed, c.confirmed, c.sent_at"

    init(_ row: inout Row) throws {
        self.init(
            id: try row.id(), unit: try row.id(), unitName: try row.text(), authorName: try row.text(), subject: try row.text(), body: try row.text(),
            addressed: try row.integer(), confirmed: try row.integer(), sentAt: try row.instant())
    }
}
