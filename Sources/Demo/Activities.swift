import Domain
import Storage

/// A review activity of one year: the teachers' or the engineers'.
struct Activity: Hashable {
    enum Field: CaseIterable { case teachers, engineers }

    let field: Field
    let year: Int
}

extension Filling {
    /// This year's plans stand open around today; those of the years before ran in autumn and will be concluded.
    mutating func addPlans() throws {
        for year in province.firstYear...province.today.year {
            for field in Activity.Field.allCases {
                let plan = try plan(Activity(field: field, year: year))
                writes.append { try $0.insert(plan) }
                plans[Activity(field: field, year: year)] = plan
            }
        }
        if let school = units[.school] { try addPostTables(of: school) }
    }

    /// 办结 of what is past.
    mutating func concludePlans() {
        for plan in plans.values { writes.append { try $0.markUsed(plan.id) } }
        for (activity, plan) in plans where activity.year < province.today.year { writes.append { try $0.markConcluded(plan.id) } }
    }

    /// 岗位情况表 of every year, for a unit that is fully under post management.
    mutating func addPostTables(of unit: WorkUnit) throws {
        guard let member = members[unit.id]?.first else { return }
        for year in province.firstYear...province.today.year {
            let day = min(Day(year: year, month: 9, day: 10) ?? province.today, province.today)
            var values = [
                "staffing": "210", "employed": "196", "posts": "205", "professionalPosts": "188", "approval": "人社岗〔\(year)〕演示 12 号", "filledOn": day.description,
                "filledBy": unit.contactName,
            ]
            for (level, numbers) in zip(PostTable.Level.allCases, [[3, 1, 0, 0, 1], [62, 51, 4, 2, 11], [80, 76, 3, 1, 0], [40, 38, 0, 0, 0], [3, 2, 0, 0, 0]]) {
                for (column, number) in zip(PostTable.Column.allCases, numbers) { values[PostTable.key(level, column)] = String(number) }
            }
            let file = try specimens.attachment(.postTable, invention.id())
            posts[unit.id, default: [:]][year] = PostTable(year: year, number: 1, values: values, file: file)
            writes.append { [values] in _ = try $0.savePostTable(year: year, values: values, file: file, over: 0, by: member, at: Instant(day, hour: 15)) }
        }
    }

    private mutating func plan(_ activity: Activity) throws -> ReviewPlan {
        let (limit, office): (UnitKey, UnitKey) = activity.field == .teachers ? (.education, .teachersOffice) : (.authority, .engineersOffice)
        guard let authority = units[.authority], let limit = units[limit], let office = units[office] else { throw Problem.notFound }
        let name = activity.field == .teachers ? "年度四川省中小学教师系列高级职称评审" : "年度四川省工程技术系列副高级职称评审"
        return ReviewPlan(
            id: invention.id(), name: "\(activity.year)\(name)", year: activity.year,
            titles: activity.field == .teachers ? ["22--1", "22--2"] : ["5--2"], authority: authority.id, limit: limit.id,
            acceptanceUnit: office.id, reentry: .ownUnit, publicity: PublicityRule(demand: .warn, workingDays: 5),
            windows: windows(activity.year), concluded: false)
    }

    private func windows(_ year: Int) -> ReviewPlan.Windows {
        let anchor = year == province.today.year ? province.today : Day(year: year, month: 10, day: 20) ?? province.today
        return .init(opens: anchor.adding(-90), applicationsUntil: anchor.adding(20), reviewsUntil: anchor.adding(45), acceptanceUntil: anchor.adding(60))
    }
}
