import Domain

extension Connection {
    public func plan(_ id: ID<ReviewPlan>) throws -> ReviewPlan? {
        try plans(where: "p.id = \(id)").first
    }

    /// Plans that take first submissions at this moment, nearest closing first.
    public func openPlans(at now: Instant) throws -> [ReviewPlan] {
        try plans(where: "p.concluded = 0 AND p.opens <= \(now.day) AND p.applications_until >= \(now.day)")
    }

    /// Plans that take first submissions, or will.
    func comingPlans(on today: Day) throws -> [ReviewPlan] { try plans(where: "p.concluded = 0 AND p.applications_until >= \(today)") }

    /// Plans that a title authority has opened.
    func plans(of authority: ID<WorkUnit>) throws -> [ReviewPlan] { try plans(where: "p.authority_id = \(authority)") }

    private func plans(where condition: SQL) throws -> [ReviewPlan] {
        let titles = try rows("SELECT t.plan_id, t.title_code FROM plan_titles t JOIN plans p ON p.id = t.plan_id WHERE \(condition) ORDER BY t.title_code") {
            (plan: try $0.id() as ID<ReviewPlan>, title: try $0.text())
        }
        let byPlan = Dictionary(grouping: titles, by: \.plan)
        return try rows(
            """
            SELECT p.id, p.name, p.year, p.authority_id, p.limit_id, p.acceptance_unit_id, p.reentry, p.publicity, p.publicity_days,
                p.opens, p.applications_until, p.reviews_until, p.acceptance_until, p.concluded, p.waives_post_table
            FROM plans p WHERE \(condition) ORDER BY p.applications_until, p.name
            """
        ) { row in
            let id: ID<ReviewPlan> = try row.id()
            return ReviewPlan(
                id: id, name: try row.text(), year: try row.integer(), titles: byPlan[id]?.map(\.title) ?? [], authority: try row.id(),
                limit: try row.id(), acceptanceUnit: try row.id(), reentry: try row.name(),
                publicity: PublicityRule(demand: try row.name(), workingDays: try row.integer()),
                windows: .init(opens: try row.day(), applicationsUntil: try row.day(), reviewsUntil: try row.day(), acceptanceUntil: try row.day()),
                concluded: try row.bool(), waivesPostTable: try row.bool())
        }
    }

    public func insert(_ plan: ReviewPlan) throws {
        try run(
            """
            INSERT INTO plans (id, name, year, authority_id, limit_id, acceptance_unit_id, reentry, publicity, publicity_days, opens,
                applications_until, reviews_until, acceptance_until, concluded, waives_post_table)
            VALUES (\(plan.id), \(plan.name), \(plan.year), \(plan.authority), \(plan.limit), \(plan.acceptanceUnit), \(plan.reentry),
                \(plan.publicity.demand), \(plan.publicity.workingDays), \(plan.windows.opens), \(plan.windows.applicationsUntil),
                \(plan.windows.reviewsUntil), \(plan.windows.acceptanceUntil), \(plan.concluded),
                \(plan.waivesPostTable))
            """)
        for title in plan.titles { try run("INSERT INTO plan_titles (plan_id, title_code) VALUES (\(plan.id), \(title))") }
    }

    public func markConcluded(_ plan: ID<ReviewPlan>) throws {
        try run("UPDATE plans SET concluded = 1 WHERE id = \(plan)")
    }
}
