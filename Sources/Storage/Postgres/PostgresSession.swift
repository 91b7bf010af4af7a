import CPostgres
import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// One connection to the server, used by one thread at a time: statements, prepared once each, and what they answer.
final class PostgresSession {
    private let connection: OpaquePointer
    /// Statements that this session has prepared, by text and kinds of their values.
    private var prepared: [Statement: String] = [:]
    private var made = 0

    private struct Statement: Hashable {
        let text: String
        let types: [Oid]
    }

    /// Past this many the prepared statements are forgotten and made anew: there are only so many texts in the program.
    private static let mostPrepared = 500
    /// Statements sent at once: their answers have to fit into the buffers between here and the server.
    private static let mostAtOnce = 200

    /// Connects, or throws the failure.
    init(_ address: String) throws {
        connection = try Self.connect(address)
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        for setting in ["statement_timeout = 60000", "lock_timeout = 2000", "idle_in_transaction_session_timeout = 60000", "client_min_messages = error"] {
            try command("SET \(setting)")
        }
    }

    deinit { PQfinish(connection) }

    /// What holds unless the address says otherwise: a server that is gone is noticed within seconds.
    private static let defaults: [(StaticString, StaticString)] = [
        ("connect_timeout", "2"), ("tcp_user_timeout", "5000"), ("keepalives_idle", "10"), ("keepalives_interval", "3"), ("keepalives_count", "2"),
        ("client_encoding", "UTF8"), ("fallback_application_name", "zhiping"),
    ]

    private static func connect(_ address: String) throws -> OpaquePointer {
        func text(_ literal: StaticString) -> UnsafePointer<CChar>? { UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self) }
        let made = address.withCString { address in
            // The address stands last: of a word that is said twice, the last counts.
            PQconnectdbParams(defaults.map { text($0.0) } + [text("dbname"), nil], defaults.map { text($0.1) } + [address, nil], 1)
        }
        guard let connection = made else { throw PostgresFailure.disconnected }
        guard PQstatus(connection) == CONNECTION_OK else {
            PQfinish(connection)
            throw PostgresFailure.disconnected
        }
        return connection
    }

    /// Whether the server still has this session, as far as is known without asking.
    var isAlive: Bool { !isGivenUp && PQstatus(connection) == CONNECTION_OK }

    /// An answer did not come in time: what comes later would be taken for another's.
    private var isGivenUp = false

    /// The same after a look at what has come in meanwhile: a server that was stopped has said so.
    var isStillAlive: Bool { PQconsumeInput(connection) == 1 && isAlive }

    /// Whether a transaction is open, failed or not.
    var isInTransaction: Bool { PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Runs one or several statements without values, whose answers do not matter.
    func command(_ text: String) throws { PQclear(try checked(PQexec(connection, text))) }

    /// Ends the transaction. Where the answer does not come within so many seconds, it is not known what became of it: as if the connection were lost.
    func commit(within seconds: Double) throws {
        guard PQsendQuery(connection, "COMMIT") == 1 else { throw PostgresFailure.disconnected }
        let end = ContinuousClock.now + .seconds(seconds)
        while PQisBusy(connection) == 1 {
            var waiting = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            let left = (end - ContinuousClock.now) / .milliseconds(1)
            guard left > 0, poll(&waiting, 1, Int32(left.rounded(.up))) != 0 else {
                isGivenUp = true
                throw PostgresFailure.disconnected
            }
            guard PQconsumeInput(connection) == 1 else { throw PostgresFailure.disconnected }
        }
        var failure: PostgresFailure?
        while let result = PQgetResult(connection) {
            defer { PQclear(result) }
            if PQresultStatus(result) != PGRES_COMMAND_OK { failure = failure ?? PostgresFailure(result, isDisconnected: !isAlive) }
            // A transaction in which something had failed is undone by a commit, which then says so.
            if strcmp(PQcmdStatus(result), "ROLLBACK") == 0 { failure = failure ?? PostgresFailure(state: "25P02", about: "", isDisconnected: false) }
        }
        if let failure { throw failure }
    }

    func forgetPrepared() throws {
        prepared = [:]
        try command("DEALLOCATE ALL")
    }

    /// The answer to one statement; the receiver clears it.
    func answer(to statement: SQL) throws -> PostgresAnswer {
        let (name, isNew, text) = name(of: statement)
        if isNew {
            let types = statement.values.map(\.oid)
            do {
                PQclear(try checked(PQprepare(connection, name, text, Int32(types.count), types)))
            } catch {
                prepared[Statement(text: text, types: types)] = nil
                throw error
            }
        }
        let result = PostgresValues(statement.values).with { count, values, lengths, formats in
            PQexecPrepared(connection, name, count, values, lengths, formats, 0)
        }
        return PostgresAnswer(try checked(result))
    }

    /// Sends statements without waiting for each other's answers; the first failure is thrown, and nothing after it was done.
    func run(all statements: [SQL]) throws {
        var rest = statements[...]
        while !rest.isEmpty {
            try send(rest.prefix(Self.mostAtOnce))
            rest = rest.dropFirst(Self.mostAtOnce)
        }
    }

    private func send(_ statements: ArraySlice<SQL>) throws {
        guard PQenterPipelineMode(connection) == 1 else { throw PostgresFailure.disconnected }
        var awaited = 0
        var sent = true
        for statement in statements where sent {
            let (name, isNew, text) = name(of: statement)
            if isNew {
                let types = statement.values.map(\.oid)
                sent = PQsendPrepare(connection, name, text, Int32(types.count), types) == 1
                awaited += 1
            }
            sent = sent && PostgresValues(statement.values).with { PQsendQueryPrepared(connection, name, $0, $1, $2, $3, 0) } == 1
            awaited += 1
        }
        sent = sent && PQpipelineSync(connection) == 1
        var failure: PostgresFailure? = sent ? nil : .disconnected
        for _ in 0..<awaited where failure?.isDisconnected != true { failure = failure ?? next() }
        finish(&failure)
        if let failure {
            // Which of them the server has prepared is not known any more.
            prepared = [:]
            throw failure
        }
    }

    /// Reads the answer to one statement of a pipeline.
    private func next() -> PostgresFailure? {
        guard let result = PQgetResult(connection) else { return isAlive ? nil : .disconnected }
        defer {
            PQclear(result)
            // Each answer is followed by nothing.
            while let more = PQgetResult(connection) { PQclear(more) }
        }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return nil
        default: return PostgresFailure(result, isDisconnected: !isAlive)
        }
    }

    /// Reads until the pipeline's end and leaves it.
    private func finish(_ failure: inout PostgresFailure?) {
        var nothings = 0
        while isAlive, nothings < 3 {
            guard let result = PQgetResult(connection) else {
                nothings += 1
                continue
            }
            nothings = 0
            let isEnd = PQresultStatus(result) == PGRES_PIPELINE_SYNC
            PQclear(result)
            if isEnd { break }
        }
        if !isAlive || PQexitPipelineMode(connection) != 1 { failure = failure ?? .disconnected }
    }

    /// The name under which a statement is or will be prepared.
    private func name(of statement: SQL) -> (String, isNew: Bool, text: String) {
        let text = statement.text { "$\($0)" }
        let key = Statement(text: text, types: statement.values.map(\.oid))
        if let name = prepared[key] { return (name, false, text) }
        made += 1
        let name = "z\(made)"
        prepared[key] = name
        return (name, true, text)
    }

    /// Drops prepared statements when there are too many; between transactions only.
    func tidy() throws {
        if prepared.count > Self.mostPrepared { try forgetPrepared() }
    }

    private func checked(_ result: OpaquePointer?) throws -> OpaquePointer? {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return result
        default:
            defer { PQclear(result) }
            throw PostgresFailure(result, isDisconnected: !isAlive)
        }
    }
}

extension Value {
    /// PostgreSQL's number of the type it is sent as; 0 lets the server decide.
    var oid: Oid {
        switch self {
        case .null: 0
        case .text: 25
        case .integer: 20
        case .bytes: 17
        }
    }
}

/// Values as libpq takes them: texts that end in a zero, and bytes.
private struct PostgresValues {
    private var storage: [CChar] = []
    private var places: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [Value]) {
        for value in values {
            places.append(value == .null ? nil : storage.count)
            switch value {
            case .null: add([], isBinary: false)
            case .text(let text): add(Array(text.utf8), isBinary: false)
            case .integer(let number): add(Array(String(number).utf8), isBinary: false)
            case .bytes(let bytes): add(bytes, isBinary: true)
            }
        }
    }

    private mutating func add(_ bytes: [UInt8], isBinary: Bool) {
        storage += bytes.map { CChar(bitPattern: $0) }
        storage.append(0)
        lengths.append(Int32(clamping: bytes.count))
        formats.append(isBinary ? 1 : 0)
    }

    func with<Result>(_ body: (Int32, [UnsafePointer<CChar>?], [Int32], [Int32]) -> Result) -> Result {
        storage.withUnsafeBufferPointer { buffer in
            body(Int32(places.count), places.map { place in place.flatMap { buffer.baseAddress?.advanced(by: $0) } }, lengths, formats)
        }
    }
}

/// What a statement answered; cleared with the value's end.
final class PostgresAnswer {
    private let result: OpaquePointer?
    private let types: [Oid]
    let rows: Int32

    init(_ result: OpaquePointer?) {
        self.result = result
        rows = PQntuples(result)
        types = (0..<PQnfields(result)).map { PQftype(result, $0) }
    }

    deinit { PQclear(result) }

    /// Rows that the statement changed.
    var changed: Int { PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0 }

    func value(_ row: Int32, _ column: Int) -> Value {
        let index = Int32(column)
        guard types.indices.contains(column), PQgetisnull(result, row, index) == 0, let found = PQgetvalue(result, row, index) else { return .null }
        switch types[column] {
        case 16: return .integer(found[0] == CChar(bitPattern: UInt8(ascii: "t")) ? 1 : 0)
        case 20, 21, 23, 1700: return Int64(String(cString: found)).map(Value.integer) ?? .text(String(cString: found))
        case 17: return .bytes(Self.bytes(UnsafeBufferPointer(start: found, count: Int(PQgetlength(result, row, index)))))
        default: return .text(String(cString: found))
        }
    }

    /// Bytes written as `\x` and hexadecimal digits.
    private static func bytes(_ text: UnsafeBufferPointer<CChar>) -> [UInt8] {
        func digit(_ character: CChar) -> UInt8 {
            let code = UInt8(bitPattern: character)
            return code < 0x3a ? code &- 0x30 : (code | 0x20) &- 0x57
        }
        return stride(from: 2, to: text.count - 1, by: 2).map { digit(text[$0]) << 4 | digit(text[$0 + 1]) }
    }
}

/// The columns of one row of an answer.
struct PostgresColumns: Columns {
    let answer: PostgresAnswer
    let row: Int32

    func value(_ column: Int) -> Value { answer.value(row, column) }
    func isText(_ text: String, in column: Int) -> Bool { value(column) == .text(text) }
}
