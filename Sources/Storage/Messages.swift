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
}
