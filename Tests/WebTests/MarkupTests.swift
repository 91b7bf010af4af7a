import Markup
import Testing

@Suite struct MarkupTests {
    @Test(arguments: [
        ("<script>", "&lt;script&gt;"), ("\"><svg onload=x>", "&quot;&gt;&lt;svg onload=x&gt;"), ("it's", "it&#39;s"), ("a&amp;b", "a&amp;amp;b"), ("行\n行", "行\n行"),
        ("\u{0}\u{7}", "\u{FFFD}\u{FFFD}"),
    ])
    func everythingInterpolatedIsEscaped(_ text: String, _ escaped: String) {
        #expect(("<p title=\"\(text)\">\(text)</p>" as HTML).description == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func partsNestUnescaped() {
        let rows: [HTML] = ["a<b", "c"].map { "<li>\($0)</li>" }
        #expect(("<ul>\(rows)</ul>\(HTML?.none)\(3)\(" hidden", if: true)\(" x", if: false)" as HTML).description == "<ul><li>a&lt;b</li><li>c</li></ul>3 hidden")
    }
}
