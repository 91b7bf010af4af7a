import Domain
import Files
import Foundation
import Storage

#if canImport(Glibc)
    import Glibc
#endif

/// Another process, or another task of this one, is at work among the backups.
public struct BackupFolderInUse: Error, CustomStringConvertible {
    public let description: String
}

/// A folder of backups: `20261124T031500Z.sealed` is the database at that moment, `contents/ab/<digest>.sealed` a content of a file, once
/// for all backups that need it.
public struct Repository: Sendable {
    public let folder: URL
    let key: BackupKey

    /// The key file must not lie among the backups: whoever carries them away shall not have it.
    public init(folder: URL, keyFile: URL) throws {
        self.folder = folder
        key = try BackupKey(keyFile)
        guard !keyFile.lies(within: folder) else { throw BackupRefusal(description: "the backup key file must not lie in the backup folder") }
    }

    /// One backup, named by its moment.
    public struct Point: Hashable, Sendable, Comparable, CustomStringConvertible {
        public let instant: Instant
        /// `20261124T031500Z`.
        public let name: String

        public var description: String { name }

        /// To the second.
        public init(_ instant: Instant) {
            self.instant = Instant(milliseconds: instant.milliseconds - (instant.milliseconds % 1000 + 1000) % 1000)
            name = Date(timeIntervalSince1970: Double(self.instant.milliseconds) / 1000).formatted(Self.style)
        }

        /// nil for what is no such name.
        public init?(_ name: String) {
            guard name.wholeMatch(of: /[0-9]{8}T[0-9]{6}Z/) != nil else { return nil }
            do {
                self.init(Instant(milliseconds: Int64(try Self.style.parse(name).timeIntervalSince1970) * 1000))
            } catch {
                return nil
            }
            guard self.name == name else { return nil }
        }

        public static func < (left: Point, right: Point) -> Bool { left.instant < right.instant }

        private static let style = Date.ISO8601FormatStyle(
            dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt)
    }

    /// The newest backup.
    public struct Latest: Sendable {
        public let point: Point
        /// When it was last read back and found whole; nil when it never was.
        public let checkedAt: Instant?
    }

    /// All backups, oldest first.
    public func points() throws -> [Point] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).compactMap { $0.hasSuffix(".sealed") ? Point(String($0.dropLast(7))) : nil }.sorted()
    }

    /// The newest backup, and whether it was checked; nil when there is none.
    public func latest() throws -> Latest? {
        guard let point = try points().last else { return nil }
        guard FileManager.default.fileExists(atPath: mark(of: point).path) else { return Latest(point: point, checkedAt: nil) }
        let text = String(decoding: try SealedReader(mark(of: point), .mark, point.name, key).read() ?? Data(), as: UTF8.self)
        return Latest(point: point, checkedAt: Int64(text).map { Instant(milliseconds: $0) })
    }

    func file(of point: Point) -> URL { folder.appending(path: "\(point.name).sealed") }
    func mark(of point: Point) -> URL { folder.appending(path: "\(point.name).checked") }
    var contents: URL { folder.appending(path: "contents", directoryHint: .isDirectory) }

    func file(of digest: String) -> URL { contents.appending(path: String(digest.prefix(2))).appending(path: "\(digest).sealed") }

    /// What stands at the beginning of a backup.
    func manifest(of point: Point) async throws -> (Manifest, [ContentDigest], rest: SealedReader) {
        try await blocking {
            let reader = try SealedReader(file(of: point), .point, point.name, key)
            let (manifest, digests) = try Manifest.read(reader)
            return (manifest, digests, reader)
        }
    }

    /// The point that is asked for, or the newest.
    func point(_ asked: Point?) throws -> Point {
        let points = try points()
        guard let point = asked ?? points.last else { throw BackupRefusal(description: "there is no backup in \(folder.path)") }
        guard points.contains(point) else { throw BackupRefusal(description: "there is no backup \(point) in \(folder.path)") }
        return point
    }

    /// Runs what must not run beside another backup, check, pruning or restore. A folder that cannot be written to needs no lock.
    func locked<Result>(_ body: () async throws -> Result) async throws -> Result {
        let descriptor = open(folder.appending(path: "lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EROFS || errno == EACCES else { throw BackupRefusal(description: "cannot open the backup folder \(folder.path)") }
            return try await body()
        }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw BackupFolderInUse(description: "another backup or restore is at work in \(folder.path)") }
        return try await body()
    }
}

extension URL {
    /// Whether this is, or would be, a file below a folder, whatever links lead there.
    public func lies(within folder: URL) -> Bool {
        let (file, folder) = (deletingLastPathComponent().resolvingSymlinksInPath().standardizedFileURL.path, folder.resolvingSymlinksInPath().standardizedFileURL.path)
        return file == folder || file.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }
}
