import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What was submitted and recommended, as it was sealed: its bytes are searched for the files it names, which is many times faster than
/// reading it, and read only where the search does not find everything in its place.
struct SealedDocuments {
    var contents: [[UInt8]] = []
    var recommendations: [Int64: [UInt8]] = [:]

    /// Whether the rows of files (`DossierAccount.files`) are exactly what the documents name.
    func agree(with rows: [[Value]]) throws -> Bool {
        var editions = contents.map(SealedContent.init)
        var named = [Int](repeating: 0, count: editions.count)
        var given: Set<String> = []
        var text: [UInt8] = []
        for row in rows {
            guard let file = FileRow(row) else { return false }
            text.removeAll(keepingCapacity: true)
            try file.encode(to: &text)
            switch file.part {
            case "proof", "posts":
                given.insert(file.id)
                guard let body = recommendations[file.settled], file.row.isEmpty, Self.opening(file.part).contains(where: { body.contains($0 + text) }) else { return false }
            case _:
                guard let first = Int(exactly: file.settled), editions.indices.contains(first - 1), try editions[first - 1].holds(text, file) else { return false }
                for edition in first..<editions.count + 1 where editions[edition - 1].names(text, file.id) { named[edition - 1] += 1 }
            }
        }
        // As many as are named, so that none is missing.
        guard named == editions.map(\.count) else { return false }
        return try recommendations.values.allSatisfy { try files(of: $0).isSubset(of: given) }
    }

    /// Whether the last content says just this of what it applies for.
    func says(specialty: Value, kind: Value) throws -> Bool {
        guard let body = contents.last else { return specialty == "".bound && kind == "".bound }
        guard case .text(let specialty) = specialty, case .text(let kind) = kind else { return false }
        if let start = body.place(of: Array("\"application\":[{".utf8)), let end = body.place(of: Array("}}]".utf8), from: start) {
            let part = Array(body[start..<end + 1])
            // A value that is empty is not written.
            let isSaid = try [("specialty", specialty), ("kind", kind)].allSatisfy { key, value in
                value.isEmpty ? !part.contains(Array("\"\(key)\":".utf8)) : part.contains(Array("\"\(key)\":\(try JSON.text(value))".utf8))
            }
            if isSaid { return true }
        }
        // What was typed may look like the end of a part: read it.
        let application = try JSONDecoder().decode(Content.self, from: Data(body)).single(.application)
        return application["specialty"] == specialty && application["kind"] == kind
    }

    /// What a recommendation has before a file: a list's beginning or its comma, or the name under which a post table keeps its copy.
    private static func opening(_ part: String) -> [[UInt8]] { part == "posts" ? [Array("\"file\":".utf8)] : [Array("[".utf8), Array(",".utf8)] }

    private func files(of recommendation: [UInt8]) throws -> Set<String> {
        let names = FileNames(in: recommendation)
        guard names.areAllRead else {
            let read = try JSONDecoder().decode(Recommendation.self, from: Data(recommendation))
            return Set((read.proofs + [read.posts?.file].compactMap { $0 }).map(\.id.text))
        }
        return Set(names.places.map { String(decoding: recommendation[$0.id..<$0.id + FileNames.idLength], as: UTF8.self) })
    }
}

/// The places at which a document names files, found in one pass over its bytes. Nothing that a person typed is taken for one: quotes in it are escaped.
private struct FileNames {
    /// Where the object of a file begins, and where its id.
    private(set) var places: [(object: Int, id: Int)] = []
    /// Files that it names.
    private(set) var count = 0

    static let idLength = 26
    private static let digestLength = 64
    private static let mark = Array("\"digest\":\"".utf8)
    private static let identified = Array("\",\"id\":\"".utf8)

    /// Whether each was understood.
    var areAllRead: Bool { places.count == count }

    init(in body: [UInt8]) {
        var from = 0
        while let found = body.place(of: Self.mark, from: from) {
            count += 1
            from = found + Self.mark.count
            let id = from + Self.digestLength + Self.identified.count
            guard id + Self.idLength <= body.count, body.has(Self.identified, at: id - Self.identified.count) else { continue }
            var object = found
            while object >= 0, body[object] != UInt8(ascii: "{") { object -= 1 }
            if object >= 0 { places.append((object, id)) }
        }
    }
}

/// A content with the files it names.
private struct SealedContent {
    let body: [UInt8]
    private let names: FileNames
    private var parts: [String: Range<Int>?] = [:]

    private static let rowEnd = Array("],\"id\":\"".utf8)
    private static let partEnd = Array("}}]".utf8)

    init(_ body: [UInt8]) {
        self.body = body
        names = FileNames(in: body)
    }

    var count: Int { names.count }

    /// Where the object of a file begins.
    private func place(of id: String) -> Int? {
        var id = id
        return id.withUTF8 { wanted in names.places.last { body.has(wanted, at: $0.id) }?.object }
    }

    /// Whether it names the file just so.
    func names(_ text: [UInt8], _ id: String) -> Bool { place(of: id).map { body.has(text, at: $0) } ?? false }

    /// Whether it has the file beside the row of the part that its row names.
    mutating func holds(_ text: [UInt8], _ file: FileRow) throws -> Bool {
        guard let place = place(of: file.id), body.has(text, at: place) else { return false }
        // A row ends its files before its id; a part ends where a row and its values do.
        if let part = range(of: file.part), part.contains(place), let end = body.place(of: Self.rowEnd, from: place) {
            var row = file.row
            let id = end + Self.rowEnd.count
            if row.withUTF8({ body.has($0, at: id) && body.has([UInt8(ascii: "\"")], at: id + $0.count) }) { return true }
        }
        let content = try JSONDecoder().decode(Content.self, from: Data(body))
        guard let part = Part(rawValue: file.part) else { return false }
        return content[part].contains { $0.id == file.row && $0.files.contains { $0.id.text == file.id } }
    }

    private mutating func range(of part: String) -> Range<Int>? {
        if let known = parts[part] { return known }
        let start = body.place(of: Array("\"\(part)\":[{".utf8))
        let found = start.flatMap { start in body.place(of: Self.partEnd, from: start).map { start..<$0 } }
        parts[part] = .some(found)
        return found
    }
}

/// A row of `DossierAccount.files`.
private struct FileRow {
    let part: String
    let row: String
    let settled: Int64
    let id: String
    let name: String
    let digest: String
    let kind: String
    let bytes: Int64
    let pages: Int64

    init?(_ row: [Value]) {
        guard case .text(let part) = row[0], case .text(let place) = row[1], case .integer(let settled) = row[2], case .text(let id) = row[3],
            case .text(let name) = row[4], case .text(let digest) = row[5], case .text(let kind) = row[6], case .integer(let bytes) = row[7],
            case .integer(let pages) = row[8], id.utf8.count == FileNames.idLength
        else { return nil }
        (self.part, self.row, self.settled, self.id, self.name) = (part, place, settled, id, name)
        (self.digest, self.kind, self.bytes, self.pages) = (digest, kind, bytes, pages)
    }

    /// As an encoded document has it, keys in order.
    func encode(to text: inout [UInt8]) throws {
        text.append(contentsOf: "{\"bytes\":".utf8)
        text.append(contentsOf: String(bytes).utf8)
        text.append(contentsOf: ",\"digest\":\"".utf8)
        text.append(contentsOf: digest.utf8)
        text.append(contentsOf: "\",\"id\":\"".utf8)
        text.append(contentsOf: id.utf8)
        text.append(contentsOf: "\",\"kind\":\"".utf8)
        text.append(contentsOf: kind.utf8)
        text.append(contentsOf: "\",\"name\":".utf8)
        let isPlain = name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
        text.append(contentsOf: isPlain ? "\"\(name)\"".utf8 : try JSON.text(name).utf8)
        text.append(contentsOf: ",\"pages\":".utf8)
        text.append(contentsOf: String(pages).utf8)
        text.append(UInt8(ascii: "}"))
    }
}

extension [UInt8] {
    /// Whether bytes stand at a place.
    fileprivate func has(_ wanted: [UInt8], at place: Int) -> Bool { wanted.withUnsafeBufferPointer { has($0, at: place) } }

    fileprivate func has(_ wanted: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        guard place >= 0, place + wanted.count <= count, let sought = wanted.baseAddress else { return false }
        return withUnsafeBufferPointer { all in all.baseAddress.map { memcmp($0 + place, sought, wanted.count) == 0 } ?? false }
    }

    /// Where bytes stand first, from a place on (the search of Horspool).
    func place(of wanted: [UInt8], from start: Int = 0) -> Int? {
        withUnsafeBufferPointer { all in
            wanted.withUnsafeBufferPointer { part in
                guard let final = part.last, let base = all.baseAddress, let sought = part.baseAddress, all.count - start >= part.count else { return nil }
                return withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { skip in
                    skip.initialize(repeating: part.count)
                    for (index, byte) in part.dropLast().enumerated() { skip[Int(byte)] = part.count - 1 - index }
                    var end = start + part.count - 1
                    while end < all.count {
                        if all[end] == final, memcmp(base + end - (part.count - 1), sought, part.count) == 0 { return end - (part.count - 1) }
                        end += skip[Int(all[end])]
                    }
                    return nil
                }
            }
        }
    }

    fileprivate func contains(_ wanted: [UInt8]) -> Bool { place(of: wanted) != nil }
}
