import CPango

/// Sets text in one font, in points.
final class Typesetter {
    private let context: OpaquePointer
    private let font: String

    /// For drawing with `cairo`.
    init(_ cairo: OpaquePointer, font: String) throws(PrintingFailure) {
        guard let context = pango_cairo_create_context(cairo) else { throw PrintingFailure("no text can be set") }
        self.context = context
        self.font = font
        // Without it the Japanese forms of characters are taken.
        pango_context_set_language(context, pango_language_from_string("zh-cn"))
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(context)) }

    /// `width`: at which lines break; they are as long as the text where there is none.
    func set(_ text: String, size: Double, isBold: Bool = false, width: Double? = nil, isCentred: Bool = false) throws(PrintingFailure) -> SetText {
        guard let layout = pango_layout_new(context), let description = pango_font_description_new() else { throw PrintingFailure("no text can be set") }
        defer { pango_font_description_free(description) }
        pango_font_description_set_family(description, font)
        pango_font_description_set_absolute_size(description, size * Double(PANGO_SCALE))
        pango_font_description_set_weight(description, isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, description)
        if let width { pango_layout_set_width(layout, CInt(width * Double(PANGO_SCALE))) }
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_alignment(layout, isCentred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT)
        pango_layout_set_line_spacing(layout, 1.15)
        let shown = text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }
        let bytes = Array(String(String.UnicodeScalarView(shown)).utf8)
        bytes.withUnsafeBufferPointer { pointer in
            pointer.withMemoryRebound(to: CChar.self) { pango_layout_set_text(layout, $0.baseAddress, CInt(clamping: $0.count)) }
        }
        return SetText(layout)
    }
}

/// Text that is set and can be drawn, line by line.
final class SetText {
    private let layout: OpaquePointer
    let lines: [Line]

    /// From the top of the text, in points.
    struct Line {
        let top: Double
        let bottom: Double
        let baseline: Double
        let indent: Double
    }

    /// Takes the layout over.
    init(_ layout: OpaquePointer) {
        self.layout = layout
        var lines: [Line] = []
        let scale = Double(PANGO_SCALE)
        if let place = pango_layout_get_iter(layout) {
            repeat {
                var (top, bottom, extents): (CInt, CInt, PangoRectangle) = (0, 0, PangoRectangle())
                pango_layout_iter_get_line_yrange(place, &top, &bottom)
                pango_layout_iter_get_line_extents(place, nil, &extents)
                lines.append(
                    Line(
                        top: Double(top) / scale, bottom: Double(bottom) / scale, baseline: Double(pango_layout_iter_get_baseline(place)) / scale,
                        indent: Double(extents.x) / scale))
            } while pango_layout_iter_next_line(place) != 0
            pango_layout_iter_free(place)
        }
        self.lines = lines
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    func height(of range: Range<Int>) -> Double { range.isEmpty ? 0 : lines[range.upperBound - 1].bottom - lines[range.lowerBound].top }

    /// As many lines from `first` on as are not higher than `room`.
    func range(from first: Int, within room: Double) -> Range<Int> {
        var end = first
        while end < lines.count, lines[end].bottom - lines[first].top <= room { end += 1 }
        return first..<end
    }

    /// Characters that no font has.
    var unknownCharacters: Int { Int(pango_layout_get_unknown_glyphs_count(layout)) }

    var width: Double {
        var extents = PangoRectangle()
        pango_layout_get_extents(layout, nil, &extents)
        return Double(extents.width) / Double(PANGO_SCALE)
    }

    /// Draws some lines with their upper left corner there.
    func draw(_ range: Range<Int>, on cairo: OpaquePointer, x: Double, y: Double) {
        for index in range {
            cairo_move_to(cairo, x + lines[index].indent, y + lines[index].baseline - lines[range.lowerBound].top)
            pango_cairo_show_layout_line(cairo, pango_layout_get_line_readonly(layout, CInt(index)))
        }
    }
}

/// Why nothing could be printed.
public struct PrintingFailure: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
