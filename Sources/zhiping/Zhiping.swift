import ArgumentParser
import Demo
import Domain
import Files
import Foundation
import Storage

@main
struct Zhiping: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zhiping", abstract: "专业技术人才职称评审",
        subcommands: [
            Serve.self, Migrate.self, Grant.self, ShowStatus.self, Verify.self, RotateKeys.self, BackUp.self, Restore.self, MakeBackupKey.self,
            ExportCheckpoints.self, FillDemo.self,
        ])
}

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring the database forward to this program.")
    @OptionGroup var folder: DataFolder

    func run() async throws { try await folder.open().close() }
}

struct FillDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "Fill an empty database with the demo province.")
    @OptionGroup var folder: DataFolder
    @Option(help: "The day as of which the province is made, as 2026-11-23.") var today: String?
    @Option(help: "The seed of all inventions.") var seed: UInt64 = 20_260_901
    @Option(help: "Units in all, bureaus included.") var units = Size().units
    @Option(help: "People.") var people = Size().people
    @Option(help: "Dossiers, at most one a person and year.") var dossiers = Size().dossiers
    @Option(help: "Years, the present one included.") var years = Size().years
    @Option(help: "Where to write the accounts for the identity platform.") var accounts: String

    func validate() throws {
        guard (0...1_000_000).contains(units), (0...10_000_000).contains(people), (0...10_000_000).contains(dossiers), (1...10).contains(years) else {
            throw ValidationError("--units, --people, --dossiers or --years is out of range")
        }
    }

    func run() async throws {
        guard let day = today.map({ Day($0) }) ?? now().day else { throw ValidationError("--today is not a day") }
        let province = Province(today: day, seed: seed, size: Size(units: units, people: people, dossiers: dossiers, years: years))
        let (begun, wanted) = (Date(), dossiers)
        var told = Date.distantPast
        let made = try await province.fill(try await folder.open(), files: try folder.intake()) { written in
            guard Date().timeIntervalSince(told) > 2 || written >= wanted else { return }
            told = Date()
            let rate = Int(Double(written) / max(told.timeIntervalSince(begun), 0.001))
            FileHandle.standardError.write(Data("\(written) of \(wanted) dossiers, \(rate) a second\n".utf8))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = URL(filePath: accounts)
        try encoder.encode(made).write(to: file, options: .atomic)
        // They are made up, and still nobody else's business.
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}
