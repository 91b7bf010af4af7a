import Foundation
import Logging
import Synchronization

/// The log: one JSON object a line, so that nothing which is logged can begin a line of its own or hide in one.
public struct JSONLog: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info
    private let clock: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    public init(clock: @escaping @Sendable () -> Date = { Date() }, write: @escaping @Sendable (String) -> Void = JSONLog.standardOutput) {
        self.clock = clock
        self.write = write
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var about = metadata.merging(event.metadata ?? [:]) { $1 }
        var members = [
            ("time", text(clock().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))), ("level", text(event.level.rawValue)),
            ("message", text(masked(event.message.description))),
        ]
        if let request = about.removeValue(forKey: "hb.request.id") { members.append(("request", text(request.description))) }
        if let error = event.error { about["error"] = .string(summary(of: error)) }
        if !about.isEmpty { members.append(("metadata", value(.dictionary(about)))) }
        write(object(members))
    }

    private func object(_ members: [(String, String)]) -> String { "{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}" }

    private func value(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .string(let string): text(masked(string))
        case .stringConvertible(let number as Int): String(number)
        case .stringConvertible(let other): text(masked(other.description))
        case .array(let list): "[" + list.map { self.value($0) }.joined(separator: ",") + "]"
        case .dictionary(let pairs): "{" + pairs.sorted { $0.key < $1.key }.map { "\(text($0.key)):\(self.value($0.value))" }.joined(separator: ",") + "}"
        }
    }

    /// What looks like the number of a person, a telephone or a card is not kept, whoever lets it slip into a message.
    private func masked(_ text: String) -> String {
        // The expression is made anew each time, and hardly a line has so many digits.
        guard text.utf8.count(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) >= 9 else { return text }
        return text.replacing(/[0-9]{9,}[0-9Xx]?/, with: "[number]")
    }

    /// A JSON string. What a terminal or a viewer would obey (controls, separators, directions) is written by its number.
    private func text(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case " "..."~": quoted.unicodeScalars.append(scalar)
            case _:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                    for unit in String(scalar).utf16 { quoted += "\\u" + String(0x10000 + Int(unit), radix: 16).dropFirst() }
                case _: quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    private static let output = Mutex(())

    /// Writes a line whole, however many write at once.
    public static func standardOutput(_ line: String) {
        output.withLock { _ in
            // There is no place left to tell that the log itself cannot be written; the site goes on.
            do { try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) } catch {}
        }
    }
}

/// What may be said of an error in the log: its kind and place. What was being read is personal, and stays out.
func summary(of error: any Error) -> String {
    switch error {
    case DecodingError.typeMismatch(let type, let context): "typeMismatch \(type) at \(place(context.codingPath))"
    case DecodingError.valueNotFound(let type, let context): "valueNotFound \(type) at \(place(context.codingPath))"
    case DecodingError.keyNotFound(let key, let context): "keyNotFound \(key.stringValue) at \(place(context.codingPath))"
    case DecodingError.dataCorrupted(let context): "dataCorrupted at \(place(context.codingPath))"
    case EncodingError.invalidValue(_, let context): "invalidValue at \(place(context.codingPath))"
    case let url as URLError: "URLError \(url.code.rawValue)"
    case _: "\(type(of: error)): \(String("\(error)".prefix(500)))"
    }
}

private func place(_ path: [any CodingKey]) -> String { path.map(\.stringValue).joined(separator: ".") }
