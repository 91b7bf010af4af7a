import Crypto
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A bucket of an S3 server, where the contents are that several nodes share.
public struct Bucket: Sendable {
    private let endpoint: String
    private let host: String
    private let name: String
    /// What all keys of ours begin with.
    let prefix: String
    private let signature: Signature
    private let connection = BucketConnection()

    /// The server does not answer, or refuses what it must not refuse.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The settings cannot be those of a bucket.
    public struct Misconfigured: Error, CustomStringConvertible {
        public let description: String
    }

    /// Takes an address such as `https://s3.example.cn`; objects are addressed by path.
    public init(endpoint: String, name: String, prefix: String = "", region: String = "us-east-1", accessKey: String, secretKey: String) throws {
        guard let url = URLComponents(string: endpoint), url.scheme == "http" || url.scheme == "https", let host = url.host, !host.isEmpty,
            ["", "/"].contains(url.path), url.query == nil, url.fragment == nil, url.user == nil
        else { throw Misconfigured(description: "S3_ENDPOINT is not of the form https://HOST or https://HOST:PORT") }
        guard (3...63).contains(name.utf8.count), name.wholeMatch(of: /[a-z0-9][a-z0-9.-]*[a-z0-9]/) != nil else {
            throw Misconfigured(description: "S3_BUCKET is no name of a bucket")
        }
        guard prefix.wholeMatch(of: /([A-Za-z0-9._-]+\/)*/) != nil, !prefix.contains("..") else {
            throw Misconfigured(description: "S3_PREFIX is not of the form NAME/ or NAME/NAME/")
        }
        guard !accessKey.isEmpty, !secretKey.isEmpty, !region.isEmpty else { throw Misconfigured(description: "S3_ACCESS_KEY, S3_SECRET_KEY or S3_REGION is empty") }
        self.host = url.port.map { "\(host):\($0)" } ?? host
        self.endpoint = "\(url.scheme ?? "https")://\(self.host)"
        self.name = name
        self.prefix = prefix
        signature = Signature(accessKey: accessKey, secretKey: secretKey, region: region)
    }

    /// The bucket that the environment names (`S3_ENDPOINT`, `S3_BUCKET`, `S3_PREFIX`, `S3_REGION`, `S3_ACCESS_KEY`, and `S3_SECRET_KEY`
    /// or `S3_SECRET_KEY_FILE`); nil when it names none.
    public init?(environment: [String: String]) throws {
        guard let endpoint = environment["S3_ENDPOINT"], !endpoint.isEmpty else { return nil }
        let secret = try environment["S3_SECRET_KEY"] ?? environment["S3_SECRET_KEY_FILE"].map(Self.secret) ?? ""
        try self.init(
            endpoint: endpoint, name: environment["S3_BUCKET"] ?? "", prefix: environment["S3_PREFIX"] ?? "", region: environment["S3_REGION"] ?? "us-east-1",
            accessKey: environment["S3_ACCESS_KEY"] ?? "", secretKey: secret)
    }

    private static func secret(in file: String) throws -> String {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw Misconfigured(description: "S3_SECRET_KEY_FILE is missing, or can be read by others; make it 0600")
        }
        return try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension Bucket {
    /// Bytes that are fetched at once.
    private static let pieceBytes = 2 << 20
    private static let tries = 3

    /// Whether the server answers, lets us in, and knows the bucket.
    func answers() async -> Bool {
        do {
            return try await once("HEAD", within: 5).status == 200
        } catch {
            return false
        }
    }

    /// Stores a file under a key; it is durable there when this returns.
    func put(_ file: URL, digest: String, under key: String) async throws {
        try demand(try await send("PUT", key, payload: digest, file: file), [200])
    }

    /// Fetches an object piece by piece; false when there is none.
    func get(_ key: String, _ take: ([UInt8]) async throws -> Void) async throws -> Bool {
        var start = 0
        while true {
            let (end, isTooMuch) = start.addingReportingOverflow(Self.pieceBytes)
            if isTooMuch { throw Failure(description: "an object without end") }
            let answer = try await send("GET", key, headers: ["range": "bytes=\(start)-\(end - 1)"])
            // Past its end: the last piece was full.
            if answer.status == 416, start > 0 { return true }
            if answer.status == 404 { return false }
            try demand(answer, [206])
            try await take(Array(answer.body))
            if answer.body.count < Self.pieceBytes { return true }
            start = end
        }
    }

    func delete(_ key: String) async throws { try demand(try await send("DELETE", key), [200, 204, 404]) }

    /// The objects whose keys begin so, in the order of their keys, page by page.
    func list(_ beginning: String, _ take: ([StoredObject]) async throws -> Void) async throws {
        var token: String?
        repeat {
            let query = [("list-type", "2"), ("prefix", beginning)] + (token.map { [("continuation-token", $0)] } ?? [])
            let answer = try await send("GET", query: query)
            try demand(answer, [200])
            let page = try ListedPage(answer.body)
            try await take(page.objects)
            if let token, page.next == token { throw Failure(description: "the file store's listing does not go on") }
            token = page.next
        } while token != nil
    }

    /// Makes the bucket; nothing happens where there is one.
    func make() async throws { try demand(try await send("PUT"), [200, 409]) }

    private func demand(_ answer: BucketConnection.Answer, _ expected: Set<Int>) throws {
        guard !expected.contains(answer.status) else { return }
        let code = String(decoding: answer.body.prefix(4096), as: UTF8.self).element("Code") ?? ""
        throw Failure(description: "the file store answered \(answer.status) \(String(code.prefix(60)))")
    }

    /// What a moment can mend is tried again; what waited in vain is not.
    private func send(
        _ method: String, _ key: String? = nil, query: [(String, String)] = [], headers: [String: String] = [:], payload: String = Bucket.nothing, file: URL? = nil
    ) async throws -> BucketConnection.Answer {
        var left = Self.tries
        while true {
            left -= 1
            do {
                let answer = try await once(method, key, query: query, headers: headers, payload: payload, file: file, within: 60)
                if left == 0 || answer.status < 500 && answer.status != 429 { return answer }
            } catch let error as URLError where left > 0 && error.code != .timedOut && error.code != .cancelled {
            } catch let error as URLError {
                try Task.checkCancellation()
                throw Failure(description: "the file store does not answer (URLError \(error.code.rawValue))")
            } catch is BucketConnection.AnswerTooLarge {
                throw Failure(description: "the file store answered too much")
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...300) * (Self.tries - left)))
        }
    }

    private func once(
        _ method: String, _ key: String? = nil, query: [(String, String)] = [], headers: [String: String] = [:], payload: String = Bucket.nothing, file: URL? = nil,
        within seconds: Int
    ) async throws -> BucketConnection.Answer {
        let path = (["", name] + (key?.split(separator: "/").map { percentEncoded(String($0)) } ?? [])).joined(separator: "/")
        let asked = Signature.Asked(method: method, path: path, query: query, headers: headers.merging(["host": host]) { $1 }, payload: payload)
        guard let url = URL(string: endpoint + path + (query.isEmpty ? "" : "?\(asked.encodedQuery)")) else { throw Failure(description: "no address of an object") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        for (name, value) in signature.headers(for: asked, at: Date()) where name != "host" { request.setValue(value, forHTTPHeaderField: name) }
        if file != nil { request.setValue("application/octet-stream", forHTTPHeaderField: "content-type") }
        return try await connection.send(request, file: file, within: seconds)
    }

    /// The digest of no body.
    private static let nothing = SHA256.hash(data: Data()).hexadecimal
}
