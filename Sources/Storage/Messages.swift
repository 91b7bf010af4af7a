import Domain

/// Something that was said to a person or a unit: by a step, by a unit, or because the time has come for something.
public struct Message: Sendable, Hashable {
    /// What it is about, where the reader may see it.
    public let subject: Subject?
    public let sender: String
    public let body: String
    public let sentAt: Instant
    public let key: Key
    /// Of a unit's circular: who has confirmed it for the reader's unit, or that the reader has himself.
    public let confirmation: Confirmation?
    /// Whether the reader's account has said that it read this one.
    public let isRead: Bool

    public enum Subject: Sendable, Hashable {
        case dossier(ID<Dossier>)
        case request(ID<UnitRequest>)
        case personRequest(ID<PersonRequest>)
        case circular(ID<Circular>)
    }

    public struct Confirmation: Sendable, Hashable {
        public let by: String
        public let at: Instant
    }

    /// A message's place among all of a reader, and where a page of them begins: behind this one. Latest first; of one instant by what they are.
    public struct Key: Sendable, Hashable {
        public let sentAt: Instant
        public let kind: Int
        public let subject: String
        public let number: Int

        public init(sentAt: Instant, kind: Int, subject: String, number: Int) {
            self.sentAt = sentAt
            self.kind = kind
            self.subject = subject
            self.number = number
        }
    }

    /// Which messages are asked for.
    public enum Selection: String, Sendable, Hashable, CaseIterable { case all, unconfirmed, circulars, notices }

    public static let pageSize = 50

    /// Whether a circular waits to be confirmed by its reader or his unit.
    public var awaitsConfirmation: Bool { if case .circular = subject { confirmation == nil } else { false } }
}

/// A circular as one of its addressees has it.
public struct ReceivedCircular: Sendable, Hashable {
    public let circular: Circular
    public let confirmation: Message.Confirmation?
    public let isRead: Bool
}

extension Connection {
    /// The messages of whoever reads, latest first: his own, or those of his unit, about dossiers that he may see. `account`: the one that he reads with; nil: one that has read none.
    public func messages(for actor: Actor, at account: ID<Account>? = nil, _ selection: Message.Selection = .all, after key: Message.Key? = nil, limit: Int) throws -> [Message] {
        try rows(messagesQuery(for: actor, at: account, selection, after: key, limit: limit), Message.init)
    }

    /// The newest messages, and before them the circulars that wait to be confirmed, as many as leave room for others.
    public func newestMessages(for actor: Actor, at account: ID<Account>, limit: Int) throws -> [Message] {
        let waiting = try messages(for: actor, at: account, .unconfirmed, limit: limit / 2)
        return try waiting + messages(for: actor, at: account, limit: limit).filter { !waiting.contains($0) }.prefix(limit - waiting.count)
    }

    func messagesQuery(for actor: Actor, at account: ID<Account>?, _ selection: Message.Selection, after key: Message.Key?, limit: Int) -> SQL {
        let parts = Source.all(for: actor, at: account).filter { $0.kind.isIn(selection) }.map { source -> SQL in
            let (kind, sentAt, subject, number) = (source.kind.rawValue, source.sentAt, source.subject, source.number)
            // Of the instant at which a page ends, what stands behind its last one.
            let beyond: SQL =
                key.map { key in
                    let isBehind: SQL = kind < key.kind ? "0 = 1" : kind > key.kind ? "1 = 1" : "(\(subject), \(number)) > (\(key.subject), \(key.number))"
                    return "AND \(sentAt) <= \(key.sentAt) AND (\(sentAt) < \(key.sentAt) OR \(isBehind))"
                } ?? ""
            let waiting: SQL = selection == .unconfirmed ? "AND a.confirmed_at IS NULL" : ""
            return """
                SELECT * FROM (SELECT \(kind) AS kind, \(subject) AS subject, \(number) AS number, \(sentAt) AS sent_at, \(source.columns)
                \(source.rows) \(waiting) \(beyond) ORDER BY sent_at DESC, subject, number LIMIT \(limit)) s
                """
        }
        return "SELECT * FROM (\(SQL.joined(parts, between: " UNION ALL "))) m ORDER BY sent_at DESC, kind, subject, number LIMIT \(limit)"
    }

    /// How many circulars wait to be confirmed by a reader or his unit.
    public func circularsToConfirm(by actor: Actor) throws -> Int {
        try count("SELECT COUNT(*) FROM circular_addressees a WHERE \(recipient(actor, "a")) AND a.confirmed_at IS NULL")
    }

    /// A circular as it was sent to the reader or his unit; `Problem.notFound` where it was not.
    public func receivedCircular(_ id: ID<Circular>, by actor: Actor, at account: ID<Account>) throws -> ReceivedCircular {
        let found = try first(
            """
            SELECT \(Circular.columns), COALESCE(a.confirmed_at, 0), a.confirmer_name, EXISTS (SELECT 1 FROM circular_readings r WHERE r.circular_id = c.id AND r.account_id = \(account))
            FROM circular_addressees a JOIN circulars c ON c.id = a.circular_id WHERE a.circular_id = \(id) AND \(recipient(actor, "a"))
            """
        ) { ReceivedCircular(circular: try Circular(&$0), confirmation: try Message.Confirmation(&$0), isRead: try $0.bool()) }
        guard let found else { throw Problem.notFound }
        return found
    }

    /// 确认已读: the reader has read it; the first of his unit's confirms it for the unit, with his name (D16).
    public func confirm(_ id: ID<Circular>, by actor: Actor, named name: String, at account: ID<Account>, _ now: Instant) throws {
        _ = try receivedCircular(id, by: actor, at: account)
        let isRead = try count("SELECT COUNT(*) FROM circular_readings WHERE circular_id = \(id) AND account_id = \(account)") == 1
        if !isRead { try run("INSERT INTO circular_readings (circular_id, account_id, read_at) VALUES (\(id), \(account), \(now))") }
        let first = try run(
            """
            UPDATE circular_addressees SET confirmed_at = \(now), confirmed_by = \(actor.person), confirmer_name = \(name)
            WHERE circular_id = \(id) AND \(recipient(actor, "circular_addressees")) AND confirmed_at IS NULL
            """)
        if first == 1 { try run("UPDATE circulars SET confirmed = confirmed + 1 WHERE id = \(id)") }
    }
}

/// The condition on whom a row was sent to.
private func recipient(_ actor: Actor, _ table: SQL) -> SQL {
    switch actor {
    case .applicant(let person): "\(table).person_id = \(person)"
    case .staff(let member): "\(table).unit_id = \(member.unit)"
    }
}

extension Message.Confirmation {
    /// nil where there is none yet.
    fileprivate init?(_ row: inout Row) throws {
        let (at, name) = (try row.instant(), try row.text())
        guard at.milliseconds > 0 else { return nil }
        self.init(by: name, at: at)
    }
}

extension Message {
    fileprivate init(_ row: inout Row) throws {
        let key = (kind: try row.integer(), subject: try row.text(), number: try row.integer(), sentAt: try row.instant())
        let about = try row.text()
        let subject: Subject? =
            switch Source.Kind(rawValue: key.kind) {
            case .step, .reminder: ID<Dossier>(about).map { .dossier($0) }
            case .circular: ID<Circular>(about).map { .circular($0) }
            case .request: ID<UnitRequest>(about).map { .request($0) }
            case .personRequest: ID<PersonRequest>(about).map { .personRequest($0) }
            case nil: nil
            }
        self.init(
            subject: subject, sender: try row.text(), body: try row.text(), sentAt: key.sentAt,
            key: Key(sentAt: key.sentAt, kind: key.kind, subject: key.subject, number: key.number), confirmation: try Confirmation(&row), isRead: try row.bool())
    }
}

/// One kind of messages as rows: what tells them apart, and `about, sender, body, confirmed_at, confirmer_name, is_read`.
private struct Source {
    let kind: Kind
    let sentAt: SQL
    let subject: SQL
    let number: SQL
    let columns: SQL
    /// From where, and on which condition.
    let rows: SQL

    /// In the order in which those of one instant stand.
    enum Kind: Int {
        case step = 1
        case circular, request, reminder, personRequest

        func isIn(_ selection: Message.Selection) -> Bool {
            switch selection {
            case .all: true
            case .circulars, .unconfirmed: self == .circular
            case .notices: self != .circular
            }
        }
    }

    static func all(for actor: Actor, at account: ID<Account>?) -> [Source] {
        let visible = visible(to: actor)
        let request: SQL =
            switch actor {
            case .applicant: "''"
            case .staff(let member): "CASE WHEN \(shown(to: member)) THEN m.request_id ELSE '' END"
            }
        return [
            Source(
                kind: .step, sentAt: "m.sent_at", subject: "m.dossier_id", number: "m.number * 100 + m.position",
                columns: "m.dossier_id AS about, m.sender, m.body, 0 AS confirmed_at, '' AS confirmer_name, 0 AS is_read",
                rows: "FROM messages m JOIN dossiers d ON d.id = m.dossier_id WHERE \(recipient(actor, "m")) AND (\(visible))"),
            Source(
                kind: .circular, sentAt: "a.sent_at", subject: "a.circular_id", number: "0",
                columns: """
                    a.circular_id AS about, c.unit_name AS sender, c.subject AS body, COALESCE(a.confirmed_at, 0) AS confirmed_at, a.confirmer_name,
                    CASE WHEN EXISTS (SELECT 1 FROM circular_readings r WHERE r.circular_id = a.circular_id AND r.account_id = \(account)) THEN 1 ELSE 0 END AS is_read
                    """, rows: "FROM circular_addressees a JOIN circulars c ON c.id = a.circular_id WHERE \(recipient(actor, "a"))"),
            Source(
                kind: .request, sentAt: "m.sent_at", subject: "m.request_id", number: "m.number * 100 + m.position",
                columns: "\(request) AS about, m.sender, m.body, 0 AS confirmed_at, '' AS confirmer_name, 0 AS is_read",
                rows: "FROM unit_request_messages m JOIN unit_requests q ON q.id = m.request_id WHERE \(recipient(actor, "m"))"),
            Source(
                kind: .personRequest, sentAt: "m.sent_at", subject: "m.request_id", number: "m.number * 100 + m.position",
                columns: "m.request_id AS about, m.sender, m.body, 0 AS confirmed_at, '' AS confirmer_name, 0 AS is_read",
                rows: "FROM person_request_messages m JOIN person_requests q ON q.id = m.request_id WHERE \(recipient(actor, "m")) AND \(requestVisible(to: actor))"),
            Source(
                kind: .reminder, sentAt: "m.sent_at", subject: "m.kind || '/' || m.subject_id", number: "m.occasion",
                columns: "COALESCE(m.dossier_id, '') AS about, '系统提醒' AS sender, m.body, 0 AS confirmed_at, '' AS confirmer_name, 0 AS is_read",
                rows: """
                    FROM reminders m WHERE \(recipient(actor, "m"))
                    AND (m.dossier_id IS NULL OR EXISTS (SELECT 1 FROM dossiers d WHERE d.id = m.dossier_id AND \(visible)))
                    """),
        ]
    }

    /// Whether a staff member may see `unit_requests q`, as far as his own unit's part in it goes.
    private static func shown(to member: StaffMember) -> SQL {
        let (unit, subordinates) = (member.permissions.contains(.unit), member.permissions.contains(.subordinates))
        return "(\(unit) = 1 AND q.unit_id = \(member.unit) OR \(subordinates) = 1 AND q.superior_id = \(member.unit))"
    }
}
