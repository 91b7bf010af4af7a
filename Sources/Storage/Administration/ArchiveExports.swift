import Domain

extension Connection {
    /// Records that somebody takes a list of people out of the system: of what, for what purpose, how many.
    public func recordExport(of list: Worklist, named what: String, narrowedTo filter: String, for purpose: String, rows: Int, by administrator: Administrator) throws {
        let by = try held(administrator)
        if try changed(by: by) != nil { return }
        guard by.member.opensDossiers else { throw Problem.notAllowed("您没有查看申报材料的权限，不能导出。") }
        try record(.exportArchive, by.member.id.text, named: what, from: [:], to: ["用途": purpose, "条件": filter, "人数": String(rows)], by: by)
    }
}
