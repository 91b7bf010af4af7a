import Domain
import GRDB

/// How an engine fails, apart from what is wrong with a statement.
public enum EngineFailure: String, Sendable, Hashable, CaseIterable {
    /// Another process or transaction does not let go.
    case busy
    /// The disk has no room.
    case full
    /// The disk does not do as it is told: after that nobody knows what it holds.
    case inputOutput = "io"
    /// The file is not what was written.
    case corrupt
    /// The server of the database cannot be reached, or has hung up.
    case unreachable

    /// After these the process ends: trying again could acknowledge what is not there (a page that failed to reach the disk is
    /// taken for clean by the next fsync).
    public var isFatal: Bool { self == .inputOutput || self == .corrupt }

    /// What the person is told who was waiting for it.
    public var problem: Problem {
        switch self {
        case .busy: .unavailable("系统繁忙，未保存，请稍后重试。")
        case .full: .unavailable("磁盘空间不足，未保存，请联系管理员；在此之前请勿关闭页面，以免丢失填写的内容。")
        case .inputOutput, .corrupt: .unavailable("数据存储出现故障，不能确定是否已经保存，请联系管理员。恢复后请刷新页面查看结果；如未保存，请重新提交。")
        case .unreachable: .unavailable("数据库暂时无法访问，未保存，请稍后重试。")
        }
    }

    /// nil for what is wrong with the statement, not with the engine.
    init?(_ error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
        case .SQLITE_FULL: self = .full
        case .SQLITE_IOERR: self = .inputOutput
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt
        case _: return nil
        }
    }
}

/// What a failure of SQLite's is to the person who was waiting; nil when it is a fault of this program.
func unavailability(of error: DatabaseError) -> Problem? { EngineFailure(error)?.problem }

extension EngineWatch {
    /// Notes what SQLite has thrown, and returns what is to be thrown on.
    func met(_ error: DatabaseError) -> any Error {
        guard let failure = EngineFailure(error) else { return error }
        note(failure)
        return failure.problem
    }
}
