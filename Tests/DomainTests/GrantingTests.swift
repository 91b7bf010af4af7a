import Domain
import Testing

/// Nobody gives or takes away what he does not hold, and nobody changes his own rights (A-03, I-21).
@Suite struct GrantingTests {
    private func role(_ number: Int, _ permissions: Permission...) -> Role {
        Role(id: id(number), unit: id(1), name: "角色\(number)", permissions: Set(permissions), version: 1)
    }

    private func person(_ number: Int, _ permissions: Permission..., isSuper: Bool = false) -> StaffMember {
        StaffMember(id: id(1000 + number), person: id(number), name: "人\(number)", unit: id(1), granted: Set(permissions), isSuperAdministrator: isSuper)
    }

    @Test func rolesAreChangedWithinOnesOwnRights() {
        let manager = person(1, .roles, .staff)
        #expect(manager.denial(ofChangingRole: [], to: [.staff], isHeld: false) == nil)
        #expect(manager.denial(ofChangingRole: [.staff], to: [.staff, .accept], isHeld: false) == .beyondOwn([.accept]))
        #expect(manager.denial(ofChangingRole: [.accept], to: [], isHeld: false) == .beyondOwn([.accept]), "taking away is changing, too")
        #expect(manager.denial(ofChangingRole: [.roles], to: [.roles, .staff], isHeld: true) == .ownRights)
        #expect(manager.denial(ofChangingRole: [.roles], to: [.roles], isHeld: true) == nil, "its name may be changed")
        #expect(person(2, .staff).denial(ofChangingRole: [], to: [.staff], isHeld: false) == .lacks(.roles))
        #expect(person(3, isSuper: true).denial(ofChangingRole: [.accept], to: [.firstReview], isHeld: true) == nil)
    }

    @Test func staffIsChangedWithinOnesOwnRights() {
        let (manager, clerk, other) = (person(1, .staff), person(2, .staff), person(3, .firstReview))
        #expect(manager.denial(ofChanging: clerk, roles: [], to: [role(1, .staff)]) == nil)
        #expect(manager.denial(ofChanging: clerk, roles: [], to: [role(1, .staff), role(2, .firstReview)]) == .beyondOwn([.firstReview]))
        #expect(manager.denial(ofChanging: other, roles: [role(2, .firstReview)], to: []) == .beyondOwn([.firstReview]))
        #expect(manager.denial(ofChanging: other, roles: [role(2, .firstReview)], to: [role(2, .firstReview)]) == nil, "what stays is not moved")
        #expect(manager.denial(ofChanging: manager, roles: [], to: []) == .ownRights)
        #expect(manager.denial(ofChanging: person(4, isSuper: true), roles: [], to: []) == .superAdministratorsOnly)
        #expect(person(5, .roles).denial(ofChanging: clerk, roles: [], to: []) == .lacks(.staff))
        #expect(manager.denial(ofSuspending: other) == .beyondOwn([.firstReview]))
        #expect(manager.denial(ofSuspending: clerk) == nil)
    }

    /// Random administrators at random: what a set of people held together at the beginning is all that they ever hold.
    @Test(arguments: 0..<40) func noSequenceOfChangesMakesRightsOutOfNothing(_ seed: Int) {
        var chance = Chance(state: UInt64(seed) &* 2_654_435_761 &+ 1)
        var roles = (1...6).map { number in Role(id: id(number), unit: id(1), name: "\(number)", permissions: chance.some(of: Permission.allCases), version: 1) }
        var held = (1...7).map { _ in Set(chance.some(of: Array(roles.indices))) }
        func member(_ number: Int) -> StaffMember {
            StaffMember(
                id: id(1000 + number), person: id(number), name: "", unit: id(1), granted: held[number].reduce(into: []) { $0.formUnion(roles[$1].permissions) },
                isSuperAdministrator: false)
        }
        let conspirators = Array(chance.some(of: Array(held.indices)).union([0]))
        func together() -> Set<Permission> { conspirators.reduce(into: []) { $0.formUnion(member($1).permissions) } }
        let (before, everybody) = (together(), (0..<held.count).map { member($0).permissions })
        for _ in 0..<300 {
            let actor = conspirators[chance.below(conspirators.count)]
            if chance.below(2) == 0 {
                let (place, wanted) = (chance.below(roles.count), chance.some(of: Permission.allCases))
                let isHeld = held[actor].contains(place)
                guard member(actor).denial(ofChangingRole: roles[place].permissions, to: wanted, isHeld: isHeld) == nil else { continue }
                roles[place] = Role(id: roles[place].id, unit: id(1), name: "", permissions: wanted, version: 1)
            } else {
                let (other, wanted) = (chance.below(held.count), Set(chance.some(of: Array(roles.indices))))
                let (old, new) = (Set(held[other].map { roles[$0] }), Set(wanted.map { roles[$0] }))
                guard member(actor).denial(ofChanging: member(other), roles: old, to: new) == nil else { continue }
                held[other] = wanted
            }
            #expect(together().isSubset(of: before))
        }
        for number in held.indices where !conspirators.contains(number) {
            #expect(everybody[number].subtracting(before).isSubset(of: member(number).permissions), "nor do others lose what the conspirators never held")
        }
    }

    /// Whoever deals with some dossiers only gives nobody more, neither by limits nor by what opens dossiers.
    @Test func nobodyGivesMoreThanHisRange() {
        let series = StaffMember.Limits(series: ["会计人员"])
        let manager = StaffMember(
            id: id(1), person: id(1), name: "甲", unit: id(1), granted: [.staff, .roles, .firstReview], isSuperAdministrator: false, limits: series)
        let other = StaffMember(id: id(2), person: id(2), name: "乙", unit: id(1), granted: [.firstReview], isSuperAdministrator: false)
        #expect(manager.denial(ofLimiting: .none, to: .none, moving: [.firstReview]) == .beyondLimits)
        #expect(manager.denial(ofLimiting: .none, to: .none, moving: [.staff]) == nil)
        #expect(manager.denial(ofLimiting: .none, to: series, moving: [.firstReview]) == nil)
        #expect(manager.denial(ofLimiting: series, to: .none, moving: []) == .beyondLimits)
        #expect(manager.denial(ofLending: other, to: other) == .beyondLimits)
        #expect(manager.denial(ofChangingRole: [.staff], to: [.staff, .firstReview], isHeld: false) == .beyondLimits)
        #expect(manager.denial(ofChangingRole: [], to: [.firstReview], isHeld: false) == nil)
    }
}

/// Chance that is the same in every run.
private struct Chance {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    mutating func some<Element: Hashable>(of all: [Element]) -> Set<Element> { Set(all.filter { _ in below(3) == 0 }) }
}
