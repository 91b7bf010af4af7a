import Domain
import Foundation
import Testing

@testable import Files

/// A node: a folder of its own before the bucket that it shares with others.
private final class Node: Sendable {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-node-\(UUID().uuidString)")
    let store: FileStore

    init(_ bucket: Bucket) throws { store = try FileStore(folder: folder, bucket: bucket) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    @discardableResult func keep(_ bytes: [UInt8]) async throws -> String { try await Intake(store: store).keep(bytes, .pdf).digest }

    func holds(_ digest: String) async throws -> Bool { try await store.holds(digest) }
    func isUsable() async -> Bool { await store.isUsable() }

    func read(_ digest: String) async throws -> [UInt8] {
        var found: [UInt8] = []
        try await store.read(digest) { found += $0 }
        return found
    }

    /// Names of what lies in a folder of the store.
    func names(in folder: String) -> [String] {
        let found = FileManager.default.enumerator(at: self.folder.appending(path: folder), includingPropertiesForKeys: nil)
        return (found?.allObjects as? [URL] ?? []).filter { !$0.hasDirectoryPath }.map(\.lastPathComponent)
    }

    func path(_ digest: String) -> String { folder.appending(path: "contents/\(digest.prefix(2))/\(digest)").path }
}

private func bytes(_ count: Int, seed: UInt8 = 1) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 / 251 ^ $0 &* 7) ^ seed } }

@Suite struct BucketTests {
    @Test(arguments: [1, 2 << 20, (2 << 20) + 1, FileRule.mostBytes])
    func whatOneNodeKeepsAnotherReads(_ count: Int) async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let content = bytes(count)
        let digest = try await one.keep(content)
        #expect(other.names(in: "contents").isEmpty)
        #expect(try await other.store.size(of: digest) == count)
        #expect(try await other.read(digest) == content)
        #expect(try await other.holds(digest))
        #expect(other.names(in: "contents") == [digest] && other.names(in: "incoming").isEmpty)
    }

    @Test func pagesAreDrawnOfWhatAnotherHasReceived() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let digest = try await one.keep(tinyPDF("pages"))
        let file = KeptFile(digest: digest, kind: .pdf, bytes: tinyPDF("pages").count, pages: 2).attachment(someID, named: "两页")
        #expect(try await Drawing(store: other.store).picture(of: file, page: 2)?.starts(with: [0xFF, 0xD8, 0xFF]) == true)
    }

    @Test func whoeverAsksAtTheSameTimeFetchesOnce() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let digest = try await one.keep(bytes(5 << 20))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await other.holds(digest) } }
            for try await holds in group { #expect(holds) }
        }
        #expect(other.names(in: "contents") == [digest] && other.names(in: "incoming").isEmpty)
    }

    @Test func anAlteredObjectIsRefused() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let digest = try await one.keep(bytes(1000))
        let forged = other.folder.appending(path: "forged")
        try Data(bytes(1000, seed: 2)).write(to: forged)
        let key = try #require(try await bucket.copies(of: digest).first?.key)
        let whose = try await Node(bucket).keep(bytes(1000, seed: 2))
        try await bucket.put(forged, digest: whose, under: key)
        #expect(try await !other.holds(digest))
        #expect(other.names(in: "contents").isEmpty && other.names(in: "incoming").isEmpty)
        await #expect(throws: FileStore.Failure.self) { _ = try await other.read(digest) }
        // The node that received it has its own copy; an unaltered one in the bucket is found behind the altered.
        #expect(try await one.holds(digest))
        try await one.keep(bytes(1000))
        #expect(try await other.holds(digest))
    }

    @Test func aCopyThatHasGoneBadIsFetchedAnew() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let node = try Node(bucket)
        let digest = try await node.keep(bytes(1000))
        try Data(bytes(1000, seed: 9)).write(to: URL(filePath: node.path(digest)))
        #expect(try await node.holds(digest))
        #expect(try await node.read(digest) == bytes(1000))
    }

    @Test func whatIsNowhereIsMissing() async throws {
        let node = try Node(try await ObjectServer.shared().bucket())
        let digest = String(repeating: "0", count: 64)
        #expect(try await !node.holds(digest))
        await #expect(throws: FileStore.Failure.self) { _ = try await node.store.size(of: digest) }
        await #expect(throws: FileStore.Failure.self) { _ = try await node.read(digest) }
    }

    @Test func whoHasAWrongSecretKeepsNothing() async throws {
        let server = try await ObjectServer.shared()
        let node = try Node(try server.bucket(secretKey: "another"))
        await #expect(throws: Bucket.Failure.self) { try await node.keep(bytes(10)) }
        #expect(await !node.isUsable())
        #expect(node.names(in: "contents").isEmpty && node.names(in: "incoming").isEmpty)
        #expect(try await Node(server.bucket()).isUsable())
        #expect(try await !Node(server.bucket(name: "another-bucket")).isUsable())
    }

    @Test func manyKeepTheSameAtOnce() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let digests = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<16 { group.addTask { try await (number % 2 == 0 ? one : other).keep(bytes(100_000)) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        let digest = try #require(digests.first)
        #expect(digests.count == 1 && one.names(in: "contents") == [digest] && other.names(in: "contents") == [digest])
        #expect(try await Node(bucket).holds(digest))
        // One copy is enough, once they are old.
        try await one.store.sweepBucket(receivedBefore: .now + 60) { _ in true }
        #expect(try await bucket.copies(of: digest).count == 1)
    }

    @Test func aLongListingComesInPages() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let node = try Node(bucket)
        let digest = try await node.keep(bytes(10))
        let file = URL(filePath: node.path(digest))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<1100 {
                if number >= 8 { try await group.next() }
                group.addTask { try await bucket.put(file, digest: digest, under: "\(bucket.prefix)contents/ab/\(number).x") }
            }
            try await group.waitForAll()
        }
        var sizes: [Int] = []
        var keys: Set<String> = []
        try await bucket.list("\(bucket.prefix)contents/ab/") { page in
            sizes.append(page.count)
            keys.formUnion(page.map(\.key))
        }
        #expect(keys.count == 1100 && sizes.count > 1 && sizes.allSatisfy { $0 <= 1000 })
    }
}

@Suite struct BucketSweepTests {
    @Test func whatBelongsToNothingIsRemovedWhenItIsOld() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let node = try Node(bucket)
        let (used, unused) = (try await node.keep(bytes(10)), try await node.keep(bytes(11)))
        try await node.store.sweepBucket(receivedBefore: .now - 60) { _ in false }
        #expect(try await bucket.copies(of: used).count == 1)
        #expect(try await bucket.copies(of: unused).count == 1)
        try await node.store.sweepBucket(receivedBefore: .now + 60) { $0 == used }
        #expect(try await bucket.copies(of: used).count == 1)
        #expect(try await bucket.copies(of: unused).isEmpty)
        try await node.store.remove([used], olderThan: .now + 60) { _ in false }
        #expect(try await bucket.copies(of: used).isEmpty)
        #expect(!node.names(in: "contents").contains(used))
    }

    /// At the worst moment, after the question and before the removal, on another node.
    @Test(arguments: [true, false]) func anUploadLosesNothingToASweep(_ whole: Bool) async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let digest = try await one.keep(bytes(10))
        let old = try #require(try await bucket.copies(of: digest).first)
        // Times of objects are whole seconds: what comes now has to be younger than the limit.
        while Date().timeIntervalSince(old.modified) < 2 { await Task.yield() }
        let isReferred: (String) async throws -> Bool = { _ in
            try await other.keep(bytes(10))
            return false
        }
        if whole {
            try await one.store.sweepBucket(receivedBefore: old.modified + 1, unless: isReferred)
        } else {
            try await one.store.remove([digest], olderThan: old.modified + 1, unless: isReferred)
        }
        let left = try await bucket.copies(of: digest)
        #expect(!left.isEmpty && !left.contains { $0.key == old.key })
        #expect(try await Node(bucket).holds(digest))
    }

    @Test func copiesThatNobodyUsesAreDropped() async throws {
        let bucket = try await ObjectServer.shared().bucket()
        let node = try Node(bucket)
        let digest = try await node.keep(bytes(10))
        let early = try await Intake(store: try FileStore(folder: node.folder)).keep(bytes(12), .pdf).digest
        for each in [digest, early] {
            try FileManager.default.setAttributes([.modificationDate: Date.now - 40 * 86_400], ofItemAtPath: node.path(each))
        }
        let sweep = { (node: Node) in
            try await node.store.sweep(begunBefore: .now - 60, receivedBefore: .now - 86_400, drawnBefore: .now - 30 * 86_400) { _ in true }
        }
        // Used again: it stays.
        _ = try await node.store.size(of: digest)
        try await sweep(node)
        #expect(node.names(in: "contents") == [digest])
        // What was here before the bucket went there first.
        #expect(try await node.read(early) == bytes(12))
    }
}

/// A server of its own, which goes away and comes back.
@Suite struct BucketTroubleTests {
    @Test func aServerThatGoesAwayAndComesBack() async throws {
        let server = try await ObjectServer()
        let bucket = try server.bucket()
        let (one, other) = (try Node(bucket), try Node(bucket))
        let (here, elsewhere) = (try await one.keep(bytes(1000)), try await other.keep(bytes(1001)))
        // In the middle of an upload: it is refused, or it is there for good.
        let large = Task { try await one.keep(bytes(FileRule.mostBytes)) }
        server.stop()
        let kept: String?
        do { kept = try await large.value } catch is Bucket.Failure { kept = nil }
        await #expect(throws: Bucket.Failure.self) { try await one.keep(bytes(12)) }
        #expect(await !one.isUsable())
        #expect(try await one.holds(here))
        #expect(try await one.read(here) == bytes(1000))
        await #expect(throws: Bucket.Failure.self) { _ = try await one.holds(elsewhere) }
        #expect(one.names(in: "contents").count == (kept == nil ? 1 : 2) && one.names(in: "incoming").isEmpty)
        try await server.start()
        #expect(await one.isUsable())
        #expect(try await one.read(elsewhere) == bytes(1001))
        let again = try await one.keep(bytes(12))
        let third = try Node(bucket)
        #expect(try await third.holds(again))
        #expect(try await third.holds(here))
        if let kept { #expect(try await third.holds(kept)) }
    }

    private func answer(_ status: String, _ headers: String = "", _ body: String = "") -> String {
        "HTTP/1.1 \(status)\r\nConnection: close\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func aBusyServerIsAskedAgain() async throws {
        let server = try ScriptedServer([answer("503 Slow Down"), answer("500 Internal"), answer("204 No Content")])
        try await server.bucket().delete("a")
        #expect(server.asked == 3)
    }

    @Test func threeTimesAndNoMore() async throws {
        let server = try ScriptedServer([answer("503 Slow Down", "", "<Error><Code>SlowDown</Code></Error>")])
        let failure = await #expect(throws: Bucket.Failure.self) { try await server.bucket().delete("a") }
        #expect(server.asked == 3 && failure?.description.contains("SlowDown") == true)
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let away = try ScriptedServer([answer("204 No Content")])
        let server = try ScriptedServer([answer("307 Moved", "Location: http://127.0.0.1:\(away.port)/x\r\n")])
        await #expect(throws: Bucket.Failure.self) { try await server.bucket().delete("a") }
        #expect(away.asked == 0 && server.asked == 1)
    }

    @Test func anAnswerWithoutMeasureIsBrokenOff() async throws {
        let server = try ScriptedServer([answer("206 Partial Content", "", String(repeating: "x", count: 5 << 20))])
        await #expect(throws: Bucket.Failure.self) { _ = try await server.bucket().get("a") { _ in } }
    }

    @Test(arguments: [
        "", "<html>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
    ])
    func aListingThatIsNoneIsRefused(_ text: String) async throws {
        let server = try ScriptedServer([answer("200 OK", "", text)])
        await #expect(throws: Bucket.Failure.self) { try await server.bucket().list("a") { _ in } }
    }

    @Test(arguments: [
        ["S3_ENDPOINT": "s3.example.cn"], ["S3_ENDPOINT": "ftp://s3.example.cn"], ["S3_ENDPOINT": "https://s3.example.cn/path"], ["S3_ENDPOINT": "https://u:p@s3.example.cn"],
        ["S3_BUCKET": ""], ["S3_BUCKET": "a/b"], ["S3_PREFIX": "a"], ["S3_PREFIX": "../"], ["S3_PREFIX": "/"], ["S3_ACCESS_KEY": ""], ["S3_SECRET_KEY": ""],
    ])
    func settingsAreReadStrictly(_ wrong: [String: String]) throws {
        let right = ["S3_ENDPOINT": "https://s3.example.cn", "S3_BUCKET": "zhiping", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY": "b", "S3_PREFIX": "one/two/"]
        #expect(try Bucket(environment: right) != nil && Bucket(environment: [:]) == nil)
        #expect(throws: Bucket.Misconfigured.self) { try Bucket(environment: right.merging(wrong) { $1 }) }
    }

    @Test func theSecretsFileIsReadByNobodyElse() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)")
        defer { unlink(file.path) }
        try "b\n".write(to: file, atomically: true, encoding: .utf8)
        let settings = ["S3_ENDPOINT": "https://s3.example.cn", "S3_BUCKET": "zhiping", "S3_ACCESS_KEY": "a", "S3_SECRET_KEY_FILE": file.path]
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
        #expect(throws: Bucket.Misconfigured.self) { try Bucket(environment: settings) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(try Bucket(environment: settings) != nil)
    }
}
