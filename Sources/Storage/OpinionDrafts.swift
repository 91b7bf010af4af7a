import Domain

/// What a reviewer has typed for a step and not yet sent (D27).
public struct OpinionDraft: Sendable, Hashable {
    /// By the fields of the step's form: those in which something else was typed than stood there.
    public let typed: [String: String]
    /// Of the dossier, when it was typed.
    public let version: Int
    public let savedAt: Instant
}

extension Connection {
    /// Keeps what is typed beside a dossier as it is; nothing typed leaves nothing.
    public func keep(_ typed: [String: String], for step: StepName, on dossier: Dossier, by member: StaffMember, at now: Instant) throws {
        guard !typed.isEmpty else {
            try run("DELETE FROM opinion_drafts WHERE staff_id = \(member.id) AND dossier_id = \(dossier.id) AND step = \(step)")
            return
        }
        try run(
            """
            INSERT INTO opinion_drafts (staff_id, dossier_id, step, version, typed, saved_at)
            VALUES (\(member.id), \(dossier.id), \(step), \(dossier.version), \(try JSON.text(typed)), \(now))
            ON CONFLICT (staff_id, dossier_id, step) DO UPDATE SET version = excluded.version, typed = excluded.typed, saved_at = excluded.saved_at
            """)
    }

    /// What this member has typed beside a dossier: nobody else's is ever read.
    public func opinionDrafts(on dossier: ID<Dossier>, of member: StaffMember) throws -> [StepName: OpinionDraft] {
        let kept = try rows("SELECT step, typed, version, saved_at FROM opinion_drafts WHERE staff_id = \(member.id) AND dossier_id = \(dossier)") {
            (step: try $0.name() as StepName, draft: OpinionDraft(typed: try JSON.value(try $0.text()), version: try $0.integer(), savedAt: try $0.instant()))
        }
        return Dictionary(uniqueKeysWithValues: kept)
    }

    /// He has decided.
    public func dropOpinionDrafts(on dossier: ID<Dossier>, of member: StaffMember) throws {
        try run("DELETE FROM opinion_drafts WHERE staff_id = \(member.id) AND dossier_id = \(dossier)")
    }

    /// Forgets what was not gone on with for three months.
    public func sweepOpinionDrafts(at now: Instant) throws { try run("DELETE FROM opinion_drafts WHERE saved_at < \(now.adding(seconds: -90 * 86_400))") }
}
