import Hummingbird

/// Everything a request is answered from.
struct Site: Sendable {
    let settings: Settings
    let accounts: Accounts
    let keys: SigningKeys
    let passwords = Passwords()
    let stylesheet: Stylesheet

    init(settings: Settings, accounts: Accounts, keys: SigningKeys, stylesheet: Stylesheet) {
        self.settings = settings
        self.accounts = accounts
        self.keys = keys
        self.stylesheet = stylesheet
    }

    func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: Answering(settings: settings))
        router.get("/", use: showFront)
        router.get("/healthz", use: showHealth)
        router.get("/public/platform.css", use: showStylesheet)
        router.get("/public/icon.svg", use: showIcon)
        router.get("/.well-known/openid-configuration", use: showConfiguration)
        router.get("/jwks", use: showKeys)
        router.get("/authorize", use: askToSignIn)
        router.post("/authorize", use: signIn)
        router.post("/token", use: exchangeCode)
        router.get("/register/person", use: showPersonRegistration)
        router.post("/register/person", use: registerPerson)
        router.get("/register/unit", use: showUnitRegistration)
        router.post("/register/unit", use: registerUnit)
        router.get("/registered", use: showRegistered)
        return router
    }
}
