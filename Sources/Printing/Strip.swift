/// What stands across a page: cells side by side. Pages end between strips, or between two lines of a high one.
final class Strip {
    let cells: [Cell]
    let isFramed: Bool
    let before: Double
    /// Whether it may not be the last on a page.
    let leads: Bool
    /// What is said again above it when it begins a page.
    let heading: Strip?
    /// The entry of the table of contents that it is.
    let outline: String?
    let picture: Picture?
    private let least: Double

    struct Cell {
        let x: Double
        let width: Double
        let text: SetText
        var isLabel = false
    }

    /// Stands beside this strip and the next ones.
    struct Picture {
        let jpeg: JPEG
        let x: Double
        let width: Double
        let height: Double
    }

    init(
        _ cells: [Cell], isFramed: Bool = false, before: Double = 0, leads: Bool = false, heading: Strip? = nil, outline: String? = nil, picture: Picture? = nil,
        atLeast least: Double = 0
    ) {
        self.cells = cells
        self.isFramed = isFramed
        self.before = before
        self.leads = leads
        self.heading = heading
        self.outline = outline
        self.picture = picture
        self.least = least
    }

    /// Between a frame and its text.
    static let (besides, above) = (5.0, 3.5)

    private var padding: Double { isFramed ? Self.above * 2 : 0 }

    func height(of lines: [Range<Int>]) -> Double {
        let isWhole = zip(cells, lines).allSatisfy { $1.count == $0.text.lines.count }
        let content = zip(cells, lines).map { $0.text.height(of: $1) }.max() ?? 0
        return max(content + padding, isWhole ? least : 0)
    }

    var all: [Range<Int>] { cells.map { 0..<$0.text.lines.count } }
    var height: Double { height(of: all) }

    /// The lines of each cell, from those on, that a room of this height takes.
    func lines(from starts: [Int], within room: Double) -> [Range<Int>] {
        zip(cells, starts).map { $0.text.range(from: $1, within: room - padding) }
    }
}

/// A strip, or some lines of it, at its place on a page.
struct PlacedStrip {
    let strip: Strip
    let lines: [Range<Int>]
    let y: Double
    let height: Double
}

/// Fills pages with strips.
struct Pages {
    private(set) var pages: [[PlacedStrip]] = [[]]
    private var y = 0.0
    let height: Double

    /// Strips higher than this are broken rather than moved to the next page as a whole.
    private static let high = 200.0
    /// Nothing is begun below which no more than this would stand.
    private static let little = 50.0

    /// `height`: of a page, in points, without its margins.
    init(_ strips: [Strip], height: Double) {
        self.height = height
        for (index, strip) in strips.enumerated() { add(strip, reserving: reserve(behind: index, in: strips)) }
    }

    /// What has to follow a strip on its page: those that it leads, and the beginning of what they lead to.
    private func reserve(behind index: Int, in strips: [Strip]) -> Double {
        var (index, reserved) = (index, 0.0)
        while strips[index].leads, index + 1 < strips.count, reserved < height / 2 {
            index += 1
            reserved += strips[index].before + (strips[index].leads ? strips[index].height : min(strips[index].height, Self.little))
        }
        return reserved
    }

    private var isAtTop: Bool { pages[pages.count - 1].isEmpty }

    private mutating func add(_ strip: Strip, reserving reserved: Double) {
        let before = isAtTop ? 0 : strip.before
        if y + before + strip.height + reserved <= height {
            y += before
            return place(strip, strip.all)
        }
        guard strip.height > Self.high else {
            if !isAtTop { turn(to: strip) }
            return place(strip, strip.all)
        }
        if !isAtTop, height - y - before < Self.little { turn(to: strip) } else { y += before }
        var starts = strip.cells.map { _ in 0 }
        while true {
            let lines = strip.lines(from: starts, within: height - y)
            let ends = lines.map(\.upperBound)
            // A page that takes not one line takes none at all.
            guard ends != starts else { return }
            place(strip, lines)
            if zip(strip.cells, ends).allSatisfy({ $0.text.lines.count == $1 }) { return }
            turn(to: strip)
            starts = ends
        }
    }

    private mutating func turn(to strip: Strip) {
        pages.append([])
        y = 0
        if let heading = strip.heading { place(heading, heading.all) }
    }

    private mutating func place(_ strip: Strip, _ lines: [Range<Int>]) {
        let height = strip.height(of: lines)
        pages[pages.count - 1].append(PlacedStrip(strip: strip, lines: lines, y: y, height: height))
        y += height
    }
}
