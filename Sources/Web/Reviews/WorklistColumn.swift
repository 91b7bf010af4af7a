import Domain
import Markup
import Storage

/// A column of a list.
enum WorklistColumn: String, CaseIterable, Sendable {
    case name, idNumber, unit, sender, title, series, level, specialty, kind, plan, year, office, holder, state, time, waited, deadline, whereabouts

    /// Those that a list can show, in their order.
    static func possible(in list: Worklist) -> [WorklistColumn] {
        allCases.filter { column in
            switch column {
            case .unit, .sender: list.scope != .own
            case .waited: list.waits || list.tab == .reviewed
            case .deadline: list.tab == .returned
            case .whereabouts: !list.waits && list.scope != .archive
            case .holder, .state: list.scope == .archive
            case .name, .idNumber, .title, .series, .level, .specialty, .kind, .plan, .year, .office, .time: true
            }
        }
    }

    /// Those that it shows to whoever has chosen none.
    static func usual(in list: Worklist) -> [WorklistColumn] {
        possible(in: list).filter {
            ![.sender, .series, .level, .kind, .office, .specialty].contains($0) && ($0 != .year || list.scope == .archive) && ($0 != .plan || list.scope != .archive)
        }
    }

    /// The columns of a stored choice; the name is always shown.
    static func chosen(_ text: String?, in list: Worklist) -> [WorklistColumn] {
        guard let text else { return usual(in: list) }
        let names = Set(text.split(separator: ",").map(String.init))
        return possible(in: list).filter { $0 == .name || names.contains($0.rawValue) }
    }

    func label(in list: Worklist) -> String {
        switch self {
        case .name: "姓名"
        case .idNumber: "证件号码"
        case .unit: "所在单位"
        case .sender: "报送单位"
        case .title: "申报职称"
        case .series: "申报系列"
        case .level: "申报级别"
        case .specialty: "申报专业"
        case .kind: "申报类型"
        case .plan: "评审计划"
        case .year: "年度"
        case .office: "评委会（受理单位）"
        case .holder: "材料当前所在机构"
        case .state: "状态"
        case .time: list.timeTitle
        case .waited: "已等待"
        case .deadline: "修改提交截止"
        case .whereabouts: "现在环节"
        }
    }

    /// The order that a click on its head asks for; nil where there is none.
    func order(in list: Worklist) -> Worklist.Order? {
        switch self {
        case .name: .name
        case .unit: .unit
        case .title: .title
        case .time, .waited: list.order == .time ? .timeReversed : .time
        case .deadline: .deadline
        case .idNumber, .sender, .series, .level, .specialty, .kind, .plan, .year, .office, .holder, .state, .whereabouts: nil
        }
    }

    /// Whether a list is in its order, and how.
    func sorting(in list: Worklist) -> HTML {
        switch (self, list.order) {
        case (.name, .name), (.unit, .unit), (.title, .title), (.deadline, .deadline): " aria-sort=\"ascending\""
        case (.time, .time): list.waits ? " aria-sort=\"ascending\"" : " aria-sort=\"descending\""
        case (.time, .timeReversed): list.waits ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\""
        case (_, _): .empty
        }
    }

    /// The cell's text, as a table for a spreadsheet has it.
    func text(_ entry: Worklist.Entry, _ reference: Reference, _ calendar: WorkCalendar, now: Instant) -> String {
        switch self {
        case .name: entry.applicantName
        case .idNumber: entry.idNumber?.masked ?? ""
        case .unit: entry.unitName
        case .sender: entry.senderName.isEmpty ? entry.isOfReader ? "申报人" : "—" : entry.senderName
        case .title: reference.title(entry.titleCode)?.name ?? ""
        case .series: reference.title(entry.titleCode)?.series ?? ""
        case .level: reference.title(entry.titleCode)?.levelName ?? ""
        case .specialty: entry.specialty
        case .kind: reference.name(entry.kind, in: .applicationTypes) ?? entry.kind
        case .plan: entry.planName
        case .year: String(entry.year)
        case .office: entry.acceptanceUnitName
        case .holder: entry.holder.isEmpty ? "—" : entry.holder
        case .state: entry.stage.title
        case .time: entry.at.text
        case .waited: "\(calendar.waiting(since: entry.at, until: now)) 个工作日"
        case .deadline: entry.isBack ? entry.deadline.map { $0.adding(seconds: -1).day.description } ?? "" : "已重新提交"
        case .whereabouts: entry.whereabouts
        }
    }

    /// What its cells need to be told.
    var detail: Worklist.Detail? {
        switch self {
        case .idNumber: .number
        case .plan: .plan
        case .office: .office
        case .sender: .sender
        case .holder, .whereabouts: .place
        case .name, .unit, .title, .series, .level, .specialty, .kind, .year, .state, .time, .waited, .deadline: nil
        }
    }

    /// Width in a spreadsheet, in characters.
    var width: Double {
        switch self {
        case .unit, .sender, .plan, .office, .holder, .whereabouts: 30
        case .idNumber, .title, .series: 20
        case .name, .level, .specialty, .kind, .year, .state, .time, .waited, .deadline: 16
        }
    }
}
