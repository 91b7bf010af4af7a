import Domain

/// Units, people and chains with names that tell tests apart. Ids are made from small numbers.
func id<Entity>(_ number: Int) -> ID<Entity> {
    var source = Counting(state: UInt64(number))
    return ID(from: &source)
}

struct Counting: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 { state = state &* 2_862_933_555_777_941_757 &+ 3_037_000_493; return state }
}

func unit(_ number: Int, steps: ReviewChain.Steps = .two, superior: Int? = nil, singleClerk: Bool = false) -> WorkUnit {
    WorkUnit(
        id: id(number), name: "单位\(number)", creditCode: CreditCode(stored: ""), type: "21", superior: superior.map { id($0) },
        jurisdiction: "510000", steps: steps, singleClerk: singleClerk, contactName: "联系人\(number)", contactPhone: "0833-\(number)",
        enabled: true)
}

func chain(_ steps: ReviewChain.Steps..., reentry: ReviewChain.Reentry = .ownUnit, arrival: ReviewChain.Arrival = .none) -> ReviewChain {
    ReviewChain(
        stops: steps.enumerated().map { .init(unit: id($0.offset + 1), steps: $0.element) }, acceptanceUnit: id(90),
        reentry: reentry, arrival: arrival)
}

func day(_ text: String) -> Day { Day(text) ?? Day(number: 0)! }

/// 2026-11-23, a Monday, ten in the morning.
let now = Instant(day("2026-11-23"), hour: 10)

func dossier(at journey: Journey, applicant: Int = 500, firstReviewer: Int? = nil, singleClerk: Bool = false, deadline: Instant? = nil, recused: [Int] = []) -> Dossier {
    Dossier(
        id: id(1), version: 3, plan: id(2), applicant: id(applicant), applicantName: "申报人甲", unit: id(1), year: 2026, journey: journey,
        arrivedAt: Instant(day("2026-11-18"), hour: 9), deadline: deadline, firstReviewer: firstReviewer.map { id($0) },
        singleClerk: singleClerk, recused: Set(recused.map { id($0) }))
}

func member(_ person: Int, of unit: Int, _ granted: Permission...) -> StaffMember {
    StaffMember(id: id(person + 1000), person: id(person), name: "人员\(person)", unit: id(unit), granted: Set(granted), isSuperAdministrator: false)
}
