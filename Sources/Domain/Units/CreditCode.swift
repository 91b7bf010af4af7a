/// A unified social credit code (统一社会信用代码, GB 32100-2015): 18 characters with a check character.
public struct CreditCode: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ typed: String) throws(Invalid) {
        let text = typed.halfWidth.filter { !$0.isWhitespace }.uppercased()
        guard text.count == 18 else { throw Invalid("统一社会信用代码应为 18 位，现为 \(text.count) 位") }
        if let wrong = text.first(where: { !CreditCode.symbols.contains($0) }) {
            throw Invalid("统一社会信用代码不含字符“\(wrong)”（不使用 I、O、S、V、Z）")
        }
        guard CreditCode.checkCharacter(of: Array(text)) == text.last else {
            throw Invalid("统一社会信用代码的校验码不正确，请核对是否输错")
        }
        self.text = text
    }

    /// Takes a code that was checked when it was stored.
    public init(stored text: String) { self.text = text }

    public var description: String { text }

    /// The 31 symbols, in the order of their values.
    public static let symbols = Array("0123456789ABCDEFGHJKLMNPQRTUWXY")

    /// The check symbol of the first 17: (31 − Σ value × 3^i mod 31) mod 31.
    public static func checkCharacter(of characters: [Character]) -> Character? {
        var (sum, weight) = (0, 1)
        for character in characters.prefix(17) {
            guard let value = symbols.firstIndex(of: character) else { return nil }
            sum += value * weight
            weight = weight * 3 % 31
        }
        return symbols[(31 - sum % 31) % 31]
    }
}
