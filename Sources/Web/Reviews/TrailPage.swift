import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 查看经办流程, as a reviewer.
    @Sendable func trail(_ request: Request, _ context: StaffContext) async throws -> Response {
        let (id, actor, session, now): (ID<Dossier>, Actor, Session, Instant) = (try context.id(), context.actor, context.session, context.now)
        return page(
            try await database.read { connection in
                let dossier = try connection.dossier(id, for: actor)
                let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
                return TrailPage(
                    frame: try frame(for: session, connection), dossier: dossier, whereabouts: dossier.whereabouts(for: actor, in: surroundings),
                    units: surroundings.units, timeline: Timeline(forReviewers: try connection.trail(of: id), calendar: calendar), back: Path.dossier(id)
                ).html
            })
    }

    /// 经办流程, as the applicant may read it (D25).
    @Sendable func myTrail(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (id, actor, session, now): (ID<Dossier>, Actor, Session, Instant) = (try context.id(), context.actor, context.session, context.now)
        return page(
            try await database.read { connection in
                let dossier = try connection.dossier(id, for: actor)
                let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
                let timeline = Timeline(forApplicant: try connection.trail(of: id), ownUnit: dossier.unit, calendar: calendar)
                return TrailPage(
                    frame: try frame(for: session, connection), dossier: dossier, whereabouts: dossier.whereabouts(for: actor, in: surroundings),
                    units: surroundings.units, timeline: timeline, back: Path.myDossier(id)
                ).html
            })
    }
}

struct TrailPage {
    let frame: Frame
    let dossier: Dossier
    let whereabouts: Whereabouts
    let units: [ID<WorkUnit>: WorkUnit]
    let timeline: Timeline
    let back: String

    var html: HTML {
        frame.page(
            "经办流程",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back)">\(dossier.applicantName)的申报材料</a></nav><h1>经办流程</h1></div>
                <section class="card where"><p class="place">\(whereabouts.sentence)</p></section>
                <div class="trail"><section class="card" aria-labelledby="log"><h2 id="log">办理记录</h2>\(timeline.html)</section>\
                <section class="card" aria-labelledby="chain"><h2 id="chain">审核流程</h2>\(ChainSteps(journey: dossier.journey, units: units).html)</section></div>
                """)
    }
}
