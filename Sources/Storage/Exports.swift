import Domain

/// 导出 of a large list, made in the background: of which list, for whom, and how far it is.
public struct Export: Sendable, Hashable {
    public let id: ID<Export>
    public let staff: ID<StaffMember>
    /// The list as it is filtered and ordered, as addresses have it.
    public let list: String
    /// People in it when it was asked for.
    public let people: Int
    public let written: Int
    public let state: State
    /// Why there is no file; empty where there is one, or will be.
    public let reason: String
    /// Of the file's content, where it is made.
    public let digest: String
    /// Within which limits its author dealt with dossiers when it was made.
    public let rights: String
    public let createdAt: Instant
    /// When its file was made, or it was given up.
    public let madeAt: Instant?

    public enum State: String, Sendable, Hashable { case waiting, made, failed }

    /// Rows of a sheet, at most.
    public static let most = 1_000_000
    /// Exports that one member may have waiting.
    public static let mostOfOne = 3
    /// Seconds for which a file is kept.
    public static let kept: Int64 = 86_400

    /// Until when its file is kept.
    public var until: Instant? { madeAt?.adding(seconds: Export.kept) }

    public func isGone(at now: Instant) -> Bool { state == .made && until.map { now >= $0 } ?? true }
}

extension StaffMember.Limits {
    /// As an export remembers them: nobody keeps a file of what he deals with no more.
    public var text: String { (series.sorted() + ["/"] + units.map(\.text).sorted()).joined(separator: " ") }
}

extension Connection {
    /// Takes an export in; the same id a second time changes nothing.
    public func addExport(_ id: ID<Export>, of list: String, people: Int, by member: StaffMember, at now: Instant) throws {
        if try count("SELECT COUNT(*) FROM exports WHERE id = \(id)") > 0 { return }
        guard people <= Export.most else { throw Problem.refused("共 \(people) 人，超过一个工作簿的 \(Export.most) 行，请缩小范围，或导出 csv。") }
        guard try count("SELECT COUNT(*) FROM exports WHERE staff_id = \(member.id) AND state = 'waiting'") < Export.mostOfOne else {
            throw Problem.refused("您有 \(Export.mostOfOne) 个导出正在生成，请等其中一个完成后再导出。")
        }
        try run(
            """
            INSERT INTO exports (id, staff_id, list, people, written, state, reason, digest, rights, created_at)
            VALUES (\(id), \(member.id), \(list), \(people), 0, 'waiting', '', '', '', \(now))
            """)
        try run("UPDATE jobs SET due_at = \(now) WHERE name = 'exports' AND due_at > \(now)")
    }

    /// An export of this member's; others' are nobody's business.
    public func export(_ id: ID<Export>, of member: StaffMember) throws -> Export {
        guard let export = try exports(where: "e.id = \(id) AND e.staff_id = \(member.id)").first else { throw Problem.notFound }
        return export
    }

    /// A member's exports of a list, however it was narrowed, since an instant, newest first.
    public func recentExports(of list: String, by member: StaffMember, since then: Instant, limit: Int = 3) throws -> [Export] {
        // `?` begins what it was narrowed to, and `@` comes next to it.
        try exports(
            where: """
                e.staff_id = \(member.id) AND e.created_at >= \(then) AND (e.list = \(list) OR e.list > \(list + "?") AND e.list < \(list + "@"))
                ORDER BY e.created_at DESC, e.id LIMIT \(limit)
                """)
    }

    /// What is to be made next; nil when there is nothing.
    public func nextExport() throws -> Export? { try exports(where: "e.state = 'waiting' ORDER BY e.created_at, e.id LIMIT 1").first }

    public func note(_ written: Int, of export: ID<Export>) throws { try run("UPDATE exports SET written = \(written) WHERE id = \(export) AND state = 'waiting'") }

    /// What an export came to: the digest of its file, or why there is none.
    public func settle(
        _ export: ID<Export>, written: Int, digest: String = "", within limits: StaffMember.Limits = .none, reason: String = "", at now: Instant
    ) throws {
        let state: Export.State = digest.isEmpty ? .failed : .made
        try run(
            """
            UPDATE exports SET written = \(written), state = \(state.rawValue), digest = \(digest), rights = \(limits.text), reason = \(reason), made_at = \(now)
            WHERE id = \(export) AND state = 'waiting'
            """)
    }

    /// Forgets exports whose files are no longer kept.
    public func sweepExports(at now: Instant) throws { try run("DELETE FROM exports WHERE created_at < \(now.adding(seconds: -7 * Export.kept))") }

    private func exports(where condition: SQL) throws -> [Export] {
        try rows("SELECT e.id, e.staff_id, e.list, e.people, e.written, e.state, e.reason, e.digest, e.rights, e.created_at, e.made_at FROM exports e WHERE \(condition)") {
            Export(
                id: try $0.id(), staff: try $0.id(), list: try $0.text(), people: try $0.integer(), written: try $0.integer(), state: try $0.name(),
                reason: try $0.text(), digest: try $0.text(), rights: try $0.text(), createdAt: try $0.instant(), madeAt: try $0.optionalInstant())
        }
    }
}
