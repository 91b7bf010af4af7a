import Domain
import Files
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Sheets
import Storage

/// How a table leaves the site.
enum TableFormat: String, Sendable { case xlsx, csv }

/// What a table is called and what its columns are.
struct Table: Sendable {
    /// Of the file, without its extension.
    let name: String
    let sheet: String
    let heading: [String]
    /// Of columns, in characters.
    let widths: [Double]
}

extension Site {
    /// Rows as they come, as a file to download: a workbook is made first and sent then, comma-separated values are sent as they come.
    func answer(
        with table: Table, as format: TableFormat, _ fill: @escaping @Sendable (_ add: ([[String]]) async throws -> Void) async throws -> Void
    ) async throws -> Response {
        switch format {
        case .xlsx: return try await workbook(named: "\(table.name).xlsx", sheet: table.sheet, heading: table.heading, widths: table.widths, fill)
        case .csv:
            let body = ResponseBody { writer in
                // Says by its first character that it is UTF-8.
                try await writer.write(ByteBuffer(string: "\u{FEFF}" + CSVLine(table.heading).text))
                let lines = Lines(writer: writer)
                // The request still goes on.
                try await database.serving(.requests) { try await fill { rows in try await lines.write(rows) } }
                try await writer.finish(nil)
            }
            var response = Response(status: .ok, headers: [.contentType: "text/csv; charset=utf-8"], body: body)
            response.headers[.contentDisposition] = "attachment; filename=\"table.csv\"; filename*=UTF-8''\(Path.percentEncode("\(table.name).csv"))"
            return response
        }
    }

    /// A workbook that is made while the asker waits, sent, and removed.
    func workbook(
        named name: String, sheet: String, heading: [String], widths: [Double], _ fill: @escaping @Sendable (_ add: ([[String]]) async throws -> Void) async throws -> Void
    ) async throws -> Response {
        let path = try await written(Table(name: name, sheet: sheet, heading: heading, widths: widths), fill)
        let body = ResponseBody { writer in
            defer { path.remove() }
            try await path.read { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: .workbook(named: name), body: body)
    }

    /// A workbook in a file of its own, for whoever called to keep or to remove.
    func written(_ table: Table, _ fill: @escaping @Sendable (_ add: ([[String]]) async throws -> Void) async throws -> Void) async throws -> URL {
        let path = intake.store.scratch()
        do {
            let writer = Written(try SheetWriter(at: path, sheet: table.sheet, heading: table.heading, widths: table.widths))
            try await fill { rows in try await blocking { for row in rows { try writer.sheet.add(row) } } }
            try await blocking { try writer.sheet.close() }
            return path
        } catch {
            path.remove()
            throw error
        }
    }
}

extension HTTPFields {
    /// Of a workbook that is saved under a name.
    static func workbook(named name: String) -> HTTPFields {
        [
            .contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            .contentDisposition: "attachment; filename=\"table.xlsx\"; filename*=UTF-8''\(Path.percentEncode(name))",
        ]
    }
}

/// A workbook that is written by one thread at a time, each after the other.
private final class Written: @unchecked Sendable {
    let sheet: SheetWriter
    init(_ sheet: SheetWriter) { self.sheet = sheet }
}

/// Rows that are sent one after the other, never two at once.
private final class Lines: @unchecked Sendable {
    private var writer: any ResponseBodyWriter

    init(writer: any ResponseBodyWriter) { self.writer = writer }

    func write(_ rows: [[String]]) async throws { try await writer.write(ByteBuffer(string: rows.map { CSVLine($0).text }.joined())) }
}

/// A line of comma-separated values that no spreadsheet takes for a formula (A-06).
struct CSVLine {
    let text: String

    init(_ cells: [String]) {
        text =
            cells.map { cell in
                let isFormula = cell.unicodeScalars.first.map { "=+-@\t\r＝＋－＠".unicodeScalars.contains($0) } ?? false
                return "\"\(isFormula ? "'" : "")\(cell.replacing("\"", with: "\"\""))\""
            }.joined(separator: ",") + "\r\n"
    }
}
