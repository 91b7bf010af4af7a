/// A file that proves something (证明材料), as a reader knows it; what it contains is found by its digest.
public struct Attachment: Sendable, Hashable, Codable {
    public let id: ID<Attachment>
    /// As it is offered for download: cleaned, with the extension of its true kind.
    public let name: String
    /// SHA-256 of the content, in hexadecimal.
    public let digest: String
    public let kind: FileKind
    public let bytes: Int
    /// Pictures it is shown as; 1 for an image.
    public let pages: Int

    public init(id: ID<Attachment>, name: String, digest: String, kind: FileKind, bytes: Int, pages: Int) {
        self.id = id
        self.name = name
        self.digest = digest
        self.kind = kind
        self.bytes = bytes
        self.pages = pages
    }

    /// `1.2 MB`: sizes as people compare them with the limit.
    public var size: String {
        bytes < 1_000_000 ? "\(max(1, bytes / 1000)) KB" : "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB"
    }
}

/// A file that was received, looked at and put into the store, and has no place yet.
public struct KeptFile: Sendable, Hashable {
    public let digest: String
    public let kind: FileKind
    public let bytes: Int
    public let pages: Int

    public init(digest: String, kind: FileKind, bytes: Int, pages: Int) {
        self.digest = digest
        self.kind = kind
        self.bytes = bytes
        self.pages = pages
    }

    public func attachment(_ id: ID<Attachment>, named name: String) -> Attachment {
        Attachment(id: id, name: kind.cleaned(name: name), digest: digest, kind: kind, bytes: bytes, pages: pages)
    }
}

/// The kinds of file that are taken, told by their content and never by their name.
public enum FileKind: String, Sendable, Hashable, CaseIterable, Codable {
    case pdf, jpeg, png

    /// Bytes of a file's end that `init` wants to see.
    public static let tailLength = 1024

    /// nil when the bytes begin or end like none of them.
    public init?(head: some Collection<UInt8>, tail: some Collection<UInt8>) {
        func begins(_ mark: [UInt8]) -> Bool { head.prefix(mark.count).elementsEqual(mark) }
        if begins(Array("%PDF-1.".utf8)) || begins(Array("%PDF-2.".utf8)) {
            guard String(decoding: tail, as: UTF8.self).contains("%%EOF") else { return nil }
            self = .pdf
        } else if begins([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else {
            return nil
        }
    }

    public var isImage: Bool { self != .pdf }

    public var mediaType: String {
        switch self {
        case .pdf: "application/pdf"
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        }
    }

    var fileExtension: String {
        switch self {
        case .pdf: "pdf"
        case .jpeg: "jpg"
        case .png: "png"
        }
    }

    /// A name fit for a download, out of whatever the browser called the file: no folders, no controls, no tricks with the
    /// direction of writing, at most 100 characters, and the extension that the content has.
    public func cleaned(name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let kept = last.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            case _: !"\"<>|:*?;%".unicodeScalars.contains(scalar)
            }
        }
        var stem = String(String.UnicodeScalarView(kept)).trimmed
        for suffix in [".pdf", ".jpeg", ".jpg", ".png"] where stem.lowercased().hasSuffix(suffix) { stem = String(stem.dropLast(suffix.count)) }
        while stem.hasPrefix(".") { stem.removeFirst() }
        stem = stem.trimmed.cut(to: 100)
        // A name has to fit where names of files are kept: 255 bytes with its extension.
        while stem.utf8.count > 240 { stem.removeLast() }
        return "\(stem.isEmpty ? "附件" : stem).\(fileExtension)"
    }
}

/// What files a form takes: how they are called, how many, and whether one is demanded.
public struct FileRule: Sendable, Hashable {
    public let label: String
    public let most: Int
    public let required: Bool
    public let imagesOnly: Bool

    public init(_ label: String, most: Int = 5, required: Bool = false, imagesOnly: Bool = false) {
        self.label = label
        self.most = most
        self.required = required
        self.imagesOnly = imagesOnly
    }

    /// What may be chosen, as a form says it before anything is uploaded.
    public var hint: String { "\(imagesOnly ? "JPG、PNG" : "PDF、JPG、PNG")，每个不超过 20 MB，最多 \(most) 个" }

    /// Bytes of one file, at most.
    public static let mostBytes = 20_000_000
    /// Bytes of all files of a dossier, at most.
    public static let mostBytesOfDossier = 200_000_000
}
