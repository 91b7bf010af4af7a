import Domain

extension Database {
    /// People whose numbers one transaction seals anew.
    private var batch: Int { 500 }

    /// Puts new keys into the key file without using them: where several nodes share the records, the file is brought to all of them first.
    public func prepareKeys() async throws { try await read { $0.vault }.prepare() }

    /// New keys seal and sign from now on. The old ones stay: what was sealed under them still opens until it is sealed anew, which follows
    /// at once, and what they signed stays signed. Refused, with nothing changed, where the key file cannot be written. Cut short, it goes
    /// on where it was when it is called again.
    public func rotateKeys(at now: Instant) async throws {
        let (vault, engine) = try await read { ($0.vault, $0.engine) }
        if engine == .postgres, try !vault.isPrepared {
            throw Problem.refused("多个节点共用数据库：请先运行 zhiping rotate-keys --prepare，把密钥文件分发到所有节点，再运行 zhiping rotate-keys。")
        }
        try vault.rotate()
        try await writeAlone { try $0.acquaint(at: now) }
        try await resealPeople()
    }

    /// Seals the numbers of people under the key that seals now; returns how many were under another.
    @discardableResult
    public func resealPeople() async throws -> Int {
        var (last, resealed) = ("", 0)
        while let (through, count) = try await write({ [last, batch] in try $0.resealPeople(after: last, limit: batch) }) { (last, resealed) = (through, resealed + count) }
        return resealed
    }
}

extension Connection {
    /// The last person looked at and how many were sealed anew; nil behind the last.
    fileprivate func resealPeople(after last: String, limit: Int) throws -> (String, Int)? {
        let people = try rows("SELECT id, id_number_sealed, phone_sealed FROM persons WHERE id > \(last) ORDER BY id LIMIT \(limit)") {
            (id: try $0.id() as ID<Person>, number: try $0.text(), phone: try $0.optionalText())
        }
        guard let end = people.last else { return nil }
        let old = people.filter { person in ![person.number, person.phone].compactMap { $0 }.allSatisfy(vault.isCurrent) }
        for person in old {
            let number = try vault.seal(vault.idNumber(person.number, of: person.id), of: person.id)
            let phone = try person.phone.map { try vault.seal(vault.phone($0, of: person.id), of: person.id) }
            // Whoever has signed in meanwhile has sealed his newest phone himself, under this key or under the one before it.
            try run(
                """
                UPDATE persons SET id_number_sealed = \(number), phone_sealed = \(phone)
                WHERE id = \(person.id) AND id_number_sealed = \(person.number) AND COALESCE(phone_sealed, '') = \(person.phone ?? "")
                """)
        }
        return (end.id.text, old.count)
    }
}
