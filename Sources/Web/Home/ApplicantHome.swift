import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    func applicantHome(_ context: SignedInContext) async throws -> Response {
        let (session, now) = (context.session, context.now)
        let person = session.signedIn.person
        let home = try await database.read { connection in
            let lines = try connection.dossiers(of: person.id)
            let employer = try connection.employer(of: person.id)
            let offers = try connection.openPlans(at: now).map { plan in
                ApplicantHome.Offer(
                    plan: plan, draft: lines.first { $0.stage == .draft && $0.planName == plan.name }?.id,
                    reason: try self.obstacle(for: person, to: plan, connection))
            }
            return ApplicantHome(
                frame: try frame(for: session, connection, current: Path.home), person: person, employer: employer, offers: offers, lines: lines,
                messages: MessageRows(messages: try connection.newestMessages(for: .applicant(person.id), at: session.signedIn.account, limit: MessageList.most), session: session),
                reference: reference, session: session)
        }
        return page(home.html)
    }

    /// Why this person cannot apply under a plan; nil when he can.
    private func obstacle(for person: Person, to plan: ReviewPlan, _ connection: any Connection) throws -> String? {
        if let held = try connection.yearHolder(person.id, year: plan.year) { return held }
        do {
            _ = try connection.employerAndChain(of: person.id, under: plan)
            return nil
        } catch let problem as Problem {
            guard case .refused(let reason) = problem else { throw problem }
            return reason
        }
    }
}

/// An applicant's home page: what he has applied for, what he can apply for, and what has been said to him.
struct ApplicantHome {
    let frame: Frame
    let person: Person
    let employer: WorkUnit?
    let offers: [Offer]
    let lines: [DossierLine]
    let messages: MessageRows
    let reference: Reference
    let session: Session

    struct Offer: Sendable {
        let plan: ReviewPlan
        let draft: ID<Dossier>?
        let reason: String?
    }

    var html: HTML {
        frame.page(
            "首页",
            body: """
                <h1 class="greeting">\(person.name)，您好</h1><div class="home"><div>\(applications)\(plans)</div>
                <aside>\(card)\(MessageList(rows: messages, none: "还没有消息。审核有进展时，会在这里通知您。").html)</aside></div>
                """)
    }

    private var applications: HTML {
        """
        <section class="card" aria-labelledby="mine"><h2 id="mine">我的申报</h2>\(lines.isEmpty
            ? "<p class=\"none\">您还没有申报。请在下方的可申报计划中选择“申报”。</p>" : "<ul class=\"rows\">\(lines.map(line))</ul>" as HTML)</section>
        """
    }

    private func line(_ line: DossierLine) -> HTML {
        """
        <li><a href="\(Path.myDossier(line.id))"><strong>\(line.planName)</strong></a>\
        <span>\(reference.title(line.title)?.name ?? "尚未选择职称") · \(line.unitName)</span>\
        <span>\(StageTag(stage: line.stage).html) <small>\(line.arrivedAt.text)</small></span></li>
        """
    }

    private var plans: HTML {
        """
        <section class="card" aria-labelledby="plans"><h2 id="plans">可申报计划</h2>\(offers.isEmpty
            ? "<p class=\"none\">现在没有开放申报的计划。</p>" : "<ul class=\"rows\">\(offers.map(offer))</ul>" as HTML)</section>
        """
    }

    private func offer(_ offer: Offer) -> HTML {
        let titles = offer.plan.titles.compactMap { reference.title($0)?.name }.joined(separator: "、")
        let action: HTML =
            if let draft = offer.draft {
                "<a class=\"button\" href=\"\(Path.myDossier(draft))\">继续填报</a>"
            } else if let reason = offer.reason {
                "<p class=\"why\">\(reason)</p>"
            } else {
                """
                <form method="post" action="\(Path.myDossiers)" data-once>\(FormToken.fields(for: Path.myDossiers, in: session))\
                <input type="hidden" name="plan" value="\(offer.plan.id.text)"><button class="primary">申报</button></form>
                """
            }
        return """
            <li><strong>\(offer.plan.name)</strong><span>\(titles) · 申报截止 \(offer.plan.windows.applicationsUntil.description)</span>\(action)</li>
            """
    }

    private var card: HTML {
        """
        <section class="card" aria-labelledby="me"><h2 id="me">个人信息</h2>\(Facts([
            ("姓名", person.name), ("证件号码", person.idNumber.masked), ("手机", person.phone?.masked ?? ""), ("工作单位", employer?.name ?? "尚未登记"),
        ]).html)\(employer == nil ? "<p class=\"why\">您尚未登记工作单位，不能申报。请先提交<a href=\"\(Path.myProfile)\">专技人才档案</a>，由工作单位审核。</p>" as HTML : .empty)</section>
        """
    }
}

/// A stage as a coloured word.
struct StageTag {
    let stage: Stage.Name

    var html: HTML {
        let kind: HTML =
            switch stage {
            case .draft, .abandoned, .lapsed: "tag"
            case .firstReview, .secondReview, .awaitingAcceptance: "tag busy"
            case .returned, .returnedForCorrection: "tag soon"
            case .failed, .notPassed, .notAccepted: "tag late"
            case .accepted, .passed: "tag good"
            }
        return "<span class=\"\(kind)\">\(stage.title)</span>"
    }
}
