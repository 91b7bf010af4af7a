import ArgumentParser
import Backup
import Domain
import Files
import Foundation
import Storage

/// Said wherever it can be forgotten.
let keysAreNotInIt = """
    The key file of the sealed numbers (keys.json, or KEY_FILE) is NOT in the backup. Copy it by hand to another safe place, once and after each \
    change of keys: without it the ID and phone numbers in the backup are lost.
    """

struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up the database and the files, while the server runs or not.", discussion: keysAreNotInIt)
    @OptionGroup var folder: DataFolder
    @Option(help: "The folder of the backups (BACKUP_DIR).") var backups = ProcessInfo.processInfo.environment["BACKUP_DIR"] ?? ""
    @Option(help: "The file of the backup key (BACKUP_KEY_FILE).") var backupKey = ProcessInfo.processInfo.environment["BACKUP_KEY_FILE"] ?? ""
    @Flag(help: "Only the files: a PostgreSQL database is backed up by its own tools.") var filesOnly = false
    @Option(help: "Remove old backups, except all of so many hours, the last of each of so many days, and of each of so many months, as 6,30,12.")
    var keep: String?

    func validate() throws {
        guard keep.map({ Retention($0) != nil }) ?? true else { throw ValidationError("--keep is not of the form HOURS,DAYS,MONTHS, as 6,30,12") }
    }

    func run() async throws {
        func whole(_ path: String) -> String { path.isEmpty ? "" : URL(filePath: path).whole }
        print(keysAreNotInIt)
        try await folder.perform(
            "backup", ["backups": whole(backups), "key": whole(backupKey), "filesOnly": filesOnly ? "yes" : "no", "keep": keep ?? ""])
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Bring a backup back into an empty folder.", discussion: keysAreNotInIt)
    @OptionGroup var folder: DataFolder
    @Argument(help: "The folder of the backups.") var backups: String
    @Option(help: "The file of the backup key (BACKUP_KEY_FILE).") var backupKey = ProcessInfo.processInfo.environment["BACKUP_KEY_FILE"] ?? ""
    @Option(help: "Which backup, as 20261124T031500Z; the newest where none is named.") var at: String?
    @Flag(help: "Use the restored records although verification has found something in them.") var acceptFindings = false

    func run() async throws {
        guard !backupKey.isEmpty else { throw ValidationError("BACKUP_KEY_FILE is missing: the key under which the backup was sealed") }
        let point = try at.map { name in
            guard let point = Repository.Point(name) else { throw ValidationError("--at is not of the form 20261124T031500Z") }
            return point
        }
        let repository = try Repository(folder: URL(filePath: backups, directoryHint: .isDirectory), keyFile: URL(filePath: backupKey))
        let found = try await repository.restore(point, into: folder.url, store: { _ in try folder.store() }, verify: verified)
        print("已将 \(found.point) 恢复到 \(folder.url.path)。")
        print("请把加密密钥文件（keys.json，或 KEY_FILE 所指的文件）放回原处：备份中没有它，没有它网站不能启动。")
    }

    /// The last look at what was restored, before the site may open it; what it throws leaves the folder marked as unfinished.
    private func verified(_ folder: URL, _ manifest: Manifest) async throws {
        print("附件 \(manifest.contents) 个，内容均与摘要相符。")
        for digest in manifest.lost { print("✘ 附件 \(digest) 在备份之前就已丢失。") }
        guard manifest.database != nil else { return }
        let database = try SQLiteDatabase(inspecting: folder)
        let verification = try await database.verify()
        try await database.close()
        for finding in verification.findings { print("✘ \(finding.line)") }
        print(verification.summary)
        guard verification.isSound || acceptFindings else {
            throw ValidationError("恢复的记录核对未通过。请改用其他时间的备份（--at）；确知上列问题的原因、仍要使用时，加 --accept-findings 重新恢复。")
        }
    }
}

struct MakeBackupKey: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "backup-key", abstract: "Make a key file for backups.")
    @OptionGroup var folder: DataFolder
    @Argument(help: "The new file; not in the data folder, and not among the backups.") var file: String

    func run() throws {
        let file = URL(filePath: file)
        guard !file.lies(within: folder.url) else { throw ValidationError("the backup key file must not lie in the data folder") }
        try BackupKey.make(file)
        print("已生成 \(file.path)。请另存一份到与备份分开的安全地方：没有它，任何备份都打不开。")
    }
}
