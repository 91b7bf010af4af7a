import Domain

/// 常用意见: a phrase that reviewers put into their opinions, of a whole unit or of one of its staff.
public struct CommonOpinion: Sendable, Hashable {
    public let id: ID<CommonOpinion>
    public let isShared: Bool
    public let kind: Kind
    public let body: String
    /// How often it was used in a decision.
    public let uses: Int

    /// For which decisions it is meant.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case pass, giveBack, fail

        public var title: String {
            switch self {
            case .pass: "通过"
            case .giveBack: "退回"
            case .fail: "不通过"
            }
        }
    }

    /// So many of a kind anybody has.
    public static let most = 30
    public static let field = Field("body", "常用意见", .text(500), required: true, hint: "可以写 {姓名}，插入时换成申报人姓名；退回的还可以写 {截止时间}，换成修改提交截止时间")

    /// What its decision cannot fill in of a phrase: only of 退回 there is a deadline.
    static func complaint(about body: String, for kind: Kind) -> FieldProblem? {
        let known = kind == .giveBack ? ["{姓名}", "{截止时间}"] : ["{姓名}"]
        guard let other = body.matches(of: /\{[^{}]*\}/).map({ String($0.0) }).first(where: { !known.contains($0) }) else { return nil }
        return FieldProblem("body", "“\(kind.title)”的常用意见中不能使用“\(other.cut(to: 20))”，可以使用：\(known.joined(separator: "、"))")
    }

    /// The phrase as it stands in an opinion on somebody.
    public func filled(name: String, deadline: String) -> String { body.replacing("{姓名}", with: name).replacing("{截止时间}", with: deadline) }
}

extension Connection {
    /// What a member may use: his own, then his unit's, each in its order.
    public func commonOpinions(for member: StaffMember, of kind: CommonOpinion.Kind? = nil) throws -> [CommonOpinion] {
        let narrowed: SQL = kind.map { "AND o.kind = \($0.rawValue)" } ?? ""
        return try rows(
            """
            SELECT o.id, o.staff_id, o.kind, o.body, o.uses FROM common_opinions o
            WHERE o.unit_id = \(member.unit) AND (o.staff_id IS NULL OR o.staff_id = \(member.id)) \(narrowed)
            ORDER BY CASE WHEN o.staff_id IS NULL THEN 1 ELSE 0 END, o.position, o.id
            """
        ) { CommonOpinion(id: try $0.id(), isShared: try $0.optionalText() == nil, kind: try $0.name(), body: try $0.text(), uses: try $0.integer()) }
    }

    /// Adds a phrase behind the others of its kind; the same id a second time changes nothing.
    public func addCommonOpinion(_ id: ID<CommonOpinion>, _ body: String, for kind: CommonOpinion.Kind, shared: Bool, by member: StaffMember) throws {
        try demand(shared, of: member)
        if let complaint = CommonOpinion.complaint(about: body, for: kind) { throw Problem.invalid([complaint]) }
        if sharesWriting { try run("SELECT 1 FROM staff WHERE id = \(member.id) FOR NO KEY UPDATE") }
        if try count("SELECT COUNT(*) FROM common_opinions WHERE id = \(id)") > 0 { return }
        let own: SQL = shared ? "staff_id IS NULL" : "staff_id = \(member.id)"
        let (there, last) =
            try first(
                "SELECT COUNT(*), COALESCE(MAX(position), 0) FROM common_opinions WHERE unit_id = \(member.unit) AND \(own) AND kind = \(kind.rawValue)"
            ) { (try $0.integer(), try $0.integer()) } ?? (0, 0)
        guard there < CommonOpinion.most else { throw Problem.refused("“\(kind.title)”的常用意见最多 \(CommonOpinion.most) 条，请先删除不用的。") }
        try run(
            """
            INSERT INTO common_opinions (id, unit_id, staff_id, kind, body, position, uses)
            VALUES (\(id), \(member.unit), \(shared ? nil : member.id), \(kind.rawValue), \(body), \(last + 1), 0)
            """)
    }

    public func changeCommonOpinion(_ id: ID<CommonOpinion>, to body: String, by member: StaffMember) throws {
        let opinion = try changeable(id, by: member)
        if let complaint = CommonOpinion.complaint(about: body, for: opinion.kind) { throw Problem.invalid([complaint]) }
        try run("UPDATE common_opinions SET body = \(body) WHERE id = \(opinion.id)")
    }

    public func deleteCommonOpinion(_ id: ID<CommonOpinion>, by member: StaffMember) throws {
        // Deleted twice is deleted.
        guard try commonOpinions(for: member).contains(where: { $0.id == id }) else { return }
        try run("DELETE FROM common_opinions WHERE id = \(try changeable(id, by: member).id)")
    }

    /// Puts a phrase before the one that stands before it.
    public func raiseCommonOpinion(_ id: ID<CommonOpinion>, by member: StaffMember) throws {
        let opinion = try changeable(id, by: member)
        var order = try commonOpinions(for: member, of: opinion.kind).filter { $0.isShared == opinion.isShared }.map(\.id)
        guard let place = order.firstIndex(of: id), place > 0 else { return }
        order.swapAt(place, place - 1)
        for (position, id) in order.enumerated() { try run("UPDATE common_opinions SET position = \(position + 1) WHERE id = \(id)") }
    }

    /// Counts phrases that a decision was made with, those that its author has.
    public func countUse(of ids: [ID<CommonOpinion>], by member: StaffMember) throws {
        guard !ids.isEmpty else { return }
        try run("UPDATE common_opinions SET uses = uses + 1 WHERE id IN \(ids) AND unit_id = \(member.unit) AND (staff_id IS NULL OR staff_id = \(member.id))")
    }

    private func changeable(_ id: ID<CommonOpinion>, by member: StaffMember) throws -> CommonOpinion {
        guard let opinion = try commonOpinions(for: member).first(where: { $0.id == id }) else { throw Problem.notFound }
        try demand(opinion.isShared, of: member)
        return opinion
    }

    /// The unit's phrases are kept by whoever keeps what else is said of it.
    private func demand(_ shared: Bool, of member: StaffMember) throws {
        guard member.opensDossiers else { throw Problem.notAllowed("您没有审核权限，不使用常用意见。") }
        guard !shared || member.permissions.contains(.unit) else { throw Problem.notAllowed("本单位共用的常用意见由具有“\(Permission.unit.title)”权限的人员维护。") }
    }
}
