import CXml
import Foundation

/// Reads the first sheet of a workbook: every cell as the text that stands in it.
public struct SheetReader {
    /// Rows in order; each holds its cells by column, from 0, without those that are empty.
    public let rows: [Row]

    public struct Row: Sendable, Hashable {
        /// As the spreadsheet counts it, from 1.
        public let number: Int
        public let cells: [Int: String]
    }

    /// Bytes that a workbook may unpack to.
    public static let mostBytes = 50_000_000
    /// Bytes of the characters that a spreadsheet lets stand in one cell.
    private static let mostBytesOfCell = 4 * 32_767

    public init(at path: URL, mostRows: Int) throws(SheetProblem) {
        let archive = try Archive(at: path, mostBytes: Self.mostBytes)
        guard let book = try archive.part("xl/workbook.xml"), let relations = try archive.part("xl/_rels/workbook.xml.rels") else { throw .notAWorkbook }
        let targets = try Self.targets(relations)
        guard let target = try Self.firstSheet(book).flatMap({ targets[$0] }), let sheet = try archive.part(target) else { throw .notAWorkbook }
        let shared = try archive.part("xl/sharedStrings.xml")
        rows = try Self.rows(sheet, shared: try shared.map { bytes throws(SheetProblem) in try Self.strings(bytes) } ?? [], most: mostRows)
    }

    /// The relation of the sheet that is listed first.
    private static func firstSheet(_ bytes: [UInt8]) throws(SheetProblem) -> String? {
        let reader = try Elements(bytes)
        while let event = try reader.next() { if case .begin("sheet") = event { return reader.attribute("r:id") } }
        return nil
    }

    /// Parts by their relations.
    private static func targets(_ bytes: [UInt8]) throws(SheetProblem) -> [String: String] {
        var targets: [String: String] = [:]
        let reader = try Elements(bytes)
        while let event = try reader.next() {
            guard case .begin("Relationship") = event, let id = reader.attribute("Id"), let target = reader.attribute("Target") else { continue }
            targets[id] = target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
        }
        return targets
    }

    /// The texts that cells share; how one is said aloud is no part of it.
    private static func strings(_ bytes: [UInt8]) throws(SheetProblem) -> [String] {
        var (strings, text, isSpoken, isText): ([String], String, Bool, Bool) = ([], "", false, false)
        let reader = try Elements(bytes)
        while let event = try reader.next() {
            switch event {
            case .begin("si"): text = ""
            case .begin("rPh"): isSpoken = true
            case .end("rPh"): isSpoken = false
            case .begin("t"): isText = true
            case .end("t"): isText = false
            case .text(let piece):
                if isText, !isSpoken { text += piece }
                guard text.utf8.count <= mostBytesOfCell else { throw .tooLarge }
            case .end("si"): strings.append(text)
            case .begin, .end: break
            }
        }
        return strings
    }

    private static func rows(_ source: [UInt8], shared: [String], most: Int) throws(SheetProblem) -> [Row] {
        var rows: [Row] = []
        var (number, cells, column, kind, text, isValue, bytes) = (0, [Int: String](), 0, "", "", false, 0)
        let reader = try Elements(source)
        while let event = try reader.next() {
            switch event {
            case .begin("row"):
                number = reader.attribute("r").flatMap { Int($0) } ?? number + 1
                (cells, column) = ([:], -1)
            case .begin("c"):
                column = reader.attribute("r").flatMap { Self.column($0) } ?? column + 1
                (kind, text) = (reader.attribute("t") ?? "n", "")
            case .begin("v"), .begin("t"): isValue = true
            case .end("v"), .end("t"): isValue = false
            case .text(let piece):
                if isValue { text += piece }
                guard text.utf8.count <= mostBytesOfCell else { throw .tooLarge }
            case .end("c"):
                let value = kind == "s" ? Int(text).flatMap { shared.indices.contains($0) ? shared[$0] : nil } ?? "" : text
                // One text may stand in many cells, and is many once they are read.
                bytes += value.utf8.count
                guard bytes <= mostBytes else { throw .tooLarge }
                if !value.isEmpty, (0..<1000).contains(column) { cells[column] = value }
            case .end("row"):
                guard !cells.isEmpty else { continue }
                guard rows.count < most else { throw .tooManyRows(most) }
                rows.append(Row(number: number, cells: cells))
            case .begin, .end: break
            }
        }
        return rows
    }

    /// `AB12` → 27.
    private static func column(_ reference: String) -> Int? {
        var column = 0
        for byte in reference.utf8 {
            guard (0x41...0x5A).contains(byte) else { break }
            column = column * 26 + Int(byte - 0x40)
            guard column < 20_000 else { return nil }
        }
        return column > 0 ? column - 1 : nil
    }
}

/// The elements of an XML text, one after another. Nothing is fetched, no entity is defined, no document type is let in.
private final class Elements {
    enum Event: Equatable {
        case begin(String)
        case end(String)
        case text(String)
    }

    private let reader: xmlTextReaderPtr
    /// libxml2 reads from it for as long as there is a reader.
    private let bytes: UnsafeMutableBufferPointer<CChar>
    private var closing: String?

    init(_ source: [UInt8]) throws(SheetProblem) {
        bytes = .allocate(capacity: max(source.count, 1))
        for (index, byte) in source.enumerated() { bytes[index] = CChar(bitPattern: byte) }
        let options = CInt(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
        guard let reader = xmlReaderForMemory(bytes.baseAddress, CInt(clamping: source.count), nil, nil, options) else {
            bytes.deallocate()
            throw .notAWorkbook
        }
        self.reader = reader
    }

    deinit {
        xmlFreeTextReader(reader)
        bytes.deallocate()
    }

    func next() throws(SheetProblem) -> Event? {
        if let name = closing {
            closing = nil
            return .end(name)
        }
        while true {
            let code = xmlTextReaderRead(reader)
            if code == 0 { return nil }
            guard code == 1 else { throw .notAWorkbook }
            switch xmlTextReaderNodeType(reader) {
            case CInt(XML_READER_TYPE_ELEMENT.rawValue):
                let name = text(xmlTextReaderConstLocalName(reader))
                if xmlTextReaderIsEmptyElement(reader) == 1 { closing = name }
                return .begin(name)
            case CInt(XML_READER_TYPE_END_ELEMENT.rawValue): return .end(text(xmlTextReaderConstLocalName(reader)))
            case CInt(XML_READER_TYPE_TEXT.rawValue), CInt(XML_READER_TYPE_CDATA.rawValue), CInt(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue):
                return .text(text(xmlTextReaderConstValue(reader)))
            case CInt(XML_READER_TYPE_DOCUMENT_TYPE.rawValue), CInt(XML_READER_TYPE_ENTITY_REFERENCE.rawValue): throw .documentType
            case _: continue
            }
        }
    }

    /// An attribute of the element that has just begun.
    func attribute(_ name: String) -> String? {
        guard xmlTextReaderMoveToAttribute(reader, name) == 1 else { return nil }
        defer { xmlTextReaderMoveToElement(reader) }
        return text(xmlTextReaderConstValue(reader))
    }

    private func text(_ pointer: UnsafePointer<xmlChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}
