import Domain
import Testing

/// Every stage × every step, on a chain of a two-step and a one-step stop and an acceptance unit. A dash is a refusal.
@Suite struct StageTests {
    static let stages: [(String, Stage)] = [
        ("draft", .draft), ("first0", .firstReview(0)), ("second0", .secondReview(0)), ("first1", .firstReview(1)),
        ("returned0", .returned(by: 0)), ("returned1", .returned(by: 1)), ("failed0", .failed(by: 0)), ("failed1", .failed(by: 1)),
        ("awaiting", .awaitingAcceptance), ("correction", .returnedForCorrection), ("accepted", .accepted),
        ("passed", .concluded(.passed)), ("notPassed", .concluded(.notPassed)), ("notAccepted", .concluded(.notAccepted)),
        ("lapsed", .concluded(.lapsed)), ("abandoned", .abandoned),
    ]

    static let steps: [Step] = [
        .submit, .recall, .pass(), .takeBack, .withdraw, .giveBack, .extend, .resubmit, .fail, .reopen, .handOver(to: id(77)), .recuse,
        .accept, .requestCorrection, .refuse, .abandon, .conclude(.passed), .conclude(.notPassed), .conclude(.lapsed),
    ]

    /// Rows in the order of `stages`, columns in the order of `steps`; the dossier arrived by a pass, or by submission at stop 0.
    static let expected: [String] = [
        "first0 -     -        -      -       -         -          -        -       -      -         -        -        -          -           abandoned -      -         -",
        "-      draft second0  -      -       returned0 -          -        failed0 -      first0    first0   -        -          -           abandoned -      -         lapsed",
        "-      -     first1   first0 -       returned0 -          -        failed0 -      second0   second0  -        -          -           abandoned -      -         lapsed",
        "-      -     awaiting -      second0 returned1 -          -        failed1 -      first1    first1   -        -          -           abandoned -      -         lapsed",
        "-      -     -        -      -       -         returned0  first0   -       -      returned0 -        -        -          -           abandoned -      -         lapsed",
        "-      -     -        -      -       -         returned1  first0   -       -      returned1 -        -        -          -           abandoned -      -         lapsed",
        "-      -     -        -      -       -         -          -        -       first0 failed0   -        -        -          -           -         -      -         -",
        "-      -     -        -      -       -         -          -        -       first1 failed1   -        -        -          -           -         -      -         -",
        "-      -     -        -      first1  -         -          -        -       -      -         awaiting accepted correction notAccepted abandoned -      -         lapsed",
        "-      -     -        -      -       -         correction awaiting -       -      -         -        -        -          notAccepted abandoned -      -         lapsed",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         passed notPassed -",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         -      -         -",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         -      -         -",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         -      -         -",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         -      -         -",
        "-      -     -        -      -       -         -          -        -       -      -         -        -        -          -           -         -      -         -",
    ]

    @Test func everyStageAnswersEveryStep() throws {
        for (row, (name, stage)) in zip(Self.expected, Self.stages) {
            let cells = row.split(separator: " ").map(String.init)
            try #require(cells.count == Self.steps.count, "\(name)")
            for (cell, step) in zip(cells, Self.steps) {
                let arrival: ReviewChain.Arrival = stage.stop == 0 ? .submitted : .passed(.init())
                let result = outcome(stage, step, along: chain(.two, .one, arrival: arrival))
                #expect(result == cell, "\(name) after \(step.name)")
            }
        }
    }

    @Test(arguments: [
        ("returned1", ReviewChain.Reentry.returningUnit, "first1"), ("returned1", .ownUnit, "first0"),
        ("returned0", .returningUnit, "first0"),
    ])
    func resubmissionReentersByThePlan(_ from: String, _ reentry: ReviewChain.Reentry, _ to: String) {
        #expect(outcome(stage(from), .resubmit, along: chain(.two, .one, reentry: reentry)) == to)
    }

    /// What depends on how the dossier came to where it is.
    @Test(arguments: [
        ("first0", Step.recall, ReviewChain.Arrival.takenBack, "-"), ("first0", .recall, .resubmitted, "-"),
        ("first0", .recall, .withdrawn, "-"), ("first1", .withdraw, .reopened, "-"), ("first1", .withdraw, .resubmitted, "-"),
        ("first1", .withdraw, .takenBack, "-"), ("first1", .withdraw, .withdrawn, "-"), ("awaiting", .withdraw, .resubmitted, "-"),
        ("second0", .takeBack, .withdrawn, "-"), ("second0", .takeBack, .reopened, "first0"), ("second0", .takeBack, .takenBack, "first0"),
    ])
    func arrivalDecides(_ from: String, _ step: Step, _ arrival: ReviewChain.Arrival, _ to: String) {
        #expect(outcome(stage(from), step, along: chain(.two, .one, arrival: arrival)) == to)
    }

    @Test func correctionIsAskedForOnce() {
        var chain = chain(.two, .one)
        #expect(outcome(.awaitingAcceptance, .requestCorrection, along: chain) == "correction")
        chain.correctionRequested = true
        #expect(outcome(.awaitingAcceptance, .requestCorrection, along: chain) == "-")
    }

    @Test func stagesOffTheChainAreRefused() {
        for stage in [Stage.firstReview(2), .secondReview(7), .returned(by: -1), .failed(by: 2)] {
            for step in Self.steps { #expect(throws: Refusal.offChain) { try stage.after(step, along: chain(.two, .one)) } }
        }
        #expect(throws: Refusal.offChain) { try Stage.draft.after(.submit, along: chain()) }
    }

    @Test func namesGiveTheStageBack() {
        for (_, stage) in Self.stages { #expect(Stage(stage.name, stop: stage.stop ?? 0) == stage) }
        #expect(Set(Self.stages.map(\.1.name)) == Set(Stage.Name.allCases))
        #expect(Set(Self.steps.map(\.name)) == Set(StepName.allCases))
    }

    private func stage(_ name: String) -> Stage { Self.stages.first { $0.0 == name }?.1 ?? .abandoned }

    private func outcome(_ stage: Stage, _ step: Step, along chain: ReviewChain) -> String {
        do {
            let next = try stage.after(step, along: chain)
            return Self.stages.first { $0.1 == next }?.0 ?? "?"
        } catch {
            #expect(!error.sentence.isEmpty)
            return "-"
        }
    }
}
