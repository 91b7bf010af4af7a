import Domain
import Foundation
import JWTKit
import Storage

/// The claims of an ID token whose signature holds; believed only after every other check.
struct IDToken: JWTPayload {
    let claims: [String: Claim]

    /// A claim as it came: platforms differ in what they send.
    enum Claim: Decodable, Encodable, Sendable {
        case text(String)
        case number(Double)
        case list([String])
        case other

        var isEmpty: Bool { if case .text(let text) = self { text.trimmed.isEmpty } else { false } }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = Self.read(String.self, container) {
                self = .text(text)
            } else if let number = Self.read(Double.self, container) {
                self = .number(number)
            } else if let list = Self.read([String].self, container) {
                self = .list(list)
            } else {
                self = .other
            }
        }

        /// nil when the claim is of another type.
        private static func read<Value: Decodable>(_: Value.Type, _ container: any SingleValueDecodingContainer) -> Value? {
            do { return try container.decode(Value.self) } catch { return nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .list(let list): try container.encode(list)
            case .other: try container.encodeNil()
            }
        }
    }

    /// A claim that is null or empty was not given (OpenID Connect Core, 5.3.2).
    init(from decoder: any Decoder) throws {
        claims = try decoder.singleValueContainer().decode([String: Claim?].self).compactMapValues { $0 }.filter { !$0.value.isEmpty }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(claims)
    }

    /// Nothing here: what is expected belongs to the attempt, and is checked by `identity`.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// Seconds by which clocks may differ.
    private static let skew = 60.0

    func identity(of provider: Settings.Provider, clientID: String, attempt: SignInAttempt, at now: Instant) throws -> Identity {
        guard text("iss") == provider.issuer else { throw ProviderClient.Unusable.answer("iss") }
        guard isFor(clientID) else { throw ProviderClient.Unusable.answer("aud") }
        let seconds = Double(now.milliseconds) / 1000
        guard let expires = number("exp"), expires > seconds - Self.skew, let issued = number("iat"), issued < seconds + Self.skew,
            issued > seconds - 3600
        else { throw ProviderClient.Unusable.answer("exp or iat") }
        if claims["nbf"] != nil { guard let from = number("nbf"), from < seconds + Self.skew else { throw ProviderClient.Unusable.answer("nbf") } }
        guard let nonce = text("nonce"), constantTimeEqual(nonce, attempt.nonce) else { throw ProviderClient.Unusable.answer("nonce") }
        guard let subject = text("sub"), !subject.isEmpty, subject.utf8.count <= 255 else { throw ProviderClient.Unusable.answer("sub") }
        return try identity(subject: subject, provider: provider, kind: attempt.kind, today: now.day)
    }

    private func identity(subject: String, provider: Settings.Provider, kind: Identity.Kind, today: Day) throws -> Identity {
        let names = provider.claims
        guard let name = text(names.name)?.trimmed, Self.isName(name, most: 50) else { throw ProviderClient.Unusable.answer("name") }
        let unitName = text(names.unitName)?.trimmed ?? ""
        guard kind == .person || unitName.isEmpty || Self.isName(unitName, most: 200) else { throw ProviderClient.Unusable.answer("unit name") }
        // An operator who came in by the personal door would be bound as a person for good.
        if kind == .person, claims[names.creditCode] != nil { throw Problem.notAllowed("您登录的是法人账号，请从“单位登录”进入。") }
        if kind == .unit, claims[names.creditCode] == nil { throw Problem.notAllowed("您登录的是个人账号，请从“个人登录”进入。") }
        do {
            let number = try IDNumber(text(names.idNumber) ?? "", today: today)
            let phone = try text(names.phone).map { try Phone($0) }
            let code = kind == .unit ? try CreditCode(text(names.creditCode) ?? "") : nil
            return Identity(
                issuer: provider.issuer, subject: subject, kind: kind, name: name, idNumber: number, phone: phone, creditCode: code,
                unitName: kind == .unit ? unitName : "")
        } catch let invalid as Invalid {
            throw Problem.notAllowed("统一身份认证平台提供的身份信息不完整：\(invalid.message)。请在该平台完成实名认证后重新登录。")
        }
    }

    /// Counted in code points, of characters that are seen.
    private static func isName(_ text: String, most: Int) -> Bool {
        (1...most).contains(text.unicodeScalars.count)
            && !text.unicodeScalars.contains { [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory) }
    }

    private func isFor(_ clientID: String) -> Bool {
        // Issued for another client's use, it is none of ours, whoever else it names.
        if claims["azp"] != nil, text("azp") != clientID { return false }
        return switch claims["aud"] {
        case .text(let audience): audience == clientID
        case .list(let audiences): audiences == [clientID] || audiences.contains(clientID) && text("azp") == clientID
        case .number, .other, nil: false
        }
    }

    private func text(_ name: String) -> String? { if case .text(let text) = claims[name] { text } else { nil } }
    private func number(_ name: String) -> Double? { if case .number(let number) = claims[name] { number } else { nil } }
}
