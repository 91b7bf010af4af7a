import Domain
import Storage

extension Filling {
    /// A bureau of human resources for every prefecture and county, and an education bureau for every prefecture, where there is none yet.
    mutating func addBureaus() throws {
        guard let authority = units[.authority], let education = units[.education] else { return }
        let prefectures = reference.orderedRegions.filter { $0.code.hasSuffix("00") && $0.code != "510000" }
        for prefecture in prefectures {
            let bureau = try bureau(of: prefecture, "人力资源和社会保障局", under: authority, .two, known: [.chengdu, .leshan])
            _ = try self.bureau(of: prefecture, "教育局", under: education, .two, known: [.leshanEducation, .mianyangEducation])
            for county in reference.orderedRegions where county.superior == prefecture.code {
                _ = try self.bureau(of: county, "人力资源和社会保障局", under: bureau, .one, known: [.jinjiang])
            }
        }
    }

    private mutating func bureau(
        of region: Reference.Region, _ kind: String, under superior: WorkUnit, _ steps: ReviewChain.Steps, known: [UnitKey]
    ) throws -> WorkUnit {
        let field: Activity.Field = kind == "教育局" ? .teachers : .engineers
        if let unit = known.compactMap({ units[$0] }).first(where: { $0.jurisdiction == region.code }) {
            bureaus[region.code, default: [:]][field] = unit
            return unit
        }
        let unit = try add(
            WorkUnit(
                id: invention.id(), name: "\(region.name)\(kind)（演示）", creditCode: invention.creditCode(prefix: "11", region: region.code), type: "10",
                superior: superior.id, jurisdiction: region.code, steps: steps, singleClerk: false, contactName: invention.personName(),
                contactPhone: invention.landline("028"), enabled: true))
        try seatClerks(at: unit)
        bureaus[region.code, default: [:]][field] = unit
        return unit
    }

    /// Two different people where there are two steps; the second is the super administrator. One clerk otherwise.
    private mutating func seatClerks(at unit: WorkUnit) throws {
        guard unit.steps == .two else {
            try seatSomebody(at: unit, "经办员", [.firstReview], superAdministrator: true)
            return
        }
        try seatSomebody(at: unit, "初审员", [.firstReview], superAdministrator: false)
        try seatSomebody(at: unit, "复审员", [.secondReview], superAdministrator: true)
    }

    /// The employer of this number, with its people and all their dossiers.
    mutating func addEmployer(_ number: Int, people: Int, _ share: inout Share) throws {
        let counties = reference.orderedRegions.filter { !$0.code.hasSuffix("00") }
        guard !counties.isEmpty else { return }
        let county = counties[number % counties.count]
        let kind = Employer.all[(number / counties.count + number) % Employer.all.count]
        let place = kind.field == .teachers ? county.superior ?? "" : county.code
        guard let superior = bureaus[place]?[kind.field] else { return }
        let city = reference.orderedRegions.first { $0.code == county.superior }?.name ?? ""
        let round = number / (counties.count * Employer.all.count)
        let unit = try add(
            WorkUnit(
                id: invention.id(), name: "\(city)\(county.name)演示\(round == 0 ? "" : "第\(round + 1)")\(kind.name)",
                creditCode: invention.creditCode(prefix: kind.prefix, region: county.code), type: kind.type, superior: superior.id,
                jurisdiction: superior.jurisdiction, steps: invention.number(0...9) < 4 ? .two : .one, singleClerk: false, contactName: invention.personName(),
                contactPhone: invention.landline("028"), enabled: true, postManagement: kind.prefix == "12" && invention.number(0...2) > 0))
        try seatClerks(at: unit)
        if unit.postManagement { try addPostTables(of: unit) }
        for _ in 0..<people { try addCrowdPerson(of: unit, kind.field, &share) }
    }

    private mutating func addCrowdPerson(of unit: WorkUnit, _ field: Activity.Field, _ share: inout Share) throws {
        let person = try addPerson(region: unit.jurisdiction, born: 1968...1996)
        writes.append { [founded] in try $0.employ(person.id, at: unit.id, since: founded) }
        // Every fourth has a profile; where a province is large, every fiftieth.
        if talents.number(0...(province.isLean ? 49 : 3)) == 0 { try addProfile(of: person, at: unit, field, passes: .max, daysAgo: talents.number(40...500)) }
        for year in province.firstYear...province.today.year where share.takes(&invention) {
            let itinerary = Itinerary.any(concluded: year < province.today.year, &invention)
            try travel(person, of: unit, Activity(field: field, year: year), itinerary, until: end(of: year))
        }
    }
}

/// Spreads a number of dossiers by chance over all the places that there are for them, and uses them up exactly.
struct Share: Sendable {
    private var wanted: Int
    private var places: Int

    init(wanted: Int, places: Int) {
        self.wanted = min(wanted, places)
        self.places = places
    }

    /// Whether the next place gets one.
    mutating func takes(_ invention: inout Invention) -> Bool {
        guard places > 0 else { return false }
        places -= 1
        guard invention.number(0...places) < wanted else { return false }
        wanted -= 1
        return true
    }
}

/// The kinds of employers that a county has.
struct Employer {
    let name: String
    let field: Activity.Field
    let type: String
    let prefix: String

    static let all = [
        Employer(name: "中学", field: .teachers, type: "21", prefix: "12"), Employer(name: "建筑设计有限公司", field: .engineers, type: "33", prefix: "91"),
        Employer(name: "小学", field: .teachers, type: "21", prefix: "12"), Employer(name: "水利勘测设计院", field: .engineers, type: "22", prefix: "12"),
        Employer(name: "高级中学", field: .teachers, type: "21", prefix: "12"), Employer(name: "机械制造有限公司", field: .engineers, type: "33", prefix: "91"),
        Employer(name: "职业中学", field: .teachers, type: "22", prefix: "12"), Employer(name: "公路工程质量检测中心", field: .engineers, type: "22", prefix: "12"),
        Employer(name: "软件技术有限公司", field: .engineers, type: "33", prefix: "91"), Employer(name: "电力工程有限公司", field: .engineers, type: "33", prefix: "91"),
    ]
}
