import Domain
import Markup
import Storage

/// What stands above a list: filters, saved views, columns, exports.
struct WorklistTools {
    let list: Worklist
    let columns: [WorklistColumn]
    let views: [ListView]
    /// Years of plans, newest first.
    let years: [Int]
    let offices: [WorkUnit]
    let reference: Reference
    let session: Session
    let found: String
    /// What the reader has lately decided in bulk.
    let bulks: [Bulk]
    /// What he has lately exported of this list in the background.
    let made: [Export]
    var numberComplaint: String?
    var viewComplaint: String?
    var purposeComplaint: String?

    static let purpose = Field("purpose", "导出用途", .line(100), required: true)

    static let viewName = Field("name", "视图名称", .line(20), required: true)

    private var isNarrowed: Bool { list.filter != Worklist.Filter() }

    var html: HTML { "\(saved)\(filter)\(more)" }

    private var saved: HTML {
        guard !views.isEmpty else { return .empty }
        let path = Path.worklistPart(list, "views/deletion")
        return """
            <ul class="views" aria-label="我的视图">\(views.map { view in
                let target = Worklist(reference: view.reference) ?? list
                let current: HTML = target == list ? " aria-current=\"true\"" : .empty
                return """
                    <li><a href="\(Path.worklist(target))"\(current)>\(view.name)</a><form method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
                    <button class="plain" name="name" value="\(view.name)" aria-label="删除视图\(view.name)">×</button></form></li>
                    """ as HTML
            })</ul>
            """
    }

    private var back: HTML { "<input type=\"hidden\" name=\"back\" value=\"\(list.reference)\">" }

    private var filter: HTML {
        """
        <form class="filter" method="get" action="\(Path.worklist(list.whole))" role="search">\
        <label class="unseen" for="q">查找</label><input type="search" id="q" name="q" value="\(list.filter.text)" placeholder="姓名、单位或申报职称" maxlength="50">\
        \(select("year", "年度", years.map { (String($0), "\($0) 年度") }, list.filter.year.map { String($0) } ?? ""))\
        \(select("series", "系列", reference.series.map { ($0, $0) }, list.filter.series))\
        \(select("level", "级别", reference.codes(.titleLevels).map { ($0.code, $0.name) }, list.filter.level))\
        \(list.tab == .returned ? select("correction", "状态", Self.corrections, list.filter.correction?.rawValue ?? "") : .empty)\
        \(list.scope == .archive ? archive : .empty)\
        <details class="morefilters"\(" open", if: hasMore)><summary>更多条件</summary><div class="fields">\(details)</div></details>\
        \(list.order == .time ? .empty : "<input type=\"hidden\" name=\"order\" value=\"\(list.order.rawValue)\">" as HTML)\
        \(list.filter.person.map { "<input type=\"hidden\" name=\"person\" value=\"\($0.text)\">" as HTML })\
        <button>查询</button>\(isNarrowed ? "<a class=\"button\" href=\"\(Path.worklist(list.whole))\">清除</a>" as HTML : .empty)<span class="found">\(found)</span></form>
        """
    }

    /// What only the archive is asked for.
    private var archive: HTML {
        let stages = Stage.Name.allCases.filter { $0 != .draft }.map { ($0.rawValue, $0.title) }
        return """
            \(select("concluded", "评审活动", [("1", "已办结"), ("0", "办理中")], list.filter.concluded.map { $0 ? "1" : "0" } ?? ""))\
            \(select("stage", "状态", stages, list.filter.stage?.rawValue ?? ""))
            """
    }

    private static let corrections = [("open", "待申报人修改"), ("overdue", "已逾期"), ("resubmitted", "已重新提交")]

    private var hasMore: Bool {
        let filter = list.filter
        return !filter.name.isEmpty || !filter.unit.isEmpty || !filter.specialty.isEmpty || !filter.kind.isEmpty || filter.acceptanceUnit != nil || filter.from != nil
            || filter.until != nil || !filter.holder.isEmpty
    }

    private var details: HTML {
        """
        \(text("name", "姓名", list.filter.name))\(list.scope == .own ? .empty : text("unit", "所在单位", list.filter.unit))\(text("specialty", "申报专业", list.filter.specialty))\
        \(field("kind", "申报类型", reference.codes(.applicationTypes).map { ($0.code, $0.name) }, list.filter.kind))\
        \(list.scope == .acceptance ? .empty : field("office", "评委会（受理单位）", offices.map { ($0.id.text, $0.name) }, list.filter.acceptanceUnit?.text ?? ""))\
        \(list.scope == .archive ? text("holder", "材料当前所在机构", list.filter.holder) : .empty)\
        \(text("from", "\(list.timeTitle)自", list.filter.from?.description ?? "", day: true))\(text("until", "\(list.timeTitle)至", list.filter.until?.description ?? "", day: true))
        """
    }

    private func text(_ name: String, _ label: String, _ value: String, day: Bool = false) -> HTML {
        """
        <div class="field"><label for="filter-\(name)">\(label)</label><input id="filter-\(name)" name="\(name)" value="\(value)" maxlength="50"\(day ? " placeholder=\"2026-01-31\" inputmode=\"numeric\"" as HTML : .empty)></div>
        """
    }

    private func field(_ name: String, _ label: String, _ options: [(String, String)], _ chosen: String) -> HTML {
        "<div class=\"field\"><label for=\"filter-\(name)\">\(label)</label><select id=\"filter-\(name)\" name=\"\(name)\"><option value=\"\">全部</option>\(options.map { option($0, chosen) })</select></div>"
    }

    private func select(_ name: String, _ label: String, _ options: [(String, String)], _ chosen: String) -> HTML {
        "<select name=\"\(name)\" aria-label=\"\(label)\"><option value=\"\">\(label)：全部</option>\(options.map { option($0, chosen) })</select>"
    }

    private func option(_ option: (String, String), _ chosen: String) -> HTML { "<option value=\"\(option.0)\"\(" selected", if: option.0 == chosen)>\(option.1)</option>" }

    private var more: HTML {
        """
        <div class="tools">\(number)\(columnChoice)\(viewForm)\(publicity)\(exports)</div>\(recent)
        """
    }

    /// The way back to a progress that was left.
    private var recent: HTML {
        let decided: HTML =
            bulks.isEmpty ? .empty : "<p class=\"recent\">最近的批量办理：\(HTML.joined(bulks.map { "<a href=\"\(Path.bulk($0.id))\">\($0.kind.title) \($0.createdAt.text)</a> " }))</p>"
        let workbooks: HTML =
            made.isEmpty ? .empty : "<p class=\"recent\">最近的导出：\(HTML.joined(made.map { "<a href=\"\(Path.export($0.id))\">xlsx \($0.createdAt.text)</a> " }))</p>"
        return "\(decided)\(workbooks)"
    }

    private var exports: HTML {
        guard list.scope == .archive else {
            return "<span class=\"exports\">导出：<a href=\"\(Path.export(list, as: .xlsx))\">xlsx</a> <a href=\"\(Path.export(list, as: .csv))\">csv</a></span>"
        }
        let path = Path.worklistPart(list, "export")
        return """
            <details\(" open", if: purposeComplaint != nil)><summary>导出</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            <label for="purpose">导出用途<span class="star" aria-hidden="true">★</span></label><input id="purpose" name="purpose" maxlength="100" aria-required="true"\(purposeComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"purpose-note\"" as HTML)>\
            <button name="format" value="xlsx">导出 xlsx</button><button name="format" value="csv">导出 csv</button>\
            \(purposeComplaint.map { "<p class=\"complaint\" id=\"purpose-note\" role=\"alert\">\($0)</p>" as HTML })<p class="hint">导出的用途、条件和人数记入本单位管理记录。</p></form></details>
            """
    }

    /// 公示表 of those whom the unit is about to recommend.
    private var publicity: HTML {
        guard list.scope == .own, list.tab == .firstReview || list.tab == .secondReview else { return .empty }
        return "<a href=\"\(Path.with(list.values, Path.worklistPart(list, "publicity")))\">打印公示表</a>"
    }

    private var number: HTML {
        let path = Path.worklistPart(list, "person")
        return """
            <details\(" open", if: numberComplaint != nil)><summary>按证件号码查找</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\
            <label class="unseen" for="idNumber">证件号码</label><input id="idNumber" name="idNumber" maxlength="18" autocomplete="off" placeholder="完整的证件号码"\(numberComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"idNumber-note\"" as HTML)>\
            <button>查找</button>\(numberComplaint.map { "<p class=\"complaint\" id=\"idNumber-note\" role=\"alert\">\($0)</p>" as HTML })</form></details>
            """
    }

    private var columnChoice: HTML {
        let path = Path.worklistPart(list, "columns")
        return """
            <details><summary>显示列</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            \(WorklistColumn.possible(in: list).filter { $0 != .name }.map { column in
                "<label class=\"check\"><input type=\"checkbox\" name=\"\(column.rawValue)\" value=\"1\"\(" checked", if: columns.contains(column))> \(column.label(in: list))</label>" as HTML
            })<button>保存</button><button name="usual" value="1">恢复默认</button></form></details>
            """
    }

    private var viewForm: HTML {
        guard isNarrowed || list.order != .time else { return .empty }
        let path = Path.worklistPart(list, "views")
        return """
            <details\(" open", if: viewComplaint != nil)><summary>保存为视图</summary><form class="inline" method="post" action="\(path)">\(FormToken.fields(for: path, in: session))\(back)\
            <label class="unseen" for="view-name">视图名称</label><input id="view-name" name="name" maxlength="20" placeholder="视图名称"\(viewComplaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"view-note\"" as HTML)>\
            <button>保存</button>\(viewComplaint.map { "<p class=\"complaint\" id=\"view-note\" role=\"alert\">\($0)</p>" as HTML })</form></details>
            """
    }
}
