import Cast
import Domain
import Testing

@testable import Storage
@testable import Web

/// What is read for requests waits for nothing that is read for nobody.
@Suite(.timeLimit(.minutes(1))) struct ServingTests {
    /// Fails where a page, one that refuses, or a list on its way out is read in the place of jobs.
    @Test func pagesWaitForNoJob() async throws {
        let site = try await TestSite(try await World(embedded: true))
        let browser = try await site.browser(.schoolFirst)
        let jobs = try await HeldReads(4, of: site.world.database)
        #expect(try await browser.get("/home").status == 200)
        #expect(try await browser.get(Path.dossier(newID())).status == 404)
        #expect(try await browser.get(Path.export(Worklist(scope: .own, tab: .firstReview), as: .csv)).body.contains("姓名"))
        let isReady = try await site.watch("/readyz").status == 200
        #expect(isReady)
        #expect(try await site.watch("/metrics").body.contains("zhiping_scrape_complete 1\n"))
        #expect(try await jobs.letGo(), "a page waited for them")
    }
}
