import Domain

extension Connection {
    /// Which of some dossiers that wait for a member's unit this member himself may not decide on, and in a word why (D1, D11): what waits there is
    /// the unit's, whoever reads.
    public func closed(to member: StaffMember, of unit: WorkUnit, among ids: [ID<Dossier>], in tab: Worklist.Tab) throws -> [ID<Dossier>: String] {
        guard !ids.isEmpty else { return [:] }
        var found = try rows(ownAndRecused(by: member)) { (id: try $0.id() as ID<Dossier>, why: try $0.text()) }
        if tab == .secondReview, !unit.singleClerk { found += try rows(reviewed(by: member, among: ids)) { (id: try $0.id(), why: try $0.text()) } }
        let shown = Set(ids)
        return Dictionary(found.filter { !$0.why.isEmpty && shown.contains($0.id) }, uniquingKeysWith: { first, _ in first })
    }

    /// His own, and those from which he has withdrawn: few in a life, and found without the page's.
    func ownAndRecused(by member: StaffMember) -> SQL {
        """
        SELECT d.id, '您本人的材料' FROM dossiers d WHERE d.person_id = \(member.person)
        UNION ALL
        SELECT t.dossier_id, '您已回避' FROM trail t WHERE t.step = 'recuse' AND t.person_id = \(member.person)
        """
    }

    /// By their keys, and asking nothing that another index could answer: of some readers there are very many.
    func reviewed(by member: StaffMember, among ids: [ID<Dossier>]) -> SQL {
        "SELECT d.id, CASE WHEN d.reviewed_by = \(member.person) THEN '由您初审' ELSE '' END FROM dossiers d WHERE d.id IN \(ids)"
    }
}
