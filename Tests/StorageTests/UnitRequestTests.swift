import Cast
import Domain
import Foundation
import Testing

@testable import Storage

/// What is asked for a unit: registrations, changes of superior, corrections. Nothing of it takes effect before it is decided, and only once.
@Suite struct UnitRequestTests {
    static let code = CreditCode(stored: "91350100M000100Y43")
    static let values = [
        "type": "21", "jurisdiction": "510000", "steps": "two", "singleClerk": "0", "postManagement": "0", "contactName": "联系人", "contactPhone": "028-12345678",
        "affiliation": "3", "address": "演示路 1 号",
    ]

    static func by(_ name: World.Name, _ world: World, at now: Instant = World.start) async throws -> Administrator {
        guard case .staff(let member) = try await world.actor(name) else { throw Problem.notFound }
        return Administrator(member, key: World.key(), at: now)
    }

    /// Somebody with every permission at a unit of the world that has nobody yet.
    static func chief(of unit: World.UnitName, _ name: World.Name, _ world: World) async throws -> Administrator {
        let (id, person): (ID<StaffMember>, ID<Person>) = (newID(), world.person(name).id)
        return try await world.database.write { connection in
            try connection.addStaff(id, person: person, unit: world.unit(unit).id, superAdministrator: true, roles: [], at: World.start)
            guard let member = try connection.staff(id, on: World.start.day) else { throw Problem.notFound }
            return Administrator(member, key: World.key(), at: World.start)
        }
    }

    /// Somebody signed in for a legal person that is not known here.
    static func registrant(_ name: World.Name, _ world: World, code: CreditCode = code) async throws -> (SignedIn, token: String) {
        let (person, token) = (world.person(name), World.key())
        let identity = Identity(
            issuer: "https://idp", subject: "legal-\(name)", kind: .unit, name: person.name, idNumber: person.idNumber, phone: nil, creditCode: code, unitName: "自行注册学校")
        return try await world.database.write { connection in
            try connection.signIn(identity, tokenHash: token, at: World.start)
            return (try Self.signedIn(token, connection), token)
        }
    }

    static func signedIn(_ token: String, _ connection: any Connection) throws -> SignedIn {
        guard let found = try connection.signedIn(tokenHash: token, rule: SessionRule(idle: 1800, absolute: 28_800), at: World.start) else { throw Problem.signInFirst }
        return found.0
    }

    static func form(to superior: ID<WorkUnit>) -> UnitRequestForm {
        UnitRequestForm(.registration, of: code, named: "自行注册学校", to: superior, values: values, files: [World.file(.pdf, "证照")])
    }

    static func outcome(_ body: () async throws -> Void) async -> Problem? {
        do {
            try await body()
            return nil
        } catch let problem as Problem {
            return problem
        } catch {
            return .unavailable("\(error)")
        }
    }

    @Test func aUnitRegistersItself() async throws {
        let world = try await World()
        let authority = world.unit(.authority).id
        let (signedIn, token) = try await Self.registrant(.strangerClerk, world)
        guard case .unknown? = signedIn.registration else { throw Problem.notFound }
        let asker = Requester(signedIn, key: World.key(), at: World.start)
        let id = try await world.database.write { try $0.register(Self.form(to: authority), over: 0, by: asker) }
        #expect(try await world.database.write { try $0.register(Self.form(to: authority), over: 0, by: asker) } == id, "the same form asks once")
        #expect(try await world.database.read { try $0.unit(Self.code) } == nil, "no unit before it is decided")
        guard case .asked(let asked)? = try await world.database.read({ try Self.signedIn(token, $0).registration }) else { throw Problem.notFound }
        #expect(asked.whereabouts == "“自行注册学校”的单位注册申请已于 \(World.start.text) 提交，待“演示authority”审核，审核通过后开放申报、经办功能。")
        let by = try await Self.by(.authorityAdministrator, world)
        try await world.database.write { try $0.decide(id, .pass, opinion: "", over: 1, by: by) }
        let now = try await world.database.read { try Self.signedIn(token, $0) }
        #expect(now.staff?.isSuperAdministrator == true && now.unit?.creditCode == Self.code && now.unit?.superior == authority, "at work from the next request on")
        #expect(try await world.database.read { try $0.details(of: now.unit?.id ?? newID()) } == ["affiliation": "3", "address": "演示路 1 号"])
        #expect(try await world.database.read { try $0.licences(of: now.unit?.id ?? newID())?.files.count } == 1)
        #expect(try await world.database.read { try $0.administration(of: authority).first?.act } == .passRegistration)
        #expect(try await world.database.verify().findings == [])
        let late = try await Self.by(.authorityAdministrator, world)
        guard case .changedMeanwhile(let change)? = await Self.outcome({ try await world.database.write { try $0.decide(id, .fail, opinion: "不", over: 1, by: late) } })
        else { throw Problem.notFound }
        #expect(change.what == "通过" && change.by == "演示authority 人authorityAdministrator")
    }

    /// Two of a legal person register it at once: one does, the other is told who has.
    @Test func twoRegisterAtOnce() async throws {
        let world = try await World()
        let bureau = world.unit(.bureau).id
        let one = Requester(try await Self.registrant(.strangerClerk, world).0, key: World.key(), at: World.start)
        let two = Requester(try await Self.registrant(.unemployed, world).0, key: World.key(), at: World.start)
        async let first = Self.outcome { _ = try await world.database.write { try $0.register(Self.form(to: bureau), over: 0, by: one) } }
        async let second = Self.outcome { _ = try await world.database.write { try $0.register(Self.form(to: bureau), over: 0, by: two) } }
        let refused = await [first, second].compactMap { $0 }
        guard refused.count == 1, case .refused(let reason) = refused[0] else { throw refused.first ?? Problem.notFound }
        #expect(reason.hasPrefix("“自行注册学校”已由 人") && reason.hasSuffix("现为“待审核”，不能再次提交。"))
    }

    @Test func whatIsGivenBackIsMended() async throws {
        let world = try await World()
        let (authority, bureau) = (world.unit(.authority).id, world.unit(.bureau).id)
        let (signedIn, _) = try await Self.registrant(.strangerClerk, world)
        @Sendable func asker() -> Requester { Requester(signedIn, key: World.key(), at: World.start) }
        let id = try await world.database.write { try $0.register(Self.form(to: authority), over: 0, by: asker()) }
        let empty = try await Self.by(.authorityAdministrator, world)
        await #expect(throws: Problem.invalid([FieldProblem("opinion", "请填写退回的意见")])) {
            try await world.database.write { try $0.decide(id, .giveBack, opinion: " ", over: 1, by: empty) }
        }
        let by = try await Self.by(.authorityAdministrator, world)
        try await world.database.write { try $0.decide(id, .giveBack, opinion: "上级单位应为主管局", over: 1, by: by) }
        await #expect(throws: Problem.self, "mended over another version") { try await world.database.write { _ = try $0.register(Self.form(to: bureau), over: 1, by: asker()) } }
        #expect(try await world.database.write { try $0.register(Self.form(to: bureau), over: 2, by: asker()) } == id)
        let again = try await Self.by(.authorityAdministrator, world)
        await #expect(throws: Problem.notAllowed("该申请由“演示bureau”审核。")) { try await world.database.write { try $0.decide(id, .pass, opinion: "", over: 3, by: again) } }
        let colleague = Requester(try await Self.registrant(.unemployed, world).0, key: World.key(), at: World.start)
        try await world.database.write { try $0.cancelRegistration(id, under: Self.code.text, over: 3, by: colleague) }
        #expect(try await world.database.read { try $0.unitRequest(id)?.state } == .cancelled, "whoever acts for the same legal person may take it back")
        #expect(try await world.database.read { try $0.steps(of: id).map(\.step) } == [.submit, .giveBack, .submit, .cancel])
        #expect(try await world.database.verify().findings == [])
    }

    /// D12: closed while it waits, dossiers under way keep their chain, and nothing of the tree changes before it is decided.
    @Test func aChangeOfSuperiorClosesTheUnit() async throws {
        let world = try await World()
        let (school, bureau, authority) = (world.unit(.school), world.unit(.bureau), world.unit(.authority))
        let (waiting, upper) = (try await world.dossier(), try await world.dossier(of: .secondApplicant, after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())]))
        let returned = try await world.dossier(of: .reviewingApplicant, after: [(.schoolFirst, .giveBack)])
        let by = try await Self.by(.schoolAdministrator, world)
        let id = try await world.database.write { try $0.askForSuperior(authority.id, reason: ["reason": "改革"], files: [], over: 0, by: by) }
        #expect(try await world.database.read { try $0.unit(school.id)?.superior } == bureau.id)
        await #expect(throws: Problem(Denial.unitAwaitsSuperior)) { try await world.take(.pass(), on: waiting, by: .schoolFirst) }
        await #expect(throws: Problem(Denial.unitAwaitsSuperior)) { try await world.take(.withdraw, on: upper, by: .schoolSecond) }
        try await world.take(.extend, on: returned, by: .schoolFirst, deadline: World.start.day.adding(9).end)
        try await world.take(.resubmit, on: returned, by: .reviewingApplicant)
        try await world.take(.giveBack, on: upper, by: .bureauFirst)
        guard
            case .refused(let closed)? = await Self.outcome({ _ = try await world.database.write { try $0.employerAndChain(of: world.person(.applicant).id, under: world.plan) } })
        else { throw Problem.notFound }
        #expect(closed == "您的工作单位“演示school”变更上级单位待“演示authority”审核，审核通过后开放申报。")
        let other = try await world.dossier(of: .smallApplicant)
        await #expect(throws: Problem.refused("“演示school”变更上级单位待审核，不能增加为审核单位。")) {
            try await world.take(.pass(inserting: [.init(unit: school.id, steps: .two, reason: "双审核")]), on: other, by: .smallClerk)
        }
        #expect(
            try await world.database.read { connection in
                let dossier = try connection.dossier(other, for: .applicant(world.person(.smallApplicant).id))
                return try !connection.unitsToInsert(into: dossier, matching: "school", limit: 9).contains { $0.id == school.id }
            })
        let chief = try await Self.by(.authorityAdministrator, world)
        try await world.database.write { try $0.decide(id, .pass, opinion: "同意", over: 1, by: chief) }
        #expect(try await world.database.read { try $0.unit(school.id)?.superior } == authority.id)
        try await world.take(.pass(), on: waiting, by: .schoolFirst)
        try await world.take(.pass(), on: waiting, by: .schoolSecond)
        #expect(try await world.database.read { try $0.desks(of: waiting)[bureau.id]?.waiting } == .firstReview, "what was under way keeps its chain")
        let told = try await world.database.read { try $0.rows("SELECT unit_id, body FROM unit_request_messages ORDER BY number, position") { (try $0.text(), try $0.text()) } }
        #expect(told.map(\.0) == [authority.id.text, bureau.id.text, school.id.text, bureau.id.text])
        #expect(told.last?.1 == "“演示school”的上级单位已变更为“演示authority”，不再是本单位的下级单位。")
        #expect(try await world.database.verify().findings == [])
    }

    @Test func nobodyStandsAboveHimself() async throws {
        let world = try await World()
        let chief = try await Self.chief(of: .bureau, .strangerClerk, world)
        await #expect(throws: Problem.invalid([FieldProblem("superior", "“演示school”是本单位或本单位的下级单位，不能作为上级单位")])) {
            try await world.database.write { _ = try $0.askForSuperior(world.unit(.school).id, reason: [:], files: [], over: 0, by: chief) }
        }
        #expect(
            try await world.database.read { try $0.superiors(matching: "演示", for: world.unit(.bureau).id).map(\.unit.name).sorted() } == [
                "演示authority", "演示office", "演示otherBureau", "演示otherSchool",
            ])
    }

    /// Two bureaus ask to stand below each other, and both are let: one of the two decisions finds the circle.
    @Test func noCircleByTwoDecisions() async throws {
        for _ in 0..<8 {
            let world = try await World()
            let (bureau, other) = (try await Self.chief(of: .bureau, .strangerClerk, world), try await Self.chief(of: .otherBureau, .unemployed, world))
            let up = try await world.database.write { try $0.askForSuperior(world.unit(.otherBureau).id, reason: [:], files: [], over: 0, by: bureau) }
            let down = try await world.database.write { try $0.askForSuperior(world.unit(.bureau).id, reason: [:], files: [], over: 0, by: other) }
            let (one, two) = (Administrator(other.member, key: World.key(), at: World.start), Administrator(bureau.member, key: World.key(), at: World.start))
            async let first = Self.outcome { try await world.database.write { try $0.decide(up, .pass, opinion: "", over: 1, by: one) } }
            async let second = Self.outcome { try await world.database.write { try $0.decide(down, .pass, opinion: "", over: 1, by: two) } }
            let refused = await [first, second].compactMap { $0 }
            guard refused.count == 1, case .invalid = refused[0] else { throw refused.first ?? Problem.notFound }
            #expect(try await world.database.read { try $0.path(from: world.unit(.school).id).last?.id } == world.unit(.authority).id)
        }
    }

    /// A change of superior that is asked while somebody at the unit decides: no decision follows it.
    @Test func noDecisionAfterItIsAsked() async throws {
        for _ in 0..<10 {
            let world = try await World()
            let dossier = try await world.dossier()
            let by = try await Self.by(.schoolAdministrator, world)
            async let asked = Self.outcome { _ = try await world.database.write { try $0.askForSuperior(world.unit(.authority).id, reason: [:], files: [], over: 0, by: by) } }
            async let passed = Self.outcome { try await world.take(.pass(), on: dossier, by: .schoolFirst, at: World.start.adding(seconds: 1)) }
            #expect(await asked == nil)
            if let problem = await passed { #expect(problem == Problem(Denial.unitAwaitsSuperior)) }
            await #expect(throws: Problem(Denial.unitAwaitsSuperior)) { try await world.take(.giveBack, on: dossier, by: .schoolFirstToo) }
            #expect(try await world.database.verify().findings == [])
        }
    }

    @Test func aCorrectionIsAnnounced() async throws {
        let world = try await World()
        let school = world.unit(.school)
        let chief = try await Self.chief(of: .bureau, .strangerClerk, world)
        let by = try await Self.by(.schoolAdministrator, world)
        let same = ["name": school.name, "creditCode": school.creditCode.text, "reason": "无"]
        await #expect(throws: Problem.self) { try await world.database.write { _ = try $0.askForCorrection(same, files: [], over: 0, by: by) } }
        let values = ["name": "演示实验学校", "creditCode": Self.code.text, "reason": "登记有误"]
        let id = try await world.database.write { try $0.askForCorrection(values, files: [World.file()], over: 0, by: by) }
        try await world.database.write { try $0.decide(id, .pass, opinion: "", over: 1, by: chief) }
        let now = try #require(try await world.database.read { try $0.unit(school.id) })
        #expect(now.name == "演示实验学校" && now.creditCode == Self.code)
        let announced = try await world.database.read { try $0.rows("SELECT body FROM unit_request_messages WHERE unit_id = \(world.unit(.authority).id)") { try $0.text() } }
        #expect(announced == ["“演示school”（CODE2）已更正为“演示实验学校”（\(Self.code)）。"])
        #expect(try await world.database.verify().findings == [])
    }

    /// A code that is corrected meanwhile makes no second request of what was given back.
    @Test func oneOfAKindWhateverTheCode() async throws {
        let world = try await World()
        let (bureau, authority) = (try await Self.chief(of: .bureau, .strangerClerk, world), try await Self.by(.authorityAdministrator, world))
        let by = try await Self.by(.schoolAdministrator, world)
        let change = try await world.database.write { try $0.askForSuperior(world.unit(.authority).id, reason: ["reason": "改"], files: [], over: 0, by: by) }
        try await world.database.write { try $0.decide(change, .giveBack, opinion: "再看", over: 1, by: authority) }
        let values = ["name": "更名", "creditCode": Self.code.text, "reason": "有误"]
        let correction = try await world.database.write {
            try $0.askForCorrection(values, files: [World.file()], over: 0, by: Administrator(by.member, key: World.key(), at: by.now))
        }
        try await world.database.write { try $0.decide(correction, .pass, opinion: "", over: 1, by: bureau) }
        let again = Administrator(by.member, key: World.key(), at: by.now)
        #expect(try await world.database.write { try $0.askForSuperior(world.unit(.authority).id, reason: ["reason": "改"], files: [], over: 2, by: again) } == change)
        #expect(try await world.database.verify().findings == [])
    }

    @Test func aUnitKeepsUpItsInformation() async throws {
        let world = try await World()
        let school = world.unit(.school)
        let by = try await Self.by(.schoolAdministrator, world)
        try await world.database.write { try $0.changeOwnUnit(to: Self.values, over: 1, by: by) }
        let entry = try #require(try await world.database.read { try $0.administration(of: school.id).first })
        #expect(entry.act == .changeOwnUnit && entry.after["隶属关系"] == "市（州）" && entry.before["隶属关系"] == "" && entry.after["详细地址"] == "演示路 1 号")
        let stale = try await Self.by(.schoolAdministrator, world)
        guard case .changedMeanwhile(let change)? = await Self.outcome({ try await world.database.write { try $0.changeOwnUnit(to: Self.values, over: 1, by: stale) } })
        else { throw Problem.notFound }
        #expect(change.what == "修改基本信息")
        let reviewer = try await Self.by(.schoolFirst, world)
        await #expect(throws: Problem(GrantDenial.lacks(.unit))) { try await world.database.write { try $0.changeOwnUnit(to: Self.values, over: 2, by: reviewer) } }
    }

    @Test func whoDecidesIsReminded() async throws {
        let world = try await World()
        let by = try await Self.by(.schoolAdministrator, world)
        _ = try await world.database.write { try $0.askForSuperior(world.unit(.otherBureau).id, reason: [:], files: [], over: 0, by: by) }
        func remind(_ days: Int) async throws -> Int {
            let now = Instant(World.start.day.adding(days), hour: 9)
            return try await world.database.write { try $0.remindOfRequests(by: world.calendar, at: now) }
        }
        var counts: [Int] = []
        for days in [7, 8, 8, 15, 20] { counts.append(try await remind(days)) }
        #expect(counts == [0, 1, 0, 1, 0], "after more than five working days, and after more than ten")
        let told = try await world.database.read { try $0.rows("SELECT unit_id, body FROM reminders ORDER BY sent_at") { (try $0.text(), try $0.text()) } }
        #expect(told.map(\.0) == [world.unit(.otherBureau).id.text, world.unit(.authority).id.text])
        #expect(told.first?.1 == "“演示school”的变更上级单位申请已等待超过 5 个工作日，请及时审核。")
    }

    @Test func listsHaveIndexes() async throws {
        let world = try await World()
        for waiting in [true, false] {
            let plan = try await world.database.read { try $0.plan(of: $0.requestsQuery(to: world.unit(.bureau).id, waiting: waiting, after: nil, limit: 50)) }
            #expect(!plan.contains { $0.contains("SCAN") || $0.contains("Seq Scan") }, "\(plan)")
        }
    }
}
