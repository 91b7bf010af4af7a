import Cast
import Domain
import Foundation
import Logging
import Measures
import ServiceLifecycle
import Storage
import Testing

@testable import Web

/// What is measured, in the words that Prometheus reads; nothing of it is personal.
@Suite struct MeasureTests {
    @Test func theTextIsAsPrometheusReadsIt() {
        let counter = Counter("c_total", "What\nis \\ counted.", labels: ["kind"], known: [["a"]])
        counter.add("b\"\n\\")
        let histogram = Histogram("h_seconds", "How long.", label: "route")
        for milliseconds in [1, 30, 30, 20_000] { histogram.observe(.milliseconds(milliseconds), "/home") }
        let gauge = Gauge("g", "Up and down.")
        gauge.add(3)
        gauge.add(-1)
        let text = Family.text(of: [counter.family, gauge.family, Family("none", "Nothing to tell.", now: nil), histogram.family])
        let head = "# HELP c_total What\\nis \\\\ counted.\n# TYPE c_total counter\nc_total{kind=\"a\"} 0\nc_total{kind=\"b\\\"\\n\\\\\"} 1\n"
        #expect(text.hasPrefix(head + "# HELP g Up and down.\n# TYPE g gauge\ng 2\n"))
        for line in [
            "h_seconds_bucket{route=\"/home\",le=\"0.001\"} 1", "h_seconds_bucket{route=\"/home\",le=\"0.025\"} 1", "h_seconds_bucket{route=\"/home\",le=\"0.05\"} 3",
            "h_seconds_bucket{route=\"/home\",le=\"10\"} 3", "h_seconds_bucket{route=\"/home\",le=\"+Inf\"} 4", "h_seconds_count{route=\"/home\"} 4", "# TYPE h_seconds histogram",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        #expect(!text.contains("none") && text.contains("h_seconds_sum{route=\"/home\"} 20.06"))
    }

    @Test func labelsAreBounded() {
        let counter = Counter("c_total", "Counted.", labels: ["kind"])
        for number in 0..<2000 { counter.add("\(number)") }
        #expect(counter.count("499") == 1 && counter.count("1999") == 0 && counter.count("other") == 1500)
    }

    private func value(_ metrics: String, _ name: String) -> Double? {
        metrics.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }

    /// Every line is a comment or a sample, every name is said what it is, and nothing stands there twice.
    private func isReadable(_ metrics: String) -> Bool {
        let lines = metrics.split(separator: "\n")
        let samples = lines.filter { !$0.hasPrefix("#") }
        let isSample = { (line: Substring) in (try? /[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? ([-+0-9.e]+|NaN|[-+]Inf)/.wholeMatch(in: line)) != nil }
        return samples.allSatisfy(isSample) && Set(samples.map { $0.prefix { $0 != " " } }).count == samples.count && metrics.hasSuffix("\n")
    }

    @Test func whatHappensIsCounted() async throws {
        let site = try await TestSite(try await World(embedded: true))
        let id = try await site.world.dossier()
        let (clerk, applicant) = (try await site.browser(.schoolFirst), try await site.browser(.applicant))
        _ = try await clerk.get("/dossiers/\(id)")
        _ = try await clerk.get("/reviews/own-first?q=secret")
        _ = try await applicant.get("/nothing/secret")
        _ = try await clerk.post("/dossiers/\(id)/passes", [:], headers: [("origin", "http://evil.example")])
        let stale = try await clerk.token(for: "/dossiers/\(id)/passes", version: 1).merging(["action": "pass", "opinion": "意见"]) { $1 }
        _ = try await clerk.submit("/dossiers/\(id)/passes", on: "/dossiers/\(id)", ["action": "pass"])
        _ = try await clerk.post("/dossiers/\(id)/passes", stale)
        let started = try await site.started()
        _ = try await site.finish(started, query: "code=a&state=b&iss=c")
        let answer = try await site.watch("/metrics")
        let metrics = answer.body
        #expect(answer.status == 200 && answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8" && isReadable(metrics))
        let told: [(String, Double)] = [
            ("zhiping_requests_total{route=\"/dossiers/{id}\",class=\"2xx\"}", 2), ("zhiping_requests_total{route=\"/reviews/{list}\",class=\"2xx\"}", 1),
            ("zhiping_requests_total{route=\"NotFound\",class=\"4xx\"}", 1), ("zhiping_request_seconds_count{route=\"/reviews/{list}\"}", 1),
            ("zhiping_forged_forms_total", 1), ("zhiping_answers_total{status=\"409\"}", 1), ("zhiping_answers_total{status=\"503\"}", 0),
            ("zhiping_sign_in_failures_total{reason=\"attempt\"}", 1), ("zhiping_sign_in_failures_total{reason=\"account\"}", 0), ("zhiping_requests_in_flight", 0),
            ("zhiping_write_queue_depth", 0), ("zhiping_serving", 1), ("zhiping_engine_failed", 0), ("zhiping_scrape_complete", 1),
            ("zhiping_database_failures_total{kind=\"busy\"}", 0), ("zhiping_uploads_refused_total{reason=\"infected\"}", 0),
        ]
        for (name, expected) in told { #expect(value(metrics, name) == expected, "\(name)") }
        for name in ["zhiping_commit_seconds_count", "zhiping_write_wait_seconds_count", "zhiping_resident_bytes", "zhiping_open_descriptors", "zhiping_free_bytes"] {
            #expect((value(metrics, name) ?? 0) > 0, "\(name)")
        }
        #expect(metrics.contains("zhiping_engine_info{engine=\"sqlite\",foreign_keys=\"1\",journal_mode=\"wal\",synchronous=\"2\",version=\""))
        #expect(!metrics.contains("backup_age") && !metrics.contains("checkpoint_age"), "nothing is told of what is not configured")
        for kept in ["secret", id.text, "school", "人", "演示", clerk.token ?? "?", "127.0.0.1"] { #expect(!metrics.contains(kept), "\(kept)") }
    }

    @Test func refusedUploadsAreCountedByTheirReason() async throws {
        let site = try await TestSite(try await World())
        let browser = try await site.browser(.applicant)
        let (id, _) = try await site.world.draft()
        _ = try await browser.attach([("a.pdf", Array("no pdf".utf8))], to: .basics, "basics", of: id.text)
        #expect(site.site.measures.uploads.count("unknownKind") == 1)
    }

    /// Without its database the site still tells all that it knows itself, and that something is missing.
    @Test func aScrapeWithoutADatabase() async throws {
        let world = try await World()
        let database = FaultyDatabase(world.database)
        let site = try await TestSite(world, database: database)
        database.fail(.all)
        let metrics = try await site.watch("/metrics").body
        #expect(isReadable(metrics) && value(metrics, "zhiping_scrape_complete") == 0 && value(metrics, "zhiping_serving") == 1)
    }

    @Test func agesAreToldOfWhatIsDone() async throws {
        let (world, hand) = (try await World(), Hand())
        let site = try await TestSite(world, clock: { hand.now })
        #expect(value(try await site.watch("/metrics").body, "zhiping_verification_ok") == nil, "nothing has been verified yet")
        try await world.database.write { connection in for name in ["checkpoint", "backup", "verification"] { try connection.markDone(name, at: hand.now) } }
        hand.move(90)
        let metrics = try await site.watch("/metrics").body
        for name in ["checkpoint", "backup", "verification"] { #expect(value(metrics, "zhiping_\(name)_age_seconds") == 90) }
        #expect(value(metrics, "zhiping_verification_ok") == 1 && value(metrics, "zhiping_job_late_seconds{job=\"backup\"}") == 90)
        #expect(try await site.watch("/readyz").body.contains("{\"note\":\"backup-age\",\"seconds\":90}\n"))
    }

    @Test func whoeverIsEndingIsNotReady() async throws {
        let site = try await TestSite(try await World())
        #expect(try await site.watch("/readyz").status == 200)
        site.site.phase.end()
        let answer = try await site.watch("/readyz")
        #expect(answer.status == 503 && answer.body.contains("{\"check\":\"serving\",\"ok\":false}") && answer.body.contains("{\"check\":\"database-writable\",\"ok\":true}"))
        #expect(try await value(site.watch("/metrics").body, "zhiping_serving") == 0)
    }

    @Test func openConnectionsAreCounted() async throws {
        let site = try await TestSite(try await World())
        try await Wire.over(site) { wire in
            _ = try await wire.exchange("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n")
            _ = try await wire.exchange("nonsense\r\n\r\n")
        }
        #expect(site.site.measures.connections.value == 0 && site.site.measures.requests.count("/", "2xx") == 1 && site.site.measures.requests.count("-", "4xx") == 1)
    }

    /// A look that hangs is answered all the same, and not joined by others.
    @Test func readinessAnswersInTime() async throws {
        let world = try await World(embedded: true)
        let site = try await TestSite(world, patience: .milliseconds(50))
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        let holding = Task {
            // Holds the only writing connection.
            try await world.database.write { _ in
                let gate = DispatchSemaphore(value: 0)
                Task {
                    for await _ in opened { break }
                    gate.signal()
                }
                gate.wait()
            }
        }
        while world.database.watch.queued.value == 0 { await Task.yield() }
        for _ in 0..<3 {
            let answer = try await site.watch("/readyz")
            #expect(answer.status == 503 && answer.body.contains("{\"check\":\"in-time\",\"ok\":false}"))
        }
        #expect(world.database.watch.queued.value == 2, "what holds, and one look")
        open.yield()
        try await holding.value
        while world.database.watch.queued.value > 0 { await Task.yield() }
        // The look that hung has ended by now, or another soon will.
        var answers: [Int] = []
        repeat { answers.append(try await site.watch("/readyz").status) } while answers.last != 200 && answers.count < 200
        #expect(answers.last == 200)
    }
}
