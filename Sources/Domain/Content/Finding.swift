/// Something the system has checked in a dossier, for the reviewer's eye; it decides nothing.
public struct Finding: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case fine, doubtful }

    public let kind: Kind
    public let text: String
}

extension Content {
    /// What can be told from the content itself: numbers, ages, years, and what does not fit together.
    public func findings(of person: Person, at unitName: String, today: Day) -> [Finding] {
        [
            identity(of: person, today: today), workingYears(today: today), titleYears(today: today), employer(unitName), interruption, insurer(unitName),
            training(today: today), assessments, results, unproven,
        ].compactMap { $0 }
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

    /// Whether the latest contributions were paid by the unit that reports him.
    private func insurer(_ unitName: String) -> Finding? {
        guard let last = self[.insurance].max(by: { ($0["to"].isEmpty ? "9" : $0["to"]) < ($1["to"].isEmpty ? "9" : $1["to"]) }) else { return nil }
        return last["unit"] == unitName
            ? Finding(kind: .fine, text: "社保由申报单位缴纳") : Finding(kind: .doubtful, text: "最近的参保单位是“\(last["unit"])”，与申报单位不一致")
    }

    /// Hours of the last full year: 90 with two thirds of them in the specialty are the usual demand.
    private func training(today: Day) -> Finding {
        let year = self[.training].compactMap { Int($0["year"]) }.filter { $0 < today.year }.max()
        guard let year else { return Finding(kind: .doubtful, text: "没有上年度及以前的继续教育记录") }
        let rows = self[.training].filter { $0["year"] == String(year) }
        let all = rows.compactMap { Int($0["hours"]) }.reduce(0, +)
        let special = rows.filter { $0["category"] == "1" }.compactMap { Int($0["hours"]) }.reduce(0, +)
        return Finding(kind: all >= 90 && special >= 60 ? .fine : .doubtful, text: "\(year) 年继续教育 \(all) 学时，其中专业科目 \(special) 学时")
    }

    /// Of the years assessed, those below 合格.
    private var assessments: Finding? {
        guard !self[.assessment].isEmpty else { return Finding(kind: .doubtful, text: "未填写年度考核结果") }
        let below = self[.assessment].filter { ["3", "4"].contains($0["result"]) }.map { $0["year"] }.sorted()
        return below.isEmpty
            ? Finding(kind: .fine, text: "近 \(self[.assessment].count) 个年度考核均为合格以上")
            : Finding(kind: .doubtful, text: "\(below.joined(separator: "、")) 年度考核为基本合格或不合格，一般不计入任职年限")
    }

    private var results: Finding {
        let (achievements, papers) = (self[.achievement].count, self[.paper].count)
        return Finding(
            kind: achievements + papers == 0 || representatives.isEmpty ? .doubtful : .fine,
            text: "代表性业绩 \(achievements) 项，论文 \(papers) 篇，选定代表作 \(representatives.count) 项")
    }

    /// Results that nothing was uploaded for.
    private var unproven: Finding? {
        let missing = Part.allCases.filter { $0.section == .results || $0.section == .training }.compactMap { part -> String? in
            let count = self[part].count { $0.files.isEmpty }
            return count == 0 ? nil : "\(part.title) \(count) 条"
        }
        return missing.isEmpty ? nil : Finding(kind: .doubtful, text: "没有证明材料：\(missing.joined(separator: "、"))")
    }
}
