import Cast
import Domain
import Testing

/// docs/workflow.md is printed from `Stage.after`, on the chain 单位甲（初审、复审）→ 单位乙（初审）→ 受理单位.
@Suite struct WorkflowDocumentTests {
    @Test func theDocumentIsPrintedFromTheCode() throws {
        #expect(try documentStands("workflow.md", document), "docs/workflow.md is stale: run REGENERATE=1 swift test")
    }

    private let chain = ReviewChain(stops: [.init(unit: id(1), steps: .two), .init(unit: id(2), steps: .one)], acceptanceUnit: id(90))

    private let stages: [(name: String, stage: Stage, arrival: ReviewChain.Arrival)] = [
        ("填报中", .draft, .none), ("甲待初审", .firstReview(0), .submitted), ("甲待复审", .secondReview(0), .submitted), ("乙待初审", .firstReview(1), .passed(.init())),
        ("甲已退回", .returned(by: 0), .submitted), ("乙已退回", .returned(by: 1), .submitted), ("甲不通过", .failed(by: 0), .submitted), ("乙不通过", .failed(by: 1), .submitted),
        ("待受理", .awaitingAcceptance, .passed(.init())), ("待补正", .returnedForCorrection, .none), ("已受理", .accepted, .none), ("评审通过", .concluded(.passed), .none),
        ("评审未通过", .concluded(.notPassed), .none), ("不予受理", .concluded(.notAccepted), .none), ("逾期未受理", .concluded(.lapsed), .none), ("已放弃", .abandoned, .none),
    ]

    private let steps: [(name: String, step: Step)] = [
        ("提交", .submit), ("取回", .recall), ("通过", .pass()), ("收回初审", .takeBack), ("撤回", .withdraw), ("退回", .giveBack), ("修改截止时间", .extend), ("重新提交", .resubmit),
        ("不通过", .fail), ("重新审核", .reopen), ("移交", .handOver(to: id(77))), ("回避", .recuse), ("受理", .accept), ("补正", .requestCorrection), ("不予受理", .refuse), ("放弃", .abandon),
        ("办结：通过", .conclude(.passed)), ("办结：未通过", .conclude(.notPassed)), ("办结：逾期", .conclude(.lapsed)),
    ]

    private func next(_ stage: Stage, _ arrival: ReviewChain.Arrival, _ step: Step) -> String? {
        var chain = chain
        chain.arrival = arrival
        do {
            let next = try stage.after(step, along: chain)
            return stages.first { $0.stage == next }?.name
        } catch {
            return nil
        }
    }

    private var document: String {
        """
        # The workflow

        Printed by `WorkflowDocumentTests` from `Stage.after(_:along:)` (Sources/Domain/Dossiers/Stage.swift), which is the workflow; the table cannot drift from it.
        The chain here is 甲 (first and second review) → 乙 (first review only) → the acceptance unit, with re-entry at the own unit.
        An empty cell is a refusal. 取回 and 撤回 hold only while nobody has acted since the dossier arrived: the chain remembers how it came (`ReviewChain.Arrival`).
        With re-entry at the returning unit, 重新提交 from 乙已退回 leads to 乙待初审.

        \(table)
        ```mermaid
        stateDiagram-v2
        \(diagram)
        ```

        """
    }

    private var table: String {
        let head = "| | \(steps.map(\.name).joined(separator: " | ")) |\n|---|\(String(repeating: "---|", count: steps.count))\n"
        return head
            + stages.map { stage in
                "| **\(stage.name)** | \(steps.map { next(stage.stage, stage.arrival, $0.step) ?? "" }.joined(separator: " | ")) |\n"
            }.joined()
    }

    private var diagram: String {
        var arrows: [String] = ["    [*] --> 填报中"]
        for stage in stages {
            for step in steps {
                if let to = next(stage.stage, stage.arrival, step.step), to != stage.name { arrows.append("    \(stage.name) --> \(to): \(step.name.replacing("：", with: " "))") }
            }
        }
        return arrows.joined(separator: "\n")
    }
}
