/// Every way the system says no. Anything else that goes wrong is a fault, logged under a number.
public enum Problem: Error, Sendable, Hashable {
    case signInFirst
    /// There is nothing here that the asker may see; whether it exists is not said.
    case notFound
    case notAllowed(String)
    case changedMeanwhile(Change)
    case refused(String)
    case invalid([FieldProblem])
    /// A form that this site did not give to this session.
    case forgedForm
    /// Something this system needs does not answer now.
    case unavailable(String)
    /// A request that no page of this site makes.
    case malformed
    /// More than a form of this site can hold.
    case tooLarge

    public init(_ refusal: Refusal) { self = .refused(refusal.sentence) }
    public init(_ refused: Approval.Refused) { self = .refused(refused.sentence) }
    public init(_ denial: Denial) { self = .notAllowed(denial.sentence) }
    public init(_ denial: GrantDenial) { self = .notAllowed(denial.sentence) }

    /// Who was faster, at what, when.
    public struct Change: Sendable, Hashable {
        public let by: String
        public let at: Instant
        public let what: String
        /// What is no longer as it was seen.
        public let object: String

        public init(by: String, at: Instant, what: String, of object: String = "材料") {
            self.by = by
            self.at = at
            self.what = what
            self.object = object
        }

        public var sentence: String { "\(by) 已于 \(at.text) 进行“\(what)”，\(object)已变化。您填写的内容保留在下方。" }
    }
}

/// What is wrong with one field of a form.
public struct FieldProblem: Sendable, Hashable {
    /// The field's name in its form.
    public let field: String
    public let message: String

    public init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}
