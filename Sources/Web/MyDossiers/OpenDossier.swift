import Domain
import Hummingbird
import Storage

extension Site {
    /// 申报: opens a draft under a plan and goes to its first section.
    @Sendable func openDossier(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "plan" }
        guard let plan = ID<ReviewPlan>(form["plan"]) else { throw Problem.malformed }
        // The form's key is the dossier's id: a second click opens nothing new.
        guard let id = ID<Dossier>(token.key) else { throw Problem.forgedForm }
        let (person, now) = (context.person, context.now)
        try await database.write { connection in
            if try connection.dossierExists(id) {
                // A second click; somebody else's is none of his.
                do { _ = try connection.dossier(id, for: .applicant(person.id)) } catch Problem.notFound { throw Problem.forgedForm }
            } else {
                try connection.openDossier(id, for: person, under: plan, at: now)
            }
        }
        return see(Path.mySection(id, .application))
    }
}
