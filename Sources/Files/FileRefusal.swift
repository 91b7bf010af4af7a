/// Why a file is not taken, in words for the person who chose it.
public enum FileRefusal: String, Error, Sendable, Hashable, CaseIterable {
    case empty
    case tooLarge
    case unknownKind
    case damaged
    case encrypted
    case tooManyPages
    case tooManyPixels
    case infected
    /// Nothing is wrong with the file: it cannot be looked at now.
    case busy
    case scannerSilent

    public var sentence: String {
        switch self {
        case .empty: "文件是空的，请重新选择"
        case .tooLarge: "文件超过 20 MB，请压缩或分成几个后再上传"
        case .unknownKind: "文件的内容不是 PDF、JPG 或 PNG，请转换格式后再上传"
        case .damaged: "文件已损坏或不完整，无法打开，请重新扫描或另存后再上传"
        case .encrypted: "PDF 文件设有密码，审核人员无法查看，请去除密码后再上传"
        case .tooManyPages: "PDF 文件超过 500 页，请分成几个后再上传"
        case .tooManyPixels: "图片尺寸过大（超过 6000 万像素），请缩小后再上传"
        case .infected: "文件含有病毒，没有保存"
        case .busy: "同时上传的人较多，请稍后再试；您填写的内容不受影响"
        case .scannerSilent: "病毒检查暂时不能进行，文件没有保存，请稍后再试"
        }
    }

    /// Whether the same file may be taken later.
    public var isPassing: Bool { self == .busy || self == .scannerSilent }
}
