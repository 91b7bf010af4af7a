import Domain

extension Connection {
    /// Which of some dossiers that wait for a member's unit this member himself may not decide on, and in a word why (D1, D11): what waits there is
    /// the unit's, whoever reads.
    public func closed(to member: StaffMember, among ids: [ID<Dossier>]) throws -> [ID<Dossier>: String] {
        guard !ids.isEmpty else { return [:] }
        let found = try rows(closedQuery(to: member, among: ids)) { (id: try $0.id() as ID<Dossier>, why: try $0.text()) }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }

    /// Reads the dossiers of the page, and of trails nothing but the few withdrawals.
    func closedQuery(to member: StaffMember, among ids: [ID<Dossier>]) -> SQL {
        """
        SELECT d.id, '您本人的材料' FROM dossiers d WHERE d.id IN \(ids) AND d.person_id = \(member.person)
        UNION ALL
        SELECT t.dossier_id, '您已回避' FROM trail t WHERE t.step = 'recuse' AND t.person_id = \(member.person) AND t.dossier_id IN \(ids)
        UNION ALL
        SELECT d.id, '由您初审' FROM dossiers d WHERE d.id IN \(ids) AND d.stage = 'secondReview' AND d.reviewed_by = \(member.person)
            AND (SELECT u.single_clerk FROM units u WHERE u.id = \(member.unit)) = 0
        """
    }
}
