/// Where a dossier is, for whom it waits and since when, and, if it is not the reader's turn, why not and whose it is.
public struct Whereabouts: Sendable, Hashable {
    /// `材料在 乐山市教育局 · 待复审 · 已 3 个工作日 · 联系人 张三 0833-2100000`
    public let place: String
    /// nil when it is the reader's turn.
    public let obstacle: String?

    /// Both as one sentence.
    public var sentence: String { [place, obstacle].compactMap { $0 }.joined(separator: "。") + "。" }
}

/// What the sentence needs to know besides the dossier.
public struct Surroundings: Sendable {
    public let units: [ID<WorkUnit>: WorkUnit]
    /// Names of the reader's colleagues who hold the permission that is waited for; only when it waits in his unit.
    public let colleagues: [String]
    public let calendar: WorkCalendar
    public let now: Instant
    /// Units whose work rests because they have asked for another superior, with the name of the one that decides (D12).
    public let awaitingSuperior: [ID<WorkUnit>: String]

    public init(units: [ID<WorkUnit>: WorkUnit], colleagues: [String], calendar: WorkCalendar, now: Instant, awaitingSuperior: [ID<WorkUnit>: String] = [:]) {
        self.awaitingSuperior = awaitingSuperior
        self.units = units
        self.colleagues = colleagues
        self.calendar = calendar
        self.now = now
    }

    func name(_ unit: ID<WorkUnit>) -> String { units[unit]?.name ?? "其他单位" }

    func contact(_ unit: ID<WorkUnit>) -> String {
        guard let unit = units[unit] else { return "" }
        return "联系人 \(unit.contactName) \(unit.contactPhone)"
    }
}

extension Dossier {
    public func whereabouts(for reader: Actor, in surroundings: Surroundings) -> Whereabouts {
        Whereabouts(place: place(in: surroundings), obstacle: awaits(reader) ? nil : obstacle(for: reader, in: surroundings))
    }

    private func place(in surroundings: Surroundings) -> String {
        let chain = journey.chain
        switch journey.stage {
        case .draft: return "材料在申报人处填报，尚未提交"
        case .firstReview(let stop), .secondReview(let stop):
            return waiting(at: chain.stops[stop].actingUnit, for: chain.stops[stop].unit, in: surroundings)
        case .awaitingAcceptance: return waiting(at: chain.acceptanceUnit, for: chain.acceptanceUnit, in: surroundings)
        case .returned(let stop): return returned(by: chain.stops[stop].actingUnit, in: surroundings)
        case .returnedForCorrection: return returned(by: chain.acceptanceUnit, in: surroundings)
        case .failed(let stop):
            return "\(surroundings.name(chain.stops[stop].actingUnit)) 于 \(arrivedAt.text) 审核不通过，该申报人 \(year) 年度不能再次申报"
        case .accepted:
            return "\(surroundings.name(chain.acceptanceUnit)) 已于 \(arrivedAt.text) 受理，等待评审结果 · \(surroundings.contact(chain.acceptanceUnit))"
        case .concluded(.notAccepted): return "\(surroundings.name(chain.acceptanceUnit)) 于 \(arrivedAt.text) 不予受理，申报已办结"
        case .concluded(let conclusion): return "申报已于 \(arrivedAt.text) 办结，结果为\(Stage.concluded(conclusion).name.title)"
        case .abandoned: return "申报人已于 \(arrivedAt.text) 放弃申报"
        }
    }

    private func waiting(at unit: ID<WorkUnit>, for named: ID<WorkUnit>, in surroundings: Surroundings) -> String {
        let days = surroundings.calendar.waiting(since: arrivedAt, until: surroundings.now)
        let name = unit == named ? surroundings.name(unit) : "\(surroundings.name(unit))（代 \(surroundings.name(named)) 办理）"
        let since = days == 0 ? "\(arrivedAt.text) 到达" : "已 \(days) 个工作日"
        let closed =
            surroundings.units[unit]?.enabled == false
            ? "（该单位已停用，由其上级单位移交办理）" : surroundings.awaitingSuperior[unit].map { "（该单位变更上级待审，由 \($0) 办理）" } ?? ""
        return "材料在 \(name)\(closed) · \(journey.stage.name.title) · \(since) · \(surroundings.contact(unit))"
    }

    private func returned(by unit: ID<WorkUnit>, in surroundings: Surroundings) -> String {
        let asked = journey.stage == .returnedForCorrection ? "要求补正" : "退回修改"
        let start = "材料由 \(surroundings.name(unit)) \(asked)，在申报人处"
        guard let deadline else { return "\(start) · \(surroundings.contact(unit))" }
        let last = deadline.adding(seconds: -1).day
        if surroundings.now >= deadline { return "\(start) · 已逾期（截止 \(last)），可联系 \(surroundings.name(unit)) 延长 · \(surroundings.contact(unit))" }
        let left = surroundings.calendar.workingDays(from: surroundings.now.day.adding(1), through: last)
        return "\(start) · 截止 \(last) 24:00，还有 \(left) 个工作日 · \(surroundings.contact(unit))"
    }

    private func obstacle(for reader: Actor, in surroundings: Surroundings) -> String {
        switch reader {
        case .applicant: return obstacleForApplicant(in: surroundings)
        case .staff(let member): return obstacle(for: member, in: surroundings)
        }
    }

    private func obstacleForApplicant(in surroundings: Surroundings) -> String {
        switch journey.stage {
        case .firstReview, .secondReview, .awaitingAcceptance: "由该单位办理，期间您不能修改材料；如被退回，您会收到消息"
        case .accepted: "材料已受理，不能再修改"
        case .failed: "审核单位可以重新审核，如有疑问请向其咨询"
        case .concluded, .abandoned: "申报已结束，不能再修改"
        case .draft, .returned, .returnedForCorrection: "只能由申报人本人办理"
        }
    }

    private func obstacle(for member: StaffMember, in surroundings: Surroundings) -> String {
        switch journey.holder {
        case .applicant: return "由申报人\(applicantName)办理，本单位现在不能审核"
        case .nobody: return journey.stage.name == .failed ? "只有作出该结论的单位可以重新审核" : "申报已结束，不能再操作"
        case .unit(let unit, let permission):
            if journey.stage == .accepted { return "等待评审结果，现在没有要办理的审核" }
            guard member.unit == unit else { return "由 \(surroundings.name(unit)) 办理，本单位现在不能操作" }
            let others =
                surroundings.colleagues.isEmpty
                ? "本单位暂无其他人可以办理，请超级管理员指定工作人员" : "可由 \(surroundings.colleagues.joined(separator: "、")) 办理"
            switch Actor.staff(member).denial(of: permission == .accept ? .accept : .pass, on: self) {
            case .absentsDossier: return "这是您所代理人员本人的申报材料，不能由您审核，\(others)"
            case .unitAwaitsSuperior: return "本单位变更上级单位待审核，通过或取消申请后才能办理"
            case .recused: return "您已对该材料声明回避，\(others)"
            case .ownDossier: return "这是您本人的申报材料，不能由您审核，\(others)"
            case .sameReviewer: return "初审由您办理，复审须由另一位工作人员办理，\(others)"
            case .lacks, .onlyUnit, .onlyApplicant, .onlyFirstReviewer, .onlySuperior, .ownRequest, nil:
                return "您没有“\(permission.title)”权限，\(others)"
            }
        }
    }
}
