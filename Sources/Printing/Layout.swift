/// How blocks stand on paper: which strips they are made of. Lengths in points.
struct Layout {
    let typesetter: Typesetter
    /// Between the margins.
    let width: Double

    private static let (body, small, heading, subheading, title) = (9.5, 8.5, 12.5, 10.5, 18.0)
    private static let labelWidth = 82.0
    private static let portrait = (width: 78.0, height: 109.0, gap: 8.0)

    func strips(of printout: Printout) throws(PrintingFailure) -> [Strip] {
        var strips = [
            Strip([cell(0, width, try typesetter.set(printout.title, size: Self.title, isBold: true, width: width, isCentred: true))], leads: true),
            Strip([cell(0, width, try typesetter.set(printout.subtitle, size: Self.body, width: width, isCentred: true))], before: 6), gap(10),
        ]
        for block in printout.blocks { strips += try self.strips(of: block) }
        return strips
    }

    private func strips(of block: Printout.Block) throws(PrintingFailure) -> [Strip] {
        switch block {
        case .heading(let text):
            return [Strip([cell(0, width, try typesetter.set(text, size: Self.heading, isBold: true, width: width))], before: 16, leads: true, outline: text), gap(4)]
        case .subheading(let text):
            return [Strip([cell(0, width, try typesetter.set(text, size: Self.subheading, isBold: true, width: width))], before: 8, leads: true), gap(3)]
        case .text(let text): return [Strip([cell(0, width, try typesetter.set(text, size: Self.body, width: width))], before: 6)]
        case .facts(let facts, let portrait): return try strips(of: facts, portrait)
        case .table(let table): return try strips(of: table)
        case .signatures(let places):
            let share = width / Double(max(places.count, 1))
            var cells: [Strip.Cell] = []
            for (index, place) in places.enumerated() { cells.append(cell(Double(index) * share, share, try framed(place, share))) }
            return [gap(10), Strip(cells, isFramed: true, atLeast: 84)]
        }
    }

    private func cell(_ x: Double, _ width: Double, _ text: SetText, isLabel: Bool = false) -> Strip.Cell { Strip.Cell(x: x, width: width, text: text, isLabel: isLabel) }

    /// Nothing, that leads to what follows.
    private func gap(_ height: Double) -> Strip { Strip([], before: height, leads: true) }

    private func framed(_ text: String, _ width: Double, isBold: Bool = false, size: Double = body) throws(PrintingFailure) -> SetText {
        try typesetter.set(text, size: size, isBold: isBold, width: width - Strip.besides * 2)
    }

    /// Pairs in frames, beside the photo where there is one.
    private func strips(of facts: [Printout.Fact], _ portrait: Printout.Portrait?) throws(PrintingFailure) -> [Strip] {
        let jpeg = portrait.flatMap { JPEG($0.picture) }
        let width = jpeg == nil ? width : width - Self.portrait.width - Self.portrait.gap
        var rows: [[Strip.Cell]] = []
        for line in Printout.Fact.lines(facts) {
            let share = width / Double(line.count)
            var cells: [Strip.Cell] = []
            for (index, fact) in line.enumerated() {
                let x = Double(index) * share
                cells.append(cell(x, Self.labelWidth, try framed(fact.label, Self.labelWidth), isLabel: true))
                cells.append(cell(x + Self.labelWidth, share - Self.labelWidth, try framed(fact.value.isEmpty ? "—" : fact.value, share - Self.labelWidth)))
            }
            rows.append(cells)
        }
        guard let jpeg else { return rows.map { Strip($0, isFramed: true) } }
        let scale = min(Self.portrait.width / Double(jpeg.width), Self.portrait.height / Double(jpeg.height))
        let picture = Strip.Picture(jpeg: jpeg, x: width + Self.portrait.gap, width: Double(jpeg.width) * scale, height: Double(jpeg.height) * scale)
        let strips = rows.enumerated().map { Strip($1, isFramed: true, leads: $0 + 1 < rows.count, picture: $0 == 0 ? picture : nil) }
        let missing = Self.portrait.height - strips.reduce(0) { $0 + $1.height }
        return missing > 0 ? strips + [gap(missing)] : strips
    }

    private func strips(of table: Printout.Table) throws(PrintingFailure) -> [Strip] {
        let unit = width / table.columns.reduce(0) { $0 + $1.width }
        let heading = try row(table.columns.map(\.label), table.columns, unit: unit, isHeading: true, under: nil)
        var strips = [heading]
        for values in table.rows { strips.append(try row(values, table.columns, unit: unit, isHeading: false, under: heading)) }
        return strips
    }

    private func row(_ values: [String], _ columns: [Printout.Column], unit: Double, isHeading: Bool, under heading: Strip?) throws(PrintingFailure) -> Strip {
        var (cells, x): ([Strip.Cell], Double) = ([], 0)
        for (column, value) in zip(columns, values) {
            let width = column.width * unit
            cells.append(cell(x, width, try framed(value, width, isBold: isHeading, size: Self.small), isLabel: isHeading))
            x += width
        }
        return Strip(cells, isFramed: true, leads: isHeading, heading: heading)
    }
}
