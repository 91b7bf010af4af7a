/// What a person asks of his unit, and of the units above it one after the other: 委托申请 (D14), 专技人才档案 (D15).
public struct PersonRequest: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case entrustment, profile

        public var title: String {
            switch self {
            case .entrustment: "委托申请"
            case .profile: "专技人才档案"
            }
        }

        /// As the list of a unit is called, and the permission that opens it.
        public var permission: Permission {
            switch self {
            case .entrustment: .entrustments
            case .profile: .profiles
            }
        }
    }

    public let id: ID<PersonRequest>
    public let kind: Kind
    public let person: ID<Person>
    public let personName: String
    /// The unit that employs him, or that he names as his employer.
    public let unit: ID<WorkUnit>
    /// As it was called when he asked.
    public let unitName: String
    /// The title that it is about: the one applied for, or the one held. A code of the titles; nil for whoever holds none.
    public let title: String?
    /// Own unit first; frozen when it is submitted.
    public let path: [ID<WorkUnit>]
    public let passage: Approval.Passage
    /// Grows by one with every step.
    public let version: Int
    /// What is asked, by the keys of its kind's fields.
    public let values: [String: String]
    public let files: [Attachment]
    public let submittedAt: Instant

    public init(
        id: ID<PersonRequest>, kind: Kind, person: ID<Person>, personName: String, unit: ID<WorkUnit>, unitName: String, title: String?, path: [ID<WorkUnit>],
        passage: Approval.Passage, version: Int, values: [String: String], files: [Attachment], submittedAt: Instant
    ) {
        self.id = id
        self.kind = kind
        self.person = person
        self.personName = personName
        self.unit = unit
        self.unitName = unitName
        self.title = title
        self.path = path
        self.passage = passage
        self.version = version
        self.values = values
        self.files = files
        self.submittedAt = submittedAt
    }

    public var state: Approval.State { passage.state ?? .waiting }

    /// The unit that has to decide; nil where none has.
    public var holder: ID<WorkUnit>? { state == .waiting ? path[passage.stop] : nil }

    /// Whether the unit that decides now is the last.
    public var isAtLastStop: Bool { passage.stop + 1 == passage.stops }

    /// Where it lies, as one sentence; `at`: the unit where it waits or has ended.
    public func whereabouts(at unitName: String) -> String {
        switch state {
        case .waiting: "\(kind.title)于 \(submittedAt.text) 提交，现待“\(unitName)”审核（第 \(passage.stop + 1) 个环节，共 \(passage.stops) 个）。"
        case .returned: "\(kind.title)已被“\(unitName)”退回，由申请人修改后重新提交。"
        case .passed: kind == .entrustment ? "委托申请已经“\(unitName)”审核通过，并出具委托函。" : "专技人才档案已经“\(unitName)”审核通过，正在使用。"
        case .failed: "\(kind.title)经“\(unitName)”审核不通过，此条审核终止。"
        case .cancelled: "\(kind.title)已由申请人取消。"
        }
    }

    /// Why a staff member may not decide it; nil when he may, as far as persons and permissions go.
    public func denial(of member: StaffMember) -> Denial? {
        guard let holder, member.unit == holder else { return .onlyUnit(self.holder ?? unit) }
        if member.unitAwaitsSuperior { return .unitAwaitsSuperior }
        if member.person == person { return .ownRequest }
        return member.ownPermissions.contains(kind.permission) ? nil : .lacks(kind.permission)
    }
}

/// A step on such a request, as it was recorded.
public struct PersonRequestStep: Sendable, Hashable {
    public let number: Int
    public let step: Approval.Step
    /// The unit that took it; empty for the person who asks.
    public let unitName: String
    public let personName: String
    public let opinion: String
    /// What the step itself said: of the pass that ends an entrustment, its letter.
    public let values: [String: String]
    public let files: [Attachment]
    public let at: Instant

    public init(
        number: Int, step: Approval.Step, unitName: String, personName: String, opinion: String, values: [String: String], files: [Attachment], at: Instant
    ) {
        self.number = number
        self.step = step
        self.unitName = unitName
        self.personName = personName
        self.opinion = opinion
        self.values = values
        self.files = files
        self.at = at
    }
}
