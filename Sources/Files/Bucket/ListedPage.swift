import Foundation

/// An object as a listing names it.
struct StoredObject: Sendable {
    let key: String
    let modified: Date

    /// The content it is a copy of: what stands in its name before the dot.
    var digest: String { String(key.split(separator: "/").last?.prefix { $0 != "." } ?? "") }
}

/// One page of ListObjectsV2.
struct ListedPage {
    let objects: [StoredObject]
    /// Where the next page begins; nil on the last.
    let next: String?

    init(_ body: Data) throws {
        let text = String(decoding: body, as: UTF8.self)
        guard text.contains("<ListBucketResult") else { throw Bucket.Failure(description: "the file store's listing cannot be read") }
        let parts = text.split(separator: "<Contents>", omittingEmptySubsequences: false).map(String.init)
        objects = try parts.dropFirst().map { part in
            guard let key = part.element("Key"), let modified = part.element("LastModified").flatMap(Self.date) else {
                throw Bucket.Failure(description: "the file store's listing cannot be read")
            }
            return StoredObject(key: key, modified: modified)
        }
        // Before the first object or after the last: servers differ.
        func told(_ name: String) -> String? { parts.first?.element(name) ?? parts.last?.element(name) }
        next = told("IsTruncated") == "true" ? told("NextContinuationToken") : nil
        if told("IsTruncated") == "true", next == nil { throw Bucket.Failure(description: "the file store's listing does not go on") }
    }

    private static func date(_ text: String) -> Date? {
        for style in [Date.ISO8601FormatStyle(includingFractionalSeconds: true), Date.ISO8601FormatStyle()] {
            do { return try style.parse(text) } catch { continue }
        }
        return nil
    }
}

extension String {
    /// What stands between `<name>` and `</name>` at its first place.
    func element(_ name: String) -> String? {
        guard let start = firstRange(of: "<\(name)>"), let end = self[start.upperBound...].firstRange(of: "</\(name)>") else { return nil }
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&#43;", "+"), ("&amp;", "&")]
        return entities.reduce(String(self[start.upperBound..<end.lowerBound])) { $0.replacing($1.0, with: $1.1) }
    }
}
