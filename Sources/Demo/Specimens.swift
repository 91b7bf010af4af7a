import Domain
import Files
import Storage

/// The dozen files that the demo's people have scanned: made here, byte for byte the same every time, kept once and shared.
public struct Specimens: Sendable {
    enum Specimen: String, CaseIterable {
        case portraitA, portraitB, portraitC, diploma, degree, appointment, training, assessment, award, paper, publicity, postTable

        var fileName: String {
            switch self {
            case .portraitA, .portraitB, .portraitC: "证件照片"
            case .diploma: "学历证书"
            case .degree: "学位证书"
            case .appointment: "聘任文件"
            case .training: "继续教育学时证明"
            case .assessment: "年度考核登记表"
            case .award: "获奖证书"
            case .paper: "论文（封面、目录、正文）"
            case .publicity: "公示证明材料（盖章）"
            case .postTable: "事业单位岗位情况表（盖章）"
            }
        }
    }

    private let kept: [Specimen: (file: KeptFile, name: String)]

    /// Puts every specimen into the store.
    public init(in intake: Intake) async throws {
        var made: [Specimen: KeptFile] = [:]
        for specimen in Specimen.allCases {
            switch specimen {
            case .portraitA, .portraitB, .portraitC:
                made[specimen] = try await intake.keep(Portrait(hue: Specimen.allCases.firstIndex(of: specimen) ?? 0).png, .png)
            case .diploma, .degree, .appointment, .training, .assessment, .award, .paper, .publicity, .postTable:
                let pages = specimen == .paper ? ["封面", "目录", "正文"] : [""]
                made[specimen] = try await intake.keep(Sheet(title: specimen.fileName, pages: pages).pdf, .pdf, pages: pages.count)
            }
        }
        kept = made.reduce(into: [:]) { $0[$1.key] = ($1.value, $1.value.kind.cleaned(name: $1.key.fileName)) }
    }

    /// Makes the specimens' contents known to the database.
    func remember(_ connection: any Connection, at now: Instant) throws {
        for specimen in Specimen.allCases { try connection.remember(try attachment(specimen, ID(derivedFrom: specimen.rawValue)), at: now) }
    }

    func attachment(_ specimen: Specimen, _ id: ID<Attachment>) throws -> Attachment {
        guard let (file, name) = kept[specimen] else { throw Problem.notFound }
        return Attachment(id: id, name: name, digest: file.digest, kind: file.kind, bytes: file.bytes, pages: file.pages)
    }
}

/// A sheet of paper with a heading, a line or two and a red seal, as a PDF of few bytes.
struct Sheet {
    let title: String
    let pages: [String]

    var pdf: [UInt8] {
        var objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count \(pages.count) /Kids [\(pages.indices.map { "\(6 + 2 * $0) 0 R" }.joined(separator: " "))] >>",
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>",
            """
            << /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 5 >> \
            /FontDescriptor 5 0 R >>
            """,
            """
            << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 \
            /CapHeight 880 /StemV 80 >>
            """,
        ]
        for (number, page) in pages.enumerated() {
            objects.append("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents \(7 + 2 * number) 0 R >>")
            let stream = drawing(page)
            objects.append("<< /Length \(stream.utf8.count) >>\nstream\n\(stream)\nendstream")
        }
        return assembled(objects)
    }

    private func drawing(_ page: String) -> String {
        func line(_ text: String, _ size: Int, _ x: Int, _ y: Int) -> String { "BT /F1 \(size) Tf \(x) \(y) Td <\(hexadecimal(text))> Tj ET" }
        let seal = "q 0.83 0.16 0.14 RG 3 w 470 190 m 470 223 443 250 410 250 c 377 250 350 223 350 190 c 350 157 377 130 410 130 c 443 130 470 157 470 190 c S Q"
        return [
            line(title, 26, 297 - 13 * title.unicodeScalars.count, 700), page.isEmpty ? "" : line(page, 18, 100, 640),
            line("本件为演示材料，内容均为虚构。", 14, 100, 560), line("四川省专业技术人才职称评审演示", 14, 100, 530), seal,
            "0.83 0.16 0.14 rg", line("演示单位", 16, 378, 184), "0 g",
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private func hexadecimal(_ text: String) -> String {
        text.utf16.map { unit in
            let digits = String(unit, radix: 16, uppercase: true)
            return String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    private func assembled(_ objects: [String]) -> [UInt8] {
        var text = Array("%PDF-1.4\n".utf8)
        var offsets: [Int] = []
        for (number, object) in objects.enumerated() {
            offsets.append(text.count)
            text += "\(number + 1) 0 obj\n\(object)\nendobj\n".utf8
        }
        let table = offsets.map { String(repeating: "0", count: 10 - String($0).count) + "\($0) 00000 n \n" }.joined()
        let start = text.count
        text += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n\(table)trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n".utf8
        return text
    }
}

/// The picture of nobody: a head and shoulders on the ground of an identity photo.
struct Portrait {
    let hue: Int
    private let width = 236
    private let height = 330

    init(hue: Int) { self.hue = hue }

    /// A palette of four colours, two bits a pixel, stored without compression.
    var png: [UInt8] {
        let row = (width + 3) / 4
        var pixels: [UInt8] = []
        pixels.reserveCapacity((row + 1) * height)
        for y in 0..<height {
            pixels.append(0)
            for x in stride(from: 0, to: row * 4, by: 4) {
                pixels.append((0..<4).reduce(UInt8(0)) { $0 << 2 | colour(x + $1, y) })
            }
        }
        let grounds: [[UInt8]] = [[67, 142, 219], [255, 255, 255], [67, 142, 219]]
        let clothes: [[UInt8]] = [[38, 50, 72], [60, 60, 60], [94, 38, 48]]
        let palette = grounds[hue % 3] + clothes[hue % 3] + [238, 205, 176] + [30, 26, 24]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", big(width) + big(height) + [2, 3, 0, 0, 0]) + chunk("PLTE", palette)
            + chunk("IDAT", stored(pixels)) + chunk("IEND", [])
    }

    /// 0 ground, 1 clothes, 2 skin, 3 hair.
    private func colour(_ x: Int, _ y: Int) -> UInt8 {
        func inside(_ centre: (Int, Int), _ radii: (Int, Int)) -> Bool {
            let (dx, dy) = ((x - centre.0) * radii.1, (y - centre.1) * radii.0)
            return dx * dx + dy * dy <= radii.0 * radii.0 * radii.1 * radii.1
        }
        if inside((118, 150), (52, 66)) && y > 112 { return 2 }
        if inside((118, 136), (62, 66)) && y < 150 { return 3 }
        if inside((118, 330), (104, 92)) { return abs(x - 118) < 22 && y < 262 ? 2 : 1 }
        return abs(x - 118) < 22 && y > 190 && y < 262 ? 2 : 0
    }

    private func big(_ number: Int) -> [UInt8] { stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) } }

    private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return big(data.count) + body + big(Int(checksum(body)))
    }

    /// CRC-32, as PNG wants it.
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
    }

    /// A zlib stream of stored blocks.
    private func stored(_ bytes: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes.count, by: 65_535) {
            let piece = bytes[start..<min(start + 65_535, bytes.count)]
            let (low, high) = (UInt8(piece.count & 255), UInt8(piece.count >> 8))
            stream += [start + piece.count == bytes.count ? 1 : 0, low, high, ~low, ~high] + piece
        }
        let (a, b) = bytes.reduce((UInt32(1), UInt32(0))) { sums, byte in
            let a = (sums.0 + UInt32(byte)) % 65_521
            return (a, (sums.1 + a) % 65_521)
        }
        return stream + big(Int(b << 16 | a))
    }
}
