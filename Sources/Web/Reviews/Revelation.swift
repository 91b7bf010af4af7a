import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// Shows an applicant's numbers in full; recorded before it is shown.
    @Sendable func reveal(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { _ in false }
        guard let key = ID<Revelation>(token.key) else { throw Problem.forgedForm }
        let (session, member, now) = (context.session, context.member, context.now)
        let (frame, person) = try await database.write { connection in
            (try self.frame(for: session, connection), try connection.reveal(id, to: member, key: key, at: now))
        }
        return page(RevelationPage(frame: frame, dossier: id, person: person, at: now).html)
    }

    /// The button for it.
    func revealButton(of dossier: Dossier, in session: Session) -> HTML {
        let path = Path.revelations(dossier.id)
        return """
            <form class="reveal" method="post" action="\(path)" data-reveal>\(FormToken.fields(for: path, in: session))\
            <button class="plain">显示完整证件号码和手机</button> <span class="hint">将记录查看人和时间</span></form>
            """
    }
}

/// The numbers, alone on their page.
struct RevelationPage {
    let frame: Frame
    let dossier: ID<Dossier>
    let person: Person
    let at: Instant

    var html: HTML {
        frame.page(
            "证件号码",
            body: """
                <section class="card trouble"><h1>\(person.name)</h1><div data-revealed><dl class="facts"><div><dt>证件号码</dt><dd class="number">\(person.idNumber.text)</dd></div>\
                <div><dt>手机</dt><dd class="number">\(person.phone?.text ?? "未登记")</dd></div></dl><p class="hint">本次查看已于 \(at.text) 记录。</p></div>\
                <p><a class="button primary" href="\(Path.dossier(dossier))">回到材料</a></p></section>
                """)
    }
}
