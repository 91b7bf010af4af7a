import Cast
import Demo
import Domain
import Files
import Foundation
import Storage
import Testing

/// The demo province holds what it promises, and every trail replays through the workflow to where its dossier is.
@Suite struct ProvinceTests {
    private func filled() async throws -> (SQLiteDatabase, [PlatformAccount], URL) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-\(newID() as ID<WorkUnit>)")
        let database = try SQLiteDatabase(folder: folder)
        try await Migrator().migrate(database, at: World.start)
        try await ReferenceTables.load(into: database)
        return (database, try await Province(today: World.start.day).fill(database, files: Intake(store: try FileStore(folder: folder.appending(path: "files")))), folder)
    }

    @Test func itHoldsWhatItPromises() async throws {
        let (database, accounts, folder) = try await filled()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM dossiers") } == 120)
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM employments") } == 60)
        #expect(Set(accounts.map(\.label)) == Set(ProvinceTests.labels))
        for account in accounts {
            #expect(throws: Never.self) { try IDNumber(account.idNumber, today: World.start.day) }
            if !account.creditCode.isEmpty { #expect(throws: Never.self) { try CreditCode(account.creditCode) } }
        }
        await #expect(throws: Province.AlreadyFilled.self) {
            _ = try await Province(today: World.start.day).fill(database, files: Intake(store: try FileStore(folder: folder.appending(path: "files"))))
        }
    }

    @Test func everyTrailReplaysToItsStage() async throws {
        let (database, _, folder) = try await filled()
        defer { try? FileManager.default.removeItem(at: folder) }
        let ids = try await database.read { try $0.rows("SELECT id, person_id FROM dossiers WHERE edition > 0") { (try $0.id() as ID<Dossier>, try $0.id() as ID<Person>) } }
        for (id, person) in ids {
            try await database.read { connection in
                let dossier = try connection.dossier(id, for: .applicant(person))
                let chain = ReviewChain(stops: dossier.journey.chain.stops, acceptanceUnit: dossier.journey.chain.acceptanceUnit, reentry: dossier.journey.chain.reentry)
                var journey = Journey(stage: .draft, chain: chain, round: 0)
                var desks: [ID<WorkUnit>: Desk] = [:]
                for entry in try connection.trail(of: id) {
                    #expect(journey.stage.name == entry.before)
                    let step = try #require(replayed(entry))
                    let next = try journey.after(step)
                    desks = journey.desks(desks, after: step, to: next)
                    journey = next
                    #expect(journey.stage.name == entry.after)
                }
                #expect(journey == dossier.journey)
                #expect(try connection.desks(of: id) == desks)
            }
        }
    }

    private func replayed(_ entry: TrailEntry) -> Step? {
        switch entry.step {
        case .submit: .submit
        case .pass: .pass()
        case .giveBack: .giveBack
        case .resubmit: .resubmit
        case .fail: .fail
        case .accept: .accept
        case .conclude: .conclude(entry.after == .passed ? .passed : entry.after == .notPassed ? .notPassed : .lapsed)
        case .recall, .takeBack, .withdraw, .extend, .reopen, .handOver, .requestCorrection, .refuse, .abandon: nil
        }
    }

    private static let labels = [
        "申报人·乐山市演示中学", "申报人（已退回）·乐山市演示中学", "初审·乐山市演示中学", "复审·乐山市演示中学", "超级管理员·乐山市演示中学", "初审·乐山市教育局（演示）",
        "复审·乐山市教育局（演示）", "超级管理员·乐山市教育局（演示）", "初审·四川省教育厅（演示）", "复审·四川省教育厅（演示）", "超级管理员·四川省教育厅（演示）",
        "受理·四川省中小学教师高级职称评审委员会办公室（演示）", "超级管理员·四川省人力资源和社会保障厅（演示）", "经办·乐山市演示小学", "经办·成都演示科技有限公司",
        "申报人·成都演示科技有限公司", "审核·锦江区人力资源和社会保障局（演示）", "初审·成都市人力资源和社会保障局（演示）", "复审·成都市人力资源和社会保障局（演示）",
        "初审·四川省人力资源和社会保障厅（演示）", "复审·四川省人力资源和社会保障厅（演示）", "受理·四川省工程技术高级职称评审委员会办公室（演示）", "法人（未注册单位）", "个人（无单位）",
    ]
}
