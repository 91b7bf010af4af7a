import Domain
import Files
import HTTPTypes
import Hummingbird

/// A posted form with the files that came with it. Fields are held in memory, files go to the store's threshold as they come.
struct Upload: Sendable {
    let form: Form
    private(set) var files: [ReceivedFile]

    struct ReceivedFile: Sendable {
        let field: String
        let name: String
        /// nil when it was refused while it came.
        var file: IncomingFile?
        var refusal: FileRefusal?
    }

    /// Files of one request, at most.
    private static let mostFiles = 10
    private static let mostFieldBytes = 256 * 1024
    /// Bytes of a request of which an answer can still be expected; past this the connection is given up.
    private static let mostBytes = 10 * FileRule.mostBytes + mostFieldBytes

    /// Reads a form of either encoding.
    init(_ request: Request, into store: FileStore) async throws {
        let type = request.headers[.contentType] ?? ""
        guard var parser = Multipart(contentType: type) else {
            self.init(form: try await Form(request), files: [])
            return
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > Self.mostBytes { throw Problem.tooLarge }
        var reading = Reading(store: store)
        do {
            var bytes = 0
            for try await piece in request.body {
                bytes += piece.readableBytes
                guard bytes <= Self.mostBytes else { throw Problem.tooLarge }
                for event in try parser.feed(piece.readableBytesView) { try await reading.take(event) }
            }
            guard parser.isFinished else { throw Problem.malformed }
            self.init(form: try Form(fields: try reading.fields), files: reading.files)
        } catch {
            reading.discard()
            throw error
        }
    }

    private init(form: Form, files: [ReceivedFile]) {
        self.form = form
        self.files = files
    }

    /// What was typed into a form of either encoding, for whoever cannot be let in with it; files are passed over.
    static func typed(in request: Request) async throws -> [String: String] {
        guard var parser = Multipart(contentType: request.headers[.contentType] ?? "") else { return try await Form(request, within: .section).all }
        var (fields, name, bytes) = ([String: [UInt8]](), nil as String?, 0)
        // Anybody can send this: as much as a long opinion and a recommendation need, and no more.
        for try await piece in request.body {
            bytes += piece.readableBytes
            guard bytes <= mostFieldBytes else { break }
            for event in try parser.feed(piece.readableBytesView) {
                switch event {
                case .part(let part, let file): name = file == nil && fields.count < 100 ? part : nil
                case .data(let data): if let name { fields[name, default: []] += data }
                }
            }
        }
        return fields.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    /// Removes what nobody has taken; to be called on every way out.
    func discard() { for received in files { received.file?.discard() } }

    /// The parts as they come in.
    private struct Reading {
        let store: FileStore
        private var texts: [(name: String, bytes: [UInt8])] = []
        var files: [ReceivedFile] = []
        private var fieldBytes = 0
        private var isFile = false

        init(store: FileStore) { self.store = store }

        /// The fields as text; what is not UTF-8 is no field of ours.
        var fields: [(String, String)] {
            get throws {
                try texts.map { field in
                    guard let text = String(validating: field.bytes, as: UTF8.self) else { throw Problem.malformed }
                    return (field.name, text)
                }
            }
        }

        mutating func take(_ event: Multipart.Event) async throws {
            switch event {
            case .part(let name, let fileName):
                isFile = fileName != nil
                if let fileName {
                    guard files.count < Upload.mostFiles else { throw Problem.malformed }
                    files.append(ReceivedFile(field: name, name: fileName, file: try store.newIncoming()))
                } else {
                    guard texts.count < 200 else { throw Problem.malformed }
                    texts.append((name, []))
                }
            case .data(let bytes): try await take(bytes)
            }
        }

        private mutating func take(_ bytes: [UInt8]) async throws {
            guard isFile else {
                fieldBytes += bytes.count
                guard fieldBytes <= Upload.mostFieldBytes else { throw Problem.tooLarge }
                texts[texts.count - 1].bytes += bytes
                return
            }
            let last = files.count - 1
            do {
                try await files[last].file?.append(bytes)
            } catch let refusal as FileRefusal {
                files[last].file?.discard()
                files[last].file = nil
                files[last].refusal = refusal
            }
        }

        func discard() { for received in files { received.file?.discard() } }
    }
}

extension Upload {
    /// What was chosen for a field: browsers send an empty, nameless file where nothing was.
    func chosen(_ field: String) -> [ReceivedFile] {
        files.filter { $0.field == field && !($0.name.isEmpty && ($0.file?.bytes ?? 1) == 0) }
    }
}

extension Site {
    /// Puts what was chosen for a field into the store; what is refused is a problem at that field, with the file's name.
    func keep(_ upload: Upload, _ field: String, key: String, for asker: String) async throws -> (files: [Attachment], problems: [FieldProblem]) {
        var (files, problems): ([Attachment], [FieldProblem]) = ([], [])
        for (position, received) in upload.chosen(field).enumerated() {
            do {
                if let refusal = received.refusal { throw refusal }
                guard let file = received.file else { continue }
                let kept = try await intake.take(file, for: asker)
                files.append(kept.attachment(ID(derivedFrom: "\(key)/\(field)/\(position)/\(kept.digest)"), named: received.name))
            } catch let refusal as FileRefusal {
                measures.uploads.add(refusal.rawValue)
                problems.append(FieldProblem(field, "“\(FileKind.pdf.cleaned(name: received.name).dropLast(4))”：\(refusal.sentence)"))
            }
        }
        return (files, problems)
    }
}
