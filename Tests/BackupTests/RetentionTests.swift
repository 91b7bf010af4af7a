import Domain
import Foundation
import Testing

@testable import Backup

@Suite struct RetentionTests {
    private let now = Instant(Day("2026-11-24")!, hour: 11)

    private func at(_ day: String, _ hour: Int, _ minute: Int = 0) -> Instant { Instant(Day(day)!, hour: hour, minute: minute) }

    @Test func cases() {
        let cases: [(name: String, points: [(Instant, kept: Bool)])] = [
            ("none", []),
            ("the only one, however old", [(at("2020-01-01", 3), true)]),
            ("one from the future", [(at("2026-11-25", 3), true), (at("2026-11-24", 3), true)]),
            ("all of the last day", [(at("2026-11-24", 10, 45), true), (at("2026-11-24", 10, 30), true), (at("2026-11-23", 11, 1), true)]),
            (
                "the last of each day after that",
                [
                    (at("2026-11-24", 10), true), (at("2026-11-23", 10), false), (at("2026-11-23", 11, 30), true), (at("2026-11-22", 23, 59), true),
                    (at("2026-11-22", 23, 58), false), (at("2026-11-22", 0), false), (at("2026-10-26", 5), true),
                ]
            ),
            (
                "the last of each month after that",
                [
                    (at("2026-11-24", 10), true), (at("2026-10-26", 1), true), (at("2026-10-25", 1), false), (at("2026-09-30", 23), true), (at("2026-09-30", 22), false),
                    (at("2025-12-01", 0), true), (at("2025-11-30", 23, 59), false),
                ]
            ),
            ("a day is a day in Shanghai", [(at("2026-11-24", 10), true), (at("2026-11-20", 0), true), (at("2026-11-19", 23, 59), true)]),
        ]
        for (name, points) in cases {
            #expect(Retention().kept(points.map(\.0), at: now) == Set(points.filter(\.kept).map(\.0)), "\(name)")
        }
    }

    @Test func settingsCount() {
        let points = (0..<100).map { now.adding(seconds: -Int64($0) * 12 * 3600) }
        #expect(Retention(hours: 0, days: 0, months: 0).kept(points, at: now) == [now])
        #expect(Retention(hours: 48, days: 0, months: 0).kept(points, at: now).count == 4)
        #expect(Retention(hours: 0, days: 7, months: 0).kept(points, at: now).count == 7)
        #expect(Retention(hours: 0, days: 0, months: 2).kept(points, at: now).count == 2)
        #expect(Retention(hours: .max, days: .max, months: .max).kept(points, at: now).count >= 50)
    }

    /// Two years of a backup every six hours, pruned after each: what is kept does not depend on how often was pruned.
    @Test func whatIsPrunedDailyIsWhatIsPrunedOnce() {
        let all = (0..<2920).map { at("2024-11-25", 0).adding(seconds: Int64($0) * 6 * 3600) }
        var kept: Set<Instant> = []
        for point in all {
            kept.insert(point)
            let now = point.adding(seconds: 60)
            kept = Retention().kept(Array(kept), at: now)
            #expect(kept.contains(point) && kept.count <= 4 + 30 + 12)
        }
        #expect(kept == Retention().kept(all, at: all[2919].adding(seconds: 60)))
        #expect(Set(kept.map { $0.day.year * 12 + $0.day.month }).count == 12)
    }
}

@Suite struct PointTests {
    @Test func namesAreUTC() {
        let point = Repository.Point(Instant(Day("2026-11-24")!, hour: 11, minute: 15))
        #expect(point.name == "20261124T031500Z" && Repository.Point("20261124T031500Z") == point)
        #expect(Repository.Point(Instant(milliseconds: point.instant.milliseconds + 999)) == point)
    }

    @Test(arguments: ["", "20261124T031500", "20261124T031500Zx", "20261324T031500Z", "20261124T251500Z", "20260230T000000Z", "../../../etc/x", "２0261124T031500Z"])
    func otherNamesAreNone(_ name: String) { #expect(Repository.Point(name) == nil) }
}
