import Domain

extension Invention {
    /// A dossier's content as its applicant would have written it.
    mutating func content(for person: Person, employer: String, activity: Activity, isLean: Bool = false) -> Content {
        let teaches = activity.field == .teachers
        let graduation = (person.idNumber.birthDay?.year ?? 1985) + 22
        let subject = pick(teaches ? ["语文", "数学", "英语", "物理", "历史", "生物"] : ["机械设计", "建筑工程", "电子信息", "软件工程"])
        let school = pick(["四川演示师范大学", "西南演示大学", "成都演示理工大学"])
        var content = Content(title: teaches ? pick(["22--2", "22--2", "22--2", "22--1"]) : "5--2")
        content[.application] = [
            .init(
                id: "application",
                values: [
                    "specialty": subject, "kind": "01", "currentSpecialty": teaches ? "\(subject)教学" : subject, "firstTime": pick(["1", "1", "0"]),
                ])
        ]
        content[.basics] = [
            .init(
                id: "basics",
                values: [
                    "ethnicGroup": pick(["01", "01", "01", "01", "03", "04", "30"]), "politicalStatus": pick(["01", "13", "13", "12"]), "nationality": "1",
                    "workingSince": "\(graduation)-07", "degreeOfEducation": "21", "degree": "4", "school": school, "major": subject,
                    "graduated": "\(graduation)-06", "studyMode": "1", "currentTitle": teaches ? "一级教师" : "工程师",
                    "titleSince": "\(min(graduation + 8, activity.year - 5))-12-20", "appointedSince": "\(min(graduation + 8, activity.year - 5))-12-31",
                ])
        ]
        content[.education] = [
            .init(
                id: key().prefixed(8),
                values: [
                    "from": "\(graduation - 4)-09", "to": "\(graduation)-06", "school": school, "major": subject, "level": "21", "degree": "4", "studyMode": "1",
                    "witness": personName(),
                ])
        ]
        content[.work] = [
            .init(
                id: key().prefixed(8),
                values: [
                    "from": "\(graduation)-07", "unit": employer, "duty": teaches ? "\(subject)教学与班级管理" : "\(subject)与项目管理",
                    "post": teaches ? "专任教师" : "工程师", "witness": personName(),
                ])
        ]
        content[.summary] = [.init(id: "summary", values: ["summary": summary(subject, teaches: teaches)])]
        // At the sizes of a benchmark a dossier is only what it must be.
        if isLean { return content }
        content[.insurance] = [.init(id: key().prefixed(8), values: ["unit": employer, "from": "\(graduation)-07"])]
        content[.training] = (1...3).flatMap { ago in trainings(activity.year - ago) }
        content[.assessment] = (1...5).map { ago in
            .init(id: key().prefixed(8), values: ["year": String(activity.year - ago), "result": pick(["2", "2", "2", "1"])])
        }
        content[.achievement] = (0..<number(1...3)).map { _ in achievement(activity, subject) }
        content[.paper] = (0..<number(0...2)).map { _ in paper(activity, subject) }
        if !teaches { content[.project] = [project(activity, subject)] }
        if number(0...2) == 0 { content[.award] = [award(activity, subject)] }
        content[.achievement][0].values["representative"] = "1"
        if !content[.paper].isEmpty { content[.paper][0].values["representative"] = "2" }
        return content
    }

    private mutating func achievement(_ activity: Activity, _ subject: String) -> Content.Row {
        let year = activity.year - number(1...4)
        let name =
            activity.field == .teachers
            ? pick(["市级优质课评选一等奖", "校本课程开发", "高三毕业班教学", "省级课题子课题"]) : pick(["智能产线改造项目", "城市道路工程设计", "监测系统研发"])
        return .init(
            id: key().prefixed(8),
            values: [
                "obtained": "\(year)-\(pick(["03", "06", "09", "11"]))", "name": "\(subject)\(name)", "role": pick(["负责人", "主要参与", "主讲"]),
                "effect": "按期完成各项任务，成果在本单位推广应用，得到同行认可。",
            ])
    }

    private mutating func paper(_ activity: Activity, _ subject: String) -> Content.Row {
        .init(
            id: key().prefixed(8),
            values: [
                "title": "\(subject)\(pick(["核心素养导向的单元教学实践", "工程质量控制方法研究", "课堂评价改进的行动研究"]))", "journal": pick(["四川演示教育", "演示工程技术"]),
                "number": "CN51-\(number(1000...1999))", "published": "\(activity.year - number(1...3))-0\(number(1...9))-15", "authorship": "1",
                "words": String(number(30...80) * 100),
            ])
    }

    private mutating func trainings(_ year: Int) -> [Content.Row] {
        [("1", "专业技术人员专业科目培训", 60), ("2", "专业技术人员公需科目培训", 30)].map { category, name, hours in
            .init(
                id: key().prefixed(8),
                values: ["year": String(year), "category": category, "name": "\(year) 年度\(name)", "organiser": "四川演示继续教育基地", "hours": String(hours)])
        }
    }

    private mutating func project(_ activity: Activity, _ subject: String) -> Content.Row {
        .init(
            id: key().prefixed(8),
            values: [
                "name": "\(subject)关键技术应用", "founder": "成都市演示科技局", "begun": "\(activity.year - 4)-03", "finished": "\(activity.year - 2)-12", "role": "3", "funds": "60",
                "level": "3", "conclusion": "5",
            ])
    }

    private mutating func award(_ activity: Activity, _ subject: String) -> Content.Row {
        .init(
            id: key().prefixed(8),
            values: [
                "name": "\(subject)优秀成果奖", "issuer": "四川省演示学会", "obtained": "\(activity.year - number(1...4))-10-20", "level": "3", "grade": "2", "rank": "1",
            ])
    }

    private func summary(_ subject: String, teaches: Bool) -> String {
        teaches
            ? "任现职以来，本人一直承担\(subject)教学工作，坚持立德树人，注重课堂教学改革。\n近五年年度考核均为合格以上，指导青年教师两名，所带班级成绩稳步提升。\n今后将继续加强教育教学研究，发挥示范作用。"
            : "任现职以来，本人长期从事\(subject)专业技术工作，主持或参与多个项目，解决了若干关键技术问题。\n近五年年度考核均为合格以上，注重技术总结与人才培养。"
    }
}

extension String {
    fileprivate func prefixed(_ count: Int) -> String { String(prefix(count)) }
}
