import Domain
import Testing

@testable import Web

@Suite struct MultipartTests {
    private static let body = Array(
        """
        --XyZ\r\nContent-Disposition: form-data; name="_key"\r\n\r\nabc\r\n--XyZ\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n\
        --XyZ\r\nContent-Disposition: form-data; name="file"; filename="证 书%22.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n--XyQ\r\n-\r\n--XyZ--\r\n
        """.utf8)

    /// The parts as one text, however the body was cut into pieces.
    private func parts(of body: [UInt8], every length: Int) throws -> String? {
        guard var parser = Multipart(contentType: "multipart/form-data; boundary=XyZ") else { return nil }
        var text = ""
        for start in stride(from: 0, to: body.count, by: length) {
            for event in try parser.feed(body[start..<min(start + length, body.count)]) {
                switch event {
                case .part(let name, let file): text += "[\(name)|\(file ?? "-")]"
                case .data(let bytes): text += String(decoding: bytes, as: UTF8.self)
                }
            }
        }
        return parser.isFinished ? text : nil
    }

    @Test func partsAreTheSameHoweverTheyCome() throws {
        for length in 1...Self.body.count {
            #expect(try parts(of: Self.body, every: length) == "[_key|-]abc[empty|-][file|证 书\".pdf]%PDF\r\n--XyQ\r\n-", "pieces of \(length)")
        }
    }

    @Test func bodiesCutShortAreNotFinished() throws {
        for end in 0..<(Self.body.count - 4) { #expect(try parts(of: Array(Self.body[..<end]), every: 64) == nil, "\(end)") }
    }

    private static let broken = [
        "rubbish": "rubbish", "another boundary": "--XyQ\r\n\r\n", "no disposition": "--XyZ\r\nX: y\r\n\r\nabc\r\n--XyZ--",
        "no name": "--XyZ\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--XyZ--", "no line end": "--XyZabc",
        "a long header": "--XyZ\r\n" + String(repeating: "a", count: 5000),
    ]

    @Test(arguments: broken.keys.sorted())
    func whatNoBrowserSendsIsRefused(_ name: String) throws {
        let body = try #require(Self.broken[name])
        #expect(throws: Problem.malformed) { _ = try parts(of: Array(body.utf8), every: 4096) }
    }

    @Test func boundariesAreReadAsBrowsersWriteThem() {
        #expect(Multipart(contentType: "multipart/form-data; boundary=\"a b\"; charset=utf-8") != nil)
        for type in ["application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + String(repeating: "a", count: 71)] {
            #expect(Multipart(contentType: type) == nil)
        }
    }
}
