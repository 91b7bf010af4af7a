import Domain
import Markup
import Storage

/// The window in which a step is taken: opened over the page, or by its address where no script runs.
struct StepWindowView {
    let window: StepWindow
    let dossier: Dossier
    /// Where the window's form is posted.
    let path: String
    let session: Session
    let reference: Reference
    /// Days that can be chosen as a deadline with one click.
    var presets: [(workingDays: Int, day: Day)] = []
    var phrases: [CommonOpinion] = []
    var list: Worklist?
    /// The digest of the content on the page.
    var seen = ""
    /// What its author had typed into it and not sent.
    var kept: OpinionDraft?
    /// What was typed into it and refused; nil for a fresh one.
    var typing: Typing?

    private var isOpen: Bool { typing != nil }
    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private func typed(_ key: String) -> String { typing.map { $0.form?[key] ?? "" } ?? kept?.typed[key] ?? "" }
    private var keeps: Bool { window.judgesContent }
    /// Names within the window differ from those of the page's other forms by this.
    private var prefix: String { "\(window.rawValue)-" }

    /// What opens it.
    func link(_ kind: HTML = "button") -> HTML {
        let key: HTML = window.key.map { " data-key=\"\($0)\"" } ?? .empty
        return "<a class=\"\(kind)\" href=\"#\(window.rawValue)\" data-opens=\"\(window.rawValue)\"\(key) role=\"button\">\(window.title)</a>"
    }

    var html: HTML {
        """
        <dialog id="\(window.rawValue)" class="dialog narrow" aria-labelledby="\(prefix)title"\(isOpen ? " open data-reopen" as HTML : .empty)>\
        <form method="post" action="\(path)" data-once data-guard\(" data-autosave", if: keeps)\(" data-typed", if: isOpen)>\(token)<header><h2 id="\(prefix)title">\(window.title)</h2>\
        <a class="close" href="#decide" data-closes aria-label="关闭">×</a></header>\
        <div class="body">\(notice)\(summary)<p class="hint">\(window.consequence(of: dossier))</p>\(deadline)\(opinion)\(remarks)\(confirmation)\(keeps ? Kept(at: typing == nil ? kept?.savedAt : nil).html : .empty)</div>\
        <footer><a class="button" href="#decide" data-closes>取消</a><button class="primary\(window.asksToConfirm ? " danger" as HTML : .empty)">\(window.button)</button></footer></form></dialog>
        """
    }

    private var token: HTML {
        let version = typing?.version ?? dossier.version
        let fields = FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
        return "\(fields)\(list.map { "<input type=\"hidden\" name=\"list\" value=\"\($0.reference)\">" as HTML })<input type=\"hidden\" name=\"seen\" value=\"\(seen)\">"
    }

    private var notice: HTML { typing?.notice("没有提交") ?? .empty }

    private var summary: HTML {
        guard !complaints.problems.isEmpty else { return .empty }
        return """
            <div class="notice error" role="alert" tabindex="-1" data-focus><h2>有 \(complaints.problems.count) 处需要修改</h2>\
            <ul>\(complaints.problems.map { "<li><a href=\"#\(prefix)\($0.field)\">\($0.message)</a></li>" as HTML })</ul></div>
            """
    }

    private func input(_ field: Field) -> HTML {
        FieldInput(field, name: field.key, value: typed(field.key), complaints: complaints, reference: reference, prefix: prefix).html
    }

    private var opinion: HTML {
        let picker: HTML = window.phrases == nil ? .empty : PhrasePicker(phrases: phrases, applicantName: dossier.applicantName, field: "opinion", prefix: prefix).html
        return "\(window.opinion.map(input))\(picker)"
    }

    private var deadline: HTML {
        guard window.asksForDeadline else { return .empty }
        // What was kept on another day may be offered no more: then it is chosen anew, and not by the browser.
        let within = typed("within")
        let holds = typing != nil || kept != nil && (within.isEmpty ? !typed("deadline").trimmed.isEmpty : presets.contains { $0.day.description == within })
        return DeadlineChoice(presets: presets, chosen: holds ? within : nil, prefix: prefix, day: input(StepWindow.deadline)).html
    }

    private var remarks: HTML {
        guard window.asksForRemarks else { return .empty }
        let isUsed = Section.allCases.contains { !typed(StepWindow.remark(on: $0).key).isEmpty }
        return """
            <details class="remarks"\(" open", if: isUsed)><summary>分项修改意见（选填，申报人填报时在各项旁边看到）</summary>\(Section.allCases.map { input(StepWindow.remark(on: $0)) })</details>
            """
    }

    private var confirmation: HTML {
        guard window.asksToConfirm else { return .empty }
        let complaint = complaints.of("confirmed")
        return """
            <div class="field\(complaint == nil ? .empty : " wrong" as HTML)"><label class="check"><input type="checkbox" name="confirmed" value="1" id="\(prefix)confirmed"\
            \(complaint == nil ? .empty : " aria-invalid=\"true\" aria-describedby=\"\(prefix)confirmed-note\"" as HTML)> 我已知晓：\(window.consequence(of: dossier))</label>\
            \(complaint.map { "<p class=\"complaint\" id=\"\(prefix)confirmed-note\">\($0)</p>" as HTML })</div>
            """
    }
}

/// 修改提交截止时间: some working days from now with one click, or a day.
struct DeadlineChoice {
    let presets: [(workingDays: Int, day: Day)]
    /// The preset that was chosen, empty for a day of its own; nil for a fresh form.
    let chosen: String?
    var prefix = ""
    /// The field for the day.
    let day: HTML

    var html: HTML {
        let chosen = chosen ?? presets.dropFirst().first?.day.description ?? presets.first?.day.description ?? ""
        return """
            <fieldset class="deadline"><legend>修改提交截止时间<span class="star" aria-hidden="true">★</span></legend><div class="fields">\
            <div class="field"><label for="\(prefix)within">期限</label><select id="\(prefix)within" name="within">\(presets.map { preset in
                "<option value=\"\(preset.day.description)\"\(" selected", if: preset.day.description == chosen)>\(preset.workingDays) 个工作日，至 \(preset.day.description) 24:00</option>" as HTML
            })<option value=""\(" selected", if: chosen.isEmpty)>指定日期</option></select></div>\(day)</div></fieldset>
            """
    }
}
