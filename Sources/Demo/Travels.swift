import Domain
import Storage

extension Filling {
    /// The dossiers around the personas: two concluded years, and this one in every state a visitor may want to see.
    mutating func travel() throws {
        let year = province.today.year
        for (past, teachers, engineers) in [(year - 2, 24, 11), (year - 1, 28, 12)] where past >= province.firstYear {
            try travel(past, .teachers, [.school, .mianyangSchool, .primary], pastItineraries(teachers))
            try travel(past, .engineers, [.company], pastItineraries(engineers))
        }
        if let returned, let person = applicants[.school]?.first(where: { $0.id == returned }), let school = units[.school] {
            let itinerary = Itinerary(end: .returned(after: 3, workingDays: 3), daysAgo: 1)
            try travel(person, of: school, Activity(field: .teachers, year: year), itinerary, until: province.today)
        }
        try travel(
            year, .teachers, [.school],
            [
                waiting(0, 4, 3, 2, 1, 0), waiting(1, 6, 3, 2, 1), waiting(2, 7, 4, 2), waiting(3, 5, 2), waiting(4, 4), waiting(5, 3),
                [.init(end: .draft, daysAgo: 2), .init(end: .failed(after: 1), daysAgo: 6), .init(end: .accepted, daysAgo: 4)],
            ].flatMap { $0 })
        try travel(year, .teachers, [.primary], [waiting(0, 5, 2, 1), waiting(1, 3), waiting(2, 2)].flatMap { $0 })
        try travel(
            year, .teachers, [.mianyangSchool],
            [
                waiting(1, 3), waiting(4, 6, 2), waiting(5, 1), [.init(end: .awaitingAcceptance, daysAgo: 5), .init(end: .awaitingAcceptance, daysAgo: 2)],
                [.init(end: .returned(after: 2, workingDays: 5), daysAgo: 8)],
            ].flatMap { $0 })
        try travel(
            year, .engineers, [.company],
            [
                waiting(0, 4, 2, 1), waiting(1, 5, 3), waiting(2, 6, 2), waiting(3, 3, 1), waiting(4, 7), waiting(5, 2),
                [.init(end: .awaitingAcceptance, daysAgo: 4), .init(end: .accepted, daysAgo: 3)],
            ].flatMap { $0 })
    }

    private func waiting(_ passes: Int, _ daysAgo: Int...) -> [Itinerary] { daysAgo.map { Itinerary(end: .passed(passes), daysAgo: $0) } }

    private func pastItineraries(_ count: Int) -> [Itinerary] {
        (0..<count).map { number in
            let end: Itinerary.End =
                switch number % 9 {
                case 3: .concluded(.notPassed)
                case 7: .failed(after: number % 3)
                case 8: .concluded(.lapsed)
                case _: .concluded(.passed)
                }
            return Itinerary(end: end, daysAgo: number % 5, returnsOnTheWay: number % 4 == 1)
        }
    }

    /// Gives each itinerary to one person of the employers in turn, who is free that year.
    private mutating func travel(_ year: Int, _ field: Activity.Field, _ employers: [UnitKey], _ itineraries: [Itinerary]) throws {
        let activity = Activity(field: field, year: year)
        let people = employers.flatMap { key in (applicants[key] ?? []).map { (person: $0, key: key) } }
            .filter { !reserved.contains($0.person.id) && (year != province.today.year || $0.person.id != returned) }
        for ((person, key), itinerary) in zip(people, itineraries) {
            guard let unit = units[key] else { continue }
            try travel(person, of: unit, activity, itinerary, until: end(of: year))
        }
    }

    /// The last day on which a step of that year was taken.
    func end(of year: Int) -> Day { year == province.today.year ? province.today : Day(year: year, month: 11, day: 8) ?? province.today }

    /// Replays one dossier's steps, each on a working day of its own, and writes what came of them.
    mutating func travel(
        _ person: Person, of unit: WorkUnit, _ activity: Activity, _ itinerary: Itinerary, until end: Day
    ) throws {
        guard let plan = plans[activity], let chain = plan.chain(along: path(from: unit)) else { return }
        let steps = itinerary.steps(along: chain, inserting: addition(to: chain))
        var day = end
        for _ in 0..<(steps.count + 1 + itinerary.daysAgo) { day = workingDay(before: day) }
        var ledger = Ledger(invention.id(), for: person, at: unit, along: chain, under: plan, units: tree, at: moment(day, from: 8))
        let content = invention.content(for: person, employer: unit.name, activity: activity, isLean: province.isLean)
        ledger.write(try proved(content), at: moment(day, from: 10))
        for step in steps {
            day = calendar.day(1, workingDaysAfter: day)
            let now = moment(day, from: 9)
            if step == .submit {
                try ledger.submit(key: invention.key(), in: reference, at: now)
            } else {
                try act(step, on: &ledger, person: person, day: day, itinerary, at: now)
            }
        }
        writes.append { [ledger] in try $0.insert(ledger) }
        dossiers += 1
    }

    /// What proves the rows: a photo, the diploma, and what belongs to each result.
    private mutating func proved(_ content: Content) throws -> Content {
        var content = content
        let photo = try specimens.attachment(invention.pick([.portraitA, .portraitB, .portraitC]), invention.id())
        content[.basics] = [.init(id: Part.basics.rawValue, values: content.single(.basics).values, files: [photo])]
        for part in Part.allCases {
            guard let specimen = part.specimen else { continue }
            if province.isLean, part.files?.required != true { continue }
            for index in content[part].indices { content[part][index].files = [try specimens.attachment(specimen, invention.id())] }
        }
        return content
    }

    private mutating func act(_ step: Step, on ledger: inout Ledger, person: Person, day: Day, _ itinerary: Itinerary, at now: Instant) throws {
        let dossier = ledger.dossier
        let (actor, name) = try actor(for: step, on: dossier, person)
        var move = Move(step, on: dossier.id, by: actor, seenVersion: dossier.version, key: invention.key())
        switch step {
        case .pass(let additions, _):
            move.opinion = invention.pick(["材料齐全，情况属实，同意上报。", "经审核，符合申报条件，同意推荐。", "同意。"])
            if !additions.isEmpty { move.remark = "增加审核单位：\(additions.compactMap { tree[$0.unit]?.name }.joined(separator: "、"))" }
            if dossier.journey.stage == dossier.journey.chain.lastStep(of: 0) { move.recommendation = try recommend(&ledger, by: actor, on: day, at: now) }
        case .giveBack:
            move.opinion = invention.pick(["继续教育学时证明不清晰，请重新填写培训经历。", "工作经历起止时间与社保记录不一致，请核对后重新提交。"])
            move.deadline = calendar.day(itinerary.deadlineAhead, workingDaysAfter: itinerary.deadlineAhead == 3 ? province.today : day).end
        case .requestCorrection:
            move.opinion = "请补充近五年年度考核登记表的盖章件。"
            move.deadline = calendar.day(5, workingDaysAfter: day).end
        case .fail: move.opinion = "任现职年限不足，不符合申报条件。"
        case .refuse: move.opinion = "申报专业不属于本评审委员会的评审范围。"
        case .accept: move.opinion = "材料符合受理要求。"
        case _: break
        }
        try ledger.take(move, by: name, at: now)
    }

    /// Somebody who may take the step; a super administrator only where there is no clerk.
    private func actor(for step: Step, on dossier: Dossier, _ applicant: Person) throws -> (Actor, name: String) {
        switch step {
        case .submit, .recall, .resubmit, .abandon: return (.applicant(applicant.id), applicant.name)
        case _: break
        }
        let chain = dossier.journey.chain
        let seats = (chain.stops.map(\.actingUnit) + [chain.acceptanceUnit]).flatMap { members[$0] ?? [] }
        let able = seats.filter { Actor.staff($0).denial(of: step.name, on: dossier) == nil }
        guard let member = able.first(where: { !$0.isSuperAdministrator }) ?? able.first else { throw Problem.notFound }
        return (.staff(member), member.name)
    }

    private mutating func recommend(_ ledger: inout Ledger, by actor: Actor, on day: Day, at now: Instant) throws -> Recommendation {
        guard case .staff(let member) = actor else { throw Problem.notFound }
        if ledger.proofFiles.isEmpty { ledger.prove(try specimens.attachment(.publicity, invention.id()), by: member, at: now) }
        return Recommendation(values: recommendation(on: day), proofs: ledger.proofFiles, posts: posts[ledger.dossier.unit]?[ledger.dossier.year])
    }

    private func recommendation(on day: Day) -> [String: String] {
        var first = day
        for _ in 0..<8 { first = workingDay(before: first) }
        return [
            "recommendation": "该同志拥护党的教育方针，品行良好，业务能力强，工作业绩突出，经单位民主评议，同意推荐。", "recommended": "1",
            "voters": "12", "votes": "12", "recommendedOn": day.description, "publicFrom": first.description,
            "publicThrough": calendar.day(5, workingDaysAfter: first).description, "publicWay": "1", "publicPlace": "单位公告栏", "publicResult": "1",
        ]
    }

    private func workingDay(before day: Day) -> Day {
        var day = day.adding(-1)
        while !calendar.isWorkingDay(day) { day = day.adding(-1) }
        return day
    }

    /// A minute in one of the two hours that begin then.
    private mutating func moment(_ day: Day, from hour: Int) -> Instant {
        Instant(day, hour: hour + invention.number(0...1), minute: invention.number(0...59))
    }
}

extension Part {
    /// What the demo's people upload for a row.
    fileprivate var specimen: Specimens.Specimen? {
        switch self {
        case .education: .diploma
        case .work, .practice, .insurance, .society, .qualification, .language, .patent: .appointment
        case .training: .training
        case .assessment: .assessment
        case .achievement, .award, .project, .otherResult: .award
        case .paper, .book: .paper
        case .application, .basics, .summary, .others: nil
        }
    }
}
