import Domain
import Testing

@Suite struct AccessTests {
    private let second = Journey(stage: .secondReview(0), chain: chain(.two, .one, arrival: .submitted), round: 1)

    /// D1: not both steps, unless the unit is flagged single-clerk. D13: nor the super administrator.
    @Test func nobodyDoesBothSteps() {
        let both = StaffMember(id: id(1001), person: id(1), name: "甲", unit: id(1), granted: [], isSuperAdministrator: true)
        #expect(Actor.staff(both).denial(of: .pass, on: dossier(at: second, firstReviewer: 1)) == .sameReviewer)
        #expect(Actor.staff(both).denial(of: .pass, on: dossier(at: second, firstReviewer: 2)) == nil)
        #expect(Actor.staff(both).denial(of: .pass, on: dossier(at: second, firstReviewer: 1, singleClerk: true)) == nil)
    }

    /// D11: applicant and reviewer are compared as persons.
    @Test func nobodyReviewsHisOwn() {
        for step in [StepName.pass, .giveBack, .fail, .withdraw] {
            let journey = step == .withdraw ? Journey(stage: .firstReview(1), chain: chain(.one, .one, arrival: .passed(.init())), round: 2) : second
            #expect(Actor.staff(member(500, of: 1, .firstReview, .secondReview)).denial(of: step, on: dossier(at: journey)) == .ownDossier)
        }
    }

    @Test func takingBackIsForTheFirstReviewerHimself() {
        let dossier = dossier(at: second, firstReviewer: 1)
        #expect(Actor.staff(member(1, of: 1, .firstReview)).denial(of: .takeBack, on: dossier) == nil)
        #expect(Actor.staff(member(4, of: 1, .firstReview)).denial(of: .takeBack, on: dossier) == .onlyFirstReviewer)
        #expect(Actor.staff(member(1, of: 1)).denial(of: .takeBack, on: dossier) == .lacks(.firstReview))
    }

    @Test func applicantsStepsAreHisAlone() {
        let draft = dossier(at: Journey(stage: .draft, chain: chain(.one), round: 0))
        for step in [StepName.submit, .recall, .resubmit, .abandon] {
            #expect(Actor.applicant(id(500)).denial(of: step, on: draft) == nil)
            #expect(Actor.applicant(id(501)).denial(of: step, on: draft) == .onlyApplicant)
            #expect(Actor.staff(member(500, of: 1, .firstReview)).denial(of: step, on: draft) == .onlyApplicant)
        }
    }

    /// D11: for good, for every step on the dossier, and in nobody's place either.
    @Test func whoHasRecusedHimselfDoesNothingMore() {
        let recused = dossier(at: second, recused: [2])
        for step in [StepName.pass, .giveBack, .fail, .recuse] {
            #expect(Actor.staff(member(2, of: 1, .firstReview, .secondReview)).denial(of: step, on: recused) == .recused)
            #expect(Actor.staff(member(3, of: 1, .secondReview)).denial(of: step, on: recused) == nil)
        }
        let deputy = StaffMember(
            id: id(9), person: id(3), name: "代理", unit: id(1), granted: [], isSuperAdministrator: false,
            absent: [.secondReview: [.init(person: id(2), name: "回避人")]])
        #expect(Actor.staff(deputy).denial(of: .pass, on: recused) != nil)
    }

    @Test func offersFollowStageAndPerson() {
        let dossier = dossier(at: second, firstReviewer: 1)
        #expect(dossier.offers(to: .staff(member(2, of: 1, .secondReview))) == [.pass, .giveBack, .fail, .recuse])
        #expect(dossier.offers(to: .staff(member(1, of: 1, .firstReview))) == [.takeBack, .recuse])
        #expect(dossier.offers(to: .staff(member(2, of: 2, .secondReview))) == [])
        #expect(dossier.offers(to: .applicant(id(500))) == [.abandon])
    }
}
