import Domain
import Storage

/// A step that is taken in a window of its own: what it asks for, and where it is posted.
enum StepWindow: String, Sendable, CaseIterable {
    case returns, failures, corrections, refusals, recusals, extensions, withdrawals, takeBacks = "take-backs", reopenings
    case recalls, abandonments

    /// Those of reviewers, in the order in which a page has them.
    static let ofReviewers: [StepWindow] = [.returns, .failures, .corrections, .refusals, .recusals, .extensions, .withdrawals, .takeBacks, .reopenings]
    /// Those that stand beside 通过 and 受理: what else can be decided there.
    static let decisions: [StepWindow] = [.returns, .failures, .corrections, .refusals]
    static let ofApplicants: [StepWindow] = [.recalls, .abandonments]

    var step: Step {
        switch self {
        case .returns: .giveBack
        case .failures: .fail
        case .corrections: .requestCorrection
        case .refusals: .refuse
        case .recusals: .recuse
        case .extensions: .extend
        case .withdrawals: .withdraw
        case .takeBacks: .takeBack
        case .reopenings: .reopen
        case .recalls: .recall
        case .abandonments: .abandon
        }
    }

    var title: String { self == .corrections ? "要求补正" : step.name.title }

    /// The words that its author has to find, or may; nil where the step has none.
    var opinion: Field? {
        switch self {
        case .returns: Field("opinion", "退回原因", .text(2000), required: true, hint: "将原文告知申报人，并记入经办流程")
        case .failures: Field("opinion", "不通过意见", .text(2000), required: true, hint: "将原文告知申报人，并记入经办流程")
        case .corrections: Field("opinion", "补正要求", .text(2000), required: true, hint: "须一次写明需要补正的全部内容；将原文告知申报人，并记入经办流程")
        case .refusals: Field("opinion", "不予受理的原因", .text(2000), required: true, hint: "将原文告知申报人和报送单位，并记入经办流程")
        case .recusals: Field("opinion", "回避原因", .text(500), required: true, hint: "如：与申报人系近亲属；记入经办流程，不告知申报人")
        case .extensions: Field("opinion", "修改原因", .text(500), hint: "记入经办流程，不告知申报人")
        case .withdrawals: Field("opinion", "撤回原因", .text(500), hint: "记入经办流程，不告知申报人")
        case .takeBacks: Field("opinion", "收回原因", .text(500), hint: "记入经办流程，不告知申报人")
        case .reopenings: Field("opinion", "重新审核原因", .text(2000), required: true, hint: "记入经办流程，不告知申报人")
        case .recalls, .abandonments: nil
        }
    }

    /// The common opinions that it offers; nil for none.
    var phrases: CommonOpinion.Kind? {
        switch self {
        case .returns, .corrections: .giveBack
        case .failures, .refusals: .fail
        case .recusals, .extensions, .withdrawals, .takeBacks, .reopenings, .recalls, .abandonments: nil
        }
    }

    var asksForDeadline: Bool { self == .returns || self == .corrections || self == .extensions }
    var asksForRemarks: Bool { self == .returns || self == .corrections }
    /// What cannot simply be undone is confirmed by itself.
    var asksToConfirm: Bool { self == .failures || self == .refusals || self == .abandonments }
    /// Whether it is a judgement on the content, which must be the one that was seen (A-15).
    var judgesContent: Bool { Self.decisions.contains(self) }
    /// Whether its author is done with the dossier and goes on to the next of his list.
    var leadsOn: Bool { judgesContent || self == .recusals }

    /// What it will do, in a sentence.
    func consequence(of dossier: Dossier) -> String {
        switch self {
        case .returns: "材料将直接退回申报人\(dossier.applicantName)修改，须在截止时间前重新提交。"
        case .failures: "提交后，\(dossier.applicantName) \(dossier.year) 年度无法再次申报；计划办结前，本单位可以在“不通过”列表中重新审核。"
        case .corrections: "材料将退回申报人\(dossier.applicantName)补正，须在截止时间前重新提交；补正只能要求一次。"
        case .refusals: "提交后，本次申报以“不予受理”结束，不能恢复；\(dossier.applicantName) \(dossier.year) 年度可以另行申报。"
        case .recusals: "声明后您不能再办理该材料，由本单位其他工作人员办理；不能撤销。"
        case .extensions: "\(dossier.deadline.map { "现在的截止时间为 \($0.adding(seconds: -1).day) 24:00。" } ?? "")申报人可以在新的截止时间前重新提交；原截止时间保留在经办流程中。"
        case .withdrawals: "材料回到本单位，可以修改推荐、公示和下一环节后重新提交；下一环节的单位会收到消息。"
        case .takeBacks: "材料回到初审，由您重新办理。"
        case .reopenings: "材料回到本单位初审；原不通过意见和此前各单位的意见都保留。"
        case .recalls: "取回后可以修改，再重新提交；取回期间材料不在任何单位。"
        case .abandonments: "放弃后本次申报结束，不能恢复；\(dossier.year) 年度可以另行申报。"
        }
    }

    /// The word on its button.
    var button: String {
        switch self {
        case .returns, .corrections, .withdrawals, .takeBacks, .recalls: "确定\(title)"
        case .failures: "确定不通过"
        case .refusals: "确定不予受理"
        case .recusals: "声明回避"
        case .extensions: "确定修改"
        case .reopenings: "确定重新审核"
        case .abandonments: "确定放弃"
        }
    }

    /// The key of a keyboard that opens it; nil for none.
    var key: String? {
        switch self {
        case .returns, .corrections: "r"
        case .failures, .refusals: "f"
        case .recusals, .extensions, .withdrawals, .takeBacks, .reopenings, .recalls, .abandonments: nil
        }
    }

    static let deadline = Field("deadline", "指定日期", .day(.any), hint: "当日 24:00 截止")
    static func remark(on section: Section) -> Field { Field("remark.\(section.rawValue)", section.title, .text(500)) }

    /// Working days that a return is usually given.
    static let presets = [3, 5, 10, 15]

    /// The last days that can be chosen with one click, each with its working days, none behind the end of the plan's reviews.
    static func presets(by calendar: WorkCalendar, today: Day, until last: Day) -> [(workingDays: Int, day: Day)] {
        presets.map { ($0, calendar.day($0, workingDaysAfter: today)) }.filter { $0.1 <= last }
    }
}

extension StepWindow {
    /// All that was written into it, as one text to copy from.
    func written(in form: Form?) -> String {
        guard let form else { return "" }
        let deadline = form["deadline"].trimmed.isEmpty ? form["within"] : form["deadline"]
        let remarks = Section.allCases.compactMap { section in
            let remark = form[StepWindow.remark(on: section).key]
            return remark.trimmed.isEmpty ? nil : "\(section.title)：\(remark)"
        }
        return ([form["opinion"]] + (asksForDeadline && !deadline.isEmpty ? ["修改提交截止时间：\(deadline)"] : []) + remarks).filter { !$0.trimmed.isEmpty }.joined(separator: "\n")
    }

    func has(key: String) -> Bool {
        switch key {
        case "list", "seen", "autosave": true
        case "phrase", "action": phrases != nil
        case "opinion": opinion != nil
        case "within", "deadline": asksForDeadline
        case "confirmed": asksToConfirm
        case _ where key.hasPrefix("used."): phrases != nil
        case _: asksForRemarks && Section.allCases.contains { key == "remark.\($0.rawValue)" }
        }
    }

    /// Whether a field holds what was typed or chosen for the step, and not what the form is for.
    func isTyped(key: String) -> Bool { has(key: key) && !key.hasPrefix("used.") && !["list", "seen", "autosave", "phrase", "action", "confirmed"].contains(key) }

    /// Puts into a move what was typed; throws what is wrong with it.
    func fill(_ move: inout Move, from form: Form, in reference: Reference, today: Day) throws(Problem) {
        var fields = [opinion].compactMap { $0 }
        if asksForRemarks { fields += Section.allCases.map(StepWindow.remark) }
        let reading = FieldReading(fields, from: { form[$0] }, complete: true, in: reference, today: today)
        var problems = reading.problems
        move.opinion = reading.values["opinion"] ?? ""
        if asksForRemarks {
            for section in Section.allCases {
                if let remark = reading.values[StepWindow.remark(on: section).key], !remark.isEmpty { move.remarks[section] = remark }
            }
        }
        if asksForDeadline {
            // A day that was typed counts, whatever the list beside it says.
            let typed = form["deadline"].trimmed.isEmpty ? form["within"] : form["deadline"]
            do throws(Invalid) {
                let day = Day(try StepWindow.deadline.read(typed, in: reference, today: today))
                move.deadline = day?.end
                if day == nil { problems.insert(FieldProblem("deadline", "请选择修改提交截止时间"), at: 0) }
            } catch { problems.insert(FieldProblem("deadline", error.message), at: 0) }
        }
        if asksToConfirm, form["confirmed"] != "1" { problems.append(FieldProblem("confirmed", "请勾选确认")) }
        if !problems.isEmpty { throw .invalid(problems) }
    }
}
