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
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")

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
        .target(name: "Measures", swiftSettings: strict),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev", "pkg-config"])]),
        .target(name: "Storage", dependencies: ["Domain", "Measures", "CPostgres", grdb, sqlite, crypto],
                resources: [.copy("Migrations"), .copy("Reference")], swiftSettings: strict),
        .systemLibrary(name: "CXlsxWriter", pkgConfig: "xlsxwriter", providers: [.apt(["libxlsxwriter-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CXml", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "Sheets", dependencies: ["CXlsxWriter", "CZip", "CXml"], swiftSettings: strict),
        .systemLibrary(name: "CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev", "libcairo2-dev"])]),
        .target(name: "Printing", dependencies: ["CPango"], swiftSettings: strict),
        .target(name: "Files", dependencies: ["Domain", crypto], swiftSettings: strict),
        .target(name: "Markup", swiftSettings: strict),
        .target(name: "Web", dependencies: ["Domain", "Measures", "Storage", "Files", "Sheets", "Printing", "Markup", hummingbird, jwt, crypto,
                                      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
                resources: [.copy("Public")], swiftSettings: strict),
        .target(name: "Backup", dependencies: ["Domain", "Storage", "Files", crypto], swiftSettings: strict),
        .target(name: "Demo", dependencies: ["Domain", "Storage", "Files"], swiftSettings: strict),
        .systemLibrary(name: "CMalloc"),
        .executableTarget(name: "zhiping", dependencies: ["Domain", "Storage", "Files", "Backup", "Web", "Demo", "CMalloc", hummingbird, arguments],
                          swiftSettings: strict),
        .executableTarget(name: "identity-platform",
                          dependencies: ["Domain", "Markup", hummingbird, grdb, jwt, crypto, arguments,
                                         .product(name: "CryptoExtras", package: "swift-crypto")],
                          resources: [.copy("Public")], swiftSettings: strict),
        // What bin/bench measures inside one process; built for that only.
        .executableTarget(name: "benchmark", dependencies: ["Domain", "Storage", "Cast"], swiftSettings: strict),
        // The small cast of units and people that the tests of Storage and Web share.
        .target(name: "Cast", dependencies: ["Domain", "Storage", "Files", "CPostgres"], path: "Tests/Cast", swiftSettings: strict),
        // The same cast over HTTP, for tests in other languages.
        .executableTarget(name: "rehearsal", dependencies: ["Domain", "Storage", "Files", "Web", "Cast", hummingbird], path: "Tests/Rehearsal", swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain", "Cast"], swiftSettings: strict),
        .testTarget(name: "StorageTests", dependencies: ["Domain", "Storage", "Files", "Demo", "Cast", grdb], swiftSettings: strict),
        .testTarget(name: "SheetsTests", dependencies: ["Sheets", "CZip"], swiftSettings: strict),
        .testTarget(name: "PrintingTests", dependencies: ["Printing"], swiftSettings: strict),
        .testTarget(name: "FilesTests", dependencies: ["Domain", "Files", crypto], swiftSettings: strict),
        .testTarget(name: "BackupTests", dependencies: ["Domain", "Storage", "Files", "Backup", "Cast", crypto], swiftSettings: strict),
        .testTarget(name: "WebTests", dependencies: ["Domain", "Measures", "Storage", "Files", "Sheets", "Web", "Markup", "Cast", hummingbird, jwt, crypto,
                                                .product(name: "NIOEmbedded", package: "swift-nio"),
                                                .product(name: "NIOPosix", package: "swift-nio")],
                    swiftSettings: strict),
    ]
)
