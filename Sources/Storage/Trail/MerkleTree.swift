/// The tree of hashes over a checkpoint's leaves, as RFC 6962 has it: a leaf is hashed behind 0x00, a node behind 0x01, and the left
/// half of every split is the largest power of two that leaves something to the right.
enum MerkleTree {
    /// What stands at the bottom of the tree for an end of a chain.
    static func leaf(_ head: Head) -> [UInt8] {
        var bytes: [UInt8] = [0]
        bytes.append(contentsOf: head.chain.utf8)
        bytes.append(0)
        bytes.append(number: Int64(head.number))
        bytes.append(contentsOf: head.hash)
        return sha256(bytes)
    }

    private static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { sha256([1] + left + right) }

    static func root(of leaves: some Collection<[UInt8]>) -> [UInt8] {
        guard !leaves.isEmpty else { return sha256([]) }
        // Whole subtrees so far, the largest first.
        var whole: [(size: Int, hash: [UInt8])] = []
        for leaf in leaves {
            var made = (size: 1, hash: leaf)
            while let last = whole.last, last.size == made.size {
                made = (2 * made.size, node(last.hash, made.hash))
                whole.removeLast()
            }
            whole.append(made)
        }
        let last = whole.removeLast().hash
        return whole.reversed().reduce(last) { node($1.hash, $0) }
    }

    /// The hashes beside the way from a leaf to the root, the lowest first.
    static func path(to index: Int, in leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        var half = 1
        while half * 2 < leaves.count { half *= 2 }
        let middle = leaves.startIndex + half
        if index < half { return path(to: index, in: leaves[..<middle]) + [root(of: leaves[middle...])] }
        return path(to: index - half, in: leaves[middle...]) + [root(of: leaves[..<middle])]
    }

    /// The root that a leaf and the hashes beside its way lead to; nil where the way is not that of this leaf in a tree so large.
    static func root(from leaf: [UInt8], at index: Int, of count: Int, along path: [[UInt8]]) -> [UInt8]? {
        guard index >= 0, index < count else { return nil }
        guard count > 1 else { return path.isEmpty ? leaf : nil }
        guard let beside = path.last else { return nil }
        var half = 1
        while half < count - half { half *= 2 }
        let rest = Array(path.dropLast())
        if index < half { return root(from: leaf, at: index, of: half, along: rest).map { node($0, beside) } }
        return root(from: leaf, at: index - half, of: count - half, along: rest).map { node(beside, $0) }
    }
}
