import Cast
import Domain
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// No address that comes from a request leads off the site: whatever is asked, the answer points to the own origin, or exactly to
/// the issuer's place of authorization.
@Suite struct RedirectTests {
    /// As they stand in a query or in a path, not encoded any further.
    static let variants: [String] = [
        "//e", "///e", "////e", "//e/", "//e.example/home", "//e%2Eexample", "//e@127.0.0.1:8080", "//127.0.0.1:8080@e", "//[::1]/", "//e:80", "//e?x", "//e#x",
        "/\\e", "\\/e", "\\\\e", "\\e", "/\\/e", "/\\\\e", "/%5ce", "/%5Ce", "%5c%5ce", "/%5c/e", "/%5c%5ce", "/a\\..\\e",
        "/%09/e", "/%09//e", "/%0a/e", "/%0d%0a/e", "/%0d%0aLocation:%20http://e", "/a%0d%0aSet-Cookie:%20zhiping=x", "/a%0aX:y", "%0d%0a//e", "/%00/e", "/a%00//e", "/%E2%80%A8/e",
        "/%20/e", "%20//e", "%09//e", "/%2f/e", "/%2fe", "%2f%2fe", "/%2F%2Fe", "/%252fe", "/%25%32%66e", "/./e", "/.//e", "/..//e", "/../e", "/a/..//e", "/a/../..//e",
        "/a/%2e%2e//e", "/%2e/%2e%2e//e", "/.%2e//e", "/;//e", "/?//e", "/#//e", "/@e", "/:80@e", "/.e", "/_e", "/-e", "/~e",
        "http://e", "https://e", "HTTP://e", "http:e", "https:e", "https:/e", "https:///e", "http:\\\\e", "http://127.0.0.1:8080@e", "http://127.0.0.1:8080.e",
        "http://127.0.0.1:8080%2f@e",
        "http%3A%2F%2Fe", "javascript:alert(1)", "javascript%3Aalert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "mailto:a@e",
        "e", "e.example", "www.e.example", "a/b", "?x", "#x", "", "/", "//", "/home//e", "/sign-in/person", "/sign-in/callback?code=a", "/sign-out", "/home\u{202E}", "/家",
        "/a" + String(repeating: "/b", count: 400),
    ]
    static let parameters = ["to", "return_to", "next", "persona", "url", "redirect", "redirect_uri", "login_hint", "state", "iss", "code"]

    /// Whether a browser that got this as its answer's Location stays where it may be.
    private func stays(_ location: String) -> Bool {
        if location.isEmpty { return true }
        if location.hasPrefix("\(FakeProvider.issuer)/authorize?") { return !location.contains("\\") && location.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
        guard location.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else { return false }
        return location == "/" || location.hasPrefix("/?") || location.wholeMatch(of: /\/[A-Za-z0-9][^\\]*/) != nil && !location.contains("//")
    }

    private func hrefs(_ answer: Answer) -> [String] { answer.body.matches(of: /(?:href|action|src)="([^"]*)"/).map { String($0.1) }.filter { $0 != "#main" } }

    @Test func thereAreEnough() { #expect(Set(Self.variants).count >= 80) }

    @Test func noParameterLeadsAway() async throws {
        let site = try await TestSite(try await World())
        let reader = try await site.browser(.applicant)
        for variant in Self.variants {
            let encoded = Path.percentEncode(variant)
            let queries = [variant, encoded].map { value in Self.parameters.map { "\($0)=\(value)" }.joined(separator: "&") } + ["to=/home&to=\(encoded)"]
            for query in queries {
                var answers = [try await reader.get("/?\(query)")]
                for path in ["/", "/sign-in/person", "/sign-in/unit", "/sign-in/callback", "/home"] { answers.append(try await site.visitor.get("\(path)?\(query)")) }
                #expect(answers.allSatisfy { $0.status < 500 && stays($0.location) }, "\(query): \(answers.map(\.location))")
                #expect(hrefs(answers[1]).allSatisfy { $0.hasPrefix("/") && !$0.hasPrefix("//") && !$0.hasPrefix("/\\") }, "\(query)")
            }
        }
    }

    /// The whole way: remembered by the link, stored with the attempt, followed at the end.
    @Test func signingInLeadsHomeInstead() async throws {
        let site = try await TestSite(try await World())
        for variant in Self.variants {
            let started = try await site.started("/sign-in/person?to=\(Path.percentEncode(variant))")
            site.provider.answer { $0.claims = claims(nonce: started.nonce) }
            #expect(try await site.finish(started).location == "/home", "\(variant)")
        }
    }

    @Test func noPathLeadsAway() async throws {
        let site = try await TestSite(try await World())
        let reader = try await site.browser(.applicant)
        for variant in Self.variants {
            for path in [variant, "/\(variant)", "/home\(variant)", "/sign-in\(variant)", "/sign-in/person\(variant)", "/my/dossiers\(variant)"] {
                let answers = [try await site.visitor.get(path), try await reader.get(path), try await site.send(.head, path), try await reader.post(path, [:])]
                #expect(answers.allSatisfy { $0.status < 500 && stays($0.location) }, "\(path): \(answers.map(\.location))")
            }
        }
    }

    /// Pages of the site are taken.
    @Test(arguments: ["/home", "/reviews/own-first", "/dossiers/abc/trail", "/reviews/own-first?q=%E5%BC%A0&after=1-a", "/my/dossiers/a#b"])
    func ownPagesAreRemembered(_ page: String) {
        #expect((ReturnPath(page, origin: TestSite.origin)?.text == page) == !page.contains("#"))
    }
}
