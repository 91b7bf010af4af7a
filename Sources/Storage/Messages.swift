import Domain

/// A notice that a step has sent to a person or a unit, or that the time has come for something.
public struct Message: Sendable, Hashable {
    /// What it is about; nil for what is said of a whole desk.
    public let dossier: ID<Dossier>?
    /// The request of a unit that it is about, where the reader may see it.
    public var request: ID<UnitRequest>?
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
        let told = try rows(
            """
            SELECT m.dossier_id, m.sender, m.body, m.sent_at FROM messages m JOIN dossiers d ON d.id = m.dossier_id
            WHERE \(recipient) AND (\(visible(to: actor))) ORDER BY m.sent_at DESC, m.dossier_id, m.number LIMIT \(limit)
            """
        ) { Message(dossier: try $0.id(), sender: try $0.text(), body: try $0.text(), sentAt: try $0.instant()) }
        let reminded = try rows(
            "SELECT m.dossier_id, m.body, m.sent_at FROM reminders m WHERE \(recipient) AND (m.dossier_id IS NULL OR EXISTS (SELECT 1 FROM dossiers d WHERE d.id = m.dossier_id AND \(visible(to: actor)))) ORDER BY m.sent_at DESC, m.kind, m.subject_id LIMIT \(limit)"
        ) {
            Message(dossier: try $0.optionalID(), sender: "系统提醒", body: try $0.text(), sentAt: try $0.instant())
        }
        let seen: SQL =
            switch actor {
            case .applicant: "0 = 1"
            case .staff(let member): Self.shown(to: member)
            }
        let asked = try rows(
            """
            SELECT CASE WHEN \(seen) THEN m.request_id END, m.sender, m.body, m.sent_at FROM unit_request_messages m JOIN unit_requests q ON q.id = m.request_id
            WHERE \(recipient) ORDER BY m.sent_at DESC, m.request_id, m.number, m.position LIMIT \(limit)
            """
        ) { Message(dossier: nil, request: try $0.optionalID(), sender: try $0.text(), body: try $0.text(), sentAt: try $0.instant()) }
        // Of one instant the step's comes first, each list in its own order.
        let all = (told + asked + reminded).enumerated().sorted { ($1.element.sentAt, $0.offset) < ($0.element.sentAt, $1.offset) }
        return all.prefix(limit).map(\.element)
    }

    /// Whether a staff member may see `unit_requests q`, as far as his own unit's part in it goes.
    private static func shown(to member: StaffMember) -> SQL {
        let (unit, subordinates) = (member.permissions.contains(.unit), member.permissions.contains(.subordinates))
        return "(\(unit) = 1 AND q.unit_id = \(member.unit) OR \(subordinates) = 1 AND q.superior_id = \(member.unit))"
    }
}
