import Cast
import Domain
import Testing

@testable import Storage

/// What `Ledger` writes at once is what `move` writes step by step.
@Suite struct LedgerTests {
    private static let scripts: [[(World.Name, Step)]] = [
        [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass()), (.officeAccepter, .accept), (.officeAccepter, .conclude(.passed))],
        [
            (.schoolFirst, .pass()), (.schoolFirst, .takeBack), (.schoolFirstToo, .pass()), (.schoolSecond, .pass()), (.schoolSecond, .withdraw), (.schoolSecond, .fail),
            (.schoolFirst, .reopen),
        ],
        [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .giveBack), (.applicant, .resubmit), (.schoolFirst, .pass())],
        [(.schoolFirst, .giveBack), (.schoolFirst, .extend), (.applicant, .resubmit), (.applicant, .abandon)],
        [
            (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass()), (.officeAccepter, .requestCorrection), (.applicant, .resubmit),
            (.officeAccepter, .refuse),
        ],
        [(.applicant, .recall)],
    ]

    /// Every row that tells of a dossier, without its id.
    private func rows(of id: ID<Dossier>, in world: World) async throws -> [String] {
        try await world.database.read { connection in
            func texts(_ statement: SQL, _ columns: Int) throws -> [String] {
                try connection.rows(statement) { row in (0..<columns).map { _ in "\(row.value())" }.joined(separator: "|") }
            }
            return try texts(
                """
                SELECT version, person_id, unit_id, title_code, stage, stop, round, arrival, correction_requested, arrived_at, deadline, edition, submitted_at
                FROM dossiers WHERE id = \(id)
                """, 13)
                + texts("SELECT position, unit_id, steps, inserted_by, insertion_reason, handed_to FROM stops WHERE dossier_id = \(id) ORDER BY position", 6)
                + texts("SELECT unit_id, own, waiting, acted, arrived_at, acceptance_unit_id, stage FROM desks WHERE dossier_id = \(id) ORDER BY unit_id", 7)
                + texts(
                    """
                    SELECT number, round, step, stage_before, stage_after, unit_id, unit_name, person_id, person_name, at, arrived_at, opinion, deadline, remark,
                        edition, digest FROM trail WHERE dossier_id = \(id) ORDER BY number
                    """, 16)
                + texts("SELECT number, body FROM recommendations WHERE dossier_id = \(id) ORDER BY number", 2)
                + texts("SELECT number, position, person_id, unit_id, sender, body, sent_at FROM messages WHERE dossier_id = \(id) ORDER BY number, position", 7)
                + texts("SELECT edition, body, digest, pledge, submitted_at FROM contents WHERE dossier_id = \(id)", 5)
                + texts("SELECT revision, body, file_changes FROM drafts WHERE dossier_id = \(id)", 3)
                + texts("SELECT id, part, row_id, name, digest, added_by, removed_at, settled FROM attachments WHERE dossier_id = \(id) ORDER BY id", 8)
        }
    }

    private func move(_ step: Step, on dossier: Dossier, by actor: Actor, at now: Instant) -> Move {
        let deadline = [.giveBack, .extend, .requestCorrection].contains(step.name) ? now.day.adding(5).end : nil
        let recommendation = dossier.journey.stage == dossier.journey.chain.lastStep(of: 0) && step.name == .pass ? Recommendation(values: ["recommendation": "同意"]) : nil
        return Move(step, on: dossier.id, by: actor, seenVersion: dossier.version, key: World.key(), opinion: "意见", deadline: deadline, recommendation: recommendation)
    }

    private func actor(_ name: World.Name, _ world: World) async throws -> Actor {
        name == .applicant ? .applicant(world.person(.applicant).id) : try await world.actor(name)
    }

    @Test(arguments: scripts.indices) func bothWaysWriteTheSame(_ number: Int) async throws {
        let world = try await World()
        let script = Self.scripts[number]
        let (id, revision) = try await world.draft()
        _ = try await world.submit(id, revision: revision)
        var now = World.start
        for (name, step) in script {
            now = now.adding(seconds: 3600)
            let actor = try await actor(name, world)
            let made = try await world.database.read { [now] in self.move(step, on: try $0.dossier(id, for: actor), by: actor, at: now) }
            _ = try await world.database.write { [now] in try $0.move(made, at: now) }
        }
        let stepwise = try await rows(of: id, in: world)
        let other: ID<Dossier> = newID()
        let atOnce = try await ledger(other, like: id, script, world)
        try await world.database.write { connection in
            try connection.run("UPDATE dossiers SET year = 1999 WHERE id = \(id)")
            try connection.insert(atOnce)
        }
        #expect(try await rows(of: other, in: world) == stepwise)
    }

    private func ledger(_ id: ID<Dossier>, like written: ID<Dossier>, _ script: [(World.Name, Step)], _ world: World) async throws -> Ledger {
        let (person, plan) = (world.person(.applicant), world.plan)
        let (unit, chain) = try await world.database.read { try $0.employerAndChain(of: person.id, under: plan) }
        var ledger = Ledger(
            id, for: person, at: unit, along: chain, under: plan, units: Dictionary(uniqueKeysWithValues: world.units.values.map { ($0.id, $0) }), at: World.start)
        ledger.write(try await world.database.read { try $0.draft(of: written).content }, at: World.start)
        try ledger.submit(key: World.key(), in: world.reference, at: World.start)
        var now = World.start
        for (name, step) in script {
            now = now.adding(seconds: 3600)
            try ledger.take(move(step, on: ledger.dossier, by: try await actor(name, world), at: now), by: world.person(name).name, at: now)
        }
        return ledger
    }

    @Test func whatMoveRefusesTheLedgerRefuses() async throws {
        let world = try await World()
        var ledger = try await ledger(newID(), like: try await world.draft().0, [], world)
        let second = try await world.actor(.schoolSecond)
        #expect(throws: Problem.self) { try ledger.take(move(.pass(), on: ledger.dossier, by: second, at: World.start), by: "", at: World.start) }
        #expect(throws: Problem.self) { try ledger.take(move(.accept, on: ledger.dossier, by: second, at: World.start), by: "", at: World.start) }
    }
}
