/// A civil day, as printed on a document: no time zone, no clock.
public struct Day: Hashable, Sendable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// nil unless the day exists, between the years 1900 and 2199.
    public init?(year: Int, month: Int, day: Int) {
        guard (1900...2199).contains(year), (1...12).contains(month), day >= 1,
            day <= Day.length(ofMonth: month, year: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Reads `2026-11-23`, and also `2026/11/23`, `2026.11.23` and `20261123`, as people type it.
    public init?(_ text: String) {
        let digits = (text.hasSuffix("日") ? text.dropLast() : text[...])
            .split(omittingEmptySubsequences: false, whereSeparator: { "-/.年月".contains($0) }).map(String.init)
        if digits.count == 3, let year = Int(digits[0]), let month = Int(digits[1]), let day = Int(digits[2]),
            digits[0].utf8.count == 4, digits[1].utf8.count <= 2, digits[2].utf8.count <= 2
        {
            self.init(year: year, month: month, day: day)
        } else if text.utf8.count == 8, let whole = Int(text), whole > 0 {
            self.init(year: whole / 10_000, month: whole / 100 % 100, day: whole % 100)
        } else {
            return nil
        }
    }

    /// The day `number` days after 1970-01-01; nil outside 1900–2199.
    public init?(number: Int) {
        guard (-25_567..<84_006).contains(number) else { return nil }
        // Civil-from-days over the proleptic Gregorian calendar, in eras of 400 years that begin in March.
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self.month = month
        self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    }

    fileprivate init(last year: Int) { (self.year, month, day) = (year, 12, 31) }

    /// Days since 1970-01-01.
    public var number: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 1 is Monday, 7 is Sunday.
    public var weekday: Int { (number + 25_574) % 7 + 1 }

    /// The day `days` later (earlier when negative), held within 1900–2199.
    public func adding(_ days: Int) -> Day {
        let bounded = min(max(number + min(max(days, -200_000), 200_000), -25_567), 84_005)
        return Day(number: bounded) ?? self
    }

    /// Whole years from this day to another, as ages are counted.
    public func years(until other: Day) -> Int {
        other.year - year - ((other.month, other.day) < (month, day) ? 1 : 0)
    }

    public static func < (left: Day, right: Day) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        case _: 31
        }
    }
}

extension Day: CustomStringConvertible {
    /// `2026-11-23`.
    public var description: String { "\(year)-\(twoDigits(month))-\(twoDigits(day))" }
}

/// A moment, in milliseconds since 1970-01-01 UTC. Shown and counted in Asia/Shanghai, which has been UTC+8
/// without summer time since 1992, longer than this system keeps instants.
public struct Instant: Hashable, Sendable, Comparable {
    public let milliseconds: Int64

    /// Held within some 30,000 years of 1970, so that no arithmetic on a moment can overflow.
    public init(milliseconds: Int64) { self.milliseconds = min(max(milliseconds, -Instant.bound), Instant.bound) }

    /// The given time of a day in Shanghai.
    public init(_ day: Day, hour: Int, minute: Int = 0) {
        milliseconds = Int64(day.number) * 86_400_000 + Int64(hour * 60 + minute) * 60_000 - Instant.shanghai
    }

    /// The day it is in Shanghai.
    public var day: Day {
        let shifted = milliseconds + Instant.shanghai
        return Day(number: Int(floorDivide(shifted, 86_400_000))) ?? Day.beyond
    }

    /// `2026-11-23 14:05`, in Shanghai.
    public var text: String { "\(day) \(clock)" }

    /// `2026-11-23T14:05:00+08:00`, for programs.
    public var iso: String { "\(day)T\(clock):00+08:00" }

    /// `14:05`, in Shanghai.
    public var clock: String {
        let shifted = milliseconds + Instant.shanghai
        let minutes = Int(shifted - floorDivide(shifted, 86_400_000) * 86_400_000) / 60_000
        return "\(twoDigits(minutes / 60)):\(twoDigits(minutes % 60))"
    }

    public func adding(seconds: Int64) -> Instant {
        Instant(milliseconds: milliseconds + min(max(seconds, -Instant.bound / 1000), Instant.bound / 1000) * 1000)
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    private static let shanghai: Int64 = 8 * 3_600_000
    private static let bound: Int64 = 1_000_000_000_000_000
}

extension Day {
    /// The last moment of the day plus one: 24:00 in Shanghai. A deadline of this day holds for every instant before it (D9).
    public var end: Instant { Instant(self, hour: 24) }

    /// The last day the calendar knows; stands for instants beyond it.
    static let beyond = Day(last: 2199)
}

func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

private func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value % divisor < 0 ? value / divisor - 1 : value / divisor
}
