import CXlsxWriter
import Foundation

/// Writes a workbook of one sheet, row by row, without holding the rows in memory. Every cell is text: nothing in it can be a formula, and no
/// long number loses its last digits.
public final class SheetWriter {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let workbook: UnsafeMutablePointer<lxw_workbook>
    private let sheet: UnsafeMutablePointer<lxw_worksheet>
    private let text: UnsafeMutablePointer<lxw_format>?
    private var row: UInt32 = 0
    private var isClosed = false

    /// Characters that one cell of a workbook holds.
    public static let mostCharacters = 32_767

    /// `widths`: of the columns, in characters.
    public init(at path: URL, sheet name: String, heading: [String], widths: [Double]) throws {
        var options = lxw_workbook_options()
        options.constant_memory = 1
        guard let workbook = path.path.withCString({ workbook_new_opt($0, &options) }), let sheet = name.withCString({ workbook_add_worksheet(workbook, $0) }) else {
            throw Failure(description: "cannot begin \(path.lastPathComponent)")
        }
        (self.workbook, self.sheet) = (workbook, sheet)
        text = workbook_add_format(workbook)
        format_set_num_format(text, "@")
        format_set_text_wrap(text)
        let bold = workbook_add_format(workbook)
        format_set_bold(bold)
        format_set_num_format(bold, "@")
        for (column, width) in widths.enumerated() { worksheet_set_column(sheet, UInt16(column), UInt16(column), width, text) }
        worksheet_freeze_panes(sheet, 1, 0)
        try add(heading, bold)
    }

    deinit { if !isClosed { workbook_close(workbook) } }

    public func add(_ cells: [String]) throws { try add(cells, text) }

    private func add(_ cells: [String], _ format: UnsafeMutablePointer<lxw_format>?) throws {
        for (column, cell) in cells.enumerated() where !cell.isEmpty {
            let text = cell.unicodeScalars.count <= Self.mostCharacters ? cell : String(cell.unicodeScalars.prefix(Self.mostCharacters))
            let code = worksheet_write_string(sheet, row, UInt16(column), text, format)
            guard code == LXW_NO_ERROR else { throw Failure(description: String(cString: lxw_strerror(code))) }
        }
        row += 1
    }

    /// The workbook is whole when this returns.
    public func close() throws {
        isClosed = true
        let code = workbook_close(workbook)
        guard code == LXW_NO_ERROR else { throw Failure(description: String(cString: lxw_strerror(code))) }
    }
}
