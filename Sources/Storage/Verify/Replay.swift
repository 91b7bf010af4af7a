import Domain

/// Takes a dossier's trail again, step by step, from what its entries say, and knows then what the dossier's rows must be (I-30).
struct Replay {
    let applicant: Value
    /// When the dossier's rows say that it was opened.
    let openedAt: Int64
    private(set) var submission: Submission?
    private(set) var journey: Journey?
    /// Code of the title applied for, empty where there is none; nil for what was taken back, whose title is its draft's.
    private(set) var title: String?
    private(set) var desks: [ID<WorkUnit>: Desk] = [:]
    private(set) var deskTimes: [ID<WorkUnit>: Int64] = [:]
    private(set) var actedTimes: [ID<WorkUnit>: Int64] = [:]
    private(set) var version: Int64 = 1
    private(set) var arrivedAt: Int64
    private(set) var deadline: Int64?
    /// Who may still take his first review back.
    private(set) var reviewedBy: ID<Person>?
    private(set) var edition: Int64 = 0
    private(set) var firstSubmittedAt: Int64?
    /// Editions, from 1, with the digests of the pledges signed with them.
    private(set) var pledges: [(edition: Int, pledge: String)] = []
    private var lastAt = Int64.min

    init(applicant: Value, openedAt: Int64) {
        (self.applicant, self.openedAt, arrivedAt) = (applicant, openedAt, openedAt)
    }

    /// Why an entry cannot follow what was before it.
    struct Wrong: Error {
        let kind: Discrepancy.Kind
        let sentence: String
    }

    /// Latest deadlines of a plan: for returns, and for corrections.
    struct Limits {
        let reviews: Int64
        let acceptance: Int64
    }

    mutating func take(_ row: SealedRow, contents: [[Value]], limits: Limits?, _ arguments: inout StepArguments) throws {
        let entry = try TrailRow(row)
        let step: Step
        do { step = try arguments.step(entry.step, entry.argument) } catch { throw Wrong(kind: .replay, sentence: "这一步所附的内容不可读") }
        if step == .submit { try submit(entry, &arguments) }
        guard let before = journey else { throw Wrong(kind: .replay, sentence: "第一步不是提交") }
        let next: Journey
        do throws(Refusal) { next = try before.after(step) } catch { throw Wrong(kind: .replay, sentence: "此时不能进行“\(entry.step.title)”") }
        let round = before.round == 0 ? next.round : before.round
        guard entry.before == before.stage.name.rawValue, entry.after == next.stage.name.rawValue, entry.round == Int64(round) else {
            throw Wrong(kind: .replay, sentence: "记录的环节或轮次与流程不符")
        }
        try checkActor(entry, taking: step, from: before, to: next)
        try checkTimes(entry, from: before, limits: limits)
        try checkEdition(entry, contents)
        if step == .submit, let pledge = submission?.pledge { pledges.append((Int(edition), pledge)) }
        do {
            if let signature = try signature(entry.argument, of: entry.step) {
                pledges.append((Int(edition), signature.pledge))
                title = signature.title ?? title
            }
        } catch { throw Wrong(kind: .replay, sentence: "这一步所附的内容不可读") }
        if step == .recall { title = nil }
        let desks = before.desks(desks, after: step, to: next)
        for (unit, desk) in desks where self.desks[unit] != desk { deskTimes[unit] = entry.at }
        if let mark = before.mark(of: step, to: next) { actedTimes[mark.unit] = mark.acted == .nothing ? nil : entry.at }
        guard case .text(let text) = entry.person, let person = ID<Person>(text) else { throw Wrong(kind: .row, sentence: "这一条记录不可读") }
        reviewedBy = next.reviewer(before: reviewedBy, after: step, by: person)
        (self.desks, journey, lastAt) = (desks, next, entry.at)
        if !entry.step.isStationary { (version, arrivedAt) = (version + 1, entry.at) }
        deadline = next.holder == .applicant ? entry.deadline ?? deadline : nil
    }

    private mutating func submit(_ entry: TrailRow, _ arguments: inout StepArguments) throws {
        let frozen: Submission
        do { frozen = try arguments.submission(entry.argument) } catch { throw Wrong(kind: .replay, sentence: "提交时固定的审核流程不可读") }
        (submission, title) = (frozen, frozen.title)
        journey = Journey(stage: journey?.stage ?? .draft, chain: frozen.chain, round: journey?.round ?? 0)
        firstSubmittedAt = firstSubmittedAt ?? entry.at
    }

    private func checkActor(_ entry: TrailRow, taking step: Step, from before: Journey, to next: Journey) throws {
        let isRight: Bool
        switch step {
        case .submit, .recall, .resubmit, .abandon: isRight = entry.unit == nil && entry.person == applicant
        case .handOver: isRight = entry.unit != nil
        case .pass, .takeBack, .withdraw, .giveBack, .extend, .fail, .reopen, .recuse, .accept, .requestCorrection, .refuse, .conclude:
            isRight = entry.unit == before.actingUnit(of: step, to: next)?.text
        }
        guard isRight else { throw Wrong(kind: .replay, sentence: "记录的办理单位或人员不是此时可以办理的") }
    }

    private func checkTimes(_ entry: TrailRow, from before: Journey, limits: Limits?) throws {
        guard entry.arrivedAt == arrivedAt else { throw Wrong(kind: .time, sentence: "记录的到达时间与上一步不符") }
        guard entry.at >= lastAt, entry.at >= arrivedAt else { throw Wrong(kind: .time, sentence: "办理时间早于上一步") }
        if entry.step == .resubmit, let deadline, entry.at >= deadline { throw Wrong(kind: .deadline, sentence: "重新提交晚于修改提交截止时间") }
        switch entry.step {
        case .giveBack, .requestCorrection, .extend:
            guard let given = entry.deadline, given > entry.at else { throw Wrong(kind: .deadline, sentence: "没有晚于办理时间的修改提交截止时间") }
            let isCorrection = entry.step == .requestCorrection || before.stage == .returnedForCorrection
            if let limits, given > (isCorrection ? limits.acceptance : limits.reviews) { throw Wrong(kind: .deadline, sentence: "修改提交截止时间晚于计划允许的日期") }
        case .submit, .recall, .pass, .takeBack, .withdraw, .resubmit, .fail, .reopen, .handOver, .recuse, .accept, .refuse, .abandon, .conclude: break
        }
    }

    /// A submission seals the next edition; every other step stands on the one that stands.
    private mutating func checkEdition(_ entry: TrailRow, _ contents: [[Value]]) throws {
        if entry.edition == edition + 1, entry.step == .submit || entry.step == .resubmit {
            edition += 1
            guard contents.indices.contains(Int(edition) - 1), contents[Int(edition) - 1][4] == .integer(entry.at) else {
                throw Wrong(kind: .content, sentence: "这次提交的材料不在，或提交时间不符")
            }
        } else if entry.edition != edition || entry.step == .submit {
            throw Wrong(kind: .content, sentence: "记录的材料版本与流程不符")
        }
        guard contents.indices.contains(Int(edition) - 1), contents[Int(edition) - 1][2] == entry.digest else {
            throw Wrong(kind: .content, sentence: "记录的材料摘要与所存的材料不符")
        }
    }
}

/// The fields of a trail's entry that the replay asks for.
struct TrailRow {
    let round: Int64
    let step: StepName
    let before: String
    let after: String
    let unit: String?
    let person: Value
    let at: Int64
    let arrivedAt: Int64
    let deadline: Int64?
    let edition: Int64
    let digest: Value
    let argument: String

    init(_ row: SealedRow) throws {
        let values = row.values
        guard case .integer(let round) = values[1], case .text(let name) = values[2], let step = StepName(rawValue: name), case .text(let before) = values[3],
            case .text(let after) = values[4], case .integer(let at) = values[9], case .integer(let arrivedAt) = values[10], case .integer(let edition) = values[14],
            case .text(let argument) = values[16]
        else { throw Replay.Wrong(kind: .row, sentence: "这一条记录不可读") }
        (self.round, self.step, self.before, self.after, self.at, self.arrivedAt) = (round, step, before, after, at, arrivedAt)
        (self.edition, self.argument, person, digest) = (edition, argument, values[7], values[15])
        unit = if case .text(let unit) = values[5] { unit } else { nil }
        deadline = if case .integer(let deadline) = values[12] { deadline } else { nil }
    }
}
