/// Of what fields an entry of a chain consists, in the order in which they are hashed. A form is never changed: other fields are
/// another algorithm, under a number of its own.
struct EntryForm: Sendable {
    let kind: String
    let algorithm: Int
    let fields: [String]
    /// Each field's name with the zero that ends it.
    fileprivate let labels: [[UInt8]]
    /// What the hash of every entry of this form begins with.
    fileprivate let tag: [UInt8]

    init(_ kind: String, algorithm: Int = 1, _ fields: [String]) {
        self.kind = kind
        self.algorithm = algorithm
        self.fields = fields
        labels = fields.map { Array($0.utf8) + [0] }
        tag = Array("zhiping/\(kind)/\(algorithm)".utf8) + [0]
    }

    /// A step of a dossier: the columns of its row, the recommendation given with it, and what it told whom.
    static let trail = EntryForm(
        "trail",
        [
            "request_key", "round", "step", "stage_before", "stage_after", "unit_id", "unit_name", "person_id", "person_name", "at", "arrived_at",
            "opinion", "deadline", "remark", "edition", "digest", "argument", "recommendation", "messages",
        ])

    /// Which of its fields stand in tables of their own.
    static let (recommendation, messages) = (17, 18)

    static let revelation = EntryForm("revelation", ["id", "person_id", "unit_id", "unit_name", "reader_id", "reader_name", "at"])

    static let postTable = EntryForm("post-table", ["body", "file_id", "name", "digest", "saved_by", "saved_by_name", "saved_at"])

    static let administration = EntryForm(
        "administration",
        ["request_key", "act", "subject_id", "subject_name", "person_id", "person_name", "actor_unit_id", "actor_unit_name", "before", "after", "at"])

    /// A step on what is asked for a unit, with what it is of and what it told whom.
    static let unitRequest = EntryForm(
        "unit-request",
        [
            "kind", "credit_code", "request_key", "step", "unit_id", "superior_id", "actor_unit_id", "actor_unit_name", "person_id", "person_name", "unit_name", "body",
            "files", "opinion", "at", "messages",
        ])

    /// A step on what a person asks.
    static let personRequest = EntryForm(
        "person-request",
        [
            "kind", "person_id", "request_key", "step", "unit_id", "unit_name", "path", "actor_unit_id", "actor_unit_name", "actor_id", "actor_name", "body", "files", "opinion",
            "at",
            "messages",
        ])

    /// The form that an algorithm's number stands for; nil for one that this program does not know.
    func form(of algorithm: Int) -> EntryForm? { algorithm == self.algorithm ? self : nil }
}

/// Works out hashes of entries. Keeps its buffers, so that hashing many costs no memory of their own.
///
/// field = SHA-256(field salt ‖ name ‖ 0 ‖ canonical value); entry = SHA-256(tag ‖ chain ‖ 0 ‖ previous ‖ number ‖ fields).
/// The salts of fields 2i and 2i+1 are the halves of SHA-256("salt" ‖ entry salt ‖ i): whoever is shown one learns nothing of another.
struct EntryHasher {
    static let hashLength = 32
    static let saltLength = 16
    /// What the first entry of a chain follows.
    static let nothing = [UInt8](repeating: 0, count: hashLength)

    private var digests: [UInt8] = []
    private var piece: [UInt8] = []
    private var salts: [UInt8] = []

    /// The hash of an entry from its values, in the order of its form.
    mutating func hash(_ values: [Value], _ form: EntryForm, chain: String, number: Int, previous: [UInt8], salt: [UInt8]) -> [UInt8] {
        digests.removeAll(keepingCapacity: true)
        for (index, value) in values.enumerated() {
            if index.isMultiple(of: 2) { makeSalts(index / 2, of: salt) }
            appendDigest(of: value, form.labels[index], salt: salts, Self.place(ofField: index))
        }
        return hash(form, chain: chain, number: number, previous: previous)
    }

    /// The same from the fields' digests, where values are not to be known.
    mutating func hash(fieldDigests: [[UInt8]], _ form: EntryForm, chain: String, number: Int, previous: [UInt8]) -> [UInt8] {
        digests = fieldDigests.flatMap { $0 }
        return hash(form, chain: chain, number: number, previous: previous)
    }

    /// The digest of one field under its own salt.
    mutating func digest(of value: Value, field index: Int, of form: EntryForm, salt: [UInt8]) -> [UInt8] {
        digests.removeAll(keepingCapacity: true)
        appendDigest(of: value, form.labels[index], salt: salt, salt.indices)
        return digests
    }

    /// The salt of one field of an entry.
    mutating func salt(ofField index: Int, of salt: [UInt8]) -> [UInt8] {
        makeSalts(index / 2, of: salt)
        return Array(salts[Self.place(ofField: index)])
    }

    /// Where the salt of a field stands in the pair made for it and its neighbour.
    private static func place(ofField index: Int) -> Range<Int> { index.isMultiple(of: 2) ? 0..<saltLength : saltLength..<2 * saltLength }

    private mutating func makeSalts(_ number: Int, of salt: [UInt8]) {
        piece.removeAll(keepingCapacity: true)
        piece.append(contentsOf: [0x73, 0x61, 0x6C, 0x74])
        piece.append(contentsOf: salt)
        piece.append(UInt8(truncatingIfNeeded: number))
        salts.removeAll(keepingCapacity: true)
        salts.append(sha256: piece)
    }

    private mutating func appendDigest(of value: Value, _ label: [UInt8], salt: [UInt8], _ place: Range<Int>) {
        piece.removeAll(keepingCapacity: true)
        for index in place { piece.append(salt[index]) }
        piece.append(contentsOf: label)
        switch value {
        case .null: piece.append(0)
        case .text(let text):
            piece.append(1)
            piece.append(contentsOf: text.utf8)
        case .integer(let number):
            piece.append(2)
            piece.append(number: number)
        case .bytes(let bytes):
            piece.append(3)
            piece.append(contentsOf: bytes)
        }
        digests.append(sha256: piece)
    }

    private mutating func hash(_ form: EntryForm, chain: String, number: Int, previous: [UInt8]) -> [UInt8] {
        piece.removeAll(keepingCapacity: true)
        piece.append(contentsOf: form.tag)
        piece.append(contentsOf: chain.utf8)
        piece.append(0)
        piece.append(contentsOf: previous)
        piece.append(number: Int64(number))
        piece.append(contentsOf: digests)
        return sha256(piece)
    }
}
