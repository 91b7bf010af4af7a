import Domain

/// 批量办理: one decision on many dossiers, each taken by itself.
public struct Bulk: Sendable, Hashable {
    public let id: ID<Bulk>
    public let staff: ID<StaffMember>
    public let kind: Kind
    /// The list from which they were chosen, as addresses have it.
    public let list: String
    public let said: Said
    public let createdAt: Instant

    public init(id: ID<Bulk>, staff: ID<StaffMember>, kind: Kind, list: String, said: Said, createdAt: Instant) {
        self.id = id
        self.staff = staff
        self.kind = kind
        self.list = list
        self.said = said
        self.createdAt = createdAt
    }

    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case pass, giveBack, remind

        public var title: String {
            switch self {
            case .pass: "批量通过"
            case .giveBack: "批量退回"
            case .remind: "批量提醒"
            }
        }
    }

    /// What is said of all of them.
    public struct Said: Sendable, Hashable, Codable {
        public var opinion = ""
        public var deadline: Day?
        /// The shared recommendation and publicity of a unit's own people.
        public var values: [String: String] = [:]
        public var proofs: [Attachment] = []

        public init() {}

        private enum CodingKeys: String, CodingKey { case opinion, deadline, values, proofs }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            opinion = try container.decode(String.self, forKey: .opinion)
            deadline = try container.decodeIfPresent(String.self, forKey: .deadline).flatMap { Day($0) }
            values = try container.decode([String: String].self, forKey: .values)
            proofs = try container.decode([Attachment].self, forKey: .proofs)
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(opinion, forKey: .opinion)
            try container.encodeIfPresent(deadline?.description, forKey: .deadline)
            try container.encode(values, forKey: .values)
            try container.encode(proofs, forKey: .proofs)
        }
    }

    public struct Item: Sendable, Hashable {
        public let position: Int
        public let dossier: ID<Dossier>
        public let applicantName: String
        /// The version that was in the list.
        public let version: Int
        public let state: State
        /// What came of it, or why nothing did.
        public let answer: String

        public enum State: String, Sendable, Hashable { case waiting, done, refused }

        /// The key under which its step stands on the trail: however often it is tried, it is taken once.
        public func key(in bulk: ID<Bulk>) -> String { digest("bulk/\(bulk)/\(dossier)").prefix(52).description }
    }

    /// So many at once.
    public static let most = 500
}

extension Connection {
    /// Takes in a bulk; the same id a second time changes nothing. Of the dossiers nothing is judged yet but that its author sees them.
    public func addBulk(_ bulk: Bulk, of dossiers: [(id: ID<Dossier>, version: Int)], by member: StaffMember) throws {
        if try count("SELECT COUNT(*) FROM bulks WHERE id = \(bulk.id)") > 0 { return }
        guard !dossiers.isEmpty else { throw Problem.refused("没有选择申报人，请先勾选。") }
        guard dossiers.count <= Bulk.most else { throw Problem.refused("一次最多办理 \(Bulk.most) 人，请减少后再提交。") }
        let seen = try seen(among: dossiers.map(\.id), by: member)
        guard !seen.isEmpty else { throw Problem.notFound }
        guard seen.count == dossiers.count else { throw Problem.refused("所选人员有变化，请核对后再确定。") }
        try run(
            """
            INSERT INTO bulks (id, staff_id, kind, list, said, created_at)
            VALUES (\(bulk.id), \(member.id), \(bulk.kind.rawValue), \(bulk.list), \(try JSON.text(bulk.said)), \(bulk.createdAt))
            """)
        for (position, (chosen, dossier)) in zip(dossiers, seen).enumerated() {
            try run(
                """
                INSERT INTO bulk_items (bulk_id, position, dossier_id, applicant_name, version, state, answer)
                VALUES (\(bulk.id), \(position), \(dossier.id), \(dossier.applicantName), \(chosen.version), 'waiting', '')
                """)
        }
        // Whoever does it looks soon, and not at its usual time.
        try run("UPDATE jobs SET due_at = \(bulk.createdAt) WHERE name = 'bulks' AND due_at > \(bulk.createdAt)")
    }

    /// Those of some dossiers that a member sees, in their order.
    public func seen(among ids: [ID<Dossier>], by member: StaffMember) throws -> [Dossier] {
        try ids.compactMap { id in
            do { return try dossier(id, for: .staff(member)) } catch Problem.notFound { return nil }
        }
    }

    /// A bulk of this member's; others' are nobody's business.
    public func bulk(_ id: ID<Bulk>, of member: StaffMember) throws -> Bulk {
        guard let bulk = try bulks(where: "b.id = \(id) AND b.staff_id = \(member.id)").first else { throw Problem.notFound }
        return bulk
    }

    /// A member's bulks since an instant, newest first.
    public func recentBulks(of member: StaffMember, since then: Instant, limit: Int = 3) throws -> [Bulk] {
        try bulks(where: "b.staff_id = \(member.id) AND b.created_at >= \(then) ORDER BY b.created_at DESC, b.id LIMIT \(limit)")
    }

    private func bulks(where condition: SQL) throws -> [Bulk] {
        try rows("SELECT b.id, b.staff_id, b.kind, b.list, b.said, b.created_at FROM bulks b WHERE \(condition)") {
            Bulk(id: try $0.id(), staff: try $0.id(), kind: try $0.name(), list: try $0.text(), said: try JSON.value(try $0.text()), createdAt: try $0.instant())
        }
    }

    public func items(of bulk: ID<Bulk>) throws -> [Bulk.Item] {
        try rows("SELECT i.position, i.dossier_id, i.applicant_name, i.version, i.state, i.answer FROM bulk_items i WHERE i.bulk_id = \(bulk) ORDER BY i.position", Bulk.Item.init)
    }

    /// What is to be taken next: the first of the oldest bulk that is not done; nil when there is nothing.
    public func nextBulkItem() throws -> (bulk: Bulk, item: Bulk.Item)? {
        let next = try first(
            """
            SELECT i.bulk_id, i.position FROM bulk_items i JOIN bulks b ON b.id = i.bulk_id WHERE i.state = 'waiting' ORDER BY b.created_at, b.id, i.position LIMIT 1
            """
        ) { (bulk: try $0.id() as ID<Bulk>, position: try $0.integer()) }
        guard let next, let bulk = try bulks(where: "b.id = \(next.bulk)").first else { return nil }
        let item = try first(
            """
            SELECT i.position, i.dossier_id, i.applicant_name, i.version, i.state, i.answer FROM bulk_items i WHERE i.bulk_id = \(next.bulk) AND i.position = \(next.position)
            """, Bulk.Item.init)
        return item.map { (bulk, $0) }
    }

    public func settle(_ item: Bulk.Item, of bulk: ID<Bulk>, as state: Bulk.Item.State, _ answer: String) throws {
        try run("UPDATE bulk_items SET state = \(state.rawValue), answer = \(answer) WHERE bulk_id = \(bulk) AND position = \(item.position) AND state = 'waiting'")
    }

    /// Who is about to decide on a dossier in bulk, besides the bulk whose key this is; nil for nobody.
    func claim(on dossier: ID<Dossier>, besides key: String) throws -> String? {
        let claims = try rows(
            """
            SELECT b.id, p.name, b.kind, b.created_at, i.position, i.dossier_id, i.applicant_name, i.version, i.state, i.answer
            FROM bulk_items i JOIN bulks b ON b.id = i.bulk_id JOIN staff s ON s.id = b.staff_id JOIN persons p ON p.id = s.person_id
            WHERE i.dossier_id = \(dossier) AND i.state = 'waiting' AND b.kind <> 'remind'
            """
        ) { (bulk: try $0.id() as ID<Bulk>, name: try $0.text(), kind: try $0.name() as Bulk.Kind, at: try $0.instant(), item: try Bulk.Item(&$0)) }
        return claims.first { $0.item.key(in: $0.bulk) != key }.map { "\($0.name) 已于 \($0.at.text) 提交\($0.kind.title)，正在办理该材料，请稍候再试。您填写的内容保留在下方。" }
    }
}

extension Bulk.Item {
    init(_ row: inout Row) throws {
        self.init(
            position: try row.integer(), dossier: try row.id(), applicantName: try row.text(), version: try row.integer(), state: try row.name(), answer: try row.text())
    }
}
