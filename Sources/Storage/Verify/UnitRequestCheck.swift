import Domain

/// What a unit's request must be by its steps, taken again one after another.
private struct RequestReplay {
    var state: Approval.State?
    var version: Int64 = 0
    var submission: Int64 = 0
    var submittedAt: Value = .null
    var unit: Value = .null
    var superior: Value = .null
    /// number, id, name, digest, kind, bytes, pages of every file that came with it.
    var files: Set<[Value]> = []

    /// Takes the next step: number, step, unit_id, superior_id, at, files.
    mutating func take(_ row: [Value]) throws {
        guard case .text(let name) = row[1], let step = Approval.Step(rawValue: name), case .text(let files) = row[5] else { throw Row.Unreadable(description: "a step") }
        state = try Approval.state(after: step, from: state)
        version += 1
        (unit, superior) = (row[2], row[3])
        if step == .submit { (submission, submittedAt) = (version, row[4]) }
        let given: [Attachment] = try JSON.value(files)
        for file in given { self.files.insert([row[0], file.id.bound, file.name.bound, file.digest.bound, file.kind.rawValue.bound, file.bytes.bound, file.pages.bound]) }
    }
}

extension Connection {
    /// Rows of requests, and of their files, that are not what their steps lead to.
    func unitRequestFindings() throws -> [Discrepancy] {
        var replays: [Value: RequestReplay] = [:]
        var findings: [Discrepancy] = []
        let steps = try rows("SELECT request_id, number, step, unit_id, superior_id, at, files FROM unit_request_steps ORDER BY request_id, number") {
            ($0.value(), $0.values(6))
        }
        for (request, row) in steps {
            do { try replays[request, default: RequestReplay()].take(row) } catch { findings.append(.onRequest(request, .replay, "有一步不能这样办理")) }
        }
        let requests = try rows("SELECT id, state, version, submission, submitted_at, unit_id, superior_id FROM unit_requests ORDER BY id") { ($0.value(), $0.values(6)) }
        for (id, row) in requests {
            let led = replays[id] ?? RequestReplay()
            let expected: [Value] = [led.state?.bound ?? .null, .integer(led.version), .integer(led.submission), led.submittedAt, led.unit, led.superior]
            if row != expected { findings.append(.onRequest(id, .replay, "单位申请的状态与经办过程得出的不符")) }
        }
        let kept = try rows(
            "SELECT r.request_id, r.number, r.id, r.name, r.digest, f.kind, f.bytes, f.pages FROM unit_request_files r JOIN files f ON f.digest = r.digest"
        ) { ($0.value(), $0.values(7)) }
        let files = Dictionary(grouping: kept, by: \.0).mapValues { Set($0.map(\.1)) }
        for (id, _) in requests where files[id] ?? [] != replays[id]?.files ?? [] { findings.append(.onRequest(id, .file, "附件的登记与申请不符")) }
        return findings
    }

    /// The steps of all requests as they lie there, by chain.
    func unitRequestRows() throws -> [String: [SealedRow]] {
        let messages = try rows(
            "SELECT request_id, number, position, person_id, unit_id, sender, body, sent_at FROM unit_request_messages ORDER BY request_id, number, position"
        ) { row in
            let entry = [row.value(), row.value()]
            return (entry, try Told(&row))
        }
        let tellings = Dictionary(grouping: messages, by: \.0).mapValues { told($0.map(\.1)) }
        let rows = try rows(
            """
            SELECT s.request_id, s.number, s.algorithm, s.salt, s.hash, q.kind, q.credit_code, s.request_key, s.step, s.unit_id, s.superior_id, s.actor_unit_id,
                s.actor_unit_name, s.person_id, s.person_name, s.unit_name, s.body, s.files, s.opinion, s.at
            FROM unit_request_steps s JOIN unit_requests q ON q.id = s.request_id ORDER BY s.request_id, s.number
            """
        ) { row in
            let request = try row.text()
            var entry = row.sealed(values: 15)
            entry.values.append(tellings[[request.bound, entry.number]] ?? .null)
            return (Chain.Prefix.unitRequests + request, entry)
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension Discrepancy {
    fileprivate static func onRequest(_ id: Value, _ kind: Kind, _ sentence: String) -> Discrepancy {
        let subject = if case .text(let text) = id { Chain.Prefix.unitRequests + text } else { "" }
        return Discrepancy(kind, subject, nil, sentence)
    }
}
