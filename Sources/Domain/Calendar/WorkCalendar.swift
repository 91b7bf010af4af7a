/// Which days are worked: weekdays, except the rest days of the State Council's yearly notice, plus the weekend days
/// worked in exchange (调休). A year without rows counts plain weekdays, and `covers` says so.
public struct WorkCalendar: Sendable {
    public enum Kind: String, Sendable, CaseIterable { case rest, work }

    /// Weekdays that are rested, and weekend days that are worked, each sorted.
    private let restedWeekdays: [Day]
    private let workedWeekendDays: [Day]
    private let years: Set<Int>

    public init(_ exceptions: [(day: Day, kind: Kind)]) {
        restedWeekdays = exceptions.filter { $0.kind == .rest && $0.day.weekday <= 5 }.map(\.day).sorted()
        workedWeekendDays = exceptions.filter { $0.kind == .work && $0.day.weekday > 5 }.map(\.day).sorted()
        years = Set(exceptions.map(\.day.year))
    }

    /// Whether the yearly notice of that year is known.
    public func covers(_ year: Int) -> Bool { years.contains(year) }

    public func isWorkingDay(_ day: Day) -> Bool { workingDays(from: day, through: day) == 1 }

    /// Working days between two days, both included; 0 when the second comes before the first.
    public func workingDays(from first: Day, through last: Day) -> Int {
        guard first <= last else { return 0 }
        return weekdays(before: last.number + 1) - weekdays(before: first.number)
            - count(restedWeekdays, from: first, through: last)
            + count(workedWeekendDays, from: first, through: last)
    }

    /// How long something has waited: working days after the day it arrived, up to and including today.
    public func waiting(since arrival: Instant, until now: Instant) -> Int {
        workingDays(from: arrival.day.adding(1), through: now.day)
    }

    /// The day on which the `count`-th working day after `day` falls; `day` itself for 0.
    public func day(_ count: Int, workingDaysAfter day: Day) -> Day {
        var (result, left) = (day, min(count, 2_000))
        while left > 0 {
            let next = result.adding(1)
            if next == result { return result }
            result = next
            if isWorkingDay(result) { left -= 1 }
        }
        return result
    }

    /// Weekdays (Monday to Friday) with a number below this one, counted from a Monday long ago.
    private func weekdays(before number: Int) -> Int {
        let sinceMonday = number + 25_574
        return sinceMonday / 7 * 5 + min(sinceMonday % 7, 5)
    }

    private func count(_ days: [Day], from first: Day, through last: Day) -> Int {
        lowerBound(days, last.adding(1)) - lowerBound(days, first)
    }

    private func lowerBound(_ days: [Day], _ day: Day) -> Int {
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle] < day { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
