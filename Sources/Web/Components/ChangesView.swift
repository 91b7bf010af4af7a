import Domain
import Markup

/// What has changed from one edition of a dossier to the next, old beside new.
struct ChangesView {
    let comparison: Comparison
    let reference: Reference
    /// Where the dossier's files are, for this reader.
    let files: String

    var html: HTML {
        guard !comparison.isEmpty else { return "<p class=\"none\">内容和附件都没有变化。</p>" }
        return """
            \(comparison.sections.map { section in
                "<h3>\(section.title)</h3><ul class=\"changes\">\(comparison.changes.filter { $0.part.section == section }.map(item))</ul>" as HTML
            })
            """
    }

    private func item(_ change: Comparison.Change) -> HTML {
        let place = change.row.map { "\(change.part.title)第 \($0) 条" } ?? (change.part.title == change.part.section.title ? "" : change.part.title)
        let mark: HTML = place.isEmpty ? .empty : "<span class=\"place\">\(place)</span> "
        switch change.kind {
        case .title(let old, let new): return "<li>\(mark)\(values("申报职称", title(old), title(new)))</li>"
        case .value(let field, let old, let new): return "<li>\(mark)\(values(field.label, field.show(old, in: reference), field.show(new, in: reference)))</li>"
        case .added(let row): return "<li>\(mark)<ins>新增：\(summary(row, of: change.part))</ins>\(FileLinks(files: row.files, base: files).html)</li>"
        case .removed(let row): return "<li>\(mark)<del>删除（原第 \(change.row ?? 0) 条）：\(summary(row, of: change.part))</del>\(FileLinks(files: row.files, base: files).html)</li>"
        case .fileAdded(let file): return "<li>\(mark)<ins>新增附件</ins>\(FileLinks(files: [file], base: files).html)</li>"
        case .fileRemoved(let file): return "<li>\(mark)<del>删除附件</del>\(FileLinks(files: [file], base: files).html)</li>"
        }
    }

    private func values(_ label: String, _ old: String, _ new: String) -> HTML {
        """
        \(label)：<del><span class="unseen">原为</span>\(old.isEmpty ? "（空）" : old)</del> → <ins><span class="unseen">现为</span>\(new.isEmpty ? "（空）" : new)</ins>
        """
    }

    private func title(_ code: String) -> String { reference.title(code)?.name ?? code }

    /// The first things that a row says.
    private func summary(_ row: Content.Row, of part: Part) -> String {
        part.fields.filter { !row[$0.key].isEmpty }.prefix(4).map { $0.show(row[$0.key], in: reference) }.joined(separator: "，")
    }
}
