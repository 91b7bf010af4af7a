import Domain

/// One list of a unit's dossiers: what waits there, or what the unit itself last did with it (D27), narrowed by a filter, in an order.
public struct Worklist: Sendable, Hashable {
    public enum Scope: String, Sendable, Hashable, CaseIterable { case own, subordinate, acceptance, archive }

    public enum Tab: String, Sendable, Hashable, CaseIterable {
        case firstReview, secondReview
        /// 我已初审: what the reader himself has passed to the second review, while that is open (D17).
        case reviewed
        case reported, returned, failed
        case acceptance, accepted, refused
        /// 历年上报人员: whatever the unit has had on its desk (M17), and whatever was submitted under its plans, where it is a title authority (D24).
        case handled, overseen
    }

    public let scope: Scope
    public let tab: Tab
    public var filter: Filter
    public var order: Order

    public init(scope: Scope, tab: Tab, filter: Filter = Filter(), order: Order = .time) {
        self.scope = scope
        self.tab = tab
        self.filter = filter
        self.order = order
    }

    /// The same list as a whole.
    public var whole: Worklist { Worklist(scope: scope, tab: tab) }

    /// The permission whose holders act on what the list shows.
    public var permission: Permission {
        switch tab {
        case .firstReview, .reviewed: .firstReview
        case .secondReview: .secondReview
        case .reported, .returned, .failed, .handled, .overseen: scope == .acceptance ? .accept : .firstReview
        case .acceptance, .accepted, .refused: .accept
        }
    }

    /// Whether what it shows waits for the unit, and not for others or nobody.
    public var waits: Bool {
        switch tab {
        case .firstReview, .secondReview, .acceptance: true
        case .reviewed, .reported, .returned, .failed, .accepted, .refused, .handled, .overseen: false
        }
    }

    /// What is narrowed; everything empty shows all.
    public struct Filter: Sendable, Hashable {
        /// Part of a name, of a unit's name or of a title.
        public var text = ""
        public var name = ""
        public var unit = ""
        public var specialty = ""
        public var year: Int?
        public var series = ""
        /// Code of a level of titles.
        public var level = ""
        /// Code of an application type.
        public var kind = ""
        public var acceptanceUnit: ID<WorkUnit>?
        /// The person that an ID number names.
        public var person: ID<Person>?
        /// First and last day of the list's time: arrival, or what the unit did.
        public var from: Day?
        public var until: Day?
        public var correction: Correction?
        public var stage: Stage.Name?
        /// Part of the name of the unit where it is (材料当前所在机构).
        public var holder = ""
        /// Of plans that are concluded (办结), or of those that are not.
        public var concluded: Bool?

        public init(text: String = "") { self.text = text }

        /// Whether it looks for parts of texts.
        public var isOfText: Bool { ![text, name, unit, specialty, holder].allSatisfy { $0.trimmed.isEmpty } }

        /// Of what was given back: still with its applicant, there past its deadline, or sent in again.
        public enum Correction: String, Sendable, Hashable, CaseIterable { case open, overdue, resubmitted }
    }

    public enum Order: String, Sendable, Hashable, CaseIterable {
        /// What waits: longest first; what was done: newest first.
        case time
        case timeReversed
        case name, unit, title
        /// Nearest deadline first; what has none last.
        case deadline
    }

    /// Rows of one page.
    public static let pageSize = 50

    /// Where a page begins: behind this place in the list's order and this dossier.
    public struct Key: Sendable, Hashable {
        public let place: Place
        public let dossier: ID<Dossier>

        public init(place: Place, dossier: ID<Dossier>) {
            self.place = place
            self.dossier = dossier
        }

        public enum Place: Sendable, Hashable {
            case text(String)
            case number(Int64)
        }
    }

    /// A page of a list.
    public struct Page: Sendable {
        /// The list in the order in which it was read.
        public let list: Worklist
        public let entries: [Entry]
        public let hasMore: Bool
        /// nil where nothing was filtered.
        public let found: Found?

        /// How many the filter finds: exactly, as far as a thousand and one; or so many and perhaps more.
        public enum Found: Sendable, Hashable {
            case exactly(Int)
            case atLeast(Int)
        }
    }

    /// What an entry tells of its dossier that other tables have.
    public enum Detail: Sendable, CaseIterable { case number, plan, office, sender, place }

    /// A dossier of a list. A detail that was not asked for is empty.
    public struct Entry: Sendable, Hashable {
        public let dossier: ID<Dossier>
        public let applicantName: String
        /// Opened for whoever is shown it.
        public let idNumber: IDNumber?
        public let unitName: String
        /// Empty where none is chosen.
        public let titleCode: String
        public let specialty: String
        /// Code of an application type.
        public let kind: String
        public let planName: String
        public let year: Int
        public let acceptanceUnitName: String
        /// The unit from which it came here; empty where it came from the applicant, or never came.
        public let senderName: String
        /// When it came, or when the unit did what the list is of.
        public let at: Instant
        public let stage: Stage.Name
        /// The unit at whose stop it is, by which it was given back or failed, or which accepts it; empty elsewhere.
        public let placeName: String
        public let deadline: Instant?
        /// Whether it was given back by the list's unit and lies with its applicant.
        public let isBack: Bool
        /// Whether its applicant is of the list's own unit.
        public let isOfReader: Bool
        public let version: Int
        public let key: Key
    }
}

extension Worklist.Entry {
    /// 材料当前所在机构; empty where it is nowhere any more.
    public var holder: String {
        switch stage {
        case .firstReview, .secondReview, .awaitingAcceptance, .accepted: placeName
        case .draft, .returned, .returnedForCorrection: "申报人"
        case .failed, .passed, .notPassed, .notAccepted, .lapsed, .abandoned: ""
        }
    }

    /// Where it is, in few words.
    public var whereabouts: String {
        switch stage {
        case .firstReview, .secondReview, .awaitingAcceptance, .accepted: "\(placeName) · \(stage.title)"
        case .returned: isBack ? "申报人修改中" : "\(placeName) 退回，申报人修改中"
        case .failed: "\(placeName) · 不通过"
        case .draft, .returnedForCorrection, .passed, .notPassed, .notAccepted, .lapsed, .abandoned: stage.title
        }
    }
}
