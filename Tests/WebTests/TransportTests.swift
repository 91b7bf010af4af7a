import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ServiceLifecycle
import Testing

@testable import Web

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How the platform is asked over the network: no redirect is followed, no answer is taken without end.
@Suite(.timeLimit(.minutes(1))) struct TransportTests {
    @Test func answersAreTakenAsTheyComeAndWithinMeasure() async throws {
        let router = Router()
        router.get("/right") { _, _ in "{}" }
        router.get("/away") { _, _ in Response.redirect(to: "/right", type: .found) }
        router.get("/large") { _, _ in String(repeating: "a", count: 256 * 1024) }
        router.get("/too-large") { _, _ in String(repeating: "a", count: 256 * 1024 + 1) }
        router.get("/endless") { _, _ in
            Response(
                status: .ok,
                body: .init { writer in
                    // Ends when the other side has had enough and closes.
                    while true { try await writer.write(ByteBuffer(repeating: 97, count: 64 * 1024)) }
                })
        }
        let (ports, running) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "platform")
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)), onServerRunning: { running.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let service = ServiceGroup(configuration: .init(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            for await port in ports {
                try await ask(port)
                break
            }
            await service.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    private func ask(_ port: Int) async throws {
        func send(_ path: String) async throws -> (body: Data, status: Int) {
            try await URLTransport().send(URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))))
        }
        #expect(try await send("/right") == (Data("{}".utf8), 200))
        #expect(try await send("/away").status == 302)
        #expect(try await send("/large").body.count == 256 * 1024)
        for path in ["/too-large", "/endless"] { await #expect(throws: ProviderClient.Unusable.self) { try await send(path) } }
        #expect(try await send("/nothing").status == 404)
        await #expect(throws: URLError.self) { try await URLTransport().send(URLRequest(url: try #require(URL(string: "http://127.0.0.1:1/")))) }
    }
}
