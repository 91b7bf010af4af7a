import Crypto
import Foundation

/// AWS Signature Version 4: proves to an S3 server who asks, and for exactly what.
struct Signature: Sendable {
    let region: String
    private let accessKey: String
    /// Opaque, so that it is printed nowhere.
    private let secret: SymmetricKey

    init(accessKey: String, secretKey: String, region: String) {
        self.accessKey = accessKey
        self.region = region
        secret = SymmetricKey(data: Data("AWS4\(secretKey)".utf8))
    }

    /// What is asked of the server; the path is encoded already, the headers' names are in lower case.
    struct Asked: Sendable {
        var method: String
        var path: String
        var query: [(name: String, value: String)] = []
        var headers: [String: String]
        /// SHA-256 of the body, in hexadecimal.
        var payload: String

        /// As it stands in the address and is signed.
        var encodedQuery: String {
            query.map { (percentEncoded($0.name), percentEncoded($0.value)) }.sorted { $0 < $1 }.map { "\($0)=\($1)" }.joined(separator: "&")
        }
    }

    /// The headers to send: those that were given, and what proves them.
    func headers(for asked: Asked, at date: Date) -> [String: String] {
        let time = date.formatted(Self.style)
        let scope = "\(time.prefix(8))/\(region)/s3/aws4_request"
        let headers = asked.headers.merging(["x-amz-date": time, "x-amz-content-sha256": asked.payload]) { $1 }
        let names = headers.keys.sorted()
        let canonical =
            [asked.method, asked.path, asked.encodedQuery] + names.map { "\($0):\(headers[$0, default: ""])" } + ["", names.joined(separator: ";"), asked.payload]
        let request = SHA256.hash(data: Data(canonical.joined(separator: "\n").utf8)).hexadecimal
        let signature = code("AWS4-HMAC-SHA256\n\(time)\n\(scope)\n\(request)", by: key(for: scope))
        let proof = "AWS4-HMAC-SHA256 Credential=\(accessKey)/\(scope), SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature.hexadecimal)"
        return headers.merging(["authorization": proof]) { $1 }
    }

    private func key(for scope: String) -> SymmetricKey {
        scope.split(separator: "/").reduce(secret) { SymmetricKey(data: code(String($1), by: $0)) }
    }

    private func code(_ text: String, by key: SymmetricKey) -> HMAC<SHA256>.MAC { HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key) }

    private static let style = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt)
}

/// RFC 3986: everything but letters, digits and `-._~` by its number.
func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
        case _: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }.joined()
}

extension HMAC<SHA256>.MAC {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
