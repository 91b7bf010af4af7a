import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// A request as whoever asked sees it, and whoever decides.
    @Sendable func unitRequest(_ request: Request, _ context: SignedInContext) async throws -> Response {
        page(try await unitRequestPage(try context.id(), context, isDone: request.uri.queryParameters["done"] == "1"))
    }

    /// 通过, 退回, 不通过.
    @Sendable func decideUnitRequest(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let id: ID<UnitRequest> = try context.id()
        let (form, token) = try await administrationForm(request, context)
        try form.only { ["opinion", "action"].contains($0) }
        guard let step = Approval.Step(rawValue: form["action"]), step.isDecision else { throw Problem.malformed }
        do {
            if form["opinion"].length > Self.mostOpinion { throw Problem.invalid([FieldProblem("opinion", "意见最多 \(Self.mostOpinion) 字")]) }
            let by = Administrator(context.member, key: token.key, at: context.now)
            try await database.write { try $0.decide(id, step, opinion: form["opinion"], over: token.version, by: by) }
            return see(Path.unitRequest(id, isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(form, after: problem, token)
            return page(try await unitRequestPage(id, SignedInContext(of: context), typing), status: typing.status)
        }
    }

    static let mostOpinion = 500

    @Sendable func cancelUnitRequest(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let (id, signedIn): (ID<UnitRequest>, SignedIn) = (try context.id(), context.session.signedIn)
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { _ in false }
        do {
            if let member = signedIn.staff {
                try member.demand(.unit)
                try await database.write { try $0.cancel(id, over: token.version, by: Administrator(member, key: token.key, at: context.now)) }
            } else {
                guard case .asked? = signedIn.registration else { throw Problem.notFound }
                try await database.write {
                    try $0.cancelRegistration(id, under: signedIn.creditCode, over: token.version, by: Requester(signedIn, key: token.key, at: context.now))
                }
            }
            return see(Path.unitRequest(id, isDone: true))
        } catch let problem as Problem {
            let typing = try Typing(nil, after: problem, token)
            return page(try await unitRequestPage(id, context, typing), status: typing.status)
        }
    }

    @Sendable func unitRequestFile(_ request: Request, _ context: SignedInContext) async throws -> Response { try await original(try await requestFile(context), context) }
    @Sendable func unitRequestPicture(_ request: Request, _ context: SignedInContext) async throws -> Response { try await picture(try await requestFile(context), context) }

    @Sendable func unitRequestFileView(_ request: Request, _ context: SignedInContext) async throws -> Response {
        let id: ID<UnitRequest> = try context.id()
        return try await view(try await requestFile(context), at: Path.unitRequestFiles(id), back: Path.unitRequest(id), request, context)
    }

    private func requestFile(_ context: SignedInContext) async throws -> Attachment {
        let (id, file): (ID<UnitRequest>, ID<Attachment>) = (try context.id(), try context.id("file"))
        let request = try await database.read { try visibleRequest(id, to: context.session.signedIn, $0) }
        guard let found = request.files.first(where: { $0.id == file }) else { throw Problem.notFound }
        return found
    }

    private func visibleRequest(_ id: ID<UnitRequest>, to signedIn: SignedIn, _ connection: any Storage.Connection) throws -> UnitRequest {
        if let member = signedIn.staff { return try connection.unitRequest(id, for: member) }
        guard case .asked? = signedIn.registration else { throw Problem.notFound }
        return try connection.unitRequest(id, under: signedIn.creditCode)
    }

    private func unitRequestPage(_ id: ID<UnitRequest>, _ context: SignedInContext, _ typing: Typing? = nil, isDone: Bool = false) async throws -> HTML {
        let (session, signedIn) = (context.session, context.session.signedIn)
        return try await database.read { connection in
            let request = try visibleRequest(id, to: signedIn, connection)
            let member = signedIn.staff
            let isOwn = member == nil || request.unit == member?.unit
            let decides = request.state == .waiting && request.superior == member?.unit && member?.permissions.contains(.subordinates) == true
            let current: WorkUnit? = try request.unit.flatMap { try connection.unit($0) }
            return UnitRequestPage(
                frame: try frame(for: session, connection, current: member == nil ? Path.registration : isOwn ? Path.unit : Path.unitRequests), request: request,
                current: current, superiorNow: try current?.superior.flatMap { try connection.unit($0) }?.name ?? "",
                above: try connection.path(from: request.superior).dropFirst().reversed().map(\.name), steps: try connection.steps(of: id), isOwn: isOwn,
                mends: isOwn && (member != nil || request.person == signedIn.person.id),
                decides: decides && request.person != member?.person, isDone: isDone, typing: typing, session: session, reference: reference
            ).html
        }
    }
}

extension SignedInContext {
    /// The same request, of whoever is signed in.
    init(of context: StaffContext) {
        coreContext = context.coreContext
        (now, session) = (context.now, context.session)
    }
}

struct UnitRequestPage {
    let frame: Frame
    let request: UnitRequest
    /// The unit as it is now; nil while it is not registered.
    let current: WorkUnit?
    let superiorNow: String
    /// Names above the unit that decides, from the top.
    let above: [String]
    let steps: [UnitRequestStep]
    /// The reader's own unit has asked.
    let isOwn: Bool
    /// He may send it in again when it was given back.
    let mends: Bool
    let decides: Bool
    let isDone: Bool
    let typing: Typing?
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private var path: String { Path.unitRequest(request.id) }

    var html: HTML {
        frame.page(
            request.kind.title,
            body: """
                <div class="title">\(back)<h1>\(request.kind.title)<small>\(request.unitName)</small></h1></div>\(typing?.notice)
                \(whereabouts)
                <section class="card" aria-labelledby="asked"><h2 id="asked">申请内容</h2>\(Facts(facts).html)\(changes)\(copies)</section>\(decision)\(mending)
                <section class="card" aria-labelledby="log"><h2 id="log">办理记录</h2><ol class="timeline">\(steps.map(entry))</ol></section>
                """,
            toast: isDone ? "<div class=\"notice success\" role=\"status\"><p><strong>已办理：</strong>\(steps.last?.step.title ?? "")。</p></div>" : .empty)
    }

    /// What stands above every page of the unit already is not said twice.
    private var whereabouts: HTML {
        let isSaid = isOwn && (current == nil || request.kind == .superior && request.state == .waiting)
        return isSaid ? .empty : "<section class=\"card where\"><p class=\"place\">\(request.whereabouts)</p></section>"
    }

    private var back: HTML {
        if current == nil, isOwn { return .empty }
        let (path, title) = isOwn ? (Path.unit, "基本信息维护") : (Path.unitRequests, "单位申请审核")
        return "<nav class=\"crumbs\" aria-label=\"位置\"><a href=\"\(path)\">\(title)</a></nav>"
    }

    private var facts: [(String, String)] {
        let head = [
            ("单位名称", request.unitName), ("统一社会信用代码", request.creditCode.text), ("提交人", request.personName), ("提交时间", request.submittedAt.text),
            (request.kind == .superior ? "变更后的上级单位名称" : "上级单位名称", (above + [request.superiorName]).joined(separator: " › ")),
        ]
        let shown = UnitRequest.fields(of: request.kind).filter { request.kind != .correction || $0.key == "reason" }
        return head + shown.filter { request.values[$0.key] != nil || $0.required }.map { ($0.label, $0.show(request.values[$0.key] ?? "", in: reference)) }
    }

    /// From what to what, for what is there already.
    private var changes: HTML {
        guard let current else { return .empty }
        let rows: [(String, String, String)]
        switch request.kind {
        case .registration: return .empty
        case .superior: rows = request.state.isOpen ? [("上级单位名称", superiorNow, request.superiorName)] : []
        case .correction:
            rows = [
                ("单位名称", request.unitName, request.values["name"] ?? ""), ("统一社会信用代码", request.creditCode.text, request.values["creditCode"] ?? ""),
            ]
        }
        guard !rows.isEmpty, request.kind == .correction || current.superior != request.superior else { return .empty }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="变更内容"><table><thead><tr><th scope="col">项目</th><th scope="col">现在</th><th scope="col">变更为</th></tr></thead>\
            <tbody>\(rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1)</td><td>\($0.1 == $0.2 ? "不变" : $0.2)</td></tr>" as HTML })</tbody></table></div>
            """
    }

    private var copies: HTML {
        guard !request.files.isEmpty else { return .empty }
        return "<h3>\(UnitRequest.fileRule(of: request.kind).label)</h3>\(FileLinks(files: request.files, base: Path.unitRequestFiles(request.id)).html)"
    }

    private var decision: HTML {
        guard decides else { return .empty }
        let version = typing?.version ?? request.version
        let token = FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
        return """
            <form class="card sheet" method="post" action="\(path)" data-once data-guard\(" data-typed", if: typing != nil)>\(token)<h2>审核</h2>\(complaints.summary)\
            \(FieldInput(Field("opinion", "审核意见", .text(Site.mostOpinion), hint: "退回、不通过时必填"), name: "opinion", value: typing?.form?["opinion"] ?? "", complaints: complaints, reference: reference).html)
            <div class="buttons"><button class="primary" name="action" value="pass">通过</button><button name="action" value="giveBack">退回</button>\
            <button class="danger" name="action" value="fail">不通过</button></div></form>
            """
    }

    /// What whoever asked can still do.
    private var mending: HTML {
        guard isOwn, request.state.isOpen else { return .empty }
        let form = [UnitRequest.Kind.registration: Path.registration, .superior: Path.superiorChange, .correction: Path.correction][request.kind] ?? Path.unit
        let cancel = Path.cancellation(request.id)
        return """
            <section class="card">\(request.state == .returned && mends ? "<p class=\"buttons\"><a class=\"button primary\" href=\"\(form)\">修改后重新提交</a></p>" as HTML : .empty)\
            <form method="post" action="\(cancel)" data-once>\(FormToken.fields(for: cancel, version: request.version, in: session))\
            <p class="hint">取消后，\(request.kind == .registration ? "可以重新提交注册申请" : "本单位恢复原来的状态，可以再次申请")。</p><p class="buttons"><button>取消申请</button></p></form></section>
            """
    }

    private func entry(_ step: UnitRequestStep) -> HTML {
        """
        <li\(step.step == .fail || step.step == .giveBack ? " class=\"stop\"" : .empty)><p class="what"><strong>\(step.step.title)</strong> <span>\(step.unitName.isEmpty ? request.unitName : step.unitName) · \(step.personName)</span></p>\
        <p class="when">\(step.at.text)</p>\(step.opinion.isEmpty ? .empty : "<p class=\"opinion\">\(step.opinion)</p>" as HTML)</li>
        """
    }
}
