import Domain
import Hummingbird

/// A natural person as certified; here at once, where the real platform asks the police's register.
struct CertifiedPerson: Sendable {
    let name: String
    let idNumber: IDNumber
    let phone: Phone
}

extension Site {
    func showPersonRegistration(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        let form = try query(of: request)
        return page(personRegistrationPage(TypedPerson(), Continuation(form["continue"], settings)))
    }

    func registerPerson(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let form = try await ownForm(of: request)
        let (typed, continuation) = (TypedPerson(form), Continuation(form["continue"], settings))
        do {
            let person = try typed.person(password: form["password"], again: form["passwordAgain"])
            let taken = Problems("idNumber", "证件号已注册")
            guard try await !accounts.isRegistered(person.idNumber) else { throw taken }
            let hash = try await passwords.hash(form["password"])
            guard try await accounts.add(person, passwordHash: hash, at: .now) else { throw taken }
            return continuation.afterRegistration(.person)
        } catch let problems as Problems {
            return page(personRegistrationPage(typed, continuation, problems), status: problems.status)
        }
    }
}

/// What was typed into the registration of a person, except the passwords.
struct TypedPerson: Sendable {
    var name = ""
    var idNumber = ""
    var phone = ""

    init() {}

    init(_ form: Form) { (name, idNumber, phone) = (form["name"], form["idNumber"], form["phone"]) }

    func person(password: String, again: String) throws(Problems) -> CertifiedPerson {
        var checks = Checks()
        let name = checks.name("name", self.name, label: "姓名", atMost: 50)
        let number = checks.read("idNumber") { () throws(Invalid) in try IDNumber(idNumber, today: Instant.now.day) }
        let phone = checks.read("phone") { () throws(Invalid) in try Phone(self.phone) }
        checks.require("password", password.count >= Passwords.lengths.lowerBound, "密码至少 10 个字符")
        checks.require("password", password.count <= Passwords.lengths.upperBound, "密码不能超过 200 个字符")
        checks.require("passwordAgain", password == again, "两次输入的密码不一致")
        guard checks.problems.isEmpty, let number, let phone else { throw Problems(checks.problems) }
        return CertifiedPerson(name: name, idNumber: number, phone: phone)
    }
}
