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

    /// How many these are, as it is kept, and how many of them have a deadline before an instant, of those at most a thousand.
    public func returnedCount(by member: StaffMember, before deadline: Instant) throws -> (all: Int, near: Int) {
        let near = try count("SELECT COUNT(*) FROM (SELECT 1 FROM \(returnedBy(member)) AND d.deadline < \(deadline) LIMIT 1000) near")
        guard member.limits == .none, member.opensDossiers else { return (try count("SELECT COUNT(*) FROM (SELECT 1 FROM \(returnedBy(member)) LIMIT 1001) found"), near) }
        return (try count("SELECT COALESCE(SUM(dossiers), 0) FROM list_counts WHERE unit_id = \(member.unit) AND list IN ('returned', 'corrections')"), near)
    }

    private func returnedBy(_ member: StaffMember) -> SQL {
        guard member.opensDossiers else { return "dossiers d LEFT JOIN titles t ON t.code = d.title_code WHERE 1 = 0" }
        return "dossiers d LEFT JOIN titles t ON t.code = d.title_code WHERE \(givenBack(by: member)) AND d.deadline IS NOT NULL \(within(member))"
    }
}

/// The condition on `dossiers d` for what a member's unit has given back and lies with its applicant: its own last word, as long as nobody else
/// has spoken since.
func givenBack(by member: StaffMember) -> SQL { "d.returned_by = \(member.unit)" }
