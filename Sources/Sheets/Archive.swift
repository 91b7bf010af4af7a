import CZip
import Foundation

/// The parts of a workbook, which is a ZIP archive. What it would unpack to is counted, and nothing is unpacked to the disk.
final class Archive {
    private let archive: OpaquePointer
    /// Bytes that may still be unpacked.
    private var left: Int

    init(at path: URL, mostBytes: Int) throws(SheetProblem) {
        var code: CInt = 0
        guard let archive = zip_open(path.path, ZIP_RDONLY, &code) else { throw .notAWorkbook }
        self.archive = archive
        left = mostBytes
    }

    deinit { zip_discard(archive) }

    /// The bytes of a part; nil when there is none of this name.
    func part(_ name: String) throws(SheetProblem) -> [UInt8]? {
        guard let file = zip_fopen(archive, name, 0) else { return nil }
        defer { zip_fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let read = Int(zip_fread(file, &chunk, UInt64(chunk.count)))
            guard read >= 0 else { throw .notAWorkbook }
            if read == 0 { return bytes }
            left -= read
            guard left >= 0 else { throw .tooLarge }
            bytes.append(contentsOf: chunk[..<read])
        }
    }
}

/// Why a file is not read as a sheet.
public enum SheetProblem: Error, Sendable, Hashable {
    case notAWorkbook
    /// It would unpack to more than is read.
    case tooLarge
    case tooManyRows(Int)
    /// A document type, with which entities could be defined.
    case documentType

    public var sentence: String {
        switch self {
        case .notAWorkbook: "不是可以读取的 xlsx 工作簿，请下载模板填写后上传"
        case .tooLarge: "文件展开后过大，请分批导入"
        case .tooManyRows(let most): "一次最多导入 \(most) 行，请分批导入"
        case .documentType: "文件含有不允许的内容，请下载模板填写后上传"
        }
    }
}
