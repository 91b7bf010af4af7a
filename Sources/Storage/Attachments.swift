import Domain

/// Where in a dossier a file belongs.
public enum Place: Sendable, Hashable {
    case row(Part, String)
    /// 单位公示证明材料.
    case proof
    /// The 岗位情况表 with which the dossier was recommended.
    case posts

    var part: String {
        switch self {
        case .row(let part, _): part.rawValue
        case .proof: "proof"
        case .posts: "posts"
        }
    }

    var row: String { if case .row(_, let row) = self { row } else { "" } }
}

extension Connection {
    /// Puts a file beside a row of a draft. The same id a second time changes nothing.
    public func attach(_ file: Attachment, to part: Part, _ row: String, of id: ID<Dossier>, by actor: Actor, at now: Instant) throws {
        let dossier = try dossier(id, for: actor)
        try demandDraft(dossier, of: actor)
        if try isThere(file.id, of: id) { return }
        let content = try draft(of: id).content
        guard let rule = part.files, content.has(row, in: part) else { throw Problem.refused("这一条已不在材料中，请刷新页面。") }
        let there = content[part].first { $0.id == row }?.files ?? []
        // Sent again from another window, or with a form of its own: it is there.
        if there.contains(where: { $0.digest == file.digest && $0.name == file.name }) { return }
        guard there.count < rule.most else { throw Problem.invalid([FieldProblem("file", "\(rule.label)最多 \(rule.most) 个，请先删除不需要的")]) }
        if rule.imagesOnly, !file.kind.isImage { throw Problem.invalid([FieldProblem("file", "\(rule.label)须为 JPG 或 PNG 图片")]) }
        guard try bytes(of: id) + file.bytes <= FileRule.mostBytesOfDossier else {
            throw Problem.invalid([FieldProblem("file", "本申报的附件总量超过 200 MB，请删除不需要的或压缩后再上传")])
        }
        try insert(file, at: .row(part, row), of: id, by: actor.person, settled: 0, at: now)
        try run("UPDATE drafts SET file_changes = file_changes + 1 WHERE dossier_id = \(id)")
    }

    /// Takes a file away from a draft; what was submitted with an earlier edition stays part of that.
    public func detach(_ file: ID<Attachment>, of id: ID<Dossier>, by actor: Actor, at now: Instant) throws {
        try demandDraft(try dossier(id, for: actor), of: actor)
        let rows = try run("UPDATE attachments SET removed_at = \(now) WHERE dossier_id = \(id) AND id = \(file) AND part NOT IN ('proof', 'posts') AND removed_at IS NULL")
        if rows > 0 { try run("UPDATE drafts SET file_changes = file_changes + 1 WHERE dossier_id = \(id)") }
    }

    /// Takes away the files of rows that a draft no longer has.
    func detachLost(by content: Content, of id: ID<Dossier>, at now: Instant) throws {
        for (part, row, file) in try attachments(of: id) where !content.has(row, in: part) {
            try run("UPDATE attachments SET removed_at = \(now) WHERE dossier_id = \(id) AND id = \(file.id)")
        }
    }

    /// Whether the same upload has come before. One that was taken away meanwhile comes back: it was sent again.
    private func isThere(_ file: ID<Attachment>, of dossier: ID<Dossier>) throws -> Bool {
        try run("UPDATE attachments SET removed_at = NULL WHERE dossier_id = \(dossier) AND id = \(file)") == 1
    }

    private func demandDraft(_ dossier: Dossier, of actor: Actor) throws {
        guard case .applicant(dossier.applicant) = actor else { throw Problem(Denial.onlyApplicant) }
        guard dossier.isWithApplicant else { throw Problem.refused("材料现为“\(dossier.journey.stage.name.title)”，不能修改。") }
    }

    /// What was uploaded for the rows of a dossier and not taken away, oldest first.
    func attachments(of dossier: ID<Dossier>) throws -> [(part: Part, row: String, file: Attachment)] {
        try rows(
            """
            SELECT a.part, a.row_id, \(Attachment.columns) FROM attachments a JOIN files f ON f.digest = a.digest
            WHERE a.dossier_id = \(dossier) AND a.removed_at IS NULL AND a.part NOT IN ('proof', 'posts') ORDER BY a.added_at, a.id
            """
        ) { (try $0.name(), try $0.text(), try Attachment(&$0)) }
    }

    /// Bytes of all files of a dossier that were not taken away.
    private func bytes(of dossier: ID<Dossier>) throws -> Int {
        try count(
            """
            SELECT COALESCE(SUM(f.bytes), 0) FROM attachments a JOIN files f ON f.digest = a.digest
            WHERE a.dossier_id = \(dossier) AND a.removed_at IS NULL
            """)
    }

    func insert(_ file: Attachment, at place: Place, of dossier: ID<Dossier>, by person: ID<Person>, settled: Int, at now: Instant) throws {
        try remember(file, at: now)
        try stand(file, at: place, of: dossier, by: person, settled: settled, at: now)
    }

    /// The same for a content that is known already.
    func stand(_ file: Attachment, at place: Place, of dossier: ID<Dossier>, by person: ID<Person>, settled: Int, at now: Instant) throws {
        try run(
            """
            INSERT INTO attachments (id, dossier_id, part, row_id, name, digest, added_by, added_at, settled)
            VALUES (\(file.id), \(dossier), \(place.part), \(place.row), \(file.name), \(file.digest), \(person), \(now), \(settled))
            ON CONFLICT (dossier_id, id) DO NOTHING
            """)
    }

    /// Makes a content known that the store holds.
    public func remember(_ file: Attachment, at now: Instant) throws {
        try run(
            """
            INSERT INTO files (digest, kind, bytes, pages, stored_at) VALUES (\(file.digest), \(file.kind.rawValue), \(file.bytes), \(file.pages), \(now))
            ON CONFLICT (digest) DO NOTHING
            """)
    }

    /// A file of a dossier, if this actor may see it: the applicant what he has uploaded, the reviewers what was submitted, the own
    /// unit its proofs from the upload, everybody else who sees the dossier those it was recommended with (the applicant: once passed on, D25).
    public func attachment(_ file: ID<Attachment>, of dossier: ID<Dossier>, for actor: Actor) throws -> Attachment {
        let found = try first(
            """
            SELECT \(Attachment.columns) FROM attachments a JOIN files f ON f.digest = a.digest JOIN dossiers d ON d.id = a.dossier_id
            WHERE a.dossier_id = \(dossier) AND a.id = \(file) AND (\(visible(to: actor))) AND (\(fileVisible(to: actor)))
            """, Attachment.init)
        guard let found else { throw Problem.notFound }
        return found
    }

    private func fileVisible(to actor: Actor) -> SQL {
        let ofContent: SQL = "a.part NOT IN ('proof', 'posts')"
        // What the unit has passed on with, not what it prepares anew.
        let reported: SQL = """
            EXISTS (SELECT 1 FROM desks o WHERE o.dossier_id = d.id AND o.unit_id = d.unit_id AND o.acted = 'reported')
            AND a.settled <= (\(lastReport))
            """
        switch actor {
        case .applicant: return "\(ofContent) AND (a.removed_at IS NULL OR a.settled > 0) OR a.settled > 0 AND (\(reported))"
        case .staff(let member):
            return """
                a.settled > 0 AND (\(ofContent) OR d.person_id <> \(member.person) OR (\(reported)))
                OR a.part = 'proof' AND a.removed_at IS NULL AND d.unit_id = \(member.unit) AND d.person_id <> \(member.person)
                """
        }
    }
}

/// The entry with which the own unit of `dossiers d` last passed it on.
let lastReport: SQL = """
    SELECT COALESCE(MAX(r.number), 0) FROM trail r
    WHERE r.dossier_id = d.id AND r.unit_id = d.unit_id AND r.step = 'pass' AND r.stage_after <> 'secondReview'
    """

extension Connection {
    /// 单位公示证明材料 that the applicant's own unit has put beside a dossier.
    public func proofs(of dossier: ID<Dossier>) throws -> [Attachment] {
        try rows(
            """
            SELECT \(Attachment.columns) FROM attachments a JOIN files f ON f.digest = a.digest
            WHERE a.dossier_id = \(dossier) AND a.removed_at IS NULL AND a.part = 'proof' ORDER BY a.added_at, a.id
            """, Attachment.init)
    }

    /// Puts a proof beside a dossier that waits in its applicant's own unit.
    public func addProof(_ file: Attachment, to id: ID<Dossier>, by member: StaffMember, at now: Instant) throws {
        let dossier = try dossierToProve(id, by: member)
        if try isThere(file.id, of: id) { return }
        let (rule, there) = (Recommendation.proofRule, try proofs(of: id))
        // A decision that came with it may have failed, and be made anew: it is there.
        if there.contains(where: { $0.digest == file.digest && $0.name == file.name }) { return }
        guard there.count < rule.most else {
            throw Problem.invalid([FieldProblem(Recommendation.proofField, "\(rule.label)最多 \(rule.most) 个，请先删除不需要的")])
        }
        guard try bytes(of: id) + file.bytes <= FileRule.mostBytesOfDossier else {
            throw Problem.invalid([FieldProblem(Recommendation.proofField, "本申报的附件总量超过 200 MB")])
        }
        try insert(file, at: .proof, of: dossier.id, by: member.person, settled: 0, at: now)
    }

    public func removeProof(_ file: ID<Attachment>, of id: ID<Dossier>, by member: StaffMember, at now: Instant) throws {
        try dossierToProve(id, by: member)
        try run("UPDATE attachments SET removed_at = \(now) WHERE dossier_id = \(id) AND id = \(file) AND part = 'proof' AND removed_at IS NULL")
    }

    /// The dossier, if this member may put proofs beside it now.
    @discardableResult
    public func dossierToProve(_ id: ID<Dossier>, by member: StaffMember) throws -> Dossier {
        let dossier = try dossier(id, for: .staff(member))
        if let denial = Actor.staff(member).denial(of: .pass, on: dossier) { throw Problem(denial) }
        guard dossier.journey.stage.stop == 0, dossier.journey.accepts(.pass()) else {
            throw Problem.refused("材料现为“\(dossier.journey.stage.name.title)”，不能再上传单位公示证明材料。")
        }
        return dossier
    }

    /// What a recommendation was given with becomes part of it for good.
    func settle(_ recommendation: Recommendation, of dossier: ID<Dossier>, number: Int, by person: ID<Person>, at now: Instant) throws {
        try settle(recommendation.proofs, of: dossier, as: number)
        if let posts = recommendation.posts { try insert(posts.file, at: .posts, of: dossier, by: person, settled: number, at: now) }
    }

    func settle(_ files: [Attachment], of dossier: ID<Dossier>, as number: Int) throws {
        guard !files.isEmpty else { return }
        try run("UPDATE attachments SET settled = \(number) WHERE dossier_id = \(dossier) AND settled = 0 AND id IN \(files.map(\.id))")
    }
}

extension Connection {
    /// Forgets uploads that were taken away before they became part of anything, and names the contents nothing refers to any more.
    public func sweepFiles(before then: Instant) throws -> [String] {
        try run("DELETE FROM attachments WHERE settled = 0 AND removed_at < \(then)")
        return try rows(
            """
            DELETE FROM files WHERE stored_at < \(then) AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.digest = files.digest)
              AND NOT EXISTS (SELECT 1 FROM post_tables t WHERE t.digest = files.digest)
              AND NOT EXISTS (SELECT 1 FROM unit_request_files r WHERE r.digest = files.digest)
              AND NOT EXISTS (SELECT 1 FROM person_request_files r WHERE r.digest = files.digest) RETURNING digest
            """
        ) { try $0.text() }
    }

    /// Whether anything refers to a content: what was uploaded, or an export that is still kept.
    public func refersToFile(_ digest: String, at now: Instant) throws -> Bool {
        if try count("SELECT COUNT(*) FROM files WHERE digest = \(digest)") == 1 { return true }
        return try count("SELECT COUNT(*) FROM exports WHERE digest = \(digest) AND digest <> '' AND made_at > \(now.adding(seconds: -Export.kept))") > 0
    }
}

extension Attachment {
    static let columns: SQL = "a.id, a.name, f.digest, f.kind, f.bytes, f.pages"

    init(_ row: inout Row) throws {
        self.init(
            id: try row.id(), name: try row.text(), digest: try row.text(), kind: try row.name(), bytes: try row.integer(), pages: try row.integer())
    }
}
