import Crypto
import Domain
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The keys under which ID and phone numbers are sealed, and what is done with them. They are kept in a file of their own, beside
/// no copy of the database: whoever loses it has lost those numbers.
public struct Vault: Sendable {
    private let keys: [String: SymmetricKey]
    /// The key that seals; older ones still open.
    let current: String
    private let indexKey: SymmetricKey

    public struct Unusable: Error, CustomStringConvertible {
        public let description: String
    }

    /// The key file as it stands on disk.
    private struct KeyFile: Codable {
        let current: String
        let keys: [String: Data]
        let index: Data
    }

    /// Reads a key file; nil when there is none. One that others may read is refused.
    static func read(_ file: URL) throws -> Vault? {
        var status = stat()
        guard stat(file.path, &status) == 0 else { return nil }
        guard status.st_mode & 0o077 == 0 else { throw Unusable(description: "the key file \(file.path) can be read by others; make it 0600") }
        let kept = try JSONDecoder().decode(KeyFile.self, from: Data(contentsOf: file))
        guard kept.keys[kept.current] != nil, kept.keys.values.allSatisfy({ $0.count == 32 }), kept.index.count == 32 else {
            throw Unusable(description: "the key file \(file.path) is not whole")
        }
        return Vault(kept)
    }

    /// Makes a new key file, durable before it is used.
    static func make(_ file: URL) throws -> Vault {
        var source = SystemRandomNumberGenerator()
        let id = randomText(characters: 8, from: &source)
        func secret() -> Data { SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) } }
        let made = KeyFile(current: id, keys: [id: secret()], index: secret())
        let descriptor = Glibc.open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Unusable(description: "cannot make the key file \(file.path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: JSONEncoder().encode(made))
        try handle.synchronize()
        // The name has to be on the disk as well as the bytes.
        let folder = Glibc.open(file.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0, fsync(folder) == 0, close(folder) == 0 else { throw Unusable(description: "cannot make the key file \(file.path) durable") }
        return Vault(made)
    }

    private init(_ kept: KeyFile) {
        keys = kept.keys.mapValues { SymmetricKey(data: $0) }
        current = kept.current
        indexKey = SymmetricKey(data: kept.index)
    }

    /// `keyid.base64`: AES-GCM over the text, bound to its place (`persons.phone/…id…`), so that it opens nowhere else.
    func seal(_ text: String, for place: String) throws -> String {
        guard let key = keys[current], let sealed = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: Data(place.utf8)).combined else {
            throw Unusable(description: "cannot seal \(place)")
        }
        return "\(current).\(sealed.base64EncodedString())"
    }

    func open(_ sealed: String, for place: String) throws -> String {
        let parts = sealed.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let key = keys[String(parts[0])], let data = Data(base64Encoded: String(parts[1])) else {
            throw Unusable(description: "the key of \(place) is not in the key file")
        }
        do {
            return String(decoding: try AES.GCM.open(AES.GCM.SealedBox(combined: data), using: key, authenticating: Data(place.utf8)), as: UTF8.self)
        } catch {
            throw Unusable(description: "\(place) does not open: it was altered, or belongs elsewhere")
        }
    }

    /// A code that nobody can make who has not the key: for what leaves this program and has to come back as it was.
    public func code(for text: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Data("code\n\(text)".utf8), using: indexKey).hexadecimal
    }

    /// The same for equal numbers and telling nothing of them to whoever lacks the key.
    func index(_ number: IDNumber) -> String {
        HMAC<SHA256>.authenticationCode(for: Data("id-number\n\(number.text)".utf8), using: indexKey).hexadecimal
    }
}

extension Vault {
    func seal(_ number: IDNumber, of person: ID<Person>) throws -> String { try seal(number.text, for: "persons.id_number/\(person)") }
    func seal(_ phone: Phone, of person: ID<Person>) throws -> String { try seal(phone.text, for: "persons.phone/\(person)") }

    func idNumber(_ sealed: String, of person: ID<Person>) throws -> IDNumber {
        IDNumber(stored: try open(sealed, for: "persons.id_number/\(person)"))
    }

    /// Reads two columns: a person's id and his sealed number.
    func idNumber(of row: inout Row) throws -> IDNumber {
        let person: ID<Person> = try row.id()
        return try idNumber(try row.text(), of: person)
    }

    func phone(_ sealed: String, of person: ID<Person>) throws -> Phone { Phone(stored: try open(sealed, for: "persons.phone/\(person)")) }
}

extension Connection {
    /// Checks that the key file is the one this database was written with, and remembers a key that is new to it.
    func acquaint(at now: Instant) throws {
        let known = try rows("SELECT key_id, proof FROM sealing_keys") { (id: try $0.text(), proof: try $0.text()) }
        for (id, proof) in known where try vault.open(proof, for: "sealing_keys/\(id)") != vault.proof {
            throw Vault.Unusable(description: "the key file is not the one this database was written with")
        }
        guard !known.contains(where: { $0.id == vault.current }) else { return }
        let proof = try vault.seal(vault.proof, for: "sealing_keys/\(vault.current)")
        try run("INSERT INTO sealing_keys (key_id, proof, first_used_at) VALUES (\(vault.current), \(proof), \(now))")
    }

    /// Part of migration 0002: what stood in plain text is sealed.
    func sealIdentities() throws {
        let plain = try rows("SELECT id, id_number_index, phone_sealed FROM persons WHERE id_number_sealed = ''") {
            (id: try $0.id() as ID<Person>, number: IDNumber(stored: try $0.text()), phone: try $0.optionalText())
        }
        for person in plain {
            let phone = try person.phone.map { try vault.seal(Phone(stored: $0), of: person.id) }
            try run(
                """
                UPDATE persons SET id_number_index = \(vault.index(person.number)), id_number_sealed = \(try vault.seal(person.number, of: person.id)),
                    phone_sealed = \(phone) WHERE id = \(person.id)
                """)
        }
    }
}

extension Vault {
    /// Known text that depends on both keys: a file with another index key is another file.
    fileprivate var proof: String { code(for: "zhiping") }
}
