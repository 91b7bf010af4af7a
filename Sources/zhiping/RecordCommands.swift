import Backup
import Domain
import Files
import Foundation
import Storage
import Web

extension Commands {
    /// Every command of this program that works on the records, whether it does the work itself or the running server does.
    init(database: any Database, folder: DataFolder, clock: @escaping @Sendable () -> Instant) {
        self.init(database: database, clock: clock)
        self["verify"] = { arguments, tell in try await verify(database, try folder.store(), arguments, tell) }
        self["rotate-keys"] = { arguments, tell in
            if arguments["prepare"] == "yes" {
                try await database.prepareKeys()
                tell("密钥文件中已加入新的密钥，尚未启用。请把密钥文件分发到所有节点并另行备份，再运行 zhiping rotate-keys。")
                return 0
            }
            try await database.rotateKeys(at: clock())
            tell("已启用新的加密密钥和签名密钥。请立即另行备份密钥文件：丢失密钥文件等于丢失数据。")
            return 0
        }
        self["backup"] = { arguments, tell in
            let plan = try BackupPlan(arguments, apartFrom: folder.url)
            let written: BackupPlan.Outcome
            do {
                written = try await plan.write(of: database, store: try folder.store(), at: clock())
            } catch is BackupFolderInUse {
                throw Problem.unavailable("备份目录正由另一次备份、核对或恢复使用，没有备份。请在它结束后再试。")
            }
            for line in written.lines { tell(line) }
            return written.lost.isEmpty ? 0 : 1
        }
        self["checkpoints"] = { arguments, tell in
            var last = arguments["after"].flatMap { Int($0) } ?? 0
            while true {
                let found = try await database.read { [last] in try $0.checkpoints(after: last) }
                guard let end = found.last else { return 0 }
                for checkpoint in found { tell(try checkpoint.line) }
                last = end.number
            }
        }
    }
}

/// Holds everything against everything; 1 when something does not agree.
private func verify(_ database: any Database, _ store: FileStore, _ arguments: [String: String], _ tell: @escaping @Sendable (String) -> Void) async throws -> Int32 {
    var basis = VerificationBasis()
    if let path = arguments["checkpoints"] {
        guard let text = FileManager.default.contents(atPath: path) else { throw Problem.refused("不能读取文件 \(path)") }
        basis.exported = Checkpoint.lines(String(decoding: text, as: UTF8.self))
        if basis.exported.isEmpty { throw Problem.refused("文件 \(path) 中没有检查点") }
    }
    if arguments["files"] == "yes" { basis.holds = { try await store.holds($0) } }
    let verification = try await database.verify(basis)
    for finding in verification.findings { tell("✘ \(finding.line)") }
    tell(verification.summary)
    return verification.isSound ? 0 : 1
}
