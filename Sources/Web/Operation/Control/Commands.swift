import Domain
import Storage

/// What can be asked of the program from its command line, whether it does it itself or a running server does it for it.
public struct Commands: Sendable {
    /// Takes the arguments by name, tells line by line how it goes, and returns the code for the process.
    public typealias Function = @Sendable (_ arguments: [String: String], _ tell: @escaping @Sendable (String) -> Void) async throws -> Int32

    private var functions: [String: Function] = [:]

    public init() {}

    public subscript(name: String) -> Function? {
        get { functions[name] }
        set { functions[name] = newValue }
    }

    /// Runs a command; what it refuses is told in its sentence, what else goes wrong by its kind.
    public func perform(_ name: String, _ arguments: [String: String], _ tell: @escaping @Sendable (String) -> Void) async -> Int32 {
        guard let function = functions[name] else {
            tell("没有 \(name) 这个命令。")
            return 64
        }
        do {
            return try await function(arguments, tell)
        } catch let problem as Problem {
            for sentence in problem.sentences { tell(sentence) }
            return 1
        } catch is CancellationError {
            tell("命令被中断，没有完成。")
            return 75
        } catch {
            tell("命令没有完成：\(summary(of: error))")
            return 70
        }
    }
}

extension Problem {
    /// For somebody at a terminal.
    fileprivate var sentences: [String] {
        switch self {
        case .notAllowed(let reason), .refused(let reason), .unavailable(let reason): [reason]
        case .invalid(let problems): problems.map(\.message)
        case .changedMeanwhile(let change): [change.sentence]
        case .signInFirst, .notFound, .forgedForm, .malformed, .tooLarge: ["命令没有完成。"]
        }
    }
}

extension Commands {
    /// The commands that need nothing but the database.
    public init(database: any Database, clock: @escaping @Sendable () -> Instant) {
        self["grant"] = { arguments, tell in
            let now = clock()
            let founding = try await database.writeAlone { connection in
                let founding = try Founding(arguments, connection, at: now)
                try connection.found(founding, at: now)
                return founding
            }
            tell("已建立职称授权管理单位“\(founding.unit.name)”，超级管理员：\(founding.administratorName)。")
            tell("超级管理员可在系统首页以“法人登录”进入（单位 \(founding.unit.creditCode)）。")
            return 0
        }
        self["status"] = { _, tell in
            for line in try await Status(of: database, at: clock()).lines { tell(line) }
            return 0
        }
    }
}

/// How the records stand, for an operator at a terminal.
struct Status {
    let lines: [String]

    init(of database: any Database, at now: Instant) async throws {
        let facts = try await database.facts()
        let states = try await database.read { try $0.jobs() }
        let isCurrent = try await Migrator().isCurrent(database)
        var lines = ["数据库：" + facts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "，")]
        lines.append("数据库结构：\(isCurrent ? "与本程序一致" : "与本程序不一致")")
        for (name, title) in [(Job.Name.checkpoint, "最近签名检查点"), (.backup, "最近成功备份"), (.verification, "最近核验")] {
            let state = states.first { $0.name == name.rawValue }
            lines.append("\(title)：\(state?.lastDoneAt?.text ?? "无")\(state.map { $0.lastError.isEmpty ? "" : "（最近一次失败：\($0.lastError)）" } ?? "")")
        }
        for state in states {
            let late = state.lateness(at: now)
            let trouble = [state.isParked ? "已暂停（每小时重试）" : "", state.lastError.isEmpty ? "" : "最近一次失败：\(state.lastError)", late > 60 ? "迟 \(late) 秒" : ""].filter { !$0.isEmpty }
            lines.append("任务 \(state.name)：上次完成 \(state.lastDoneAt?.text ?? "无")，下次 \(state.dueAt.text)\(trouble.isEmpty ? "" : "；" + trouble.joined(separator: "；"))")
        }
        self.lines = lines
    }
}
