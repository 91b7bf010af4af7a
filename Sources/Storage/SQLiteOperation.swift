import Domain
import Foundation
import GRDB
import GRDBSQLite

extension SQLiteDatabase {
    /// From this version on SQLite is without the error that two connections of one process can meet while one of them resets the log.
    static let soundVersion = [3, 51, 3]

    public func facts() async throws -> [String: String] {
        let version = String(cString: sqlite3_libversion())
        return try await pool.writeWithoutTransaction { try Self.settings($0) }.merging(["engine": "sqlite", "version": version]) { $1 }
    }

    public func warnings() async throws -> [String] {
        var warnings: [String] = []
        if case .passing(let name) = try Filesystem(of: folder) {
            warnings.append("the data folder lies on \(name): what is written there may be gone with the container; put it on a volume")
        }
        let facts = try await facts()
        if Self.isOutdated(engine: facts) {
            let sound = Self.soundVersion.map(String.init).joined(separator: ".")
            warnings.append("SQLite \(facts["version"] ?? "") is older than \(sound); this program works around what was mended since")
        }
        return warnings
    }

    /// Whether an engine, by its facts, is an SQLite from before that version.
    public static func isOutdated(engine facts: [String: String]) -> Bool {
        guard facts["engine"] == "sqlite", let version = facts["version"] else { return false }
        return version.split(separator: ".").map { Int($0) ?? 0 }.lexicographicallyPrecedes(soundVersion)
    }

    public func walBytes() -> Int64? {
        var status = stat()
        return stat(folder.appending(path: "zhiping.sqlite-wal").path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Writes the log into the file, leaves it empty, and lets go of both. After a fatal failure nothing is written any more.
    public func close() async throws {
        if watch.fatal == nil {
            try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
        try pool.close()
    }
}
