import Cast
import Domain
import Testing

@testable import Storage
@testable import Web

/// D21: a dossier which nobody of its unit may review is taken over by the unit's superior, when the unit or the applicant asks.
@Suite struct HandOverTests {
    /// The bureau has a super administrator here: the small school's only clerk has recused himself.
    private func stuck() async throws -> (TestSite, ID<Dossier>) {
        let world = try await World()
        try await world.database.write { connection in
            try connection.addStaff(
                newID(), person: world.person(.otherSchoolFirst).id, unit: world.unit(.bureau).id, superAdministrator: true, roles: [], at: World.start)
        }
        let site = try await TestSite(world)
        let id = try await world.dossier(of: .smallApplicant)
        let clerk = try await site.browser(.smallClerk)
        #expect(try await !clerk.get("/dossiers/\(id)").body.contains("请求移交"))
        #expect(try await clerk.submit("/dossiers/\(id)/recusals", on: "/dossiers/\(id)", ["opinion": "系近亲属"]).status == 303)
        return (site, id)
    }

    /// The bureau's super administrator, at the bureau.
    private func superior(_ site: TestSite) async throws -> Browser {
        let (person, bureau) = (site.world.person(.otherSchoolFirst), site.world.unit(.bureau))
        return try await site.browser(
            as: Identity(
                issuer: FakeProvider.issuer, subject: "bureau-administrator", kind: .unit, name: person.name, idNumber: person.idNumber, phone: person.phone,
                creditCode: bureau.creditCode, unitName: bureau.name))
    }

    @Test(arguments: [true, false])
    func whoeverItConcernsAsksAndTheSuperiorTakesItOver(byApplicant: Bool) async throws {
        let (site, id) = try await stuck()
        let page = byApplicant ? "/my/dossiers/\(id)" : "/dossiers/\(id)"
        let asker = byApplicant ? try await site.browser(.smallApplicant) : try await site.browser(.smallClerk)
        #expect(try await asker.get(page).body.contains("现在没有人可以办理这份材料"))
        let path = "\(page)/hand-over-requests"
        let empty = try await asker.submit(path, on: page)
        #expect(empty.status == 422 && empty.body.contains("请填写请求移交的原因"))
        let form = try await asker.get(page).form(to: path).merging(["handOverReason": "唯一的审核人员<回避>"]) { $1 }
        #expect(try await asker.post(path, form).status == 303)
        #expect(try await asker.post(path, form).status == 303)
        #expect(try await asker.get(page).body.contains("请求“演示bureau”移交办理"))
        // D25: who has recused himself is nobody's to tell the applicant.
        #expect(try await !site.browser(.smallApplicant).get("/my/dossiers/\(id)").body.contains("人smallClerk"))
        let token = try await asker.token(for: path, version: 0)
        let twice = try await asker.post(path, token.merging(["handOverReason": "再问"]) { $1 })
        #expect(twice.status == 409 && twice.body.contains("请等待其处理"))

        let superior = try await superior(site)
        let home = try await superior.get("/home").body
        #expect(home.contains("唯一的审核人员&lt;回避&gt;") && home.contains("有一份申报材料无人可以办理"))
        let unit = "/subordinates/\(site.world.unit(.smallSchool).id)"
        #expect(try await superior.get(unit).body.contains("take.\(id)"))
        #expect(try await superior.submit("\(unit)/hand-overs", on: unit, ["action": "take.\(id)"]).status == 303)
        #expect(try await !superior.get("/home").body.contains("唯一的审核人员"))
        let journey = try await site.world.database.read { try $0.dossier(id, for: .applicant(site.world.person(.smallApplicant).id)) }.journey
        #expect(journey.holder == .unit(site.world.unit(.bureau).id, .firstReview))
        #expect(try await !asker.get(page).body.contains("现在没有人可以办理"))
        let review = try await superior.submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", ["action": "pass", "confirmed": "1", "opinion": "代为审核"])
        #expect(review.status == 303)
        #expect(try await site.world.database.verify().findings == [])
    }

    /// Others that wait at the unit stay where they are, and what nobody asked for is not taken alone.
    @Test func oneAloneIsTakenOnlyWhenItWasAskedFor() async throws {
        let (site, id) = try await stuck()
        let (superior, unit) = (try await superior(site), "/subordinates/\(site.world.unit(.smallSchool).id)")
        let form = try await superior.get(unit).form(to: "\(unit)/hand-overs").merging(["action": "take.\(id)"]) { $1 }
        _ = try await superior.post("\(unit)/hand-overs", form)
        let journey = try await site.world.database.read { try $0.dossier(id, for: .applicant(site.world.person(.smallApplicant).id)) }.journey
        #expect(journey.holder == .unit(site.world.unit(.smallSchool).id, .firstReview))
    }

    /// The rule is the one by which somebody would be asked: a right that has run out is none, and a new reviewer ends the request.
    @Test func nobodyIsWhoMayNotToday() async throws {
        let world = try await World()
        let site = try await TestSite(world)
        let id = try await world.dossier(of: .smallApplicant)
        let applicant = try await site.browser(.smallApplicant)
        #expect(try await !applicant.get("/my/dossiers/\(id)").body.contains("没有人可以办理"))
        let clerk = try #require(world.staff[.smallClerk])
        try await world.database.write { try $0.run("UPDATE staff SET valid_until = '2026-11-01' WHERE id = \(clerk)") }
        let page = try await applicant.submit("/my/dossiers/\(id)/hand-over-requests", on: "/my/dossiers/\(id)", ["handOverReason": "授权已到期"])
        #expect(page.status == 303)
        let bureau = world.unit(.bureau).id
        #expect(try await world.database.read { try $0.handOverRequests(to: bureau, at: World.start) }.count == 1)
        try await world.database.write { try $0.run("UPDATE staff SET valid_until = '2099-01-01' WHERE id = \(clerk)") }
        #expect(try await world.database.read { try $0.handOverRequests(to: bureau, at: World.start) }.isEmpty)
        #expect(try await !applicant.get("/my/dossiers/\(id)").body.contains("没有人可以办理"))
    }

    @Test func aRequestEndsWhenTheDossierMovesOn() async throws {
        let (site, id) = try await stuck()
        let applicant = try await site.browser(.smallApplicant)
        #expect(try await applicant.submit("/my/dossiers/\(id)/hand-over-requests", on: "/my/dossiers/\(id)", ["handOverReason": "无人"]).status == 303)
        let bureau = site.world.unit(.bureau).id
        #expect(try await site.world.database.read { try $0.handOverRequests(to: bureau, at: World.start) }.count == 1)
        try await site.world.take(.recall, on: id, by: .smallApplicant)
        #expect(try await site.world.database.read { try $0.handOverRequests(to: bureau, at: World.start) }.isEmpty)
    }
}
