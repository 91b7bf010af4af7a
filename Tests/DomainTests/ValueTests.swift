import Domain
import Testing

@Suite struct ValueTests {
    private let today = day("2026-11-23")

    @Test(arguments: ["510100190001010004", "510100190001010012", "510000199912318881", "810000190001010026"])
    func idNumbersWithARightCheckDigit(_ text: String) throws {
        #expect(try IDNumber(" \(text.lowercased()) ", today: today).text == text)
    }

    @Test(arguments: [
        ("51010019000229001X", "出生日期不存在"), ("510100190001010000", "校验码"), ("51010019000101000", "应为 18 位，现为 17"),
        ("5101001900010100041", "现为 19"), ("510100900101001", "15 位旧号码"), ("51010029990101000X", "出生日期不存在"),
        ("51010020991231001X", "在未来"), ("51010019000101O004", "应为数字"), ("", "现为 0 位"), ("一二三四五六七八九十一二三四五六七八", "应为"),
    ])
    func idNumbersRefused(_ text: String, _ reason: String) {
        #expect(throws: Invalid.self) { try IDNumber(text, today: today) }
        do { _ = try IDNumber(text, today: today) } catch { #expect(error.message.contains(reason), "\(text): \(error.message)") }
    }

    @Test func idNumbersKeepTheirSecret() throws {
        let number = try IDNumber("510100190001010012", today: today)
        #expect("\(number)" == "510***********0012")
        #expect(number.birthDay == day("1900-01-01"))
        #expect(number.genderCode == "1")
        #expect(IDNumber(stored: "510100190001010026").genderCode == "2")
        #expect("\(try Phone("138 0000-1234"))" == "138******34")
    }

    /// What an input method or a spreadsheet makes of figures is read; what is too long in any width is counted as it is seen.
    @Test func figuresOfFullWidth() throws {
        #expect(try IDNumber("５１０１００１９０００１０１００１２", today: today).text == "510100190001010012")
        #expect(try IDNumber("510100 19000101 0012", today: today).text == "510100190001010012")
        #expect(try CreditCode("９１５１００００ＭＡ６００００08a").text == "91510000MA6000008A")
        #expect(try Phone("１３８ ００００－1234").text == "13800001234")
        do { _ = try IDNumber("５１０１００", today: today) } catch { #expect(error.message.contains("现为 6 位")) }
        let reference = Reference(lists: [:], titles: [], regions: [])
        let fields: [(Field.Kind, String, String)] = [
            (.number(1...100), "１２", "12"), (.day(.any), "２０２６－１１－２３", "2026-11-23"), (.month, "２０００．０６", "2000-06"), (.telephone, "（０８３３）２６０７５２１转８", "(0833)2607521转8"),
        ]
        for (kind, typed, stored) in fields { #expect(try Field("x", "数", kind).read(typed, in: reference, today: today) == stored) }
        #expect(try Field("x", "文", .text(10)).read("１２，三", in: reference, today: today) == "１２，三", "texts stay as they are written")
        for wrong in ["abc", "123", "0833-2607521ext9", String(repeating: "1", count: 31)] {
            #expect(throws: Invalid.self) { try Field("x", "电话", .telephone).read(wrong, in: reference, today: today) }
        }
    }

    @Test(arguments: ["1251000040000000XM", "91510000MA6000008A", "52510100510000000A", "93510100MA6A000070"])
    func creditCodesWithARightCheckCharacter(_ text: String) throws {
        #expect(try CreditCode(text.lowercased()).text == text)
    }

    @Test(arguments: [("91510000MA6000008B", "校验码"), ("9151OOOOMA6000008A", "不含字符“O”"), ("9151", "现为 4 位"), ("", "现为 0 位")])
    func creditCodesRefused(_ text: String, _ reason: String) {
        do { _ = try CreditCode(text); Issue.record("\(text) taken") } catch { #expect(error.message.contains(reason)) }
    }

    /// Each single wrong digit and each swap of neighbours is noticed.
    @Test func checkDigitsNoticeSlips() throws {
        let good = Array("510000199912318881")
        for index in good.indices {
            for digit in "0123456789" where digit != good[index] {
                var wrong = good
                wrong[index] = digit
                #expect(throws: Invalid.self) { try IDNumber(String(wrong), today: today) }
            }
        }
    }

    @Test(arguments: ["13800001234", "+86 138-0000-1234"])
    func phones(_ text: String) throws { #expect(try Phone(text).text == "13800001234") }

    @Test(arguments: ["12800001234", "1380000123", "1380000123a", "", "0833-2100000"])
    func phonesRefused(_ text: String) { #expect(throws: Invalid.self) { try Phone(text) } }

    @Test func daysRoundTripThroughTheirNumbers() {
        for number in stride(from: -25_567, to: 84_006, by: 1) {
            guard let day = Day(number: number) else { Issue.record("\(number)"); continue }
            if day.number != number { Issue.record("\(day)") }
        }
        #expect(Day(number: 0)?.description == "1970-01-01")
        #expect(day("2026-11-23").weekday == 1)
        #expect(day("1986-05-04").weekday == 7)
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "1899-12-31", "2200-01-01", "2026-1", "abc", "99999999999999999999", "-2026-1-1"])
    func daysThatDoNotExist(_ text: String) { #expect(Day(text) == nil) }

    @Test(arguments: ["2026-3-1", "2026/03/01", "2026.3.1", "20260301", "2026年3月1日"])
    func daysAsTyped(_ text: String) { #expect(Day(text)?.description == "2026-03-01") }

    @Test func instantsAreShownInShanghai() {
        #expect(Instant(milliseconds: 0).text == "1970-01-01 08:00")
        #expect(day("2026-11-23").end.text == "2026-11-24 00:00")
        #expect(Instant(milliseconds: day("2026-11-23").end.milliseconds - 1).text == "2026-11-23 23:59")
        #expect(Instant(milliseconds: .max).day <= Day(year: 2199, month: 12, day: 31)!)
        #expect(Instant(milliseconds: .min).text.isEmpty == false)
    }
}

@Suite struct CalendarTests {
    /// National Day 2026: rest 1–7 October, work on Saturday 10 October and Sunday 20 September.
    private let calendar = WorkCalendar(
        (1...7).map { (day("2026-10-0\($0)"), .rest) } + [(day("2026-10-10"), .work), (day("2026-09-20"), .work)])

    @Test(arguments: [
        ("2026-09-28", "2026-09-30", 3), ("2026-10-01", "2026-10-07", 0), ("2026-10-08", "2026-10-10", 3), ("2026-09-28", "2026-10-10", 6),
        ("2026-09-19", "2026-09-20", 1), ("2026-11-21", "2026-11-22", 0), ("2026-11-23", "2026-11-23", 1), ("2026-11-24", "2026-11-23", 0),
    ])
    func countsWorkingDays(_ from: String, _ through: String, _ days: Int) {
        #expect(calendar.workingDays(from: day(from), through: day(through)) == days)
    }

    @Test func agreesWithCountingOneByOne() {
        let start = day("2026-08-01")
        var (current, count) = (start, 0)
        for _ in 0..<200 {
            if calendar.isWorkingDay(current) { count += 1 }
            #expect(calendar.workingDays(from: start, through: current) == count)
            current = current.adding(1)
        }
    }

    @Test func findsDeadlines() {
        #expect(calendar.day(3, workingDaysAfter: day("2026-11-23")) == day("2026-11-26"))
        #expect(calendar.day(1, workingDaysAfter: day("2026-09-30")) == day("2026-10-08"))
        #expect(calendar.day(0, workingDaysAfter: day("2026-09-30")) == day("2026-09-30"))
        #expect(calendar.waiting(since: Instant(day("2026-09-30"), hour: 17), until: Instant(day("2026-10-09"), hour: 8)) == 2)
        #expect(calendar.covers(2026) && !calendar.covers(2027))
    }
}
