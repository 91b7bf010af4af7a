import Domain

/// Which backups are kept: all of the last hours, the last of each day for some days, the last of each month for some months.
public struct Retention: Sendable, Hashable {
    public let hours: Int
    public let days: Int
    public let months: Int

    public init(hours: Int = 6, days: Int = 30, months: Int = 12) {
        self.hours = hours
        self.days = days
        self.months = months
    }

    /// Those to be kept. The newest always is; one from the future is as well.
    public func kept(_ points: [Instant], at now: Instant) -> Set<Instant> {
        let (recent, today) = (now.adding(seconds: -Int64(min(max(hours, 0), 10_000_000)) * 3600), now.day)
        var kept = Set(points.filter { $0 > recent })
        var seen: (days: Set<Day>, months: Set<Int>) = ([], [])
        for point in points.sorted(by: >) {
            let day = point.day
            if seen.days.insert(day).inserted, today.number - day.number < days { kept.insert(point) }
            let age = (today.year - day.year) * 12 + today.month - day.month
            if seen.months.insert(day.year * 12 + day.month).inserted, age < months { kept.insert(point) }
        }
        return kept.union(points.max().map { [$0] } ?? [])
    }
}
