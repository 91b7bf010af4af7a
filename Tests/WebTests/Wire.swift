import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

@testable import Web

/// The site behind a real socket, spoken to in bytes.
struct Wire: Sendable {
    let port: Int

    /// Runs the site on a free port as long as the body takes.
    static func over(_ site: TestSite, _ body: @escaping @Sendable (Wire) async throws -> Void) async throws {
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        let application = site.site.application(host: "127.0.0.1", port: 0, logger: site.log.logger) { running.yield($0) }
        let service = ServiceGroup(configuration: .init(services: [application], logger: site.log.logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { running.finish() }
                try await service.run()
            }
            for await port in ports {
                try await body(Wire(port: port))
                break
            }
            await service.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    /// Sends bytes, says that there are no more, and takes what comes until the site closes.
    func exchange(_ bytes: [UInt8]) async throws -> Exchanged {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var answer = ByteBuffer()
            do {
                try await outbound.write(ByteBuffer(bytes: bytes))
                outbound.finish()
                for try await part in inbound { answer.writeImmutableBuffer(part) }
            } catch let error as IOError where [EPIPE, ECONNRESET].contains(error.errnoCode) {
                // The site may close on what it will not read; what it had answered by then counts.
            } catch let error as ChannelError where error == .ioOnClosedChannel || error == .outputClosed || error == .eof {
                // The same, noticed here.
            }
            return Exchanged(text: String(buffer: answer))
        }
    }

    func exchange(_ text: String) async throws -> Exchanged { try await exchange(Array(text.utf8)) }
}

/// All that came back on one connection.
struct Exchanged: Sendable {
    let text: String

    /// The status of every answer in it.
    var statuses: [Int] { text.matches(of: /HTTP\/1\.1 ([0-9]{3})/).compactMap { Int($0.1) } }
    var status: Int { statuses.first ?? 0 }
}

/// The same numbers for the same seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
