import Domain

/// A deadline of an applicant's that is near and of which he has not been told.
struct DueReminder {
    let kind: Reminder
    let dossier: ID<Dossier>
    let person: ID<Person>
    let applicantName: String
    /// The applicant's own unit.
    let unit: ID<WorkUnit>
    let planName: String
    let deadline: Instant
}

/// What is said without a step: once for each deadline, once a week for each unit.
public enum Reminder: String, Sendable, CaseIterable {
    /// Three working days before a deadline, one, and on its day: to the applicant; and the first two to his unit.
    case deadlineNear, deadlineSoon, deadlineToday, deadlineNearAtUnit, deadlineSoonAtUnit
    case desksLate
    /// 提醒, by the unit that gave it back.
    case urged
    /// A unit's request waits: told to the unit that decides, then to the title authority above it (D12).
    case requestLate, requestVeryLate
    /// Nobody of a unit may review a dossier, and its superior is asked to take it over (D21).
    case handOverAsked
    /// The windows of a plan were put off (D22).
    case planExtended

    /// Working days before a deadline's day on which its applicant is told first, and again.
    public static let daysAhead = 3
    public static let daysAheadAgain = 1
    /// Working days after which a unit is told of what waits there.
    public static let patience = 10
    /// Working days after which a unit is told of requests that wait there.
    public static let requestPatience = 5
}

extension Connection {
    /// Reminds applicants and their units of deadlines that come within three working days and within one, and applicants on the last day, of at most `limit` dossiers; returns of how many.
    /// Said once for a dossier, a deadline and a kind, however often and on however many nodes this runs.
    public func remindOfDeadlines(by calendar: WorkCalendar, at now: Instant, limit: Int = 200) throws -> Int {
        let due = try dueReminders(by: calendar, at: now, limit: limit)
        for reminder in due {
            let body = reminder.sentence(by: calendar, at: now)
            try run(
                """
                INSERT INTO reminders (kind, subject_id, occasion, dossier_id, person_id, body, sent_at)
                VALUES (\(reminder.kind.rawValue), \(reminder.dossier), \(reminder.deadline), \(reminder.dossier), \(reminder.person), \(body), \(now))
                ON CONFLICT (kind, subject_id, occasion) DO NOTHING
                """)
            guard let atUnit = reminder.kind.atUnit else { continue }
            try run(
                """
                INSERT INTO reminders (kind, subject_id, occasion, dossier_id, unit_id, body, sent_at)
                VALUES (\(atUnit.rawValue), \(reminder.dossier), \(reminder.deadline), \(reminder.dossier), \(reminder.unit), \(reminder.sentenceToUnit), \(now))
                ON CONFLICT (kind, subject_id, occasion) DO NOTHING
                """)
        }
        return due.count
    }

    private func dueReminders(by calendar: WorkCalendar, at now: Instant, limit: Int) throws -> [DueReminder] {
        // The last deadlines of which no more than so many working days are left, non-working days behind them included.
        let horizon = calendar.day(Reminder.daysAhead + 1, workingDaysAfter: now.day).adding(-1).end
        let soon = calendar.day(Reminder.daysAheadAgain + 1, workingDaysAfter: now.day).adding(-1).end
        let tonight = now.day.end
        let kind: SQL = "CASE WHEN d.deadline <= \(tonight) THEN 'deadlineToday' WHEN d.deadline <= \(soon) THEN 'deadlineSoon' ELSE 'deadlineNear' END"
        return try rows(
            """
            SELECT \(kind), d.id, d.person_id, d.person_name, d.unit_id, p.name, d.deadline FROM dossiers d JOIN plans p ON p.id = d.plan_id
            WHERE d.deadline > \(now) AND d.deadline <= \(horizon) AND d.stage IN ('returned', 'returnedForCorrection')
              AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.subject_id = d.id AND r.occasion = d.deadline AND r.kind = \(kind))
            ORDER BY d.deadline, d.id LIMIT \(limit)
            """
        ) {
            DueReminder(
                kind: try $0.name(), dossier: try $0.id(), person: try $0.id(), applicantName: try $0.text(), unit: try $0.id(), planName: try $0.text(),
                deadline: try $0.instant())
        }
    }

    /// Tells every unit, once a week, how many dossiers have waited there for more than ten working days; returns how many were told.
    public func remindOfDesks(by calendar: WorkCalendar, at now: Instant) throws -> Int {
        let day = calendar.lastDay(moreThan: Reminder.patience, before: now.day)
        let week = Instant(now.day.adding(1 - now.day.weekday), hour: 0)
        let late = try rows(
            """
            SELECT k.unit_id, COUNT(*) FROM desks k WHERE k.waiting <> 'nothing' AND k.arrived_at < \(day.end)
              AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.kind = 'desksLate' AND r.subject_id = k.unit_id AND r.occasion = \(week))
            GROUP BY k.unit_id
            """
        ) { (unit: try $0.id() as ID<WorkUnit>, count: try $0.integer()) }
        for desk in late {
            let body = "本单位有 \(desk.count) 份申报材料等待办理已超过 \(Reminder.patience) 个工作日，请及时办理。"
            try run(
                """
                INSERT INTO reminders (kind, subject_id, occasion, unit_id, body, sent_at)
                VALUES (\(Reminder.desksLate.rawValue), \(desk.unit), \(week), \(desk.unit), \(body), \(now)) ON CONFLICT (kind, subject_id, occasion) DO NOTHING
                """)
        }
        return late.count
    }
}

extension Connection {
    /// Tells of requests of units that have waited for more than five working days whoever decides them, and after ten the title authority:
    /// once for each submission. Returns how many were told of.
    public func remindOfRequests(by calendar: WorkCalendar, at now: Instant) throws -> Int {
        var told = 0
        for (kind, patience) in [(Reminder.requestLate, Reminder.requestPatience), (.requestVeryLate, Reminder.patience)] {
            let day = calendar.lastDay(moreThan: patience, before: now.day)
            let late = try rows(
                """
                SELECT \(UnitRequest.columns) FROM \(UnitRequest.tables) WHERE q.state = 'waiting' AND q.submitted_at < \(day.end)
                    AND NOT EXISTS (SELECT 1 FROM reminders r WHERE r.kind = \(kind.rawValue) AND r.subject_id = q.id AND r.occasion = q.submitted_at)
                ORDER BY q.submitted_at, q.id LIMIT 200
                """, UnitRequest.init)
            for request in late {
                let days = "已等待超过 \(patience) 个工作日"
                let (unit, body) =
                    kind == .requestLate
                    ? (request.superior, "“\(request.unitName)”的\(request.kind.title)申请\(days)，请及时审核。")
                    : (try path(from: request.superior).last?.id ?? request.superior, "“\(request.unitName)”的\(request.kind.title)申请在“\(request.superiorName)”\(days)。")
                told += try run(
                    """
                    INSERT INTO reminders (kind, subject_id, occasion, unit_id, body, sent_at)
                    VALUES (\(kind.rawValue), \(request.id), \(request.submittedAt), \(unit), \(body), \(now)) ON CONFLICT (kind, subject_id, occasion) DO NOTHING
                    """)
            }
        }
        return told
    }
}

extension WorkCalendar {
    /// The last day such that what came on it or before has waited for more than so many working days.
    fileprivate func lastDay(moreThan patience: Int, before today: Day) -> Day {
        var day = today.adding(-1)
        while workingDays(from: day.adding(1), through: today) <= patience, today.number - day.number < 60 { day = day.adding(-1) }
        return day
    }
}

extension Reminder {
    /// What is told the applicant's unit at the same time; nil for nothing.
    fileprivate var atUnit: Reminder? {
        switch self {
        case .deadlineNear: .deadlineNearAtUnit
        case .deadlineSoon: .deadlineSoonAtUnit
        case .deadlineToday, .deadlineNearAtUnit, .deadlineSoonAtUnit, .desksLate, .urged, .requestLate, .requestVeryLate, .handOverAsked, .planExtended: nil
        }
    }
}

extension Connection {
    /// 提醒: tells an applicant once a day that what was given back waits for him; by the unit that gave it back.
    public func urge(_ id: ID<Dossier>, by actor: Actor, key: String, at now: Instant) throws {
        // The same form, sent again: he has been told.
        if try count("SELECT COUNT(*) FROM reminders WHERE kind = 'urged' AND subject_id = \(id) AND request_key = \(key)") > 0 { return }
        let dossier = try dossier(id, for: actor)
        if let denial = actor.denial(of: .extend, on: dossier) { throw Problem(denial) }
        guard dossier.journey.accepts(.extend), let deadline = dossier.deadline, case .staff(let member) = actor, let plan = try plan(dossier.plan) else {
            throw Problem.refused("材料现为“\(dossier.journey.stage.name.title)”，不需要提醒申报人。")
        }
        if let reason = dossier.tooLate(at: now) { throw Problem.refused(reason) }
        let unit = try unit(member.unit)?.name ?? ""
        let body = "\(unit)提醒您：您申报的“\(plan.name)”须于 \(deadline.adding(seconds: -1).day) 24:00 前修改并重新提交，逾期不能提交。"
        let rows = try run(
            """
            INSERT INTO reminders (kind, subject_id, occasion, dossier_id, person_id, body, sent_at, request_key)
            VALUES (\(Reminder.urged.rawValue), \(id), \(Instant(now.day, hour: 0)), \(id), \(dossier.applicant), \(body), \(now), \(key)) ON CONFLICT (kind, subject_id, occasion) DO NOTHING
            """)
        guard rows == 1 else { throw Problem.refused("今天已提醒过\(dossier.applicantName)，请明天再提醒。") }
    }
}

extension DueReminder {
    fileprivate var sentenceToUnit: String {
        "\(applicantName)申报的“\(planName)”已退回待修改，修改提交将于 \(deadline.adding(seconds: -1).day) 24:00 截止，请督促其及时重新提交。"
    }

    fileprivate func sentence(by calendar: WorkCalendar, at now: Instant) -> String {
        let last = deadline.adding(seconds: -1).day
        let left = calendar.workingDays(from: now.day.adding(1), through: last)
        let time = kind == .deadlineToday ? "今天 24:00 截止" : left == 0 ? "\(last) 24:00 截止" : "\(last) 24:00 截止，还有 \(left) 个工作日"
        return "您申报的“\(planName)”已退回待修改，修改提交将于\(time)。请及时修改并重新提交，逾期不能提交。"
    }
}
