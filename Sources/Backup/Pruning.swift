import Domain
import Files
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

extension Repository {
    /// What a pruning has removed.
    public struct Pruned: Sendable {
        public let points: [Point]
        public let contents: Int
    }

    /// Removes the backups that the retention does not keep, then the contents that no kept backup needs. One kept backup that cannot be
    /// read stops it before anything is removed: what it needs is not known.
    @discardableResult
    public func prune(at now: Instant, keeping retention: Retention = Retention()) async throws -> Pruned {
        try await locked {
            let points = try points()
            let kept = retention.kept(points.map(\.instant), at: now)
            var needed: Set<ContentDigest> = []
            for point in points where kept.contains(point.instant) {
                do {
                    needed.formUnion(try await manifest(of: point).1)
                } catch let refusal as BackupRefusal {
                    throw BackupRefusal(description: "nothing was removed: \(refusal)")
                }
            }
            let old = points.filter { !kept.contains($0.instant) }
            return try await blocking { [needed] in
                for point in old {
                    unlink(mark(of: point).path)
                    guard unlink(file(of: point).path) == 0 else { throw BackupRefusal(description: "the backup \(point) cannot be removed") }
                }
                try synchronize(folder)
                return Pruned(points: old, contents: try removeContents(but: needed))
            }
        }
    }

    /// Also what an interrupted backup has left half written.
    private func removeContents(but needed: Set<ContentDigest>) throws -> Int {
        var count = 0
        guard FileManager.default.fileExists(atPath: contents.path) else { return 0 }
        for part in try list(folder) + list(contents).flatMap(list) where part.pathExtension == "part" { unlink(part.path) }
        for file in try list(contents).flatMap(list) where file.pathExtension == "sealed" {
            guard let digest = ContentDigest(file.deletingPathExtension().lastPathComponent), !needed.contains(digest) else { continue }
            guard unlink(file.path) == 0 else { throw BackupRefusal(description: "a content cannot be removed from the backups") }
            count += 1
        }
        return count
    }

    private func list(_ folder: URL) throws -> [URL] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    }
}
