/// Why a typed value is not what its field asks for, in words for the person who typed it.
public struct Invalid: Error, Hashable, Sendable {
    public let message: String
    public init(_ message: String) { self.message = message }
}

/// The number of a resident identity card (GB 11643-1999), checked: length, birth day and check digit.
///
/// The division code is deliberately not looked up: people keep the codes of divisions long abolished.
/// Its description is masked, so that a log line or an error cannot give it away.
public struct IDNumber: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// All 18 characters, a final `X` in upper case.
    public let text: String

    public init(_ typed: String, today: Day) throws(Invalid) {
        let text = typed.halfWidth.filter { !$0.isWhitespace }.uppercased()
        let bytes = Array(text.utf8)
        if bytes.count == 15, bytes.allSatisfy(\.isDigit) { throw Invalid("15 位旧号码已停用，请填写 18 位公民身份号码") }
        guard text.count == 18 else { throw Invalid("身份证号码应为 18 位，现为 \(text.count) 位") }
        guard bytes.count == 18, bytes.dropLast().allSatisfy(\.isDigit), bytes[17].isDigit || bytes[17] == UInt8(ascii: "X") else {
            throw Invalid("身份证号码的前 17 位应为数字，末位应为数字或 X")
        }
        guard let birth = Day(String(decoding: bytes[6..<14], as: UTF8.self)) else {
            throw Invalid("身份证号码中的出生日期不存在")
        }
        guard birth <= today else { throw Invalid("身份证号码中的出生日期在未来") }
        guard IDNumber.checkCharacter(of: bytes) == bytes[17] else { throw Invalid("身份证号码的校验码不正确，请核对是否输错") }
        self.text = text
    }

    /// Takes a number that was checked when it was stored.
    public init(stored text: String) { self.text = text }

    public var birthDay: Day? { Day(String(text.dropFirst(6).prefix(8))) }

    /// Code of `genders`: 1 male, 2 female, from the last digit of the sequence.
    public var genderCode: String {
        guard let digit = text.dropFirst(16).first?.wholeNumberValue else { return "0" }
        return digit % 2 == 1 ? "1" : "2"
    }

    /// First three and last four characters.
    public var masked: String { mask(text, first: 3, last: 4) }

    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The check character of the first 17 digits: Σ digit × 2^(17−i) mod 11.
    public static func checkCharacter(of digits: [UInt8]) -> UInt8 {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + Int($1.0 &- 48) * $1.1 }
        return Array("10X98765432".utf8)[sum % 11]
    }
}

/// A mobile number of mainland China: 11 digits. Masked in its description.
public struct Phone: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let text: String

    public init(_ typed: String) throws(Invalid) {
        var text = String(typed.halfWidth.filter { !$0.isWhitespace && $0 != "-" })
        if text.hasPrefix("+86") { text = String(text.dropFirst(3)) }
        let bytes = Array(text.utf8)
        guard bytes.count == 11, bytes.allSatisfy(\.isDigit), bytes[0] == UInt8(ascii: "1"), bytes[1] >= UInt8(ascii: "3") else {
            throw Invalid("请填写 11 位手机号码")
        }
        self.text = text
    }

    public init(stored text: String) { self.text = text }

    public var masked: String { mask(text, first: 3, last: 2) }
    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The first and last characters of a text, the rest as stars; wholly stars when too short to hide anything.
func mask(_ text: String, first: Int, last: Int) -> String {
    let hidden = text.count - first - last
    guard hidden >= 4 else { return String(repeating: "*", count: text.count) }
    return text.prefix(first) + String(repeating: "*", count: hidden) + text.suffix(last)
}

extension UInt8 { var isDigit: Bool { (48...57).contains(self) } }

extension StringProtocol {
    /// Without blanks and line ends at both sides, full-width blanks included.
    /// With digits, letters and signs of full width, as Chinese input methods make them, in their usual form.
    public var halfWidth: String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: text.append(Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar)
            case 0x3000: text.append(" ")
            case _: text.append(scalar)
            }
        }
        return String(text)
    }

    public var trimmed: String {
        let blanks = drop(while: \.isWhitespace)
        guard let last = blanks.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(blanks[...last])
    }
}
