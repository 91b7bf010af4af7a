import Domain
import Hummingbird
import Storage

extension Site {
    /// 委托申请 and 专技人才档案: what people ask for, and what their units decide (二（三）, 二（四）1).
    func addPersonRequests(to signedIn: RouterGroup<SignedInContext>, _ staff: RouterGroup<StaffContext>, _ applicant: RouterGroup<ApplicantContext>) {
        signedIn.get("/person-requests/:id", use: personRequest)
        signedIn.get("/person-requests/:id/files/:file", use: personRequestFile)
        signedIn.get("/person-requests/:id/files/:file/view", use: personRequestFileView)
        signedIn.get("/person-requests/:id/files/:file/pages/:page", use: personRequestPicture)
        staff.get("/entrustments") { try await personRequestList(.entrustment, $0, $1) }
        staff.get("/profiles") { try await personRequestList(.profile, $0, $1) }
        staff.post("/profiles/reach", use: setProfileReach)
        staff.post("/person-requests/:id", use: decidePersonRequest)
        applicant.post("/person-requests/:id/cancellation", use: cancelPersonRequest)
        applicant.get("/my/profile", use: myProfile)
        applicant.get("/my/profile/form", use: profileForm)
        applicant.post("/my/profile/form", use: submitProfile)
        applicant.get("/my/entrustments", use: myEntrustments)
        applicant.get("/my/entrustments/:direction", use: entrustmentForm)
        applicant.post("/my/entrustments/:direction", use: askForEntrustment)
    }
}

extension Path {
    static let myProfile = "/my/profile"
    static let profileForm = "/my/profile/form"
    static let myEntrustments = "/my/entrustments"
    static func entrustmentForm(_ direction: Entrustment.Direction, mending request: ID<PersonRequest>? = nil) -> String {
        with([("mends", request?.text)], "/my/entrustments/\(direction.rawValue)")
    }

    static let profileReach = "/profiles/reach"
    static func personRequests(_ kind: PersonRequest.Kind) -> String {
        switch kind {
        case .entrustment: "/entrustments"
        case .profile: "/profiles"
        }
    }

    static func personRequest(_ id: ID<PersonRequest>, isDone: Bool = false) -> String { "/person-requests/\(id)" + (isDone ? "?done=1" : "") }
    static func personRequestFiles(_ id: ID<PersonRequest>) -> String { "/person-requests/\(id)/files" }
    static func cancellation(_ id: ID<PersonRequest>) -> String { "/person-requests/\(id)/cancellation" }
}
