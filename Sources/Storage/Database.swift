import Domain

/// Where the records are. One query text serves every engine behind it.
public protocol Database: Sendable {
    /// Reads from one unchanging state of the database.
    func read<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result

    /// Serves a request, of which reading is the greater part, where a read needs no change of threads and waits for none but others like it.
    func serving<Result, Failure: Error>(_ readers: Readers, _ body: () async throws(Failure) -> Result) async throws(Failure) -> Result

    /// Runs a transaction and returns when it is durable; a thrown error undoes all of it.
    ///
    /// Several bodies may share one commit, each in a savepoint of its own, and one that collides with another is run again from its start:
    /// a body works on the connection only, has no other effects, and learns nothing of being committed except by this call's return.
    /// What a body decides about it holds first (`hold`): what it then reads of that is the newest, and stays so until the commit.
    func write<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result

    /// The same while no other process, on whatever node, is in such a call: for bringing the schema forward.
    func writeAlone<Result: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> Result) async throws -> Result

    /// Whether the engine still reports the settings on which durability rests.
    func keepsSettings() async throws -> Bool

    /// The bytes that are free where the records lie.
    func freeBytes() throws -> Int64

    /// What the driver tells about itself.
    var watch: EngineWatch { get }

    /// The engine (`engine`), its `version`, and the settings on which durability rests.
    func facts() async throws -> [String: String]

    /// The time of the machine on which the engine runs; nil when it is this one.
    func clock() async throws -> Instant?

    /// Bytes of the log that are not yet in the database's file; nil where the engine looks after it.
    func walBytes() -> Int64?

    /// What an operator should know of this place and this engine, although the site works.
    func warnings() async throws -> [String]

    /// Lets go of the database when everything else has ended; nothing is asked of it afterwards.
    func close() async throws
}

/// For whom something is read, besides the program itself.
public enum Readers: Sendable {
    case requests
    /// Whoever asks whether all is well has to be told when the others wait.
    case monitors
}

extension Database {
    public func serving<Result, Failure: Error>(_: Readers, _ body: () async throws(Failure) -> Result) async throws(Failure) -> Result { try await body() }
    public func clock() async throws -> Instant? { nil }
    public func walBytes() -> Int64? { nil }
    public func warnings() async throws -> [String] { [] }
}

/// An open transaction. Synchronous, so that nothing can wait in the middle of one.
public protocol Connection {
    var engine: Engine { get }

    /// Whether other transactions may write at the same time, so that rows have to be held; on the embedded engine a writer is alone.
    var sharesWriting: Bool { get }

    /// What opens and seals the numbers of people.
    var vault: Vault { get }

    func rows<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> [Result]

    /// Runs a statement and returns how many rows it changed.
    @discardableResult func run(_ statement: SQL) throws -> Int

    /// Runs statements one after another, in as few exchanges with the engine as it can; how many rows each changed is not asked.
    func run(all statements: [SQL]) throws

    /// Runs the statements of a migration. The text comes from a checked file, never from a request.
    func script(_ migration: MigrationText) throws
}

extension Connection {
    public func first<Result>(_ statement: SQL, _ read: (inout Row) throws -> Result) throws -> Result? {
        try rows(statement, read).first
    }

    public func count(_ statement: SQL) throws -> Int { try first(statement) { try $0.integer() } ?? 0 }
}

/// A row would have stood twice where it may stand once. Whoever writes looks first; then this tells of another transaction that came
/// between on an engine where two may run at once, and the body is run again.
public struct NotUnique: Error {}

/// A new random identifier.
public func newID<Entity>() -> ID<Entity> {
    var source = SystemRandomNumberGenerator()
    return ID(from: &source)
}
