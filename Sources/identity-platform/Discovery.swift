import Hummingbird

extension Site {
    func showConfiguration(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        try json(ProviderConfiguration(issuer: settings.issuer), cacheControl: "public, max-age=300")
    }

    func showKeys(_ request: Request, _ context: BasicRequestContext) throws -> Response {
        try json(["keys": [keys.publicKey]], cacheControl: "public, max-age=300")
    }
}

/// What relying parties must know of this provider (OpenID Connect Discovery 1.0, 3).
private struct ProviderConfiguration: Encodable {
    let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let jwksURI: String
    let scopes = ["openid"]
    let responseTypes = ["code"]
    let responseModes = ["query"]
    let grantTypes = ["authorization_code"]
    let subjectTypes = ["public"]
    let signingAlgorithms = ["ES256"]
    let challengeMethods = ["S256"]
    let clientAuthentication = ["client_secret_basic"]
    let contextClasses = ["verified"]
    let claims = IDToken.CodingKeys.allCases.map(\.rawValue)
    let languages = ["zh-CN"]
    let sendsIssuer = true

    init(issuer: String) {
        self.issuer = issuer
        authorizationEndpoint = issuer + "/authorize"
        tokenEndpoint = issuer + "/token"
        jwksURI = issuer + "/jwks"
    }

    enum CodingKeys: String, CodingKey {
        case issuer
        case authorizationEndpoint = "authorization_endpoint"
        case tokenEndpoint = "token_endpoint"
        case jwksURI = "jwks_uri"
        case scopes = "scopes_supported"
        case responseTypes = "response_types_supported"
        case responseModes = "response_modes_supported"
        case grantTypes = "grant_types_supported"
        case subjectTypes = "subject_types_supported"
        case signingAlgorithms = "id_token_signing_alg_values_supported"
        case challengeMethods = "code_challenge_methods_supported"
        case clientAuthentication = "token_endpoint_auth_methods_supported"
        case contextClasses = "acr_values_supported"
        case claims = "claims_supported"
        case languages = "ui_locales_supported"
        case sendsIssuer = "authorization_response_iss_parameter_supported"
    }
}
