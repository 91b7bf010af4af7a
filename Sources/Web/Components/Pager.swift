import Markup

/// The way on from a page of a list, and back to its beginning; nothing where there is one page only.
struct Pager {
    /// nil on the first page.
    let first: String?
    /// nil on the last page.
    let next: String?

    var html: HTML {
        guard first != nil || next != nil else { return .empty }
        let back: HTML = first.map { "<a class=\"button\" href=\"\($0)\">回到第一页</a>" } ?? .empty
        let on: HTML = next.map { "<a class=\"button\" rel=\"next\" href=\"\($0)\">下一页</a>" } ?? .empty
        return "<nav class=\"pager\" aria-label=\"翻页\">\(back)\(on)</nav>"
    }
}
