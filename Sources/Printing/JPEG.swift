import Foundation

/// A picture as it stands in a PDF: the bytes of a JPEG, and its sides in pixels as its own header tells them.
struct JPEG {
    let bytes: [UInt8]
    let width: Int
    let height: Int

    /// nil where the bytes are no JPEG with a header that can be read.
    init?(_ data: Data) {
        bytes = Array(data)
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var place = 2
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let (marker, length) = (bytes[place + 1], Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            // The beginning of a frame, of any coding but those that share its range (DHT, JPG, DAC).
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
                guard (1...4000).contains(width), (1...4000).contains(height) else { return nil }
                return
            }
            place += 2 + length
        }
        return nil
    }
}
