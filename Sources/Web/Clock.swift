import Domain
import Foundation

/// The one place where Web asks what time it is.
enum Clock {
    static func now() -> Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
}
