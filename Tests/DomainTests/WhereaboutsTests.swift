import Domain
import Testing

@Suite struct WhereaboutsTests {
    private let surroundings = Surroundings(
        units: Dictionary(uniqueKeysWithValues: [1, 2, 3, 11, 12, 90].map { (id($0), unit($0)) }), colleagues: ["王复审"],
        calendar: WorkCalendar([]), now: now)

    private let readers: [Actor] = [
        .applicant(id(500)),
        .staff(member(1, of: 1, .firstReview)), .staff(member(2, of: 1, .secondReview)), .staff(member(3, of: 1)),
        .staff(member(500, of: 1, .firstReview, .secondReview)), .staff(member(5, of: 2, .firstReview, .secondReview)),
        .staff(member(6, of: 12, .firstReview)), .staff(member(7, of: 90, .accept)), .staff(member(8, of: 90)),
        .staff(member(9, of: 99, .firstReview, .secondReview, .accept)),
    ]

    /// Every reachable stage × every kind of reader: a place always, an obstacle exactly when it is not his turn.
    @Test func everyStageForEveryReader() {
        var sentences: Set<String> = []
        let kinds = Dictionary(Reachable.all.states.map { ("\($0.journey.stage) \($0.journey.chain.stops) \($0.journey.withdrawable?.unit.text ?? "")", $0.journey) }) { first, _ in
            first
        }
        for journey in kinds.values {
            for reader in readers {
                let dossier = dossier(at: journey, firstReviewer: 1, deadline: Instant(day("2026-11-27"), hour: 24))
                let whereabouts = dossier.whereabouts(for: reader, in: surroundings)
                #expect(!whereabouts.place.isEmpty)
                #expect(!whereabouts.sentence.contains("审核中") && !whereabouts.sentence.contains("其他单位"))
                #expect((whereabouts.obstacle == nil) == dossier.awaits(reader))
                #expect(whereabouts.obstacle != "")
                sentences.insert(whereabouts.sentence)
            }
        }
        #expect(sentences.count > 40)
    }

    @Test func theSentencesThatMatter() {
        let chain = chain(.two, .one, arrival: .passed(.init()))
        func sentence(_ stage: Stage, _ reader: Actor, deadline: Instant? = nil) -> String {
            dossier(at: Journey(stage: stage, chain: chain, round: 1), firstReviewer: 1, deadline: deadline)
                .whereabouts(for: reader, in: surroundings).sentence
        }
        #expect(
            sentence(.secondReview(0), .staff(member(1, of: 1, .firstReview, .secondReview)))
                == "材料在 单位1 · 待复审 · 已 3 个工作日 · 联系人 联系人1 0833-1。初审由您办理，复审须由另一位工作人员办理，可由 王复审 办理。")
        #expect(sentence(.secondReview(0), .staff(member(2, of: 1, .secondReview))) == "材料在 单位1 · 待复审 · 已 3 个工作日 · 联系人 联系人1 0833-1。")
        #expect(
            sentence(.firstReview(1), .staff(member(2, of: 1, .secondReview)))
                == "材料在 单位2 · 待初审 · 已 3 个工作日 · 联系人 联系人2 0833-2。由 单位2 办理，本单位现在不能操作。")
        #expect(sentence(.firstReview(0), .applicant(id(500))).hasSuffix("由该单位办理，期间您不能修改材料；如被退回，您会收到消息。"))
        #expect(
            sentence(.returned(by: 1), .applicant(id(500)), deadline: Instant(day("2026-11-26"), hour: 24))
                == "材料由 单位2 退回修改，在申报人处 · 截止 2026-11-26 24:00，还有 3 个工作日 · 联系人 联系人2 0833-2。")
        #expect(sentence(.returned(by: 1), .applicant(id(500)), deadline: Instant(day("2026-11-22"), hour: 24)).contains("已逾期（截止 2026-11-22）"))
        #expect(sentence(.firstReview(0), .staff(member(500, of: 1, .firstReview))).contains("这是您本人的申报材料"))
        #expect(sentence(.firstReview(0), .staff(member(3, of: 1))).contains("您没有“初审”权限"))
    }

    @Test func handedOverIsSaid() throws {
        let journey = try Journey(stage: .firstReview(0), chain: chain(.one, arrival: .submitted), round: 1).after(.handOver(to: id(2)))
        let dossier = dossier(at: journey)
        let superior = Actor.staff(member(5, of: 2, .firstReview))
        #expect(dossier.whereabouts(for: superior, in: surroundings).sentence.contains("单位2（代 单位1 办理）"))
        #expect(dossier.awaits(superior))
        #expect(!dossier.awaits(.staff(member(1, of: 1, .firstReview))))
    }
}
