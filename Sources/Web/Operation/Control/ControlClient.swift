import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// One line from the program to the running server.
struct ControlRequest: Codable {
    let command: String
    let arguments: [String: String]
}

/// One line from the running server: something to tell, the code it ended with, or neither, which only says that it is still at it.
struct ControlAnswer: Codable {
    var line: String?
    var code: Int32?
}

/// Asks the server that has a folder to carry out a command.
public struct ControlClient: Sendable {
    private let folder: URL
    /// Seconds of silence after which the server is given up; it says every few seconds that it is still there.
    private let patience: Int

    public init(folder: URL, patience: Int = 60) {
        self.folder = folder
        self.patience = patience
    }

    /// nil when no server listens there; otherwise the code of the command. Blocks until it is done.
    public func ask(_ command: String, _ arguments: [String: String], _ tell: (String) -> Void) throws -> Int32? {
        let descriptor = try LocalSocket.newDescriptor()
        let socket = LocalSocket(descriptor: descriptor, receiving: patience, sending: 10)
        let status = try LocalSocket.withAddress(in: folder) { connect(descriptor, $0, $1) == 0 ? 0 : errno }
        if status == ENOENT || status == ECONNREFUSED { return nil }
        guard status == 0 else { throw LocalSocket.Failure(description: "cannot reach the server: \(String(cString: strerror(status)))") }
        try socket.send(line: String(decoding: JSONEncoder().encode(ControlRequest(command: command, arguments: arguments)), as: UTF8.self))
        while let line = try socket.line() {
            let answer = try JSONDecoder().decode(ControlAnswer.self, from: Data(line.utf8))
            if let line = answer.line { tell(line) }
            if let code = answer.code { return code }
        }
        throw LocalSocket.Failure(description: "the server has ended before the command")
    }
}
