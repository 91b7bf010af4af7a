/// Recomputes chains from what their rows hold.
struct ChainCheck {
    private var hasher = EntryHasher()

    /// What is wrong with a chain; the first entry that is.
    mutating func findings(_ rows: [SealedRow], _ chain: Chain, _ ends: ChainEnds, as subject: String) -> [Discrepancy] {
        var previous = EntryHasher.nothing
        var hashes: [String] = []
        hashes.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            let number = index + 1
            guard row.number == .integer(Int64(number)) else { return [Discrepancy(.chain, subject, number, "缺少这一条记录，或次序已被改变")] }
            guard case .integer(let algorithm) = row.algorithm, let form = chain.form.form(of: Int(algorithm)), case .text(let text) = row.salt,
                case .text(let stored) = row.hash, let salt = bytes(hex: text), salt.count == EntryHasher.saltLength
            else { return [Discrepancy(.chain, subject, number, "这一条记录的算法、盐值或哈希不可读")] }
            previous = hasher.hash(row.values, form, chain: chain.name, number: number, previous: previous, salt: salt)
            guard hex(previous) == stored else { return [Discrepancy(.chain, subject, number, "这一条记录的内容与其哈希不符")] }
            hashes.append(stored)
        }
        return endFindings(hashes, ends, subject)
    }

    private func endFindings(_ hashes: [String], _ ends: ChainEnds, _ subject: String) -> [Discrepancy] {
        func isOn(_ end: [Value]) -> Bool {
            guard case .integer(let number) = end[0], number >= 1, number <= Int64(hashes.count), case .text(let hash) = end[1] else { return false }
            return hashes[Int(number) - 1] == hash
        }
        for leaf in ends.leaves where !isOn(leaf) {
            guard case .integer(let number) = leaf[0], number > Int64(hashes.count) else {
                return [Discrepancy(.chain, subject, nil, "与已签名的检查点不符：记录被改写过")]
            }
            return [Discrepancy(.chain, subject, hashes.count + 1, "检查点签过的记录已不在：末尾被删去")]
        }
        guard let head = ends.head else {
            return hashes.isEmpty && ends.leaves.isEmpty ? [] : [Discrepancy(.chain, subject, nil, "没有登记这条链的末端")]
        }
        guard head[0] == .integer(Int64(hashes.count)), isOn(head) else { return [Discrepancy(.chain, subject, hashes.count + 1, "登记的末端与最后一条记录不符")] }
        let last = ends.leaves.last
        let covered = last?[0] == head[0] ? last?[2] : nil
        return head[2] == covered ?? .null ? [] : [Discrepancy(.chain, subject, nil, "登记的检查点不是签过这一末端的检查点")]
    }
}
