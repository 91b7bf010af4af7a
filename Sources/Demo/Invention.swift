import Domain

/// Invents names, numbers and texts from a seed: the same seed, the same inventions.
struct Invention: RandomNumberGenerator {
    private var state: UInt64
    /// Identity numbers given out, without check digits: nobody gets another's.
    private var numbers: Set<Int> = []

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func id<Entity>() -> ID<Entity> { ID(from: &self) }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[number(0...choices.count - 1)] }
    mutating func key() -> String { randomText(characters: 26, from: &self) }

    mutating func personName() -> String {
        let surnames = Array("王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤")
        let given = Array("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲辉建国文斌宇浩凯健俊帆雪梅琳欣怡晨佳悦思雨涵梓轩睿博志诚云飞海燕春兰秋月冬青瑞祥")
        let first = String(pick(surnames)) + String(pick(given))
        return number(0...9) < 7 ? first + String(pick(given)) : first
    }

    /// A resident identity number with a right check digit, of somebody born in the given years.
    mutating func idNumber(region: String, born years: ClosedRange<Int>) -> IDNumber {
        var digits = ""
        repeat {
            let day = Day(year: number(years), month: number(1...12), day: number(1...28)) ?? Instant(milliseconds: 0).day
            digits = region + day.description.filter { $0 != "-" } + String(number(100...998))
        } while !numbers.insert(Int(digits) ?? 0).inserted
        return IDNumber(stored: digits + String(UnicodeScalar(IDNumber.checkCharacter(of: Array(digits.utf8)))))
    }

    mutating func creditCode(prefix: String, region: String) -> CreditCode {
        let body = Array(prefix + region + organisationCode())
        return CreditCode(stored: String(body) + String(CreditCode.checkCharacter(of: body) ?? "0"))
    }

    /// Eight characters with their own check character (GB 11714).
    private mutating func organisationCode() -> String {
        let digits = (0..<8).map { _ in number(0...9) }
        let sum = zip(digits, [3, 7, 9, 10, 5, 8, 4, 2]).reduce(0) { $0 + $1.0 * $1.1 }
        let check = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0"][11 - sum % 11]
        return digits.map(String.init).joined() + check
    }

    mutating func phone() -> Phone { Phone(stored: pick(["138", "139", "158", "186", "177"]) + String(number(10_000_000...99_999_999))) }
    mutating func landline(_ area: String) -> String { "\(area)-2\(number(100_000...999_999))" }
}
