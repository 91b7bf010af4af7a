import Domain

extension TrailProof {
    /// What a proof proves.
    public struct Outcome: Sendable, Hashable {
        public let dossier: String
        public let entries: Int
        /// Entries, from the first, that the signature covers.
        public let covered: Int
        /// The checkpoint that covers them: its number and moment; nil when nothing is signed yet.
        public let checkpoint: (number: Int, at: Instant)?
        /// Name and public half of the key that signed.
        public let key: String
        public let publicKey: String
        /// What the entries say, as far as it is shown.
        public let lines: [String]

        public static func == (left: Outcome, right: Outcome) -> Bool { left.lines == right.lines && left.key == right.key && left.covered == right.covered }
        public func hash(into hasher: inout Hasher) { hasher.combine(lines) }
    }

    /// Recomputes everything; throws `Wrong` at the first thing that does not agree.
    public func check() throws -> Outcome {
        guard format == TrailProof.format else { throw Wrong(sentence: "证明文件的格式不是本程序认识的格式") }
        guard let id = ID<Dossier>(dossier) else { throw Wrong(sentence: "证明文件中的材料编号不正确") }
        let hashes = try checkedEntries(.trail(of: id))
        if let checkpoint { try check(checkpoint, chain: .trail(of: id), hashes) }
        return Outcome(
            dossier: dossier, entries: entries.count, covered: checkpoint?.covered ?? 0,
            checkpoint: checkpoint.map { ($0.number, Instant(milliseconds: $0.at)) }, key: checkpoint?.key ?? "", publicKey: checkpoint?.publicKey ?? "",
            lines: entries.map(\.line))
    }

    private func checkedEntries(_ chain: Chain) throws -> [[UInt8]] {
        var hasher = EntryHasher()
        var previous = EntryHasher.nothing
        var hashes: [[UInt8]] = []
        for (index, entry) in entries.enumerated() {
            guard entry.number == index + 1 else { throw Wrong(sentence: "缺少第 \(index + 1) 条记录，或次序已被改变") }
            guard let form = chain.form.form(of: entry.algorithm), entry.fields.map(\.name) == form.fields else {
                throw Wrong(sentence: "第 \(entry.number) 条记录的项目不完整")
            }
            let digests = try entry.fields.enumerated().map { position, field in
                guard let digest = field.digest(position, form, &hasher) else { throw Wrong(sentence: "第 \(entry.number) 条记录的“\(field.name)”不可读") }
                return digest
            }
            previous = hasher.hash(fieldDigests: digests, form, chain: chain.name, number: entry.number, previous: previous)
            guard hex(previous) == entry.hash else { throw Wrong(sentence: "第 \(entry.number) 条记录的内容与其哈希不符") }
            hashes.append(previous)
        }
        return hashes
    }

    private func check(_ signed: Signed, chain: Chain, _ hashes: [[UInt8]]) throws {
        let path = signed.path.compactMap { bytes(hex: $0) }
        guard let previous = bytes(hex: signed.previous), let root = bytes(hex: signed.root), let hash = bytes(hex: signed.hash), let publicKey = bytes(hex: signed.publicKey),
            let signature = bytes(hex: signed.signature), path.count == signed.path.count
        else { throw Wrong(sentence: "检查点不可读") }
        guard signed.covered >= 1, signed.covered <= hashes.count else { throw Wrong(sentence: "检查点签过的记录不在证明文件中") }
        let leaf = MerkleTree.leaf(Head(chain: chain.name, number: signed.covered, hash: hashes[signed.covered - 1]))
        guard MerkleTree.root(from: leaf, at: signed.position, of: signed.leaves, along: path) == root else { throw Wrong(sentence: "记录到检查点的路径不符") }
        let at = Instant(milliseconds: signed.at)
        guard at.milliseconds == signed.at,
            hash == Checkpoint.hash(number: signed.number, previous: previous, at: at, root: root, leaves: signed.leaves, key: signed.key)
        else { throw Wrong(sentence: "检查点的内容与其哈希不符") }
        guard SigningKey.name(of: publicKey) == signed.key, SigningKey.isSigned(Checkpoint.statement(hash), signature, by: publicKey) else {
            throw Wrong(sentence: "检查点的签名不符")
        }
    }
}

extension TrailProof.Field {
    var name: String {
        switch self {
        case .shown(let name, _, _), .hidden(let name, _): name
        }
    }

    /// nil when what is shown cannot be read.
    fileprivate func digest(_ index: Int, _ form: EntryForm, _ hasher: inout EntryHasher) -> [UInt8]? {
        switch self {
        case .shown(_, let value, let text):
            guard let salt = bytes(hex: text), salt.count == EntryHasher.saltLength else { return nil }
            return hasher.digest(of: value, field: index, of: form, salt: salt)
        case .hidden(_, let text):
            guard let digest = bytes(hex: text), digest.count == EntryHasher.hashLength else { return nil }
            return digest
        }
    }
}

extension TrailProof.Entry {
    /// `3 2026-11-23 10:00 演示中学 初审通过`, of what is shown.
    fileprivate var line: String {
        func text(_ name: String) -> String? {
            for case .shown(name, .text(let text), _) in fields { return text }
            return nil
        }
        var at: Instant?
        for case .shown("at", .integer(let milliseconds), _) in fields { at = Instant(milliseconds: milliseconds) }
        let unit = text("unit_name") ?? ""
        let step = text("step").flatMap(StepName.init(rawValue:))?.title
        return [String(number), at?.text, unit.isEmpty ? "申报人" : unit, step, text("opinion")].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
