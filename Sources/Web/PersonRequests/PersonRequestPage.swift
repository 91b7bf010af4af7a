import Domain
import Markup
import Storage

/// A request: at the left what is asked, at the right what is decided, and the way that it goes.
struct PersonRequestPage {
    let frame: Frame
    let request: PersonRequest
    /// Names of the units on its way.
    let way: [String]
    let person: Person?
    /// Of a profile the one that is in force meanwhile.
    let inForce: Talent?
    let steps: [PersonRequestStep]
    /// nil for the person who asks.
    let member: StaffMember?
    /// Who of the unit where it waits can decide besides the reader.
    let colleagues: [String]
    let letter: FormFiles
    let isDone: Bool
    let typing: Typing?
    let session: Session
    let reference: Reference

    private var complaints: Complaints { Complaints(problems: typing?.problems ?? []) }
    private var path: String { Path.personRequest(request.id) }
    private var isEntrustment: Bool { request.kind == .entrustment }

    var html: HTML {
        frame.page(
            request.kind.title,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back.path)">\(back.title)</a></nav>\
                <h1>\(member == nil ? request.kind.title : "\(request.personName)的\(request.kind.title)")<small>\(request.unitName)</small></h1></div>\(typing?.notice)
                <div class="review"><div class="content"><section class="card sheet" aria-labelledby="asked"><h2 id="asked">\(isEntrustment ? "申请内容" : "档案内容")</h2>\
                \(Facts(facts).html)\(changes)\(copies)</section>\(letterGiven)
                <section class="card" aria-labelledby="log"><h2 id="log">审核记录</h2><ol class="timeline">\(steps.map(entry))</ol></section></div>
                <aside class="desk" aria-label="审核"><section class="card where"><p class="place">\(request.whereabouts(at: way[request.passage.stop]))</p>\(obstacle)</section>\
                \(decision)\(mending)<section class="card"><h2>审核流程</h2>\(chain)</section></aside></div>
                """,
            toast: isDone ? "<div class=\"notice success\" role=\"status\"><p><strong>已办理：</strong>\(steps.last?.step.title ?? "")。\(next)</p></div>" : .empty)
    }

    private var back: (path: String, title: String) {
        if member == nil { return isEntrustment ? (Path.myEntrustments, "委托申请") : (Path.myProfile, "专技人才档案") }
        // A reviewer of the dossier that came with the letter may have no such list.
        guard member?.permissions.contains(request.kind.permission) == true else { return (Path.home, "首页") }
        return (Path.personRequests(request.kind), request.kind.permission.title)
    }

    /// Where whoever has just decided goes on.
    private var next: HTML { member == nil ? .empty : "<a href=\"\(Path.personRequests(request.kind))\">返回\(request.kind.permission.title)</a>" }

    private var facts: [(String, String)] {
        let values = request.values
        let gender = reference.name(values["gender"] ?? person?.idNumber.genderCode ?? "", in: .genders) ?? ""
        let head = [
            ("姓名", request.personName), ("证件号码", person?.idNumber.masked ?? ""), ("性别", gender),
            ("出生日期", values["born"] ?? person?.idNumber.birthDay?.description ?? ""), ("工作单位", request.unitName), ("提交时间", request.submittedAt.text),
        ]
        return head + asked(values).map { ($0.label, $0.value) }
    }

    /// What was asked, as a reader sees it.
    private func asked(_ values: [String: String]) -> [(label: String, value: String)] {
        func shown(_ fields: [Field]) -> [(String, String)] {
            fields.filter { $0.key != "title" && (values[$0.key] != nil || $0.required) }.map { ($0.label, $0.show(values[$0.key] ?? "", in: reference)) }
        }
        let title = values["title"].flatMap(reference.title)
        switch request.kind {
        case .profile:
            let held = [("现任专业技术职务", title.map { "\($0.name)（\($0.levelName)）" } ?? "无"), ("系列", title?.series ?? "")]
            return shown(TalentProfile.fields) + held.filter { !$0.1.isEmpty }
        case .entrustment:
            let direction = Entrustment.Direction(rawValue: values["direction"] ?? "") ?? .province
            let plan = direction == .province ? [("评审计划", values["planName"] ?? "")] : []
            let about = [("方向", direction.title)] + plan
            return about + [
                ("年度", values["year"] ?? ""), ("申报系列", title?.series ?? ""), ("申报职称", title.map { "\($0.name)（\($0.levelName)）" } ?? ""),
                ("受托评审机构", values["committee"] ?? ""),
            ] + shown(direction.fields.filter { !["year", "committee"].contains($0.key) })
        }
    }

    /// What a profile changes of the one in force: from what to what.
    private var changes: HTML {
        guard request.state.isOpen, let inForce, inForce.request != request.id else { return .empty }
        let (old, new) = (asked(inForce.values), asked(request.values))
        let labels = new.map(\.label) + old.map(\.label).filter { label in !new.contains { $0.label == label } }
        func value(_ label: String, in facts: [(label: String, value: String)]) -> String { facts.first { $0.label == label }?.value ?? "" }
        let unit = inForce.unit == request.unit ? [] : [("工作单位", inForce.unitName, request.unitName)]
        let rows = unit + labels.map { ($0, value($0, in: old), value($0, in: new)) }.filter { $0.1 != $0.2 }
        return """
            <h3>与在用档案相比的变更</h3>\(rows.isEmpty ? "<p class=\"none\">填写的内容没有变化。</p>" : """
                <div class="scroll" tabindex="0" role="region" aria-label="变更内容"><table><thead><tr><th scope="col">项目</th><th scope="col">在用</th><th scope="col">变更为</th></tr></thead>\
                <tbody>\(rows.map { "<tr><th scope=\"row\">\($0.0)</th><td>\($0.1.isEmpty ? "—" : $0.1)</td><td>\($0.2.isEmpty ? "—" : $0.2)</td></tr>" as HTML })</tbody></table></div>
                """ as HTML)
            """
    }

    private var copies: HTML {
        guard !request.files.isEmpty else { return .empty }
        let label = isEntrustment ? Entrustment.fileRule.label : TalentProfile.fileRule.label
        return "<h3>\(label)</h3>\(FileLinks(files: request.files, base: Path.personRequestFiles(request.id)).html)"
    }

    private var letterGiven: HTML {
        guard isEntrustment, request.state == .passed, let last = steps.last else { return .empty }
        return """
            <section class="card sheet" aria-labelledby="letter-given"><h2 id="letter-given">委托函</h2>\(Facts([
                ("委托函编号", last.values["letterNumber"] ?? ""), ("委托函日期", last.values["letterDate"] ?? ""), ("出具机关", last.unitName),
            ]).html)\(FileLinks(files: last.files, base: Path.personRequestFiles(request.id)).html)</section>
            """
    }

    /// Why the reader, in whose unit it waits, may not decide it, and who may.
    private var obstacle: HTML {
        guard let member, request.holder == member.unit, let denial = request.denial(of: member) else { return .empty }
        let others = colleagues.isEmpty ? "本单位暂无其他人可以办理，请超级管理员指定工作人员。" : "可由 \(colleagues.joined(separator: "、")) 办理。"
        return "<p class=\"obstacle\">\(denial.sentence)\(others)</p>"
    }

    private var token: HTML {
        let version = typing?.version ?? request.version
        return FormToken.fields(for: path, version: version, shownAgain: typing, in: session)
    }

    private func typed(_ key: String) -> String { typing?.form?[key] ?? "" }

    private var decision: HTML {
        guard let member, request.denial(of: member) == nil else { return .empty }
        let isLetter = isEntrustment && request.isAtLastStop
        let given: HTML =
            isLetter
            ? """
            <h3>委托函</h3><p class="hint">通过时填写并上传。</p>\(Entrustment.letterFields.map {
                FieldInput($0, name: $0.key, value: typed($0.key), complaints: complaints, reference: reference).html
            })\(letter.html(complaints))
            """ : .empty
        let wrong = complaints.of("confirmed-fail")
        return """
            <form class="card decide" method="post" action="\(path)"\(isLetter ? " enctype=\"multipart/form-data\"" as HTML : .empty) novalidate data-once data-guard\(" data-typed", if: typing != nil)>\(token)\
            <h2>审核</h2>\(complaints.summary)\
            \(FieldInput(Field("opinion", "审核意见", .text(Site.mostOpinion), hint: "退回、不通过时必填"), name: "opinion", value: typed("opinion"), complaints: complaints, reference: reference).html)\(given)
            <p class="check\(wrong == nil ? .empty : " wrong" as HTML)"><input type="checkbox" id="confirmed-fail" name="confirmed" value="1"><label for="confirmed-fail">不通过的，确认此条审核终止</label></p>\
            \(wrong.map { "<p class=\"complaint\">\($0)</p>" as HTML })
            <div class="buttons"><button class="primary" name="action" value="pass">通过</button><button name="action" value="giveBack">退回</button>\
            <button class="danger" name="action" value="fail">不通过</button></div></form>
            """
    }

    /// What the person who asks can still do.
    private var mending: HTML {
        guard member == nil, request.state.isOpen else { return .empty }
        let form =
            isEntrustment
            ? Path.entrustmentForm(Entrustment.Direction(rawValue: request.values["direction"] ?? "") ?? .province, mending: request.id) : Path.profileForm
        let (cancel, wrong) = (Path.cancellation(request.id), complaints.of("confirmed-cancel"))
        return """
            <section class="card">\(request.state == .returned ? "<p class=\"buttons\"><a class=\"button primary\" href=\"\(form)\">修改后重新提交</a></p>" as HTML : .empty)\
            <form method="post" action="\(cancel)" data-once>\(FormToken.fields(for: cancel, version: request.version, in: session))\
            <p class="check\(wrong == nil ? .empty : " wrong" as HTML)"><input type="checkbox" id="confirmed-cancel" name="confirmed" value="1"><label for="confirmed-cancel">确认取消，取消后可以重新提交</label></p>\
            \(wrong.map { "<p class=\"complaint\">\($0)</p>" as HTML })<p class="buttons"><button>取消申请</button></p></form></section>
            """
    }

    private var chain: HTML {
        let passage = request.passage
        return """
            <ol class="steps" aria-label="审核流程"><li class="done"><span class="name">申请人</span><span class="note">提交</span></li>\(way.enumerated().map { number, name in
                let isHere = number == passage.stop
                let mark: HTML =
                    number < passage.stop || passage.state == .passed ? "done" : !isHere ? "ahead" : passage.state == .waiting ? "here" : "stopped"
                let note = number < passage.stop || passage.state == .passed ? "已通过" : isHere ? request.state.title : "未到"
                return "<li class=\"\(mark)\"\(isHere ? " aria-current=\"step\"" as HTML : .empty)><span class=\"name\">\(name)</span><span class=\"note\">\(note)</span></li>" as HTML
            })</ol>
            """
    }

    /// Whoever asks learns the unit, never the reviewer (D25).
    private func entry(_ step: PersonRequestStep) -> HTML {
        let who = step.unitName.isEmpty ? step.personName : member == nil ? step.unitName : "\(step.unitName) · \(step.personName)"
        return """
            <li\(step.step == .fail || step.step == .giveBack ? " class=\"stop\"" : .empty)><p class="what"><strong>\(step.step.title)</strong> <span>\(who)</span></p>\
            <p class="when">\(step.at.text)</p>\(step.opinion.isEmpty || member == nil && step.step == .pass ? .empty : "<p class=\"opinion\">\(step.opinion)</p>" as HTML)</li>
            """
    }
}
