import CPostgres
import Domain

/// What PostgreSQL said no with: the SQLSTATE, and what it concerns. Never its message, which may quote what people have typed.
struct PostgresFailure: Error, CustomStringConvertible {
    let state: String
    /// The constraint, column or table that it names, where it names one.
    let about: String
    /// The server did not answer any more; whether it did what it was last told is not known.
    let isDisconnected: Bool

    var description: String { "PostgreSQL \(state.isEmpty ? "does not answer" : state)\(about.isEmpty ? "" : " \(about)")" }

    /// No session came free in time.
    static let noSession = PostgresFailure(state: "53300", about: "", isDisconnected: false)

    static let disconnected = PostgresFailure(state: "", about: "", isDisconnected: true)

    init(state: String, about: String, isDisconnected: Bool) {
        (self.state, self.about, self.isDisconnected) = (state, about, isDisconnected)
    }

    init(_ result: OpaquePointer?, isDisconnected: Bool) {
        func field(_ code: Int32) -> String { PQresultErrorField(result, code).map { String(cString: $0) } ?? "" }
        // PG_DIAG_SQLSTATE, PG_DIAG_CONSTRAINT_NAME, PG_DIAG_COLUMN_NAME, PG_DIAG_TABLE_NAME
        let codes = (state: Int32(UInt8(ascii: "C")), named: [UInt8(ascii: "n"), UInt8(ascii: "c"), UInt8(ascii: "t")].map(Int32.init))
        state = field(codes.state)
        about = codes.named.map(field).first { !$0.isEmpty } ?? ""
        self.isDisconnected = isDisconnected
    }

    /// Two transactions could not both have been alone: the one that is told so may simply be tried again.
    var isCollision: Bool { ["40001", "40P01"].contains(state) }

    /// A statement was prepared before the schema changed.
    var isStalePlan: Bool { ["0A000", "26000"].contains(state) }

    var isNotUnique: Bool { state == "23505" }

    /// What of the engine has failed; nil for a fault of this program.
    var kind: EngineFailure? {
        if isDisconnected { return .unreachable }
        switch state.prefix(2) {
        case "08", "57": return .unreachable
        case "53": return state == "53100" ? .full : .busy
        case "55", "40": return .busy
        // A standby that does not write: the other one is being made the first.
        case "25": return state == "25006" ? .unreachable : nil
        case "58": return .unreachable
        case _: return nil
        }
    }

    /// What the person is told when it is nobody's fault here.
    var problem: Problem? { kind?.problem }
}
