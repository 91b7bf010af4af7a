/// 消息: what a unit has written to units below it and to people (M21, D16). To a unit it is one message, whoever of its staff reads it.
public struct Circular: Sendable, Hashable {
    public let id: ID<Circular>
    public let unit: ID<WorkUnit>
    /// As the unit was called when it was sent.
    public let unitName: String
    public let authorName: String
    public let subject: String
    public let body: String
    /// To how many units and people.
    public let addressed: Int
    /// How many of them have confirmed that they read it.
    public let confirmed: Int
    public let sentAt: Instant

    public init(
        id: ID<Circular>, unit: ID<WorkUnit>, unitName: String, authorName: String, subject: String, body: String, addressed: Int, confirmed: Int, sentAt: Instant
    ) {
        self.id = id
        self.unit = unit
        self.unitName = unitName
        self.authorName = authorName
        self.subject = subject
        self.body = body
        self.addressed = addressed
        self.confirmed = confirmed
        self.sentAt = sentAt
    }

    public static let subjectField = Field("subject", "标题", .line(60), required: true)
    public static let bodyField = Field("body", "消息内容", .text(2000), required: true, hint: "接收人可以看到发送单位，看不到其他接收人")

    /// So many units and people can be chosen one by one.
    public static let most = 500

    /// To which units it goes besides those that were chosen one by one.
    public enum Audience: String, Sendable, Hashable, CaseIterable {
        case chosen, direct, below

        public var title: String {
            switch self {
            case .chosen: "只发送给所选的单位和人员"
            case .direct: "另外发送给全部直接下级单位"
            case .below: "另外发送给全部各级下级单位"
            }
        }
    }

    /// Who was chosen one by one: units, and people with the unit in whose list they stood.
    public struct Choices: Sendable, Hashable, Codable {
        public var units: Set<ID<WorkUnit>>
        public var people: Set<Choice>

        public struct Choice: Sendable, Hashable, Codable {
            public let person: ID<Person>
            public let unit: ID<WorkUnit>

            public init(person: ID<Person>, unit: ID<WorkUnit>) {
                self.person = person
                self.unit = unit
            }
        }

        public init(units: Set<ID<WorkUnit>> = [], people: Set<Choice> = []) {
            self.units = units
            self.people = people
        }

        public var count: Int { units.count + people.count }
        public var isEmpty: Bool { units.isEmpty && people.isEmpty }

        public func union(_ others: Choices) -> Choices { Choices(units: units.union(others.units), people: people.union(others.people)) }
        public func subtracting(_ others: Choices) -> Choices { Choices(units: units.subtracting(others.units), people: people.subtracting(others.people)) }
    }

    /// What somebody is writing and has not sent.
    public struct Draft: Sendable, Hashable {
        /// Its circular gets the same.
        public let id: ID<Circular>
        public let subject: String
        public let body: String
        public let audience: Audience
        public let choices: Choices
        /// Grows by one with every change.
        public let version: Int
        public let changedAt: Instant

        public init(id: ID<Circular>, subject: String, body: String, audience: Audience, choices: Choices, version: Int, changedAt: Instant) {
            self.id = id
            self.subject = subject
            self.body = body
            self.audience = audience
            self.choices = choices
            self.version = version
            self.changedAt = changedAt
        }
    }
}
