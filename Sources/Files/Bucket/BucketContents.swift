import Domain
import Foundation

/// How contents lie in a bucket: each upload is an object of its own, `contents/ab/<digest>.<random>`, which is written once and never
/// again. Whoever uploads relies on his own object. Only objects older than a day are ever removed, and a row that is to name the
/// content is written within a day of its upload, or not at all: so no removal, at whatever moment and on whatever node, can take the
/// object that an upload relies on. Of several copies of a content that is in use, the newest always stays, on which all agree.
extension Bucket {
    private func beginning(of digest: String) -> String { "\(prefix)contents/\(digest.prefix(2))/\(digest)." }

    func keep(_ file: URL, as digest: String) async throws {
        var source = SystemRandomNumberGenerator()
        try await put(file, digest: digest, under: beginning(of: digest) + randomText(characters: 26, from: &source))
    }

    /// The copies of a content, the newest first.
    func copies(of digest: String) async throws -> [StoredObject] {
        var found: [StoredObject] = []
        try await list(beginning(of: digest)) { found += $0 }
        return found.newestFirst
    }

    /// Removes a content's copies from before a limit, all if nothing refers to it.
    func remove(_ digest: String, storedBefore limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        try await clear(try await copies(of: digest), storedBefore: limit, unless: isReferred)
    }

    /// Removes copies from before a limit of all contents that nothing refers to.
    func sweep(storedBefore limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        for number in 0...255 {
            var copies: [StoredObject] = []
            // Copies of one content follow each other, also from one page to the next.
            try await list("\(prefix)contents/\(number < 16 ? "0" : "")\(String(number, radix: 16))/") { page in
                for object in page {
                    if let last = copies.last, last.digest != object.digest {
                        try await clear(copies.newestFirst, storedBefore: limit, unless: isReferred)
                        copies = []
                    }
                    copies.append(object)
                }
            }
            try await clear(copies.newestFirst, storedBefore: limit, unless: isReferred)
        }
    }

    private func clear(_ copies: [StoredObject], storedBefore limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        guard let newest = copies.first, copies.contains(where: { $0.modified < limit }) else { return }
        let spared = try await isReferred(newest.digest) ? newest.key : nil
        for copy in copies where copy.modified < limit && copy.key != spared { try await delete(copy.key) }
    }
}

extension [StoredObject] {
    fileprivate var newestFirst: [StoredObject] { sorted { ($0.modified, $0.key) > ($1.modified, $1.key) } }
}
