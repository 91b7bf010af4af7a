import Cast
import Domain
import Storage
import Testing

@Suite struct MoveTests {
    private static let wholeWay: [(World.Name, Step)] = [
        (.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass()), (.officeAccepter, .accept),
    ]

    @Test func theWholeWay() async throws {
        let world = try await World()
        let id = try await world.dossier(after: Self.wholeWay)
        let (dossier, trail) = try await world.database.read { (try $0.dossier(id, for: .applicant(world.person(.applicant).id)), try $0.trail(of: id)) }
        #expect(dossier.journey.stage == .accepted)
        #expect(dossier.version == 7)
        #expect(trail.map(\.step) == [.submit, .pass, .pass, .pass, .pass, .accept])
        #expect(trail.map(\.number) == Array(1...6))
        #expect(trail.map(\.round) == [1, 1, 1, 2, 2, 3])
        #expect(trail[1].unitName == "演示school" && trail[1].personName == "人schoolFirst")
    }

    @Test func theSameKeyHasOneEffectAndOneAnswer() async throws {
        let world = try await World()
        let id = try await world.dossier()
        let key = key()
        let first = try await world.take(.pass(), on: id, by: .schoolFirst, version: 2, key: key)
        for _ in 0..<3 {
            let again = try await world.take(.pass(), on: id, by: .schoolFirst, version: 2, key: key)
            #expect(again.number == first.number && again.repeated)
        }
        #expect(try await world.database.read { try $0.trail(of: id).count } == 2)
        await #expect(throws: Problem.forgedForm) { try await world.take(.pass(), on: id, by: .schoolFirstToo, key: key) }
    }

    @Test func aStaleVersionIsToldWhoWasFaster() async throws {
        let world = try await World()
        let id = try await world.dossier()
        try await world.take(.pass(), on: id, by: .schoolFirst)
        do {
            try await world.take(.pass(), on: id, by: .schoolFirstToo, version: 2)
            Issue.record("taken twice")
        } catch Problem.changedMeanwhile(let change) {
            #expect(change.by == "演示school 人schoolFirst" && change.what == "初审通过" && change.at == World.start)
        }
    }

    /// Each refusal leaves everything as it was.
    @Test(arguments: [
        (World.Name.schoolSecond, Step.pass()), (.schoolWithoutRole, .pass()), (.bureauFirst, .pass()), (.otherFirst, .pass()), (.officeAccepter, .accept),
        (.schoolFirst, .accept), (.schoolFirst, .withdraw), (.schoolFirst, .reopen), (.schoolFirst, .resubmit), (.secondApplicant, .recall), (.schoolFirst, .takeBack),
    ])
    func refusalsChangeNothing(_ name: World.Name, _ step: Step) async throws {
        let world = try await World()
        let id = try await world.dossier()
        let before = try await world.database.read { try $0.desks(of: id) }
        await #expect(throws: Problem.self) { try await world.take(step, on: id, by: name) }
        #expect(try await world.version(of: id) == 2)
        #expect(try await world.database.read { try $0.trail(of: id).count } == 1)
        #expect(try await world.database.read { try $0.desks(of: id) } == before)
    }

    @Test func nobodyReviewsHisOwnNorTwice() async throws {
        let world = try await World()
        let own = try await world.dossier(of: .reviewingApplicant)
        await #expect(throws: Problem(Denial.ownDossier)) { try await world.take(.pass(), on: own, by: .reviewingApplicant) }
        let other = try await world.dossier(after: [(.reviewingApplicant, .pass())])
        await #expect(throws: Problem(Denial.sameReviewer)) { try await world.take(.pass(), on: other, by: .reviewingApplicant) }
    }

    /// D10: one live dossier a person and year; a failed one holds the year, an abandoned one frees it.
    @Test func oneDossierAYear() async throws {
        let world = try await World()
        let id = try await world.dossier()
        await #expect(throws: Problem.self) { _ = try await world.draft() }
        try await world.take(.fail, on: id, by: .schoolFirst)
        await #expect(throws: Problem.self) { _ = try await world.draft() }
        try await world.take(.reopen, on: id, by: .schoolFirst)
        try await world.take(.abandon, on: id, by: .applicant)
        _ = try await world.draft()
    }

    /// Two drafts opened before either was submitted: the index decides, not the check before it.
    @Test func theYearLockHoldsAgainstTwoDrafts() async throws {
        let world = try await World()
        let (first, revision) = try await world.draft()
        let second: ID<Dossier> = newID()
        try await world.database.write { connection in
            try connection.run(
                """
                INSERT INTO dossiers SELECT \(second), version, plan_id, year, person_id, person_name, unit_id, unit_name, title_code, stage, stop, round,
                    arrival, correction_requested, acceptance_unit_id, reentry, arrived_at, deadline, edition, submitted_at, created_at,
                    specialty, application_kind, returned_by, reviewed_by, place_id, authority_id FROM dossiers WHERE id = \(first)
                """)
            try connection.run("INSERT INTO drafts SELECT \(second), revision, body, saved_at, file_changes FROM drafts WHERE dossier_id = \(first)")
            try connection.run(
                """
                INSERT INTO attachments SELECT id, \(second), part, row_id, name, digest, added_by, added_at, removed_at, settled FROM attachments
                WHERE dossier_id = \(first)
                """)
        }
        _ = try await world.submit(first, revision: revision)
        await #expect(throws: Problem.self) { _ = try await world.submit(second, revision: revision) }
        await #expect(throws: NotUnique.self) {
            try await world.database.write { try $0.run("UPDATE dossiers SET stage = 'firstReview' WHERE id = \(second)") }
        }
    }

    @Test func deadlinesAreKeptToTheMillisecond() async throws {
        let deadline = World.start.day.adding(3).end
        for (late, accepted) in [(-1, true), (0, false), (1, false)] {
            let world = try await World()
            let id = try await world.dossier()
            try await world.take(.giveBack, on: id, by: .schoolFirst, deadline: deadline)
            let now = Instant(milliseconds: deadline.milliseconds + Int64(late))
            let resubmitted: Bool
            do { resubmitted = try await !world.take(.resubmit, on: id, by: .applicant, at: now).repeated } catch is Problem { resubmitted = false }
            #expect(resubmitted == accepted)
        }
    }

    /// I-07: a reason and a deadline ahead; nothing else is written.
    @Test(arguments: [(Step.giveBack, "", 1), (.giveBack, "原因", 0), (.giveBack, "原因", -1), (.fail, " ", 1)])
    func returnsAndFailuresGiveTheirReason(_ step: Step, _ opinion: String, _ days: Int) async throws {
        let world = try await World()
        let id = try await world.dossier()
        let actor = try await world.actor(.schoolFirst)
        let deadline = World.start.adding(seconds: Int64(days) * 86_400)
        await #expect(throws: Problem.self) {
            try await world.database.write {
                try $0.move(Move(step, on: id, by: actor, seenVersion: 2, key: key(), opinion: opinion, deadline: deadline), at: World.start)
            }
        }
        #expect(try await world.version(of: id) == 2)
    }

    /// D22: passing late is marked; a return does not reach beyond the reviews' end; after its own end nothing is accepted.
    @Test func windowsBoundWhatFollows() async throws {
        let world = try await World()
        let (reviews, acceptance) = (world.plan.windows.reviewsUntil, world.plan.windows.acceptanceUntil)
        let id = try await world.dossier()
        try await world.take(.pass(), on: id, by: .schoolFirst, at: reviews.end.adding(seconds: -1))
        try await world.take(.pass(), on: id, by: .schoolSecond, at: reviews.end)
        #expect(try await world.database.read { try $0.trail(of: id).map(\.remark).suffix(2) } == ["", "审核截止（\(reviews)）后办理"])
        await #expect(throws: Problem.self) { try await world.take(.giveBack, on: id, by: .bureauFirst, deadline: reviews.adding(1).end) }
        try await world.take(.pass(), on: id, by: .bureauFirst)
        try await world.take(.pass(), on: id, by: .bureauSecond)
        await #expect(throws: Problem.self) { try await world.take(.accept, on: id, by: .officeAccepter, at: acceptance.end) }
        try await world.take(.accept, on: id, by: .officeAccepter, at: acceptance.end.adding(seconds: -1))
    }

    /// D21: only the direct superior, for itself.
    @Test func onlyTheSuperiorTakesOver() async throws {
        let world = try await World()
        let id = try await world.dossier()
        for name in [World.Name.schoolAdministrator, .authorityAdministrator, .schoolFirst] {
            await #expect(throws: Problem.self) { try await world.take(.handOver(to: world.unit(.bureau).id), on: id, by: name) }
        }
        // At the bureau's stop the authority is the superior, and sees the dossiers of its plan.
        let upper = try await world.dossier(of: .secondApplicant, after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())])
        await #expect(throws: Problem.self) { try await world.take(.handOver(to: world.unit(.otherBureau).id), on: upper, by: .authorityAdministrator) }
        try await world.take(.handOver(to: world.unit(.authority).id), on: upper, by: .authorityAdministrator)
        try await world.take(.pass(), on: upper, by: .authorityFirst)
        await #expect(throws: Problem.self) { try await world.take(.pass(), on: upper, by: .bureauSecond) }
    }

    /// D8: not once the plan is concluded.
    @Test func nothingIsReopenedAfterTheConclusion() async throws {
        let world = try await World()
        let id = try await world.dossier(after: [(.schoolFirst, .fail)])
        try await world.database.write { try $0.markConcluded(world.plan.id) }
        await #expect(throws: Problem.self) { try await world.take(.reopen, on: id, by: .schoolFirst) }
    }

    /// D9: extending touches neither version nor arrival.
    @Test func extendingTouchesOnlyTheDeadline() async throws {
        let world = try await World()
        let id = try await world.dossier(after: [(.schoolFirst, .giveBack)])
        let before = try await world.database.read { try $0.dossier(id, for: .applicant(world.person(.applicant).id)) }
        let deadline = World.start.day.adding(9).end
        try await world.take(.extend, on: id, by: .schoolFirst, deadline: deadline, at: World.start.adding(seconds: 60))
        let after = try await world.database.read { try $0.dossier(id, for: .applicant(world.person(.applicant).id)) }
        #expect(after.version == before.version && after.arrivedAt == before.arrivedAt && after.deadline == deadline)
    }

    @Test func insertedUnitsMustBeEnabledAndNotBelow() async throws {
        let world = try await World()
        let id = try await world.dossier(after: [(.schoolFirst, .pass())])
        func inserting(_ unit: World.UnitName, steps: ReviewChain.Steps) -> Step { .pass(inserting: [.init(unit: world.unit(unit).id, steps: steps, reason: "双审核")]) }
        await #expect(throws: Problem.self) { try await world.take(inserting(.closedUnit, steps: .one), on: id, by: .schoolSecond) }
        await #expect(throws: Problem.self) { try await world.take(inserting(.otherBureau, steps: .two), on: id, by: .schoolSecond) }
        try await world.take(inserting(.otherBureau, steps: .one), on: id, by: .schoolSecond)
        let other = try await world.actor(.otherFirst)
        #expect(try await world.database.read { try $0.dossier(id, for: other) }.journey.stage == .firstReview(1))
        // D24: dropped by the withdrawal before it acted, it sees the dossier no more.
        try await world.take(.withdraw, on: id, by: .schoolSecond)
        await #expect(throws: Problem.notFound) { try await world.database.read { try $0.dossier(id, for: other) } }
    }

    @Test func submittedContentIsSealedWithItsDigest() async throws {
        let world = try await World()
        let (id, revision) = try await world.draft()
        _ = try await world.submit(id, revision: revision)
        let sealed = try await world.database.read {
            try $0.first("SELECT body, digest, pledge FROM contents WHERE dossier_id = \(id)") { (try $0.text(), try $0.text(), try $0.text()) }
        }
        #expect(sealed.map { digest($0.0) } == sealed?.1)
        #expect(sealed?.2.hasPrefix(Pledge.current.version) == true)
        #expect(try await world.database.read { try $0.first("SELECT digest FROM trail WHERE dossier_id = \(id)") { try $0.text() } } == sealed?.1)
        await #expect(throws: Problem.self) {
            try await world.database.write { try $0.saveDraft(Content(), of: id, by: .applicant(world.person(.applicant).id), over: revision, at: World.start) }
        }
    }

    @Test func gapsKeepADraftFromBeingSubmitted() async throws {
        let world = try await World()
        let (id, revision) = try await world.draft(content: Content())
        do {
            _ = try await world.submit(id, revision: revision)
            Issue.record("submitted")
        } catch Problem.invalid(let problems) { #expect(problems.count > 10) }
        #expect(try await world.database.read { try $0.count("SELECT COUNT(*) FROM contents") } == 0)
    }

    @Test func draftsOfTwoWindowsDoNotOverwriteEachOther() async throws {
        let world = try await World()
        let (id, revision) = try await world.draft()
        let actor = Actor.applicant(world.person(.applicant).id)
        let next = try await world.database.write { try $0.saveDraft(World.content(title: "22--1"), of: id, by: actor, over: revision, at: World.start) }
        #expect(next == revision + 1)
        await #expect(throws: Problem.self) { try await world.database.write { try $0.saveDraft(Content(), of: id, by: actor, over: revision, at: World.start) } }
    }

    @Test func messagesTellThoseConcerned() async throws {
        let world = try await World()
        let id = try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .giveBack)])
        let (mine, schools) = try await world.database.read { connection in
            (
                try connection.messages(for: .applicant(world.person(.applicant).id), limit: 9),
                try connection.rows("SELECT body FROM messages WHERE unit_id = \(world.unit(.school).id)") { try $0.text() }
            )
        }
        #expect(mine.contains { $0.body.contains("退回：意见") && $0.subject == .dossier(id) })
        #expect(schools.count == 1 && schools[0].contains("已被上级退回"))
    }
}
