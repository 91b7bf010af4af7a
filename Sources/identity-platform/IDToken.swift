import Domain
import GRDB
import JWTKit

/// Says to a relying party who signed in (OpenID Connect Core, 2), with the claims of this platform.
struct IDToken: JWTPayload {
    let iss: String
    let sub: String
    let aud: String
    let exp: Int64
    let iat: Int64
    let nonce: String
    let authTime: Int64
    var acr = "verified"
    let kind: AccountKind
    let name: String
    var idType = "01"
    let idNumber: String
    let phoneNumber: String
    let creditCode: String?
    let unitName: String?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case iss, sub, aud, exp, iat, nonce, acr, kind, name
        case authTime = "auth_time"
        case idType = "id_type"
        case idNumber = "id_number"
        case phoneNumber = "phone_number"
        case creditCode = "credit_code"
        case unitName = "unit_name"
    }

    init(_ grant: Grant, _ holder: Holder, issuer: String, at now: Instant) {
        iss = issuer
        sub = grant.subject.id
        aud = grant.clientID
        (iat, exp) = (now.seconds, now.seconds + 300)
        nonce = grant.nonce
        authTime = grant.authenticatedAt.seconds
        kind = grant.subject.kind
        (name, idNumber, phoneNumber) = (holder.name, holder.idNumber, holder.phone)
        (creditCode, unitName) = (holder.creditCode, holder.unitName)
    }

    /// This platform only signs tokens; those who get them verify them.
    func verify(using algorithm: some JWTAlgorithm) {}
}

/// What the platform certifies of the holder of an account; the last two only of an operator.
struct Holder: Sendable {
    let name: String
    let idNumber: String
    let phone: String
    let creditCode: String?
    let unitName: String?
}

extension Accounts {
    func holder(of subject: Subject) async throws -> Holder? {
        let statement =
            switch subject.kind {
            case .person: "SELECT name, id_number, phone, NULL, NULL FROM persons WHERE sub = ?"
            case .unit:
                """
                SELECT persons.name, persons.id_number, persons.phone, legal_persons.credit_code, legal_persons.unit_name
                FROM operators JOIN persons USING (id_number) JOIN legal_persons USING (credit_code) WHERE operators.sub = ?
                """
            }
        return try await queue.read { database in
            try Row.fetchOne(database, sql: statement, arguments: [subject.id])
                .map { Holder(name: $0[0], idNumber: $0[1], phone: $0[2], creditCode: $0[3], unitName: $0[4]) }
        }
    }
}
