import Foundation

/// Small files of every kind that is taken, whole enough to be shown.
public enum Papers {
    public static let jpeg = decoded(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAEAAQDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABgf/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCLAGVxf//Z"
    )
    public static let png = decoded(
        "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAEAQMAAACTPww9AAAAA1BMVEUAAP+KeNJXAAAAC0lEQVQI12NggAAAAAgAAS8g3TEAAAAASUVORK5CYII="
    )

    /// A PDF of so many empty pages; readers find its objects without a table of them.
    public static func pdf(pages: Int = 1, mark: String = "") -> [UInt8] {
        var text = "%PDF-1.4\n%\(mark)\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        text += "2 0 obj\n<< /Type /Pages /Count \(pages) /Kids [\((0..<pages).map { "\(3 + $0) 0 R" }.joined(separator: " "))] >>\nendobj\n"
        for page in 0..<pages { text += "\(3 + page) 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 280] >>\nendobj\n" }
        return Array("\(text)trailer\n<< /Size \(3 + pages) /Root 1 0 R >>\nstartxref\n0\n%%EOF\n".utf8)
    }

    private static func decoded(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }
}
