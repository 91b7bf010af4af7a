// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
]

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "zhiping",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "zhiping", targets: ["zhiping"]),
        .executable(name: "identity-platform", targets: ["identity-platform"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit.git", exact: "5.7.1"),
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    ],
    targets: [
        .target(name: "Domain", swiftSettings: strict),
        .target(name: "Storage", dependencies: ["Domain", grdb, crypto],
                resources: [.copy("Migrations"), .copy("Reference")], swiftSettings: strict),
        .target(name: "Files", dependencies: ["Domain", crypto], swiftSettings: strict),
        .target(name: "Markup", swiftSettings: strict),
        .target(name: "Web", dependencies: ["Domain", "Storage", "Files", "Markup", hummingbird, jwt, crypto,
                                      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
                resources: [.copy("Public")], swiftSettings: strict),
        .target(name: "Demo", dependencies: ["Domain", "Storage", "Files"], swiftSettings: strict),
        .executableTarget(name: "zhiping", dependencies: ["Domain", "Storage", "Files", "Web", "Demo", hummingbird, arguments],
                          swiftSettings: strict),
        .executableTarget(name: "identity-platform",
                          dependencies: ["Domain", "Markup", hummingbird, grdb, jwt, crypto, arguments,
                                         .product(name: "CryptoExtras", package: "swift-crypto")],
                          resources: [.copy("Public")], swiftSettings: strict),
        // The small cast of units and people that the tests of Storage and Web share.
        .target(name: "Cast", dependencies: ["Domain", "Storage", "Files"], path: "Tests/Cast", swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "Cast"], swiftSettings: strict),
        .testTarget(name: "StorageTests", dependencies: ["Domain", "Storage", "Files", "Demo", "Cast"], swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Domain", "Files"], swiftSettings: strict),
        .testTarget(name: "WebTests", dependencies: ["Domain", "Storage", "Files", "Web", "Markup", "Cast", hummingbird, jwt, crypto,
                                                .product(name: "NIOEmbedded", package: "swift-nio"),
                                                .product(name: "NIOPosix", package: "swift-nio")],
                    swiftSettings: strict),
    ]
)
