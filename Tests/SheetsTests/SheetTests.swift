import CZip
import Foundation
import Testing

@testable import Sheets

/// What is written is read again; what is no workbook, or a hostile one, is refused.
@Suite struct SheetTests {
    private func temporary() -> URL { FileManager.default.temporaryDirectory.appending(path: "sheet-\(UUID().uuidString).xlsx") }

    @Test func whatIsWrittenIsRead() throws {
        let path = temporary()
        defer { unlink(path.path) }
        let writer = try SheetWriter(at: path, sheet: "单位", heading: ["单位名称", "证件号码"], widths: [30, 20])
        try writer.add(["演示<学校> & \"引号\"", "51010419800101001X"])
        try writer.add(["=1+1", ""])
        try writer.add(["", "110105194912310046"])
        try writer.close()
        let read = try SheetReader(at: path, mostRows: 100)
        #expect(read.rows.map(\.number) == [1, 2, 3, 4])
        #expect(read.rows.map(\.cells) == [[0: "单位名称", 1: "证件号码"], [0: "演示<学校> & \"引号\"", 1: "51010419800101001X"], [0: "=1+1"], [1: "110105194912310046"]])
        #expect(throws: SheetProblem.tooManyRows(3)) { try SheetReader(at: path, mostRows: 3) }
    }

    @Test func aManyThousandRowsAreWritten() throws {
        let path = temporary()
        defer { unlink(path.path) }
        let writer = try SheetWriter(at: path, sheet: "单位", heading: ["a"], widths: [10])
        for number in 0..<5000 { try writer.add(["第 \(number) 行"]) }
        try writer.close()
        #expect(try SheetReader(at: path, mostRows: 6000).rows.last?.cells == [0: "第 4999 行"])
    }

    @Test(arguments: ["", "PK", "%PDF-1.4", "name,code\n1,2\n"]) func whatIsNoWorkbookIsRefused(_ text: String) throws {
        let path = temporary()
        defer { unlink(path.path) }
        try Data(text.utf8).write(to: path)
        #expect(throws: SheetProblem.notAWorkbook) { try SheetReader(at: path, mostRows: 10) }
    }

    private struct CannotPack: Error {}

    /// A workbook made of these parts.
    private func workbook(_ sheet: String, book: String = "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" r:id=\"rId1\"/></sheets></workbook>", strings: String? = nil) throws
        -> URL
    {
        var parts = [
            "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet,
            "xl/_rels/workbook.xml.rels": "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ]
        parts["xl/sharedStrings.xml"] = strings
        let path = temporary()
        guard let archive = zip_open(path.path, ZIP_CREATE, nil) else { throw CannotPack() }
        // Read when the archive is closed, and freed by it.
        for (name, text) in parts {
            let bytes = strdup(text)
            guard let source = zip_source_buffer(archive, bytes, zip_uint64_t(text.utf8.count), 1), zip_file_add(archive, name, source, 0) >= 0 else { throw CannotPack() }
        }
        guard zip_close(archive) == 0 else { throw CannotPack() }
        return path
    }

    /// As other programs write it: shared texts with pieces and readings, numbers, gaps, cells without a place.
    @Test func whatOthersWriteIsRead() throws {
        let path = try workbook(
            """
            <worksheet><sheetData><row r="3"><c r="B3" t="s"><v>0</v></c><c r="D3"><v>46000</v></c><c t="inlineStr"><is><t>内</t></is></c></row><row/><row><c t="s"><v>9</v></c>\
            <c t="str"><v>算出</v></c></row></sheetData></worksheet>
            """, strings: "<sst><si><r><t>演</t></r><r><t xml:space=\"preserve\">示 </t></r><rPh><t>yan</t></rPh></si></sst>")
        defer { unlink(path.path) }
        let rows = try SheetReader(at: path, mostRows: 10).rows
        #expect(rows.map(\.number) == [3, 5] && rows[0].cells == [1: "演示 ", 3: "46000", 4: "内"] && rows[1].cells == [1: "算出"])
    }

    @Test func documentTypesAreRefused() throws {
        let path = try workbook("<!DOCTYPE x [<!ENTITY a \"b\">]><worksheet><sheetData><row><c t=\"str\"><v>&a;</v></c></row></sheetData></worksheet>")
        defer { unlink(path.path) }
        #expect(throws: SheetProblem.documentType) { try SheetReader(at: path, mostRows: 10) }
    }

    @Test func whatUnpacksToTooMuchIsRefused() throws {
        let path = try workbook("<worksheet><sheetData>" + String(repeating: " ", count: SheetReader.mostBytes) + "</sheetData></worksheet>")
        defer { unlink(path.path) }
        #expect(throws: SheetProblem.tooLarge) { try SheetReader(at: path, mostRows: 10) }
    }

    /// One long text that many cells share is refused before it is many.
    @Test func aSharedTextIsNotMultiplied() throws {
        let long = String(repeating: "a", count: 200_000)
        let path = try workbook("<worksheet><sheetData><row><c t=\"s\"><v>0</v></c></row></sheetData></worksheet>", strings: "<sst><si><t>\(long)</t></si></sst>")
        defer { unlink(path.path) }
        #expect(throws: SheetProblem.tooLarge) { try SheetReader(at: path, mostRows: 10) }
        let cell = "<c t=\"s\"><v>0</v></c>"
        let wide = try workbook(
            "<worksheet><sheetData>" + String(repeating: "<row>" + String(repeating: cell, count: 20) + "</row>", count: 60) + "</sheetData></worksheet>",
            strings: "<sst><si><t>\(long.prefix(100_000))</t></si></sst>")
        defer { unlink(wide.path) }
        #expect(throws: SheetProblem.tooLarge) { try SheetReader(at: wide, mostRows: 100) }
    }

    @Test func whatIsNoXMLIsRefused() throws {
        let path = try workbook("<worksheet><sheetData><row></worksheet>")
        defer { unlink(path.path) }
        #expect(throws: SheetProblem.notAWorkbook) { try SheetReader(at: path, mostRows: 10) }
    }
}
