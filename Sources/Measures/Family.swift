/// All samples of one name, as a scrape shows them.
public struct Family: Sendable {
    public enum Kind: String, Sendable { case counter, gauge, histogram }

    public struct Sample: Sendable {
        let suffix: String
        let labels: [(name: String, value: String)]
        let value: Double

        public init(_ value: Double, suffix: String = "", labels: [(name: String, value: String)] = []) {
            self.value = value
            self.suffix = suffix
            self.labels = labels
        }
    }

    let name: String
    let help: String
    let kind: Kind
    let samples: [Sample]

    public init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A gauge that was looked at just now; without a sample where there is nothing to tell.
    public init(_ name: String, _ help: String, now value: Double?) { self.init(name, help, .gauge, value.map { [Sample($0)] } ?? []) }

    /// The families as Prometheus reads them, text format 0.0.4.
    public static func text(of families: [Family]) -> String { families.filter { !$0.samples.isEmpty }.map(\.text).joined() }

    private var text: String {
        let head = "# HELP \(name) \(help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))\n# TYPE \(name) \(kind.rawValue)\n"
        return head + samples.map { "\(name)\($0.suffix)\(Family.text(of: $0.labels)) \(Family.text(of: $0.value))\n" }.joined()
    }

    private static func text(of labels: [(name: String, value: String)]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { String($0) } ?? String(value)
    }
}
