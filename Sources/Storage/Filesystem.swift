import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What kind of filesystem a folder lies on, as far as it matters to a database.
enum Filesystem: Hashable {
    /// Locks and fsync of these are not what SQLite relies on.
    case remote(String)
    /// What was written may be gone with the container or the machine.
    case passing(String)
    case ordinary

    private static let remote: Set<String> = ["nfs", "nfs4", "9p", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.glusterfs"]
    private static let passing: Set<String> = ["overlay", "tmpfs", "ramfs"]

    /// As the kernel names the mount that the folder is in.
    init(of folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SQLiteDatabase.CannotOpen(description: "cannot open \(folder.path)") }
        defer { close(descriptor) }
        let about = try String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
        let mount = about.split(separator: "\n").first { $0.hasPrefix("mnt_id:") }?.split(whereSeparator: \.isWhitespace).last.map(String.init)
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        self.init(type: Filesystem.type(ofMount: mount ?? "", in: mounts))
    }

    init(type: String) {
        if Filesystem.remote.contains(type) {
            self = .remote(type)
        } else if Filesystem.passing.contains(type) {
            self = .passing(type)
        } else {
            self = .ordinary
        }
    }

    /// `29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw`: the number first, the type behind the dash. Empty when the mount is not in the list.
    static func type(ofMount number: String, in mounts: String) -> String {
        let line = mounts.split(separator: "\n").first { $0.split(separator: " ").first.map(String.init) == number }
        let words = line?.split(separator: " ") ?? []
        guard let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { return "" }
        return String(words[dash + 1])
    }

    /// Refuses a folder on which the records would not be safe.
    func demandLocal(_ folder: URL) throws {
        guard case .remote(let type) = self else { return }
        throw SQLiteDatabase.CannotOpen(
            description: "\(folder.path) lies on \(type), where SQLite's locks and fsync cannot be relied on: put DATA_DIR on a local disk (ext4, xfs), or use PostgreSQL")
    }
}
