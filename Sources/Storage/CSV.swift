import Domain
import Foundation

/// Reads the delivered reference tables: comma-separated, quoted where needed, a heading line, UTF-8.
struct CSVTable {
    let rows: [[String: String]]

    init(_ name: String) throws {
        let text = try String(contentsOf: resource("Reference").appending(path: name), encoding: .utf8)
        let lines = Self.parse(text)
        guard let heading = lines.first else { throw Migrator.CannotMigrate(description: "\(name) is empty") }
        rows = lines.dropFirst().map { Dictionary(zip(heading, $0), uniquingKeysWith: { first, _ in first }) }
    }

    private static func parse(_ text: String) -> [[String]] {
        var lines: [[String]] = []
        var (line, cell, quoted) = ([String](), "", false)
        for character in text {
            switch character {
            case "\"": quoted.toggle()
            case "," where !quoted:
                line.append(cell)
                cell = ""
            case "\n" where !quoted, "\r\n" where !quoted:
                lines.append(line + [cell])
                (line, cell) = ([], "")
            case _: cell.append(character)
            }
        }
        if !cell.isEmpty || !line.isEmpty { lines.append(line + [cell]) }
        return lines
    }
}
