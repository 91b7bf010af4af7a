import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird

/// The style sheet, scripts and icon, read once and served under names that change with their content.
public struct Assets: Sendable {
    private let files: [String: File]
    private let paths: [String: String]

    struct File: Sendable {
        let body: ByteBuffer
        let type: String
    }

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// One style sheet out of one file a component, in this order: what is more special comes later.
    private static let styles = [
        "tokens", "base", "shell", "button", "form", "table", "card", "tag", "tabs", "steps", "timeline", "dialog", "notice", "dossier", "file", "entry", "tree", "message",
        "chart",
        "printout",
        "print",
    ]
    private static let scripts = ["zhiping", "autosave", "bulk", "dialogs", "forms", "keys", "phrases", "posts", "print", "reveal", "toc", "tree", "upload", "viewer"]

    public init() throws {
        guard let folder = Bundle.module.resourceURL?.appending(path: "Public") else { throw Missing(description: "the program's own files are missing") }
        var files: [String: File] = [:]
        var paths: [String: String] = [:]
        func add(_ name: String, _ text: String, type: String) {
            let digest = hexadecimal(SHA256.hash(data: Data(text.utf8))).prefix(12)
            let parts = name.split(separator: ".")
            let address = "/public/\(parts[0])-\(digest).\(parts[1])"
            paths[name] = address
            files[address] = File(body: ByteBuffer(string: text), type: type)
        }
        func read(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
        add("zhiping.css", try Self.styles.map { try read("\($0).css") }.joined(separator: "\n"), type: "text/css; charset=utf-8")
        for script in Self.scripts.reversed() {
            // Modules import each other by plain name; the served text names the addresses with their digests.
            let text = paths.reduce(try read("\(script).js")) { $0.replacing("\"./\($1.key)\"", with: "\"\($1.value)\"") }
            add("\(script).js", text, type: "text/javascript; charset=utf-8")
        }
        add("icon.svg", try read("icon.svg"), type: "image/svg+xml")
        self.files = files
        self.paths = paths
    }

    func path(_ name: String) -> String { paths[name] ?? "/public/\(name)" }

    func response(for path: String) throws -> Response {
        guard let file = files[path] else { throw Problem.notFound }
        return Response(
            status: .ok, headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"], body: .init(byteBuffer: file.body))
    }
}
