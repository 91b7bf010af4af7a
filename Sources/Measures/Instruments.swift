import Synchronization

/// A number that only grows, for each value of its labels.
public final class Counter: Sendable {
    private let name: String
    private let help: String
    private let labels: [String]
    private let held: Mutex<[[String]: Int]>

    /// Series of one counter at most, so that no mistake with labels fills the memory: what comes after counts as `other`.
    static let most = 500

    /// `known` are label values that are told from the start, as 0.
    public init(_ name: String, _ help: String, labels: [String] = [], known: [[String]] = []) {
        self.name = name
        self.help = help
        self.labels = labels
        held = Mutex(Dictionary((labels.isEmpty ? [[]] : known).map { ($0, 0) }, uniquingKeysWith: { first, _ in first }))
    }

    public func add(_ values: String...) {
        held.withLock { held in
            let key = held[values] != nil || held.count < Self.most ? values : labels.map { _ in "other" }
            held[key, default: 0] &+= 1
        }
    }

    /// What was counted so far.
    public func count(_ values: String...) -> Int { held.withLock { $0[values] ?? 0 } }

    public var family: Family {
        let sorted = held.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return Family(name, help, .counter, sorted.map { Family.Sample(Double($0.value), labels: Array(zip(labels, $0.key)).map { (name: $0.0, value: $0.1) }) })
    }
}

/// A number that goes up and down.
public final class Gauge: Sendable {
    private let name: String
    private let help: String
    private let held = Atomic<Int>(0)

    public init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }

    public func add(_ amount: Int) { held.add(amount, ordering: .relaxed) }
    public var value: Int { held.load(ordering: .relaxed) }
    public var family: Family { Family(name, help, now: Double(value)) }
}

/// How long things took, in seconds, for each value of at most one label.
public final class Histogram: Sendable {
    private struct Series {
        var counts: [Int]
        var sum = 0.0
    }

    private let name: String
    private let help: String
    private let label: String?
    private let held: Mutex<[String: Series]>

    /// Upper bounds in seconds.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    public init(_ name: String, _ help: String, label: String? = nil) {
        self.name = name
        self.help = help
        self.label = label
        held = Mutex(label == nil ? ["": Series(counts: Self.none)] : [:])
    }

    private static var none: [Int] { Array(repeating: 0, count: bounds.count + 1) }

    public func observe(_ time: Duration, _ value: String = "") {
        let seconds = time.seconds
        let place = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        held.withLock { held in
            let key = held[value] != nil || held.count < Counter.most ? value : "other"
            held[key, default: Series(counts: Self.none)].counts[place] &+= 1
            held[key, default: Series(counts: Self.none)].sum += seconds
        }
    }

    /// How many were observed so far.
    public func count(_ value: String = "") -> Int { held.withLock { $0[value]?.counts.reduce(0, +) ?? 0 } }

    public var family: Family {
        let sorted = held.withLock { $0 }.sorted { $0.key < $1.key }
        return Family(name, help, .histogram, sorted.flatMap { samples(of: $0.value, $0.key) })
    }

    private func samples(of series: Series, _ value: String) -> [Family.Sample] {
        let labels = label.map { [(name: $0, value: value)] } ?? []
        var sum = 0
        var samples: [Family.Sample] = []
        for (bound, count) in zip(Self.bounds + [.infinity], series.counts) {
            sum += count
            samples.append(.init(Double(sum), suffix: "_bucket", labels: labels + [(name: "le", value: Family.text(of: bound))]))
        }
        return samples + [.init(series.sum, suffix: "_sum", labels: labels), .init(Double(sum), suffix: "_count", labels: labels)]
    }
}

extension Duration {
    /// As a number of seconds.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
