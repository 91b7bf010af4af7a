import Domain
import Files
import Foundation
import Testing

/// A store in a folder of its own.
struct Shelf: ~Copyable {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zhiping-files-\(UUID().uuidString)")
    let store: FileStore
    let intake: Intake

    init(scanner: VirusScanner? = nil) throws {
        store = try FileStore(folder: folder)
        intake = Intake(store: store, scanner: scanner)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func receive(_ bytes: [UInt8], pieces: Int = 7) async throws -> IncomingFile {
        var file = try store.newIncoming()
        for start in stride(from: 0, to: bytes.count, by: max(1, bytes.count / pieces)) {
            try await file.append(Array(bytes[start..<min(start + max(1, bytes.count / pieces), bytes.count)]))
        }
        return file
    }

    func take(_ bytes: [UInt8]) async throws -> KeptFile { try await intake.take(try await receive(bytes)) }

    func refusal(of bytes: [UInt8]) async throws -> FileRefusal? {
        do {
            _ = try await take(bytes)
            return nil
        } catch let refusal as FileRefusal {
            return refusal
        }
    }

    /// Every file below a folder of the store.
    func files(in name: String) -> [String] {
        let found = FileManager.default.enumerator(at: folder.appending(path: name), includingPropertiesForKeys: [.isRegularFileKey])
        return (found?.allObjects as? [URL] ?? []).filter { !$0.hasDirectoryPath }.map(\.lastPathComponent).sorted()
    }
}

let tinyPNG = Array(Data(base64Encoded: "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=")!)

func tinyPDF(_ mark: String = "") -> [UInt8] {
    Array(
        """
        %PDF-1.4
        %\(mark)
        1 0 obj
        << /Type /Catalog /Pages 2 0 R >>
        endobj
        2 0 obj
        << /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] >>
        endobj
        3 0 obj
        << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 280] >>
        endobj
        4 0 obj
        << /Type /Page /Parent 2 0 R /MediaBox [0 0 200 280] >>
        endobj
        trailer
        << /Size 5 /Root 1 0 R >>
        startxref
        0
        %%EOF
        """.utf8)
}

@Suite struct StoreTests {
    @Test func whatIsTakenCanBeReadAgain() async throws {
        let shelf = try Shelf()
        let kept = try await shelf.take(tinyPDF())
        #expect(kept.kind == .pdf && kept.pages == 2 && kept.bytes == tinyPDF().count)
        #expect(try await shelf.store.holds(kept.digest))
        var read = Data()
        try await shelf.store.read(kept.digest) { read += $0 }
        #expect(Array(read) == tinyPDF())
        #expect(shelf.files(in: "contents") == [kept.digest] && shelf.files(in: "incoming").isEmpty)
    }

    @Test func equalContentsAreKeptOnce() async throws {
        let shelf = try Shelf()
        #expect(try await shelf.take(tinyPNG) == shelf.take(tinyPNG))
        #expect(shelf.files(in: "contents").count == 1)
    }

    @Test func anAlteredContentIsNoticed() async throws {
        let shelf = try Shelf()
        let kept = try await shelf.take(tinyPDF())
        let path = shelf.folder.appending(path: "contents/\(kept.digest.prefix(2))/\(kept.digest)")
        var bytes = try Data(contentsOf: path)
        bytes[20] ^= 1
        try bytes.write(to: path)
        #expect(try await !shelf.store.holds(kept.digest))
        #expect(try await !shelf.store.holds(String(repeating: "0", count: 64)))
    }

    @Test(arguments: ["", "../../secret", String(repeating: "a", count: 63), String(repeating: "A", count: 64), String(repeating: "/", count: 64)])
    func onlyDigestsNameContents(_ name: String) async throws {
        let shelf = try Shelf()
        await #expect(throws: FileStore.Failure.self) { _ = try await shelf.store.holds(name) }
        let forged = Domain.Attachment(id: someID, name: "", digest: name, kind: .png, bytes: 1, pages: 5)
        await #expect(throws: FileStore.Failure.self) { _ = try await shelf.intake.drawing.picture(of: forged, page: 1) }
    }

    /// What cannot be drawn is tried once.
    @Test func aPageThatCannotBeDrawnIsRemembered() async throws {
        let shelf = try Shelf()
        let kept = try await shelf.take(tinyPDF())
        let more = Domain.Attachment(id: someID, name: "", digest: kept.digest, kind: .pdf, bytes: kept.bytes, pages: 3)
        #expect(try await shelf.intake.drawing.picture(of: more, page: 3) == nil)
        #expect(shelf.files(in: "pictures") == ["3.jpg"])
        #expect(try await shelf.intake.drawing.picture(of: more, page: 3) == nil)
    }

    @Test func tooManyBytesAreRefusedAtTheFirst() async throws {
        let shelf = try Shelf()
        var file = try shelf.store.newIncoming(mostBytes: 100)
        try await file.append(Array(repeating: 1, count: 100))
        await #expect(throws: FileRefusal.tooLarge) { try await file.append([1]) }
        file.discard()
        #expect(shelf.files(in: "incoming").isEmpty)
    }

    @Test func pagesAreDrawnOnceAndKept() async throws {
        let shelf = try Shelf()
        let file = try await shelf.take(tinyPDF()).attachment(someID, named: "两页")
        for page in 1...2 {
            let picture = try #require(try await shelf.intake.drawing.picture(of: file, page: page))
            #expect(picture.starts(with: [0xFF, 0xD8, 0xFF]))
        }
        #expect(try await shelf.intake.drawing.picture(of: file, page: 3) == nil)
        #expect(try await shelf.intake.drawing.picture(of: file, page: 0) == nil)
        #expect(shelf.files(in: "pictures") == ["1.jpg", "2.jpg"])
    }
}

@Suite struct SweepTests {
    private func isUnknown(_: String) async throws -> Bool { false }
    private func isReferred(_: String) async throws -> Bool { true }

    @Test func whatBelongsToNothingIsRemovedWhenItIsOld() async throws {
        let shelf = try Shelf()
        let kept = try await shelf.take(tinyPDF())
        _ = try shelf.store.newIncoming()
        _ = try await shelf.intake.drawing.picture(of: kept.attachment(someID, named: "两页"), page: 1)
        try await shelf.store.sweep(begunBefore: .now - 60, receivedBefore: .now - 60, drawnBefore: .now - 60, unless: isUnknown)
        #expect(shelf.files(in: "contents").count == 1 && shelf.files(in: "incoming").count == 1)
        try await shelf.store.sweep(begunBefore: .now + 60, receivedBefore: .now + 60, drawnBefore: .now - 60, unless: isReferred)
        #expect(shelf.files(in: "contents").count == 1 && shelf.files(in: "incoming").isEmpty)
        try await shelf.store.sweep(begunBefore: .now + 60, receivedBefore: .now + 60, drawnBefore: .now - 60, unless: isUnknown)
        #expect(shelf.files(in: "contents").isEmpty && shelf.files(in: "pictures").isEmpty)
    }

    /// An upload of the same content while it is being removed: the file stays.
    @Test func aContentReceivedAgainMeanwhileStays() async throws {
        let shelf = try Shelf()
        let kept = try await shelf.take(tinyPDF())
        try await shelf.store.remove([kept.digest], olderThan: .now + 60) { [intake = shelf.intake, store = shelf.store] _ in
            var again = try store.newIncoming()
            try await again.append(tinyPDF())
            _ = try await intake.take(again)
            return true
        }
        #expect(try await shelf.store.holds(kept.digest))
        try await shelf.store.remove([kept.digest], olderThan: .now - 60, unless: isUnknown)
        #expect(try await shelf.store.holds(kept.digest), "it is fresh: its row may not be written yet")
    }
}

let someID = ID<Domain.Attachment>("abcdefghijklmnopqrstuvwxyz")!
