import Domain
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Storage

extension Site {
    /// The list of subordinates as a workbook: a level, or what a search has found.
    @Sendable func exportSubordinates(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.subordinates)
        let (own, query) = (context.unit, request.uri.queryParameters)
        let (search, asked) = (String(query["q"]?.prefix(50) ?? ""), query["unit"].flatMap { ID<WorkUnit>(String($0)) } ?? own.id)
        let listed = try await database.read { connection in
            guard try connection.path(from: asked).contains(where: { $0.id == own.id }), let unit = try connection.unit(asked) else { throw Problem.notFound }
            return unit
        }
        let (database, reference) = (database, reference)
        let heading = ["单位名称", "统一社会信用代码", "上级单位名称", "单位性质", "职称业务归属地", "审核环节", "超级管理员", "状态", "下级单位", "等待办理", "联系人", "联系电话"]
        return try await workbook(named: "下级单位-\(listed.name).xlsx", sheet: "下级单位", heading: heading, widths: [36, 22, 30, 16, 20, 12, 20, 8, 10, 10, 12, 18]) { add in
            @Sendable func line(_ found: Subordinate, _ superiors: [ID<WorkUnit>: WorkUnit]) -> [String] {
                let unit = found.unit
                return [
                    unit.name, unit.creditCode.text, unit.superior.flatMap { superiors[$0]?.name } ?? "", reference.name(unit.type, in: .unitTypes) ?? unit.type,
                    reference.affiliation(unit.jurisdiction), unit.steps == .two ? "初审、复审" : "初审", found.administrators.joined(separator: "、"), unit.enabled ? "在用" : "停用",
                    String(found.subordinates), String(found.waiting), unit.contactName, unit.contactPhone,
                ]
            }
            if !search.isEmpty {
                let lines = try await database.read { connection in
                    let found = try connection.subordinates(below: own.id, matching: search, limit: 5000)
                    let superiors = try connection.units(found.compactMap(\.unit.superior))
                    return found.map { line($0, superiors) }
                }
                return try await add(lines)
            }
            var key: Subordinate.Key?
            while true {
                let found = try await database.read { [key] in try $0.subordinates(of: listed.id, after: key, limit: 500) }
                try await add(found.map { line($0, [listed.id: listed]) })
                guard found.count == 500, let last = found.last else { return }
                key = Subordinate.Key(name: last.unit.name, id: last.unit.id)
            }
        }
    }

    /// The unit's staff as a workbook; numbers stay masked.
    @Sendable func exportStaff(_ request: Request, _ context: StaffContext) async throws -> Response {
        try context.demand(.staff)
        let (unit, today, database) = (context.unit, context.now.day, database)
        let heading = ["姓名", "证件号码", "手机号码", "部门", "角色", "授权起止", "状态", "最近登录"]
        return try await workbook(named: "工作人员-\(unit.name).xlsx", sheet: "工作人员", heading: heading, widths: [12, 22, 16, 16, 36, 26, 10, 20]) { add in
            let records = try await database.read { try $0.staffRecords(of: unit.id, limit: 20_000) }
            try await add(
                records.map {
                    [
                        $0.name, $0.idNumber.masked, $0.phone?.masked ?? "", $0.department, $0.duties, $0.validity, StaffState($0.state(on: today)).title,
                        $0.signedInAt?.text ?? "",
                    ]
                })
        }
    }
}

/// The next piece of a file; read off the event loops.
func blockingRead(_ handle: FileHandle) async throws -> Data? { try await blocking { try handle.read(upToCount: 1 << 17) } }
