import Domain

extension Connection {
    /// Adds a place where title business is handled (职称业务归属地) that the divisions do not have, such as a development zone, under one that they
    /// have. The title authority's to do: the unit that has no superior.
    public func addRegion(_ affiliation: String, under superior: String, by administrator: Administrator) throws {
        let by = try held(administrator)
        guard by.member.permissions.contains(.subordinates) else { throw Problem(GrantDenial.lacks(.subordinates)) }
        guard let unit = try unit(by.member.unit), unit.superior == nil else { throw Problem.notAllowed("归属地由职称授权管理单位维护。") }
        if try changed(by: by) != nil { return }
        let name = affiliation.trimmed
        let above = try first("SELECT affiliation FROM regions WHERE code = \(superior)") { try $0.text() }
        guard let above else { throw Problem.invalid([FieldProblem("superior", "请选择所属的市州或县区")]) }
        if try count("SELECT COUNT(*) FROM regions WHERE affiliation = \(name)") > 0 { throw Problem.invalid([FieldProblem("affiliation", "已有名为“\(name)”的归属地")]) }
        // The held unit keeps two from taking the same number.
        let number = try count("SELECT COUNT(*) FROM regions WHERE superior_code = \(superior) AND code LIKE \(superior + "-%")") + 1
        let code = "\(superior)-\(number < 10 ? "0" : "")\(number)"
        try run("INSERT INTO regions (code, name, affiliation, superior_code) VALUES (\(code), \(name), \(name), \(superior))")
        try record(.addRegion, code, named: name, from: [:], to: ["归属地": name, "所属": above], by: by)
    }

    /// How many units handle their title business in each place.
    public func unitsByRegion() throws -> [String: Int] {
        Dictionary(
            try rows("SELECT jurisdiction_code, COUNT(*) FROM units GROUP BY jurisdiction_code") { (try $0.text(), try $0.integer()) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whoever has the account has read what had come until now.
    public func markMessagesSeen(_ account: ID<Account>, at now: Instant) throws {
        try run("UPDATE accounts SET messages_seen_at = \(now) WHERE id = \(account)")
    }
}
