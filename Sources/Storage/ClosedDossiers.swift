import Domain

extension Connection {
    /// Which of some dossiers that wait for a member's unit this member himself may not decide on, and in a word why (D1, D11): what waits there is
    /// the unit's, whoever reads.
    public func closed(to member: StaffMember, among ids: [ID<Dossier>]) throws -> [ID<Dossier>: String] {
        guard !ids.isEmpty else { return [:] }
        let found = try rows(
            """
            SELECT d.id, CASE WHEN d.person_id = \(member.person) THEN '您本人的材料'
                WHEN EXISTS (SELECT 1 FROM trail t WHERE t.dossier_id = d.id AND t.step = 'recuse' AND t.person_id = \(member.person)) THEN '您已回避'
                WHEN d.stage = 'secondReview' AND d.reviewed_by = \(member.person) AND (SELECT u.single_clerk FROM units u WHERE u.id = \(member.unit)) = 0 THEN '由您初审'
                ELSE '' END
            FROM dossiers d WHERE d.id IN \(ids)
            """
        ) { (id: try $0.id() as ID<Dossier>, why: try $0.text()) }
        return Dictionary(found.filter { !$0.why.isEmpty }.map { ($0.id, $0.why) }, uniquingKeysWith: { first, _ in first })
    }
}
