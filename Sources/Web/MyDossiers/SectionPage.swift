import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// One section of a draft, to be filled in.
    @Sendable func section(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let section = try section(of: context)
        return page(try await sectionPage(try context.id(), section, context, typed: nil, complaints: nil))
    }

    func section(of context: ApplicantContext) throws -> Section {
        guard let section = context.parameters.get("section").flatMap({ Section(rawValue: String($0)) }) else { throw Problem.notFound }
        return section
    }

    /// The page of a section; `typed` stands in for the saved draft after an error.
    func sectionPage(
        _ id: ID<Dossier>, _ section: Section, _ context: ApplicantContext, typed: Content?, complaints: Complaints?, alert: HTML = .empty
    ) async throws -> HTML {
        let (actor, session, now, person) = (context.actor, context.session, context.now, context.person)
        return try await database.read { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard dossier.isWithApplicant else { throw Problem.refused("材料已提交，不能修改。") }
            let draft = try connection.draft(of: id)
            guard let plan = try connection.plan(dossier.plan) else { throw Problem.notFound }
            let gaps = try connection.gaps(of: dossier, draft: draft, in: reference, at: now)
            return SectionPage(
                frame: try frame(for: session, connection), dossier: dossier, plan: plan, titles: try connection.titles(under: plan, for: dossier), person: person,
                section: section,
                content: typed ?? draft.content, revision: draft.revision, savedAt: draft.savedAt, gaps: gaps, returned: try self.returned(dossier, connection),
                complaints: complaints ?? .none, alert: alert, session: session, reference: reference
            ).html
        }
    }
}

extension Site {
    /// The return that an applicant is mending; nil for a draft.
    func returned(_ dossier: Dossier, _ connection: any Connection) throws -> TrailEntry? {
        guard dossier.isWithApplicant, dossier.journey.stage != .draft else { return nil }
        return try connection.trail(of: dossier.id).last { $0.step == .giveBack || $0.step == .requestCorrection }
    }
}

struct SectionPage {
    let frame: Frame
    let dossier: Dossier
    let plan: ReviewPlan
    /// Those of the plan that the person can apply for.
    let titles: [String]
    let person: Person
    let section: Section
    let content: Content
    let revision: Int
    let savedAt: Instant
    let gaps: [Gap]
    /// The return that is being mended; nil for a draft.
    let returned: TrailEntry?
    let complaints: Complaints
    let alert: HTML
    let session: Session
    let reference: Reference

    private var path: String { Path.mySection(dossier.id, section) }

    var html: HTML {
        frame.page(
            "填报：\(section.title)",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.home)">首页</a></nav><h1>\(plan.name)</h1></div>
                \(alert)<div class="filling">\(SectionIndex(dossier: dossier.id, current: section, gaps: gaps, remarked: Set((returned?.remarks ?? [:]).keys)).html)
                <form class="card sheet" method="post" action="\(path)" data-autosave data-guard><h2>\(section.title)</h2>\(remark)\
                \(FormToken.fields(for: path, version: revision, in: session))\(defaultButton("save"))\(complaints.summary)\(section.parts.map(part))\
                <div class="buttons"><button class="primary" name="action" value="next">\(section.next == nil ? "保存，去检查和提交" : "保存，下一步")</button>\
                <button name="action" value="save">保存</button><span class="saved" role="status" data-saved>已保存 \(savedAt.text)</span></div></form></div>
                \(uploads)
                """)
    }

    /// What the unit that gave it back has said of this section.
    private var remark: HTML {
        guard let returned, let text = returned.remarks[section] else { return .empty }
        return "<div class=\"notice warning\"><h3>\(returned.unitName)的修改意见</h3><p class=\"opinion\">\(text)</p></div>"
    }

    /// What the page's script sends with each file it uploads.
    private var uploads: HTML {
        guard section.parts.contains(where: { $0.files != nil }) else { return .empty }
        return "<form id=\"uploads\" action=\"\(Path.myFiles(dossier.id))\" hidden>\(FormToken.fields(for: Path.myFiles(dossier.id), in: session))</form>"
    }

    private func part(_ part: Part) -> HTML {
        switch part {
        case .application: "\(title)\(fields(part, content.single(part)))"
        case .basics: "\(identity)\(fields(part, content.single(part)))\(files(part, content.single(part)))"
        case .summary: fields(part, content.single(part))
        case .education, .work, .practice, .insurance, .training, .assessment, .achievement, .award, .project, .patent, .paper, .book, .otherResult,
            .qualification, .language, .society, .others:
            table(part)
        }
    }

    private func fields(_ part: Part, _ row: Content.Row) -> HTML {
        """
        <div class="fields">\(part.fields.map { field in
            FieldInput(field, name: "\(part.rawValue).\(row.id).\(field.key)", value: row[field.key], complaints: complaints, reference: reference).html
        })</div>
        """
    }

    private func files(_ part: Part, _ row: Content.Row) -> HTML {
        guard let rule = part.files else { return .empty }
        return RowFiles(dossier: dossier.id, part: part, row: row, rule: rule).html
    }

    private func table(_ part: Part) -> HTML {
        let rows = content[part]
        let full = rows.count >= part.rows.upperBound
        return """
            <fieldset id="\(part.rawValue)" class="rows"><legend>\(part.title)</legend>\(rows.isEmpty ? hint(part) : .empty)\(rows.enumerated().map { number, row in
                """
                <div class="row" role="group" aria-label="\(part.title)第 \(number + 1) 条"><div class="head"><h3>第 \(number + 1) 条</h3>\
                <button class="plain" name="action" value="remove.\(part.rawValue).\(row.id)">删除<span class="unseen">第 \(number + 1) 条\(part.title)</span></button></div>\(fields(part, row))\(files(part, row))</div>
                """ as HTML
            })<button name="action" value="add.\(part.rawValue)"\(" disabled", if: full)>添加\(part.title)</button></fieldset>
            """
    }

    private func hint(_ part: Part) -> HTML {
        part.rows.lowerBound > 0 ? "<p class=\"none\">至少填写一条。</p>" : "<p class=\"none\">没有的可以不填。</p>"
    }

    /// Series, level and title of the plan (申报职称 ★).
    private var title: HTML {
        let complaint = complaints.of("title")
        return """
            \(Facts([("评审计划", plan.name), ("年度", String(plan.year)), ("申报截止", plan.windows.applicationsUntil.description)]).html)\
            <div class="fields"><div class="field\(complaint == nil ? .empty : " wrong" as HTML)"><label for="title">申报职称<span class="star" aria-hidden="true">★</span></label>\
            <select id="title" name="title" aria-required="true"\(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"title-note\"" as HTML)><option value="">请选择</option>\
            \(titles.compactMap(reference.title).map { "<option value=\"\($0.code)\"\(" selected", if: $0.code == content.title)>\($0.series) · \($0.levelName) · \($0.name)</option>" as HTML })\
            </select>\(complaint.map { "<p class=\"complaint\" id=\"title-note\">\($0)</p>" as HTML })</div></div>
            """
    }

    private var identity: HTML {
        """
        \(Facts([
            ("姓名", person.name), ("性别", reference.name(person.idNumber.genderCode, in: .genders) ?? ""), ("出生日期", person.idNumber.birthDay?.description ?? ""),
            ("证件类型", "居民身份证"), ("证件号码", person.idNumber.masked), ("手机", person.phone?.masked ?? "未登记"),
        ]).html)<p class="hint">以上信息来自统一身份认证平台，不能在此修改；如有变化，请在该平台更新后重新登录。</p>
        """
    }
}

/// The sections as steps, with the number of gaps in each.
struct SectionIndex {
    let dossier: ID<Dossier>
    let current: Section?
    let gaps: [Gap]
    /// Sections that a return has remarks on.
    var remarked: Set<Section> = []

    var html: HTML {
        """
        <nav class="sections" aria-label="填报步骤"><ol>\(Section.allCases.map(item))\
        <li><a href="\(Path.mySubmission(dossier))"\(current == nil ? " aria-current=\"step\"" as HTML : .empty)>检查和提交</a></li></ol></nav>
        """
    }

    private func item(_ section: Section) -> HTML {
        let missing = gaps.count { $0.section == section }
        let state: HTML = missing == 0 ? "<span class=\"tag good\">完整</span>" : "<span class=\"tag soon\">\(missing) 项待完善</span>"
        return """
            <li><a href="\(Path.mySection(dossier, section))"\(section == current ? " aria-current=\"step\"" as HTML : .empty)>\(section.title) \(remarked.contains(section) ? "<span class=\"tag late\">有意见</span> " as HTML : .empty)\(state)</a></li>
            """
    }
}
