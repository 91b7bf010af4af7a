import Domain
import Storage

/// Somebody new as typed, read: who he is.
struct PersonReading: Sendable {
    let new: NewStaff?
    let problems: [FieldProblem]

    static let fields = [
        Field("name", "姓名", .line(50), required: true, hint: "须与统一身份认证平台登记的姓名一致"),
        Field("idNumber", "身份证号码", .line(18), required: true, hint: "本人首次登录时以此确认身份"),
        Field("phone", "手机号码", .line(20), required: true),
    ]
    /// The same in a form that has another name as well.
    static let administratorFields = [Field("personName", "姓名", .line(50), required: true, hint: "须与统一身份认证平台登记的姓名一致")] + fields.dropFirst()

    init(_ typed: Form, _ fields: [Field] = PersonReading.fields, reference: Reference, today: Day) {
        let reading = FieldReading(fields, from: { typed[$0] }, complete: true, in: reference, today: today)
        var problems = reading.problems
        func checked<Result>(_ field: String, _ read: (String) throws(Invalid) -> Result) -> Result? {
            guard let text = reading.values[field], !text.isEmpty else { return nil }
            do throws(Invalid) { return try read(text) } catch {
                problems.append(FieldProblem(field, error.message))
                return nil
            }
        }
        let number = checked("idNumber") { text throws(Invalid) in try IDNumber(text, today: today) }
        let phone = checked("phone") { text throws(Invalid) in try Phone(text) }
        let name = fields.first.flatMap { reading.values[$0.key] } ?? ""
        new = number.flatMap { number in phone.map { NewStaff(name: name, idNumber: number, phone: $0) } }
        self.problems = problems
    }
}
