import Domain

/// What a person's request must be by its steps, taken again one after another.
private struct PersonRequestReplay {
    var passage = Approval.Passage(stops: 1)
    var version: Int64 = 0
    var submission: Int64 = 0
    var submittedAt: Value = .null
    var path: [ID<WorkUnit>] = []
    var values: [String: String] = [:]
    /// number, id, name, digest, kind, bytes, pages of every file that came with it.
    var files: Set<[Value]> = []
    /// unit, waiting, acted, at.
    var desks: [ID<WorkUnit>: [Value]] = [:]
    var name: Value = .null
    var employer: Value = .null
    /// Of the pass that ended it: when.
    var ended: Value = .null

    struct Step {
        let number: Value
        let step: Approval.Step
        let path: [ID<WorkUnit>]
        let unit: ID<WorkUnit>?
        let values: [String: String]
        let files: [Attachment]
        let at: Value
        let name: Value
        let employer: Value
        /// Taken by the person who asks.
        let isOwn: Bool
        let isEntrustment: Bool

        /// Reads number, step, path, actor_unit_id, body, files, at, actor_name, unit_id, whether the person himself took it, and the request's kind.
        init(_ row: [Value]) throws {
            guard case .text(let step) = row[1], let step = Approval.Step(rawValue: step), case .text(let path) = row[2], case .text(let body) = row[4],
                case .text(let files) = row[5]
            else { throw Row.Unreadable(description: "a step") }
            unit = if case .text(let id) = row[3] { ID(id) } else { nil }
            (self.path, values, self.files) = (try JSON.value(path), try JSON.value(body), try JSON.value(files))
            (number, self.step, at, name, employer) = (row[0], step, row[6], row[7], row[8])
            (isOwn, isEntrustment) = (row[9] == .integer(1), row[10] == PersonRequest.Kind.entrustment.bound)
        }
    }

    mutating func take(_ step: Step) throws {
        // What is asked is asked and taken back by the person in his own name, and decided by others for their unit (D11).
        guard step.isOwn == !step.step.isDecision, (step.unit == nil) == step.isOwn else { throw Row.Unreadable(description: "somebody else has taken it") }
        let (from, unit) = (passage, path.indices.contains(passage.stop) ? path[passage.stop] : nil)
        if step.step == .submit {
            guard !step.path.isEmpty else { throw Row.Unreadable(description: "a request without a way") }
            passage = try Approval.Passage(stops: step.path.count, state: from.state).after(.submit)
            (path, values, submission, submittedAt) = (step.path, step.values, version + 1, step.at)
            (name, employer) = (step.name, step.employer)
        } else {
            passage = try from.after(step.step)
            // Only whoever it waited for decides.
            if step.step.isDecision, step.unit != unit { throw Row.Unreadable(description: "another unit has decided") }
        }
        if passage.state == .passed, step.isEntrustment, step.files.isEmpty || Entrustment.letterFields.contains(where: { step.values[$0.key]?.isEmpty != false }) {
            throw Row.Unreadable(description: "an entrustment without its letter")
        }
        version += 1
        if step.step.isDecision, let unit { desks[unit] = [.integer(0), (step.step == .pass ? "passed" : step.step == .fail ? "failed" : "returned").bound, step.at] }
        if step.step == .cancel { leave() }
        if passage.state == .waiting { desks[path[passage.stop]] = [.integer(1), desks[path[passage.stop]]?[1] ?? "nothing".bound, step.at] }
        ended = passage.state == .passed ? step.at : .null
        for file in step.files { files.insert([step.number, file.id.bound, file.name.bound, file.digest.bound, file.kind.rawValue.bound, file.bytes.bound, file.pages.bound]) }
    }

    private mutating func leave() {
        for (unit, desk) in desks where desk[0] == .integer(1) { desks[unit] = [.integer(0), desk[1], desk[2]] }
    }
}

extension Connection {
    /// Rows of people's requests, of their desks and files, of the profiles in force and of their counts that are not what the steps lead to.
    func personRequestFindings() throws -> [Discrepancy] {
        var replays: [Value: PersonRequestReplay] = [:]
        var findings: [Discrepancy] = []
        let steps = try rows(
            """
            SELECT s.request_id, s.number, s.step, s.path, s.actor_unit_id, s.body, s.files, s.at, s.actor_name, s.unit_id,
                CASE WHEN s.actor_id = q.person_id THEN 1 ELSE 0 END, q.kind
            FROM person_request_steps s JOIN person_requests q ON q.id = s.request_id ORDER BY s.request_id, s.number
            """
        ) { ($0.value(), $0.values(11)) }
        for (request, row) in steps {
            do { try replays[request, default: PersonRequestReplay()].take(.init(row)) } catch { findings.append(.onPersonRequest(request, .replay, "有一步不能这样办理")) }
        }
        let kept = try rows(
            "SELECT r.request_id, r.number, r.id, r.name, r.digest, f.kind, f.bytes, f.pages FROM person_request_files r JOIN files f ON f.digest = r.digest"
        ) { ($0.value(), $0.values(7)) }
        let files = Dictionary(grouping: kept, by: \.0).mapValues { Set($0.map(\.1)) }
        let seen = try rows("SELECT request_id, unit_id, kind, waiting, acted, at FROM person_request_desks ORDER BY request_id, unit_id") { row in
            (request: row.value(), unit: try row.id() as ID<WorkUnit>, kind: row.value(), desk: row.values(3))
        }
        let desks = Dictionary(grouping: seen, by: \.request)
        let requests = try rows("SELECT id, kind, subject, person_name, unit_id, title_code, state, stop, version, submission, submitted_at FROM person_requests ORDER BY id") {
            ($0.value(), $0.value(), $0.values(9))
        }
        for (id, kind, row) in requests {
            let led = replays[id] ?? PersonRequestReplay()
            let expected: [Value] = [
                led.subject(of: kind), led.name, led.employer, led.title, led.passage.state?.bound ?? .null, .integer(Int64(led.passage.stop)), .integer(led.version),
                .integer(led.submission),
                led.submittedAt,
            ]
            if row != expected { findings.append(.onPersonRequest(id, .replay, "申请的状态与经办过程得出的不符")) }
            if files[id] ?? [] != led.files { findings.append(.onPersonRequest(id, .file, "附件的登记与申请不符")) }
            let there = desks[id] ?? []
            if Dictionary(there.map { ($0.unit, $0.desk) }, uniquingKeysWith: { first, _ in first }) != led.desks || there.contains(where: { $0.kind != kind }) {
                findings.append(.onPersonRequest(id, .row, "各单位的待办与申请的经办过程不符"))
            }
        }
        return findings + (try talentFindings(replays))
    }

    /// Profiles in force must be what the last passed request of each person said, and be counted with every unit above.
    private func talentFindings(_ replays: [Value: PersonRequestReplay]) throws -> [Discrepancy] {
        let titles = try rows("SELECT code, series, level FROM titles") { (try $0.text(), (series: try $0.text(), level: try $0.text())) }
        let titleOf = Dictionary(titles, uniquingKeysWith: { first, _ in first })
        let profiles = try rows("SELECT id, person_id, person_name, unit_id FROM person_requests WHERE kind = 'profile' AND state = 'passed'") {
            ($0.value(), $0.value(), $0.value(), $0.value())
        }
        var expected: [Value: [Value]] = [:]
        var latest: [Value: Value] = [:]
        for (id, person, name, unit) in profiles {
            guard let replay = replays[id], case .integer(let ended) = replay.ended else { continue }
            if case .integer(let before)? = latest[person], before >= ended { continue }
            latest[person] = replay.ended
            let title = replay.values["title"].flatMap { titleOf[$0] } ?? (series: "", level: "")
            expected[person] =
                [name, unit, id, .integer(replay.submission), replay.title] + TalentDimension.allCases.map { $0.value(in: replay.values, title).bound } + [replay.ended]
        }
        let there = try rows(
            "SELECT person_id, person_name, unit_id, request_id, submission, title_code, \(TalentDimension.columns), approved_at FROM talents ORDER BY person_id"
        ) { ($0.value(), $0.values(13)) }
        var findings: [Discrepancy] = []
        if Dictionary(there, uniquingKeysWith: { first, _ in first }) != expected { findings.append(Discrepancy(.row, "talents", nil, "在用的专技人才档案与审核通过的不符")) }
        if try count("SELECT COUNT(*) FROM talents n WHERE NOT EXISTS (SELECT 1 FROM employments e WHERE e.person_id = n.person_id AND e.unit_id = n.unit_id)") > 0 {
            findings.append(Discrepancy(.row, "employments", nil, "工作单位与在用的专技人才档案不符"))
        }
        let units = try rows("SELECT id, superior_id FROM units") { ($0.value(), $0.value()) }
        let superior = Dictionary(units, uniquingKeysWith: { first, _ in first })
        var counts: [[Value]: Int64] = [:]
        for row in expected.values {
            var unit: Value? = row[1]
            for _ in 0..<50 {
                guard let above = unit, above != .null else { break }
                for (index, dimension) in TalentDimension.allCases.enumerated() { counts[[above, dimension.rawValue.bound, row[5 + index]], default: 0] += 1 }
                unit = superior[above]
            }
        }
        let kept = try rows("SELECT unit_id, dimension, value, people FROM talent_counts") { ($0.values(3), try $0.integer()) }
        if Dictionary(kept.map { ($0.0, Int64($0.1)) }, uniquingKeysWith: { first, _ in first }) != counts {
            findings.append(Discrepancy(.row, "talent_counts", nil, "专技人才的统计数与在用的档案不符"))
        }
        return findings
    }

    /// The steps of all requests as they lie there, by chain.
    func personRequestRows() throws -> [String: [SealedRow]] {
        let messages = try rows(
            "SELECT request_id, number, position, person_id, unit_id, sender, body, sent_at FROM person_request_messages ORDER BY request_id, number, position"
        ) { row in
            let entry = [row.value(), row.value()]
            return (entry, try Told(&row))
        }
        let tellings = Dictionary(grouping: messages, by: \.0).mapValues { told($0.map(\.1)) }
        let rows = try rows(
            """
            SELECT s.request_id, s.number, s.algorithm, s.salt, s.hash, q.kind, q.person_id, s.request_key, s.step, s.unit_id, s.unit_name, s.path, s.actor_unit_id, s.actor_unit_name,
                s.actor_id, s.actor_name, s.body, s.files, s.opinion, s.at
            FROM person_request_steps s JOIN person_requests q ON q.id = s.request_id ORDER BY s.request_id, s.number
            """
        ) { row in
            let request = try row.text()
            var entry = row.sealed(values: 15)
            entry.values.append(tellings[[request.bound, entry.number]] ?? .null)
            return (Chain.Prefix.personRequests + request, entry)
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension PersonRequestReplay {
    var title: Value { values["title"].map(\.bound) ?? .null }

    /// What tells it from the person's others.
    func subject(of kind: Value) -> Value {
        guard kind == PersonRequest.Kind.entrustment.bound else { return "".bound }
        func value(_ key: String) -> String { values[key] ?? "" }
        return values["direction"] == Entrustment.Direction.province.rawValue
            ? "\(value("plan"))/\(value("title"))".bound : "\(value("year"))/\(value("title"))/\(value("committee"))".bound
    }
}

extension Discrepancy {
    fileprivate static func onPersonRequest(_ id: Value, _ kind: Kind, _ sentence: String) -> Discrepancy {
        let subject = if case .text(let text) = id { Chain.Prefix.personRequests + text } else { "" }
        return Discrepancy(kind, subject, nil, sentence)
    }
}
