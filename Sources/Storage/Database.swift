import Domain

/// Where the records are. One query text serves every engine behind it.
public protocol Database: Sendable {
    /// Reads from one unchanging state of the database.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result

    /// Runs a transaction and returns when it is durable; a thrown error undoes all of it.
    ///
    /// The contract leaves room for several bodies to share one commit, each in a savepoint of its own: a body works on the
    /// connection only, has no other effects, and learns nothing of being committed except by this call's return.
    func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result

    /// Whether the engine still reports the settings on which durability rests.
    func keepsSettings() async throws -> Bool

    /// The bytes that are free where the records lie.
    func freeBytes() throws -> Int64
}

/// An open transaction. Synchronous, so that nothing can wait in the middle of one.
public protocol Connection {
    /// What opens and seals the numbers of people.
    var vault: Vault { get }

    func rows<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> [Result]

    /// Runs a statement and returns how many rows it changed.
    @discardableResult func run(_ statement: SQL) throws -> Int

    /// Runs the statements of a migration. The text comes from a checked file, never from a request.
    func script(_ migration: MigrationText) throws
}

extension Connection {
    public func first<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> Result? {
        try rows(statement, read).first
    }

    public func count(_ statement: SQL) throws -> Int { try first(statement) { try $0.integer() } ?? 0 }
}

/// A new random identifier.
public func newID<Entity>() -> ID<Entity> {
    var source = SystemRandomNumberGenerator()
    return ID(from: &source)
}
