import Foundation

#if canImport(Glibc)
    import Glibc
#endif

extension FileStore {
    /// Removes contents that nothing refers to, here and in the bucket.
    public func remove(_ digests: [String], olderThan limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        try await removeHere(digests, olderThan: limit, unless: isReferred)
        for digest in digests { try await bucket?.remove(digest, storedBefore: limit, unless: isReferred) }
    }

    /// Each is first moved aside; one that was received again meanwhile, or that is referred to after all, goes back to its place, so
    /// that no upload can lose its file to a sweep.
    private func removeHere(_ digests: [String], olderThan limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        for digest in digests {
            let (here, aside) = (try path(of: digest), incoming.appending(path: "\(digest).condemned"))
            guard rename(here.path, aside.path) == 0 else { continue }
            var status = stat()
            let isFresh = stat(aside.path, &status) == 0 && Double(status.st_mtim.tv_sec) >= limit.timeIntervalSince1970
            if try await isReferred(digest) || isFresh {
                if link(aside.path, here.path) != 0, errno != EEXIST { throw Failure(description: "cannot put back \(digest)") }
            } else {
                try removeAll(at: pictures.appending(path: digest))
            }
            unlink(aside.path)
        }
    }

    /// Removes what was left half received or half drawn, contents that no row was ever written for, pictures nobody has looked at for
    /// long, and, where there is a bucket, copies that were not used for as long. Each node does this with what is its own.
    public func sweep(begunBefore begun: Date, receivedBefore limit: Date, drawnBefore old: Date, unless isReferred: (String) async throws -> Bool) async throws {
        for file in try list(incoming) where try age(of: file) < begun && file.pathExtension != "condemned" { unlink(file.path) }
        for file in try list(pictures) where try file.lastPathComponent.hasPrefix(".") && age(of: file) < begun { unlink(file.path) }
        var unknown: [String] = []
        for folder in try list(contents) {
            for file in try list(folder) where try age(of: file) < limit {
                if try await !isReferred(file.lastPathComponent) {
                    unknown.append(file.lastPathComponent)
                } else if let bucket, try age(of: file) < old {
                    // What was kept before there was a bucket is in none.
                    if try await bucket.copies(of: file.lastPathComponent).isEmpty { try await bucket.keep(file, as: file.lastPathComponent) }
                    unlink(file.path)
                }
            }
        }
        try await removeHere(unknown, olderThan: limit, unless: isReferred)
        for folder in try list(pictures) where try age(of: folder) < old { try removeAll(at: folder) }
        // A sweep that was cut short leaves a content aside: it goes back, and the next sweep decides anew.
        for file in try list(incoming) where file.pathExtension == "condemned" {
            let here = try path(of: file.deletingPathExtension().lastPathComponent)
            if link(file.path, here.path) == 0 || errno == EEXIST { unlink(file.path) }
        }
    }

    /// Removes from the bucket the contents that no row was ever written for. It lists the whole bucket: one node does it for all.
    public func sweepBucket(receivedBefore limit: Date, unless isReferred: (String) async throws -> Bool) async throws {
        try await bucket?.sweep(storedBefore: limit, unless: isReferred)
    }

    private func list(_ folder: URL) throws -> [URL] { try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) }

    private func age(of file: URL) throws -> Date {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return .distantFuture }
        return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
    }

    private func removeAll(at url: URL) throws {
        if FileManager.default.fileExists(atPath: url.path) { try FileManager.default.removeItem(at: url) }
    }
}
