import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The way to an S3 server: connections are used again, redirects are not followed, answers are bounded, nothing waits for ever.
final class BucketConnection: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: Data
    }

    struct AnswerTooLarge: Error {}

    private let session: URLSession
    private let exchanges = Exchanges()

    init() {
        let configuration = URLSessionConfiguration.ephemeral
        // Seconds in which nothing moves.
        configuration.timeoutIntervalForRequest = 15
        configuration.httpMaximumConnectionsPerHost = 8
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        session = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    /// Sends a request, with the file's bytes as its body where one is given, and gives up after so many seconds in all.
    func send(_ request: URLRequest, file: URL? = nil, within seconds: Int) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await self.exchange(request, file) }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                throw URLError(.timedOut)
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw URLError(.cancelled) }
            return answer
        }
    }

    private func exchange(_ request: URLRequest, _ file: URL?) async throws -> Answer {
        let task = if let file { session.uploadTask(with: request, fromFile: file) } else { session.dataTask(with: request) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.begin(task.taskIdentifier, continuation)
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// The answers that are coming in, each collected until it is whole or too large.
private final class Exchanges: NSObject, URLSessionDataDelegate, Sendable {
    private static let mostBytes = 4 << 20
    private let running = Mutex<[Int: Exchange]>([:])

    private struct Exchange: Sendable {
        var body = Data()
        var isTooLarge = false
        let continuation: CheckedContinuation<BucketConnection.Answer, any Error>
    }

    func begin(_ task: Int, _ continuation: CheckedContinuation<BucketConnection.Answer, any Error>) {
        running.withLock { $0[task] = Exchange(continuation: continuation) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooLarge = running.withLock { running in
            guard var exchange = running.removeValue(forKey: dataTask.taskIdentifier) else { return true }
            exchange.isTooLarge = exchange.isTooLarge || exchange.body.count + data.count > Self.mostBytes
            if !exchange.isTooLarge { exchange.body.append(data) }
            running[dataTask.taskIdentifier] = exchange
            return exchange.isTooLarge
        }
        if isTooLarge { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = running.withLock({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        switch (task.response as? HTTPURLResponse, error) {
        case _ where exchange.isTooLarge: exchange.continuation.resume(throwing: BucketConnection.AnswerTooLarge())
        case (_, let error?): exchange.continuation.resume(throwing: error)
        case (let response?, nil): exchange.continuation.resume(returning: .init(status: response.statusCode, body: exchange.body))
        case (nil, nil): exchange.continuation.resume(throwing: URLError(.badServerResponse))
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
