import Domain
import Markup
import Storage

/// Where a statistic stands in the tree, and what is counted there.
struct StatisticsHead {
    let address: StatisticsAddress
    /// From the reader's unit to the one that is counted.
    let path: [WorkUnit]

    var html: HTML {
        let steps = path.dropLast().map { "<a href=\"\(address.path(unit: $0.id))\">\($0.name)</a> › " as HTML }
        return """
            <nav class="level" aria-label="所在层级">\(steps)<span aria-current="page">\(path.last?.name ?? "")</span></nav>\
            <nav class="tabs" aria-label="统计范围"><ul>\(scope("本单位和下级单位", whole: true))\(scope("仅本单位", whole: false))</ul></nav>
            """
    }

    private func scope(_ title: String, whole: Bool) -> HTML {
        "<li><a href=\"\(address.path(whole: whole))\"\(address.isWhole == whole ? " aria-current=\"page\"" : .empty)>\(title)</a></li>"
    }
}

/// 专技人才统计: a table with a bar for each dimension.
struct StatisticsPage {
    let frame: Frame
    let address: StatisticsAddress
    let path: [WorkUnit]
    let figures: [TalentFigure]
    let subordinates: [(unit: WorkUnit, people: Int)]
    /// Whether the reader may look at the people behind a number.
    let opens: Bool
    let isLimited: Bool
    let at: Instant

    init(
        frame: Frame, address: StatisticsAddress, path: [WorkUnit], figures: [TalentFigure], subordinates: [(unit: WorkUnit, people: Int)], opens: Bool, isLimited: Bool,
        at: Instant
    ) {
        (self.frame, self.address, self.path, self.figures, self.subordinates) = (frame, address, path, figures, subordinates)
        (self.opens, self.isLimited, self.at) = (opens, isLimited, at)
    }

    private var total: Int { figures.first?.total ?? 0 }

    var html: HTML {
        frame.page(
            "专技人才统计",
            body: """
                <div class="title acting"><h1>专技人才统计<small>\(path.last?.name ?? "")</small></h1><div class="buttons"><a class="button" href="\(address.path("cross", []))">交叉统计</a>\
                <a class="button" href="\(address.path("export", []))">导出</a></div></div>\(StatisticsHead(address: address, path: path).html)
                <p class="hint total">共 \(total) 人。统计审核通过、正在使用的专技人才档案，截至 \(at.text)。年龄按出生年月计算。\(isLimited ? "只统计您办理范围内的人员。" : "")</p>\
                \(total == 0 ? "<section class=\"card\"><p class=\"none\">还没有审核通过的专技人才档案。个人提交档案、逐级审核通过后，在此统计。</p></section>" as HTML : "<div class=\"charts\">\(figures.map(chart))</div>")\(below)
                """)
    }

    private func chart(_ figure: TalentFigure) -> HTML {
        let most = max(figure.groups.map(\.people).max() ?? 0, 1)
        let name = figure.dimension.rawValue
        return """
            <section class="card chart" aria-labelledby="\(name)"><h2 id="\(name)">\(figure.dimension.title)</h2>\
            <table><thead><tr><th scope="col">分类</th><th scope="col" class="number">人数</th><th scope="col" class="number">占比</th><th scope="col"><span class="unseen">图示</span></th></tr></thead><tbody>\(figure.groups.map { group in
                """
                <tr><th scope="row">\(group.name)</th><td class="number">\(number(group, of: figure.dimension))</td><td class="number">\(figure.share(group.people))</td>\
                <td>\(ShareBar(value: group.people, most: most, title: "\(group.name) \(group.people) 人").html)</td></tr>
                """ as HTML
            })</tbody></table></section>
            """
    }

    private func number(_ group: (name: String, people: Int), of dimension: TalentDimension) -> HTML {
        guard opens, group.people > 0 else { return "\(group.people)" }
        let link = address.path("people", [("dimension", dimension.rawValue), ("group", group.name)])
        return "<a href=\"\(link)\" aria-label=\"\(group.name) \(group.people) 人，查看名单\">\(group.people)</a>"
    }

    private var below: HTML {
        guard !subordinates.isEmpty else { return .empty }
        let most = max(subordinates.map(\.people).max() ?? 0, 1)
        return """
            <section class="card chart" aria-labelledby="below"><h2 id="below">下级单位</h2><p class="hint">各含其下级单位。</p>\
            <div class="scroll" tabindex="0" role="region" aria-label="下级单位"><table><thead><tr><th scope="col">单位名称</th><th scope="col" class="number">人数</th><th scope="col"><span class="unseen">图示</span></th></tr></thead>\
            <tbody>\(subordinates.map { line in
                """
                <tr><td><a href="\(address.path(unit: line.unit.id))">\(line.unit.name)</a></td><td class="number">\(line.people)</td>\
                <td>\(ShareBar(value: line.people, most: most, title: "\(line.unit.name) \(line.people) 人").html)</td></tr>
                """ as HTML
            })</tbody></table></div></section>
            """
    }
}

/// A bar, as long as its value is beside the greatest.
struct ShareBar {
    let value: Int
    let most: Int
    let title: String

    var html: HTML {
        let width = value == 0 ? 0 : max(value * 200 / most, 1)
        return """
            <svg class="share" viewBox="0 0 200 12" width="200" height="12" role="img" aria-label="\(title)"><title>\(title)</title><rect class="track" width="200" height="12" rx="2"/>\
            <rect class="value" width="\(width)" height="12" rx="2"/></svg>
            """
    }
}

/// Two dimensions against each other.
struct CrossTablePage {
    let frame: Frame
    let address: StatisticsAddress
    let path: [WorkUnit]
    let rows: TalentDimension
    let columns: TalentDimension
    /// People by the names of row and column.
    let cells: [[String]: Int]
    let reference: Reference

    var html: HTML {
        frame.page(
            "交叉统计",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(address.path())">专技人才统计</a></nav><h1>交叉统计<small>\(path.last?.name ?? "")</small></h1></div>
                <section class="card list"><form class="filter" method="get" action="\(Path.statistics)/cross">\(address.parameters.map { name, value in
                    value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" as HTML } ?? .empty
                })\(choice("rows", "行", rows))\(choice("columns", "列", columns))<button>统计</button></form>\(cells.isEmpty ? "<p class=\"none\">还没有审核通过的专技人才档案。</p>" as HTML : table)</section>
                """)
    }

    private func choice(_ name: String, _ label: String, _ chosen: TalentDimension) -> HTML {
        """
        <label for="\(name)">\(label)</label><select id="\(name)" name="\(name)">\(TalentDimension.allCases.map {
            "<option value=\"\($0.rawValue)\"\(" selected", if: $0 == chosen)>\($0.title)</option>" as HTML
        })</select>
        """
    }

    /// The groups that anybody is in.
    private func names(_ dimension: TalentDimension, at index: Int) -> [String] {
        let there = Set(cells.keys.map { $0[index] })
        let known = dimension.groups(in: reference)
        return known.filter(there.contains) + there.subtracting(known).sorted()
    }

    private var table: HTML {
        let (across, down) = (names(columns, at: 1), names(rows, at: 0))
        func sum(_ isCounted: ([String]) -> Bool) -> Int { cells.reduce(0) { isCounted($1.key) ? $0 + $1.value : $0 } }
        func numbers(_ values: [Int]) -> [HTML] { values.map { "<td class=\"number\">\($0 == 0 ? "—" : String($0))</td>" } }
        return """
            <div class="scroll" tabindex="0" role="region" aria-label="\(rows.title)与\(columns.title)"><table><thead><tr><th scope="col">\(rows.title) ＼ \(columns.title)</th>\(across.map {
                "<th scope=\"col\">\($0)</th>" as HTML
            })<th scope="col">合计</th></tr></thead><tbody>\(down.map { row in
                "<tr><th scope=\"row\">\(row)</th>\(numbers(across.map { cells[[row, $0]] ?? 0 } + [sum { $0[0] == row }]))</tr>" as HTML
            })</tbody><tfoot><tr><th scope="row">合计</th>\(numbers(across.map { column in sum { $0[1] == column } } + [sum { _ in true }]))</tr></tfoot></table></div>
            """
    }
}

/// The people behind a number.
struct CountedPeoplePage {
    let frame: Frame
    let address: StatisticsAddress
    let path: [WorkUnit]
    let dimension: TalentDimension
    let group: String
    /// How many are counted, whoever may be named.
    let people: Int
    let lines: [(talent: Talent, key: PersonRequest.Key)]
    let numbers: [ID<Person>: String]
    let isFirst: Bool
    let hasMore: Bool
    let reference: Reference

    init(
        frame: Frame, address: StatisticsAddress, path: [WorkUnit], dimension: TalentDimension, group: String, people: Int,
        lines: [(talent: Talent, key: PersonRequest.Key)], numbers: [ID<Person>: String], isFirst: Bool, hasMore: Bool, reference: Reference
    ) {
        (self.frame, self.address, self.path, self.dimension, self.group, self.people) = (frame, address, path, dimension, group, people)
        (self.lines, self.numbers, self.isFirst, self.hasMore, self.reference) = (lines, numbers, isFirst, hasMore, reference)
    }

    var html: HTML {
        frame.page(
            "专技人才名单",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(address.path())">专技人才统计</a></nav>\
                <h1>\(dimension.title)：\(group)<small>\(path.last?.name ?? "") · 共 \(people) 人</small></h1></div>
                <section class="card list"><p class="hint">列出经本单位审核过的档案；未报送到本单位审核的人员只计入人数。</p>\(lines.isEmpty ? "<p class=\"none\">没有经本单位审核过的人员。</p>" as HTML : table)\(pager)</section>
                """)
    }

    private var table: HTML {
        """
        <div class="scroll" tabindex="0" role="region" aria-label="专技人才名单"><table class="work"><thead><tr><th scope="col">姓名</th><th scope="col">证件号码</th><th scope="col">单位</th><th scope="col">现职称</th>\
        <th scope="col">系列</th><th scope="col">开始使用</th></tr></thead><tbody>\(lines.map { line in
            let (talent, title) = (line.talent, line.talent.title.flatMap(reference.title))
            return """
                <tr><td data-label="姓名"><a href="\(Path.personRequest(talent.request))">\(talent.name)</a></td><td data-label="证件号码" class="number">\(numbers[talent.person] ?? "")</td>\
                <td data-label="单位">\(talent.unitName)</td><td data-label="现职称">\(title.map { "\($0.name)（\($0.levelName)）" } ?? "无")</td><td data-label="系列">\(title?.series ?? "—")</td>\
                <td data-label="开始使用" class="number">\(talent.approvedAt.text)</td></tr>
                """ as HTML
        })</tbody></table></div>
        """
    }

    private var pager: HTML {
        let parameters: [(name: String, value: String?)] = [("dimension", dimension.rawValue), ("group", group)]
        return Pager(
            first: isFirst ? nil : address.path("people", parameters), next: hasMore ? lines.last.map { address.path("people", parameters + [("after", $0.key.text)]) } : nil
        ).html
    }
}
