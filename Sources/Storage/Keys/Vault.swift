import Crypto
import Domain
import Foundation

/// The keys under which ID and phone numbers are sealed and checkpoints signed, and what is done with them. They are kept in a file of
/// their own, beside no copy of the database: whoever loses it has lost those numbers. Copies share the keys, and see new ones at once.
public struct Vault: Sendable {
    private let ring: KeyRing

    public struct Unusable: Error, CustomStringConvertible {
        public let description: String
    }

    /// Reads a key file; nil when there is none. One from before checkpoints were signed gets a key for that.
    static func read(_ file: URL) throws -> Vault? {
        guard var kept = try KeyFile.read(file) else { return nil }
        if kept.signing == nil {
            kept = try KeyFile.change(file) { found in
                var found = found ?? kept
                if found.signing == nil { found.renewSigning() }
                return found
            }
        }
        return try Vault(ring: KeyRing(file, kept))
    }

    /// The keys of a file; made anew only for a database in which nothing is sealed yet: one that has lost its keys is not opened.
    static func open(_ file: URL, isSealed: Bool) throws -> Vault {
        if let vault = try read(file) { return vault }
        if isSealed { throw Unusable(description: "the key file \(file.path) is missing: without it the sealed numbers cannot be read; bring it back") }
        return try make(file)
    }

    /// Makes a new key file, durable before it is used; where another process has just made it, that one's.
    static func make(_ file: URL) throws -> Vault {
        try Vault(ring: KeyRing(file, try KeyFile.change(file) { $0 ?? .made() }))
    }

    /// Keys that open nothing which was ever sealed.
    static func closed() throws -> Vault { try Vault(ring: KeyRing(nil, .made())) }

    var isClosed: Bool { ring.isClosed }

    private var keys: Keys { ring.keys }

    /// The key that seals; older ones still open.
    var current: String { keys.current }

    /// `keyid.base64`: AES-GCM over the text, bound to its place (`persons.phone/…id…`), so that it opens nowhere else.
    func seal(_ text: String, for place: String) throws -> String {
        let keys = keys
        guard let key = keys.sealing[keys.current], let sealed = try AES.GCM.seal(Data(text.utf8), using: key, authenticating: Data(place.utf8)).combined else {
            throw Unusable(description: "cannot seal \(place)")
        }
        return "\(keys.current).\(sealed.base64EncodedString())"
    }

    func open(_ sealed: String, for place: String) throws -> String {
        guard let end = sealed.utf8.firstIndex(of: UInt8(ascii: ".")), let key = try ring.sealingKey(String(sealed[..<end])),
            let data = Data(base64Encoded: String(sealed[end...].dropFirst()))
        else {
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
        HMAC<SHA256>.authenticationCode(for: Data("code\n\(text)".utf8), using: keys.index).hexadecimal
    }

    /// The same for equal numbers and telling nothing of them to whoever lacks the key.
    func index(_ number: IDNumber) -> String {
        HMAC<SHA256>.authenticationCode(for: Data("id-number\n\(number.text)".utf8), using: keys.index).hexadecimal
    }
}

extension Vault {
    /// New keys to seal and to sign with, on the disk before they are used.
    func rotate() throws { try ring.rotate() }

    /// Puts new keys into the file that nobody uses yet.
    func prepare() throws { try ring.prepare() }
    var isPrepared: Bool { get throws { try ring.isPrepared } }

    /// Whether a text was sealed under the key that seals now.
    func isCurrent(_ sealed: String) -> Bool { sealed.hasPrefix("\(current).") }

    /// The name of the key that signs.
    var signingKey: String { keys.currentSigning }

    func canSign(with id: String) throws -> Bool { try ring.signingPrivateKey(id) != nil }

    func publicKey(of id: String) throws -> [UInt8] { Array(try privateKey(id).publicKey.rawRepresentation) }

    func sign(_ statement: [UInt8], with id: String) throws -> [UInt8] { Array(try privateKey(id).signature(for: statement)) }

    private func privateKey(_ id: String) throws -> Curve25519.Signing.PrivateKey {
        guard let key = try ring.signingPrivateKey(id) else { throw Unusable(description: "the signing key \(id) is not in the key file") }
        return key
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
    /// Checks that the key file is the one this database was written with, and remembers keys that are new to it.
    func acquaint(at now: Instant) throws {
        try acquaintSealingKey(at: now)
        try acquaintSigningKey(at: now)
    }

    private func acquaintSealingKey(at now: Instant) throws {
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
