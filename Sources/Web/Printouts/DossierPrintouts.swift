import Domain
import Foundation
import Printing

/// What is printed of one dossier.
enum PrintoutKind: String, Sendable, CaseIterable {
    case dossier, recommendation, publicity, materials

    var title: String {
        switch self {
        case .dossier: "申报材料"
        case .recommendation: "单位推荐表"
        case .publicity: "公示表"
        case .materials: "材料清单"
        }
    }

    /// 公示表 is its unit's: to be posted while it waits there, and to be read by others once it was posted.
    static func offered(for reading: DossierReading, to actor: Actor) -> [PrintoutKind] {
        let isPosted = !(reading.view.recommendation?["publicFrom"] ?? "").isEmpty
        var isPosting = false
        if case .staff(let member) = actor, case .unit(reading.dossier.unit, _) = reading.dossier.journey.holder { isPosting = member.unit == reading.dossier.unit }
        return allCases.filter { $0 != .publicity || isPosted || isPosting }
    }
}

/// The printouts of a dossier, for a reader who sees what his reading shows.
struct DossierPrintouts {
    let reading: DossierReading
    let unit: WorkUnit
    /// What the applicant has signed.
    let pledge: String
    let calendar: WorkCalendar
    let today: Day
    var portrait: Printout.Portrait?

    private var view: DossierView { reading.view }
    private var reference: Reference { view.reference }
    private var content: Content { view.content }
    private var title: Reference.Title? { reference.title(content.title) }

    func printout(_ kind: PrintoutKind) -> Printout {
        switch kind {
        case .dossier: whole
        case .recommendation: recommendation
        case .publicity:
            PublicityNotice(unit: unit, applicants: [.init(view: view)], publicity: publicity, reference: reference).printout
        case .materials: materials
        }
    }

    private var subtitle: String { "\(view.person.name) · \(view.unitName) · \(view.plan.name)" }

    private func facts(_ facts: [(String, String)]) -> [Printout.Fact] { facts.map { Printout.Fact($0.0, $0.1) } }

    /// Who applies for what, above every form.
    private var head: Printout.Block {
        let (basics, application) = (content.single(.basics), content.single(.application))
        func shown(_ part: Part, _ key: String, _ row: Content.Row) -> String { part.fields.first { $0.key == key }?.show(row[key], in: reference) ?? "" }
        return .facts(
            facts([
                ("姓名", view.person.name), ("性别", reference.name(view.person.idNumber.genderCode, in: .genders) ?? ""),
                ("出生日期", view.person.idNumber.birthDay?.description ?? ""), ("证件号码", view.person.idNumber.masked),
                ("学历", shown(.basics, "degreeOfEducation", basics)), ("学位", shown(.basics, "degree", basics)),
                ("现职称", shown(.basics, "currentTitle", basics)), ("取得时间", shown(.basics, "titleSince", basics)),
                ("申报系列", title?.series ?? ""), ("申报职称", title?.name ?? ""), ("申报专业", shown(.application, "specialty", application)),
                ("申报类型", shown(.application, "kind", application)), ("工作单位", view.unitName), ("评审计划", view.plan.name),
            ]), portrait: portrait)
    }

    // MARK: 申报材料

    private var whole: Printout {
        var blocks: [Printout.Block] = []
        for section in Section.allCases {
            blocks.append(.heading(section.title))
            switch section {
            case .application: blocks.append(.facts(facts(view.headFacts) + facts(view.facts(of: .application))))
            case .basics: blocks.append(.facts(facts(view.identityFacts) + facts(view.facts(of: .basics)), portrait: portrait))
            case .summary: blocks.append(.text(content.single(.summary)["summary"]))
            case .education, .work, .training, .results, .qualifications, .others: blocks += rows(of: section)
            }
        }
        if let recommendation = view.recommendation { blocks += [.heading("单位推荐和公示信息")] + self.blocks(of: recommendation) }
        blocks += [
            .heading("申报人承诺"), .text(pledge), .signatures(["申报人（签字）：\n\n\n年　　月　　日", "单位审核人（签字、盖章）：\n\n\n年　　月　　日"]),
            .text("材料提交于 \(reading.submittedAt.text)，编号 \(reading.dossier.id.text)，内容摘要 \(reading.digest.prefix(32))。"),
        ]
        return Printout(title: "专业技术职称申报材料", subtitle: subtitle, blocks: blocks)
    }

    private func rows(of section: Section) -> [Printout.Block] {
        var blocks: [Printout.Block] = []
        let representatives = section == .results ? content.representatives : []
        if !representatives.isEmpty {
            let listed = representatives.enumerated().map { [String($0 + 1), $1.row[$1.part.nameKey], $1.part.title] }
            blocks += [.subheading("代表作"), .table(.init([.init("序号", width: 0.4), .init("名称", width: 4), .init("类别")], listed))]
        }
        let filled = section.parts.filter { !content[$0].isEmpty }
        for part in filled {
            if section.parts.count > 1 { blocks.append(.subheading("\(part.title)（\(content[part].count) 条）")) }
            blocks += table(of: part)
        }
        let empty = section.parts.filter { content[$0].isEmpty }
        if !empty.isEmpty { blocks.append(.text("未填写：\(empty.map(\.title).joined(separator: "、"))")) }
        return blocks
    }

    /// Columns that any row fills; where they are too many for a sheet of paper, one row below the other.
    private func table(of part: Part) -> [Printout.Block] {
        let rows = content[part]
        let columns = part.fields.filter { field in rows.contains { !$0[field.key].isEmpty } }
        func files(_ row: Content.Row) -> String { row.files.map(\.name).joined(separator: "\n") }
        let hasFiles = rows.contains { !$0.files.isEmpty }
        guard columns.count + (hasFiles ? 1 : 0) > 6 else {
            let heading = columns.map { Printout.Column($0.label, width: $0.isFigure ? 0.7 : 1) } + (hasFiles ? [Printout.Column(part.files?.label ?? "", width: 1.4)] : [])
            return [.table(.init(heading, rows.map { row in columns.map { $0.show(row[$0.key], in: reference) } + (hasFiles ? [files(row)] : []) }))]
        }
        return rows.enumerated().flatMap { number, row -> [Printout.Block] in
            let given = columns.filter { !row[$0.key].isEmpty }.map { Printout.Fact($0.label, $0.show(row[$0.key], in: reference)) }
            return [.text("第 \(number + 1) 条"), .facts(given + (row.files.isEmpty ? [] : [Printout.Fact(part.files?.label ?? "", files(row))]))]
        }
    }

    // MARK: 单位推荐表

    private var recommendation: Printout {
        let given = blocks(of: view.recommendation ?? Recommendation(values: [:]), isForm: true)
        return Printout(
            title: "专业技术职称申报单位推荐表", subtitle: "\(String(view.plan.year)) 年度 · \(unit.name)",
            blocks: [.heading("申报人"), head, .heading("单位推荐和公示信息")] + given + [
                .signatures(["经办人（签字）：\n\n\n年　　月　　日", "单位负责人（签字、单位盖章）：\n\n\n年　　月　　日"])
            ])
    }

    /// As a form it has a place for what is not filled in.
    private func blocks(of recommendation: Recommendation, isForm: Bool = false) -> [Printout.Block] {
        let filled = Recommendation.fields.filter { isForm || !recommendation[$0.key].isEmpty }
        var blocks: [Printout.Block] =
            filled.isEmpty
            ? [.text("未填写")] : [.facts(filled.map { Printout.Fact($0.label, recommendation[$0.key].isEmpty ? "　" : $0.show(recommendation[$0.key], in: reference)) })]
        if !recommendation.proofs.isEmpty { blocks.append(.facts([.init("单位公示证明材料", recommendation.proofs.map(\.name).joined(separator: "\n"))])) }
        guard let posts = recommendation.posts else { return blocks }
        let columns = PostTable.Column.shown
        blocks += [
            .subheading("\(posts.year) 年度事业单位岗位情况表"),
            .facts(PostTable.headFields.filter { !posts[$0.key].isEmpty }.map { .init($0.label, posts[$0.key]) }),
            .table(
                .init(
                    [.init("级别")] + columns.map { .init($0.title) },
                    PostTable.Level.allCases.map { level in [level.title] + columns.map { $0.value(of: level, in: posts) } })),
        ]
        if !posts["explanation"].isEmpty { blocks.append(.facts([.init("说明", posts["explanation"])])) }
        return blocks
    }

    // MARK: 公示表

    /// As the unit has filled it in; otherwise from today for as long as the plan demands.
    private var publicity: PublicityNotice.Publicity {
        let given = view.recommendation
        let from = given.flatMap { Day($0["publicFrom"]) } ?? today
        let through = given.flatMap { Day($0["publicThrough"]) } ?? PublicityNotice.end(from: from, reading.plan.publicity.workingDays, calendar)
        let place = given?["publicPlace"] ?? ""
        return .init(from: from, through: through, workingDays: calendar.workingDays(from: from, through: through), place: place)
    }

    // MARK: 材料清单

    private var materials: Printout {
        var rows: [[String]] = []
        for part in Part.allCases {
            for row in content[part] {
                let place = part.isTable ? "\(part.title)：\(called(row))" : part.title
                rows += row.files.map { listed($0, of: place) }
            }
        }
        if let recommendation = view.recommendation {
            rows += recommendation.proofs.map { listed($0, of: "单位公示证明材料") }
            rows += [recommendation.posts?.file].compactMap { $0 }.map { listed($0, of: "事业单位岗位情况表") }
        }
        let numbered = rows.enumerated().map { [String($0 + 1)] + $1 }
        let pages = (content.files + (view.recommendation.map { $0.proofs + [$0.posts?.file].compactMap { $0 } } ?? [])).reduce(0) { $0 + $1.pages }
        return Printout(
            title: "送审材料清单", subtitle: subtitle,
            blocks: [
                head, .heading("材料（\(rows.count) 件，共 \(pages) 页）"),
                rows.isEmpty
                    ? .text("没有上传材料")
                    : .table(
                        .init(
                            [
                                .init("序号", width: 0.5), .init("材料类别", width: 2), .init("文件", width: 2.4), .init("页数", width: 0.5), .init("大小", width: 0.8),
                                .init("内容摘要", width: 1.2),
                            ],
                            numbered)),
                .signatures(["申报人（签字）：\n\n\n年　　月　　日", "接收人（签字）：\n\n\n年　　月　　日"]),
            ])
    }

    /// What a row is of, in the word that names it best.
    private func called(_ row: Content.Row) -> String { ["title", "name", "school", "unit", "year", "from"].map { row[$0] }.first { !$0.isEmpty } ?? "" }

    private func listed(_ file: Attachment, of place: String) -> [String] { [place, file.name, String(file.pages), file.size, String(file.digest.prefix(12))] }
}
