import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 基本信息维护 (M7): name and credit code are locked, everything else is the unit's to keep up.
    @Sendable func ownUnit(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.unit)
        return page(try await ownUnitPage(context, isSaved: request.uri.queryParameters["saved"] == "1"))
    }

    @Sendable func changeOwnUnit(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.unit)
        let (form, token) = try await administrationForm(request, context)
        let fields = WorkUnit.openFields + WorkUnit.detailFields
        try form.only { key in fields.contains { $0.key == key } }
        let reading = FieldReading(fields, from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        do {
            let problems = reading.problems + WorkUnit.contradictions(in: reading.values)
            guard problems.isEmpty else { throw Problem.invalid(problems) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try $0.changeOwnUnit(to: reading.values, over: token.version, by: by) }
            return see(Path.unit + "?saved=1")
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await ownUnitPage(context, typing), status: typing.status)
        }
    }

    private func ownUnitPage(_ context: StaffContext, _ typing: Typing? = nil, isSaved: Bool = false) async throws -> HTML {
        let (session, id) = (context.session, context.unit.id)
        return try await database.read { connection in
            guard let unit = try connection.unit(id) else { throw Problem.notFound }
            return OwnUnitPage(
                frame: try frame(for: session, connection, current: Path.unit), unit: unit, version: try connection.version(of: id),
                details: try connection.details(of: id), superior: try unit.superior.flatMap { try connection.unit($0) }?.name, licences: try connection.licences(of: id),
                requests: try connection.requests(of: id), isSaved: isSaved, typing: typing, session: session, reference: reference
            ).html
        }
    }
}

struct OwnUnitPage {
    let frame: Frame
    let unit: WorkUnit
    let version: Int
    let details: [String: String]
    let superior: String?
    let licences: (request: ID<UnitRequest>, files: [Attachment])?
    let requests: [UnitRequest]
    let isSaved: Bool
    let typing: Typing?
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    var html: HTML {
        frame.page(
            "基本信息维护",
            body: """
                <div class="title"><h1>基本信息维护<small>\(unit.name)</small></h1></div>\(typing?.notice)
                <section class="card" aria-labelledby="locked"><div class="head"><h2 id="locked">单位名称等信息</h2>\(superior == nil ? .empty : "<a href=\"\(Path.correction)\">申请更正</a>" as HTML)</div>\
                \(Facts([("单位名称", unit.name), ("统一社会信用代码", unit.creditCode.text)]).html)<p class="hint">单位名称和统一社会信用代码不能修改；登记有误的，附证照申请更正。</p>\(copies)</section>
                <section class="card" aria-labelledby="above"><div class="head"><h2 id="above">上级单位</h2>\(superior == nil ? .empty : "<a href=\"\(Path.superiorChange)\">申请变更上级单位</a>" as HTML)</div>\
                \(Facts([("上级单位名称", superior ?? "无（职称授权管理单位）")]).html)</section>
                \(form)\(history)
                """, toast: isSaved ? "<div class=\"notice success\" role=\"status\"><p>基本信息已保存。</p></div>" : .empty)
    }

    private var copies: HTML {
        licences.map { "<h3>证照附件</h3>\(FileLinks(files: $0.files, base: Path.unitRequestFiles($0.request)).html)" as HTML } ?? .empty
    }

    private var form: HTML {
        """
        <form class="card sheet" method="post" action="\(Path.unit)" novalidate data-once data-guard\(" data-typed", if: typing != nil)>\
        \(FormToken.fields(for: Path.unit, version: typing?.version ?? version, in: session))<h2>其他信息</h2>\(complaints.summary)
        <div class="fields">\((WorkUnit.openFields + WorkUnit.detailFields).map(field))</div>
        <div class="buttons"><button class="primary">保存</button></div><p class="hint">每次修改都记入管理记录，本单位和上级单位可以查看。</p></form>
        """
    }

    private func field(_ field: Field) -> HTML {
        let given = unit.openValues[field.key] ?? details[field.key] ?? ""
        return FieldInput(field, name: field.key, value: typing?.form.map { $0[field.key] } ?? given, complaints: complaints, reference: reference).html
    }

    private var history: HTML {
        guard !requests.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="requests"><h2 id="requests">单位申请</h2><ul class="rows">\(requests.map { request in
                """
                <li><a href="\(Path.unitRequest(request.id))">\(request.kind.title)</a><span><span class="tag">\(request.state.title)</span> \(request.personName) 于 \(request.submittedAt.text) 提交 · \(request.superiorName)</span></li>
                """ as HTML
            })</ul></section>
            """
    }
}
