import Domain
import Markup

/// A post table as it is read: 空缺数 follows from the others.
struct PostTableView {
    let table: PostTable

    var html: HTML {
        """
        \(Facts(PostTable.headFields.filter { !table[$0.key].isEmpty }.map { ($0.label, table[$0.key]) }).html)\
        <div class="scroll" tabindex="0" role="region" aria-label="岗位情况"><table><thead><tr><th scope="col">级别</th>\(PostTable.Column.shown.map { "<th scope=\"col\">\($0.title)</th>" as HTML })</tr></thead>\
        <tbody>\(PostTable.Level.allCases.map(row))</tbody></table></div>\
        \(table["explanation"].isEmpty ? .empty : Facts([("说明", table["explanation"])]).html)
        """
    }

    private func row(_ level: PostTable.Level) -> HTML {
        "<tr><th scope=\"row\">\(level.title)</th>\(PostTable.Column.shown.map { "<td class=\"number\">\($0.value(of: level, in: table))</td>" as HTML })</tr>"
    }
}

/// A column of the table on a page: what was counted, or what follows.
enum ShownColumn {
    case given(PostTable.Column)
    case vacant

    var title: String {
        switch self {
        case .given(let column): column.title
        case .vacant: "空缺数"
        }
    }

    func value(of level: PostTable.Level, in table: PostTable) -> String {
        switch self {
        case .given(let given): table[PostTable.key(level, given)]
        case .vacant: table.vacancy(level).map { $0 < 0 ? "\($0)（超聘）" : String($0) } ?? ""
        }
    }
}

extension PostTable.Column {
    /// 空缺数 stands behind the two it follows from.
    static var shown: [ShownColumn] {
        allCases.flatMap { $0 == .filled ? [ShownColumn.given($0), .vacant] : [.given($0)] }
    }
}
