import ArgumentParser

/// A stand-in for 四川省统一身份认证平台, for demonstration and tests: registers persons and units, and signs them in by OpenID Connect.
@main
struct IdentityPlatform: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity-platform",
        abstract: "模拟统一身份认证平台，仅用于演示和测试 (a stand-in OpenID Connect provider).",
        subcommands: [Serve.self, Import.self]
    )
}
