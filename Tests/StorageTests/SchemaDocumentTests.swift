import Cast
import Domain
import Testing

@testable import Storage

/// `docs/database.md` is printed from the schema as the migrations leave it; a table without its sentence fails.
@Suite struct SchemaDocumentTests {
    /// What each table holds, in the order in which they are read best.
    private static let tables: [(group: String, tables: [(name: String, sentence: String)])] = [
        (
            "Units and people",
            [
                ("units", "Employers and bureaus: a tree by `superior_id`. What a person typed of a unit and what its superior decided about it."),
                ("persons", "People, once each, whatever accounts they have. ID number and phone are sealed; the number is looked up by its keyed index."),
                ("employments", "The one unit that employs a person, by his approved profile."),
                ("accounts", "Accounts of the identity platform, known by issuer and subject; one person may have several."),
                ("staff", "Who works for a unit in this system; bound to an account at the first sign-in."),
                ("roles", "Roles of a unit."), ("role_permissions", "What a role permits."), ("staff_roles", "Which roles a staff member has."),
                ("administration", "Who has changed which staff member or role, from what to what, one chain a unit. Rows are only added."),
                ("staff_series", "To which series of titles a staff member is limited; none: to none."),
                ("staff_units", "To the people of which units a staff member is limited; none: to none."),
                ("deputies", "Who acts in whose place while he is away, from one day through another."),
                ("imports", "Sheets that were uploaded and not yet taken over: sealed, gone after a day."),
                ("unit_requests", "What is asked for a unit: to be registered, to have another superior, to have its locked fields corrected; what its steps lead to."),
                ("unit_request_steps", "Every step on such a request, one chain a request. Rows are only added."),
                ("unit_request_files", "The copies that came with such a request. Rows are only added."),
                ("unit_request_messages", "What a step on such a request has told whom. Rows are only added."),
                ("sessions", "Who is signed in: only a digest of the cookie is kept."),
                ("sign_ins", "Sign-ins under way: what is expected back from the identity platform."),
            ]
        ),
        (
            "Plans and dossiers",
            [
                ("plans", "Review plans: years, windows, rules of publicity and re-entry."), ("plan_titles", "The titles a plan is open for."),
                ("dossiers", "Each dossier as it is now: where it is, its version and round. Only `move` writes a stage."),
                ("drafts", "What the applicant is writing, as typed."),
                ("contents", "Editions: what was submitted, with its digest. Rows are only added."),
                ("stops", "The review chain, frozen at submission, with the stops that were inserted."),
                ("list_words", "Names of people and units that stand in lists, once each."),
                ("word_parts", "Every character and every two neighbouring ones of those names: where a search looks first."),
                ("list_counts", "How many dossiers each list of a unit holds, kept with every step."),
                ("bulks", "Decisions on many dossiers at once, each to be taken by itself."),
                ("exports", "Lists that become workbooks in the background, how far each is, and for a day the digest of its file."),
                ("opinion_drafts", "What reviewers have typed and not sent: read by nobody but its author."),
                ("hand_over_requests", "That a superior was asked to take over a dossier which nobody of its unit may review."),
                ("bulk_items", "The dossiers of a bulk, with what came of each."),
                ("common_opinions", "Phrases for opinions, of a unit or of one of its staff, with how often they were used."),
                ("list_views", "Filters of a list that a staff member has given a name."),
                ("list_columns", "Which columns a staff member wants to see in a list."),
                ("desks", "What a dossier is to a unit: who has no desk for it does not see it."),
                ("trail", "Every step ever taken, chained by hashes. Rows are only added."),
                ("recommendations", "单位推荐和公示信息, one for each pass of the own unit that carried it. Rows are only added."),
                ("post_tables", "事业单位岗位情况表: every version of a unit's table of a year; the highest number counts. Rows are only added."),
                ("messages", "What a step has told whom. Rows are only added."),
                ("circulars", "What a unit has written to units below it and to people. Rows are only added; confirmations are counted on them."),
                ("circular_addressees", "To whom it went, each once, and who has confirmed it there. Rows are only added, and confirmed once."),
                ("circular_readings", "Which accounts have said that they read it. Rows are only added."),
                ("circular_drafts", "What somebody is writing, with whom he has chosen: gone when it is sent."),
                ("reminders", "What was said without a step: a deadline is near, a desk is full, a request waits. The key is what is said once."),
            ]
        ),
        (
            "What people ask",
            [
                ("person_requests", "委托申请 and 专技人才档案, each as its steps have led it to be."),
                ("person_request_steps", "Every step on such a request, with what was asked and the units that review it; one chain a request. Rows are only added."),
                ("person_request_files", "The copies that came with such a request, and the letter of an entrustment. Rows are only added."),
                ("person_request_messages", "What a step on such a request has told whom. Rows are only added."),
                ("person_request_desks", "What a request is to a unit that it has reached: who has no desk for it does not see it."),
                ("talents", "The profile of a person that is in force: what the last passed request has said, as it is counted."),
                ("talent_counts", "How many of a unit and of all below it have a value of a dimension, kept with each profile and each change of superior."),
            ]
        ),
        (
            "Files",
            [
                ("files", "Every content ever kept, once; the bytes are in the file store under the same digest."),
                ("attachments", "A file's place in a dossier; `settled` is the edition, or the entry of the trail, it became part of for good, 0 before."),
            ]
        ),
        (
            "Proof and keys",
            [
                ("heads", "Where each chain ends, and the checkpoint that covers this end."),
                ("checkpoints", "Signed statements of where the chains ended that had grown since the one before. Rows are only added."),
                ("checkpoint_leaves", "The ends a checkpoint covers. Rows are only added."),
                ("signing_keys", "Public keys that have signed, each endorsed by the one before it. Rows are only added."),
                ("sealing_keys", "A known text sealed with each key, so that a wrong key file is noticed at start."),
                ("revelations", "Who has had whose numbers shown in full, and beside which dossier. Rows are only added."),
            ]
        ),
        (
            "Reference and operation",
            [
                ("codes", "Lists of codes, chosen from in forms."), ("titles", "Series, levels and titles."), ("regions", "Jurisdictions."),
                ("unit_types", "Kinds of units, and whether people may apply from them."), ("calendar_days", "Rest days and 调休 working days; other days are as their weekday."),
                ("jobs", "Background work: who holds the lease, when it is due, how the last try ended."),
                ("demo_personas", "Left by the demo: who can be signed in as with one click."),
                ("migrations", "Which migrations this database has had, with the digests of their texts."),
            ]
        ),
    ]

    @Test func theDocumentIsPrintedFromTheSchema() async throws {
        let world = try await World(embedded: true)
        let document = try await world.database.read { try Self.document($0) }
        #expect(try documentStands("database.md", document))
    }

    private static func document(_ connection: any Connection) throws -> String {
        let there = try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name") { try $0.text() }
        #expect(Set(there) == Set(tables.flatMap { $0.tables.map(\.name) }), "every table has its sentence")
        var text = """
            # Database

            Printed by `SchemaDocumentTests` from the schema as the migrations leave it; `REGENERATE=1 swift test` prints it anew.

            The same tables on SQLite and PostgreSQL. INTEGER is BIGINT there, BLOB is BYTEA. Instants (`…_at`, `at`, `deadline`, `…_until`) are milliseconds
            since 1970 UTC; days are `YYYY-MM-DD`; ids are 26 random characters; JSON is TEXT. Triggers of migration 0005 refuse UPDATE and DELETE wherever
            rows are only added.


            """
        for group in tables {
            text += "## \(group.group)\n\n"
            for table in group.tables { text += try section(table.name, table.sentence, connection) }
        }
        return text
    }

    private static func section(_ table: String, _ sentence: String, _ connection: any Connection) throws -> String {
        let name = SQL.raw("'\(table)'")
        let references = try connection.rows("SELECT \"from\", \"table\" FROM pragma_foreign_key_list(\(name))") { (try $0.text(), try $0.text()) }
        let target = Dictionary(references, uniquingKeysWith: { first, _ in first })
        let columns = try connection.rows("SELECT name, type, \"notnull\", pk FROM pragma_table_info(\(name)) ORDER BY cid") {
            (name: try $0.text(), type: try $0.text(), isNeeded: try $0.bool(), key: try $0.integer())
        }
        let indexes = try connection.rows("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = \(name) AND sql IS NOT NULL ORDER BY name") { try $0.text() }
        var text = "### `\(table)`\n\n\(sentence)\n\n| column | type | |\n|---|---|---|\n"
        for column in columns {
            let notes = [
                column.key > 0 ? "key" : "", column.isNeeded || column.key > 0 ? "" : "may be absent", target[column.name].map { "→ `\($0)`" } ?? "",
            ].filter { !$0.isEmpty }
            text += "| `\(column.name)` | \(column.type) | \(notes.joined(separator: ", ")) |\n"
        }
        text += indexes.isEmpty ? "\n" : "\n" + indexes.map { "- `\($0.split(whereSeparator: \.isWhitespace).joined(separator: " "))`\n" }.joined() + "\n"
        return text
    }
}
