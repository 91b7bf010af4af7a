import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// A world in which all kinds of steps were taken: returns and resubmissions, an insertion, a hand-over, a reopening, recommendations.
struct TravelledWorld {
    let world: World
    let dossiers: [ID<Dossier>]

    init(embedded: Bool = false) async throws {
        world = try await World(embedded: embedded)
        let other = world.unit(.otherBureau).id
        let scripts: [(World.Name, [(World.Name, Step)])] = [
            (
                .applicant,
                [
                    (.schoolFirst, .giveBack), (.schoolFirst, .extend), (.applicant, .resubmit), (.schoolFirst, .pass()), (.schoolFirst, .takeBack), (.schoolFirstToo, .pass()),
                    (.schoolSecond, .pass(inserting: [.init(unit: other, steps: .one, reason: "双审核")])), (.otherFirst, .fail), (.otherFirst, .reopen),
                    (.otherFirst, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass()), (.officeAccepter, .requestCorrection), (.applicant, .resubmit),
                    (.officeAccepter, .accept), (.officeAccepter, .conclude(.passed)),
                ]
            ),
            (
                .secondApplicant,
                [
                    (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.authorityAdministrator, .handOver(to: world.unit(.authority).id)), (.authorityFirst, .giveBack),
                    (.secondApplicant, .resubmit), (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.schoolSecond, .withdraw),
                ]
            ),
            (.smallApplicant, [(.smallApplicant, .recall)]), (.reviewingApplicant, []),
        ]
        var made: [ID<Dossier>] = []
        for (number, (applicant, steps)) in scripts.enumerated() {
            made.append(try await Self.travel(applicant, steps, in: world, from: World.start.adding(seconds: Int64(number) * 60)))
        }
        try await world.database.write { [world] in try $0.employ(world.person(.unemployed).id, at: world.unit(.school).id, since: World.start) }
        _ = try await world.draft(.unemployed)
        dossiers = made
        try await keepRecords()
    }

    private static func travel(_ applicant: World.Name, _ steps: [(World.Name, Step)], in world: World, from start: Instant) async throws -> ID<Dossier> {
        let (id, revision) = try await world.draft(applicant, at: start)
        _ = try await world.submit(id, by: applicant, revision: revision, at: start.adding(seconds: 10))
        var now = start.adding(seconds: 20)
        for (name, step) in steps {
            now = now.adding(seconds: 3600)
            let isApplicant = [.recall, .resubmit, .abandon].contains(step.name)
            let actor: Actor = isApplicant ? .applicant(world.person(applicant).id) : try await world.actor(name)
            let deadline = [.giveBack, .extend, .requestCorrection].contains(step.name) ? now.day.adding(step.name == .extend ? 9 : 5).end : nil
            let proof = World.file(.pdf, "公示")
            try await world.database.write { [now] connection in
                let dossier = try connection.dossier(id, for: actor)
                var move = Move(
                    step, on: id, by: actor, seenVersion: dossier.version, key: World.key(), opinion: "意见", deadline: deadline, remark: step.insertsUnits ? "增加审核单位：演示" : "备注")
                if step.name == .pass, dossier.journey.stage == dossier.journey.chain.lastStep(of: 0), case .staff(let member) = actor {
                    if try connection.proofs(of: id).isEmpty { try connection.addProof(proof, to: id, by: member, at: now) }
                    let posts = try connection.savePostTable(
                        year: dossier.year, values: ["posts": "3"], file: World.file(.pdf, "岗位", bytes: 99),
                        over: try connection.postTable(of: member.unit, year: dossier.year)?.table.number ?? 0,
                        by: member, at: now)
                    move.recommendation = Recommendation(values: ["recommendation": "同意"], proofs: try connection.proofs(of: id), posts: posts)
                }
                _ = try connection.move(move, at: now)
            }
        }
        return id
    }

    private func keepRecords() async throws {
        guard case .staff(let administrator) = try await world.actor(.schoolAdministrator) else { return }
        for name in ["受理员", "管理员"] {
            let by = Administrator(administrator, key: World.key(), at: World.start.adding(seconds: 150_000))
            _ = try await world.database.write { try $0.addRole(RoleForm(name: name, permissions: [.accept]), by: by) }
        }
        try await askForTheSchool(administrator)
        for name in [World.Name.schoolFirst, .schoolSecond] {
            guard case .staff(let member) = try await world.actor(name) else { continue }
            for dossier in [dossiers[0], dossiers[1]] {
                _ = try await world.database.write { try $0.reveal(dossier, to: member, key: newID(), at: World.start.adding(seconds: 200_000)) }
            }
        }
    }
}

extension TravelledWorld {
    /// A correction that is given back, mended and passed, and a change of superior that is taken back.
    private func askForTheSchool(_ administrator: StaffMember) async throws {
        let chief: ID<StaffMember> = newID()
        let (bureau, authority, person) = (world.unit(.bureau).id, world.unit(.authority).id, world.person(.strangerClerk).id)
        @Sendable func by(_ member: StaffMember, _ seconds: Int64) -> Administrator { Administrator(member, key: World.key(), at: World.start.adding(seconds: 160_000 + seconds)) }
        let corrected = ["name": "演示更名学校", "creditCode": "91350100M000100Y43", "reason": "登记有误"]
        let (first, second, third) = (by(administrator, 0), by(administrator, 20), by(administrator, 40))
        try await world.database.write { connection in
            try connection.addStaff(chief, person: person, unit: bureau, superAdministrator: true, roles: [], at: World.start)
            guard let member = try connection.staff(chief, on: World.start.day) else { return }
            let id = try connection.askForCorrection(corrected, files: [World.file(.pdf, "证照")], over: 0, by: first)
            try connection.decide(id, .giveBack, opinion: "证照不清", over: 1, by: by(member, 10))
            _ = try connection.askForCorrection(corrected, files: [World.file(.png, "证照二")], over: 2, by: second)
            try connection.decide(id, .pass, opinion: "", over: 3, by: by(member, 30))
            let change = try connection.askForSuperior(authority, reason: ["reason": "机构改革"], files: [], over: 0, by: third)
            try connection.cancel(change, over: 1, by: by(administrator, 50))
            let (registrant, code) = (world.person(.smallApplicant), CreditCode(stored: "CODE99"))
            let identity = Identity(
                issuer: "https://idp", subject: "registrant", kind: .unit, name: registrant.name, idNumber: registrant.idNumber, phone: nil, creditCode: code, unitName: "新校")
            try connection.signIn(identity, tokenHash: "registrant", at: World.start)
            guard let signedIn = try connection.signedIn(tokenHash: "registrant", rule: SessionRule(idle: 1800, absolute: 28_800), at: World.start)?.0 else { return }
            let form = UnitRequestForm(.registration, of: code, named: "新校", to: bureau, values: UnitRequestTests.values, files: [World.file(.pdf, "证照三")])
            let asked = try connection.register(form, over: 0, by: Requester(signedIn, key: World.key(), at: World.start.adding(seconds: 160_060)))
            try connection.decide(asked, .pass, opinion: "同意", over: 1, by: by(member, 70))
        }
    }
}

@Suite struct ChainTests {
    @Test func soundRecordsHaveNoDiscrepancy() async throws {
        let travelled = try await TravelledWorld()
        let before = try await travelled.world.database.verify()
        #expect(before.findings == [])
        #expect(before.dossiers == 5 && before.entries > 30)
        #expect(try await travelled.world.database.checkpoint(at: World.start.adding(seconds: 300_000)).count == 1)
        let after = try await travelled.world.database.verify()
        #expect(after.findings == [] && after.checkpoints == 1)
    }

    /// What was recorded before there were chains is chained as it stands.
    @Test func oldRecordsAreChained() async throws {
        let travelled = try await TravelledWorld()
        let database = travelled.world.database
        guard database is SQLiteDatabase else { return }
        let arguments = try await database.read { try $0.rows("SELECT argument FROM trail ORDER BY dossier_id, number") { try $0.text() } }
        try await database.write { connection in
            try connection.dropTriggers()
            try connection.run("DROP INDEX revelations_in_order")
            for table: SQL in ["trail", "revelations", "post_tables"] { try connection.run("UPDATE \(table) SET hash = '', salt = ''") }
            try connection.run("UPDATE trail SET argument = ''")
            try connection.run("DELETE FROM heads WHERE substr(chain, 1, 15) <> 'administration/' AND substr(chain, 1, 14) <> 'unit-requests/'")
            try connection.chainRecords()
        }
        #expect(try await database.verify().findings == [])
        #expect(try await database.read { try $0.rows("SELECT argument FROM trail ORDER BY dossier_id, number") { try $0.text() } } == arguments)
    }

    /// The engine refuses what would change a record, by whatever statement.
    @Test(arguments: [
        "trail", "recommendations", "contents", "revelations", "post_tables", "signing_keys", "checkpoints", "checkpoint_leaves", "messages", "administration",
        "unit_request_steps", "unit_request_files", "unit_request_messages", "person_request_steps", "person_request_files", "person_request_messages",
    ])
    func recordsAreOnlyAdded(_ table: String) async throws {
        let travelled = try await TravelledWorld()
        let database = travelled.world.database
        _ = try await travelled.world.entrustment(passedBy: [.schoolTalents])
        _ = try await database.checkpoint(at: World.start.adding(seconds: 300_000))
        let name = try #require(SQL.names[table])
        func refused(_ statement: SQL) async { await #expect(throws: (any Error).self, "\(table)") { try await database.write { try $0.run(statement) } } }
        let rows = try await database.read { try $0.count("SELECT COUNT(*) FROM \(name)") }
        #expect(rows > 0)
        await refused("DELETE FROM \(name)")
        if table != "messages" {
            await refused("UPDATE \(name) SET \(table == "recommendations" || table == "messages" ? "body = body" : table == "contents" ? "pledge = pledge" : "hash = ''" as SQL)")
        }
        if database is SQLiteDatabase {
            await refused("INSERT OR REPLACE INTO \(name) SELECT * FROM \(name)")
        } else {
            await refused("TRUNCATE \(name) CASCADE")
        }
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM \(name)") } == rows)
    }

    /// RFC 6962: every leaf of trees of every size leads to the root, and no other way does.
    @Test func everyLeafLeadsToTheRoot() {
        for count in 1...33 {
            let leaves = (0..<count).map { sha256([UInt8($0)]) }
            let root = MerkleTree.root(of: leaves)
            for index in 0..<count {
                let path = MerkleTree.path(to: index, in: leaves[...])
                #expect(MerkleTree.root(from: leaves[index], at: index, of: count, along: path) == root)
                for other in 0..<count where other != index { #expect(MerkleTree.root(from: leaves[index], at: other, of: count, along: path) != root) }
                #expect(MerkleTree.root(from: leaves[index], at: index, of: count, along: path + [root]) != root)
                if !path.isEmpty { #expect(MerkleTree.root(from: leaves[index], at: index, of: count, along: Array(path.dropLast())) != root) }
            }
        }
        // The tree of the RFC's example, over three leaves: ((a b) c).
        let (a, b, c) = (sha256([0, 97]), sha256([0, 98]), sha256([0, 99]))
        #expect(MerkleTree.root(of: [a, b, c]) == sha256([1] + sha256([1] + a + b) + c))
        #expect(hex(MerkleTree.root(of: [] as [[UInt8]])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func checkpointsAreMadeWhenSomethingHasChanged() async throws {
        let travelled = try await TravelledWorld()
        let (database, later) = (travelled.world.database, World.start.adding(seconds: 300_000))
        let first = try #require(try await database.checkpoint(at: later).first)
        #expect(first.number == 1 && first.leaves == 12)
        #expect(try await database.checkpoint(at: later.adding(seconds: 300)).isEmpty)
        // A day later an empty one, so that its age can be watched; never one before the last.
        let second = try #require(try await database.checkpoint(at: later.adding(seconds: 86_400)).first)
        #expect(second.leaves == 0 && second.previous == first.hash)
        try await travelled.world.take(.pass(), on: travelled.dossiers[3], by: .schoolFirst, at: later)
        let third = try #require(try await database.checkpoint(at: later).first)
        #expect(third.leaves == 1 && third.at == second.at)
        #expect(
            try await database.verify(VerificationBasis(exported: Checkpoint.lines([first, second, third].map { try $0.line }.joined(separator: "\n") + "\nno JSON\n"))).findings
                == [])
    }
}

extension SQL {
    /// Tables by their names, for statements about whichever it is.
    static let names: [String: SQL] = [
        "administration": "administration", "unit_request_steps": "unit_request_steps", "unit_request_files": "unit_request_files",
        "unit_request_messages": "unit_request_messages", "person_request_steps": "person_request_steps", "person_request_files": "person_request_files",
        "person_request_messages": "person_request_messages",
        "trail": "trail", "recommendations": "recommendations", "contents": "contents", "revelations": "revelations", "post_tables": "post_tables",
        "signing_keys": "signing_keys", "checkpoints": "checkpoints", "checkpoint_leaves": "checkpoint_leaves", "messages": "messages",
    ]

    /// A piece of text as it is: in tests only.
    static func raw(_ text: String) -> SQL {
        var sql: SQL = ""
        sql.texts = [text]
        return sql
    }
}

extension Connection {
    /// As somebody would do who has the file.
    func dropTriggers() throws {
        switch engine {
        case .sqlite:
            for name in try rows("SELECT name FROM sqlite_master WHERE type = 'trigger'", { try $0.text() }) { try run("DROP TRIGGER \(SQL.raw(name))") }
        case .postgres: try run("DROP FUNCTION refuse_change() CASCADE")
        }
    }
}

extension Step {
    fileprivate var insertsUnits: Bool { if case .pass(let inserting, _) = self { !inserting.isEmpty } else { false } }
}
