import Domain
import Foundation
import Markup
import Sheets
import Storage

/// Where a template is fetched and a sheet uploaded.
struct ImportPage {
    let frame: Frame
    let columns: ImportColumns
    let problem: String?
    let session: Session
    let reference: Reference

    private var path: String { Path.imports(columns.kind) }

    var html: HTML {
        frame.page(
            columns.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.list(of: columns.kind))">\(columns.kind == .units ? "下级单位管理" : "工作人员管理")</a></nav><h1>\(columns.title)</h1></div>
                <form class="card sheet" method="post" action="\(path)" enctype="multipart/form-data" data-once>\(FormToken.fields(for: path, in: session))\(Complaints(problems: problem.map { [FieldProblem("sheet", $0)] } ?? []).summary)
                <p>先<a href="\(Path.template(columns.kind))">下载模板</a>，在表格软件中填写，每行\(columns.kind == .units ? "一个下级单位及其经办人员（超级管理员）" : "一名工作人员")，一次最多 \(ImportedSheet.mostRows) 行；上传后先逐行核对，确认后才导入。</p>
                <div class="field\(problem == nil ? .empty : " wrong" as HTML)"><label for="sheet">工作簿<span class="star" aria-hidden="true">★</span></label>\
                <input type="file" id="sheet" name="sheet" accept=".xlsx"\(problem == nil ? .empty : " aria-invalid=\"true\"" as HTML) aria-describedby="sheet-note"><p class="\(problem == nil ? "hint" : "complaint")" id="sheet-note">\(problem ?? "xlsx 格式，不超过 20 MB")</p></div>
                <div class="buttons"><button class="primary">上传并核对</button><a class="button" href="\(Path.list(of: columns.kind))">返回</a></div></form>
                <section class="card" aria-labelledby="columns"><h2 id="columns">各列如何填写</h2><dl class="facts">\(columns.fields.map { field in
                    "<div class=\"long\"><dt>\(columns.heading(field))</dt><dd>\(explanation(of: field))</dd></div>" as HTML
                })</dl></section>
                """)
    }

    private func explanation(of field: Field) -> String {
        switch field.kind {
        case .choice(.regions): "填写归属地名称，如“四川省省本级”“乐山市本级”，或行政区划代码。"
        case .choice(let list): "填写其一：" + reference.codes(list).map(\.name).joined(separator: "、")
        case .day: "日期，如 2026-01-31。" + field.hint
        case .line(let most) where field.hint.isEmpty: "最多 \(most) 字。"
        case .line, .text, .month, .number, .email, .telephone: field.hint
        }
    }
}

/// What a sheet would come to, row by row, and what it has come to.
struct SheetPage {
    let frame: Frame
    let columns: ImportColumns
    let sheet: ImportedSheet
    let rows: [ImportRow]
    let session: Session

    private var path: String { Path.sheet(sheet.id, of: columns.kind) }
    private var taken: Int { sheet.outcomes.values.count { $0.isEmpty } }
    private var ready: Int { rows.count { $0.content != nil && sheet.outcomes[$0.number] != "" } }
    private var wrong: Int { rows.count { !$0.problems.isEmpty } }

    var html: HTML {
        frame.page(
            columns.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.imports(columns.kind))">\(columns.title)</a></nav><h1>核对<small>\(sheet.name)</small></h1></div>
                <section class="card list"><p>\(told)</p>\(ready > 0 ? form : .empty)
                <div class="scroll" tabindex="0" role="region" aria-label="逐行核对"><table class="work"><thead><tr><th scope="col">行</th><th scope="col">\(columns.kind == .units ? "单位名称" : "姓名")</th><th scope="col">结果</th></tr></thead>\
                <tbody>\(rows.map(row))</tbody></table></div></section>
                """,
            toast: taken > 0 ? "<div class=\"notice success\" role=\"status\"><p><strong>已导入 \(taken) 行。</strong></p></div>" : .empty)
    }

    private var told: String {
        var parts = ["共 \(rows.count) 行"]
        if taken > 0 { parts.append("已导入 \(taken) 行") }
        if ready > 0 { parts.append("可以导入 \(ready) 行") }
        if wrong > 0 { parts.append("\(wrong) 行需要修改，不会导入；在表格中改好后另行上传即可") }
        return parts.joined(separator: "，") + "。"
    }

    private var form: HTML {
        "<form method=\"post\" action=\"\(path)\" data-once>\(FormToken.fields(for: path, in: session))<div class=\"buttons\"><button class=\"primary\">导入 \(ready) 行</button></div></form>"
    }

    private func row(_ row: ImportRow) -> HTML {
        "<tr><td data-label=\"行\" class=\"number\">\(row.number)</td><td data-label=\"名称\">\(row.name)</td><td data-label=\"结果\">\(outcome(of: row))</td></tr>"
    }

    private func outcome(of row: ImportRow) -> HTML {
        if let outcome = sheet.outcomes[row.number] {
            return outcome.isEmpty ? "<span class=\"tag good\">已导入</span>" : "<span class=\"tag late\">未导入</span> \(outcome)"
        }
        if row.problems.isEmpty { return "<span class=\"tag busy\">可以导入</span>" }
        return "<span class=\"tag late\">需要修改</span> \(row.problems.joined(separator: "；"))"
    }
}

extension URL {
    /// Removes the file; one that is not there any more is gone as well.
    func remove() { unlink(path) }

    /// The file's bytes, piece by piece.
    func read(_ take: (Data) async throws -> Void) async throws {
        let handle = try FileHandle(forReadingFrom: self)
        while let chunk = try await blockingRead(handle), !chunk.isEmpty { try await take(chunk) }
    }
}
