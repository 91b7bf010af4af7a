import Domain
import Markup
import Storage

/// The plans of a title authority, latest year first.
struct PlanListPage {
    let frame: Frame
    let records: [PlanRecord]
    let units: [ID<WorkUnit>: WorkUnit]
    /// The plan that was just opened or changed.
    let done: ID<ReviewPlan>?
    let reference: Reference
    let today: Day

    var html: HTML {
        frame.page(
            "评审计划管理",
            body: """
                <div class="title acting"><h1>评审计划管理</h1><div class="buttons"><a class="button primary" href="\(Path.newPlan)">新建评审计划</a></div></div>
                <section class="card list">\(records.isEmpty ? "<p class=\"none\">还没有评审计划。新建后，在开放期内的计划显示在申报人的首页。</p>" as HTML : table)</section>
                """, toast: toast)
    }

    private var toast: HTML {
        guard let plan = records.first(where: { $0.plan.id == done })?.plan else { return .empty }
        return "<div class=\"notice success\" role=\"status\"><p><strong>已保存：</strong>\(plan.name)。</p></div>"
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="评审计划"><table class="work"><thead><tr><th scope="col">计划名称</th><th scope="col">申报职称</th><th scope="col">审核至 / 受理单位</th>\
        <th scope="col">申报截止</th><th scope="col">审核截止</th><th scope="col">受理截止</th><th scope="col">状态</th><th scope="col">操作</th></tr></thead>\
        <tbody>\(records.map(row))</tbody></table></div>
        """
    }

    private func row(_ record: PlanRecord) -> HTML {
        let (plan, windows) = (record.plan, record.plan.windows)
        let titles = plan.titles.compactMap(reference.title)
        let shown = titles.prefix(3).map(\.name).joined(separator: "、") + (titles.count > 3 ? " 等 \(titles.count) 个" : "")
        return """
            <tr><td data-label="计划名称" class="name"><a href="\(Path.plan(plan.id))">\(plan.name)</a></td><td data-label="申报职称" class="name">\(shown)</td><td data-label="审核至 / 受理单位" class="name">\(units[plan.limit]?.name ?? "")<small>\(units[plan.acceptanceUnit]?.name ?? "")</small></td>\
            <td data-label="申报截止" class="number">\(windows.applicationsUntil.description)</td>\
            <td data-label="审核截止" class="number">\(windows.reviewsUntil.description)</td><td data-label="受理截止" class="number">\(windows.acceptanceUntil.description)</td>\
            <td data-label="状态">\(PhaseTag(phase: plan.phase(on: today)).html)</td>\
            <td data-label="操作"><a href="\(Path.plan(plan.id))">\(plan.concluded ? "查看" : record.isUsed ? "延长期限" : "修改")</a></td></tr>
            """
    }
}

/// In which part of its year a plan is, as a coloured word.
struct PhaseTag {
    let phase: ReviewPlan.Phase

    var html: HTML {
        let kind: HTML =
            switch phase {
            case .applying: "tag good"
            case .reviewing, .accepting: "tag busy"
            case .over: "tag soon"
            case .coming, .concluded: "tag"
            }
        return "<span class=\"\(kind)\">\(phase.title)</span>"
    }
}

/// The form of a plan that is new or under which nobody applies yet.
struct PlanFormPage {
    let frame: Frame
    /// nil for a new one.
    let record: PlanRecord?
    let limit: (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit])
    let acceptance: (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit])
    let typing: Typing?
    let session: Session
    let reference: Reference
    let today: Day

    init(
        frame: Frame, record: PlanRecord?, limit: (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit]), acceptance: (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit]),
        typing: Typing?, session: Session, reference: Reference, today: Day
    ) {
        (self.frame, self.record, self.limit, self.acceptance) = (frame, record, limit, acceptance)
        (self.typing, self.session, self.reference, self.today) = (typing, session, reference, today)
    }

    static let titlePrefix = "title."

    /// The titles that a form has ticked, in the order of the tables.
    static func titles(in form: Form, _ reference: Reference) -> [String] {
        reference.titlesBySeries.flatMap(\.titles).map(\.code).filter { form.keys.contains(titlePrefix + $0) }
    }

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private var path: String { record.map { Path.plan($0.plan.id) } ?? Path.plans }

    /// What a new plan begins with.
    private var first: [String: String] {
        [
            "year": String(today.year), "opens": today.description, "reentry": ReviewChain.Reentry.ownUnit.rawValue, "publicity": PublicityRule.Demand.warn.rawValue,
            "publicityDays": String(PublicityRule.leastWorkingDays), "waivesPostTable": "0",
        ]
    }

    private func value(_ key: String) -> String { typing?.form?[key] ?? record?.plan.values[key] ?? first[key] ?? "" }

    var html: HTML {
        let title = record == nil ? "新建评审计划" : "修改评审计划"
        return frame.page(
            title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.plans)">评审计划管理</a></nav><h1>\(title)</h1></div>\(typing?.notice)
                <p class="hint">有人开始申报之前可以修改；开始申报之后，只能延长期限。</p>
                <form class="card sheet" method="post" action="\(path)" novalidate data-once data-guard\(" data-typed", if: typing != nil)>\(token)\(defaultButton("submit"))\(complaints.summary)
                <div class="fields">\(ReviewPlan.fields.map { FieldInput($0, name: $0.key, value: value($0.key), complaints: complaints, reference: reference).html })</div>\
                \(choice("limit", "审核至", "申报材料由本单位、上级单位逐级审核，到该单位为止。该单位以下的单位可以申报本计划。", limit))\
                \(choice("acceptanceUnit", "受理单位", "审核通过后由其受理，如评审委员会办公室。", acceptance))\(titles)
                <div class="buttons"><button class="primary" name="action" value="submit">保存</button><a class="button" href="\(Path.plans)">返回</a></div></form>
                """)
    }

    private var token: HTML {
        let version = typing?.version ?? record?.version ?? 0
        return FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
    }

    private func choice(_ name: String, _ label: String, _ hint: String, _ units: (chosen: UnitChoice.Unit?, found: [UnitChoice.Unit])) -> HTML {
        UnitChoice(
            name: name, label: label, hint: hint, none: "没有找到在用的单位。", chosen: units.chosen, found: units.found,
            search: typing?.form?["action"] == "find.\(name)" ? typing?.form?["search.\(name)"].cut(to: 50) ?? "" : "", complaint: complaints.of(name), suffix: ".\(name)"
        ).html
    }

    /// 申报职称, by series; those with something ticked are open.
    private var titles: HTML {
        let chosen = Set(typing?.form.map { Self.titles(in: $0, reference) } ?? record?.plan.titles ?? [])
        let complaint = complaints.of("titles")
        return """
            <fieldset id="titles"\(complaint == nil ? .empty : " class=\"wrong\"" as HTML)><legend>申报职称<span class="star" aria-hidden="true">★</span></legend>\(complaint.map { "<p class=\"complaint\">\($0)</p>" as HTML })\
            <div>\(reference.titlesBySeries.map { series, titles in
                let count = titles.count { chosen.contains($0.code) }
                return """
                    <details\(" open", if: count > 0)><summary>\(series)\(count > 0 ? "（已选 \(count) 个）" : "")</summary>\(titles.map { title in
                        """
                        <p class="check"><input type="checkbox" id="\(Self.titlePrefix)\(title.code)" name="\(Self.titlePrefix)\(title.code)" value="1"\(" checked", if: chosen.contains(title.code))>\
                        <label for="\(Self.titlePrefix)\(title.code)">\(title.name)（\(title.levelName)）</label></p>
                        """ as HTML
                    })</details>
                    """ as HTML
            })</div></fieldset>
            """
    }
}

/// A plan under which people apply: what it says, and its windows, which can be put off.
struct PlanPage {
    let frame: Frame
    let record: PlanRecord
    let units: [ID<WorkUnit>: WorkUnit]
    let typing: Typing?
    let session: Session
    let reference: Reference
    let today: Day

    static let reason = Field("reason", "延长原因", .text(300), required: true, hint: "告知受理单位、正在办理的单位和正在填报、修改的申报人")

    private var plan: ReviewPlan { record.plan }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }

    var html: HTML {
        frame.page(
            plan.name,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.plans)">评审计划管理</a></nav><h1>\(plan.name) \(PhaseTag(phase: plan.phase(on: today)).html)</h1></div>\(typing?.notice)
                <section class="card sheet" aria-labelledby="plan"><h2 id="plan">计划内容</h2>\(Facts(facts).html)</section>\(plan.concluded ? .empty : extending)
                """)
    }

    private var facts: [(String, String)] {
        let titles = plan.titles.compactMap(reference.title)
        return ReviewPlan.fields.map { ($0.label, $0.show(plan.values[$0.key] ?? "", in: reference)) } + [
            ("审核至", units[plan.limit]?.name ?? ""), ("受理单位", units[plan.acceptanceUnit]?.name ?? ""),
            ("申报职称", titles.map { "\($0.series) · \($0.name)（\($0.levelName)）" }.joined(separator: "\n")),
        ]
    }

    private var extending: HTML {
        let path = Path.planExtensions(plan.id)
        let version = typing?.version ?? record.version
        let token = FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
        return """
            <form class="card sheet" method="post" action="\(path)" novalidate data-once data-guard\(" data-typed", if: typing != nil)>\(token)<h2>延长期限</h2>\(complaints.summary)\
            <p class="hint">已有人在该计划下申报，只能延长期限；期限只能延后，不能提前。</p>\
            <div class="fields">\((ReviewPlan.extensionFields + [Self.reason]).map {
                FieldInput($0, name: $0.key, value: typing?.form?[$0.key] ?? plan.values[$0.key] ?? "", complaints: complaints, reference: reference).html
            })</div><div class="buttons"><button class="primary">延长期限</button></div></form>
            """
    }
}
