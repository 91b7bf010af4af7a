import ArgumentParser
import Domain
import Foundation

/// Reads demo personas into the platform; reading the same file again changes nothing.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "导入演示身份 (import demo personas).")

    @Option(help: "Folder of the database.") var folder: String
    @Argument(help: "JSON file with a list of personas.") var file: String

    func run() async throws {
        let read = try JSONDecoder().decode([PersonaEntry].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        let today = Instant.now.day
        let personas = try read.map { try Persona($0, today: today) }
        let accounts = try Accounts(folder: URL(fileURLWithPath: folder, isDirectory: true))
        try await accounts.importPersonas(personas, at: .now)
        print("已导入 \(personas.count) 个演示身份 (imported \(personas.count) personas)")
    }
}

/// A persona as the file has it.
private struct PersonaEntry: Decodable {
    let loginHint: String
    let label: String
    let kind: AccountKind
    let name: String
    let idNumber: String
    let phone: String
    let creditCode: String
    let unitName: String
}

/// A demo persona, checked: a person, or the operator of a unit.
struct Persona: Sendable {
    let loginHint: String
    let person: CertifiedPerson
    /// nil for a persona that signs in as a person.
    let unit: CertifiedUnit?

    fileprivate init(_ entry: PersonaEntry, today: Day) throws(CannotRun) {
        guard !entry.loginHint.isEmpty else { throw CannotRun(description: "\(entry.label)：loginHint 为空") }
        loginHint = entry.loginHint
        do {
            person = CertifiedPerson(
                name: entry.name, idNumber: try IDNumber(entry.idNumber, today: today), phone: try Phone(entry.phone)
            )
            switch entry.kind {
            case .person: unit = nil
            case .unit:
                unit = CertifiedUnit(creditCode: try CreditCode(entry.creditCode), name: entry.unitName, representative: entry.name)
            }
        } catch {
            throw CannotRun(description: "\(entry.loginHint)（\(entry.label)）：\(error.message)")
        }
    }
}
