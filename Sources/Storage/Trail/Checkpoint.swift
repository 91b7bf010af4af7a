import Domain
import Foundation

/// A signed statement of where chains ended at a moment: it covers the checkpoint before it, so that the last one speaks for all.
public struct Checkpoint: Sendable, Hashable {
    public let number: Int
    let previous: [UInt8]
    public let at: Instant
    /// Root of the tree over the ends that had changed.
    let root: [UInt8]
    public let leaves: Int
    public let hash: [UInt8]
    public let key: String
    public let signature: [UInt8]

    /// What is hashed: everything but hash and signature.
    static func hash(number: Int, previous: [UInt8], at: Instant, root: [UInt8], leaves: Int, key: String) -> [UInt8] {
        var bytes = Array("zhiping/checkpoint/1".utf8) + [0]
        bytes.append(number: Int64(number))
        bytes.append(contentsOf: previous)
        bytes.append(number: at.milliseconds)
        bytes.append(contentsOf: root)
        bytes.append(number: Int64(leaves))
        bytes.append(contentsOf: key.utf8)
        return sha256(bytes)
    }

    /// What is signed.
    static func statement(_ hash: [UInt8]) -> [UInt8] { Array("zhiping/checkpoint-signature/1".utf8) + [0] + hash }

    var isHashed: Bool { hash == Checkpoint.hash(number: number, previous: previous, at: at, root: root, leaves: leaves, key: key) }

    /// One line of JSON, to be kept where whoever can change the database cannot change it.
    public var line: String {
        get throws { try JSON.text(Line(number: number, at: at.milliseconds, hash: hex(hash), signature: hex(signature), key: key)) }
    }

    /// A checkpoint as it was kept outside.
    public struct Line: Sendable, Hashable, Codable {
        let number: Int
        let at: Int64
        let hash: String
        let signature: String
        let key: String
    }

    /// Reads what was kept outside, one JSON object a line; lines of other things, as a log has them, are passed over.
    public static func lines(_ text: String) -> [Line] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            do { return try JSONDecoder().decode(Line.self, from: Data(line.utf8)) } catch { return nil }
        }
    }
}

extension Checkpoint {
    static let columns: SQL = "c.number, c.previous, c.at, c.root, c.leaves, c.hash, c.key_id, c.signature"

    init(_ row: inout Row) throws {
        self.init(
            number: try row.integer(), previous: try row.hash(), at: try row.instant(), root: try row.hash(), leaves: try row.integer(), hash: try row.hash(),
            key: try row.text(), signature: try row.hash())
    }
}

extension Connection {
    /// Ends of chains that one checkpoint takes in, at most: SQLite goes through all that a transaction has written so far with every
    /// statement of it, so that four small ones are done sooner than a large one.
    private var mostLeaves: Int { 5000 }

    /// Signs where the chains end that have grown since the last checkpoint; nil when none has, unless the last is a day old: then an empty
    /// one says that all is as it was. Called again until nil, it takes in whatever there is.
    public func checkpoint(at now: Instant) throws -> Checkpoint? {
        let last = try lastCheckpoint()
        let changed = try count("SELECT COUNT(*) FROM (SELECT 1 FROM heads WHERE checkpoint IS NULL LIMIT 1) changed") > 0
        guard changed || last.map({ now >= $0.at.adding(seconds: 86_400) }) ?? false else { return nil }
        try acquaintSigningKey(at: now)
        let number = (last?.number ?? 0) + 1
        let heads = try rows(
            """
            UPDATE heads SET checkpoint = \(number) WHERE checkpoint IS NULL
                AND chain IN (SELECT chain FROM heads WHERE checkpoint IS NULL ORDER BY chain LIMIT \(mostLeaves)) RETURNING chain, number, hash
            """, Head.init
        ).sorted { $0.chain < $1.chain }
        let made = try signed(number, heads, after: last, at: last.map { max($0.at, now) } ?? now)
        try run(
            """
            INSERT INTO checkpoints (number, previous, at, root, leaves, hash, key_id, signature)
            VALUES (\(number), \(hex(made.previous)), \(made.at), \(hex(made.root)), \(made.leaves), \(hex(made.hash)), \(made.key), \(hex(made.signature)))
            """)
        try run(
            all: heads.enumerated().map { position, head in
                """
                INSERT INTO checkpoint_leaves (checkpoint, position, chain, number, hash)
                VALUES (\(number), \(position), \(head.chain), \(head.number), \(hex(head.hash)))
                """
            })
        return made
    }

    private func signed(_ number: Int, _ heads: [Head], after last: Checkpoint?, at: Instant) throws -> Checkpoint {
        // The newest key in the records signs: another node may have taken it into use since this one read its file.
        let key = try signingKeys().last?.id ?? vault.signingKey
        let (previous, root) = (last?.hash ?? EntryHasher.nothing, MerkleTree.root(of: heads.map(MerkleTree.leaf)))
        let hash = Checkpoint.hash(number: number, previous: previous, at: at, root: root, leaves: heads.count, key: key)
        return Checkpoint(
            number: number, previous: previous, at: at, root: root, leaves: heads.count, hash: hash, key: key,
            signature: try vault.sign(Checkpoint.statement(hash), with: key))
    }

    /// Checkpoints from behind a number on, oldest first, to be kept elsewhere.
    public func checkpoints(after number: Int, limit: Int = 1000) throws -> [Checkpoint] {
        try rows("SELECT \(Checkpoint.columns) FROM checkpoints c WHERE c.number > \(number) ORDER BY c.number LIMIT \(limit)", Checkpoint.init)
    }

    /// The checkpoint that speaks for all before it; nil before the first.
    public func lastCheckpoint() throws -> Checkpoint? {
        try first("SELECT \(Checkpoint.columns) FROM checkpoints c ORDER BY c.number DESC LIMIT 1", Checkpoint.init)
    }
}

extension Database {
    /// Signs all that has changed; each transaction takes in as much as one may.
    public func checkpoint(at now: Instant) async throws -> [Checkpoint] {
        var made: [Checkpoint] = []
        while let next = try await write({ try $0.checkpoint(at: now) }) { made.append(next) }
        return made
    }
}
