import Domain

extension Connection {
    /// What a member has begun and not sent, latest first.
    public func circularDrafts(of member: StaffMember, limit: Int = 50) throws -> [Circular.Draft] {
        try drafts(where: "w.staff_id = \(member.id) ORDER BY w.changed_at DESC, w.id DESC LIMIT \(limit)")
    }

    /// A draft of this member's; others' are nobody's business.
    public func circularDraft(_ id: ID<Circular>, of member: StaffMember) throws -> Circular.Draft {
        guard let draft = try drafts(where: "w.id = \(id) AND w.staff_id = \(member.id)").first else { throw Problem.notFound }
        return draft
    }

    private func drafts(where condition: SQL) throws -> [Circular.Draft] {
        try rows("SELECT w.id, w.subject, w.body, w.audience, w.choices, w.version, w.changed_at FROM circular_drafts w WHERE \(condition)") {
            Circular.Draft(
                id: try $0.id(), subject: try $0.text(), body: try $0.text(), audience: try $0.name(), choices: try JSON.value(try $0.text()), version: try $0.integer(),
                changedAt: try $0.instant())
        }
    }

    /// Begins a draft to whom was chosen, or adds them to one that was begun; the same choices a second time change nothing.
    public func choose(_ choices: Circular.Choices, for id: ID<Circular>, by member: StaffMember, at now: Instant) throws {
        let member = try sending(member, at: now)
        guard try unreachable(choices, for: member).isEmpty else { throw Problem.notFound }
        // Two windows that add to one draft do it one after the other.
        if sharesWriting { try run("SELECT 1 FROM circular_drafts WHERE id = \(id) FOR UPDATE") }
        let begun = try first("SELECT choices FROM circular_drafts WHERE id = \(id) AND staff_id = \(member.id)") { try JSON.value(try $0.text()) as Circular.Choices }
        let all = choices.union(begun ?? .init())
        guard all.count <= Circular.most else { throw Problem.refused("逐一选择的单位和人员最多 \(Circular.most) 个；单位较多时，请选择“另外发送给全部下级单位”。") }
        if begun != nil {
            try run("UPDATE circular_drafts SET choices = \(try JSON.text(all.sorted)), version = version + 1, changed_at = \(now) WHERE id = \(id)")
            return
        }
        // A circular that was sent is not written anew by the form that it began with.
        if try isSent(id, by: member) { throw Problem.refused("这条消息已经发送。") }
        guard try count("SELECT (SELECT COUNT(*) FROM circular_drafts WHERE id = \(id)) + (SELECT COUNT(*) FROM circulars WHERE id = \(id))") == 0 else { throw Problem.notFound }
        try run(
            """
            INSERT INTO circular_drafts (id, staff_id, subject, body, audience, choices, version, changed_at)
            VALUES (\(id), \(member.id), '', '', 'chosen', \(try JSON.text(all.sorted)), 1, \(now))
            """)
    }

    /// Keeps what was typed, right or wrong, without those who were dropped.
    public func save(_ draft: Circular.Draft, over seen: Int, by member: StaffMember, at now: Instant) throws {
        let member = try sending(member, at: now)
        let changed = try run(
            """
            UPDATE circular_drafts SET subject = \(draft.subject), body = \(draft.body), audience = \(draft.audience.rawValue), choices = \(try JSON.text(draft.choices.sorted)),
                version = version + 1, changed_at = \(now)
            WHERE id = \(draft.id) AND staff_id = \(member.id) AND version = \(seen)
            """)
        guard changed == 1 else {
            if try isSent(draft.id, by: member) { throw Problem.refused("这条消息已经发送。") }
            _ = try circularDraft(draft.id, of: member)
            throw Problem.refused("这份草稿已在另一个窗口中修改。请核对接收人后再次保存或发送。")
        }
    }

    /// Deleted twice is deleted.
    public func deleteCircularDraft(_ id: ID<Circular>, by member: StaffMember) throws {
        try run("DELETE FROM circular_drafts WHERE id = \(id) AND staff_id = \(member.id)")
    }

    /// The member with his rights as they are now, if they let him send.
    func sending(_ member: StaffMember, at now: Instant) throws -> StaffMember {
        let member = try held(member, at: now)
        guard member.permissions.contains(.messages) else { throw Problem(GrantDenial.lacks(.messages)) }
        return member
    }
}

extension Circular.Choices {
    /// As they stand in a column: equal choices are equal texts.
    fileprivate var sorted: Sorted {
        Sorted(units: units.sorted(), people: people.sorted { ($0.person, $0.unit) < ($1.person, $1.unit) })
    }

    fileprivate struct Sorted: Encodable {
        let units: [ID<WorkUnit>]
        let people: [Choice]
    }
}
