import Domain
import Foundation
import Storage

/// What an operator decides about the site.
public struct Settings: Sendable {
    /// Scheme, host and port under which browsers reach the site, without a path.
    public let origin: String
    public let provider: Provider
    public let sessions: SessionRule
    /// With less than this free on the disk of the records, the site is not ready.
    public let leastFreeBytes: Int64
    /// A look for a monitor (whether the site is ready, what its numbers are) that takes longer is itself the fault.
    public let watchPatience: Duration
    /// The family of fonts in which PDFs are set.
    public let printFont: String
    /// Lists of more people than this become a workbook in the background.
    public let mostExportedAtOnce: Int

    public init(
        origin: String, provider: Provider, sessions: SessionRule = SessionRule(idle: 30 * 60, absolute: 8 * 3600), leastFreeBytes: Int64 = 1 << 30,
        watchPatience: Duration = .milliseconds(1500),
        printFont: String = "Noto Sans CJK SC", mostExportedAtOnce: Int = 5000
    ) {
        self.origin = origin
        self.provider = provider
        self.sessions = sessions
        self.leastFreeBytes = leastFreeBytes
        self.watchPatience = watchPatience
        self.printFont = printFont
        self.mostExportedAtOnce = mostExportedAtOnce
    }

    /// The identity platform, as configured: nothing of this is ever taken from a token.
    public struct Provider: Sendable {
        public let issuer: String
        public let clientID: String
        public let clientSecret: String
        /// The one algorithm an ID token may be signed with.
        public let algorithm: String
        public let claims: ClaimNames

        public init(issuer: String, clientID: String, clientSecret: String, algorithm: String = "ES256", claims: ClaimNames = ClaimNames()) {
            self.issuer = issuer
            self.clientID = clientID
            self.clientSecret = clientSecret
            self.algorithm = algorithm
            self.claims = claims
        }
    }

    /// Under which names the platform says what we need to know.
    public struct ClaimNames: Sendable {
        public var name = "name"
        public var idNumber = "id_number"
        public var phone = "phone_number"
        public var creditCode = "credit_code"
        public var unitName = "unit_name"

        public init() {}

        /// Reads `CLAIM_NAME`, `CLAIM_ID_NUMBER`, `CLAIM_PHONE`, `CLAIM_CREDIT_CODE` and `CLAIM_UNIT_NAME`.
        public init(environment: [String: String]) {
            name = environment["CLAIM_NAME"] ?? name
            idNumber = environment["CLAIM_ID_NUMBER"] ?? idNumber
            phone = environment["CLAIM_PHONE"] ?? phone
            creditCode = environment["CLAIM_CREDIT_CODE"] ?? creditCode
            unitName = environment["CLAIM_UNIT_NAME"] ?? unitName
        }
    }

    var isSecure: Bool { origin.hasPrefix("https://") }

    /// Whether a Host header names this site; the port may be left out where it is the scheme's own.
    func isOwn(host: String) -> Bool {
        let (scheme, own) = isSecure ? ("https://", ":443") : ("http://", ":80")
        func plain(_ host: String) -> String { host.lowercased().hasSuffix(own) ? String(host.lowercased().dropLast(own.count)) : host.lowercased() }
        return plain(host) == plain(String(origin.dropFirst(scheme.count)))
    }

    /// `__Host-` needs TLS; on loopback without it the name is plain.
    var sessionCookie: String { isSecure ? "__Host-zhiping" : "zhiping" }
    var attemptCookie: String { isSecure ? "__Host-zhiping-sign-in" : "zhiping-sign-in" }

    /// Personas are offered only where the platform is on this machine.
    var issuerIsLoopback: Bool {
        guard let host = URL(string: provider.issuer)?.host() else { return false }
        return ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
    }
}
