import Domain
import Hummingbird
import Logging
import Markup
import ServiceLifecycle
import Storage
import Synchronization

/// The tables that forms choose from, as they are now. The authority adds to them while the site runs, on whatever node.
final class References: Sendable {
    private let held: Mutex<Reference>

    init(_ reference: Reference) { held = Mutex(reference) }

    var current: Reference { held.withLock { $0 } }

    func replace(with reference: Reference) { held.withLock { $0 = reference } }
}

/// Reads the tables anew every minute: another node may have added to them.
struct ReferenceRefresh: Service {
    let site: Site
    let logger: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            do {
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }
            } catch is CancellationError {
                return
            }
            do {
                try await site.readReference()
            } catch {
                logger.warning("the reference tables could not be read", metadata: ["error": "\(summary(of: error))"])
            }
        }
    }
}

extension Site {
    func readReference() async throws { references.replace(with: try await database.read { try ReferenceTables.reference($0) }) }

    /// 归属地维护: the places where title business is handled.
    @Sendable func regionList(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandAuthority(context)
        return page(try await regionPage(context, isSaved: request.uri.queryParameters["saved"] == "1"))
    }

    @Sendable func addRegion(_ request: Request, _ context: StaffContext) async throws -> Response {
        try demandAuthority(context)
        let (form, token) = try await administrationForm(request, context)
        try form.only { ["affiliation", "superior"].contains($0) }
        let reading = FieldReading(RegionPage.fields, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        do {
            guard reading.problems.isEmpty else { throw Problem.invalid(reading.problems) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try $0.addRegion(reading.values["affiliation"] ?? "", under: reading.values["superior"] ?? "", by: by) }
            try await readReference()
            return see(Path.regions + "?saved=1")
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await regionPage(context, typing), status: typing.status)
        }
    }

    private func demandAuthority(_ context: StaffContext) throws(Problem) {
        try context.demand(.subordinates)
        if context.unit.superior != nil { throw Problem.notAllowed("归属地由职称授权管理单位维护。") }
    }

    private func regionPage(_ context: StaffContext, _ typing: Typing? = nil, isSaved: Bool = false) async throws -> HTML {
        let session = context.session
        return try await database.read { connection in
            RegionPage(
                frame: try frame(for: session, connection, current: Path.regions), units: try connection.unitsByRegion(), isSaved: isSaved, typing: typing, session: session,
                reference: reference
            ).html
        }
    }
}

struct RegionPage {
    let frame: Frame
    /// How many units each place has.
    let units: [String: Int]
    let isSaved: Bool
    let typing: Typing?
    let session: Session
    let reference: Reference

    static let fields = [
        Field("affiliation", "归属地名称", .line(30), required: true, hint: "如“乐山高新技术产业开发区”"),
        Field("superior", "所属市州或县区", .choice(.regions), required: true),
    ]

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    var html: HTML {
        frame.page(
            "归属地维护",
            body: """
                <div class="title"><h1>归属地维护</h1></div>\(typing?.notice)
                <form class="card sheet" method="post" action="\(Path.regions)" data-once>\(FormToken.fields(for: Path.regions, in: session))<h2>新增归属地</h2>\(complaints.summary)
                <p class="hint">行政区划之外办理职称业务的开发区、新区等，新增后各单位即可选择；不能删除。</p><div class="fields">\(Self.fields.map {
                    FieldInput($0, name: $0.key, value: typing?.form?[$0.key] ?? "", complaints: complaints, reference: reference).html
                })</div><div class="buttons"><button class="primary">新增</button></div></form>
                <section class="card" aria-labelledby="regions"><h2 id="regions">归属地<small>\(reference.orderedRegions.count) 个</small></h2>\(reference.regionGroups.map(group))</section>
                """, toast: isSaved ? "<div class=\"notice success\" role=\"status\"><p>归属地已新增。</p></div>" : .empty)
    }

    private func group(_ group: Reference.RegionGroup) -> HTML {
        let count = group.regions.reduce(0) { $0 + (units[$1.code] ?? 0) }
        return """
            <details><summary>\(group.name)<small> \(group.regions.count) 个归属地，\(count) 个单位</small></summary><ul class="rows">\(group.regions.map { region in
                "<li><span>\(region.affiliation) · \(region.code) · \(units[region.code] ?? 0) 个单位</span></li>" as HTML
            })</ul></details>
            """
    }
}
