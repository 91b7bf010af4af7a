/// Something the system has checked in a dossier, for the reviewer's eye; it decides nothing.
public struct Finding: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case fine, doubtful }

    public let kind: Kind
    public let text: String
}

extension Content {
    /// What can be told from the content itself: numbers, ages, years, and what does not fit together.
    public func findings(of person: Person, at unitName: String, today: Day) -> [Finding] {
        [identity(of: person, today: today), workingYears(today: today), titleYears(today: today), employer(unitName), interruption, results].compactMap { $0 }
    }

    private func identity(of person: Person, today: Day) -> Finding {
        guard let birth = person.idNumber.birthDay else { return Finding(kind: .doubtful, text: "证件号码中没有可用的出生日期") }
        let age = birth.years(until: today)
        return age < 60
            ? Finding(kind: .fine, text: "身份证号码校验正确，\(age) 周岁") : Finding(kind: .doubtful, text: "身份证号码校验正确，已满 \(age) 周岁，请核对是否在职")
    }

    private func workingYears(today: Day) -> Finding? {
        guard let since = Day(single(.basics)["workingSince"] + "-01") else { return nil }
        return Finding(kind: .fine, text: "参加工作 \(since.years(until: today)) 年（\(single(.basics)["workingSince"]) 起）")
    }

    private func titleYears(today: Day) -> Finding {
        guard let since = Day(single(.basics)["titleSince"]) else { return Finding(kind: .doubtful, text: "未填写现任专业技术职务的取得时间") }
        let years = since.years(until: today)
        return years < 5
            ? Finding(kind: .doubtful, text: "取得现任专业技术职务 \(years) 年，请核对申报条件") : Finding(kind: .fine, text: "取得现任专业技术职务 \(years) 年")
    }

    private func employer(_ unitName: String) -> Finding {
        self[.work].contains { $0["to"].isEmpty && $0["unit"] == unitName }
            ? Finding(kind: .fine, text: "工作经历中的现工作单位与申报单位一致") : Finding(kind: .doubtful, text: "工作经历中没有至今在“\(unitName)”工作的记录")
    }

    /// The first break of more than six months between the ends and beginnings of work.
    private var interruption: Finding? {
        let rows = self[.work].compactMap { row in Day(row["from"] + "-01").map { (from: $0, to: Day(row["to"] + "-01")) } }.sorted { $0.from < $1.from }
        for (earlier, later) in zip(rows, rows.dropFirst()) {
            if let end = earlier.to, later.from.number - end.number > 184 {
                return Finding(kind: .doubtful, text: "工作经历在 \(end.year)-\(twoDigits(end.month)) 至 \(later.from.year)-\(twoDigits(later.from.month)) 之间中断")
            }
        }
        return nil
    }

    private var results: Finding {
        let (achievements, papers) = (self[.achievement].count, self[.paper].count)
        return Finding(kind: achievements + papers == 0 ? .doubtful : .fine, text: "代表性业绩 \(achievements) 项，论文 \(papers) 篇")
    }
}
