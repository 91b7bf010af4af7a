import Domain

/// The reference tables: written from the delivered files, read back as `Reference` and `WorkCalendar`.
public enum ReferenceTables {
    /// Adds what is new and renames what changed; rows added by the authority stay.
    public static func load(into database: some Database) async throws {
        let (lists, titles, regions, types, days) = try (codeLists(), CSVTable("titles_long.csv"), regionRows(), CSVTable("unit_types.csv"), CSVTable("work_calendar.csv"))
        try await database.write { connection in
            for (list, codes) in lists {
                for (position, code) in codes.enumerated() {
                    try connection.run(
                        """
                        INSERT INTO codes (list, code, name, position) VALUES (\(list.rawValue), \(code.code), \(code.name), \(position))
                        ON CONFLICT (list, code) DO UPDATE SET name = excluded.name, position = excluded.position
                        """)
                }
            }
            for (position, row) in titles.rows.enumerated() {
                let code = "\(row["series_no"] ?? "")-\(row["track"] ?? "")-\(row["level_code"] ?? "")"
                try connection.run(
                    """
                    INSERT INTO titles (code, series, level, level_name, name, position)
                    VALUES (\(code), \(row["series_name"] ?? ""), \(row["level_code"] ?? ""), \(row["level_name"] ?? ""), \(row["title_name"] ?? ""), \(position))
                    ON CONFLICT (code) DO UPDATE SET name = excluded.name, series = excluded.series, position = excluded.position
                    """)
            }
            for region in regions {
                try connection.run(
                    """
                    INSERT INTO regions (code, name, affiliation, superior_code)
                    VALUES (\(region.code), \(region.name), \(region.affiliation), \(region.superior))
                    ON CONFLICT (code) DO UPDATE SET name = excluded.name, affiliation = excluded.affiliation
                    """)
            }
            for (position, row) in types.rows.enumerated() {
                try connection.run(
                    """
                    INSERT INTO unit_types (code, name, may_have_applicants, position)
                    VALUES (\(row["code"] ?? ""), \(row["name"] ?? ""), \(row["may_have_applicants"] == "1"), \(position))
                    ON CONFLICT (code) DO UPDATE SET name = excluded.name, may_have_applicants = excluded.may_have_applicants
                    """)
            }
            for row in days.rows {
                try connection.run(
                    """
                    INSERT INTO calendar_days (day, kind, name) VALUES (\(row["date"] ?? ""), \(row["kind"] ?? ""), \(row["name"] ?? ""))
                    ON CONFLICT (day) DO NOTHING
                    """)
            }
        }
    }

    public static func reference(_ connection: any Connection) throws -> Reference {
        let codes = try connection.rows("SELECT list, code, name FROM codes ORDER BY list, position") {
            (try $0.text(), Reference.Code(code: try $0.text(), name: try $0.text()))
        }
        var lists: [Reference.List: [Reference.Code]] = [:]
        for (name, code) in codes {
            if let list = Reference.List(rawValue: name) { lists[list, default: []].append(code) }
        }
        lists[.unitTypes] = try connection.rows("SELECT code, name FROM unit_types ORDER BY position") {
            Reference.Code(code: try $0.text(), name: try $0.text())
        }
        let titles = try connection.rows("SELECT code, series, level, level_name, name FROM titles ORDER BY position") {
            Reference.Title(code: try $0.text(), series: try $0.text(), level: try $0.text(), levelName: try $0.text(), name: try $0.text())
        }
        let regions = try connection.rows("SELECT code, name, affiliation, superior_code FROM regions ORDER BY code") {
            Reference.Region(code: try $0.text(), name: try $0.text(), affiliation: try $0.text(), superior: try $0.optionalText())
        }
        return Reference(lists: lists, titles: titles, regions: regions)
    }

    public static func calendar(_ connection: any Connection) throws -> WorkCalendar {
        WorkCalendar(try connection.rows("SELECT day, kind FROM calendar_days") { (day: try $0.day(), kind: try $0.name(WorkCalendar.Kind.self)) })
    }

    private static func codeLists() throws -> [(Reference.List, [Reference.Code])] {
        func codes(_ files: String..., keep: ([String: String]) -> Bool = { _ in true }) throws -> [Reference.Code] {
            try files.flatMap { try CSVTable($0).rows }.filter(keep).map { Reference.Code(code: $0["code"] ?? "", name: $0["name"] ?? "") }
        }
        let educationParents = Set(try CSVTable("education_levels.csv").rows.compactMap { $0["parent_code"] })
        return [
            (.genders, try codes("genders.csv")),
            (.ethnicGroups, try codes("ethnic_groups.csv", "ethnic_groups_extra.csv")),
            (.politicalStatus, try codes("political_status.csv")),
            (.idTypes, try codes("id_types.csv")),
            // Headings of a group are no level that somebody has.
            (.educationLevels, try codes("education_levels.csv") { !educationParents.contains($0["code"] ?? "") }),
            // The level of a degree; its detail is optional and not asked for.
            (.degreeLevels, try codes("degrees.csv") { ($0["parent_code"] ?? "").isEmpty }),
            (.applicationTypes, try codes("application_types.csv")),
            (.titleLevels, try codes("title_levels.csv")),
            (.assessmentResults, try codes("annual_assessment_results.csv")),
        ]
    }

    private static func regionRows() throws -> [Reference.Region] {
        let affiliations = Dictionary(try CSVTable("title_affiliations.csv").rows.map { ($0["code"] ?? "", $0["name"] ?? "") }, uniquingKeysWith: { first, _ in first })
        return try CSVTable("sichuan_divisions.csv").rows.map { row in
            let (code, name, superior) = (row["code"] ?? "", row["name"] ?? "", row["parent_code"] ?? "")
            return Reference.Region(code: code, name: name, affiliation: affiliations[code] ?? name, superior: superior.isEmpty ? nil : superior)
        }
    }
}
