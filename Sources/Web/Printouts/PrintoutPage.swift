import Domain
import Markup
import Printing
import Storage

/// A printout as a page: to be read on the screen, printed by the browser, or saved as a PDF.
struct PrintoutPage {
    let frame: Frame
    let printout: Printout
    /// Who prints it, and when.
    let mark: String
    let pdf: String
    let back: (path: String, title: String)
    let choice: HTML

    var html: HTML {
        frame.page(
            printout.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back.path)">\(back.title)</a></nav><h1>打印：\(printout.title)</h1>\
                <p class="buttons"><button type="button" data-print hidden>打印</button><a class="button primary" href="\(pdf)">下载 PDF</a></p></div>\(choice)
                <article class="printout" data-mark="\(mark)"><header><h2>\(printout.title)</h2><p>\(printout.subtitle)</p></header>\
                \(printout.blocks.map(block))<footer>\(mark)</footer></article>
                """)
    }

    private func block(_ block: Printout.Block) -> HTML {
        switch block {
        case .heading(let text): "<h3>\(text)</h3>"
        case .subheading(let text): "<h4>\(text)</h4>"
        case .text(let text): "<p class=\"words\">\(text)</p>"
        case .facts(let facts, let portrait):
            """
            <div class="identity">\(portrait.map { "<img class=\"portrait\" src=\"\($0.address)\" alt=\"\($0.description)\">" as HTML })<dl class="grid">\(Printout.Fact.lines(facts).flatMap { line in
                line.map { fact in "<div\(" class=\"long\"", if: line.count == 1)><dt>\(fact.label)</dt><dd>\(fact.value.isEmpty ? "—" : fact.value)</dd></div>" as HTML }
            })</dl></div>
            """
        case .table(let table):
            """
            <div class="scroll" tabindex="0" role="region" aria-label="\(table.columns.first?.label ?? "")表"><table><thead><tr>\(table.columns.map { "<th scope=\"col\">\($0.label)</th>" as HTML })</tr></thead>\
            <tbody>\(table.rows.map { row in "<tr>\(row.map { "<td>\($0)</td>" as HTML })</tr>" as HTML })</tbody></table></div>
            """
        case .signatures(let places): "<div class=\"signatures\">\(places.map { "<p>\($0)</p>" as HTML })</div>"
        }
    }
}

/// The printouts of a dossier, offered on its page.
struct PrintoutLinks {
    let base: String
    let kinds: [PrintoutKind]

    var html: HTML {
        """
        <section class="card" aria-labelledby="printouts"><h2 id="printouts">打印</h2><ul class="printouts">\(kinds.map { kind in
            "<li><a href=\"\(base)/\(kind.rawValue)\">\(kind.title)</a> <a href=\"\(base)/\(kind.rawValue)/pdf\" aria-label=\"下载\(kind.title)PDF\">PDF</a></li>" as HTML
        })</ul></section>
        """
    }
}

/// From when a 公示表 is posted.
struct BeginChoice {
    let list: Worklist
    let begin: String
    let complaint: String?

    var html: HTML {
        """
        <form class="filter" method="get" action="\(Path.worklistPart(list, "publicity"))">\(list.values.map { name, value in
            value.map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" as HTML } ?? .empty
        })<label for="begin">公示开始</label><input id="begin" name="begin" value="\(begin)" placeholder="2026-01-31" inputmode="numeric" maxlength="20"\(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"begin-note\"" as HTML)>\
        <button>更新</button>\(complaint.map { "<p class=\"complaint\" id=\"begin-note\" role=\"alert\">\($0)</p>" as HTML })</form>
        """
    }
}
