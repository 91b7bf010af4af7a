import Domain

/// A row of records of which each holds the hash of the one before: a dossier's trail, and whatever else is only ever added to.
struct Chain: Sendable {
    let name: String
    let form: EntryForm

    static func trail(of dossier: ID<Dossier>) -> Chain { Chain(name: "\(Prefix.trail)\(dossier)", form: .trail) }
    static func revelations(beside dossier: ID<Dossier>) -> Chain { Chain(name: "\(Prefix.revelations)\(dossier)", form: .revelation) }
    static func postTables(of unit: ID<WorkUnit>, year: Int) -> Chain { Chain(name: "\(Prefix.postTables)\(unit)/\(year)", form: .postTable) }
    static func unitRequest(_ id: ID<UnitRequest>) -> Chain { Chain(name: "\(Prefix.unitRequests)\(id)", form: .unitRequest) }
    static func personRequest(_ id: ID<PersonRequest>) -> Chain { Chain(name: "\(Prefix.personRequests)\(id)", form: .personRequest) }
    static func administration(of unit: ID<WorkUnit>) -> Chain { Chain(name: "\(Prefix.administration)\(unit)", form: .administration) }

    /// How the names of chains of one kind begin.
    enum Prefix {
        static let trail = "dossier/"
        static let revelations = "revelations/"
        static let postTables = "post-tables/"
        static let administration = "administration/"
        static let unitRequests = "unit-requests/"
        static let personRequests = "person-requests/"
    }

    /// The entry that follows a head (nil: the first), under a salt of its own.
    func link(_ values: [Value], after head: Head?, _ hasher: inout EntryHasher) -> Link {
        let salt = randomBytes(EntryHasher.saltLength)
        let number = (head?.number ?? 0) + 1
        let hash = hasher.hash(values, form, chain: name, number: number, previous: head?.hash ?? EntryHasher.nothing, salt: salt)
        return Link(salt: salt, head: Head(chain: name, number: number, hash: hash))
    }
}

/// Where a chain ends, or ended once: its last entry's number and hash.
public struct Head: Sendable, Hashable {
    public let chain: String
    public let number: Int
    public let hash: [UInt8]
}

/// What a new entry is sealed with.
struct Link: Sendable {
    let salt: [UInt8]
    let head: Head
}

extension Connection {
    /// Seals the next entry of a chain and moves the chain's head onto it; the caller writes the row in the same transaction.
    func extend(_ chain: Chain, with values: [Value]) throws -> Link {
        var hasher = EntryHasher()
        let link = chain.link(values, after: try head(of: chain), &hasher)
        try put(link.head)
        return link
    }

    func head(of chain: Chain) throws -> Head? {
        try first("SELECT chain, number, hash FROM heads WHERE chain = \(chain.name)", Head.init)
    }

    /// Moves a chain's head; no checkpoint covers it yet.
    func put(_ head: Head) throws {
        try run(
            """
            INSERT INTO heads (chain, number, hash) VALUES (\(head.chain), \(head.number), \(hex(head.hash)))
            ON CONFLICT (chain) DO UPDATE SET number = excluded.number, hash = excluded.hash, checkpoint = NULL
            """)
    }
}

extension Head {
    init(_ row: inout Row) throws {
        self.init(chain: try row.text(), number: try row.integer(), hash: try row.hash())
    }
}

extension Row {
    /// A hash or salt, which stands in a column in hexadecimal.
    mutating func hash() throws -> [UInt8] {
        guard let hash = bytes(hex: try text()) else { throw Unreadable(description: "a column is no hash") }
        return hash
    }
}
