import CPango
import Foundation

/// Draws printouts on A4, as PDF. It takes the thread it is called on for as long as it draws: some twenty milliseconds a page.
public struct PDFPrinter: Sendable {
    public let font: String

    public init(font: String = "Noto Sans CJK SC") { self.font = font }

    private static let (paperWidth, paperHeight) = (595.28, 841.89)
    private static let (margin, foot) = (48.0, 34.0)
    /// Of the watermark along its slant, and what the foot keeps for the page's number.
    private static let (watermarkWidth, numberWidth) = (520.0, 110.0)

    /// What is said on every page: who printed it and when, behind the text and below it.
    public struct Mark: Sendable, Hashable {
        public let text: String
        /// Of the file, as in `2026-11-23T14:05:00+08:00`; two files of the same printout and mark are the same bytes.
        public let date: String

        public init(text: String, date: String) {
            self.text = text
            self.date = date
        }
    }

    public func pdf(of printout: Printout, marked mark: Mark) throws(PrintingFailure) -> [UInt8] {
        let written = Written()
        // Cairo writes until its surface is gone, however this ends.
        defer { withExtendedLifetime(written) {} }
        let surface = cairo_pdf_surface_create_for_stream(
            { target, bytes, count in
                guard let target, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
                Unmanaged<Written>.fromOpaque(target).takeUnretainedValue().bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(written).toOpaque(), Self.paperWidth, Self.paperHeight)
        defer { cairo_surface_destroy(surface) }
        guard let surface, let cairo = cairo_create(surface) else { throw PrintingFailure("no PDF can be begun") }
        defer { cairo_destroy(cairo) }
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, "\(printout.title) \(printout.subtitle)")
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, mark.date)
        let typesetter = try Typesetter(cairo, font: font)
        var pages = try pages(of: printout, typesetter)
        let watermark = try typesetter.set(mark.text, size: 15, width: Self.watermarkWidth, isCentred: true)
        let left = try typesetter.set(mark.text, size: 8, width: Self.paperWidth - 2 * Self.margin - Self.numberWidth)
        for index in pages.indices {
            drawWatermark(watermark, on: cairo)
            for placed in pages[index] { draw(placed, on: cairo, of: surface, page: index + 1) }
            // What is drawn is not needed any more: a dossier can have some hundred pages.
            pages[index] = []
            let number = try typesetter.set("第 \(index + 1) 页，共 \(pages.count) 页", size: 8)
            left.draw(0..<left.lines.count, on: cairo, x: Self.margin, y: Self.paperHeight - Self.foot)
            number.draw(0..<1, on: cairo, x: Self.paperWidth - Self.margin - number.width, y: Self.paperHeight - Self.foot)
            cairo_show_page(cairo)
        }
        cairo_surface_finish(surface)
        let status = cairo_status(cairo) == CAIRO_STATUS_SUCCESS ? cairo_surface_status(surface) : cairo_status(cairo)
        guard status == CAIRO_STATUS_SUCCESS else { throw PrintingFailure(String(cString: cairo_status_to_string(status))) }
        return written.bytes
    }

    private func pages(of printout: Printout, _ typesetter: Typesetter) throws(PrintingFailure) -> [[PlacedStrip]] {
        let strips = try Layout(typesetter: typesetter, width: Self.paperWidth - 2 * Self.margin).strips(of: printout)
        return Pages(strips, height: Self.paperHeight - 2 * Self.margin).pages
    }

    /// Whether the machine has what it takes to set Chinese: without its font, every character would be an empty box, and nobody would be told.
    public var canSetChinese: Bool {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
        defer { cairo_surface_destroy(surface) }
        guard let surface, let cairo = cairo_create(surface) else { return false }
        defer { cairo_destroy(cairo) }
        do {
            return try Typesetter(cairo, font: font).set("专业技术人才职称评审，第页共：", size: 10).unknownCharacters == 0
        } catch {
            return false
        }
    }

    private final class Written {
        var bytes: [UInt8] = []
    }

    /// Pale and aslant, three times a page.
    private func drawWatermark(_ text: SetText, on cairo: OpaquePointer) {
        for place in 1...3 {
            cairo_save(cairo)
            cairo_set_source_rgb(cairo, 0.91, 0.91, 0.91)
            cairo_translate(cairo, Self.paperWidth / 2, Self.paperHeight * Double(place) / 4)
            cairo_rotate(cairo, -Double.pi / 7)
            text.draw(0..<text.lines.count, on: cairo, x: -Self.watermarkWidth / 2, y: 0)
            cairo_restore(cairo)
        }
    }

    private func draw(_ placed: PlacedStrip, on cairo: OpaquePointer, of surface: OpaquePointer, page: Int) {
        let (strip, y) = (placed.strip, placed.y + Self.margin)
        if let name = strip.outline, let first = placed.lines.first, first.lowerBound == 0 {
            cairo_pdf_surface_add_outline(surface, CAIRO_PDF_OUTLINE_ROOT, name, "page=\(page) pos=[\(Int(Self.margin)) \(Int(y))]", CAIRO_PDF_OUTLINE_FLAG_OPEN)
        }
        for (cell, lines) in zip(strip.cells, placed.lines) {
            let x = Self.margin + cell.x
            if strip.isFramed { frame(cell, x: x, y: y, height: placed.height, on: cairo) }
            cairo_set_source_rgb(cairo, 0.1, 0.1, 0.1)
            cell.text.draw(lines, on: cairo, x: strip.isFramed ? x + Strip.besides : x, y: strip.isFramed ? y + Strip.above : y)
        }
        if let picture = strip.picture { draw(picture, y: y, on: cairo) }
    }

    private func frame(_ cell: Strip.Cell, x: Double, y: Double, height: Double, on cairo: OpaquePointer) {
        if cell.isLabel {
            // Lets the watermark be seen.
            cairo_set_source_rgba(cairo, 0.35, 0.45, 0.6, 0.09)
            cairo_rectangle(cairo, x, y, cell.width, height)
            cairo_fill(cairo)
        }
        cairo_set_source_rgb(cairo, 0.55, 0.55, 0.55)
        cairo_set_line_width(cairo, 0.5)
        cairo_rectangle(cairo, x, y, cell.width, height)
        cairo_stroke(cairo)
    }

    /// The JPEG itself goes into the file, unread; the surface only tells its size.
    private func draw(_ picture: Strip.Picture, y: Double, on cairo: OpaquePointer) {
        let jpeg = picture.jpeg
        guard let image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, CInt(jpeg.width), CInt(jpeg.height)) else { return }
        defer { cairo_surface_destroy(image) }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: jpeg.bytes.count)
        copy.initialize(from: jpeg.bytes, count: jpeg.bytes.count)
        cairo_surface_set_mime_data(image, CAIRO_MIME_TYPE_JPEG, copy, UInt(jpeg.bytes.count), { $0?.assumingMemoryBound(to: UInt8.self).deallocate() }, copy)
        cairo_save(cairo)
        cairo_translate(cairo, Self.margin + picture.x, y)
        cairo_scale(cairo, picture.width / Double(jpeg.width), picture.height / Double(jpeg.height))
        cairo_set_source_surface(cairo, image, 0, 0)
        cairo_paint(cairo)
        cairo_restore(cairo)
    }
}
