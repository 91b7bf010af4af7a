import ArgumentParser
import Domain
import Foundation
import Storage
import Web

struct ShowStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Tell versions, jobs, and the last checkpoint and backup.")
    @OptionGroup var folder: DataFolder

    func run() async throws { try await folder.perform("status") }
}

struct ExportCheckpoints: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoints", abstract: "Print the signed checkpoints, one JSON object a line, to be kept on another machine.")
    @OptionGroup var folder: DataFolder
    @Option(help: "Only those behind this number.") var after = 0

    func run() async throws { try await folder.perform("checkpoints", ["after": String(after)]) }
}

struct Grant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the title authority and its first super administrator in an empty database.",
        discussion: "The administrator's ID number is read from standard input, or from a file, never from the arguments: other users see those.")
    @OptionGroup var folder: DataFolder
    @Option(help: "单位名称") var name: String
    @Option(help: "统一社会信用代码") var creditCode: String
    @Option(help: "职称业务归属地：行政区划代码或全称，如 510000") var jurisdiction: String
    @Option(help: "单位类型：代码或全称，如 10") var type = "10"
    @Option(help: "联系人") var contact: String
    @Option(help: "联系电话") var contactPhone: String
    @Option(help: "超级管理员姓名") var administrator: String
    @Option(help: "超级管理员手机号码") var administratorPhone: String
    @Option(help: "The file that holds 超级管理员身份证号码; standard input unless given.") var idNumberFile: String?

    func run() async throws {
        try await folder.perform(
            "grant",
            [
                "name": name, "creditCode": creditCode, "jurisdiction": jurisdiction, "type": type, "contact": contact, "contactPhone": contactPhone,
                "administrator": administrator, "administratorPhone": administratorPhone, "idNumber": try idNumber(),
            ], makingOne: true)
    }

    /// The first line, of a few bytes.
    private func idNumber() throws -> String {
        let handle: FileHandle
        if let idNumberFile {
            guard let file = FileHandle(forReadingAtPath: idNumberFile) else { throw ValidationError("无法读取文件 \(idNumberFile)") }
            handle = file
        } else {
            handle = .standardInput
            if isatty(handle.fileDescriptor) == 1 { FileHandle.standardError.write(Data("超级管理员身份证号码：".utf8)) }
        }
        let read = try handle.read(upToCount: 1000) ?? Data()
        return String(decoding: read, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
    }
}
