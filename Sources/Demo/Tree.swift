import Domain
import Storage

/// The units around which the personas live, by a short key.
enum UnitKey: String, CaseIterable {
    case authority, education, teachersOffice, leshanEducation, school, primary, mianyangEducation, mianyangSchool
    case engineersOffice, chengdu, jinjiang, company, leshan

    var name: String {
        switch self {
        case .authority: "四川省人力资源和社会保障厅（演示）"
        case .education: "四川省教育厅（演示）"
        case .teachersOffice: "四川省中小学教师高级职称评审委员会办公室（演示）"
        case .leshanEducation: "乐山市教育局（演示）"
        case .school: "乐山市演示中学"
        case .primary: "乐山市演示小学"
        case .mianyangEducation: "绵阳市教育局（演示）"
        case .mianyangSchool: "绵阳市演示中学"
        case .engineersOffice: "四川省工程技术高级职称评审委员会办公室（演示）"
        case .chengdu: "成都市人力资源和社会保障局（演示）"
        case .jinjiang: "锦江区人力资源和社会保障局（演示）"
        case .company: "成都演示科技有限公司"
        case .leshan: "乐山市人力资源和社会保障局（演示）"
        }
    }

    var superior: UnitKey? {
        switch self {
        case .authority: nil
        case .education, .engineersOffice, .chengdu, .leshan: .authority
        case .teachersOffice, .leshanEducation, .mianyangEducation: .education
        case .school, .primary: .leshanEducation
        case .mianyangSchool: .mianyangEducation
        case .jinjiang: .chengdu
        case .company: .jinjiang
        }
    }

    /// 职称业务归属地.
    var region: String {
        switch self {
        case .authority, .education, .teachersOffice, .engineersOffice: "510000"
        case .leshanEducation, .school, .primary, .leshan: "511100"
        case .mianyangEducation, .mianyangSchool: "510700"
        case .chengdu: "510100"
        case .jinjiang, .company: "510104"
        }
    }

    var steps: ReviewChain.Steps {
        switch self {
        case .primary, .jinjiang, .company, .teachersOffice, .engineersOffice: .one
        case .authority, .education, .leshanEducation, .school, .mianyangEducation, .mianyangSchool, .chengdu, .leshan: .two
        }
    }

    /// Kind of unit, and the beginning of the credit code that goes with it.
    var type: (code: String, prefix: String) {
        switch self {
        case .school, .primary, .mianyangSchool: ("21", "12")
        case .company: ("33", "91")
        case .authority, .education, .teachersOffice, .leshanEducation, .mianyangEducation, .engineersOffice, .chengdu, .jinjiang, .leshan:
            ("10", "11")
        }
    }

    var areaCode: String {
        switch self {
        case .leshanEducation, .school, .primary, .leshan: "0833"
        case .mianyangEducation, .mianyangSchool: "0816"
        case .authority, .education, .teachersOffice, .engineersOffice, .chengdu, .jinjiang, .company: "028"
        }
    }
}

/// Somebody of a unit's staff: what he may do, and the persona by whose button he signs in.
struct StaffSeat {
    let unit: UnitKey
    let role: String
    let permissions: [Permission]
    let superAdministrator: Bool
    let label: String?

    /// Every seat of the demo; labels are fixed.
    static let all: [StaffSeat] = [
        reviewers(.school), reviewers(.leshanEducation), reviewers(.education),
        [clerk(.teachersOffice, "受理员", "受理", [.accept])],
        reviewers(.authority),
        [clerk(.primary, "经办员", "经办", [.firstReview])],
        [clerk(.company, "经办员", "经办", [.firstReview])],
        [clerk(.jinjiang, "审核员", "审核", [.firstReview])],
        reviewers(.chengdu, administratorLabelled: false),
        [clerk(.engineersOffice, "受理员", "受理", [.accept])],
        reviewers(.mianyangSchool, labelled: false), reviewers(.mianyangEducation, labelled: false), reviewers(.leshan, labelled: false),
    ].flatMap { $0 }

    private static func reviewers(_ unit: UnitKey, labelled: Bool = true, administratorLabelled: Bool = true) -> [StaffSeat] {
        func label(_ duty: String) -> String { "\(duty)·\(unit.name)" }
        return [
            StaffSeat(unit: unit, role: "初审员", permissions: [.firstReview, .entrustments, .profiles, .statistics], superAdministrator: false, label: labelled ? label("初审") : nil),
            StaffSeat(unit: unit, role: "复审员", permissions: [.secondReview, .statistics], superAdministrator: false, label: labelled ? label("复审") : nil),
            StaffSeat(
                unit: unit, role: "", permissions: [], superAdministrator: true,
                label: labelled && administratorLabelled ? label("超级管理员") : nil),
        ]
    }

    /// The only clerk of a unit is its super administrator too: the first account registered for it.
    private static func clerk(_ unit: UnitKey, _ role: String, _ duty: String, _ permissions: [Permission]) -> StaffSeat {
        StaffSeat(unit: unit, role: role, permissions: permissions, superAdministrator: true, label: "\(duty)·\(unit.name)")
    }
}
