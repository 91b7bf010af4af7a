import Cast
import Dispatch
import Domain
import Testing

@testable import Storage
@testable import Web

/// What is read for requests waits for nothing that is read for nobody.
@Suite(.timeLimit(.minutes(1))) struct ServingTests {
    /// Fails where a page, one that refuses, or a list on its way out is read in the place of jobs.
    @Test func pagesWaitForNoJob() async throws {
        let site = try await TestSite(try await World(embedded: true))
        let database = site.world.database
        let browser = try await site.browser(.schoolFirst)
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let jobs = (0..<4).map { _ in
            Task {
                try await database.read { _ in
                    begun.signal()
                    return end.wait(timeout: .now() + 30) == .success
                }
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "waiting").async {
                for _ in 0..<2 { begun.wait() }
                continuation.resume()
            }
        }
        #expect(try await browser.get("/home").status == 200)
        #expect(try await browser.get(Path.dossier(newID())).status == 404)
        #expect(try await browser.get(Path.export(Worklist(scope: .own, tab: .firstReview), as: .csv)).body.contains("姓名"))
        let isReady = try await site.watch("/readyz").status == 200
        #expect(isReady)
        #expect(try await site.watch("/metrics").body.contains("zhiping_scrape_complete 1\n"))
        for _ in jobs { end.signal() }
        for job in jobs { #expect(try await job.value, "a page waited for it") }
    }
}
