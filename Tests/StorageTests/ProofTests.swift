import Cast
import Domain
import Foundation
import Testing

@testable import Storage

@Suite struct ProofTests {
    private func made() async throws -> (TravelledWorld, applicant: TrailProof, reviewer: TrailProof) {
        let travelled = try await TravelledWorld()
        let (world, id) = (travelled.world, travelled.dossiers[0])
        _ = try await world.database.checkpoint(at: World.start.adding(seconds: 300_000))
        let reviewer = try await world.actor(.schoolFirst)
        return try await world.database.read { connection in
            (
                travelled, try connection.trailProof(of: id, for: .applicant(world.person(.applicant).id)), try connection.trailProof(of: id, for: reviewer)
            )
        }
    }

    @Test func bothReadersProofsHold() async throws {
        let (_, applicant, reviewer) = try await made()
        for proof in [applicant, reviewer] {
            let outcome = try TrailProof(json: try proof.json).check()
            #expect(outcome.entries == 17 && outcome.covered == 17 && outcome.checkpoint?.number == 1)
        }
        #expect(applicant.checkpoint == reviewer.checkpoint && applicant.entries.map(\.hash) == reviewer.entries.map(\.hash))
    }

    /// D25: no reviewer's name, no opinion of a pass; opinions of 退回, 补正 and 不通过 whole.
    @Test func theApplicantsProofHidesWhatHeMayNotSee() async throws {
        let (travelled, applicant, reviewer) = try await made()
        let text = String(decoding: try applicant.json, as: UTF8.self)
        for (name, person) in travelled.world.people where name != .applicant {
            #expect(!text.contains(person.name) && !text.contains(person.id.text), "\(name)")
        }
        #expect(String(decoding: try reviewer.json, as: UTF8.self).contains("人schoolFirst"))
        func shown(_ proof: TrailProof, _ step: String, _ field: String) -> [Bool] {
            proof.entries.filter { entry in entry.fields.contains { if case .shown("step", .text(step), _) = $0 { true } else { false } } }.map { entry in
                entry.fields.contains { if case .shown(field, _, _) = $0 { true } else { false } }
            }
        }
        for step in ["giveBack", "requestCorrection", "fail"] { #expect(shown(applicant, step, "opinion") == [true]) }
        #expect(shown(applicant, "pass", "opinion").allSatisfy { !$0 } && shown(reviewer, "pass", "opinion").allSatisfy { $0 })
        #expect(shown(applicant, "pass", "recommendation").filter { $0 }.count == 1)
        #expect(!text.contains("request_key\",\n          \"salt"))
    }

    /// Each value of the file changed by one character, in turn.
    @Test func everyChangedByteIsFound() async throws {
        let (_, applicant, _) = try await made()
        let whole = try #require(try JSONSerialization.jsonObject(with: applicant.json) as? [String: Any])
        var (tried, missed) = (0, [String]())
        for place in places(in: whole) {
            guard let altered = changed(whole, at: place[...]) as? [String: Any] else { continue }
            tried += 1
            do {
                _ = try TrailProof(json: JSONSerialization.data(withJSONObject: altered)).check()
                missed.append(place.map { "\($0)" }.joined(separator: "."))
            } catch is TrailProof.Wrong {}
        }
        #expect(tried > 900 && missed == [])
        // An entry left out, and the signature of another.
        #expect(throws: TrailProof.Wrong.self) {
            _ = try TrailProof(format: TrailProof.format, dossier: applicant.dossier, entries: Array(applicant.entries.dropLast()), checkpoint: applicant.checkpoint).check()
        }
        #expect(throws: TrailProof.Wrong.self) { _ = try TrailProof(json: Data("{}".utf8)) }
    }

    private func places(in value: Any) -> [[AnyHashable]] {
        if let object = value as? [String: Any] { return object.flatMap { key, value in places(in: value).map { [key as AnyHashable] + $0 } } }
        if let list = value as? [Any] { return list.enumerated().flatMap { index, value in places(in: value).map { [index as AnyHashable] + $0 } } }
        return [[]]
    }

    private func changed(_ value: Any, at place: ArraySlice<AnyHashable>) -> Any {
        if var object = value as? [String: Any], let key = place.first as? String, let inner = object[key] {
            object[key] = changed(inner, at: place.dropFirst())
            return object
        }
        if var list = value as? [Any], let index = place.first as? Int {
            list[index] = changed(list[index], at: place.dropFirst())
            return list
        }
        if let text = value as? String { return String(text.dropLast()) + (text.last == "0" ? "1" : "0") }
        if let number = value as? NSNumber { return number.int64Value + 1 }
        return 0
    }

    /// The last entries of a trail are signed by the next checkpoint; until then the proof says how far it goes.
    @Test func whatIsNotSignedYetIsSaid() async throws {
        let world = try await World()
        let id = try await world.dossier()
        let applicant = Actor.applicant(world.person(.applicant).id)
        func outcome() async throws -> TrailProof.Outcome { try await world.database.read { try $0.trailProof(of: id, for: applicant) }.check() }
        #expect(try await outcome().covered == 0)
        _ = try await world.database.checkpoint(at: World.start)
        try await world.take(.pass(), on: id, by: .schoolFirst)
        let half = try await outcome()
        #expect(half.entries == 2 && half.covered == 1)
        _ = try await world.database.checkpoint(at: World.start)
        #expect(try await outcome().covered == 2)
    }

    @Test func onlyWhoSeesTheDossierGetsItsProof() async throws {
        let world = try await World()
        let id = try await world.dossier()
        for name in [World.Name.otherFirst, .schoolWithoutRole, .secondApplicant] {
            let actor = name == .secondApplicant ? Actor.applicant(world.person(name).id) : try await world.actor(name)
            await #expect(throws: Problem.notFound) { _ = try await world.database.read { try $0.trailProof(of: id, for: actor) } }
        }
    }
}
