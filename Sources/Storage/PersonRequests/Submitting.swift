import Domain

extension Connection {
    /// Submits a profile, of somebody new or changed, to the unit that he names as his employer (D15, D23). `seen`: the version of the request given back
    /// that is mended, 0 for a new one.
    public func submitProfile(_ values: [String: String], files: [Attachment], at unit: ID<WorkUnit>, over seen: Int, by person: Person, key: String, at now: Instant) throws
        -> ID<PersonRequest>
    {
        let requester = Requester(person, key: key, at: now)
        try hold(person.id)
        if let done = try takenOnPersonRequest(.submit, by: requester) { return done }
        let open = try heldOpen(openRequest(.profile, of: person.id))
        guard let employer = try employer(named: unit) else { throw Problem.invalid([FieldProblem("unit", "所选工作单位不存在或已停用，请重新选择")]) }
        do { try demandOpen(employer) } catch Problem.refused(let reason) { throw Problem.invalid([FieldProblem("unit", reason)]) }
        // What the number of the platform says, so that nobody has to open it to count.
        let values = values.merging(["born": person.idNumber.birthDay?.description ?? "", "gender": person.idNumber.genderCode]) { $1 }
        let form = PersonRequestForm(.profile, of: employer.id, on: "", title: values["title"].flatMap { $0.isEmpty ? nil : $0 }, values: values, files: files)
        let superiors = try path(from: employer.id)
        let provincial = Set(try rows("SELECT code FROM regions WHERE superior_code IS NULL") { try $0.text() })
        let stops = try reach(along: superiors).stops(along: superiors) { provincial.contains($0.jurisdiction) }
        return try submit(form, along: try reviewers(of: form, among: stops, of: superiors, besides: person.id), named: employer.name, mending: open, over: seen, by: requester)
    }

    /// Asks for a title to be reviewed by a committee of this province whose plan is not open to the own unit (D14). `offer`: one of `entrustmentOffers`.
    public func askForEntrustment(
        _ offer: EntrustmentOffer, _ values: [String: String], files: [Attachment], mending old: ID<PersonRequest>? = nil, over seen: Int, by person: Person, key: String,
        at now: Instant
    ) throws -> ID<PersonRequest> {
        let asked = values.merging([
            "direction": Entrustment.Direction.province.rawValue, "year": String(offer.plan.year), "plan": offer.plan.id.text, "planName": offer.plan.name, "title": offer.title,
            "committee": offer.committee,
        ]) { $1 }
        try use(offer.plan.id)
        return try askForEntrustment(on: "\(offer.plan.id)/\(offer.title)", title: offer.title, asked, files, mending: old, over: seen, Requester(person, key: key, at: now)) {
            employer in
            guard try entrustmentOffers(for: employer, at: now).contains(offer) else {
                throw Problem.invalid([FieldProblem(Entrustment.offerField.key, "该评审计划现在不接受本单位人员的委托申请，请重新选择")])
            }
        }
    }

    /// Asks for a title to be reviewed in another province.
    public func askForEntrustmentOutside(
        _ values: [String: String], files: [Attachment], mending old: ID<PersonRequest>? = nil, over seen: Int, by person: Person, key: String, at now: Instant
    ) throws -> ID<PersonRequest> {
        guard let title = values["title"], let year = values["year"], let committee = values["committee"] else { throw Problem.malformed }
        let asked = values.merging(["direction": Entrustment.Direction.outside.rawValue]) { $1 }
        return try askForEntrustment(on: "\(year)/\(title)/\(committee)", title: title, asked, files, mending: old, over: seen, Requester(person, key: key, at: now)) { _ in }
    }

    private func askForEntrustment(
        on subject: String, title: String, _ values: [String: String], _ files: [Attachment], mending old: ID<PersonRequest>?, over seen: Int, _ requester: Requester,
        check: (WorkUnit) throws -> Void
    ) throws -> ID<PersonRequest> {
        try hold(requester.person)
        if let done = try takenOnPersonRequest(.submit, by: requester) { return done }
        let open = try heldOpen(openRequest(.entrustment, on: subject, of: requester.person))
        if open?.state == .waiting { throw Problem.refused("您已于 \(open?.submittedAt.text ?? "") 提交同一评审的委托申请，正在审核，不能再次提交。") }
        if let open, open.id != old { throw Problem.refused("您同一评审的委托申请已被退回，请在委托申请中打开，修改后重新提交。") }
        // What is mended may become a request on something else.
        let mended = try old.flatMap { try heldOpen(personRequest($0)) }
        guard old == nil || mended?.person == requester.person && mended?.kind == .entrustment else { throw Problem.refused("所修改的申请已不能再提交，请返回列表查看。") }
        guard let employer = try employer(of: requester.person) else { throw Problem.refused("您尚未登记工作单位，不能申请委托评审。请先提交专技人才档案，由工作单位审核。") }
        try demandOpen(employer)
        try check(employer)
        if let letter = try letter(of: requester.person, on: subject) {
            throw Problem.refused("您已有同一评审的委托函（\(letter.number)），不需要再申请。")
        }
        let form = PersonRequestForm(.entrustment, of: employer.id, on: subject, title: title, values: values, files: files)
        let path = try path(from: employer.id)
        return try submit(
            form, along: try reviewers(of: form, among: path[...], of: path, besides: requester.person), named: employer.name, mending: mended, over: seen, by: requester)
    }

    /// Submits a request, or what was given back and is mended. What is mended into another matter, or for another unit, is another request: whoever had the
    /// first sees nothing of it (D23).
    private func submit(
        _ form: PersonRequestForm, along path: [WorkUnit], named unitName: String, mending old: PersonRequest?, over seen: Int, by requester: Requester
    ) throws -> ID<PersonRequest> {
        guard let old else {
            if seen > 0 { throw Problem.refused("所修改的申请已不能再提交，请返回列表查看。") }
            return try submit(form, along: path, named: unitName, over: nil, by: requester)
        }
        guard old.state == .returned else { throw Problem.refused("您已于 \(old.submittedAt.text) 提交\(old.kind.title)，正在审核，不能再次提交。") }
        guard old.version == seen else { throw try changedMeanwhile(old, tellingPerson: true) }
        let subject = try first("SELECT subject FROM person_requests WHERE id = \(old.id)") { try $0.text() }
        if old.unit == form.unit, subject == form.subject { return try submit(form, along: path, named: unitName, over: old, by: requester) }
        let cancelling = Requester(
            account: nil, person: requester.person, personName: requester.personName, unit: nil,
            key: (ID(derivedFrom: "cancel/\(requester.key)") as ID<PersonRequest>).text, now: requester.now)
        _ = try settle(old, PersonRequestEntry(step: .cancel, unit: old.unit, unitName: old.unitName, notices: []), by: cancelling)
        return try submit(form, along: path, named: unitName, over: nil, by: requester)
    }

    /// 取消申请: by the person, while something can still come of it.
    public func cancel(_ id: ID<PersonRequest>, over seen: Int, by person: Person, key: String, at now: Instant) throws {
        let requester = Requester(person, key: key, at: now)
        if try takenOnPersonRequest(.cancel, by: requester) != nil { return }
        try hold(id)
        guard let request = try personRequest(id), request.person == person.id else { throw Problem.notFound }
        guard request.version == seen else { throw try changedMeanwhile(request, tellingPerson: true) }
        _ = try settle(request, PersonRequestEntry(step: .cancel, unit: request.unit, unitName: request.unitName, notices: []), by: requester)
    }

    /// A request that is still open, as it is while nobody else changes it.
    private func heldOpen(_ found: PersonRequest?) throws -> PersonRequest? {
        guard let found else { return nil }
        try hold(found.id)
        guard let now = try personRequest(found.id), now.state.isOpen else { return nil }
        return now
    }

    /// Refuses, with the reason, where nothing of a unit's people can be submitted now.
    func demandOpen(_ unit: WorkUnit) throws {
        guard unit.enabled else { throw Problem.refused("您的工作单位“\(unit.name)”已停用，不能申报。") }
        if let superior = try awaitingSuperior([unit.id])[unit.id] {
            throw Problem.refused("您的工作单位“\(unit.name)”变更上级单位待“\(superior)”审核，审核通过后开放申报。")
        }
        guard try mayHaveApplicants(unit) else { throw Problem.refused("“\(unit.name)”是机关或参照公务员法管理的单位，其人员不参加职称评审。") }
    }

    /// An enabled unit, which stays so until this transaction ends.
    private func employer(named unit: ID<WorkUnit>) throws -> WorkUnit? {
        if sharesWriting { try run("SELECT 1 FROM units WHERE id = \(unit) FOR SHARE") }
        return try self.unit(unit).flatMap { $0.enabled ? $0 : nil }
    }

    private func reach(along path: [WorkUnit]) throws -> TalentProfile.Reach {
        try path.last.flatMap { try profileReach(of: $0.id) } ?? .prefecture
    }

    /// Of the units on a way those that can review: enabled, and with somebody who may decide and is not the person who asks (D11). The letter is the title
    /// authority's to give (D14); a profile is seen by one superior at least, where there is one who can (M19).
    private func reviewers(of form: PersonRequestForm, among stops: ArraySlice<WorkUnit>, of path: [WorkUnit], besides person: ID<Person>) throws -> [WorkUnit] {
        func isAble(_ unit: WorkUnit) throws -> Bool { try unit.enabled && !colleagues(of: unit.id, holding: form.kind.permission, without: [person]).isEmpty }
        var able = try stops.filter(isAble)
        if !able.contains(where: { $0.id != form.unit }), let next = try path[stops.endIndex...].first(where: isAble) { able.append(next) }
        let hasNone = form.kind == .entrustment && able.last?.id != path.last?.id || able.isEmpty
        if hasNone { throw Problem.refused("本单位和上级单位还没有可以审核\(form.kind.title)的工作人员，请联系本单位超级管理员。") }
        return able
    }
}

/// A title under a plan that is not open to somebody's unit, and whose committee can be entrusted with him.
public struct EntrustmentOffer: Sendable, Hashable {
    public let plan: ReviewPlan
    public let title: String
    /// The acceptance unit's name.
    public let committee: String

    public init(plan: ReviewPlan, title: String, committee: String) {
        self.plan = plan
        self.title = title
        self.committee = committee
    }

    /// As forms name it.
    public var key: String { "\(plan.id)/\(title)" }
}

extension Connection {
    /// What people of a unit can be entrusted with: titles of plans that can be applied under, now or later, and are not open to the unit.
    public func entrustmentOffers(for unit: WorkUnit, at now: Instant) throws -> [EntrustmentOffer] {
        let path = try path(from: unit.id)
        return try comingPlans(on: now.day).filter { $0.chain(along: path) == nil && $0.chain(along: path, entrusted: true) != nil }.flatMap { plan in
            let committee = try self.unit(plan.acceptanceUnit)?.name ?? ""
            return plan.titles.map { EntrustmentOffer(plan: plan, title: $0, committee: committee) }
        }
    }

    /// The letter with which a person was entrusted to a plan's committee for a title; nil where he was not. `title` nil: for any of the plan's.
    public func letter(of person: ID<Person>, under plan: ReviewPlan, for title: String?) throws -> (letter: EntrustmentLetter, title: String)? {
        for title in title.map({ [$0] }) ?? plan.titles {
            if let letter = try letter(of: person, on: "\(plan.id)/\(title)") { return (letter, title) }
        }
        return nil
    }

    /// The titles of its plan that a dossier can be for: all of them, or where a letter opened the plan those that the person was entrusted with. What has been
    /// submitted is judged by its chain (D2), a draft by where its person is employed now.
    public func titles(under plan: ReviewPlan, for dossier: Dossier) throws -> [String] {
        let isEntrusted: Bool
        if dossier.journey.stage == .draft {
            isEntrusted = try employer(of: dossier.applicant).map { plan.chain(along: try path(from: $0.id)) == nil } ?? false
        } else {
            isEntrusted = plan.isEntrusted(dossier.journey.chain)
        }
        guard isEntrusted else { return plan.titles }
        return try plan.titles.filter { try letter(of: dossier.applicant, under: plan, for: $0) != nil }
    }

    private func letter(of person: ID<Person>, on subject: String) throws -> EntrustmentLetter? {
        try first(
            """
            SELECT q.id, s.body, s.actor_unit_name, s.files FROM person_requests q JOIN person_request_steps s ON s.request_id = q.id AND s.number = q.version
            WHERE q.person_id = \(person) AND q.subject = \(subject) AND q.kind = 'entrustment' AND q.state = 'passed'
            """
        ) { row in
            let (id, values): (ID<PersonRequest>, [String: String]) = (try row.id(), try JSON.value(try row.text()))
            return EntrustmentLetter(
                request: id, number: values["letterNumber"] ?? "", date: values["letterDate"] ?? "", issuer: try row.text(), files: try JSON.value(try row.text()))
        }
    }
}
