import Domain
import Markup
import Storage

/// The right-hand form of a review: opinion, 通过, and the window 单位推荐和公示信息 with 下一环节审核单位 (M9–M11).
struct PassDecision {
    let page: ReviewPage
    /// So many units a search lists.
    static let mostFound = 10

    private var path: String { Path.passes(page.dossier.id) }
    private var journey: Journey { page.dossier.journey }
    private var stop: Int { journey.stage.stop ?? 0 }
    private var leaves: Bool { journey.stage == journey.chain.lastStep(of: stop) }
    /// The window belongs to the applicant's own unit (M10); its first reviewer may fill it in ahead (D3).
    private var recommends: Bool { stop == 0 }

    var html: HTML {
        """
        <form class="card decide" method="post" action="\(path)"\(" enctype=\"multipart/form-data\"", if: recommends) data-once data-guard data-autosave\(" data-typed", if: !page.state.isFresh)>\(page.token(path))\(defaultButton("find"))\
        <h2>\(journey.stage.name == .secondReview ? "复审" : "初审")</h2>\(page.state.dialogIsOpen ? .empty : page.state.complaints.summary)\(page.opinionField("审核意见"))\(PhrasePicker(phrases: page.phrases, applicantName: page.dossier.applicantName, field: "opinion").html)\(buttons)\
        \(page.recusal)\(recommends || leaves ? window : .empty)</form>\(recommends ? ProofFiles.uploads(page.dossier.id, page.session) : .empty)
        """
    }

    private var buttons: HTML {
        if recommends, leaves {
            return """
                <div class="buttons"><a class="button primary" href="#pass" data-opens="pass" data-key="p" role="button">通过</a>\(page.refusals)</div>\
                <p class="hint">点击“通过”填写单位推荐和公示信息，确定后提交至下一环节：\(next)。</p>
                """
        }
        let ahead: HTML = recommends ? "<a class=\"button\" href=\"#pass\" data-opens=\"pass\" role=\"button\">填写单位推荐和公示信息</a>" : .empty
        let insert: HTML = leaves ? "<a class=\"button\" href=\"#pass\" data-opens=\"pass\" role=\"button\">增加审核单位</a>" : .empty
        return """
            <div class="buttons"><button class="primary" name="action" value="pass" data-key="p">通过</button>\(page.refusals)\(ahead)\(insert)</div>\
            <p class="hint">\(leaves ? "提交至下一环节：" : "提交至本单位复审")\(leaves ? next : "")。</p>
            """
    }

    /// The units that come next, in order: additions, then the default with its reason.
    private var next: String {
        let names = page.state.form.additions.compactMap { page.additions[$0.unit]?.name }
        return (names + [defaultNext.name]).joined(separator: " → ")
    }

    private var defaultNext: (name: String, reason: String) {
        let chain = journey.chain
        guard stop + 1 < chain.stops.count else { return (page.units[chain.acceptanceUnit]?.name ?? "受理单位", "该计划的受理单位") }
        let unit = chain.stops[stop + 1]
        let reason = unit.insertion.map { "由 \(page.units[$0.by]?.name ?? "") 增加：\($0.reason)" } ?? "按提交时确定的审核流程，为上级单位"
        return (page.units[unit.unit]?.name ?? "", reason)
    }

    private var window: HTML {
        let title = recommends ? "单位推荐和公示信息" : "增加审核单位"
        return """
            <dialog id="pass" class="dialog" aria-labelledby="pass-title"\(page.state.dialogIsOpen ? " open data-reopen" as HTML : .empty)><header><h2 id="pass-title">\(title)</h2>\
            \(closing("×", isCross: true))</header><div class="body">\(page.state.dialogIsOpen ? page.state.complaints.summary : .empty)\(confirmation)\
            \(recommends ? recommendation : .empty)\(leaves ? nextStop : .empty)</div>
            <footer>\(closing("取消", isCross: false))\(confirmButton)</footer></dialog>
            """
    }

    /// A window opened by its address is closed by leaving it; one that the server opened, by asking the server, which keeps what was typed.
    private func closing(_ word: String, isCross: Bool) -> HTML {
        let named: HTML = isCross ? " aria-label=\"关闭\"" : .empty
        if page.state.dialogIsOpen {
            return "<button class=\"\(isCross ? "close plain" : "")\" name=\"action\" value=\"close\" data-closes\(named)>\(word)</button>"
        }
        return "<a class=\"\(isCross ? "close" : "button")\" href=\"#decide\" data-closes\(named)>\(word)</a>"
    }

    private var confirmButton: HTML {
        if page.state.asksToConfirm { return "<button class=\"primary\" name=\"confirmed\" value=\"1\">仍要提交</button>" }
        return "<button class=\"primary\" name=\"action\" value=\"pass\">\(leaves ? recommends ? "确定" : "确定并通过" : "填好并通过初审")</button>"
    }

    private var confirmation: HTML {
        guard page.state.asksToConfirm else { return .empty }
        return """
            <div class="notice warning" role="alert" tabindex="-1" data-focus><h2>未填写公示信息，仍要提交？</h2><p>本计划建议公示不少于 \(page.plan.publicity.workingDays) 个工作日。不填写也可以提交，经办流程会记录未公示。</p></div>
            """
    }

    private var recommendation: HTML {
        """
        <p class="hint">\(ruleText)</p><fieldset><legend>单位推荐</legend><div class="fields">\(Recommendation.recommendationFields.map(field))</div></fieldset>\
        <fieldset><legend>公示</legend><div class="fields">\(Recommendation.publicityFields.map(field))</div>\
        \(ProofFiles(dossier: page.dossier.id, files: page.proofs, complaints: page.state.complaints.problems).html)</fieldset>\(leaves ? posts : .empty)
        """
    }

    /// 岗位情况表: what there is of it, and the way to it in a window of its own, so that nothing typed here is lost.
    private var posts: HTML {
        guard let rule = page.posts else { return .empty }
        let complaint = page.state.complaints.of(Recommendation.postsField)
        let link: HTML = "<a href=\"\(Path.postTable(page.plan.year))\" target=\"_blank\">\(rule.saved == nil ? "去填报" : "查看、修改")（在新窗口打开）</a>"
        return """
            <fieldset id="posts"\(complaint == nil ? .empty : " class=\"wrong\"" as HTML)><legend>\(String(page.plan.year)) 年度事业单位岗位情况表\(rule.required ? "<span class=\"star\" aria-hidden=\"true\">★</span>" as HTML : .empty)</legend>\
            \(complaint.map { "<p class=\"complaint\">\($0)</p>" as HTML })\(rule.saved.map(summary) ?? "<p class=\"none\">本年度尚未填报。</p>")<p>\(link)</p></fieldset>
            """
    }

    private func summary(_ saved: SavedPostTable) -> HTML {
        let level = page.reference.title(page.reading.line.title).flatMap { PostTable.Level(titleLevel: $0.level) }
        let vacancy: HTML = level.map { "，\($0.title)空缺 \(saved.table.vacancy($0) ?? 0) 个，本次推荐 \(saved.table[PostTable.key($0, .recommended)]) 人" as HTML } ?? .empty
        return "<p>\(saved.savedBy) 于 \(saved.savedAt.text) 填报\(vacancy)。将随推荐一并报送。</p>"
    }

    private var ruleText: String {
        let days = "公示不少于 \(page.plan.publicity.workingDays) 个工作日"
        return switch page.plan.publicity.demand {
        case .required: "本计划要求填写推荐和公示信息，\(days)，期满后方可通过。"
        case .warn, .optional: "如无此项需求，可不填写；填写了其中一项的，★ 项须填全。\(days)。"
        }
    }

    private func field(_ field: Field) -> HTML {
        FieldInput(field, name: field.key, value: page.state.form.values[field.key] ?? "", complaints: page.state.complaints, reference: page.reference).html
    }

    private var nextStop: HTML {
        """
        <fieldset id="next"\(page.state.showsRoute ? " tabindex=\"-1\" data-focus" as HTML : .empty)><legend>下一环节审核单位</legend><input type="hidden" name="additions" value="\(page.state.form.additions.map(\.unit.text).joined(separator: ","))">\
        <ol class="route">\(page.state.form.additions.enumerated().map { added($0.offset, $0.element) })<li><strong>\(defaultNext.name)</strong><span class="note">默认 · \(defaultNext.reason)</span></li></ol>\
        <div class="finder"><label for="search">增加审核单位</label><input type="search" id="search" name="search" value="\(page.state.form.search)" placeholder="单位名称的一部分，或统一社会信用代码" maxlength="50">\
        <button name="action" value="find">查找单位</button></div>\(results)</fieldset>
        """
    }

    private func added(_ position: Int, _ added: PassForm.Added) -> HTML {
        let name = page.additions[added.unit]?.name ?? ""
        let raise: HTML = position > 0 ? "<button name=\"action\" value=\"raise.\(added.unit.text)\">上移<span class=\"unseen\">\(name)</span></button>" : .empty
        return """
            <li><strong>\(name)</strong>\(FieldInput(PassForm.reason, name: "reason.\(added.unit)", value: added.reason,
                complaints: page.state.complaints, reference: page.reference).html)\(raise)\
            <button name="action" value="remove.\(added.unit.text)">去掉<span class="unseen">\(name)</span></button></li>
            """
    }

    private var results: HTML {
        guard !page.state.form.search.trimmed.isEmpty else { return .empty }
        guard !page.found.isEmpty else {
            return "<p class=\"none\" role=\"status\">没有找到可以增加的单位。已在流程中的单位、已停用的单位和申报人所在单位的下级单位不能增加。</p>"
        }
        let chosen = Set(page.state.form.additions.map(\.unit))
        return """
            <div role="status"><ul class="results">\(page.found.prefix(Self.mostFound).filter { !chosen.contains($0.id) }.map {
                "<li>\($0.name) <button name=\"action\" value=\"add.\($0.id.text)\">增加<span class=\"unseen\">\($0.name)</span></button></li>" as HTML
            })</ul>\(page.found.count > Self.mostFound ? "<p class=\"hint\">只列出前 \(Self.mostFound) 个，请输入更完整的名称。</p>" as HTML : .empty)</div>
            """
    }
}
