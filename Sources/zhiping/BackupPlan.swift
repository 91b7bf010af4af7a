import Backup
import Domain
import Files
import Foundation
import Storage
import Web

/// Where backups go, how often they are made without being asked for, and which are kept.
struct BackupPlan: Sendable {
    let repository: Repository
    /// A PostgreSQL database is backed up by its own tools.
    let filesOnly: Bool
    /// nil: nothing is removed.
    let retention: Retention?
    /// Seconds from one to the next.
    let every: Int64

    /// As a command asks for it.
    init(_ arguments: [String: String], apartFrom data: URL) throws {
        func path(_ name: String, _ missing: String) throws -> URL {
            guard let path = arguments[name], !path.isEmpty else { throw Problem.refused(missing) }
            return URL(filePath: path)
        }
        let folder = try path("backups", "缺少 BACKUP_DIR：备份存放的目录。")
        let key = try path("key", "缺少 BACKUP_KEY_FILE：备份密钥文件，用 zhiping backup-key FILE 生成。")
        guard !key.lies(within: data) else { throw Problem.refused("备份密钥文件不得放在数据目录中。") }
        guard !folder.lies(within: data) else { throw Problem.refused("备份目录不得放在数据目录中。") }
        repository = try Repository(folder: folder, keyFile: key)
        filesOnly = arguments["filesOnly"] == "yes"
        retention = Retention(arguments["keep"] ?? "")
        every = (arguments["minutes"].flatMap { Int64($0) } ?? 15) * 60
    }

    /// As the server's surroundings say; nil where no place for backups is named.
    init?(environment: [String: String], of folder: DataFolder) throws {
        guard let backups = environment["BACKUP_DIR"], !backups.isEmpty else { return nil }
        let minutes = environment["BACKUP_MINUTES"] ?? "15"
        guard let count = Int64(minutes), (1...10_080).contains(count) else { throw Problem.refused("BACKUP_MINUTES 应是 1 到 10080 的整数，而不是“\(minutes.prefix(20))”。") }
        let keep = environment["BACKUP_KEEP"] ?? ""
        guard keep.isEmpty || Retention(keep) != nil else { throw Problem.refused("BACKUP_KEEP 应是“小时,天,月”三个整数，如 6,30,12。") }
        try self.init(
            [
                "backups": backups, "key": environment["BACKUP_KEY_FILE"] ?? "", "filesOnly": folder.isEmbedded ? "no" : "yes", "keep": keep.isEmpty ? "6,30,12" : keep,
                "minutes": minutes,
            ], apartFrom: folder.url)
    }

    /// What one backup came to.
    struct Outcome {
        let lines: [String]
        let lost: [String]
    }

    /// Makes a backup, removes those that need not be kept, and notes that it was done.
    func write(of database: any Database, store: FileStore, at now: Instant) async throws -> Outcome {
        let written: Repository.Written
        if filesOnly {
            written = try await repository.writeFiles(of: database, store: store, at: now)
        } else {
            guard let embedded = database as? SQLiteDatabase else { throw Problem.refused("数据库是 PostgreSQL：请用它自己的工具备份，附件用 --files-only 备份。") }
            written = try await repository.write(of: embedded, store: store, at: now)
        }
        var lines = ["\(written.point)：数据库 \(written.databaseBytes) 字节，附件 \(written.contents) 个，其中新增 \(written.newContents) 个；写入 \(written.newBytes) 字节。"]
        lines += written.lost.map { "✘ 附件 \($0) 不在存储中，或内容已被改变，没有备份。" }
        if let retention {
            let pruned = try await repository.prune(at: now, keeping: retention)
            if !pruned.points.isEmpty { lines.append("已按保留期限删除：\(pruned.points.map(\.name).joined(separator: "、"))，附件 \(pruned.contents) 个。") }
        }
        try await database.write { try $0.markDone(Job.Name.backup.rawValue, at: now) }
        return Outcome(lines: lines, lost: written.lost)
    }
}

extension Retention {
    /// `6,30,12`: hours, days and months.
    init?(_ text: String) {
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 3, let hours = numbers[0], let days = numbers[1], let months = numbers[2] else { return nil }
        guard (0...100_000).contains(hours), (0...10_000).contains(days), (0...1_000).contains(months) else { return nil }
        self.init(hours: hours, days: days, months: months)
    }
}

/// What looks after the records in the background: backups as often as they are asked for, and all of it verified once a day.
func recordJobs(database: any Database, folder: DataFolder, plan: BackupPlan?) throws -> [Job] {
    let store = try folder.store()
    let verification = Job(.verification, every: 86_400) { shift in
        let found = try await database.verify(VerificationBasis(holds: { try await store.holds($0) }))
        // A backup that cannot be read back is none.
        if let plan, try plan.repository.latest() != nil {
            _ = try await postponing { try await plan.repository.check(at: shift.clock(), workspace: folder.url, withContents: true) }
        }
        if let first = found.findings.first { throw JobFinding("\(found.findings.count) findings, the first: \(first.line)") }
    }
    guard let plan else { return [verification] }
    let backup = Job(.backup, every: plan.every) { shift in
        let outcome = try await postponing { try await plan.write(of: database, store: store, at: shift.clock()) }
        if let first = outcome.lost.first { throw JobFinding("\(outcome.lost.count) contents are lost, the first: \(first)") }
    }
    return [backup, verification]
}

/// Waits its turn where another backup, check or restore is at work in the folder.
private func postponing<Result>(_ body: () async throws -> Result) async throws -> Result {
    do { return try await body() } catch is BackupFolderInUse { throw JobPostponed() }
}
