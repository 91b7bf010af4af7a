import Domain
import Hummingbird
import Storage
import Synchronization

/// A request of whoever it may be.
public struct VisitorContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// When the request came; the one reading of the clock on its way.
    var now = Instant(milliseconds: 0)
    private let asker = Asker()

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        // Of our own making: the server's is a count, which would tell how much goes on, and a client's is whatever he likes.
        var numbers = SystemRandomNumberGenerator()
        logger[metadataKey: "hb.request.id"] = "\(randomText(characters: 16, from: &numbers))"
    }

    /// Who asks, once that is known: also to what surrounds the handlers, which holds an earlier copy of this context.
    var session: Session? {
        get { asker.session.withLock { $0 } }
        nonmutating set { asker.session.withLock { $0 = newValue } }
    }
}

private final class Asker: Sendable {
    let session = Mutex<Session?>(nil)
}

/// The token a browser has shown, and who it stands for.
struct Session: Sendable {
    let token: String
    let signedIn: SignedIn
    /// Under which the forms given to this session are coded: it needs the server's own key as well, so that nobody can make one for himself.
    let formKey: String

    init(token: String, signedIn: SignedIn, vault: Vault) {
        self.token = token
        self.signedIn = signedIn
        formKey = vault.code(for: "forms\n\(digest(token))")
    }
}

/// What every context of the site has.
protocol SiteContext: RequestContext {
    var now: Instant { get }
    var currentSession: Session? { get }
}

extension SiteContext {
    /// All that the log may know of the asker.
    var accountKind: String { currentSession?.signedIn.kind.rawValue ?? "none" }
}

extension VisitorContext: SiteContext {
    var currentSession: Session? { session }
}

/// A request of somebody signed in; cannot be made of any other.
struct SignedInContext: ChildRequestContext, SiteContext {
    var coreContext: CoreRequestContextStorage
    let now: Instant
    let session: Session

    init(context: VisitorContext) throws {
        guard let session = context.session else { throw Problem.signInFirst }
        coreContext = context.coreContext
        now = context.now
        self.session = session
    }

    var currentSession: Session? { session }
}

/// A request of a unit's staff member, with his rights as of now.
struct StaffContext: ChildRequestContext, SiteContext {
    var coreContext: CoreRequestContextStorage
    let now: Instant
    let session: Session
    let member: StaffMember
    let unit: WorkUnit

    init(context: SignedInContext) throws {
        guard let member = context.session.signedIn.staff, let unit = context.session.signedIn.unit else {
            throw Problem.notAllowed(context.session.signedIn.registration?.sentence ?? "此页面供单位工作人员使用，请以单位账号登录。")
        }
        coreContext = context.coreContext
        now = context.now
        session = context.session
        self.member = member
        self.unit = unit
    }

    var currentSession: Session? { session }
    var actor: Actor { .staff(member) }

    func demand(_ permission: Permission) throws(Problem) { try member.demand(permission) }
}

extension StaffMember {
    /// Refuses whoever lacks a permission, with the reason.
    func demand(_ permission: Permission) throws(Problem) {
        guard permissions.contains(permission) else { throw Problem(GrantDenial.lacks(permission)) }
    }
}

/// A request of somebody who acts for a legal person that is not registered here yet (M3).
struct RegistrantContext: ChildRequestContext, SiteContext {
    var coreContext: CoreRequestContextStorage
    let now: Instant
    let session: Session
    let creditCode: CreditCode
    /// The request that was made, whatever became of it.
    let request: UnitRequest?

    init(context: SignedInContext) throws {
        switch context.session.signedIn.registration {
        case .asked(let request): self.request = request
        case .unknown: request = nil
        case .registered, nil: throw Problem.notAllowed(context.session.signedIn.registration?.sentence ?? "此页面供尚未注册的单位使用。")
        }
        creditCode = CreditCode(stored: context.session.signedIn.creditCode)
        coreContext = context.coreContext
        now = context.now
        session = context.session
    }

    var currentSession: Session? { session }
}

/// A request of a person in his own name.
struct ApplicantContext: ChildRequestContext, SiteContext {
    var coreContext: CoreRequestContextStorage
    let now: Instant
    let session: Session
    let person: Person

    init(context: SignedInContext) throws {
        guard context.session.signedIn.kind == .person else {
            throw Problem.notAllowed("此页面供申报人本人使用，请以个人账号登录。")
        }
        coreContext = context.coreContext
        now = context.now
        session = context.session
        person = context.session.signedIn.person
    }

    var currentSession: Session? { session }
    var actor: Actor { .applicant(person.id) }
}

extension RequestContext {
    /// An identifier out of the path; a wrong one names nothing.
    func id<Entity>(_ name: String = "id") throws -> ID<Entity> {
        guard let id = parameters.get(name).flatMap({ ID<Entity>(String($0)) }) else { throw Problem.notFound }
        return id
    }
}
