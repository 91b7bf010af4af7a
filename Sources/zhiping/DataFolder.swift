import ArgumentParser
import Domain
import Files
import Foundation
import Storage
import Web

/// Where the data lie; the same for every command.
struct DataFolder: ParsableArguments {
    @Option(help: "The folder of the database (DATA_DIR).")
    var data = ProcessInfo.processInfo.environment["DATA_DIR"] ?? "data"

    var url: URL { URL(filePath: data, directoryHint: .isDirectory) }

    /// The way of files into the store; scanned by clamd where `CLAMD` names one (`unix:/run/clamav/clamd.ctl` or `127.0.0.1:3310`).
    func intake() throws -> Intake {
        let address = ProcessInfo.processInfo.environment["CLAMD"] ?? ""
        let scanner = VirusScanner(address)
        if !address.isEmpty, scanner == nil { throw ValidationError("CLAMD is neither unix:PATH nor ADDRESS:PORT") }
        return Intake(store: try store(), scanner: scanner)
    }

    /// Where the contents of files are: the folder's own `files`, before the bucket that `S3_ENDPOINT` and `S3_BUCKET` name.
    func store() throws -> FileStore {
        try FileStore(folder: url.appending(path: "files", directoryHint: .isDirectory), bucket: Bucket(environment: ProcessInfo.processInfo.environment))
    }

    /// The key file: `KEY_FILE`, or `keys.json` beside the database.
    private var keyFile: URL? { ProcessInfo.processInfo.environment["KEY_FILE"].map { URL(filePath: $0) } }

    private var address: String? { ProcessInfo.processInfo.environment["DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether the records are in the folder itself, which one process alone may open.
    var isEmbedded: Bool { address == nil }

    /// The PostgreSQL server that `DATABASE_URL` names, or the database embedded in the folder.
    private func connect() throws -> any Database {
        guard let address else { return try SQLiteDatabase(folder: url, keyFile: keyFile) }
        try UnfinishedRestore.refuse(url)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try PostgresDatabase(address: address, keyFile: keyFile ?? url.appending(path: "keys.json"))
    }

    /// The database, made where there is none, and brought forward to this program.
    func open() async throws -> any Database {
        let database = try connect()
        let migrator = try Migrator()
        if let embedded = database as? SQLiteDatabase, let copy = try await embedded.keepCopy(before: migrator, at: now()) {
            FileHandle.standardError.write(Data("The database as it was before the migration is kept as \(copy.lastPathComponent).\n".utf8))
        }
        try await migrator.migrate(database, at: now())
        try await ReferenceTables.load(into: database)
        return database
    }

    /// The database as it is; refused where there is none, or where it is of another version.
    func openUnchanged() async throws -> any Database {
        guard address != nil || FileManager.default.fileExists(atPath: url.appending(path: "zhiping.sqlite").path) else {
            throw ValidationError("\(data) 中没有数据库")
        }
        let database = try connect()
        guard try await Migrator().isCurrent(database) else { throw ValidationError("数据库的版本与本程序不同，请先运行 zhiping migrate") }
        return database
    }

    /// Carries a command out: by the server that has the folder's database, or, when nobody has it, here.
    func perform(_ command: String, _ arguments: [String: String] = [:], makingOne: Bool = false) async throws {
        signal(SIGPIPE, SIG_IGN)
        let tell: @Sendable (String) -> Void = { print($0) }
        let database: any Database
        do {
            database = makingOne ? try await open() : try await openUnchanged()
        } catch let inUse as SQLiteDatabase.InUse {
            guard let code = try ControlClient(folder: url).ask(command, arguments, tell) else {
                throw ValidationError("数据目录 \(url.path) 正由另一个 zhiping 进程（pid \(inUse.pid)）使用，且它不是服务进程；请待其结束后重试。")
            }
            throw ExitCode(code)
        }
        let code = await Commands(database: database, folder: self, clock: now).perform(command, arguments, tell)
        try await database.close()
        throw ExitCode(code)
    }
}

/// The one reading of the clock at the edge.
func now() -> Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

extension URL {
    /// From the root, as another process with another folder understands it.
    var whole: String { standardizedFileURL.absoluteURL.path }
}
