import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// Files as pictures: images drawn anew, pages of a PDF drawn by poppler, so that nothing that was uploaded is ever interpreted by a
/// reader's browser.
public struct Drawing: Sendable {
    let store: FileStore

    /// Longest side of a picture, in pixels.
    private static let side = 1600
    private static let mostPixels = 60_000_000
    private static let mostPages = 500

    /// Looks whether a received file is whole and can be shown; returns its pages.
    func inspect(_ file: URL, _ kind: FileKind, for asker: String) async throws -> Int {
        let process = BoundedProcess(gate: BoundedProcess.intake, asker: asker)
        return switch kind {
        case .pdf: try await inspectPDF(file, process)
        case .jpeg, .png: try await inspectImage(file, kind, process)
        }
    }

    private func inspectPDF(_ file: URL, _ process: BoundedProcess) async throws -> Int {
        guard let output = try await process.run("pdfinfo", [file.path]) else { throw try await whyUnreadable(file) }
        var facts: [String: String] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { facts[String(parts[0])] = parts[1].trimmed }
        }
        if facts["Encrypted"]?.hasPrefix("yes") == true, try await draw(page: 1, of: file, .pdf, process) == nil { throw FileRefusal.encrypted }
        guard let pages = facts["Pages"].flatMap({ Int($0) }), pages > 0 else { throw FileRefusal.damaged }
        guard pages <= Self.mostPages else { throw FileRefusal.tooManyPages }
        guard let first = try await draw(page: 1, of: file, .pdf, process) else { throw FileRefusal.damaged }
        unlink(first.path)
        return pages
    }

    /// A file that names its encryption and does not open wants a password.
    private func whyUnreadable(_ file: URL) async throws -> FileRefusal {
        try await blocking { try Data(contentsOf: file, options: .mappedIfSafe).range(of: Data("/Encrypt".utf8)) != nil } ? .encrypted : .damaged
    }

    private func inspectImage(_ file: URL, _ kind: FileKind, _ process: BoundedProcess) async throws -> Int {
        let size = try await process.run("gm", ["identify", "-ping", "-format", "%w %h\n", "\(kind.rawValue):\(file.path)"])
        let sides = size?.split(separator: "\n").first?.split(separator: " ").compactMap { Int($0) } ?? []
        guard sides.count == 2, sides[0] > 0, sides[1] > 0 else { throw FileRefusal.damaged }
        let (pixels, overflow) = sides[0].multipliedReportingOverflow(by: sides[1])
        guard !overflow, pixels <= Self.mostPixels, max(sides[0], sides[1]) <= 30_000 else { throw FileRefusal.tooManyPixels }
        guard let drawn = try await draw(page: 1, of: file, kind, process) else { throw FileRefusal.damaged }
        unlink(drawn.path)
        return 1
    }

    /// The picture of a page, from 1: drawn when it is first asked for, kept beside the others of its content. nil when there is none;
    /// that it cannot be drawn is kept as well, as an empty picture, so that it is tried once.
    public func picture(of file: Attachment, page: Int, for asker: String = "") async throws -> Data? {
        guard (1...max(file.pages, 1)).contains(page) else { return nil }
        _ = try store.path(of: file.digest)
        let folder = store.pictures.appending(path: file.digest, directoryHint: .isDirectory)
        let kept = folder.appending(path: "\(page).jpg")
        if let data = try await blocking({ FileManager.default.contents(atPath: kept.path) }) { return data.isEmpty ? nil : data }
        let content = try await store.file(of: file.digest)
        let drawn = try await draw(page: page, of: content, file.kind, BoundedProcess(gate: BoundedProcess.drawing, asker: asker))
        return try await blocking {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard let drawn else {
                try Data().write(to: kept)
                return nil
            }
            guard rename(drawn.path, kept.path) == 0 else { throw FileStore.Failure(description: "cannot keep a picture: \(errno)") }
            return try Data(contentsOf: kept)
        }
    }

    /// Draws into a new file; nil when the program could not.
    private func draw(page: Int, of file: URL, _ kind: FileKind, _ process: BoundedProcess) async throws -> URL? {
        var source = SystemRandomNumberGenerator()
        let stem = store.pictures.appending(path: ".\(randomText(characters: 20, from: &source))")
        let target = stem.appendingPathExtension("jpg")
        let done: String?
        switch kind {
        case .pdf:
            done = try await process.run(
                "pdftoppm",
                ["-jpeg", "-jpegopt", "quality=82", "-f", "\(page)", "-l", "\(page)", "-scale-to", "\(Self.side)", "-singlefile", file.path, stem.path])
        case .jpeg, .png:
            // Sixteen bits a channel: 60 million pixels are half a gigabyte. A JPEG is read at the size that is needed.
            let limits = ["Memory", "640MiB", "Map", "640MiB", "Disk", "0", "Pixels", "60MP", "Threads", "1"]
            done = try await process.run(
                "gm",
                ["convert"] + stride(from: 0, to: limits.count, by: 2).flatMap { ["-limit", limits[$0], limits[$0 + 1]] } + [
                    "-size", "\(Self.side)x\(Self.side)", "\(kind.rawValue):\(file.path)[0]", "-resize", "\(Self.side)x\(Self.side)>", "-auto-orient", "-strip",
                    "-background", "white", "-flatten",
                    "-quality", "84", "jpeg:\(target.path)",
                ])
        }
        guard done != nil, access(target.path, R_OK) == 0 else {
            unlink(target.path)
            return nil
        }
        return target
    }
}

extension Drawing {
    /// How many wait at each of the two doors.
    public static func queues() async -> [String: Int] {
        await ["intake": BoundedProcess.intake.queue, "drawing": BoundedProcess.drawing.queue]
    }
}
