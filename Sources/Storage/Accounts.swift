import Domain

/// An account of the identity platform, keyed on issuer, subject and, for a legal person's operator, its credit code; never on name or number.
public enum Account {}

/// What the platform says of whoever signs in, after its token was verified.
public struct Identity: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 个人登录
        case person
        /// 单位登录: an operator in the name of a legal person.
        case unit
    }

    public let issuer: String
    public let subject: String
    public let kind: Kind
    public let name: String
    public let idNumber: IDNumber
    public let phone: Phone?
    public let creditCode: CreditCode?
    public let unitName: String

    public init(
        issuer: String, subject: String, kind: Kind, name: String, idNumber: IDNumber, phone: Phone?, creditCode: CreditCode?,
        unitName: String
    ) {
        self.issuer = issuer
        self.subject = subject
        self.kind = kind
        self.name = name
        self.idNumber = idNumber
        self.phone = phone
        self.creditCode = creditCode
        self.unitName = unitName
    }
}

extension Identity {
    /// What an account is known by at its issuer (D23): the subject, and for a legal person's operator the credit code with it.
    var key: String { kind == .unit ? "\(subject) \(creditCode?.text ?? "")" : subject }
}

/// Who is signed in, with his rights as they are at this request.
public struct SignedIn: Sendable {
    public let account: ID<Account>
    public let kind: Identity.Kind
    public let person: Person
    /// nil for a personal account, and for a legal person whose unit is unknown here or does not list the operator.
    public let staff: StaffMember?
    public let unit: WorkUnit?
    public let creditCode: String
    public let unitName: String
    /// How the legal person stands here in whose name he has signed in without being on its staff; nil for everybody else.
    public let registration: Registration?
    /// Until when he has read his messages; nil when he has never said so.
    public let messagesSeenAt: Instant?
}

/// How a legal person stands here, to somebody who is not on its staff.
public enum Registration: Sendable {
    case registered(name: String)
    /// Has asked to be registered, whatever became of it.
    case asked(UnitRequest)
    case unknown

    /// Why its functions are closed, and with whom that lies.
    public var sentence: String {
        switch self {
        case .registered(let name): "“\(name)”已在本系统建立账户，请联系该单位超级管理员，在工作人员管理中添加您（姓名、身份证号码须与统一身份认证平台一致）。"
        case .asked(let request): request.whereabouts
        case .unknown: "单位尚未在本系统注册。请在基本信息维护中完善单位信息，提交上级单位审核；审核通过后开放申报、经办功能。"
        }
    }
}

/// Lifetimes of a session.
public struct SessionRule: Sendable {
    public let idle: Int64
    public let absolute: Int64

    /// Seconds.
    public init(idle: Int64, absolute: Int64) {
        self.idle = idle
        self.absolute = absolute
    }
}

extension Connection {
    /// Opens a session for a verified identity: finds or makes person and account, and binds a staff record at its first use.
    public func signIn(_ identity: Identity, tokenHash: String, at now: Instant) throws {
        let person = try person(named: identity.name, number: identity.idNumber, phone: identity.phone, orNew: newID(), at: now)
        let fresh: ID<Account> = newID()
        let subject = identity.key
        try run(
            """
            INSERT INTO accounts (id, issuer, subject, kind, person_id, credit_code, unit_name, disabled, created_at)
            VALUES (\(fresh), \(identity.issuer), \(subject), \(identity.kind.rawValue), \(person.id),
                \(identity.creditCode?.text ?? ""), \(identity.unitName), 0, \(now))
            ON CONFLICT (issuer, subject) DO UPDATE SET person_id = excluded.person_id, credit_code = excluded.credit_code,
                unit_name = excluded.unit_name
            """)
        let account: (id: ID<Account>, kind: String, disabled: Bool)? = try first(
            """
            SELECT id, kind, disabled FROM accounts WHERE issuer = \(identity.issuer) AND subject = \(subject)
            """
        ) { (try $0.id(), try $0.text(), try $0.bool()) }
        guard let account, account.kind == identity.kind.rawValue else { throw Problem.notAllowed("该账号的登录类型已改变，请联系超级管理员。") }
        if account.disabled { throw Problem.notAllowed("该账号已停用，请联系本单位超级管理员。") }
        if let code = identity.creditCode {
            try run(
                """
                UPDATE staff SET account_id = \(account.id), bound_at = \(now)
                WHERE account_id IS NULL AND person_id = \(person.id) AND entered_name = \(identity.name)
                    AND NOT EXISTS (SELECT 1 FROM staff o WHERE o.account_id = \(account.id))
                    AND unit_id = (SELECT id FROM units WHERE credit_code = \(code))
                """)
            try run("UPDATE staff SET signed_in_at = \(now) WHERE account_id = \(account.id)")
        }
        try run("INSERT INTO sessions (token_hash, account_id, created_at, seen_at) VALUES (\(tokenHash), \(account.id), \(now), \(now))")
    }

    /// The holder of a session token, unless it has run out or the account was disabled.
    public func signedIn(tokenHash: String, rule: SessionRule, at now: Instant) throws -> (SignedIn, seen: Instant)? {
        let found = try first(
            """
            SELECT a.id, a.kind, a.person_id, s.id, a.credit_code, a.unit_name, e.seen_at, a.messages_seen_at
            FROM sessions e JOIN accounts a ON a.id = e.account_id LEFT JOIN staff s ON s.account_id = a.id AND s.enabled = 1 AND s.person_id = a.person_id
                AND EXISTS (SELECT 1 FROM units u WHERE u.id = s.unit_id AND u.credit_code = a.credit_code)
            WHERE e.token_hash = \(tokenHash) AND a.disabled = 0
              AND e.seen_at > \(now.adding(seconds: -rule.idle)) AND e.created_at > \(now.adding(seconds: -rule.absolute))
            """
        ) {
            SessionRow(
                account: try $0.id(), kind: try $0.name(), person: try $0.id(), staff: try $0.optionalID(),
                creditCode: try $0.text(), unitName: try $0.text(), seen: try $0.instant(), messagesSeenAt: try $0.optionalInstant())
        }
        guard let found, let person = try person(found.person) else { return nil }
        let staff = try found.staff.flatMap { try self.staff($0, on: now.day) }
        let unit = try staff.flatMap { try self.unit($0.unit) }
        let registration = found.kind == .unit && unit == nil ? try registration(under: found.creditCode) : nil
        return (
            SignedIn(
                account: found.account, kind: found.kind, person: person, staff: unit?.enabled == true ? staff : nil, unit: unit,
                creditCode: found.creditCode, unitName: found.unitName, registration: registration, messagesSeenAt: found.messagesSeenAt), found.seen
        )
    }

    private func registration(under code: String) throws -> Registration {
        let code = CreditCode(stored: code)
        if let unit = try unit(code) { return .registered(name: unit.name) }
        return try latestRequest(.registration, under: code).map { .asked($0) } ?? .unknown
    }

    public func touchSession(tokenHash: String, at now: Instant) throws {
        try run("UPDATE sessions SET seen_at = \(now) WHERE token_hash = \(tokenHash)")
    }

    public func signOut(tokenHash: String) throws {
        try run("DELETE FROM sessions WHERE token_hash = \(tokenHash)")
    }

    /// Removes sessions that can no longer be used.
    public func sweepSessions(rule: SessionRule, at now: Instant) throws {
        try run(
            """
            DELETE FROM sessions WHERE seen_at < \(now.adding(seconds: -rule.idle)) OR created_at < \(now.adding(seconds: -rule.absolute))
            """)
    }
}

private struct SessionRow {
    let account: ID<Account>
    let kind: Identity.Kind
    let person: ID<Person>
    let staff: ID<StaffMember>?
    let creditCode: String
    let unitName: String
    let seen: Instant
    let messagesSeenAt: Instant?
}

/// What was sent to the platform with a browser, and is expected back from it, once.
public struct SignInAttempt: Sendable {
    public let stateHash: String
    public let browserHash: String
    public let nonce: String
    public let verifier: String
    public let kind: Identity.Kind
    public let returnPath: String

    /// Seconds.
    public static let lifetime: Int64 = 600

    public init(stateHash: String, browserHash: String, nonce: String, verifier: String, kind: Identity.Kind, returnPath: String) {
        self.stateHash = stateHash
        self.browserHash = browserHash
        self.nonce = nonce
        self.verifier = verifier
        self.kind = kind
        self.returnPath = returnPath
    }
}

extension Connection {
    public func begin(_ attempt: SignInAttempt, at now: Instant) throws {
        try run("DELETE FROM sign_ins WHERE started_at < \(now.adding(seconds: -SignInAttempt.lifetime))")
        try run(
            """
            INSERT INTO sign_ins (state_hash, browser_hash, nonce, verifier, kind, return_path, started_at)
            VALUES (\(attempt.stateHash), \(attempt.browserHash), \(attempt.nonce), \(attempt.verifier), \(attempt.kind.rawValue),
                \(attempt.returnPath), \(now))
            """)
    }

    /// Takes an attempt out, so that it serves once; nil when there is none, it is another browser's, or it is too old.
    public func take(stateHash: String, browserHash: String, at now: Instant) throws -> SignInAttempt? {
        try first(
            """
            DELETE FROM sign_ins WHERE state_hash = \(stateHash) AND browser_hash = \(browserHash)
              AND started_at > \(now.adding(seconds: -SignInAttempt.lifetime))
            RETURNING state_hash, browser_hash, nonce, verifier, kind, return_path
            """
        ) {
            SignInAttempt(
                stateHash: try $0.text(), browserHash: try $0.text(), nonce: try $0.text(), verifier: try $0.text(),
                kind: try $0.name(), returnPath: try $0.text())
        }
    }
}

/// A made-up person of the demo who can be signed in as with one click.
public struct DemoPersona: Sendable, Hashable {
    public let label: String
    public let kind: Identity.Kind
    public let loginHint: String

    public init(label: String, kind: Identity.Kind, loginHint: String) {
        self.label = label
        self.kind = kind
        self.loginHint = loginHint
    }
}

extension Connection {
    public func demoPersonas() throws -> [DemoPersona] {
        try rows("SELECT label, kind, login_hint FROM demo_personas ORDER BY position") {
            DemoPersona(label: try $0.text(), kind: try $0.name(), loginHint: try $0.text())
        }
    }

    public func leave(_ personas: [DemoPersona]) throws {
        for (position, persona) in personas.enumerated() {
            try run(
                """
                INSERT INTO demo_personas (position, label, kind, login_hint)
                VALUES (\(position), \(persona.label), \(persona.kind.rawValue), \(persona.loginHint))
                """)
        }
    }
}
