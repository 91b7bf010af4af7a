import Foundation

/// What is printed: blocks one below the other, on as many pages as they take. It knows nothing of fonts or pages, so that a page of the
/// site and a PDF are made of the same.
public struct Printout: Sendable, Hashable {
    public let title: String
    /// Below the title: whose it is, and of when.
    public let subtitle: String
    public var blocks: [Block]

    public init(title: String, subtitle: String, blocks: [Block] = []) {
        self.title = title
        self.subtitle = subtitle
        self.blocks = blocks
    }

    public enum Block: Sendable, Hashable {
        case heading(String)
        case subheading(String)
        /// Labels and values side by side, with a photo at their right where there is one.
        case facts([Fact], portrait: Portrait? = nil)
        case table(Table)
        case text(String)
        /// Places to sign and to stamp by hand, side by side.
        case signatures([String])
    }

    public struct Fact: Sendable, Hashable {
        public let label: String
        public let value: String

        public init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }

        /// Whether it takes a line to itself.
        private var isLong: Bool { value.count > 18 || value.contains("\n") }

        /// Two to a line, a long one alone.
        public static func lines(_ facts: [Fact]) -> [[Fact]] {
            var lines: [[Fact]] = []
            for fact in facts {
                if !fact.isLong, let last = lines.last, last.count == 1, !last[0].isLong { lines[lines.count - 1].append(fact) } else { lines.append([fact]) }
            }
            return lines
        }
    }

    public struct Table: Sendable, Hashable {
        public let columns: [Column]
        public let rows: [[String]]

        public init(_ columns: [Column], _ rows: [[String]]) {
            self.columns = columns
            self.rows = rows
        }
    }

    public struct Column: Sendable, Hashable {
        public let label: String
        /// Against the other columns'.
        public let width: Double

        public init(_ label: String, width: Double = 1) {
            self.label = label
            self.width = width
        }
    }

    public struct Portrait: Sendable, Hashable {
        /// A JPEG, for paper.
        public let picture: Data
        /// Where a page of the site shows it from.
        public let address: String
        public let description: String

        public init(picture: Data, address: String, description: String) {
            self.picture = picture
            self.address = address
            self.description = description
        }
    }
}
