import Domain
import Files
import Foundation
import Testing

/// What people should not upload: refused with a sentence, or harmless.
@Suite struct HostileFileTests {
    private static func header(width: UInt32, height: UInt32) -> [UInt8] {
        func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
        let body = Array("IHDR".utf8) + big(width) + big(height) + [8, 2, 0, 0, 0]
        let sum = ~body.reduce(UInt32.max) { sum, byte in (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 } }
        return Array(tinyPNG.prefix(8)) + big(13) + body + big(sum) + tinyPNG.dropFirst(33)
    }

    private static let corpus: [(String, [UInt8], FileRefusal)] = [
        ("nothing", [], .empty), ("one byte", [0], .unknownKind), ("HTML", Array("<!doctype html><script>alert(1)</script>".utf8), .unknownKind),
        ("HTML behind a BOM", Array("\u{FEFF}<html>".utf8), .unknownKind),
        ("SVG", Array("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".utf8), .unknownKind),
        ("SVG with a declaration", Array("<?xml version=\"1.0\"?><svg/>".utf8), .unknownKind), ("GIF", Array("GIF89a<script>alert(1)</script>".utf8), .unknownKind),
        ("ZIP", [0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 200), .unknownKind), ("an old office file", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .unknownKind),
        ("a program", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1], .unknownKind), ("a Windows program", Array("MZ\u{90}".utf8), .unknownKind), ("TIFF", [0x49, 0x49, 0x2A, 0], .unknownKind),
        ("WebP", Array("RIFF____WEBPVP8 ".utf8), .unknownKind), ("PostScript", Array("%!PS-Adobe-3.0\n%%EOF".utf8), .unknownKind),
        ("HTML with a PDF inside", Array("<html>%PDF-1.4\n%%EOF".utf8), .unknownKind), ("a PDF cut short", Array(tinyPDF().prefix(60)), .unknownKind),
        ("a PDF of nothing", Array("%PDF-1.7\n%%EOF".utf8), .damaged),
        ("a PDF of rubbish", Array("%PDF-1.4\n".utf8) + (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 31) } + Array("%%EOF".utf8), .damaged),
        ("a PDF without pages", Array("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF".utf8), .damaged),
        ("a locked PDF", Array("%PDF-1.4\ntrailer\n<< /Encrypt 9 0 R >>\n%%EOF".utf8), .encrypted), ("a PNG cut short", Array(tinyPNG.prefix(40)), .damaged),
        ("a PNG's first bytes", Array(tinyPNG.prefix(8)), .damaged), ("a JPEG's first bytes", [0xFF, 0xD8, 0xFF, 0xE0], .damaged),
        ("a PNG of 50,000 by 50,000", header(width: 50_000, height: 50_000), .tooManyPixels),
        ("a PNG of 4 billion by 4 billion", header(width: 4_000_000_000, height: 4_000_000_000), .damaged),
        ("a PNG 40,000 wide", header(width: 40_000, height: 10), .tooManyPixels),
        ("HTML called a JPEG by its first bytes", [0xFF, 0xD8, 0xFF] + Array("<script>alert(1)</script>".utf8), .damaged),
    ]

    @Test(arguments: corpus.indices) func isRefused(_ index: Int) async throws {
        let shelf = try Shelf()
        let (name, bytes, expected) = Self.corpus[index]
        let refusal = try await shelf.refusal(of: bytes)
        // Whether a header beyond all measure is called damaged or too large is the reader's affair.
        let isRight = refusal == expected || (expected == .damaged && refusal == .tooManyPixels)
        #expect(isRight, "\(name): \(String(describing: refusal))")
        #expect(refusal?.sentence.isEmpty == false)
        #expect(shelf.files(in: "contents").isEmpty && shelf.files(in: "incoming").isEmpty && shelf.files(in: "pictures").isEmpty, "\(name)")
    }

    /// Harmless, because only a picture of it is ever shown and the original is only ever saved.
    @Test func polyglotsAreShownAsTheirPicturesOnly() async throws {
        let shelf = try Shelf()
        for bytes in [tinyPNG + Array("<script>alert(1)</script>".utf8), tinyPDF("<script>alert(1)</script>"), tinyPNG + [0x50, 0x4B, 3, 4]] {
            let kept = try await shelf.take(bytes)
            let picture = try #require(try await shelf.intake.drawing.picture(of: kept.attachment(someID, named: "两页"), page: 1))
            #expect(picture.starts(with: [0xFF, 0xD8, 0xFF]) && picture.range(of: Data("<script>".utf8)) == nil)
        }
    }

    /// A few hundred bytes that say they are a hundred million objects, and a page of a square kilometre.
    @Test func bombsEndInTime() async throws {
        let shelf = try Shelf()
        let deep =
            "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 100000000 /Kids [2 0 R 2 0 R 2 0 R] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF"
        #expect(try await shelf.refusal(of: Array(deep.utf8)) != nil)
        let wide = String(decoding: tinyPDF(), as: UTF8.self).replacing("[0 0 200 280]", with: "[0 0 2800000 2800000]")
        if let kept = try? await shelf.take(Array(wide.utf8)) {
            let picture = try await shelf.intake.drawing.picture(of: kept.attachment(someID, named: "两页"), page: 1)
            #expect((picture?.count ?? 0) < 2_000_000)
        }
    }

    @Test func rubbishEndsNothing() async throws {
        let shelf = try Shelf()
        var source = SystemRandomNumberGenerator()
        for _ in 0..<12 {
            var bytes = Bool.random() ? tinyPDF() : tinyPNG
            for _ in 0..<8 { bytes[Int.random(in: 4..<bytes.count, using: &source)] = UInt8.random(in: 0...255, using: &source) }
            _ = try await shelf.refusal(of: bytes)
        }
        #expect(try await shelf.refusal(of: tinyPNG) == nil)
    }
}
