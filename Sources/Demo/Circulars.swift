import Domain
import Storage

extension Filling {
    /// What units have written this year to those below them and to their own people (消息推送).
    mutating func addCirculars() {
        let year = province.today.year
        let school = units[.school].map(\.id)
        let teachers = (applicants[.school] ?? []).prefix(6).compactMap { person in school.map { Circular.Choices.Choice(person: person.id, unit: $0) } }
        let letters: [(from: UnitKey, daysAgo: Int, audience: Circular.Audience, choices: Circular.Choices, subject: String, body: String)] = [
            (
                .authority, 60, .below, .init(), "关于做好\(year)年度职称申报审核工作的通知",
                "各单位：\n\(year)年度职称评审各评审计划已经开放。请组织本单位专业技术人才按时申报，认真做好初审、复审和推荐公示，并在审核截止之前逐级报送。\n政策问题请咨询上级主管部门。"
            ),
            (
                .education, 30, .direct, .init(), "中小学教师系列高级职称申报材料审核要点",
                "各教育局：\n1. 任教年限以社保缴纳记录为准；\n2. 继续教育学时不足的，一次性告知补充；\n3. 单位推荐意见应写明师德表现和教学实绩。"
            ),
            (
                .leshanEducation, 6, .direct, .init(), "请及时办理待初审、待复审的申报材料",
                "各学校：\n近期报送量较大。请在收到材料后 3 个工作日内办理，公示期满后及时报送；有疑问的，请与联系人联系。"
            ),
            (
                .school, 3, .chosen, .init(people: Set(teachers)), "职称申报材料公示安排",
                "各位老师：\n本学期职称申报推荐材料将在校务公告栏公示 5 个工作日。请核对本人材料，如有更正请及时告知教务处。"
            ),
        ]
        for letter in letters {
            guard let unit = units[letter.from], let author = members[unit.id]?.first(where: \.isSuperAdministrator) else { continue }
            let (id, key): (ID<Circular>, String) = (invention.id(), (invention.id() as ID<Circular>).text)
            let at = Instant(province.today.adding(-letter.daysAgo), hour: 9)
            writes.append { connection in
                try connection.choose(letter.choices, for: id, by: author, at: at)
                let draft = Circular.Draft(id: id, subject: letter.subject, body: letter.body, audience: letter.audience, choices: letter.choices, version: 1, changedAt: at)
                try connection.save(draft, over: 1, by: author, at: at)
                try connection.send(id, over: 2, by: Administrator(author, key: key, at: at))
            }
        }
    }
}
