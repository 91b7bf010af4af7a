/// What a role can allow in its unit.
public enum Permission: String, Sendable, Hashable, CaseIterable, Codable {
    case firstReview, secondReview, accept

    public var title: String {
        switch self {
        case .firstReview: "初审"
        case .secondReview: "复审"
        case .accept: "受理"
        }
    }
}
