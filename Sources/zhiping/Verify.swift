import ArgumentParser
import Domain
import Foundation
import Storage

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check all records, or the proof of one dossier's trail.",
        discussion: "核对全部记录；给出文件时核对一份经办流程证明，不需要数据库。发现问题时以状态 1 结束。")
    @Argument(help: "A proof that was downloaded; without it the database is checked.") var proof: String?
    @OptionGroup var folder: DataFolder
    @Option(help: "A file of checkpoints that was kept outside the database, one JSON object a line.") var checkpoints: String?
    @Flag(inversion: .prefixedNo, help: "Whether every file is looked for in the store and read.") var files = true
    @Option(help: "The public key, or its name, by which a proof has to be signed.") var key: String?

    func run() async throws {
        if let proof { try check(proof) } else { try await checkRecords() }
    }

    private func check(_ path: String) throws {
        guard let json = FileManager.default.contents(atPath: path) else { throw ValidationError("不能读取文件 \(path)") }
        let outcome: TrailProof.Outcome
        do { outcome = try TrailProof(json: json).check() } catch let wrong as TrailProof.Wrong {
            print("✘ \(wrong.sentence)。这份证明不成立。")
            throw ExitCode.failure
        }
        for line in outcome.lines { print(line) }
        if let key, key != outcome.key, key != outcome.publicKey {
            print("✘ 签名所用的公钥是 \(outcome.key)，不是所要求的公钥。这份证明不成立。")
            throw ExitCode.failure
        }
        guard let checkpoint = outcome.checkpoint else {
            print("✘ 这些记录尚未经检查点签名，不能证明。请在几分钟后重新下载。")
            throw ExitCode.failure
        }
        let rest = outcome.entries > outcome.covered ? "第 \(outcome.covered + 1) 条起尚未签名，请在几分钟后重新下载。" : ""
        print("✔ 材料 \(outcome.dossier)：第 1 至 \(outcome.covered) 条记录完整，与 \(checkpoint.at.text) 签名的第 \(checkpoint.number) 个检查点相符。\(rest)")
        print("签名公钥 \(outcome.key)：\(outcome.publicKey)\(key == nil ? "。请与系统公布的公钥（/verification-keys）核对" : "")")
    }

    private func checkRecords() async throws {
        var arguments = ["files": files ? "yes" : "no"]
        arguments["checkpoints"] = checkpoints.map { URL(filePath: $0).whole }
        try await folder.perform("verify", arguments)
    }
}

struct RotateKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Seal and sign with new keys from now on, and seal under them what was sealed before.")
    @OptionGroup var folder: DataFolder
    @Flag(help: "Only put the new keys into the key file, so that it can be brought to every node before they are used.") var prepare = false

    func run() async throws { try await folder.perform("rotate-keys", ["prepare": prepare ? "yes" : "no"]) }
}
