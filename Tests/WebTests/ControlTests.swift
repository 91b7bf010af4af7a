import Cast
import Domain
import Foundation
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import Web

#if canImport(Glibc)
    import Glibc
#endif

/// Commands through the running server's socket, and the one that begins everything.
@Suite struct ControlTests {
    private static let founding = [
        "name": "四川演示职称改革办公室", "creditCode": "11510000MB1234567Y", "jurisdiction": "510000", "type": "10", "contact": "王五", "contactPhone": "028-12345678",
        "administrator": "某人", "administratorPhone": "13800001234", "idNumber": "510100190001010012",
    ]

    /// A database as `migrate` leaves it.
    private func empty() async throws -> (URL, SQLiteDatabase) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-\(World.key())")
        let database = try SQLiteDatabase(folder: folder)
        try await Migrator().migrate(database, at: World.start)
        try await ReferenceTables.load(into: database)
        return (folder, database)
    }

    /// Valid codes end in their check character.
    private static var code: String {
        let first = "11510000MB1234567"
        return first + String(CreditCode.checkCharacter(of: Array(first)) ?? "0")
    }

    private static var right: [String: String] { founding.merging(["creditCode": code]) { $1 } }

    private func commands(_ database: any Database) -> Commands { Commands(database: database, clock: { World.start }) }

    /// Runs the socket as long as the body takes; the body blocks, as the program does.
    private func over(_ folder: URL, _ commands: Commands, _ log: Log = Log(), _ body: @escaping @Sendable (ControlClient) throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [Control(folder: folder, commands: commands, logger: log.logger)], logger: log.logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let socket = folder.appending(path: LocalSocket.name).path
            while !FileManager.default.fileExists(atPath: socket) { await Task.yield() }
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                Thread { continuation.resume(with: Result { try body(ControlClient(folder: folder, patience: 20)) }) }.start()
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            #expect(!FileManager.default.fileExists(atPath: socket))
        }
    }

    private final class Told: Sendable {
        private let held = Mutex<[String]>([])
        var lines: [String] { held.withLock { $0 } }
        func add(_ line: String) { held.withLock { $0.append(line) } }
    }

    /// From nothing to a super administrator at work: granted, signed in through the platform, bound, at home.
    @Test func whoeverIsGrantedSignsInAndIsAtHome() async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        let told = Told()
        #expect(await commands(database).perform("grant", Self.right, told.add) == 0)
        #expect(told.lines.joined().contains("四川演示职称改革办公室") && !told.lines.joined().contains("510100190001010012"))
        let site = try await TestSite(try await World(), database: database)
        let started = try await site.started("/sign-in/unit")
        site.provider.answer { $0.claims = claims(nonce: started.nonce, changing: ["credit_code": Self.code, "unit_name": "四川演示职称改革办公室"]) }
        let answer = try await site.finish(started)
        let home = try await Browser(site: site, token: answer.session).get("/home")
        #expect(home.status == 200 && home.body.contains("四川演示职称改革办公室") && home.body.contains("无（职称授权管理单位）") && home.body.contains("超级管理员"))
        let bound = try await database.read { try $0.count("SELECT COUNT(*) FROM staff WHERE super_administrator = 1 AND account_id IS NOT NULL AND bound_at IS NOT NULL") }
        #expect(bound == 1)
        // Another of the same unit is nobody here.
        let second = try await site.started("/sign-in/unit")
        site.provider.answer { $0.claims = claims(nonce: second.nonce, changing: ["sub": "other", "id_number": "11010519491231002X", "credit_code": Self.code]) }
        let other = try await Browser(site: site, token: try await site.finish(second).session).get("/home")
        #expect(other.body.contains("还不能办理业务"))
        // Once is all.
        let again = Told()
        #expect(await commands(database).perform("grant", Self.right, again.add) == 1)
        #expect(again.lines.joined().contains("数据库中已有单位（“四川演示职称改革办公室”）"))
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM units") } == 1)
        try await database.close()
    }

    @Test(
        arguments: [
            ("creditCode", "11510000MB12345670", "校验码"), ("creditCode", "1151", "18 位"), ("idNumber", "510100190001010013", "校验码"), ("idNumber", "", "请给出超级管理员身份证号码"),
            ("idNumber", "5101001900", "18 位"), ("administratorPhone", "12", "11 位手机号码"), ("jurisdiction", "999999", "不存在"), ("type", "甲", "不存在"), ("name", "  ", "请给出单位名称"),
            ("name", String(repeating: "长", count: 101), "超过 100 字"), ("administrator", "", "请给出超级管理员姓名"), ("contact", "", "请给出联系人"),
        ])
    func whatIsWrongIsSaidAndNothingIsMade(_ name: String, _ value: String, _ sentence: String) async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        let told = Told()
        #expect(await commands(database).perform("grant", Self.right.merging([name: value]) { $1 }, told.add) == 1)
        #expect(told.lines.count == 1 && told.lines[0].contains(sentence), "\(told.lines)")
        #expect(try await database.read { try $0.hasNoUnits() })
        try await database.close()
    }

    @Test func allThatIsWrongIsSaidAtOnce() async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        let told = Told()
        #expect(await commands(database).perform("grant", [:], told.add) == 1)
        #expect(told.lines.count == Founding.arguments.count)
        try await database.close()
    }

    @Test func aCommandGoesThroughTheSocket() async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        // What a killed server has left behind is in nobody's way.
        try Data().write(to: folder.appending(path: LocalSocket.name))
        try FileManager.default.removeItem(at: folder.appending(path: LocalSocket.name))
        let (told, log) = (Told(), Log())
        try await over(folder, commands(database), log) { client in
            var mode = stat()
            #expect(stat(folder.appending(path: LocalSocket.name).path, &mode) == 0 && mode.st_mode & 0o777 == 0o600)
            let codes = try ["grant", "grant", "status", "nothing"].map { try client.ask($0, $0 == "grant" ? Self.right : [:], told.add) }
            #expect(codes == [0, 1, 0, 64])
        }
        #expect(told.lines.contains { $0.contains("已有单位") } && told.lines.contains { $0.contains("engine sqlite") } && told.lines.contains("没有 nothing 这个命令。"))
        let logged = log.lines.joined()
        #expect(logged.contains("\"command\":\"grant\"") && !logged.contains("某人") && !logged.contains("5101") && !logged.contains("nothing"))
        #expect(try ControlClient(folder: folder).ask("status", [:], told.add) == nil, "nobody there any more")
        try await database.close()
    }

    /// Long answers come whole and in order; a command whose asker goes away is cancelled.
    @Test func progressIsToldAndNobodyWorksForNobody() async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (ended, end) = AsyncStream.makeStream(of: Bool.self)
        var commands = Commands()
        commands["count"] = { arguments, tell in
            for number in 0..<(Int(arguments["to"] ?? "") ?? 0) { tell("第 \(number) 行") }
            return 7
        }
        commands["endless"] = { _, tell in
            do {
                while true {
                    try Task.checkCancellation()
                    tell("还在进行")
                    await Task.yield()
                }
            } catch {
                end.yield(true)
                throw error
            }
        }
        let told = Told()
        try await over(folder, commands) { client in
            let code = try client.ask("count", ["to": "3000"], told.add)
            #expect(code == 7)
            let socket = try LocalSocket.withAddress(in: folder) { address, length in
                let descriptor = try LocalSocket.newDescriptor()
                #expect(connect(descriptor, address, length) == 0)
                return LocalSocket(descriptor: descriptor, receiving: 10, sending: 10)
            }
            try socket.send(line: #"{"command":"endless","arguments":{}}"#)
            let line = try socket.line()
            #expect(line?.contains("还在进行") == true)
        }
        #expect(told.lines.count == 3000 && told.lines.last == "第 2999 行")
        for await isCancelled in ended {
            #expect(isCancelled)
            break
        }
        try await database.close()
    }

    @Test(arguments: ["", "x", "{}", #"{"command":"status"}"#, #"{"command":1,"arguments":{}}"#, String(repeating: "a", count: 70_000)])
    func strangeLinesEndTheirConnectionOnly(_ line: String) async throws {
        let (folder, database) = try await empty()
        defer { try? FileManager.default.removeItem(at: folder) }
        try await over(folder, commands(database)) { client in
            try LocalSocket.withAddress(in: folder) { address, length in
                let descriptor = try LocalSocket.newDescriptor()
                let socket = LocalSocket(descriptor: descriptor, receiving: 10, sending: 10)
                #expect(connect(descriptor, address, length) == 0)
                do {
                    try socket.send(line: line)
                    let answer = try socket.line()
                    #expect(answer == nil)
                } catch is LocalSocket.Failure {
                    // It may have been closed before all was sent.
                }
            }
            let code = try client.ask("status", [:]) { _ in }
            #expect(code == 0)
        }
        try await database.close()
    }
}
