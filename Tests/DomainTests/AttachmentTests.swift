import Domain
import Testing

@Suite struct AttachmentTests {
    private func kind(_ head: String, tail: String = "") -> FileKind? { FileKind(head: Array(head.utf8), tail: Array(tail.utf8)) }

    @Test func kindsAreToldByContent() {
        #expect(kind("%PDF-1.7\n", tail: "startxref\n9\n%%EOF\n") == .pdf)
        #expect(kind("%PDF-2.0\n", tail: "%%EOF") == .pdf)
        #expect(FileKind(head: [0xFF, 0xD8, 0xFF, 0xE0], tail: []) == .jpeg)
        #expect(FileKind(head: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], tail: []) == .png)
    }

    @Test(arguments: ["", "<!doctype html>", "<svg xmlns=", "GIF89a<script>", "PK\u{3}\u{4}", " %PDF-1.4", "%PDF-9.0", "BM", "\u{FEFF}%PDF-1.4", "%!PS-Adobe"])
    func everythingElseIsNone(_ head: String) { #expect(kind(head, tail: "%%EOF") == nil) }

    @Test func aPDFWithoutItsEndIsNone() { #expect(kind("%PDF-1.4\n", tail: "endobj") == nil) }

    @Test(arguments: [
        ("证书.PDF", "证书.pdf"), ("../../etc/passwd", "passwd.pdf"), ("C:\\扫描\\论文.docx", "论文.docx.pdf"), ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("证书\u{202E}gnp.exe", "证书gnp.exe.pdf"), ("", "附件.pdf"), (".htaccess", "htaccess.pdf"), ("\"><script>.png", "script.pdf"), ("..", "附件.pdf"),
        ("a\u{0}b.pdf", "ab.pdf"), ("图.jpeg.png", "图.jpeg.pdf"),
    ])
    func namesAreCleaned(_ name: String, _ cleaned: String) { #expect(FileKind.pdf.cleaned(name: name) == cleaned) }

    /// 240 bytes and the extension fit where names of files are kept.
    @Test func longNamesAreCut() {
        #expect(FileKind.jpeg.cleaned(name: String(repeating: "证", count: 255) + ".jpg") == String(repeating: "证", count: 80) + ".jpg")
        #expect(FileKind.pdf.cleaned(name: String(repeating: "a", count: 300)).utf8.count == 104)
    }

    @Test func sizesAreReadable() {
        func size(_ bytes: Int) -> String { KeptFile(digest: "", kind: .pdf, bytes: bytes, pages: 1).attachment(id(1), named: "").size }
        #expect([12, 345_678, 1_250_000, 20_000_000].map(size) == ["1 KB", "345 KB", "1.2 MB", "20.0 MB"])
    }
}

@Suite struct PostTableTests {
    private let full: [String: String] = {
        var values = ["staffing": "100", "employed": "90", "posts": "95", "professionalPosts": "80", "filledOn": "2026-09-01", "filledBy": "张三"]
        for level in PostTable.Level.allCases {
            for (column, number) in [(PostTable.Column.approved, 10), (.filled, 8), (.recommended, 2)] { values[PostTable.key(level, column)] = "\(number)" }
        }
        return values
    }()

    private func problems(_ changes: [String: String]) -> [FieldProblem] {
        let values = full.merging(changes) { $1 }
        return PostTable.read({ values[$0] ?? "" }, in: reference, today: day("2026-11-23")).problems
    }

    @Test func vacanciesFollowFromTheFirstTwoColumns() {
        let table = PostTable(year: 2026, number: 1, values: full.merging(["middle.filled": "12"]) { $1 }, file: proof())
        #expect(table.vacancy(.associateSenior) == 2)
        #expect(table.vacancy(.middle) == -2, "more appointed than approved")
        #expect(problems([:]).isEmpty)
    }

    @Test func moreRecommendedThanVacantIsExplained() {
        #expect(problems(["associateSenior.recommended": "3"]).map(\.field) == ["explanation"])
        #expect(problems(["associateSenior.recommended": "3", "explanation": "一人年内退休"]).isEmpty)
        #expect(problems(["middle.filled": "12", "middle.recommended": "1"]).map(\.field) == ["explanation"])
    }

    @Test func totalsHaveToFit() {
        #expect(problems(["professionalPosts": "49"]).map(\.field) == ["professionalPosts"])
        #expect(problems(["posts": "70"]).map(\.field) == ["professionalPosts"])
        #expect(problems(["staffing": "", "middle.approved": "-1"]).map(\.field) == ["staffing", "middle.approved"])
        #expect(problems(["filledOn": "2026-11-24"]).map(\.field) == ["filledOn"])
    }
}
