import Foundation
import Printing
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct PDFTests {
    private let mark = PDFPrinter.Mark(text: "乐山市演示中学 李初审 2026-11-26 14:05 打印", date: "2026-11-26T14:05:00+08:00")

    private func printed(_ blocks: [Printout.Block]) throws -> PrintedPDF {
        try PrintedPDF(PDFPrinter().pdf(of: Printout(title: "申报材料", subtitle: "张三 · 乐山市演示中学", blocks: blocks), marked: mark))
    }

    @Test func aPageIsA4AndSaysItsNumberAndWhoPrintsIt() throws {
        let pdf = try printed([.heading("基本情况"), .facts([.init("姓名", "张三"), .init("性别", "女")])])
        let facts = try pdf.facts()
        #expect(facts["Pages"] == "1")
        #expect(facts["Page size"]?.contains("A4") == true)
        #expect(facts["Title"] == "申报材料 张三 · 乐山市演示中学")
        let text = try pdf.text()
        for words in ["申报材料", "张三 · 乐山市演示中学", "基本情况", "姓名", "女", "第 1 页，共 1 页"] { #expect(text.contains(words), "\(words) in \(text)") }
        #expect(text.contains("李初审 2026-11-26 14:05"))
    }

    @Test func aLongMarkStaysOnThePaperAndOffThePageNumber() throws {
        let name = (0..<100).map { "单位名称很长的某某某某"[String.Index(utf16Offset: $0 % 11, in: "单位名称很长的某某某某")] }
        let mark = PDFPrinter.Mark(text: "\(String(name)) 李初审 2026-11-26 14:05 打印", date: "2026-11-26T14:05:00+08:00")
        let pdf = try PrintedPDF(PDFPrinter().pdf(of: Printout(title: "申报材料", subtitle: "", blocks: [.text("正文")]), marked: mark))
        #expect(try pdf.text().contains("第 1 页，共 1 页"))
        let words = try pdf.words()
        #expect(words.count > 10)
        #expect(words.allSatisfy { $0.left >= 0 && $0.right <= 595.28 }, "\(words)")
    }

    @Test func aMachineWithoutChineseSaysSo() {
        #expect(PDFPrinter().canSetChinese)
    }

    @Test func theSamePrintoutIsTheSameBytes() throws {
        let printout = Printout(title: "公示表", subtitle: "", blocks: [.table(.init([.init("姓名"), .init("现职称")], [["张三", "一级教师"]]))])
        let (first, second) = (try PDFPrinter().pdf(of: printout, marked: mark), try PDFPrinter().pdf(of: printout, marked: mark))
        #expect(first == second)
    }

    @Test func aLongTableSaysItsHeadingOnEveryPageAndLosesNoRow() throws {
        let rows = (1...400).map { ["第\($0)人", "论文题目若干字\($0)"] }
        let pdf = try printed([.table(.init([.init("申报人姓名"), .init("题目", width: 3)], rows))])
        let pages = Int(try pdf.facts()["Pages"] ?? "") ?? 0
        #expect(pages >= 5)
        for page in 1...pages {
            let text = try pdf.text(ofPage: page)
            #expect(text.contains("申报人姓名"))
            #expect(text.contains("第 \(page) 页，共 \(pages) 页"))
        }
        // Single characters of the watermark stand between the words of some rows.
        #expect(try pdf.text().components(separatedBy: "题目若").count == 401)
    }

    @Test func whatIsHigherThanAPageIsBrokenBetweenLinesAndWhole() throws {
        let long = (1...6000).map { "段\($0)" }.joined(separator: "，")
        let pdf = try printed([.facts([.init("推荐意见", long)]), .table(.init([.init("全文"), .init("题目")], [[long, "短"]])), .text(long)])
        #expect((Int(try pdf.facts()["Pages"] ?? "") ?? 0) > 12)
        #expect(try pdf.text().filter { $0 == "段" }.count == 3 * 6000)
    }

    @Test func aHeadingIsNeverTheLastOfAPage() throws {
        for lines in 38...62 {
            let pdf = try printed([.text(Array(repeating: "行", count: lines).joined(separator: "\n")), .heading("末尾的标题"), .facts([.init("姓名", "张三")])])
            let pages = Int(try pdf.facts()["Pages"] ?? "") ?? 0
            for page in 1...pages {
                let text = try pdf.text(ofPage: page)
                #expect(text.contains("末尾的标题") == text.contains("姓名"), "\(lines) lines, page \(page)")
            }
        }
    }

    @Test func hostileTextIsOnlyText() throws {
        let pdf = try printed([
            .text("<b>粗</b> & \u{202E}反\u{0} \u{7}响 " + String(repeating: "\u{0301}", count: 500)), .facts([.init("", ""), .init("<i>", "\n\n")]), .signatures([]),
        ])
        #expect(try pdf.text().contains("<b>粗</b> &"))
        #expect(try printed([.table(.init([], [[]])), .table(.init([.init("空")], []))]).facts()["Pages"] == "1")
    }

    @Test func aPhotoStandsInTheFileAndAWrongOneIsLeftOut() throws {
        let jpeg = try #require(Data(base64Encoded: Self.jpeg))
        let portrait = Printout.Portrait(picture: jpeg, address: "", description: "")
        let facts = (1...8).map { Printout.Fact("栏\($0)", "值") }
        #expect(try printed([.facts(facts, portrait: portrait)]).pictures() == 1)
        #expect(try printed([.facts(facts, portrait: .init(picture: Data("GIF89a".utf8), address: "", description: ""))]).pictures() == 0)
        for length in 0..<jpeg.count { _ = try printed([.facts([facts[0]], portrait: .init(picture: jpeg.prefix(length), address: "", description: ""))]) }
    }

    /// One grey pixel.
    private static let jpeg = """
        /9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=
        """
}

/// A PDF as poppler reads it.
struct PrintedPDF {
    let path: String

    init(_ bytes: [UInt8]) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "printed-\(getpid())-\(UInt32.random(in: 0 ... .max)).pdf").path
        try Data(bytes).write(to: URL(filePath: path))
    }

    func facts() throws -> [String: String] {
        var facts: [String: String] = [:]
        for line in try run("pdfinfo", "'\(path)'").split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { facts[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return facts
    }

    func text() throws -> String { try run("pdftotext", "-layout '\(path)' -") }
    func text(ofPage page: Int) throws -> String { try run("pdftotext", "-f \(page) -l \(page) -layout '\(path)' -") }
    /// Where words stand across the page, in points.
    func words() throws -> [(left: Double, right: Double)] {
        try run("pdftotext", "-bbox '\(path)' -").matches(of: /xMin="([-\d.]+)" yMin="[^"]*" xMax="([-\d.]+)"/).map { (Double($0.1) ?? -1, Double($0.2) ?? -1) }
    }

    func pictures() throws -> Int { try run("pdfimages", "-list '\(path)'").split(separator: "\n").count - 2 }

    struct Failed: Error {}

    private func run(_ program: String, _ arguments: String) throws -> String {
        guard let pipe = popen("\(program) \(arguments)", "r") else { throw Failed() }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let read = fread(&chunk, 1, chunk.count, pipe), read > 0 { bytes.append(contentsOf: chunk[..<read]) }
        guard pclose(pipe) == 0 else { throw Failed() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
