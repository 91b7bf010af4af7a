import Domain

/// A dossier that the unit has given back and that its applicant has not sent in again.
public struct ReturnedDossier: Sendable, Hashable {
    public let dossier: ID<Dossier>
    public let applicantName: String
    public let unitName: String
    public let title: String
    public let deadline: Instant
}

extension Connection {
    /// What the member's unit has given back, nearest deadline first, those that have passed before all.
    public func returned(by member: StaffMember, limit: Int) throws -> [ReturnedDossier] {
        try rows(
            """
            SELECT d.id, d.person_name, d.unit_name, t.name, d.deadline FROM \(returnedBy(member)) ORDER BY d.deadline, d.id LIMIT \(limit)
            """
        ) {
            ReturnedDossier(
                dossier: try $0.id(), applicantName: try $0.text(), unitName: try $0.text(), title: try $0.optionalText() ?? "", deadline: try $0.instant())
        }
    }

    /// How many these are, and how many of them have a deadline before an instant.
    public func returnedCount(by member: StaffMember, before deadline: Instant) throws -> (all: Int, near: Int) {
        try first("SELECT COUNT(*), COALESCE(SUM(CASE WHEN d.deadline < \(deadline) THEN 1 ELSE 0 END), 0) FROM \(returnedBy(member))") {
            (try $0.integer(), try $0.integer())
        } ?? (0, 0)
    }

    private func returnedBy(_ member: StaffMember) -> SQL {
        guard member.opensDossiers else { return "dossiers d LEFT JOIN titles t ON t.code = d.title_code WHERE 1 = 0" }
        return "dossiers d LEFT JOIN titles t ON t.code = d.title_code WHERE \(givenBack(by: member)) AND d.deadline IS NOT NULL \(within(member))"
    }
}

/// The condition on `dossiers d` for what a member's unit has given back and lies with its applicant: its own last word, as long as nobody else
/// has spoken since.
func givenBack(by member: StaffMember) -> SQL { "d.returned_by = \(member.unit)" }
