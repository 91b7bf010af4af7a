import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 专技人才档案 of whoever is signed in: what is in force, what is under review, and what became of the earlier ones.
    @Sendable func myProfile(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let (session, person) = (context.session, context.person)
        let shown = try await database.read { connection in
            MyProfilePage(
                frame: try frame(for: session, connection, current: Path.myProfile), person: person, inForce: try connection.profile(of: person.id),
                requests: try connection.requests(.profile, of: person.id), reference: reference)
        }
        return page(shown.html)
    }

    @Sendable func profileForm(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        if let open = try await database.read({ try $0.openRequest(.profile, of: context.person.id) }), open.state == .waiting { return see(Path.personRequest(open.id)) }
        return page(try await profileFormPage(context, nil, nil))
    }

    @Sendable func submitProfile(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let posted = try await postedPersonForm(
            request, context.session, fields: TalentProfile.fields, files: TalentProfile.fileRule, others: ["unit", "search"], demandsFiles: true, today: context.now.day)
        let unit = ID<WorkUnit>(posted.form["unit"])
        var problems: [FieldProblem] = []
        if posted.isSubmitted {
            if unit == nil { problems.append(FieldProblem("unit", "请查找并选择工作单位")) }
            if posted.problems.isEmpty { problems += TalentProfile.contradictions(in: posted.values) }
        }
        return try await settle(posted, adding: problems) {
            guard let unit else { throw Problem.malformed }
            return try await database.write {
                try $0.submitProfile(
                    posted.values, files: posted.files, at: unit, over: posted.token.version, by: context.person, key: posted.token.key, at: context.now)
            }
        } show: { typing in
            try await profileFormPage(context, posted, typing)
        }
    }

    private func profileFormPage(_ context: ApplicantContext, _ posted: PostedPersonForm?, _ typing: Typing?) async throws -> HTML {
        let (session, person) = (context.session, context.person)
        return try await database.read { connection in
            let open = try connection.openRequest(.profile, of: person.id)
            let mended = open?.state == .returned ? open : nil
            let inForce = try connection.profile(of: person.id)
            let known = try mended?.unit ?? inForce?.unit ?? connection.employer(of: person.id)?.id
            let (chosen, found) = try employers(posted, given: known, connection)
            let gender = reference.name(person.idNumber.genderCode, in: .genders) ?? ""
            return PersonFormPage(
                frame: try frame(for: session, connection, current: Path.myProfile), title: inForce == nil ? "填写专技人才档案" : "变更专技人才档案", back: (Path.myProfile, "专技人才档案"),
                path: Path.profileForm, explanation: "提交后由工作单位审核，再由上级单位逐级审核，审核通过后开始使用。审核期间，原来的档案继续使用。",
                facts: [("姓名", person.name), ("证件号码", person.idNumber.masked), ("性别", gender), ("出生日期", person.idNumber.birthDay?.description ?? "")],
                fields: TalentProfile.fields, given: mended?.values ?? inForce?.values ?? ["nationality": "1"],
                choice: UnitChoice(
                    name: "unit", label: "工作单位", hint: "由该单位审核本档案，今后的职称申报也由该单位审核推荐。", none: "没有找到在用的单位。单位尚未注册的，请联系单位先行注册。", chosen: chosen, found: found,
                    search: posted?.search ?? "", complaint: typing?.problems.first { $0.field == "unit" }?.message
                ).html,
                files: try FormFiles(
                    TalentProfile.fileRule, field: UnitRequest.fileField, isRequired: true, files: posted?.files ?? mended?.files ?? [],
                    with: FileTicket(vault: connection.vault, session: session)),
                typing: typing, version: mended?.version ?? 0, givenBack: try mended.flatMap { try connection.steps(of: $0.id).last?.opinion }, defaultAction: "find",
                session: session, reference: reference
            ).html
        }
    }

    /// The unit that is chosen, and what a search finds.
    private func employers(_ posted: PostedPersonForm?, given: ID<WorkUnit>?, _ connection: any Storage.Connection) throws -> (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit]) {
        let chosen = try UnitChoice.Unit(posted.map { ID<WorkUnit>($0.form["unit"]) } ?? given, connection)
        guard let search = posted?.search, posted?.action == .find, !search.trimmed.isEmpty else { return (chosen, []) }
        return (chosen, try connection.superiors(matching: search).map { .init(unit: $0.unit, above: $0.above) })
    }
}

/// A person's own profile.
struct MyProfilePage {
    let frame: Frame
    let person: Person
    let inForce: Talent?
    let requests: [PersonRequest]
    let reference: Reference

    private var open: PersonRequest? { requests.first { $0.state.isOpen } }

    var html: HTML {
        frame.page(
            "专技人才档案",
            body: """
                <div class="title acting"><h1>专技人才档案<small>\(person.name)</small></h1><div class="buttons">\(action)</div></div>\(pending)
                <section class="card sheet" aria-labelledby="force"><h2 id="force">在用档案</h2>\(inForce.map(force) ?? "<p class=\"none\">您还没有审核通过的专技人才档案。填写并提交后，由工作单位和上级单位逐级审核；审核通过后，职称申报会自动带出档案内容。</p>")</section>\(history)
                """)
    }

    private var action: HTML {
        if let open {
            return
                "<a class=\"button primary\" href=\"\(open.state == .returned ? Path.profileForm : Path.personRequest(open.id))\">\(open.state == .returned ? "修改后重新提交" : "查看审核进度")</a>"
        }
        return "<a class=\"button primary\" href=\"\(Path.profileForm)\">\(inForce == nil ? "填写档案" : "变更档案")</a>"
    }

    private var pending: HTML {
        guard let open else { return .empty }
        return """
            <div class="notice\(open.state == .returned ? " warning" : "")" role="status"><p>\(open.state == .returned ? "您提交的档案已被退回，请修改后重新提交。" : "您于 \(open.submittedAt.text) 提交的档案正在审核。")\
            <a href="\(Path.personRequest(open.id))">查看</a></p></div>
            """
    }

    private func force(_ talent: Talent) -> HTML {
        let title = talent.title.flatMap(reference.title)
        let facts = TalentProfile.fields.filter { $0.key != "title" && (talent.values[$0.key] != nil || $0.required) }.map {
            ($0.label, $0.show(talent.values[$0.key] ?? "", in: reference))
        }
        return Facts(
            [
                ("姓名", talent.name), ("证件号码", person.idNumber.masked), ("工作单位", talent.unitName),
                ("现任专业技术职务", title.map { "\($0.name)（\($0.levelName)）" } ?? "无"), ("系列", title?.series ?? ""), ("开始使用", talent.approvedAt.text),
            ] + facts
        ).html
    }

    private var history: HTML {
        guard !requests.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="history"><h2 id="history">提交记录</h2><ul class="rows">\(requests.map { request in
                "<li><a href=\"\(Path.personRequest(request.id))\">\(request.submittedAt.text) 提交</a><span>\(request.unitName)</span><span>\(RequestTag(state: request.state).html)</span></li>" as HTML
            })</ul></section>
            """
    }
}

/// What has become of a request, as a coloured word.
struct RequestTag {
    let state: Approval.State

    var html: HTML {
        let kind: HTML =
            switch state {
            case .waiting: "tag busy"
            case .returned: "tag soon"
            case .passed: "tag good"
            case .failed: "tag late"
            case .cancelled: "tag"
            }
        return "<span class=\"\(kind)\">\(state.title)</span>"
    }
}
