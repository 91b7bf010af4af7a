import Domain

#if canImport(Glibc)
    import Glibc
#endif

/// Takes a multipart/form-data body apart, piece by piece as it comes (RFC 7578). Holds no more than one piece.
struct Multipart {
    enum Event {
        /// A part begins; `fileName` is there for a file.
        case part(name: String, fileName: String?)
        case data([UInt8])
    }

    private enum State { case betweenParts, head, body, finished }

    private let delimiter: [UInt8]
    private var state = State.betweenParts
    /// The line end that belongs to a delimiter stands before the first one too.
    private var buffer: [UInt8] = [13, 10]

    private static let mostHeadBytes = 4096

    /// nil unless the content type names a boundary as browsers write it.
    init?(contentType: String) {
        guard contentType.hasPrefix("multipart/form-data"), let mark = contentType.range(of: "boundary=") else { return nil }
        let boundary = contentType[mark.upperBound...].prefix { $0 != ";" }.trimmed.replacing("\"", with: "")
        guard (1...70).contains(boundary.utf8.count) else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Whether the closing delimiter has come.
    var isFinished: Bool { state == .finished }

    mutating func feed(_ piece: some Sequence<UInt8>) throws(Problem) -> [Event] {
        buffer += piece
        var events: [Event] = []
        while let event = try step() { events.append(contentsOf: event) }
        return events
    }

    /// What can be told from the buffer; nil when more is needed.
    private mutating func step() throws(Problem) -> [Event]? {
        switch state {
        case .betweenParts: return try delimited()
        case .head: return try head()
        case .body: return body()
        case .finished:
            buffer = []
            return nil
        }
    }

    /// The delimiter, and whether it is the last.
    private mutating func delimited() throws(Problem) -> [Event]? {
        guard buffer.count >= delimiter.count + 2 else { return nil }
        guard buffer.starts(with: delimiter) else { throw .malformed }
        let after = Array(buffer[delimiter.count..<(delimiter.count + 2)])
        guard after == [13, 10] || after == [45, 45] else { throw .malformed }
        buffer.removeFirst(delimiter.count + 2)
        state = after == [13, 10] ? .head : .finished
        return []
    }

    private mutating func head() throws(Problem) -> [Event]? {
        guard let end = position(of: [13, 10, 13, 10]) else {
            if buffer.count > Self.mostHeadBytes { throw .malformed }
            return nil
        }
        guard let text = String(validating: buffer[..<end], as: UTF8.self) else { throw .malformed }
        buffer.removeFirst(end + 4)
        state = .body
        for line in text.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            guard let name = Self.parameter("name", of: line) else { throw .malformed }
            return [.part(name: name, fileName: Self.parameter("filename", of: line))]
        }
        throw .malformed
    }

    /// Everything up to the next delimiter; what could be the beginning of one waits.
    private mutating func body() -> [Event]? {
        if let end = position(of: delimiter) {
            defer { buffer.removeFirst(end) }
            state = .betweenParts
            return end == 0 ? [] : [.data(Array(buffer[..<end]))]
        }
        let sure = buffer.count - delimiter.count
        guard sure > 0 else { return nil }
        defer { buffer.removeFirst(sure) }
        return [.data(Array(buffer[..<sure]))]
    }

    private func position(of mark: [UInt8]) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, bytes.count >= mark.count else { return nil }
            let last = start + (bytes.count - mark.count)
            var here = start
            while here <= last, let found = memchr(here, Int32(mark[0]), last - here + 1) {
                if memcmp(found, mark, mark.count) == 0 { return UnsafeRawPointer(found) - start }
                here = UnsafeRawPointer(found) + 1
            }
            return nil
        }
    }

    /// `name="…"`, in which browsers write a quote as `%22` and line ends as `%0D%0A`.
    private static func parameter(_ name: String, of line: Substring) -> String? {
        guard let start = line.range(of: "; \(name)=\"") else { return nil }
        guard let end = line[start.upperBound...].firstIndex(of: "\"") else { return nil }
        return String(line[start.upperBound..<end]).replacing("%22", with: "\"").replacing("%0D", with: "").replacing("%0A", with: "")
    }
}
