import Domain

extension Database {
    /// The public keys by name, each endorsed by the one before it.
    func verifySigningKeys(_ verification: inout Verification) async throws -> [String: [UInt8]] {
        let (keys, vault) = try await read { (try $0.signingKeys(), $0.vault) }
        var known: [String: [UInt8]] = [:]
        for (index, key) in keys.enumerated() {
            // Whoever can write here but has not the key file can make keys of his own and sign everything anew.
            if !vault.isClosed, try !vault.canSign(with: key.id) || hex(vault.publicKey(of: key.id)) != key.publicKey {
                verification.findings.append(Discrepancy(.key, key.id, nil, "签名公钥不是密钥文件中的"))
                continue
            }
            let by = index == 0 ? key.id : keys[index - 1].id
            guard let publicKey = bytes(hex: key.publicKey), SigningKey.name(of: publicKey) == key.id, let signature = bytes(hex: key.endorsement), key.endorsedBy == by,
                let signer = index == 0 ? publicKey : known[by],
                SigningKey.isSigned(SigningKey.statement(key.id, publicKey, firstUsedAt: Instant(milliseconds: key.firstUsedAt)), signature, by: signer)
            else {
                verification.findings.append(Discrepancy(.key, key.id, nil, "签名公钥没有得到前一公钥的背书，或已被改变"))
                continue
            }
            known[key.id] = publicKey
        }
        return known
    }

    /// Checkpoints from the first: chained, over the ends they name, signed, and the same that were kept outside.
    func verifyCheckpoints(_ exported: [Checkpoint.Line], _ keys: [String: [UInt8]], _ verification: inout Verification) async throws {
        var outside: [Int: Set<Checkpoint.Line>] = [:]
        for line in exported { outside[line.number, default: []].insert(line) }
        var (previous, at) = (EntryHasher.nothing, Instant(milliseconds: .min))
        let order = Dictionary(try await read { try $0.signingKeys() }.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var newest = 0
        var number = 0
        while let step = try await read({ [number] in try $0.checkpointRow(after: number) }) {
            number += 1
            verification.checkpoints += 1
            guard case .read(let checkpoint, let leaves, let inOrder) = step else {
                verification.findings.append(Discrepancy(.checkpoint, "", number, "检查点不可读"))
                break
            }
            let place = order[checkpoint.key] ?? 0
            let sentence =
                wrong(checkpoint, leaves, inOrder, expecting: number, previous, at, keys) ?? (place < newest ? "检查点以已更换的旧密钥签名" : nil)
            newest = max(newest, place)
            if let sentence { verification.findings.append(Discrepancy(.checkpoint, "", number, sentence)) }
            if checkpoint.number != number { break }
            let line = Checkpoint.Line(
                number: number, at: checkpoint.at.milliseconds, hash: hex(checkpoint.hash), signature: hex(checkpoint.signature), key: checkpoint.key)
            if let kept = outside.removeValue(forKey: number), kept != [line] {
                verification.findings.append(Discrepancy(.checkpoint, "", number, "与另行保存的检查点不同：数据库被改写过"))
            }
            (previous, at) = (checkpoint.hash, checkpoint.at)
        }
        if let missing = outside.keys.min() {
            verification.findings.append(Discrepancy(.checkpoint, "", missing, "另行保存的检查点不在数据库中：数据库是较早的副本，或被截断"))
        }
    }

    private func wrong(
        _ checkpoint: Checkpoint, _ leaves: [Head], _ inOrder: Bool, expecting number: Int, _ previous: [UInt8], _ at: Instant, _ keys: [String: [UInt8]]
    ) -> String? {
        if checkpoint.number != number { return "缺少这一检查点" }
        if checkpoint.previous != previous || checkpoint.at < at { return "检查点与前一个不相接" }
        if !inOrder || leaves.count != checkpoint.leaves || MerkleTree.root(of: leaves.map(MerkleTree.leaf)) != checkpoint.root { return "检查点所列的末端与其树根不符" }
        if !checkpoint.isHashed { return "检查点的内容与其哈希不符" }
        guard let key = keys[checkpoint.key], SigningKey.isSigned(Checkpoint.statement(checkpoint.hash), checkpoint.signature, by: key) else { return "检查点的签名不符" }
        return nil
    }
}

private enum CheckpointRow: Sendable {
    /// With its leaves, and whether they stand in their order without a gap.
    case read(Checkpoint, [Head], Bool)
    case unreadable
}

extension Connection {
    /// The next checkpoint; nil behind the last.
    fileprivate func checkpointRow(after number: Int) throws -> CheckpointRow? {
        let found: CheckpointRow? = try first("SELECT \(Checkpoint.columns) FROM checkpoints c WHERE c.number > \(number) ORDER BY c.number LIMIT 1") { row in
            do { return .read(try Checkpoint(&row), [], true) } catch is Row.Unreadable { return .unreadable }
        }
        guard case .read(let checkpoint, _, _) = found else { return found }
        do {
            let leaves = try rows("SELECT position, chain, number, hash FROM checkpoint_leaves WHERE checkpoint = \(checkpoint.number) ORDER BY position") {
                (position: try $0.integer(), head: try Head(&$0))
            }
            return .read(checkpoint, leaves.map(\.head), leaves.map(\.position) == Array(leaves.indices))
        } catch is Row.Unreadable {
            return .unreadable
        }
    }
}
