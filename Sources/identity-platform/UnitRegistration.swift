import Domain
import Hummingbird

/// A legal person as certified.
struct CertifiedUnit: Sendable {
    let creditCode: CreditCode
    let name: String
    let representative: String
}

extension Site {
    func showUnitRegistration(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        let form = try query(of: request)
        return page(unitRegistrationPage(TypedUnit(), Continuation(form["continue"], settings)))
    }

    func registerUnit(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let form = try await ownForm(of: request)
        let (typed, continuation) = (TypedUnit(form), Continuation(form["continue"], settings))
        do {
            let (unit, credentials) = try typed.unit(password: form["password"])
            _ = try await check(credentials)
            guard try await accounts.add(unit, operatedBy: credentials.idNumber, at: .now) else {
                throw Problems("creditCode", "该单位已注册，请由单位法人账户授权经办人")
            }
            return continuation.afterRegistration(.unit)
        } catch let problems as Problems {
            return page(unitRegistrationPage(typed, continuation, problems), status: problems.status)
        }
    }
}

/// What was typed into the registration of a unit, except the password.
struct TypedUnit: Sendable {
    var creditCode = ""
    var unitName = ""
    var representative = ""
    var idNumber = ""

    init() {}

    init(_ form: Form) {
        (creditCode, unitName) = (form["creditCode"], form["unitName"])
        (representative, idNumber) = (form["representative"], form["idNumber"])
    }

    /// The unit, and the credentials of its operator: of a person, for he does not operate it yet.
    func unit(password: String) throws(Problems) -> (CertifiedUnit, Credentials) {
        var checks = Checks()
        let code = checks.read("creditCode") { () throws(Invalid) in try CreditCode(creditCode) }
        let name = checks.name("unitName", unitName, label: "单位名称", atMost: 100)
        let representative = checks.name("representative", self.representative, label: "法定代表人姓名", atMost: 50)
        let number = checks.read("idNumber") { () throws(Invalid) in try IDNumber(idNumber, today: Instant.now.day) }
        checks.require("password", !password.isEmpty, "请填写经办人密码")
        guard checks.problems.isEmpty, let code, let number else { throw Problems(checks.problems) }
        return (
            CertifiedUnit(creditCode: code, name: name, representative: representative),
            Credentials(idNumber: number, password: password, unit: nil)
        )
    }
}
