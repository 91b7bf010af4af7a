import Domain
import Sheets
import Storage

/// The columns of a sheet that is filled in and uploaded, and how a row of it is read.
struct ImportColumns: Sendable {
    let kind: ImportedSheet.Kind
    let fields: [Field]
    let title: String

    static let units = ImportColumns(
        kind: .units, fields: WorkUnit.lockedFields + WorkUnit.openFields + PersonReading.administratorFields.map { $0.key == "personName" ? $0.labelled("经办人员姓名") : $0 },
        title: "导入下级单位")
    static let staff = ImportColumns(
        kind: .staff, fields: PersonReading.fields + [StaffReading.department, Field("roles", "角色", .line(200), hint: "多个角色以“、”分隔")] + StaffReading.days, title: "导入工作人员")

    static func of(_ kind: ImportedSheet.Kind) -> ImportColumns {
        switch kind {
        case .units: units
        case .staff: staff
        }
    }

    /// What the heading says: a star stands behind what must be filled in.
    func heading(_ field: Field) -> String { field.label + (field.required ? "★" : "") }

    /// The rows of a sheet by the keys of the fields. The columns are found by their headings, in whatever order they stand.
    func rows(of sheet: SheetReader, in reference: Reference) throws(Invalid) -> [ImportedSheet.Row] {
        guard let head = sheet.rows.first else { throw Invalid("工作簿是空的，请下载模板填写后上传") }
        var columns: [Int: Field] = [:]
        for (column, text) in head.cells {
            if let field = fields.first(where: { $0.label == text.trimmed.replacing("★", with: "") }) { columns[column] = field }
        }
        let missing = fields.filter { field in field.required && !columns.values.contains { $0.key == field.key } }
        guard missing.isEmpty else { throw Invalid("第一行缺少：\(missing.map(\.label).joined(separator: "、"))。请下载模板填写后上传") }
        return sheet.rows.dropFirst().map { row in
            var values: [String: String] = [:]
            for (column, field) in columns { values[field.key] = row.cells[column].map { code($0.trimmed, of: field, in: reference) } }
            return ImportedSheet.Row(number: row.number, values: values)
        }.filter { !$0.values.isEmpty }
    }

    /// A cell in the form in which a page sends it: the name of a choice is its code, a spreadsheet's day is a date.
    private func code(_ text: String, of field: Field, in reference: Reference) -> String {
        switch field.kind {
        case .choice(let list): reference.codes(list).first { $0.name == text || $0.code == text }?.code ?? text
        case .day: Int(text).flatMap { (1...80_000).contains($0) ? Day(year: 1899, month: 12, day: 30)?.adding($0).description : nil } ?? text
        case .line, .text, .month, .number, .email, .telephone: text
        }
    }
}

/// A row as it would be taken over.
struct ImportRow: Sendable {
    enum Content: Sendable {
        case unit(WorkUnit, NewStaff)
        case staff(NewStaff, StaffForm)
    }

    let number: Int
    /// Who or what it is about, as typed.
    let name: String
    let content: Content?
    let problems: [String]

    init(_ row: ImportedSheet.Row, unit superior: ID<WorkUnit>, reference: Reference, today: Day) {
        number = row.number
        name = row.values["name"] ?? ""
        let form = Typed(row.values)
        let unit = UnitReading(form.form, under: superior, reference: reference, today: today)
        let person = PersonReading(form.form, PersonReading.administratorFields, reference: reference, today: today)
        problems = ImportRow.messages(unit.problems + person.problems, form)
        content = problems.isEmpty ? unit.unit.flatMap { unit in person.new.map { .unit(unit, $0) } } : nil
    }

    init(_ row: ImportedSheet.Row, roles: [Role], reference: Reference, today: Day) {
        number = row.number
        name = row.values["name"] ?? ""
        var values = row.values
        let wanted = (values["roles"] ?? "").split(whereSeparator: { "、,，;； ".contains($0) }).map(String.init)
        var problems: [String] = []
        for name in wanted {
            guard let role = roles.first(where: { $0.name == name }) else {
                problems.append("本单位没有名为“\(name)”的角色")
                continue
            }
            values["role.\(role.id)"] = "1"
        }
        values["roles"] = nil
        let form = Typed(values)
        let reading = StaffReading(form.form, new: true, reference: reference, today: today)
        self.problems = problems + ImportRow.messages(reading.problems, form)
        content = self.problems.isEmpty ? reading.new.map { .staff($0, reading.form) } : nil
    }

    /// Numbers that a spreadsheet has taken for numbers are told as what they are.
    private static func messages(_ problems: [FieldProblem], _ form: Typed) -> [String] {
        problems.map { problem in
            let typed = form.form[problem.field]
            let isNumber = ["idNumber", "creditCode", "phone"].contains(problem.field) && typed.contains(where: { "Ee.".contains($0) }) && Double(typed) != nil
            return isNumber ? "\(problem.message)（表格把它存成了数字，末几位已丢失，请把单元格设为文本后重新填写）" : problem.message
        }
    }

    /// A row's values as a form.
    private struct Typed {
        let form: Form

        init(_ values: [String: String]) {
            do throws(Problem) { form = try Form(fields: values.map { ($0.key, $0.value) }) } catch { form = .none }
        }
    }
}
