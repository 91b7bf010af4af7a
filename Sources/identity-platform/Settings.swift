/// How this platform is reached, and the one relying party it knows.
struct Settings: Sendable {
    let issuer: String
    let redirectURI: String
    /// Scheme, host and port of the redirect URI: login forms may end there.
    let redirectOrigin: String
    let clientID: String
    let clientSecret: String
    /// Demo personas sign in without a password, so only whoever sits at this very machine may be offered them.
    let offersPersonas: Bool

    init(host: String, issuer: String, redirectURI: String, clientID: String, clientSecret: String) throws(CannotRun) {
        guard !clientSecret.isEmpty else {
            throw CannotRun(description: "未设置环境变量 IDENTITY_CLIENT_SECRET (the environment variable must not be empty)")
        }
        guard !clientID.isEmpty else { throw CannotRun(description: "--client-id 不能为空 (must not be empty)") }
        guard let own = Settings.origin(of: issuer), own == issuer else {
            throw CannotRun(description: "--issuer 应为 http(s)://主机[:端口]，不带路径 (must be an origin without a path)")
        }
        guard let other = Settings.origin(of: redirectURI), !redirectURI.contains("#") else {
            throw CannotRun(description: "--redirect-uri 应为 http(s) 地址 (must be an http(s) address)")
        }
        self.issuer = issuer
        self.redirectURI = redirectURI
        redirectOrigin = other
        self.clientID = clientID
        self.clientSecret = clientSecret
        offersPersonas = host == "localhost" || host == "::1" || Settings.isLoopback(host)
    }

    /// `127.0.0.0/8`, written as four numbers: a name such as `127.example.org` is somebody else's.
    private static func isLoopback(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers.first == 127 && !numbers.contains(nil)
    }

    /// nil unless the address is of http or https and its origin can stand in a content security policy as it is.
    private static func origin(of address: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: address.hasPrefix) else { return nil }
        let authority = address.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let allowed = authority.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): true
            case _: false
            }
        }
        return authority.isEmpty || !allowed ? nil : scheme + authority
    }
}

/// Why a command cannot do its work, in one line.
struct CannotRun: Error, CustomStringConvertible {
    let description: String
}
