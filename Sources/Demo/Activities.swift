import Domain
import Storage

/// A review activity of one year: the teachers' or the engineers'.
struct Activity: Hashable {
    enum Field: CaseIterable { case teachers, engineers }

    let field: Field
    let year: Int
}

extension Filling {
    /// This year's plans stand open around today; those of the two years before ran in autumn and are concluded.
    mutating func addPlans() throws {
        for year in (province.today.year - 2)...province.today.year {
            for field in Activity.Field.allCases {
                let plan = try plan(Activity(field: field, year: year))
                try connection.insert(plan)
                plans[Activity(field: field, year: year)] = plan
            }
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
