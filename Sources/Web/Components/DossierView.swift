import Domain
import Markup

/// A dossier's content as it is read: section by section, with an index.
struct DossierView {
    let content: Content
    let person: Person
    let unitName: String
    let plan: ReviewPlan
    let acceptanceUnitName: String
    let reference: Reference
    /// Where the dossier's files are, for this reader.
    let files: String
    var recommendation: Recommendation?
    /// With which it came to another's committee (D14).
    var letter: EntrustmentLetter?
    /// What a reader who may have the numbers in full presses for it.
    var reveal: HTML = .empty

    var index: HTML {
        """
        <nav class="toc" aria-label="材料目录"><ol>\(Section.allCases.map { "<li><a href=\"#\($0.rawValue)\">\($0.title)</a></li>" as HTML })\
        \(recommendation == nil ? HTML.empty : "<li><a href=\"#recommendation\">推荐和公示</a></li>")</ol></nav>
        """
    }

    var html: HTML { "\(Section.allCases.map(section))\(recommendation.map { RecommendationView(recommendation: $0, reference: reference, files: files).html })" }

    private func section(_ section: Section) -> HTML {
        """
        <section class="card sheet" id="\(section.rawValue)" aria-labelledby="\(section.rawValue)-title"><h2 id="\(section.rawValue)-title">\(section.title)</h2>\(body(of: section))</section>
        """
    }

    private func body(of section: Section) -> HTML {
        switch section {
        case .application:
            "\(Facts(headFacts).html)\(letter.map { FileLinks(files: $0.files, base: Path.personRequestFiles($0.request)).html })\(section.parts.map(part))"
        case .basics: identity
        case .results: "\(representatives)\(parts(of: section))"
        case .education, .work, .training, .qualifications, .summary, .others: parts(of: section)
        }
    }

    /// What is applied for, and where.
    var headFacts: [(String, String)] {
        let title = reference.title(content.title)
        return [
            ("评审计划", plan.name), ("年度", String(plan.year)), ("申报系列", title?.series ?? ""), ("申报级别", title?.levelName ?? ""),
            ("申报职称", title?.name ?? ""), ("申报单位", unitName), ("受理单位", acceptanceUnitName),
        ] + (letter.map { [("委托评审", "委托函 \($0.number)，\($0.issuer)，\($0.date)")] } ?? [])
    }

    /// The photo beside what the identity platform knows, then what was filled in.
    private var identity: HTML {
        let photo: HTML =
            content.single(.basics).files.first.map { "<img class=\"portrait\" src=\"\(files)/\($0.id.text)/pages/1\" alt=\"\(person.name)的照片\">" } ?? .empty
        return "<div class=\"identity\">\(photo)<div>\(Facts(identityFacts).html)\(reveal)</div></div>\(part(.basics))"
    }

    /// What the identity platform knows of the applicant; his numbers are masked.
    var identityFacts: [(String, String)] {
        [
            ("姓名", person.name), ("性别", reference.name(person.idNumber.genderCode, in: .genders) ?? ""),
            ("出生日期", person.idNumber.birthDay?.description ?? ""), ("证件类型", "居民身份证"), ("证件号码", person.idNumber.masked),
            ("手机", person.phone?.masked ?? ""),
        ]
    }

    /// Parts with rows; those without are named in one line, so that a reader sees that they are empty and reads on.
    private func parts(of section: Section) -> HTML {
        guard section.parts.contains(where: \.isTable) else { return HTML.joined(section.parts.map(part)) }
        let (filled, empty) = (section.parts.filter { !content[$0].isEmpty }, section.parts.filter { content[$0].isEmpty })
        let none: HTML = empty.isEmpty ? .empty : "<p class=\"none\">未填写：\(empty.map(\.title).joined(separator: "、"))</p>"
        return "\(filled.map { part in "\(section.parts.count > 1 ? "<h3>\(part.title)<small>\(content[part].count) 条</small></h3>" : .empty)\(table(part))" as HTML })\(none)"
    }

    private func part(_ part: Part) -> HTML { Facts(facts(of: part)).html }

    /// What was filled in once: everything that is there, and what had to be.
    func facts(of part: Part) -> [(String, String)] {
        let row = content.single(part)
        return part.fields.filter { !row[$0.key].isEmpty || $0.required }.map { ($0.label, $0.show(row[$0.key], in: reference)) }
    }

    private var representatives: HTML {
        let chosen = content.representatives
        guard !chosen.isEmpty else { return .empty }
        return """
            <h3>代表作<small>\(chosen.count) 项</small></h3><ol class="representatives">\(chosen.map { part, row in
                "<li><strong>\(row[part.nameKey])</strong> <small>\(part.title)</small>\(FileLinks(files: row.files, base: files).html)</li>" as HTML
            })</ol>
            """
    }

    /// Columns that any row fills. The files stand in a column of their own, below the row where it is wide already: nobody has to
    /// scroll sideways for what proves it.
    private func table(_ part: Part) -> HTML {
        let columns = part.fields.filter { field in content[part].contains { !$0[field.key].isEmpty } }
        let hasFiles = content[part].contains { !$0.files.isEmpty }
        let isWide = columns.count > 4
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(part.title)"><table><thead><tr>\(columns.map { "<th scope=\"col\">\($0.label)</th>" as HTML })\
            \(hasFiles && !isWide ? "<th scope=\"col\">\(part.files?.label ?? "")</th>" as HTML : .empty)</tr></thead>\
            <tbody>\(content[part].map { row in
                """
                <tr>\(columns.map { "<td\(" class=\"number\"", if: $0.isFigure)>\($0.show(row[$0.key], in: reference))</td>" as HTML })\
                \(hasFiles && !isWide ? "<td>\(row.files.isEmpty ? "—" : FileLinks(files: row.files, base: files).html)</td>" as HTML : .empty)</tr>\
                \(isWide && !row.files.isEmpty ? "<tr class=\"below\"><td colspan=\"\(columns.count)\">\(FileLinks(files: row.files, base: files).html)</td></tr>" as HTML : .empty)
                """ as HTML
            })</tbody></table></div>
            """
    }
}

extension Part {
    /// The field by which a row is called.
    var nameKey: String { fields.contains { $0.key == "title" } ? "title" : "name" }
}

/// 单位推荐和公示信息 as it was given, with its proofs and the post table it rests on.
struct RecommendationView {
    let recommendation: Recommendation
    let reference: Reference
    let files: String

    var html: HTML {
        let filled = Recommendation.fields.filter { !recommendation[$0.key].isEmpty }
        return """
            <section class="card sheet" id="recommendation" aria-labelledby="recommendation-title"><h2 id="recommendation-title">单位推荐和公示信息</h2>\
            \(filled.isEmpty ? "<p class=\"none\">未填写</p>" : Facts(filled.map { ($0.label, $0.show(recommendation[$0.key], in: reference)) }).html)\
            \(recommendation.proofs.isEmpty ? .empty : "<h3>单位公示证明材料</h3>")\(FileLinks(files: recommendation.proofs, base: files).html)\
            \(recommendation.posts.map { "<h3>\(String($0.year)) 年度事业单位岗位情况表</h3>\(PostTableView(table: $0).html)\(FileLinks(files: [$0.file], base: files).html)" as HTML })</section>
            """
    }
}

/// Labels and values side by side; a long value takes the whole line.
struct Facts {
    let facts: [(label: String, value: String)]

    init(_ facts: [(String, String)]) { self.facts = facts }

    var html: HTML {
        """
        <dl class="facts">\(facts.map { fact in
            fact.value.count > 40 || fact.value.contains("\n")
                ? "<div class=\"long\"><dt>\(fact.label)</dt><dd>\(fact.value)</dd></div>"
                : "<div><dt>\(fact.label)</dt><dd>\(fact.value.isEmpty ? "—" : fact.value)</dd></div>" as HTML
        })</dl>
        """
    }
}
