import Foundation

/// Whether a document under docs/ is what the code prints today; written anew when REGENERATE is set.
public func documentStands(_ name: String, _ text: String) throws -> Bool {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(name)").standardized
    if ProcessInfo.processInfo.environment["REGENERATE"] != nil { try text.write(to: file, atomically: true, encoding: .utf8) }
    return FileManager.default.contents(atPath: file.path) == Data(text.utf8)
}
