import Domain
import Printing

/// 公示表: what an employer posts of those whom it is about to recommend. It says nothing of numbers, addresses or files.
struct PublicityNotice {
    let unit: WorkUnit
    let applicants: [Applicant]
    let publicity: Publicity
    let reference: Reference

    struct Publicity {
        let from: Day
        let through: Day
        let workingDays: Int
        var place = ""
    }

    struct Applicant {
        let person: Person
        let content: Content

        init(person: Person, content: Content) {
            self.person = person
            self.content = content
        }

        init(view: DossierView) { self.init(person: view.person, content: view.content) }
    }

    /// The last of so many working days, of which the first is this day or the next one that is worked.
    static func end(from day: Day, _ workingDays: Int, _ calendar: WorkCalendar) -> Day { calendar.day(max(workingDays, 1), workingDaysAfter: day.adding(-1)) }

    var printout: Printout {
        let columns: [Printout.Column] = [
            .init("序号", width: 0.45), .init("姓名", width: 0.9), .init("性别", width: 0.5), .init("学历", width: 0.9), .init("现职称", width: 1.1), .init("申报系列", width: 1.2),
            .init("申报职称", width: 1.1), .init("申报专业", width: 1.1), .init("申报类型", width: 0.9),
        ]
        return Printout(
            title: "专业技术职称申报人员公示表", subtitle: unit.name,
            blocks: [
                .text(
                    "经本单位审核，拟推荐以下 \(applicants.count) 人申报专业技术职称，现予公示。公示期自 \(publicity.from) 至 \(publicity.through)，共 \(publicity.workingDays) 个工作日。公示期内如有异议，请以书面形式实名向本单位反映。"
                ),
                .facts(
                    [.init("公示单位", unit.name), .init("联系人", unit.contactName), .init("联系电话", unit.contactPhone)]
                        + (publicity.place.isEmpty ? [] : [.init("公示地点/网址", publicity.place)])), .table(.init(columns, applicants.enumerated().map(row))),
            ] + representatives + [.signatures(["公示单位（盖章）：\n\n\n年　　月　　日"])])
    }

    private func row(_ index: Int, _ applicant: Applicant) -> [String] {
        let (basics, application, title) = (applicant.content.single(.basics), applicant.content.single(.application), reference.title(applicant.content.title))
        func shown(_ part: Part, _ key: String, _ row: Content.Row) -> String { part.fields.first { $0.key == key }?.show(row[key], in: reference) ?? "" }
        return [
            String(index + 1), applicant.person.name, reference.name(applicant.person.idNumber.genderCode, in: .genders) ?? "", shown(.basics, "degreeOfEducation", basics),
            shown(.basics, "currentTitle", basics), title?.series ?? "", title?.name ?? "", shown(.application, "specialty", application), shown(.application, "kind", application),
        ]
    }

    /// What each is known by: the representative works, by name.
    private var representatives: [Printout.Block] {
        let named = applicants.filter { !$0.content.representatives.isEmpty }.flatMap { applicant in
            applicant.content.representatives.map { [applicant.person.name, $0.part.title, $0.row[$0.part.nameKey]] }
        }
        return named.isEmpty ? [] : [.subheading("代表作"), .table(.init([.init("姓名", width: 0.6), .init("类别", width: 0.8), .init("名称", width: 4)], named))]
    }
}
