import Domain
import Testing

@Suite struct PassageTests {
    @Test func whoPassesHandsOnAndTheLastOneEnds() throws {
        var passage = try Approval.Passage(stops: 3).after(.submit)
        #expect(passage == Approval.Passage(stops: 3, state: .waiting, stop: 0))
        for stop in 1...2 {
            passage = try passage.after(.pass)
            #expect(passage == Approval.Passage(stops: 3, state: .waiting, stop: stop))
        }
        passage = try passage.after(.pass)
        #expect(passage == Approval.Passage(stops: 3, state: .passed, stop: 2))
    }

    /// I-15: whatever is returned can be sent in again and begins with the own unit; whatever failed, passed or was cancelled takes no step more.
    @Test func everyStepFromEveryStateIsAnswered() throws {
        let states: [Approval.State?] = [nil] + Approval.State.allCases
        for state in states {
            for stop in 0...2 {
                for step in Approval.Step.allCases {
                    let passage = Approval.Passage(stops: 3, state: state, stop: stop)
                    let isTaken: Bool =
                        switch step {
                        case .submit: state == nil || state == .returned
                        case .pass, .giveBack, .fail: state == .waiting
                        case .cancel: state == .waiting || state == .returned
                        }
                    guard isTaken else {
                        #expect(throws: Approval.Refused.self) { try passage.after(step) }
                        continue
                    }
                    let after = try passage.after(step)
                    #expect(after.stop == (step == .submit ? 0 : step == .pass ? min(stop + 1, 2) : stop))
                    #expect(after.stops == 3)
                    #expect((after.state == .waiting) == (step == .submit || step == .pass && stop < 2))
                }
            }
        }
    }
}

@Suite struct ReachTests {
    private static func unit(_ name: String, _ jurisdiction: String) -> WorkUnit {
        WorkUnit(
            id: ID(name.padded)!, name: name, creditCode: CreditCode(stored: name), type: "21", superior: nil, jurisdiction: jurisdiction, steps: .one, singleClerk: false,
            contactName: "", contactPhone: "", enabled: true)
    }

    /// D15: as the tree of a province has it, from the employer up.
    @Test(arguments: [
        (["school:511100", "cityBureau:511100", "department:510000", "authority:510000"], "cityBureau", "authority"),
        (["company:510104", "countyBureau:510104", "cityBureau:510100", "authority:510000"], "cityBureau", "authority"),
        (["institute:510000", "department:510000", "authority:510000"], "department", "authority"),
        (["department:510000", "authority:510000"], "authority", "authority"),
        (["cityHospital:511100", "authority:510000"], "authority", "authority"),
        (["authority:510000"], "authority", "authority"),
    ]) func theLastThatReviews(_ path: [String], _ prefecture: String, _ authority: String) {
        let units = path.map { $0.split(separator: ":").map(String.init) }.map { Self.unit($0[0], $0[1]) }
        #expect(TalentProfile.Reach.prefecture.stops(along: units) { $0.jurisdiction == "510000" }.last?.name == prefecture)
        #expect(TalentProfile.Reach.authority.stops(along: units) { $0.jurisdiction == "510000" }.last?.name == authority)
        #expect(TalentProfile.Reach.prefecture.stops(along: units) { $0.jurisdiction == "510000" }.first == units.first, "the own unit always begins")
    }
}

@Suite struct TalentDimensionTests {
    private static let today = Day("2026-11-23")!

    /// The month of birth counts as reached.
    @Test(arguments: [
        ("2000-01", "35 岁及以下"), ("1991-01", "35 岁及以下"), ("1990-12", "35 岁及以下"), ("1990-11", "36–40 岁"), ("1985-12", "36–40 岁"), ("1985-11", "41–45 岁"), ("1980-11", "46–50 岁"),
        ("1975-11", "51–54 岁"), ("1971-11", "55–59 岁"), ("1966-12", "55–59 岁"), ("1966-11", "60 岁及以上"), ("1930-01", "60 岁及以上"), ("", "年龄不详"),
    ]) func ages(_ born: String, _ band: String) {
        #expect(TalentDimension.age.group(of: born, in: Self.reference, today: Self.today) == band)
    }

    @Test(arguments: [
        (TalentDimension.education, "11", "博士研究生"), (.education, "14", "硕士研究生"), (.education, "21", "大学本科"), (.education, "31", "大学专科"), (.education, "44", "中等职业教育"),
        (.education, "70", "高中及以下"), (.minority, "01", "汉族"), (.minority, "04", "少数民族"), (.minority, "97", "其他"), (.party, "01", "中共党员"), (.party, "02", "中共党员"),
        (.party, "13", "非中共党员"), (.origin, "1", "内地"), (.origin, "3", "港澳台"), (.origin, "5", "外籍"), (.series, "", "无职称"), (.level, "", "无职称"),
    ]) func groups(_ dimension: TalentDimension, _ value: String, _ group: String) {
        #expect(dimension.group(of: value, in: Self.reference, today: Self.today) == group)
        #expect(dimension == .level || dimension == .series || dimension.groups(in: Self.reference).contains(group))
    }

    private static let reference = Reference(lists: [:], titles: [], regions: [])
}

@Suite struct TalentProfileTests {
    @Test func aTitleIsToldWholeOrNotAtAll() {
        func wrong(_ values: [String: String]) -> [String] { TalentProfile.contradictions(in: values).map(\.field) }
        #expect(wrong([:]) == [])
        #expect(wrong(["title": "22--3", "titleSince": "2012-12-01"]) == [])
        #expect(wrong(["title": "22--3"]) == ["titleSince"])
        #expect(wrong(["titleSince": "2012-12-01", "titleWay": "1"]) == ["titleSince", "titleWay"])
        #expect(wrong(["title": "22--3", "titleSince": "2012-12-01", "appointedSince": "2012-11-30"]) == ["appointedSince"])
    }
}

extension String {
    /// As long as an identifier, of its letters only.
    fileprivate var padded: String { String((lowercased().filter { $0.isLetter } + String(repeating: "a", count: 26)).prefix(26)) }
}
