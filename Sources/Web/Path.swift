import Domain
import Storage

/// Every address of the site, made in one place.
enum Path {
    static let entry = "/"
    static let home = "/home"
    static let signOut = "/sign-out"
    static let callback = "/sign-in/callback"
    static let myDossiers = "/my/dossiers"

    static func signIn(as kind: Identity.Kind, persona: String? = nil, returningTo page: ReturnPath? = nil) -> String {
        "/sign-in/\(kind.rawValue)" + query([("persona", persona), ("to", page?.text)])
    }

    static func entry(returningTo page: ReturnPath?) -> String { entry + query([("to", page?.text)]) }

    static func dossier(_ id: ID<Dossier>, done: Done? = nil) -> String {
        "/dossiers/\(id)" + (done.map { "?done=\($0.dossier)-\($0.number)" } ?? "")
    }

    static func trail(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/trail" }
    static let verificationKeys = "/verification-keys"
    static func passes(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/passes" }
    static func acceptances(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/acceptances" }
    static func step(_ window: StepWindow, on id: ID<Dossier>) -> String { "/dossiers/\(id)/\(window.rawValue)" }
    static func myStep(_ window: StepWindow, on id: ID<Dossier>) -> String { "/my/dossiers/\(id)/\(window.rawValue)" }
    static func reminders(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/reminders" }
    static func resubmissions(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/resubmissions" }
    static func myDossier(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)" }
    static func mySection(_ id: ID<Dossier>, _ section: Section) -> String { "/my/dossiers/\(id)/sections/\(section.rawValue)" }
    static func mySubmission(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/submission" }
    /// Where the files of a dossier are, for a reviewer and for the applicant.
    static func files(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/files" }
    static func myFiles(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/files" }
    /// Where the printouts of a dossier are, for a reviewer and for the applicant.
    static func printouts(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/printouts" }
    static func myPrintouts(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/printouts" }
    static func proofs(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/proofs" }
    static func revelations(_ id: ID<Dossier>) -> String { "/dossiers/\(id)/revelations" }
    static let postTables = "/post-tables"
    static func postTable(_ year: Int) -> String { "/post-tables/\(year)" }

    static let subordinates = "/subordinates"
    static let newSubordinate = "/subordinates/new"
    static func subordinates(of unit: ID<WorkUnit>, after key: String? = nil) -> String { "/subordinates" + query([("unit", unit.text), ("after", key)]) }
    static func subordinates(done: ID<WorkUnit>) -> String { "/subordinates?done=\(done)" }
    static func subordinate(_ id: ID<WorkUnit>) -> String { "/subordinates/\(id)" }
    static func subordinate(_ id: ID<WorkUnit>, handedOver done: Int, refused: Int, back: Bool) -> String {
        "/subordinates/\(id)?done=\(done)&refused=\(refused)\(back ? "&back=1" : "")"
    }
    static func handOvers(_ id: ID<WorkUnit>) -> String { "/subordinates/\(id)/hand-overs" }
    static func subordinateAdministration(_ id: ID<WorkUnit>) -> String { "/subordinates/\(id)/administration" }
    static func branch(_ id: ID<WorkUnit>) -> String { "/subordinates/branch?unit=\(id)" }
    static func subordinateSuspension(_ id: ID<WorkUnit>) -> String { "/subordinates/\(id)/suspension" }
    static func subordinateAdministrators(_ id: ID<WorkUnit>) -> String { "/subordinates/\(id)/administrators" }
    static let registration = "/registration"
    static let unit = "/unit"
    static let superiorChange = "/unit/superior"
    static let correction = "/unit/correction"
    static let unitRequests = "/unit-requests"
    static func unitRequests(decided: Bool, after key: String? = nil) -> String { unitRequests + query([("list", decided ? "decided" : nil), ("after", key)]) }
    static func unitRequest(_ id: ID<UnitRequest>, isDone: Bool = false) -> String { "/unit-requests/\(id)" + (isDone ? "?done=1" : "") }
    static func unitRequestFiles(_ id: ID<UnitRequest>) -> String { "/unit-requests/\(id)/files" }
    static func cancellation(_ id: ID<UnitRequest>) -> String { "/unit-requests/\(id)/cancellation" }
    static let staff = "/staff"
    static let newStaff = "/staff/new"
    static func staff(done: ID<StaffMember>) -> String { "/staff?done=\(done)" }
    static func staffMember(_ id: ID<StaffMember>) -> String { "/staff/\(id)" }
    static func staffSuspension(_ id: ID<StaffMember>) -> String { "/staff/\(id)/suspension" }
    static func staffBinding(_ id: ID<StaffMember>) -> String { "/staff/\(id)/binding" }
    static func deputies(_ id: ID<StaffMember>) -> String { "/staff/\(id)/deputies" }
    static func deputyEnd(_ id: ID<StaffMember>) -> String { "/staff/\(id)/deputies/end" }
    static let roles = "/roles"
    static func newRole(preset: String? = nil) -> String { "/roles/new" + query([("preset", preset)]) }
    static func role(_ id: ID<Role>) -> String { "/roles/\(id)" }
    static func roleDeletion(_ id: ID<Role>) -> String { "/roles/\(id)/deletion" }
    static let regions = "/regions"
    static let messagesSeen = "/messages/seen"
    static let administration = "/administration"
    /// A path with what is given of a query.
    static func with(_ parameters: [(name: String, value: String?)], _ path: String) -> String { path + query(parameters) }

    /// The page on which files are chosen for a row.
    static func attaching(_ id: ID<Dossier>, _ part: Part, _ row: String) -> String { "/my/dossiers/\(id)/attaching?part=\(part.rawValue)&row=\(percentEncode(row))" }

    static func myTrail(_ id: ID<Dossier>) -> String { "/my/dossiers/\(id)/trail" }

    private static func query(_ parameters: [(name: String, value: String?)]) -> String {
        let given = parameters.compactMap { name, value in value.map { "\(name)=\(percentEncode($0))" } }
        return given.isEmpty ? "" : "?" + given.joined(separator: "&")
    }

    static func percentEncode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                encoded.unicodeScalars.append(UnicodeScalar(byte))
            case _: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}

/// A step just taken, which the next page tells about.
struct Done: Sendable, Hashable {
    let dossier: ID<Dossier>
    let number: Int

    init(_ moved: Moved) { (dossier, number) = (moved.dossier, moved.number) }

    /// Reads `…id…-3` from a query; nil when it is anything else.
    init?(_ text: Substring) {
        let parts = text.split(separator: "-")
        guard parts.count == 2, let id = ID<Dossier>(String(parts[0])), let number = Int(parts[1]) else { return nil }
        (dossier, self.number) = (id, number)
    }
}
