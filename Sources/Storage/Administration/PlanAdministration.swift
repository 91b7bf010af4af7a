import Domain

/// A plan as the authority that opened it looks after it.
public struct PlanRecord: Sendable {
    public let plan: ReviewPlan
    /// Grows by one with every change.
    public let version: Int
    /// Whether anybody has begun to apply under it: then only its windows can be put off.
    public let isUsed: Bool
}

extension Connection {
    /// Plans that a title authority has opened, latest year first.
    public func planRecords(of authority: ID<WorkUnit>, limit: Int = 500) throws -> [PlanRecord] {
        let marks = try rows("SELECT p.id, p.version, p.used FROM plans p WHERE p.authority_id = \(authority) ORDER BY p.year DESC, p.name LIMIT \(limit)") {
            (id: try $0.id() as ID<ReviewPlan>, version: try $0.integer(), isUsed: try $0.bool())
        }
        let plans = try plans(of: authority)
        let byID = Dictionary(plans.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return marks.compactMap { mark in byID[mark.id].map { PlanRecord(plan: $0, version: mark.version, isUsed: mark.isUsed) } }
    }

    public func planRecord(_ id: ID<ReviewPlan>, of authority: ID<WorkUnit>) throws -> PlanRecord {
        let mark = try first("SELECT version, used FROM plans WHERE id = \(id) AND authority_id = \(authority)") { (version: try $0.integer(), isUsed: try $0.bool()) }
        guard let mark, let plan = try plan(id) else { throw Problem.notFound }
        return PlanRecord(plan: plan, version: mark.version, isUsed: mark.isUsed)
    }

    /// 新建评审计划. The plan's id is the form's key, so that a second click opens nothing new.
    public func openPlan(_ plan: ReviewPlan, by administrator: Administrator) throws {
        let by = try heldForPlans(administrator)
        if try changed(by: by) != nil { return }
        try check(plan, by)
        try insert(plan)
        try record(.addPlan, plan.id.text, named: plan.name, from: [:], to: try facts(of: plan), by: by)
    }

    /// Changes a plan under which nobody has begun to apply, over the version that was seen.
    public func changePlan(_ plan: ReviewPlan, over seen: Int, by administrator: Administrator) throws {
        let by = try heldForPlans(administrator)
        if try changed(by: by) != nil { return }
        if sharesWriting { try run("SELECT 1 FROM plans WHERE id = \(plan.id) FOR UPDATE") }
        let old = try planRecord(plan.id, of: by.member.unit)
        guard old.version == seen else { throw try changedMeanwhile(plan.id.text) }
        guard !old.isUsed else { throw Problem.refused("已有人在该计划下申报，只能延长期限。") }
        if old.plan.concluded { throw Problem.refused("该计划已办结。") }
        try check(plan, by)
        try run(
            """
            UPDATE plans SET name = \(plan.name), year = \(plan.year), limit_id = \(plan.limit), acceptance_unit_id = \(plan.acceptanceUnit), reentry = \(plan.reentry),
                publicity = \(plan.publicity.demand), publicity_days = \(plan.publicity.workingDays), waives_post_table = \(plan.waivesPostTable),
                \(windows(plan.windows)), version = version + 1 WHERE id = \(plan.id)
            """)
        try run("DELETE FROM plan_titles WHERE plan_id = \(plan.id)")
        for title in plan.titles { try run("INSERT INTO plan_titles (plan_id, title_code) VALUES (\(plan.id), \(title))") }
        try record(.changePlan, plan.id.text, named: plan.name, from: try facts(of: old.plan), to: try facts(of: plan), by: by)
    }

    /// Puts off windows of a plan, for a reason; those whom it concerns are told (D22).
    public func extendPlan(_ id: ID<ReviewPlan>, to windows: ReviewPlan.Windows, because reason: String, over seen: Int, by administrator: Administrator) throws {
        let by = try heldForPlans(administrator)
        if try changed(by: by) != nil { return }
        if sharesWriting { try run("SELECT 1 FROM plans WHERE id = \(id) FOR NO KEY UPDATE") }
        let old = try planRecord(id, of: by.member.unit)
        guard old.version == seen else { throw try changedMeanwhile(id.text) }
        if old.plan.concluded { throw Problem.refused("该计划已办结，不能延长期限。") }
        guard windows.extends(old.plan.windows) else { throw Problem.invalid([FieldProblem("applicationsUntil", "至少延长一个期限；期限只能延后，不能提前")]) }
        try run("UPDATE plans SET \(self.windows(windows)), version = version + 1 WHERE id = \(id)")
        var before: [String: String] = [:]
        var after = ["原因": reason]
        for field in ReviewPlan.extensionFields {
            let (first, second) = (old.plan.values[field.key] ?? "", windows.values[field.key] ?? "")
            if first != second { (before[field.label], after[field.label]) = (first, second) }
        }
        try record(.extendPlan, id.text, named: old.plan.name, from: before, to: after, by: by)
        let put = ReviewPlan.extensionFields.compactMap { field in after[field.label].map { "\(field.label)延至 \($0)" } }.joined(separator: "，")
        try tell("“\(old.plan.name)”\(put)。原因：\(reason)", under: old.plan, by)
    }

    /// Tells the acceptance unit, every unit where a dossier of the plan waits, and everybody who is writing or mending one.
    private func tell(_ body: String, under plan: ReviewPlan, _ by: Administrator) throws {
        try run(
            """
            INSERT INTO reminders (kind, subject_id, occasion, unit_id, body, sent_at)
            SELECT \(Reminder.planExtended.rawValue), \(plan.id) || '/' || u.id, \(by.now), u.id, \(body), \(by.now) FROM units u
            WHERE u.id = \(plan.acceptanceUnit) OR u.id = \(plan.limit) OR u.id IN (
                SELECT k.unit_id FROM desks k JOIN dossiers d ON d.id = k.dossier_id WHERE k.year = \(plan.year) AND k.waiting <> 'nothing' AND d.plan_id = \(plan.id))
            """)
        try run(
            """
            INSERT INTO reminders (kind, subject_id, occasion, dossier_id, person_id, body, sent_at)
            SELECT \(Reminder.planExtended.rawValue), \(plan.id) || '/' || d.id, \(by.now), d.id, d.person_id, \(body), \(by.now) FROM dossiers d
            WHERE d.year = \(plan.year) AND d.plan_id = \(plan.id) AND d.stage IN ('draft', 'returned', 'returnedForCorrection')
            """)
    }

    /// Somebody begins to apply under a plan: from now on it stands. Whoever changes it at this moment ends first.
    func use(_ plan: ID<ReviewPlan>) throws { try run("UPDATE plans SET used = 1 WHERE id = \(plan) AND used = 0") }

    /// The same for plans that were filled otherwise.
    public func markUsed(_ plan: ID<ReviewPlan>) throws { try use(plan) }

    private func heldForPlans(_ administrator: Administrator) throws -> Administrator {
        let by = try held(administrator)
        guard by.member.permissions.contains(.plans) else { throw Problem(GrantDenial.lacks(.plans)) }
        guard try unit(by.member.unit)?.superior == nil else { throw Problem.notAllowed("评审计划由职称授权管理单位管理。") }
        return by
    }

    /// What a plan cannot be: of a name that is taken, for nothing, or along units that are not its authority's.
    private func check(_ plan: ReviewPlan, _ by: Administrator) throws {
        var problems = ReviewPlan.contradictions(in: plan.values)
        if try count("SELECT COUNT(*) FROM plans WHERE name = \(plan.name) AND id <> \(plan.id)") > 0 { problems.append(FieldProblem("name", "已有同名的评审计划")) }
        if plan.titles.isEmpty { problems.append(FieldProblem("titles", "请选择可以申报的职称")) }
        if try count("SELECT COUNT(*) FROM titles WHERE code IN \(plan.titles + [""])") != plan.titles.count { throw Problem.malformed }
        let (limit, acceptance) = (try path(from: plan.limit), try path(from: plan.acceptanceUnit))
        func isOurs(_ path: [WorkUnit]) -> Bool { path.first?.enabled == true && path.last?.id == by.member.unit }
        if !isOurs(limit) { problems.append(FieldProblem("limit", "请选择本单位或在用的下级单位")) }
        if !isOurs(acceptance) { problems.append(FieldProblem("acceptanceUnit", "请选择在用的下级单位")) }
        if limit.contains(where: { $0.id == plan.acceptanceUnit }) { problems.append(FieldProblem("acceptanceUnit", "受理单位不能是审核单位或其上级单位，请选择评审委员会的办事机构")) }
        if try count("SELECT COUNT(*) FROM (SELECT 1 FROM units WHERE superior_id = \(plan.acceptanceUnit) LIMIT 1) x") > 0,
            !problems.contains(where: { $0.field == "acceptanceUnit" })
        {
            problems.append(FieldProblem("acceptanceUnit", "受理单位不能有下级单位，请选择评审委员会的办事机构"))
        }
        guard problems.isEmpty else { throw Problem.invalid(problems) }
    }

    private func windows(_ windows: ReviewPlan.Windows) -> SQL {
        """
        opens = \(windows.opens), applications_until = \(windows.applicationsUntil), reviews_until = \(windows.reviewsUntil),
            acceptance_until = \(windows.acceptanceUntil)
        """
    }

    /// As the record tells it, from what to what.
    private func facts(of plan: ReviewPlan) throws -> [String: String] {
        let units = try units([plan.limit, plan.acceptanceUnit])
        let reference = try ReferenceTables.reference(self)
        let fields = ReviewPlan.fields.map { ($0.label, $0.show(plan.values[$0.key] ?? "", in: reference)) }
        return Dictionary(fields, uniquingKeysWith: { first, _ in first }).merging([
            "申报职称": plan.titles.compactMap { reference.title($0) }.map { "\($0.series)\($0.name)" }.joined(separator: "、"), "审核至": units[plan.limit]?.name ?? "",
            "受理单位": units[plan.acceptanceUnit]?.name ?? "",
        ]) { $1 }
    }
}
