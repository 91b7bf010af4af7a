import Domain

extension Connection {
    /// The trail of a dossier with its proof, as this reader may have it: nobody but who sees the dossier, the applicant without what D25
    /// keeps from him. Signed as far as the last checkpoint goes; a reader makes none.
    public func trailProof(of id: ID<Dossier>, for actor: Actor) throws -> TrailProof {
        let dossier = try dossier(id, for: actor)
        let rows = try sealedTrail(of: id)
        let isApplicant = dossier.applicant == actor.person
        let recommendation = isApplicant ? try recommendationShown(of: dossier) : nil
        var hasher = EntryHasher()
        let entries = try rows.enumerated().map { index, row in
            guard case .text(let text) = row.salt, let salt = bytes(hex: text), case .text(let hash) = row.hash, case .integer(let algorithm) = row.algorithm else {
                throw Row.Unreadable(description: "an entry of \(id) has no salt or hash")
            }
            let shown = try isApplicant ? shownToApplicant(TrailRow(row), recommendation: recommendation == index + 1) : shownToReviewers
            return TrailProof.Entry(
                number: index + 1, algorithm: Int(algorithm), hash: hash, fields: fields(row.values, salt, showing: shown, &hasher))
        }
        return TrailProof(format: TrailProof.format, dossier: id.text, entries: entries, checkpoint: try signed(.trail(of: id)))
    }

    private func fields(_ values: [Value], _ salt: [UInt8], showing shown: Set<String>, _ hasher: inout EntryHasher) -> [TrailProof.Field] {
        let form = EntryForm.trail
        return values.enumerated().map { position, value in
            let (name, own) = (form.fields[position], hasher.salt(ofField: position, of: salt))
            if shown.contains(name) { return .shown(name: name, value: value, salt: hex(own)) }
            return .hidden(name: name, digest: hex(hasher.digest(of: value, field: position, of: form, salt: own)))
        }
    }

    /// Everything on the page, and what is needed to follow the route. Keys of forms, and what others were told, are nobody's business.
    private var shownToReviewers: Set<String> { Set(EntryForm.trail.fields).subtracting(["request_key", "messages"]) }

    private func shownToApplicant(_ entry: TrailRow, recommendation: Bool) -> Set<String> {
        var shown = shownToReviewers
        if entry.unit != nil { shown.subtract(["person_id", "person_name"]) }
        if !entry.step.opinionIsForApplicant { shown.remove("opinion") }
        if !recommendation { shown.remove("recommendation") }
        return shown
    }

    /// The entry whose recommendation the applicant may read, as `recommendation(of:for:)` has it.
    private func recommendationShown(of dossier: Dossier) throws -> Int? {
        guard try desks(of: dossier.id)[dossier.unit]?.acted == .reported else { return nil }
        return try first(
            """
            SELECT c.number FROM recommendations c JOIN dossiers d ON d.id = c.dossier_id WHERE c.dossier_id = \(dossier.id) AND c.number <= (\(lastReport))
            ORDER BY c.number DESC LIMIT 1
            """
        ) { try $0.integer() }
    }

    /// The last checkpoint that covers an end of a chain, with the way to it.
    private func signed(_ chain: Chain) throws -> TrailProof.Signed? {
        let leaf = try first("SELECT checkpoint, number, position FROM checkpoint_leaves WHERE chain = \(chain.name) ORDER BY checkpoint DESC LIMIT 1") {
            (checkpoint: try $0.integer(), covered: try $0.integer(), position: try $0.integer())
        }
        guard let leaf, let checkpoint = try first("SELECT \(Checkpoint.columns) FROM checkpoints c WHERE c.number = \(leaf.checkpoint)", Checkpoint.init),
            let key = try signingKeys().first(where: { $0.id == checkpoint.key })
        else { return nil }
        let leaves = try rows("SELECT chain, number, hash FROM checkpoint_leaves WHERE checkpoint = \(leaf.checkpoint) ORDER BY position", Head.init).map(MerkleTree.leaf)
        return TrailProof.Signed(
            number: checkpoint.number, previous: hex(checkpoint.previous), at: checkpoint.at.milliseconds, root: hex(checkpoint.root), leaves: checkpoint.leaves,
            hash: hex(checkpoint.hash), key: checkpoint.key, publicKey: key.publicKey, signature: hex(checkpoint.signature), covered: leaf.covered,
            position: leaf.position, path: MerkleTree.path(to: leaf.position, in: leaves[...]).map { hex($0) })
    }
}
