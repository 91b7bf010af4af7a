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
    var recommendation: Recommendation?

    var index: HTML {
        """
        <nav class="toc" aria-label="材料目录"><ol>\(Section.allCases.map { "<li><a href=\"#\($0.rawValue)\">\($0.title)</a></li>" as HTML })\
        \(recommendation == nil ? HTML.empty : "<li><a href=\"#recommendation\">推荐和公示</a></li>")</ol></nav>
        """
    }

    var html: HTML { "\(Section.allCases.map(section))\(recommendationHTML)" }

    private func section(_ section: Section) -> HTML {
        """
        <section class="card sheet" id="\(section.rawValue)" aria-labelledby="\(section.rawValue)-title"><h2 id="\(section.rawValue)-title">\(section.title)</h2>\
        \(section == .application ? facts(headFacts) : .empty)\(section == .basics ? facts(identityFacts) : .empty)\(section.parts.map(part))</section>
        """
    }

    private var headFacts: [(String, String)] {
        let title = reference.title(content.title)
        return [
            ("评审计划", plan.name), ("年度", String(plan.year)), ("申报系列", title?.series ?? ""), ("申报级别", title?.levelName ?? ""),
            ("申报职称", title?.name ?? ""), ("申报单位", unitName), ("受理单位", acceptanceUnitName),
        ]
    }

    private var identityFacts: [(String, String)] {
        [
            ("姓名", person.name), ("性别", reference.name(person.idNumber.genderCode, in: .genders) ?? ""),
            ("出生日期", person.idNumber.birthDay?.description ?? ""), ("证件类型", "居民身份证"), ("证件号码", person.idNumber.masked),
            ("手机", person.phone?.masked ?? ""),
        ]
    }

    private func part(_ part: Part) -> HTML {
        guard part.isTable else {
            let row = content.single(part)
            return facts(part.fields.filter { !row[$0.key].isEmpty || $0.required }.map { ($0.label, $0.show(row[$0.key], in: reference)) })
        }
        let heading: HTML = part.section.parts.count > 1 ? "<h3>\(part.title)</h3>" : .empty
        guard !content[part].isEmpty else { return "\(heading)<p class=\"none\">未填写</p>" }
        return "\(heading)\(table(part))"
    }

    private func table(_ part: Part) -> HTML {
        let columns = part.fields.filter { field in content[part].contains { !$0[field.key].isEmpty } }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(part.title)"><table><thead><tr>\(columns.map { "<th scope=\"col\">\($0.label)</th>" as HTML })</tr></thead>\
            <tbody>\(content[part].map { row in
                "<tr>\(columns.map { "<td\(" class=\"number\"", if: $0.isFigure)>\($0.show(row[$0.key], in: reference))</td>" as HTML })</tr>" as HTML
            })</tbody></table></div>
            """
    }

    private func facts(_ facts: [(String, String)]) -> HTML { Facts(facts).html }

    private var recommendationHTML: HTML {
        guard let recommendation else { return .empty }
        let filled = Recommendation.fields.filter { !recommendation[$0.key].isEmpty }
        return """
            <section class="card sheet" id="recommendation" aria-labelledby="recommendation-title"><h2 id="recommendation-title">单位推荐和公示信息</h2>\
            \(filled.isEmpty ? "<p class=\"none\">未填写</p>" : facts(filled.map { ($0.label, $0.show(recommendation[$0.key], in: reference)) }))</section>
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
