import Domain
import Storage

/// How far a demo dossier has come, and how it got there.
struct Itinerary {
    enum End {
        case draft
        /// Waiting after so many passes.
        case passed(Int)
        case returned(after: Int, workingDays: Int)
        case failed(after: Int)
        case accepted
        case concluded(Step.Outcome)
    }

    let end: End
    /// Working days before today at which it ended; one step a working day before that.
    let daysAgo: Int
    var returnsOnTheWay = false
}

extension Filling {
    /// A hundred and twenty dossiers: two concluded years, and this one in every state a visitor may want to see.
    mutating func travel() throws {
        let year = province.today.year
        for (past, teachers, engineers) in [(year - 2, 24, 11), (year - 1, 28, 12)] {
            try travel(past, .teachers, [.school, .mianyangSchool, .primary], pastItineraries(teachers))
            try travel(past, .engineers, [.company], pastItineraries(engineers))
            for field in Activity.Field.allCases {
                if let plan = plans[Activity(field: field, year: past)] { try connection.markConcluded(plan.id) }
            }
        }
        if let returned, let person = applicants[.school]?.first(where: { $0.id == returned }) {
            try travel(person, Activity(field: .teachers, year: year), Itinerary(end: .returned(after: 3, workingDays: 3), daysAgo: 1), until: province.today)
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
            [waiting(1, 3), waiting(4, 6, 2), waiting(5, 1), waiting(6, 5, 2), [.init(end: .returned(after: 2, workingDays: 5), daysAgo: 8)]].flatMap { $0 })
        try travel(
            year, .engineers, [.company],
            [
                waiting(0, 4, 2, 1), waiting(1, 5, 3), waiting(2, 6, 2), waiting(3, 3, 1), waiting(4, 7), waiting(5, 2), waiting(6, 4), [.init(end: .accepted, daysAgo: 3)],
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
        let people = employers.flatMap { applicants[$0] ?? [] }.filter { !reserved.contains($0.id) && (year != province.today.year || $0.id != returned) }
        let end = year == province.today.year ? province.today : Day(year: year, month: 11, day: 8) ?? province.today
        for (person, itinerary) in zip(people, itineraries) { try travel(person, activity, itinerary, until: end) }
    }

    /// Replays one dossier's steps, each on a working day of its own.
    private mutating func travel(_ person: Person, _ activity: Activity, _ itinerary: Itinerary, until end: Day) throws {
        guard let plan = plans[activity] else { return }
        let steps = itinerary.steps(along: try connection.employerAndChain(of: person.id, under: plan).chain)
        var day = end
        for _ in 0..<(steps.count + 1 + itinerary.daysAgo) { day = workingDay(before: day) }
        let id: ID<Dossier> = invention.id()
        try connection.openDossier(id, for: person, under: plan.id, at: moment(day, from: 8))
        let content = invention.content(for: person, employer: try connection.employer(of: person.id)?.name ?? "", activity: activity)
        let actor = Actor.applicant(person.id)
        var revision = 1
        revision = try connection.saveDraft(content, of: id, by: actor, over: revision, at: moment(day, from: 10))
        try attach(to: content, of: id, by: actor, at: moment(day, from: 11))
        for step in steps {
            day = calendar.day(1, workingDaysAfter: day)
            let now = moment(day, from: 9)
            if step == .submit {
                _ = try connection.submit(id, by: actor, seenVersion: 1, seenEdition: try connection.draft(of: id).edition, key: invention.key(), in: reference, at: now)
            } else {
                try act(step, on: id, person: person, day: day, deadlineAhead: itinerary.deadlineAhead, at: now)
            }
        }
    }

    private mutating func act(_ step: Step, on id: ID<Dossier>, person: Person, day: Day, deadlineAhead: Int, at now: Instant) throws {
        let applicant = Actor.applicant(person.id)
        let dossier = try connection.dossier(id, for: applicant)
        let actor = step == .resubmit ? applicant : try self.actor(for: step, on: dossier)
        var move = Move(step, on: id, by: actor, seenVersion: dossier.version, key: invention.key())
        switch step {
        case .pass:
            move.opinion = invention.pick(["材料齐全，情况属实，同意上报。", "经审核，符合申报条件，同意推荐。", "同意。"])
            if dossier.journey.stage == dossier.journey.chain.lastStep(of: 0) { move.recommendation = try recommend(dossier, by: actor, on: day, at: now) }
        case .giveBack:
            move.opinion = invention.pick(["继续教育学时证明不清晰，请重新填写培训经历。", "工作经历起止时间与社保记录不一致，请核对后重新提交。"])
            move.deadline = calendar.day(deadlineAhead, workingDaysAfter: deadlineAhead == 3 ? province.today : day).end
        case .fail: move.opinion = "任现职年限不足，不符合申报条件。"
        case .accept: move.opinion = "材料符合受理要求。"
        case _: break
        }
        _ = try connection.move(move, at: now)
    }

    /// Somebody who may take the step; a super administrator only where there is no clerk.
    private func actor(for step: Step, on dossier: Dossier) throws -> Actor {
        let members = try staff.values.flatMap { $0 }.sorted().compactMap { try connection.staff($0) }
        let able = members.filter { Actor.staff($0).denial(of: step.name, on: dossier) == nil }
        guard let member = able.first(where: { !$0.isSuperAdministrator }) ?? able.first else { throw Problem.notFound }
        return .staff(member)
    }

    /// What proves the rows: a photo, the diploma, and what belongs to each result.
    private mutating func attach(to content: Content, of id: ID<Dossier>, by actor: Actor, at now: Instant) throws {
        try connection.attach(
            specimens.attachment(invention.pick([.portraitA, .portraitB, .portraitC]), invention.id()), to: .basics, Part.basics.rawValue, of: id, by: actor, at: now)
        for part in Part.allCases {
            guard let specimen = part.specimen else { continue }
            for row in content[part] { try connection.attach(specimens.attachment(specimen, invention.id()), to: part, row.id, of: id, by: actor, at: now) }
        }
    }

    private mutating func recommend(_ dossier: Dossier, by actor: Actor, on day: Day, at now: Instant) throws -> Recommendation {
        guard case .staff(let member) = actor else { throw Problem.notFound }
        let proof = try specimens.attachment(.publicity, invention.id())
        try connection.addProof(proof, to: dossier.id, by: member, at: now)
        return Recommendation(
            values: recommendation(on: day), proofs: try connection.proofs(of: dossier.id), posts: try connection.postTable(of: dossier.unit, year: dossier.year)?.table)
    }

    private func recommendation(on day: Day) -> [String: String] {
        var first = day
        for _ in 0..<8 { first = workingDay(before: first) }
        return [
            "recommendation": "该同志拥护党的教育方针，师德师风良好，业务能力强，工作业绩突出，经单位民主评议，同意推荐。", "recommended": "1",
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

extension Itinerary {
    var deadlineAhead: Int { if case .returned(_, let days) = end { days } else { 10 } }

    /// The steps in order; a return on the way comes back before the first pass upwards.
    func steps(along chain: ReviewChain) -> [Step] {
        let passes = chain.stops.reduce(0) { $0 + ($1.steps == .two ? 2 : 1) }
        let own = chain.stops[0].steps == .two ? 2 : 1
        let detour: [Step] = returnsOnTheWay ? Array(repeating: .pass(), count: own) + [.giveBack, .resubmit] : []
        func passing(_ count: Int) -> [Step] { [.submit] + detour + Array(repeating: .pass(), count: min(count, passes)) }
        return switch end {
        case .draft: []
        case .passed(let count): passing(count)
        case .returned(let count, _): passing(count) + [.giveBack]
        case .failed(let count): passing(count) + [.fail]
        case .accepted: passing(passes) + [.accept]
        case .concluded(.lapsed): passing(passes) + [.conclude(.lapsed)]
        case .concluded(let outcome): passing(passes) + [.accept, .conclude(outcome)]
        }
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
