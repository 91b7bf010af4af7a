import Cast
import Domain
import Files
import Foundation
import Testing

@testable import Storage

/// Whatever is changed behind the program's back is found, and where it begins is named (A-19, I-27, I-30).
@Suite struct VerifyTests {
    /// Tables that hold records, or what follows from them.
    private static let tables = [
        "trail", "recommendations", "contents", "revelations", "post_tables", "messages", "heads", "checkpoints", "checkpoint_leaves", "signing_keys", "dossiers", "stops",
        "desks", "list_counts", "attachments", "files", "administration",
        "unit_requests", "unit_request_steps", "unit_request_files", "unit_request_messages", "circulars", "circular_addressees",
        "person_requests", "person_request_steps", "person_request_files", "person_request_messages", "person_request_desks", "talents", "talent_counts",
    ]

    /// Columns that no record speaks of, each with its reason.
    private static let uncovered: [String: String] = [
        "attachments.added_by": "who uploaded is said by the step that settled the file",
        "attachments.added_at": "when it was uploaded: until a step settles it a file is working state",
        "attachments.removed_at": "whether a draft still shows it: working state",
        "unit_requests.account_id": "which account a registered unit's first super administrator is bound to, if it is his: whose it is, is said by the step",
        "circular_addressees.confirmed_at": "when it was confirmed: said by its row alone",
        "circular_addressees.confirmed_by": "who has confirmed it: said by its row alone",
        "circular_addressees.confirmer_name": "who has confirmed it: said by its row alone",
        "files.stored_at": "when the store got it: decides about sweeping only",
    ]

    private func rows(_ database: any Database, _ statement: String, _ columns: Int) async throws -> [[Value]] {
        try await database.read { try $0.rows(SQL.raw(statement)) { $0.values(columns) } }
    }

    private func write(_ database: any Database, _ statement: String, _ values: [Value] = []) async throws {
        var sql = SQL.raw(statement)
        sql.values = values
        sql.texts = statement.split(separator: "?", omittingEmptySubsequences: false).map(String.init)
        _ = try await database.write { [sql] in try $0.run(sql) }
    }

    private func sealed(embedded: Bool = false) async throws -> (TravelledWorld, any Database, VerificationBasis) {
        let travelled = try await TravelledWorld(embedded: embedded)
        let database = travelled.world.database
        let plan = travelled.world.plan
        try await database.write { try $0.insert(plan.anew) }
        try await travelled.world.circular(isKnown: true)
        let profile = try await travelled.world.profile(of: .secondApplicant)
        for reviewer in [World.Name.schoolTalents, .bureauTalents] { try await travelled.world.decide(profile, .pass, by: reviewer) }
        let returned = try await travelled.world.profile(of: .applicant)
        try await travelled.world.decide(returned, .pass, by: .schoolTalents)
        try await travelled.world.decide(returned, .giveBack, by: .bureauTalents)
        _ = try await travelled.world.entrustment(of: .secondApplicant, passedBy: [.schoolTalents, .bureauTalents, .authorityAdministrator])
        _ = try await travelled.world.entrustment(passedBy: [.schoolTalents])
        let first = try await database.checkpoint(at: World.start.adding(seconds: 300_000))
        let lines = try await (first + database.checkpoint(at: World.start.adding(seconds: 400_000))).map { try $0.line }
        try await database.write { try $0.dropTriggers() }
        return (travelled, database, VerificationBasis(exported: Checkpoint.lines(lines.joined(separator: "\n"))))
    }

    /// Another value that the engine takes in the place of this one.
    private func others(than value: Value, _ table: String, _ column: String, _ database: any Database) async throws -> [Value] {
        let keys = try await rows(database, "SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('\(table)')", 3)
        if let key = keys.first(where: { $0[0] == .text(column) }), case .text(let target) = key[1] {
            let to = if case .text(let to) = key[2] { to } else { column }
            return try await rows(database, "SELECT \(to) FROM \(target)", 1).map { $0[0] }.filter { $0 != value } + (value == .null ? [] : [.null])
        }
        switch value {
        case .null: return [.integer(1), .text("x")]
        case .integer(let number): return [.integer(number + 1), .integer(number - 1), .null]
        case .text(let text):
            let enums = [
                "pass", "draft", "acceptance", "failed", "firstReview", "secondReview", "nothing", "reported", "returned", "one", "two", "ownUnit", "returningUnit", "png", "pdf",
                "jpeg", "proof", "posts",
                "work", "registration", "superior", "correction", "waiting", "passed", "cancelled", "submit", "entrustment", "profile", "series", "level",
            ]
            let digits = text.last.map { String(text.dropLast()) + ($0 == "0" ? "1" : "0") }
            return [digits.map { .text($0) } ?? .text("x"), .text(text + "x")] + enums.filter { $0 != text }.map { .text($0) }
        case .bytes: return [.bytes([1])]
        }
    }

    /// What is taken back has its draft's title, also when it is then given up.
    @Test func aDraftTakenBackMayGetAnotherTitle() async throws {
        let world = try await World()
        let id = try await world.dossier(after: [(.applicant, .recall)])
        try await world.database.write { connection in
            let draft = try connection.draft(of: id)
            var content = draft.content
            content.title = content.title == "22--1" ? "22--2" : "22--1"
            _ = try connection.saveDraft(content, of: id, by: .applicant(world.person(.applicant).id), over: draft.revision, at: World.start)
        }
        #expect(try await world.database.verify().findings == [])
        try await world.take(.abandon, on: id, by: .applicant)
        #expect(try await world.database.verify().findings == [])
    }

    @Test(arguments: tables) func everyColumnOfEveryTableIsCovered(_ table: String) async throws {
        // Rows are told apart by the number that only the embedded engine gives them.
        let (_, database, basis) = try await sealed(embedded: true)
        #expect(try await database.verify(basis).findings == [])
        let columns = try await rows(database, "SELECT name FROM pragma_table_info('\(table)')", 1).compactMap { row in if case .text(let name) = row[0] { name } else { nil } }
        #expect(columns.count >= 3)
        // Drafts are nobody's record yet.
        let scope = ["dossiers": "WHERE edition > 0 AND stage <> 'draft'", "attachments": "WHERE settled > 0", "list_counts": "WHERE dossiers > 0"][table] ?? ""
        for column in columns where Self.uncovered["\(table).\(column)"] == nil {
            let chosen = try await rows(database, "SELECT rowid, \(column) FROM \(table) \(scope) ORDER BY rowid", 2)
            var tried = 0
            for row in [chosen.first, chosen.dropFirst(chosen.count / 2).first, chosen.last, chosen.first { $0[1] != .null }].compactMap({ $0 }) {
                for other in try await others(than: row[1], table, column, database) {
                    // What the engine refuses nobody can do to it.
                    do { try await write(database, "UPDATE \(table) SET \(column) = ? WHERE rowid = ?", [other, row[0]]) } catch { continue }
                    tried += 1
                    let found = try await database.verify(basis).findings
                    #expect(!found.isEmpty, "\(table).\(column) of row \(row[0]): \(row[1]) → \(other)")
                    // A whole number that is the primary key is the row's own number as well.
                    let place = column == "number" && table == "checkpoints" ? other : row[0]
                    try await write(database, "UPDATE \(table) SET \(column) = ? WHERE rowid = ?", [row[1], place])
                    if tried % 2 == 0 { break }
                }
            }
            let isEngines = [
                "dossiers.id", "files.digest", "signing_keys.key_id", "checkpoints.number", "signing_keys.endorsed_by", "checkpoints.key_id", "unit_requests.id",
                "unit_request_steps.request_id", "unit_request_steps.number", "circulars.id", "circular_addressees.circular_id", "person_requests.id",
                "person_request_steps.request_id", "person_request_desks.request_id", "person_request_messages.request_id",
                "person_request_steps.number",
            ].contains(
                "\(table).\(column)")
            #expect(tried > 0 || isEngines, "\(table).\(column) could not be changed at all")
        }
        #expect(try await database.verify(basis).findings == [], "everything was put back")
    }

    @Test func nothingIsExemptedThatIsNotThere() async throws {
        let (_, database, _) = try await sealed(embedded: true)
        for name in Self.uncovered.keys {
            let parts = name.split(separator: ".")
            #expect(try await rows(database, "SELECT name FROM pragma_table_info('\(parts[0])') WHERE name = '\(parts[1])'", 1).count == 1)
        }
    }

    /// The end of a trail cut off: as it is, with the chain's end moved back, and with the dossier's rows moved back as well.
    @Test func cutOffEndsAreFound() async throws {
        for cut in 1...10 {
            let (travelled, database, basis) = try await sealed()
            let id = travelled.dossiers[0].text
            let count = try await rows(database, "SELECT MAX(number) FROM trail WHERE dossier_id = '\(id)'", 1)[0][0]
            guard case .integer(let entries) = count else { return }
            let last = Int(entries) - cut
            for table in ["recommendations", "messages", "trail"] { try await write(database, "DELETE FROM \(table) WHERE dossier_id = '\(id)' AND number > \(last)") }
            #expect(try await database.verify(basis).findings.contains { $0.subject == id && $0.number == last + 1 }, "\(cut)")
            try await write(
                database,
                "UPDATE heads SET number = \(last), hash = (SELECT hash FROM trail WHERE dossier_id = '\(id)' AND number = \(last)), checkpoint = NULL WHERE chain = 'dossier/\(id)'"
            )
            #expect(try await database.verify(basis).findings.contains { $0.kind == .chain && $0.subject == id && $0.number == last + 1 }, "\(cut)")
        }
    }

    @Test func swappedEntriesAreFound() async throws {
        let (travelled, database, basis) = try await sealed()
        let id = travelled.dossiers[0].text
        for (one, other) in [(1, 2), (4, 5), (3, 9)] {
            let statement = "SELECT number, salt, hash, request_key, opinion, at, person_id FROM trail WHERE dossier_id = '\(id)' AND number IN (\(one), \(other)) ORDER BY number"
            let pair = try await rows(database, statement, 7)
            func put(_ values: [Value], at number: Int) async throws {
                try await write(database, "UPDATE trail SET request_key = ? WHERE dossier_id = '\(id)' AND number = \(number)", [.text(World.key())])
                try await write(
                    database, "UPDATE trail SET salt = ?, hash = ?, opinion = ?, at = ?, person_id = ? WHERE dossier_id = '\(id)' AND number = \(number)",
                    [values[1], values[2], values[4], values[5], values[6]])
            }
            try await put(pair[1], at: one)
            try await put(pair[0], at: other)
            #expect(try await database.verify(basis).findings.contains { $0.subject == id && $0.number == one })
            for (values, number) in [(pair[0], one), (pair[1], other)] {
                try await put(values, at: number)
                try await write(database, "UPDATE trail SET request_key = ? WHERE dossier_id = '\(id)' AND number = \(number)", [values[3]])
            }
            #expect(try await database.verify(basis).findings == [])
        }
    }

    /// A dossier taken out with everything that speaks of it: the checkpoint's signed leaf is left.
    @Test func aDossierThatIsGoneIsFound() async throws {
        let (travelled, database, basis) = try await sealed()
        let id = travelled.dossiers[3].text
        for table in ["recommendations", "messages", "trail", "contents", "stops", "desks", "attachments", "drafts", "revelations"] {
            try await write(database, "DELETE FROM \(table) WHERE dossier_id = '\(id)'")
        }
        try await write(database, "DELETE FROM dossiers WHERE id = '\(id)'")
        #expect(try await database.verify(basis).findings.contains { $0.kind == .chain && $0.subject == id })
        try await write(database, "DELETE FROM heads WHERE chain = 'dossier/\(id)'")
        #expect(try await database.verify(basis).findings.contains { $0.kind == .chain && $0.subject == id })
        try await write(database, "DELETE FROM checkpoint_leaves WHERE chain = 'dossier/\(id)'")
        #expect(try await database.verify(basis).findings.contains { $0.kind == .checkpoint && $0.number == 1 })
    }

    /// An older copy is whole in itself: only what was kept outside tells.
    @Test func anOlderCopyIsFoundByTheLineKeptOutside() async throws {
        let travelled = try await TravelledWorld(embedded: true)
        let (world, database) = (travelled.world, travelled.world.database)
        let first = try #require(try await database.checkpoint(at: World.start.adding(seconds: 300_000)).first)
        let old = FileManager.default.temporaryDirectory.appending(path: "zhiping-old-\(newID() as ID<WorkUnit>)")
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: old) }
        for name in ["zhiping.sqlite", "zhiping.sqlite-wal", "keys.json"] where FileManager.default.fileExists(atPath: world.folder.appending(path: name).path) {
            try FileManager.default.copyItem(at: world.folder.appending(path: name), to: old.appending(path: name))
        }
        try await world.take(.pass(), on: travelled.dossiers[3], by: .schoolFirst, at: World.start.adding(seconds: 300_001))
        let second = try #require(try await database.checkpoint(at: World.start.adding(seconds: 300_002)).first)
        let lines = Checkpoint.lines("\(try first.line)\n\(try second.line)\n")
        #expect(try await database.verify(VerificationBasis(exported: lines)).findings == [])
        let copy = try SQLiteDatabase(folder: old)
        #expect(try await copy.verify().findings == [])
        #expect(try await copy.verify(VerificationBasis(exported: lines)).findings.map(\.number) == [2])
        // Going on from there makes another second checkpoint.
        try await copy.write { try $0.put(Head(chain: "dossier/\(travelled.dossiers[3])", number: 1, hash: $0.head(of: .trail(of: travelled.dossiers[3]))?.hash ?? [])) }
        _ = try await copy.checkpoint(at: World.start.adding(seconds: 300_002))
        #expect(try await copy.verify(VerificationBasis(exported: lines)).findings.contains { $0.kind == .checkpoint && $0.number == 2 })
    }

    /// Rewritten with new hashes throughout, it leads elsewhere than the workflow: a resubmission after its deadline, a step nobody could take.
    @Test func whatIsHashedAnewIsStillTakenAgain() async throws {
        let (travelled, database, _) = try await sealed()
        let id = travelled.dossiers[0]
        for (statement, kind) in [
            ("UPDATE trail SET deadline = at + 1 WHERE dossier_id = '\(id)' AND number IN (2, 3)", Discrepancy.Kind.deadline),
            ("UPDATE trail SET deadline = deadline + 100000000000 WHERE dossier_id = '\(id)' AND number = 2", .deadline),
            ("UPDATE trail SET at = at - 36000000 WHERE dossier_id = '\(id)' AND number = 5", .time),
            ("UPDATE trail SET step = 'accept' WHERE dossier_id = '\(id)' AND number = 8", .replay),
        ] {
            let before = try await rows(database, "SELECT number, deadline, at, step FROM trail WHERE dossier_id = '\(id)'", 4)
            try await write(database, statement)
            try await rehash(id, database)
            let findings = try await database.verify().findings.filter { $0.subject == id.text }
            #expect(findings.contains { $0.kind == kind && $0.number != nil }, "\(statement): \(findings)")
            for row in before {
                try await write(database, "UPDATE trail SET deadline = ?, at = ?, step = ? WHERE dossier_id = '\(id)' AND number = ?", [row[1], row[2], row[3], row[0]])
            }
            try await rehash(id, database)
        }
    }

    private func rehash(_ id: ID<Dossier>, _ database: any Database) async throws {
        try await database.write { connection in
            var (hasher, head) = (EntryHasher(), nil as Head?)
            for row in try connection.sealedTrail(of: id) {
                let link = Chain.trail(of: id).link(row.values, after: head, &hasher)
                head = link.head
                try connection.run("UPDATE trail SET salt = \(hex(link.salt)), hash = \(hex(link.head.hash)) WHERE dossier_id = \(id) AND number = \(link.head.number)")
            }
            if let head { try connection.put(head) }
        }
    }

    /// Every file a row names is in the store, unaltered.
    @Test func filesAreLookedFor() async throws {
        let world = try await World()
        _ = try await world.dossier()
        let store = try world.intake().store
        let basis = VerificationBasis(holds: { try await store.holds($0) })
        let sound = try await world.database.verify(basis)
        #expect(sound.findings == [] && sound.files > 0)
        let contents = world.folder.appending(path: "files/contents")
        let file = try #require(FileManager.default.subpaths(atPath: contents.path)?.first { $0.count > 60 })
        try Data("anders".utf8).write(to: contents.appending(path: file))
        #expect(try await world.database.verify(basis).findings.map(\.kind) == [.file])
        try FileManager.default.removeItem(at: contents.appending(path: file))
        #expect(try await world.database.verify(basis).findings.map(\.kind) == [.file])
    }
}

extension ReviewPlan {
    /// Another plan like this one.
    fileprivate var anew: ReviewPlan {
        ReviewPlan(
            id: newID(), name: "\(name)（二）", year: year, titles: titles, authority: authority, limit: limit, acceptanceUnit: acceptanceUnit, reentry: reentry,
            publicity: publicity, windows: windows, concluded: concluded)
    }
}
