import Domain
import Markup

/// The chain as steps: what is behind the dossier, where it is, what is ahead.
struct ChainSteps {
    let journey: Journey
    let units: [ID<WorkUnit>: WorkUnit]

    private enum Mark { case done, here, ahead, stopped }

    var html: HTML {
        let stops = journey.chain.stops.enumerated().map { (name: name($0.element), note: note($0.element), mark: mark(of: $0.offset)) }
        let acceptance = (name: units[journey.chain.acceptanceUnit]?.name ?? "受理单位", note: "受理", mark: acceptanceMark)
        let applicant = (name: "申报人", note: "提交", mark: applicantMark)
        return """
            <ol class="steps" aria-label="审核流程">\(([applicant] + stops + [acceptance]).map { step in
                """
                <li class="\(word(step.mark))"\(step.mark == .here || step.mark == .stopped ? " aria-current=\"step\"" as HTML : .empty)>\
                <span class="name">\(step.name)</span><span class="note">\(step.note)\(spoken(step.mark))</span></li>
                """ as HTML
            })</ol>
            """
    }

    private func name(_ stop: ReviewChain.Stop) -> String { units[stop.unit]?.name ?? "审核单位" }

    private func note(_ stop: ReviewChain.Stop) -> String {
        let steps = stop.steps == .two ? "初审、复审" : "初审"
        guard let insertion = stop.insertion else { return steps }
        return "\(steps) · \(units[insertion.by]?.name ?? "")增加：\(insertion.reason)"
    }

    private func mark(of stop: Int) -> Mark {
        switch journey.stage {
        case .firstReview(let here), .secondReview(let here): stop < here ? .done : stop == here ? .here : .ahead
        case .returned(let by), .failed(let by): stop < by ? .done : stop == by ? .stopped : .ahead
        case .draft: .ahead
        case .awaitingAcceptance, .returnedForCorrection, .accepted, .concluded: .done
        case .abandoned: .ahead
        }
    }

    private var acceptanceMark: Mark {
        switch journey.stage {
        case .awaitingAcceptance: .here
        case .returnedForCorrection: .stopped
        case .accepted, .concluded: .done
        case .draft, .firstReview, .secondReview, .returned, .failed, .abandoned: .ahead
        }
    }

    private var applicantMark: Mark {
        switch journey.stage {
        case .draft, .returned, .returnedForCorrection: .here
        case .firstReview, .secondReview, .failed, .awaitingAcceptance, .accepted, .concluded, .abandoned: .done
        }
    }

    private func word(_ mark: Mark) -> HTML {
        switch mark {
        case .done: "done"
        case .here: "here"
        case .ahead: "ahead"
        case .stopped: "stopped"
        }
    }

    private func spoken(_ mark: Mark) -> HTML {
        switch mark {
        case .done: "<span class=\"unseen\">，已完成</span>"
        case .here: "<span class=\"unseen\">，当前环节</span>"
        case .stopped: "<span class=\"unseen\">，在此中止</span>"
        case .ahead: .empty
        }
    }
}

/// 经办流程: who did what, when, in how many working days, and what was said.
struct Timeline {
    let entries: [Line]

    struct Line {
        let title: String
        let unit: String
        let person: String
        let at: Instant
        let workingDays: Int
        let opinion: String
        let remark: String
        /// Remarks on sections.
        let remarks: [(section: Section, text: String)]
        let deadline: Instant?
        let isStop: Bool
    }

    var html: HTML {
        guard !entries.isEmpty else { return "<p class=\"none\">还没有办理记录。</p>" }
        return "<ol class=\"timeline\">\(entries.reversed().map(line))</ol>"
    }

    private func line(_ line: Line) -> HTML {
        """
        <li class="\(line.isStop ? "stop" as HTML : "go")"><p class="what"><strong>\(line.title)</strong> <span>\(line.unit)\(line.person.isEmpty ? "" : " · \(line.person)")</span></p>\
        <p class="when"><time>\(line.at.text)</time> · 用时 \(line.workingDays) 个工作日</p>\
        \(line.opinion.isEmpty ? HTML.empty : "<p class=\"opinion\">\(line.opinion)</p>")\
        \(line.remarks.isEmpty ? HTML.empty : "<dl class=\"remarks\">\(line.remarks.map { "<dt>\($0.section.title)</dt><dd>\($0.text)</dd>" as HTML })</dl>")\
        \(line.deadline.map { "<p class=\"when\">修改提交截止时间 \($0.adding(seconds: -1).day.description) 24:00</p>" as HTML })\
        \(line.remark.isEmpty ? HTML.empty : "<p class=\"when\">\(line.remark)</p>")</li>
        """
    }
}

extension Timeline {
    /// As a reviewer reads it: everything.
    init(forReviewers trail: [TrailEntry], calendar: WorkCalendar) {
        entries = trail.map { entry in
            Line(entry, calendar, unit: entry.unitName.isEmpty ? "申报人" : entry.unitName, person: entry.personName, opinion: entry.opinion)
        }
    }

    /// As the applicant reads it (D25): every entry, never a reviewer's name; opinions of 退回, 补正 and 不通过 whole, of 通过 none: of that he
    /// reads his own unit's recommendation.
    init(forApplicant trail: [TrailEntry], calendar: WorkCalendar) {
        entries = trail.map { entry in
            Line(entry, calendar, unit: entry.unitName.isEmpty ? "本人" : entry.unitName, person: "", opinion: entry.step.opinionIsForApplicant ? entry.opinion : "")
        }
    }
}

extension TrailEntry {
    /// Remarks in the order of their sections.
    var orderedRemarks: [(section: Section, text: String)] { Section.allCases.compactMap { section in remarks[section].map { (section, $0) } } }
}

extension Timeline.Line {
    init(_ entry: TrailEntry, _ calendar: WorkCalendar, unit: String, person: String, opinion: String) {
        self.init(
            title: entry.title, unit: unit, person: person, at: entry.at, workingDays: calendar.waiting(since: entry.arrivedAt, until: entry.at),
            opinion: opinion, remark: entry.remark, remarks: entry.orderedRemarks, deadline: entry.deadline,
            isStop: [.returned, .failed, .returnedForCorrection, .notAccepted, .abandoned].contains(entry.after))
    }
}
