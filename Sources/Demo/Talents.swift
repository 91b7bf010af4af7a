import Domain
import Storage

extension Filling {
    /// What the personas' people ask: profiles and entrustments in force, under review at every unit on their way, and returned (委托申请、专技人才档案).
    mutating func addTalents() throws {
        for key in [UnitKey.school, .primary, .mianyangSchool, .company] {
            guard let unit = units[key] else { continue }
            let field: Activity.Field = key == .company ? .engineers : .teachers
            let people = applicants[key] ?? []
            let last = people.count - 1
            for (number, person) in people.enumerated() {
                switch last - number {
                // Those who wait: two with the own unit, one with each superior; one who was given it back.
                case 0, 1: try addProfile(of: person, at: unit, field, passes: 0, daysAgo: 2 + number % 3)
                case 2: try addProfile(of: person, at: unit, field, passes: 1, daysAgo: 5)
                case 3 where key == .company: try addProfile(of: person, at: unit, field, passes: 2, daysAgo: 6)
                case 4: try addProfile(of: person, at: unit, field, passes: 0, daysAgo: 9, returnedBecause: "最高学历与所附学历证书不一致，请核对后重新提交。")
                case _: try addProfile(of: person, at: unit, field, passes: .max, daysAgo: 60 + number * 11)
                }
            }
            if people.count > 8 { try addProfile(of: people[5], at: unit, field, passes: 0, daysAgo: 1) }
        }
        try addEntrustments()
    }

    /// A profile that so many units have passed, all of them at most.
    mutating func addProfile(
        of person: Person, at unit: WorkUnit, _ field: Activity.Field, passes: Int, daysAgo: Int, returnedBecause reason: String? = nil
    ) throws {
        let values = profile(of: person, field)
        let files = [try specimens.attachment(.diploma, talents.id()), try specimens.attachment(.portraitA, talents.id())]
        let path = path(from: unit)
        let stops = TalentProfile.Reach.prefecture.stops(along: path) { $0.jurisdiction == "510000" }
        try ask(person, along: stops, passes: passes, daysAgo: daysAgo, returnedBecause: reason) { connection, key, at in
            try connection.submitProfile(values, files: files, at: unit.id, over: 0, by: person, key: key, at: at)
        }
    }

    /// Asks, and takes the request past its units, a working day or two for each.
    private mutating func ask(
        _ person: Person, along stops: ArraySlice<WorkUnit>, passes: Int, daysAgo: Int, returnedBecause reason: String? = nil, letter: Attachment? = nil,
        _ submit: @escaping @Sendable (any Connection, String, Instant) throws -> ID<PersonRequest>
    ) throws {
        let (key, day) = (talents.key(), province.today.adding(-daysAgo))
        let request = ID<PersonRequest>(derivedFrom: "person-request/\(key)")
        writes.append { _ = try submit($0, key, Instant(day, hour: 9)) }
        for (number, unit) in stops.enumerated() where number <= min(passes, stops.count) {
            let isReturn = number == passes
            if isReturn, reason == nil { break }
            guard let member = members[unit.id]?.first(where: { $0.isSuperAdministrator && $0.person != person.id }) else { break }
            let (decisionKey, at) = (talents.key(), Instant(min(day.adding(number + 1), province.today), hour: isReturn ? 10 : 11 + number))
            var decision = PersonRequestDecision(isReturn ? .giveBack : .pass, opinion: isReturn ? reason ?? "" : "情况属实，同意。")
            if let letter, number == stops.count - 1 {
                decision.letter = ["letterNumber": "川人社函委〔\(day.year)〕\(talents.number(10...99))号", "letterDate": at.day.description]
                decision.files = [letter]
            }
            writes.append { [decision] in try $0.decide(request, decision, over: number + 1, by: member, key: decisionKey, at: at) }
        }
    }

    private mutating func addEntrustments() throws {
        let year = String(province.today.year)
        let outside: [(key: UnitKey, person: Int, title: String, committee: String, passes: Int, daysAgo: Int)] = [
            (.school, 6, "22--1", "重庆市中小学教师系列正高级职称评审委员会", 0, 3), (.school, 7, "22--1", "重庆市中小学教师系列正高级职称评审委员会", 1, 7),
            (.school, 8, "22--2", "陕西省中小学教师系列高级职称评审委员会", 2, 12), (.school, 9, "22--2", "陕西省中小学教师系列高级职称评审委员会", .max, 45),
            (.company, 5, "5--1", "重庆市工程技术正高级职称评审委员会", 0, 2), (.company, 6, "5--1", "重庆市工程技术正高级职称评审委员会", 1, 6),
            (.company, 7, "5--1", "重庆市工程技术正高级职称评审委员会", 2, 9), (.company, 8, "5--1", "重庆市工程技术正高级职称评审委员会", 3, 15),
        ]
        for asked in outside {
            guard let unit = units[asked.key], let people = applicants[asked.key], people.indices.contains(asked.person) else { continue }
            let values = [
                "year": year, "title": asked.title, "specialty": asked.key == .school ? talents.pick(["语文", "数学", "物理", "英语"]) : talents.pick(["软件工程", "自动控制"]),
                "committee": asked.committee, "reason": "本省该专业本年度未组织评审，经协商由外省评审委员会评审。",
            ]
            let (person, letter) = (people[asked.person], try specimens.attachment(.appointment, talents.id()))
            let path = path(from: unit)
            try ask(person, along: path[...], passes: asked.passes, daysAgo: asked.daysAgo, letter: letter) { connection, key, at in
                try connection.askForEntrustmentOutside(values, files: [], over: 0, by: person, key: key, at: at)
            }
        }
        try addProvincialEntrustment()
    }

    /// A person of the company to whom the teachers' plan is open by a letter.
    private mutating func addProvincialEntrustment() throws {
        guard let unit = units[.company], let people = applicants[.company], people.count > 9, let plan = plans[Activity(field: .teachers, year: province.today.year)] else {
            return
        }
        let (person, committee) = (people[9], units[.teachersOffice]?.name ?? "")
        let letter = try specimens.attachment(.appointment, talents.id())
        let values = ["specialty": "信息技术", "reason": "从事中小学信息技术教材编写和教学，本地区企业单位没有该系列的评审委员会。"]
        let path = path(from: unit)
        try ask(person, along: path[...], passes: .max, daysAgo: 20, letter: letter) { connection, key, at in
            try connection.askForEntrustment(EntrustmentOffer(plan: plan, title: "22--2", committee: committee), values, files: [], over: 0, by: person, key: key, at: at)
        }
    }

    private mutating func profile(of person: Person, _ field: Activity.Field) -> [String: String] {
        let born = person.idNumber.birthDay?.year ?? 1980
        let (graduated, age) = (born + 22, province.today.year - born)
        let series = field == .teachers ? "22" : "5"
        let level =
            age > 48 ? talents.pick(["1", "2", "2", "3"]) : age > 38 ? talents.pick(["2", "3", "3"]) : age > 30 ? talents.pick(["3", "4"]) : talents.pick(["4", "4", "5", ""])
        let education = talents.pick(["11", "14", "14", "21", "21", "21", "21", "21", "31"])
        var values = [
            "ethnicGroup": talents.number(0...9) == 0 ? talents.pick(["03", "04", "05", "15"]) : "01",
            "politicalStatus": talents.pick(["01", "01", "02", "03", "07", "13", "13", "13", "13"]),
            "nationality": talents.number(0...149) == 0 ? talents.pick(["2", "4", "5"]) : "1", "workingSince": "\(graduated)-07",
            "staffing": field == .teachers ? "1" : "3",
            "specialty": field == .teachers ? talents.pick(["语文", "数学", "英语", "物理", "历史"]) : talents.pick(["建筑工程", "机械设计", "软件工程", "电力工程"]),
            "degreeOfEducation": education, "school": talents.pick(["四川师范大学", "西南大学", "四川大学", "西南交通大学", "成都理工大学", "乐山师范学院"]),
            "major": field == .teachers ? "学科教学" : "工程技术", "graduated": "\(graduated)-06", "studyMode": talents.number(0...5) == 0 ? "2" : "1",
        ]
        if !level.isEmpty {
            let since = min(graduated + 4 + (5 - (Int(level) ?? 4)) * 5, province.today.year - 1)
            let day = "\(since)-12-0\(talents.number(1...9))"
            values.merge(["title": "\(series)--\(level)", "titleSince": day, "titleWay": "1", "appointedSince": "\(since)-12-28"]) { $1 }
        }
        return values
    }
}
