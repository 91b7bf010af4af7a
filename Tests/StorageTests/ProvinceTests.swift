import Cast
import Demo
import Domain
import Files
import Foundation
import Storage
import Testing

/// The demo province holds what it promises, and every trail replays through the workflow to where its dossier is.
@Suite struct ProvinceTests {
    private func filled(_ size: Size = Size(units: 260, people: 300, dossiers: 600)) async throws -> (any Database, [PlatformAccount], URL) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-\(newID() as ID<WorkUnit>)")
        let (database, _) = try await Engines.database(in: folder)
        return (
            database, try await Province(today: World.start.day, size: size).fill(database, files: Intake(store: try FileStore(folder: folder.appending(path: "files")))), folder
        )
    }

    @Test func itHoldsWhatItPromises() async throws {
        let (database, accounts, folder) = try await filled()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM dossiers") } == 600)
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM employments") } == 300)
        #expect(try await database.read { try $0.count("SELECT COUNT(*) FROM units") } == 260)
        let stages = try await database.read { try $0.rows("SELECT DISTINCT stage FROM dossiers") { try $0.name(Stage.Name.self) } }
        #expect(Set(stages) == Set(Stage.Name.allCases), "every state can be seen")
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
                let chain = ReviewChain(
                    stops: dossier.journey.chain.stops.filter { $0.insertion == nil }, acceptanceUnit: dossier.journey.chain.acceptanceUnit, reentry: dossier.journey.chain.reentry)
                var journey = Journey(stage: .draft, chain: chain, round: 0)
                var desks: [ID<WorkUnit>: Desk] = [:]
                for entry in try connection.trail(of: id) {
                    #expect(journey.stage.name == entry.before)
                    let step = try #require(replayed(entry, along: dossier.journey.chain))
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

    /// The step an entry tells of; a pass inserts what stands on the chain behind the unit that passed.
    private func replayed(_ entry: TrailEntry, along chain: ReviewChain) -> Step? {
        switch entry.step {
        case .submit: .submit
        case .pass:
            .pass(
                inserting: entry.remark.hasPrefix("增加审核单位")
                    ? chain.stops.compactMap { stop in stop.insertion.map { .init(unit: stop.unit, steps: stop.steps, reason: $0.reason) } } : [])
        case .giveBack: .giveBack
        case .resubmit: .resubmit
        case .fail: .fail
        case .accept: .accept
        case .recall: .recall
        case .takeBack: .takeBack
        case .withdraw: .withdraw
        case .reopen: .reopen
        case .requestCorrection: .requestCorrection
        case .refuse: .refuse
        case .abandon: .abandon
        case .conclude: .conclude(entry.after == .passed ? .passed : entry.after == .notPassed ? .notPassed : .lapsed)
        case .extend, .handOver, .recuse: nil
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
