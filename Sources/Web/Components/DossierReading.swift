import Domain
import Markup
import Storage

/// A dossier as one of those who may see it reads it: what was submitted, with what his pages say around it.
struct DossierReading {
    let dossier: Dossier
    let line: DossierLine
    let plan: ReviewPlan
    let view: DossierView
    let digest: String
    let submittedAt: Instant
    let surroundings: Surroundings
}

extension Site {
    /// Reads it for this actor; what he may not see, or what was never submitted, is not there.
    func reading(_ id: ID<Dossier>, for actor: Actor, at now: Instant, files: String, reveal: (Dossier) -> HTML = { _ in .empty }, _ connection: any Connection) throws
        -> DossierReading
    {
        let dossier = try connection.dossier(id, for: actor)
        guard let (content, digest, submittedAt) = try connection.content(of: id), let plan = try connection.plan(dossier.plan),
            let person = try connection.person(dossier.applicant), let line = try connection.line(of: id)
        else { throw Problem.notFound }
        let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
        let isEntrusted = plan.isEntrusted(dossier.journey.chain)
        let letter = isEntrusted ? try connection.letter(of: dossier.applicant, under: plan, for: content.title)?.letter : nil
        let view = DossierView(
            content: content, person: person, unitName: line.unitName, plan: plan, acceptanceUnitName: surroundings.units[plan.acceptanceUnit]?.name ?? "",
            reference: reference, files: files, recommendation: try connection.recommendation(of: dossier, for: actor), letter: letter, reveal: reveal(dossier))
        return DossierReading(dossier: dossier, line: line, plan: plan, view: view, digest: digest, submittedAt: submittedAt, surroundings: surroundings)
    }
}
