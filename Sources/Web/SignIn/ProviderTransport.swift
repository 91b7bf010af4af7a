import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// How the identity platform is asked; tests answer in its place.
public protocol ProviderTransport: Sendable {
    func send(_ request: URLRequest) async throws -> (body: Data, status: Int)
}

/// Over the network: no redirects followed, ten seconds in all, a bounded answer.
public struct URLTransport: ProviderTransport {
    private static let seconds = 10.0

    public init() {}

    public func send(_ request: URLRequest) async throws -> (body: Data, status: Int) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = Self.seconds
        configuration.timeoutIntervalForResource = Self.seconds
        let answer = BoundedAnswer()
        let session = URLSession(configuration: configuration, delegate: answer, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        return try await withCheckedThrowingContinuation { continuation in
            answer.await(continuation)
            session.dataTask(with: request).resume()
        }
    }
}

/// Collects one answer and breaks off when it grows too large.
private final class BoundedAnswer: NSObject, URLSessionDataDelegate, Sendable {
    private static let mostBytes = 256 * 1024
    private let state = Mutex(State())

    private struct State: Sendable {
        var body = Data()
        var isTooLarge = false
        var continuation: CheckedContinuation<(body: Data, status: Int), any Error>?
    }

    func await(_ continuation: CheckedContinuation<(body: Data, status: Int), any Error>) { state.withLock { $0.continuation = continuation } }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = state.withLock { state in
            state.isTooLarge = state.body.count + data.count > Self.mostBytes
            if !state.isTooLarge { state.body.append(data) }
            return state.isTooLarge
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let (body, isTooLarge, continuation) = state.withLock { state in
            defer { state.continuation = nil }
            return (state.body, state.isTooLarge, state.continuation)
        }
        switch (task.response as? HTTPURLResponse, error) {
        case _ where isTooLarge: continuation?.resume(throwing: ProviderClient.Unusable.answer("too large"))
        case (_, let error?): continuation?.resume(throwing: error)
        case (let response?, nil): continuation?.resume(returning: (body, response.statusCode))
        case (nil, nil): continuation?.resume(throwing: ProviderClient.Unusable.answer("no HTTP"))
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
