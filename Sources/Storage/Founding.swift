import Domain

/// What an empty database begins with: the title authority (职称授权管理单位) and its first super administrator (超级管理员).
public struct Founding: Sendable {
    public let unit: WorkUnit
    public let administratorName: String
    public let administratorNumber: IDNumber
    public let administratorPhone: Phone

    /// The names of what has to be given, and how people call it.
    public static let arguments: [(name: String, title: String)] = [
        ("name", "单位名称"), ("creditCode", "统一社会信用代码"), ("jurisdiction", "职称业务归属地"), ("type", "单位类型"), ("contact", "联系人"),
        ("contactPhone", "联系电话"), ("administrator", "超级管理员姓名"), ("administratorPhone", "超级管理员手机号码"), ("idNumber", "超级管理员身份证号码"),
    ]

    /// Reads what was typed; throws `Problem.invalid` with all that is wrong with it.
    public init(_ typed: [String: String], _ connection: any Connection, at now: Instant) throws {
        var problems: [FieldProblem] = []
        func text(_ name: String) -> String { typed[name]?.trimmed ?? "" }
        func checked<Result>(_ name: String, _ read: (String) throws -> Result) -> Result? {
            do {
                return try read(text(name))
            } catch {
                if !text(name).isEmpty { problems.append(FieldProblem(name, (error as? Invalid)?.message ?? "\(error)")) }
                return nil
            }
        }
        for (name, title) in Founding.arguments where text(name).isEmpty { problems.append(FieldProblem(name, "请给出\(title)")) }
        for (name, title) in Founding.arguments where text(name).count > 100 { problems.append(FieldProblem(name, "\(title)超过 100 字")) }
        let code = checked("creditCode") { try CreditCode($0) }
        let number = checked("idNumber") { try IDNumber($0, today: now.day) }
        let phone = checked("administratorPhone") { try Phone($0) }
        let region = checked("jurisdiction") { try Founding.code(of: $0, "职称业务归属地", "行政区划代码，如 510000", try connection.regions(named: $0)) }
        let type = checked("type") { try Founding.code(of: $0, "单位类型", "如 10（机关）", try connection.unitTypes(named: $0)) }
        guard problems.isEmpty, let code, let number, let phone, let region, let type else { throw Problem.invalid(problems) }
        unit = WorkUnit(
            id: newID(), name: text("name"), creditCode: code, type: type, superior: nil, jurisdiction: region, steps: .two, singleClerk: false,
            contactName: text("contact"), contactPhone: text("contactPhone"), enabled: true)
        (administratorName, administratorNumber, administratorPhone) = (text("administrator"), number, phone)
    }

    private static func code(of typed: String, _ title: String, _ example: String, _ found: [String]) throws(Invalid) -> String {
        guard found.count == 1 else { throw Invalid("\(title)“\(typed.prefix(40))”\(found.isEmpty ? "不存在" : "不止一个")，请填写代码（\(example)）或全称") }
        return found[0]
    }
}

extension Connection {
    /// Makes the title authority and its first super administrator; refused where there is a unit already.
    public func found(_ founding: Founding, at now: Instant) throws {
        if let name = try first("SELECT name FROM units ORDER BY created_at, id LIMIT 1", { try $0.text() }) {
            throw Problem.refused("数据库中已有单位（“\(name)”）：只有空的数据库才能用 grant 建立职称授权管理单位。其他单位和工作人员由上级单位和超级管理员在系统中添加。")
        }
        try insert(founding.unit, at: now)
        let person = try person(named: founding.administratorName, number: founding.administratorNumber, phone: founding.administratorPhone, orNew: newID(), at: now)
        try addStaff(newID(), person: person.id, unit: founding.unit.id, superAdministrator: true, roles: [], at: now)
    }

    fileprivate func regions(named text: String) throws -> [String] {
        try rows("SELECT code FROM regions WHERE code = \(text) OR name = \(text) LIMIT 2") { try $0.text() }
    }

    fileprivate func unitTypes(named text: String) throws -> [String] {
        try rows("SELECT code FROM unit_types WHERE code = \(text) OR name = \(text) LIMIT 2") { try $0.text() }
    }
}
