import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 查看经办流程, as a reviewer.
    @Sendable func trail(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        return try await trail(of: id, for: context.actor, in: context.session, at: context.now, back: Path.dossier(id))
    }

    /// 经办流程, as the applicant.
    @Sendable func myTrail(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        return try await trail(of: id, for: context.actor, in: context.session, at: context.now, back: Path.myDossier(id))
    }

    /// Of his own dossier a person reads what an applicant may read and no more (D25), be he on the staff of a unit it passes.
    private func trail(of id: ID<Dossier>, for actor: Actor, in session: Session, at now: Instant, back: String) async throws -> Response {
        let shown = try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            let surroundings = try surroundings(of: dossier, for: actor, at: now, connection)
            let trail = try connection.trail(of: id)
            let timeline =
                dossier.applicant == actor.person
                ? Timeline(forApplicant: trail, calendar: calendar) : Timeline(forReviewers: trail, calendar: calendar)
            return TrailPage(
                frame: try frame(for: session, connection), dossier: dossier, whereabouts: dossier.whereabouts(for: actor, in: surroundings),
                units: surroundings.units, timeline: timeline,
                revelations: dossier.applicant == actor.person ? [] : try connection.revelations(of: id), back: back)
        }
        return page(shown.html)
    }
}

struct TrailPage {
    let frame: Frame
    let dossier: Dossier
    let whereabouts: Whereabouts
    let units: [ID<WorkUnit>: WorkUnit]
    let timeline: Timeline
    let revelations: [Revelation]
    let back: String

    var html: HTML {
        frame.page(
            "经办流程",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back)">\(dossier.applicantName)的申报材料</a></nav><h1>经办流程</h1></div>
                <section class="card where"><p class="place">\(whereabouts.sentence)</p></section>
                <div class="trail"><div><section class="card" aria-labelledby="log"><h2 id="log">办理记录</h2>\(timeline.html)\(proof)</section>\(views)</div>\
                <section class="card" aria-labelledby="chain"><h2 id="chain">审核流程</h2>\(ChainSteps(journey: dossier.journey, units: units).html)</section></div>
                """)
    }

    private var proof: HTML {
        guard !timeline.entries.isEmpty else { return .empty }
        return """
            <p class="proof"><a href="\(back)/trail/proof">下载经办流程证明</a> \
            <small>文件可以证明以上记录未被删改，由系统管理员核对；核对用的公钥见<a href="\(Path.verificationKeys)">公布的公钥</a>；新的记录约五分钟后可以证明。</small></p>
            """
    }

    /// Who has read the applicant's numbers in full.
    private var views: HTML {
        guard !revelations.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="views"><h2 id="views">证件号码查看记录</h2><ul class="rows">\(revelations.map {
                "<li>\($0.unitName) · \($0.readerName) <small>\($0.at.text)</small></li>" as HTML
            })</ul></section>
            """
    }
}
