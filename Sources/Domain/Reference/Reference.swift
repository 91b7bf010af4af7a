/// The tables of codes that forms choose from and pages show by name, as loaded at start.
public struct Reference: Sendable {
    public enum List: String, Sendable, Hashable, CaseIterable {
        case genders, ethnicGroups, politicalStatus, idTypes, educationLevels, degreeLevels, unitTypes, applicationTypes
        case titleLevels, studyModes, nationality, yesNo, authorship, publicityWays, publicityResults
        case trainingCategories, assessmentResults, resultLevels, awardGrades, projectRoles, acceptanceConclusions, patentKinds, patentOwners
        case journalLevels, bookKinds
        case regions, reviewSteps, affiliations, welfareClasses, fundings, industries
        case titles, staffing, titleWays, reentries, publicityDemands
    }

    public struct Code: Sendable, Hashable {
        public let code: String
        public let name: String

        public init(code: String, name: String) {
            self.code = code
            self.name = name
        }
    }

    private let lists: [List: [Code]]
    private let names: [List: [String: String]]
    private let titles: [String: Title]
    private let regions: [String: Region]
    public let orderedRegions: [Region]
    /// The regions by prefecture, as forms choose from them: 省本级, then each 市州 with its 县区 and whatever was added below them.
    public let regionGroups: [RegionGroup]
    /// The series, in the order of the tables.
    public let series: [String]
    /// The titles of each series, as forms choose from them.
    public let titlesBySeries: [(series: String, titles: [Title])]

    public init(lists: [List: [Code]], titles: [Title], regions: [Region]) {
        var all = lists.merging(Reference.own) { given, _ in given }
        all[.regions] = regions.map { Code(code: $0.code, name: $0.affiliation) }
        all[.titles] = titles.map { Code(code: $0.code, name: "\($0.name)（\($0.levelName)）") }
        self.lists = all
        self.names = all.mapValues { Dictionary($0.map { ($0.code, $0.name) }, uniquingKeysWith: { first, _ in first }) }
        self.titles = Dictionary(titles.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        self.regions = Dictionary(regions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        orderedRegions = regions
        regionGroups = Reference.groups(of: regions)
        let names = titles.reduce(into: [String]()) { if $0.last != $1.series, !$0.contains($1.series) { $0.append($1.series) } }
        let groups = Dictionary(grouping: titles, by: \.series)
        series = names
        titlesBySeries = names.map { ($0, groups[$0] ?? []) }
    }

    public func codes(_ list: List) -> [Code] { lists[list] ?? [] }
    public func name(_ code: String, in list: List) -> String? { names[list]?[code] }
    public func title(_ code: String) -> Title? { titles[code] }

    /// A region by its name as 职称业务归属地 (`乐山市本级`).
    public func affiliation(_ code: String) -> String { regions[code]?.affiliation ?? code }

    /// A title of the 27 series. Its key is series, track and level, for names repeat between series.
    public struct Title: Sendable, Hashable {
        /// `22--2`: series number, track, level code.
        public let code: String
        public let series: String
        public let level: String
        public let levelName: String
        public let name: String

        public init(code: String, series: String, level: String, levelName: String, name: String) {
            self.code = code
            self.series = series
            self.level = level
            self.levelName = levelName
            self.name = name
        }
    }

    public struct RegionGroup: Sendable, Hashable {
        public let name: String
        public let regions: [Region]
    }

    private static func groups(of regions: [Region]) -> [RegionGroup] {
        let byCode = Dictionary(regions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
        /// The prefecture that a region is, or is in; the top is its own.
        func head(of region: Region) -> Region {
            var region = region
            for _ in 0..<10 {
                guard let above = region.superior.flatMap({ byCode[$0] }), above.superior != nil else { return region }
                region = above
            }
            return region
        }
        var order: [Region] = []
        var groups: [String: [Region]] = [:]
        for region in regions {
            let head = head(of: region)
            if groups[head.code] == nil { order.append(head) }
            groups[head.code, default: []].append(region)
        }
        return order.map { head in RegionGroup(name: head.superior == nil ? head.affiliation : head.name, regions: groups[head.code] ?? []) }
    }

    public struct Region: Sendable, Hashable {
        public let code: String
        public let name: String
        public let affiliation: String
        public let superior: String?

        public init(code: String, name: String, affiliation: String, superior: String?) {
            self.code = code
            self.name = name
            self.affiliation = affiliation
            self.superior = superior
        }
    }

    /// Short lists that no outside table fixes.
    private static let own: [List: [Code]] = [
        .studyModes: codes("全日制", "非全日制"),
        .nationality: codes("中国（内地）", "中国香港", "中国澳门", "中国台湾", "外籍"),
        .staffing: codes("在编", "聘用", "劳动合同", "劳务派遣", "人事代理", "其他"),
        .titleWays: codes("评审", "考试", "认定", "其他"),
        .reentries: [
            Code(code: ReviewChain.Reentry.ownUnit.rawValue, name: "从本单位重新审核"), Code(code: ReviewChain.Reentry.returningUnit.rawValue, name: "由退回的单位审核"),
        ],
        .publicityDemands: [
            Code(code: PublicityRule.Demand.warn.rawValue, name: "未填写公示信息时提醒"), Code(code: PublicityRule.Demand.required.rawValue, name: "公示期满才能通过"),
            Code(code: PublicityRule.Demand.optional.rawValue, name: "可以不公示"),
        ],
        .reviewSteps: [Code(code: "two", name: "初审、复审两个环节"), Code(code: "one", name: "初审一个环节")],
        .affiliations: codes("中央", "省", "市（州）", "县（市、区）", "乡镇（街道）", "其他"),
        .welfareClasses: codes("公益一类", "公益二类", "未分类"),
        .fundings: codes("全额拨款", "差额拨款", "自收自支", "其他"),
        .industries: zip("ABCDEFGHIJKLMNOPQRST", sections).map { Code(code: String($0), name: $1) },
        .yesNo: [Code(code: "1", name: "是"), Code(code: "0", name: "否")],
        .authorship: codes("独著", "第一作者", "通讯作者", "第二作者", "其他"),
        .trainingCategories: codes("专业科目", "公需科目", "选修科目"),
        .resultLevels: codes("国家级", "省部级", "市厅级", "县级", "本单位", "其他"),
        .awardGrades: codes("特等", "一等", "二等", "三等", "其他"),
        .projectRoles: codes("项目负责人", "子项目负责人", "主要参与", "一般参与"),
        .acceptanceConclusions: codes("国际领先", "国际先进", "国内领先", "国内先进", "验收通过", "其他"),
        .patentKinds: codes("发明", "实用新型", "外观设计"),
        .patentOwners: codes("本人", "单位", "共有"),
        .journalLevels: codes("核心期刊", "省级以上期刊", "其他公开刊物", "内部刊物、会议论文"),
        .bookKinds: codes("专著", "编著", "译著", "教材", "其他"),
        .publicityWays: codes("公告栏", "单位网站", "办公系统", "其他"),
        .publicityResults: [
            Code(code: Recommendation.noObjection, name: "无异议"),
            Code(code: Recommendation.objectionUnfounded, name: "有异议，经核查不影响"),
            Code(code: Recommendation.objectionStops, name: "有异议，中止"),
        ],
    ]

    /// 国民经济行业门类 (GB/T 4754-2017).
    private static let sections = [
        "农、林、牧、渔业", "采矿业", "制造业", "电力、热力、燃气及水生产和供应业", "建筑业", "批发和零售业", "交通运输、仓储和邮政业", "住宿和餐饮业", "信息传输、软件和信息技术服务业", "金融业",
        "房地产业", "租赁和商务服务业", "科学研究和技术服务业", "水利、环境和公共设施管理业", "居民服务、修理和其他服务业", "教育", "卫生和社会工作", "文化、体育和娱乐业",
        "公共管理、社会保障和社会组织", "国际组织",
    ]

    private static func codes(_ names: String...) -> [Code] {
        names.enumerated().map { Code(code: String($0.offset + 1), name: $0.element) }
    }
}
