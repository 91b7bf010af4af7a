import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 变更上级单位: what it does is said before it is asked (D12).
    @Sendable func superiorChange(_ request: Request, _ context: StaffContext) async throws -> Response { try await requestForm(.superior, context) }
    /// 更正单位名称、信用代码 (M7).
    @Sendable func correction(_ request: Request, _ context: StaffContext) async throws -> Response { try await requestForm(.correction, context) }

    @Sendable func askForSuperior(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.unit)
        let posted = try await postedRequest(.superior, request, context.session, today: context.now.day)
        let by = Administrator(context.member, key: posted.token.key, at: context.now)
        return try await settle(posted) { posted in
            guard let superior = posted.superior else { throw Problem.malformed }
            return try await database.write { try $0.askForSuperior(superior, reason: posted.values, files: posted.files, over: posted.token.version, by: by) }
        } show: { posted, typing in
            try await requestFormPage(.superior, context, posted, typing)
        }
    }

    @Sendable func askForCorrection(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.unit)
        let posted = try await postedRequest(.correction, request, context.session, today: context.now.day)
        let by = Administrator(context.member, key: posted.token.key, at: context.now)
        return try await settle(posted) { posted in
            try await database.write { try $0.askForCorrection(posted.values, files: posted.files, over: posted.token.version, by: by) }
        } show: { posted, typing in
            try await requestFormPage(.correction, context, posted, typing)
        }
    }

    private func requestForm(_ kind: UnitRequest.Kind, _ context: StaffContext) async throws -> Response {
        try context.demand(.unit)
        let (unit, open) = (context.unit, try await database.read { try $0.openRequest(kind, of: context.unit.id) })
        if unit.superior == nil { throw Problem.refused("本单位是职称授权管理单位，没有上级单位。") }
        if let open, open.state == .waiting { return see(Path.unitRequest(open.id)) }
        return page(try await requestFormPage(kind, context))
    }

    private func requestFormPage(_ kind: UnitRequest.Kind, _ context: StaffContext, _ posted: PostedRequest? = nil, _ typing: Typing? = nil) async throws -> HTML {
        let (session, unit) = (context.session, context.unit)
        return try await database.read { connection in
            let open = try connection.openRequest(kind, of: unit.id)
            let mended = open?.state == .returned ? open : nil
            let choices = kind == .superior ? try choices(posted, given: mended?.superior, for: unit.id, connection) : (chosen: nil, found: [])
            let superior = try unit.superior.flatMap { try connection.unit($0) }?.name ?? ""
            return RequestFormPage(
                frame: try frame(for: session, connection, current: Path.unit), kind: kind, path: kind == .superior ? Path.superiorChange : Path.correction,
                facts: [("单位名称", unit.name), ("统一社会信用代码", unit.creditCode.text), ("现在的上级单位名称", superior)],
                given: mended?.values ?? (kind == .correction ? ["name": unit.name, "creditCode": unit.creditCode.text] : [:]), superior: choices.chosen, found: choices.found,
                search: posted?.search ?? "",
                files: try FormFiles(
                    UnitRequest.fileRule(of: kind), field: UnitRequest.fileField, isRequired: UnitRequest.demandsFile(kind), files: posted?.files ?? mended?.files ?? [],
                    with: FileTicket(vault: connection.vault, session: session)),
                typing: typing, version: mended?.version ?? 0, givenBack: try mended.flatMap { try connection.steps(of: $0.id).last?.opinion },
                explanation: kind == .superior ? EffectOfAsking(try connection.effect(ofChangingSuperiorOf: unit.id)).html : Self.correctionHint, session: session,
                reference: reference
            ).html
        }
    }

    private static let correctionHint: HTML = "<p class=\"hint\">单位名称、统一社会信用代码登记有误的，附证照申请更正，由上级单位审核；审核通过后通知职称授权管理单位。已提交的申报材料仍记载当时的名称。</p>"
}

/// What asking for another superior does, said before it is asked.
private struct EffectOfAsking {
    let effect: SuperiorChangeEffect

    init(_ effect: SuperiorChangeEffect) { self.effect = effect }

    var html: HTML {
        """
        <section class="card" aria-labelledby="effect"><h2 id="effect">提交后的影响</h2><ul class="rows">\
        <li>审核期间，本单位申报、经办功能不开放\(effect.waiting > 0 ? "：等待本单位办理的 \(effect.waiting) 件申报材料须待审核通过或取消申请后办理" : "")。可先办结再申请。</li>\
        <li>本单位人员已提交、尚未办结的 \(effect.underway) 件申报，审核流程不变；以后提交的，按新的上级单位报送。</li>\
        <li>\(effect.subordinates > 0 ? "本单位的 \(effect.subordinates) 个下级单位随本单位一并转到新的上级单位之下；" : "")审核期间报送到本单位的材料在本单位等待，报送单位可以撤回。</li>\
        <li>由新的上级单位审核，原上级单位会收到通知；审核前可以取消申请。</li></ul></section>
        """
    }
}
