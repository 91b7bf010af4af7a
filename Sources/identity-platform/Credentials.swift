import Domain
import HTTPTypes

/// What somebody gives to be signed in: as himself, or as the operator of a unit, always with his own password.
struct Credentials: Sendable {
    let idNumber: IDNumber
    let password: String
    let unit: CreditCode?
}

/// A holder of an account as relying parties know him (`sub`).
struct Subject: Sendable {
    let id: String
    let kind: AccountKind
}

extension Site {
    /// Throws `Problems` unless the credentials are right. That a number or a link is unknown looks, and takes, like a wrong password.
    func check(_ credentials: Credentials) async throws -> Subject {
        let number = credentials.idNumber
        // Counted before the password is looked at, so that guesses sent all at once do not pass the limit together.
        let attempt = try await accounts.beginAttempt(number, at: .now)
        let attemptsLeft: Int
        switch attempt {
        case .locked(let until): throw lockedOut(until)
        case .allowed(let left): attemptsLeft = left
        }
        let account = try await accounts.account(number, unit: credentials.unit)
        let right = try await passwords.verify(credentials.password, against: account?.passwordHash)
        guard right, let account else {
            if attemptsLeft == 0 { throw lockedOut(Instant.now.adding(seconds: Accounts.lockSeconds)) }
            let what = credentials.unit == nil ? "身份证号码或密码不正确" : "统一社会信用代码、经办人身份证号码或密码不正确"
            throw Problems("password", "\(what)。再错 \(attemptsLeft) 次，将锁定 15 分钟")
        }
        try await accounts.forgetAttempts(number)
        return account.subject
    }

    private func lockedOut(_ until: Instant) -> Problems {
        // Clocks show whole minutes; a time rounded down would be too early.
        let time = until.adding(seconds: 59).clock
        return Problems("password", "密码错误次数过多，该证件号码已暂时锁定，请在 \(time) 之后再试", status: .tooManyRequests)
    }
}
