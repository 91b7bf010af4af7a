import Cast
import Domain
import Foundation
import HTTPTypes
import Testing

@testable import Web

/// Who gets what answer from which route: written by hand, compared with what the site does. A route without rows fails.
enum AccessMatrix {
    static let people: [World.Name?] = [
        nil, .applicant, .secondApplicant, .schoolFirst, .schoolSecond, .schoolAdministrator, .schoolWithoutRole, .schoolManager, .bureauFirst, .officeAccepter,
        .authorityAdministrator, .otherFirst, .strangerClerk,
    ]

    /// What each column is called in the printed table.
    static let titles = ["未登录", "申报人本人", "其他申报人", "本单位初审", "本单位复审", "本单位超级管理员", "本单位无角色", "本单位管理员", "上级初审", "受理", "授权单位", "其他单位", "未注册单位"]

    /// In which state the dossier is that the route's `:id` names.
    enum State: String {
        case none = "—", draft = "填报中", first = "本单位待初审", second = "本单位待复审", returned = "本单位已退回", failed = "本单位不通过", upper = "上级待初审", awaiting = "待受理", staffMember = "本单位工作人员",
            role = "本单位角色", unit = "另一主管部门", registering = "向授权单位提交的注册",
            moving = "本单位变更上级", profile = "本单位待审核的专技人才档案", entrustment = "授权单位待审核的委托申请", plan = "授权单位的评审计划", circularDraft = "授权单位的消息草稿", circular = "授权单位发给本单位和申报人本人的消息"
    }

    struct Line {
        let method: HTTPRequest.Method
        let route: String
        let state: State
        let expected: String
    }

    /// Each list's page, and what is exported of it.
    private static let lists: [(list: String, expected: String)] = [
        //                        nobody own  other first second admin norole manager bureau office auth otherunit stranger
        ("own-first", "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        ("own-second", "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        ("own-reviewed", "303 403 403 200 403 200 403 403 403 403 403 403 403"),
        ("own-reported", "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        ("own-returned", "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        ("own-failed", "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        ("subordinate-first", "303 403 403 403 403 403 403 403 200 403 200 200 403"),
        ("subordinate-second", "303 403 403 403 403 403 403 403 200 403 200 403 403"),
        ("subordinate-reviewed", "303 403 403 403 403 403 403 403 200 403 200 403 403"),
        ("subordinate-reported", "303 403 403 403 403 403 403 403 200 403 200 200 403"),
        ("subordinate-returned", "303 403 403 403 403 403 403 403 200 403 200 200 403"),
        ("subordinate-failed", "303 403 403 403 403 403 403 403 200 403 200 200 403"),
        ("acceptance", "303 403 403 403 403 403 403 403 403 200 403 403 403"),
        ("acceptance-accepted", "303 403 403 403 403 403 403 403 403 200 403 403 403"),
        ("acceptance-returned", "303 403 403 403 403 403 403 403 403 200 403 403 403"),
        ("acceptance-refused", "303 403 403 403 403 403 403 403 403 200 403 403 403"),
    ]

    static let lines: [Line] =
        lists.flatMap { list in
            ["", "/export"].map { Line(method: .get, route: "/reviews/\(list.list)\($0)", state: .none, expected: list.expected) }
        }
        + lists.filter { ["own-first", "own-second"].contains($0.list) }.flatMap { list in
            ["", "/pdf"].map { Line(method: .get, route: "/reviews/\(list.list)/publicity\($0)", state: .none, expected: list.expected) }
        } + others + printouts

    private static let printouts: [Line] = ["", "/pdf"].flatMap { part in
        [
            //                                                                       nobody own  other first second admin norole manager bureau office auth otherunit stranger
            Line(method: .get, route: "/dossiers/:id/printouts/:printout\(part)", state: .draft, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
            Line(method: .get, route: "/dossiers/:id/printouts/:printout\(part)", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
            Line(method: .get, route: "/dossiers/:id/printouts/:printout\(part)", state: .awaiting, expected: "303 403 403 200 200 200 404 404 200 200 200 404 403"),
            Line(method: .get, route: "/my/dossiers/:id/printouts/:printout\(part)", state: .draft, expected: "303 404 404 403 403 403 403 403 403 403 403 403 403"),
            Line(method: .get, route: "/my/dossiers/:id/printouts/:printout\(part)", state: .first, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        ]
    }

    private static let others: [Line] = [
        //                                                     nobody own  other first second admin norole manager bureau office auth otherunit stranger
        Line(method: .get, route: "/", state: .none, expected: "200 303 303 303 303 303 303 303 303 303 303 303 303"),
        Line(method: .get, route: "/verification-keys", state: .none, expected: "200 200 200 200 200 200 200 200 200 200 200 200 200"),
        Line(method: .get, route: "/sign-in/person", state: .none, expected: "303 303 303 303 303 303 303 303 303 303 303 303 303"),
        Line(method: .get, route: "/sign-in/unit", state: .none, expected: "303 303 303 303 303 303 303 303 303 303 303 303 303"),
        Line(method: .get, route: "/sign-in/callback", state: .none, expected: "403 403 403 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/public/:file", state: .none, expected: "404 404 404 404 404 404 404 404 404 404 404 404 404"),
        Line(method: .get, route: "/home", state: .none, expected: "303 200 200 200 200 200 200 200 200 200 200 200 200"),
        Line(method: .post, route: "/sign-out", state: .none, expected: "401 303 303 303 303 303 303 303 303 303 303 303 303"),
        Line(method: .post, route: "/reviews/own-first/person", state: .none, expected: "401 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/reviews/own-first/columns", state: .none, expected: "401 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/reviews/own-first/views", state: .none, expected: "401 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/reviews/own-first/views/deletion", state: .none, expected: "401 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/reviews/archive", state: .none, expected: "303 403 403 200 200 200 403 403 200 200 200 200 403"),
        Line(method: .get, route: "/reviews/archive-all", state: .none, expected: "303 403 403 403 403 403 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/reviews/own-reported/publicity", state: .none, expected: "303 403 403 404 404 404 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/reviews/archive/export", state: .none, expected: "303 403 403 404 404 404 403 403 404 404 404 404 403"),
        Line(method: .post, route: "/reviews/archive/export", state: .none, expected: "401 403 403 200 200 200 403 403 200 200 200 200 403"),
        Line(method: .post, route: "/reviews/own-first/bulk", state: .first, expected: "401 403 403 200 200 200 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/bulks", state: .first, expected: "401 403 403 303 303 303 403 403 404 404 303 404 403"),
        Line(method: .get, route: "/bulks/:id", state: .first, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/dossiers/:id", state: .draft, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/dossiers/:id", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id", state: .upper, expected: "303 403 403 200 200 200 404 404 200 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id", state: .awaiting, expected: "303 403 403 200 200 200 404 404 200 200 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/trail", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/trail", state: .awaiting, expected: "303 403 403 200 200 200 404 404 200 200 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/trail/proof", state: .draft, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/dossiers/:id/trail/proof", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/trail/proof", state: .awaiting, expected: "303 403 403 200 200 200 404 404 200 200 200 404 403"),
        Line(method: .post, route: "/dossiers/:id/passes", state: .draft, expected: "401 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .post, route: "/dossiers/:id/passes", state: .first, expected: "401 403 403 303 403 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/passes", state: .upper, expected: "401 403 403 403 403 403 404 404 303 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/passes", state: .awaiting, expected: "401 403 403 403 403 403 404 404 403 409 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/acceptances", state: .first, expected: "401 403 403 403 403 403 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/acceptances", state: .awaiting, expected: "401 403 403 403 403 403 404 404 403 303 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/returns", state: .first, expected: "401 403 403 303 403 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/returns", state: .upper, expected: "401 403 403 403 403 403 404 404 303 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/returns", state: .returned, expected: "401 403 403 409 409 409 404 404 404 404 409 404 403"),
        Line(method: .get, route: "/dossiers/:id/:posted", state: .first, expected: "303 403 403 303 303 303 303 303 303 303 303 303 403"),
        Line(method: .get, route: "/my/dossiers/:id/:posted", state: .first, expected: "303 303 303 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/dossiers/:id/corrections", state: .awaiting, expected: "401 403 403 403 403 403 404 404 403 303 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/corrections", state: .upper, expected: "401 403 403 403 403 403 404 404 403 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/refusals", state: .awaiting, expected: "401 403 403 403 403 403 404 404 403 303 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/refusals", state: .first, expected: "401 403 403 403 403 403 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/failures", state: .first, expected: "401 403 403 303 403 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/failures", state: .second, expected: "401 403 403 403 303 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/recusals", state: .first, expected: "401 403 403 303 303 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/extensions", state: .returned, expected: "401 403 403 303 303 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/reminders", state: .returned, expected: "401 403 403 303 303 303 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/hand-over-requests", state: .first, expected: "401 403 403 409 409 409 404 404 404 404 409 404 403"),
        Line(method: .post, route: "/my/dossiers/:id/hand-over-requests", state: .first, expected: "401 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/exports/:id", state: .first, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/exports/:id/file", state: .first, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .post, route: "/reviews/own-reported/exports", state: .none, expected: "401 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/reviews/archive/exports", state: .none, expected: "401 403 403 404 404 404 403 403 404 404 404 404 403"),
        Line(method: .post, route: "/dossiers/:id/reminders", state: .first, expected: "401 403 403 409 409 409 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/withdrawals", state: .upper, expected: "401 403 403 403 303 303 404 404 403 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/take-backs", state: .second, expected: "401 403 403 303 403 403 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/reopenings", state: .failed, expected: "401 403 403 303 303 303 404 404 404 404 403 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file", state: .draft, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file", state: .upper, expected: "303 403 403 200 200 200 404 404 200 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file/view", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file/view", state: .upper, expected: "303 403 403 200 200 200 404 404 200 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file/pages/:page", state: .draft, expected: "303 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file/pages/:page", state: .first, expected: "303 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/dossiers/:id/files/:file/pages/:page", state: .awaiting, expected: "303 403 403 200 200 200 404 404 200 200 200 404 403"),
        Line(method: .post, route: "/dossiers/:id/proofs", state: .first, expected: "401 403 403 422 403 422 404 404 404 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/proofs", state: .upper, expected: "401 403 403 403 403 403 404 404 409 404 403 404 403"),
        Line(method: .post, route: "/dossiers/:id/revelations", state: .draft, expected: "401 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .post, route: "/dossiers/:id/revelations", state: .first, expected: "401 403 403 200 200 200 404 404 404 404 200 404 403"),
        Line(method: .get, route: "/post-tables", state: .none, expected: "303 403 403 303 303 303 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/post-tables/:year", state: .none, expected: "303 403 403 200 200 200 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/post-tables/:year", state: .none, expected: "401 403 403 422 422 422 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/post-tables/:year/files/:file", state: .first, expected: "303 403 403 404 404 404 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/post-tables/:year/files/:file/view", state: .first, expected: "303 403 403 404 404 404 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/post-tables/:year/files/:file/pages/:page", state: .first, expected: "303 403 403 404 404 404 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/registration", state: .none, expected: "303 403 403 403 403 403 403 403 403 403 403 403 200"),
        Line(method: .get, route: "/registration", state: .registering, expected: "303 403 403 403 403 403 403 403 403 403 403 403 303"),
        Line(method: .post, route: "/registration", state: .none, expected: "401 403 403 403 403 403 403 403 403 403 403 403 422"),
        Line(method: .get, route: "/unit-requests", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/unit-requests/:id", state: .registering, expected: "303 404 404 404 404 404 404 404 404 404 200 404 200"),
        Line(method: .get, route: "/unit-requests/:id", state: .moving, expected: "303 404 404 404 404 200 404 200 404 404 200 404 404"),
        Line(method: .post, route: "/unit-requests/:id", state: .registering, expected: "401 403 403 403 403 404 403 404 403 403 303 403 403"),
        Line(method: .post, route: "/unit-requests/:id", state: .moving, expected: "401 403 403 403 403 403 403 403 403 403 303 403 403"),
        Line(method: .post, route: "/unit-requests/:id/cancellation", state: .registering, expected: "401 404 404 403 403 404 403 404 403 403 404 403 303"),
        Line(method: .post, route: "/unit-requests/:id/cancellation", state: .moving, expected: "401 404 404 403 403 303 403 303 403 403 404 403 404"),
        Line(method: .get, route: "/unit-requests/:id/files/:file", state: .registering, expected: "303 404 404 404 404 404 404 404 404 404 200 404 200"),
        Line(method: .get, route: "/unit-requests/:id/files/:file/view", state: .registering, expected: "303 404 404 404 404 404 404 404 404 404 200 404 200"),
        Line(method: .get, route: "/unit-requests/:id/files/:file/pages/:page", state: .registering, expected: "303 404 404 404 404 404 404 404 404 404 200 404 200"),
        Line(method: .get, route: "/unit", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/unit", state: .none, expected: "401 403 403 403 403 303 403 303 403 403 303 403 403"),
        Line(method: .get, route: "/unit/superior", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 409 403 403"),
        Line(method: .post, route: "/unit/superior", state: .none, expected: "401 403 403 403 403 303 403 303 403 403 409 403 403"),
        Line(method: .get, route: "/unit/correction", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 409 403 403"),
        Line(method: .post, route: "/unit/correction", state: .none, expected: "401 403 403 403 403 422 403 422 403 403 422 403 403"),
        Line(method: .get, route: "/subordinates", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/subordinates/new", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/subordinates", state: .none, expected: "401 403 403 403 403 303 403 303 403 403 303 403 403"),
        Line(method: .get, route: "/subordinates/:id", state: .unit, expected: "303 403 403 403 403 404 403 404 403 403 200 403 403"),
        Line(method: .post, route: "/subordinates/:id", state: .unit, expected: "401 403 403 403 403 404 403 404 403 403 303 403 403"),
        Line(method: .post, route: "/subordinates/:id/suspension", state: .unit, expected: "401 403 403 403 403 404 403 404 403 403 303 403 403"),
        Line(method: .post, route: "/subordinates/:id/administrators", state: .unit, expected: "401 403 403 403 403 404 403 404 403 403 303 403 403"),
        Line(method: .post, route: "/subordinates/:id/hand-overs", state: .unit, expected: "401 403 403 403 403 404 403 403 403 403 303 403 403"),
        Line(method: .get, route: "/subordinates/:id/administration", state: .unit, expected: "303 403 403 403 403 404 403 404 403 403 200 403 403"),
        Line(method: .get, route: "/subordinates/:id/administration/export", state: .unit, expected: "303 403 403 403 403 404 403 404 403 403 200 403 403"),
        Line(method: .get, route: "/subordinates/branch", state: .none, expected: "303 403 403 403 403 404 403 404 403 403 404 403 403"),
        Line(method: .get, route: "/staff", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/staff/new", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/staff", state: .none, expected: "401 403 403 403 403 303 403 303 403 403 303 403 403"),
        Line(method: .get, route: "/staff/:id", state: .staffMember, expected: "303 403 403 403 403 200 403 200 403 403 404 403 403"),
        Line(method: .post, route: "/staff/:id", state: .staffMember, expected: "401 403 403 403 403 303 403 303 403 403 404 403 403"),
        Line(method: .post, route: "/staff/:id/suspension", state: .staffMember, expected: "401 403 403 403 403 303 403 403 403 403 404 403 403"),
        Line(method: .post, route: "/staff/:id/binding", state: .staffMember, expected: "401 403 403 403 403 303 403 403 403 403 404 403 403"),
        Line(method: .post, route: "/staff/:id/deputies", state: .staffMember, expected: "401 403 403 403 403 303 403 403 403 403 404 403 403"),
        Line(method: .post, route: "/staff/:id/deputies/end", state: .staffMember, expected: "401 403 403 403 403 409 403 409 403 403 404 403 403"),
        Line(method: .get, route: "/roles", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/roles/new", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/roles", state: .none, expected: "401 403 403 403 403 303 403 303 403 403 303 403 403"),
        Line(method: .get, route: "/roles/:id", state: .role, expected: "303 403 403 403 403 200 403 200 403 403 404 403 403"),
        Line(method: .post, route: "/roles/:id", state: .role, expected: "401 403 403 403 403 303 403 403 403 403 404 403 403"),
        Line(method: .post, route: "/roles/:id/deletion", state: .role, expected: "401 403 403 403 403 409 403 403 403 403 404 403 403"),
        Line(method: .get, route: "/administration", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/circulars", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/circulars/new", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/circulars/units/:id/people", state: .unit, expected: "303 403 403 403 403 404 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/circulars/drafts", state: .none, expected: "401 403 403 403 403 303 403 403 403 403 303 403 403"),
        Line(method: .get, route: "/circulars/drafts/:id", state: .circularDraft, expected: "303 403 403 403 403 404 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/circulars/drafts/:id", state: .circularDraft, expected: "401 403 403 403 403 404 403 403 403 403 303 403 403"),
        Line(method: .get, route: "/circulars/:id", state: .circular, expected: "303 403 403 403 403 404 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/received-messages", state: .none, expected: "303 200 200 200 200 200 200 200 200 200 200 200 403"),
        Line(method: .get, route: "/received-messages/:id", state: .circular, expected: "303 200 404 200 200 200 200 200 404 404 404 404 403"),
        Line(method: .post, route: "/received-messages/:id/confirmations", state: .circular, expected: "401 303 404 303 303 303 303 303 404 404 404 404 403"),
        Line(method: .post, route: "/messages/seen", state: .none, expected: "401 303 303 303 303 303 303 303 303 303 303 303 303"),
        Line(method: .get, route: "/regions", state: .none, expected: "303 403 403 403 403 403 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/regions", state: .none, expected: "401 403 403 403 403 403 403 403 403 403 303 403 403"),
        Line(method: .get, route: "/administration/export", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/subordinates/import", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/subordinates/import", state: .none, expected: "401 403 403 403 403 422 403 422 403 403 422 403 403"),
        Line(method: .get, route: "/subordinates/import/template", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/subordinates/import/:id", state: .unit, expected: "303 403 403 403 403 404 403 404 403 403 404 403 403"),
        Line(method: .post, route: "/subordinates/import/:id", state: .unit, expected: "401 403 403 403 403 404 403 404 403 403 404 403 403"),
        Line(method: .get, route: "/subordinates/export", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/staff/import", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/staff/import", state: .none, expected: "401 403 403 403 403 422 403 422 403 403 422 403 403"),
        Line(method: .get, route: "/staff/import/template", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .get, route: "/staff/import/:id", state: .unit, expected: "303 403 403 403 403 404 403 404 403 403 404 403 403"),
        Line(method: .post, route: "/staff/import/:id", state: .unit, expected: "401 403 403 403 403 404 403 404 403 403 404 403 403"),
        Line(method: .get, route: "/staff/export", state: .none, expected: "303 403 403 403 403 200 403 200 403 403 200 403 403"),
        Line(method: .post, route: "/my/dossiers", state: .none, expected: "401 303 303 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/common-opinions", state: .none, expected: "303 403 403 200 200 200 403 403 200 200 200 200 403"),
        Line(method: .post, route: "/common-opinions", state: .none, expected: "401 403 403 303 303 303 403 403 303 303 303 303 403"),
        Line(method: .post, route: "/common-opinions/:id", state: .staffMember, expected: "401 403 403 404 404 404 404 404 404 404 404 404 403"),
        Line(method: .get, route: "/my/dossiers/:id", state: .draft, expected: "303 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id", state: .first, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/sections/:section", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/sections/:section", state: .first, expected: "303 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/sections/:section", state: .draft, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/sections/:section", state: .first, expected: "401 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/submission", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/submission", state: .draft, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/recalls", state: .first, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/recalls", state: .upper, expected: "401 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/abandonments", state: .returned, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id", state: .returned, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/sections/:section", state: .returned, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/resubmissions", state: .returned, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/resubmissions", state: .first, expected: "401 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/attaching", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/attaching", state: .first, expected: "303 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/files", state: .draft, expected: "401 422 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/dossiers/:id/files", state: .first, expected: "401 409 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/files/:file", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/files/:file", state: .first, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/files/:file/view", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/files/:file/pages/:page", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/trail", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/trail", state: .first, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/trail/proof", state: .draft, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/dossiers/:id/trail/proof", state: .first, expected: "303 200 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/entrustments", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/profiles", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/profiles/reach", state: .none, expected: "401 403 403 403 403 403 403 403 403 403 303 403 403"),
        Line(method: .get, route: "/person-requests/:id", state: .profile, expected: "303 200 404 404 404 200 404 404 404 404 404 404 404"),
        Line(method: .get, route: "/person-requests/:id", state: .entrustment, expected: "303 200 404 404 404 200 404 404 404 404 200 404 404"),
        Line(method: .post, route: "/person-requests/:id", state: .profile, expected: "401 403 403 404 404 303 404 404 404 404 404 404 403"),
        Line(method: .post, route: "/person-requests/:id", state: .entrustment, expected: "401 403 403 404 404 403 404 404 404 404 303 404 403"),
        Line(method: .post, route: "/person-requests/:id/cancellation", state: .profile, expected: "401 303 404 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/person-requests/:id/files/:file", state: .profile, expected: "303 200 404 404 404 200 404 404 404 404 404 404 404"),
        Line(method: .get, route: "/person-requests/:id/files/:file", state: .entrustment, expected: "303 200 404 404 404 200 404 404 404 404 200 404 404"),
        Line(method: .get, route: "/person-requests/:id/files/:file/view", state: .profile, expected: "303 200 404 404 404 200 404 404 404 404 404 404 404"),
        Line(method: .get, route: "/person-requests/:id/files/:file/view", state: .entrustment, expected: "303 200 404 404 404 200 404 404 404 404 200 404 404"),
        Line(method: .get, route: "/person-requests/:id/files/:file/pages/:page", state: .profile, expected: "303 200 404 404 404 200 404 404 404 404 404 404 404"),
        Line(method: .get, route: "/person-requests/:id/files/:file/pages/:page", state: .entrustment, expected: "303 200 404 404 404 200 404 404 404 404 200 404 404"),
        Line(method: .get, route: "/my/profile", state: .none, expected: "303 200 200 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/profile/form", state: .none, expected: "303 200 200 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/profile/form", state: .profile, expected: "303 303 200 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/profile/form", state: .none, expected: "401 422 422 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/entrustments", state: .none, expected: "303 200 200 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/my/entrustments/:direction", state: .none, expected: "303 200 200 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .post, route: "/my/entrustments/:direction", state: .none, expected: "401 422 422 403 403 403 403 403 403 403 403 403 403"),
        Line(method: .get, route: "/statistics", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/statistics/cross", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/statistics/people", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/statistics/export", state: .none, expected: "303 403 403 403 403 200 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/plans", state: .none, expected: "303 403 403 403 403 403 403 403 403 403 200 403 403"),
        Line(method: .get, route: "/plans/new", state: .none, expected: "303 403 403 403 403 403 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/plans", state: .none, expected: "401 403 403 403 403 403 403 403 403 403 422 403 403"),
        Line(method: .get, route: "/plans/:id", state: .plan, expected: "303 403 403 403 403 403 403 403 403 403 200 403 403"),
        Line(method: .post, route: "/plans/:id", state: .plan, expected: "401 403 403 403 403 403 403 403 403 403 422 403 403"),
        Line(method: .post, route: "/plans/:id/extensions", state: .plan, expected: "401 403 403 403 403 403 403 403 403 403 422 403 403"),
    ]

    /// The printed form, for docs/access.md.
    static var document: String {
        let head = "| 路由 | 材料 | \(titles.joined(separator: " | ")) |\n|---|---|\(String(repeating: "---|", count: titles.count))\n"
        let rows = lines.map { line in
            "| `\(line.method.rawValue) \(line.route)` | \(line.state.rawValue) | \(line.expected.split(separator: " ").joined(separator: " | ")) |\n"
        }
        return """
            # Who gets what

            Written by hand in `Tests/WebTests/AccessMatrix.swift`, compared with the site by a test, printed here by the same test.
            200 page · 303 done, see other page (for a GET by a visitor: sign in) · 401 sign in, nothing typed is lost · 403 not allowed, with the reason ·
            404 nothing here that you may see · 409 not possible now. Forms carry a token that is right for the sender's session.

            \(head)\(rows.joined())
            """
    }
}

@Suite struct AccessMatrixTests {
    @Test func everyRouteHasRows() async throws {
        let site = try await TestSite(try await World())
        let named = Set(AccessMatrix.lines.map { "\($0.method.rawValue) \($0.route.replacing(/\/reviews\/[^\/]*/, with: "/reviews/:list"))" })
        let registered = Set(site.site.router().routes.filter { $0.method != .head }.map { "\($0.method.rawValue) \($0.path)".replacing("{", with: ":").replacing("}", with: "") })
        #expect(named == registered)
    }

    @Test(arguments: AccessMatrix.lines.indices)
    func theSiteDoesAsWritten(_ index: Int) async throws {
        let line = AccessMatrix.lines[index]
        let expected = line.expected.split(separator: " ").compactMap { Int($0) }
        try #require(expected.count == AccessMatrix.people.count)
        // Posts change what they find, so each gets a world of its own.
        var site = try await TestSite(try await World())
        var id = try await dossier(line.state, site.world)
        for (person, status) in zip(AccessMatrix.people, expected) {
            let answer = try await ask(line, id, as: person, site)
            #expect(answer.status == status, "\(line.method) \(line.route) \(line.state) as \(person.map { "\($0)" } ?? "nobody")")
            if line.method == .post, answer.status == 303 {
                site = try await TestSite(try await World())
                id = try await dossier(line.state, site.world)
            }
        }
    }

    @Test func theDocumentIsPrintedFromIt() throws { #expect(try documentStands("access.md", AccessMatrix.document), "docs/access.md is stale: run REGENERATE=1 swift test") }

    private func dossier(_ state: AccessMatrix.State, _ world: World) async throws -> (id: String, version: Int, revision: Int, file: String) {
        let (id, version, revision) = try await bare(state, world)
        if state == .profile || state == .entrustment { return (id, version, revision, try await world.firstPersonRequestFile()) }
        if state == .registering || state == .moving { return (id, version, revision, try await world.firstRequestFile()) }
        return (id, version, revision, try await ID<Dossier>(id).asyncMap { try await world.firstFile(of: $0) } ?? World.key())
    }

    private func bare(_ state: AccessMatrix.State, _ world: World) async throws -> (id: String, version: Int, revision: Int) {
        switch state {
        case .none: return ("", 0, 0)
        case .unit: return (world.unit(.otherBureau).id.text, 1, 0)
        case .registering:
            return (try await world.registration(of: .strangerClerk, to: .authority).text, 1, 0)
        case .moving: return (try await world.superiorChange().text, 1, 0)
        case .plan: return (world.plan.id.text, 1, 0)
        case .profile: return (try await world.profile().text, 1, 0)
        case .entrustment: return (try await world.entrustment(passedBy: [.schoolTalents, .bureauTalents]).text, 3, 0)
        case .circularDraft: return (try await world.circularDraft().text, 2, 0)
        case .circular: return (try await world.circular().text, 1, 0)
        case .staffMember: return (world.staff[.schoolFirst]?.text ?? "", 1, 0)
        case .role: return (try await world.role(of: .schoolFirst).text, 1, 0)
        case .draft:
            let (id, revision) = try await world.draft()
            return (id.text, 1, revision)
        case .first: return (try await world.dossier().text, 2, 0)
        case .second: return (try await world.dossier(after: [(.schoolFirst, .pass())]).text, 3, 0)
        case .returned: return (try await world.dossier(after: [(.schoolFirst, .giveBack)]).text, 3, 0)
        case .failed: return (try await world.dossier(after: [(.schoolFirst, .fail)]).text, 3, 0)
        case .upper: return (try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass())]).text, 4, 0)
        case .awaiting:
            return (try await world.dossier(after: [(.schoolFirst, .pass()), (.schoolSecond, .pass()), (.bureauFirst, .pass()), (.bureauSecond, .pass())]).text, 6, 0)
        }
    }

    private static let unit = [
        "type": "10", "jurisdiction": "510000", "steps": "one", "singleClerk": "0", "postManagement": "0", "contactName": "联系人", "contactPhone": "028-12345678",
    ]
    private static let administrator = ["personName": "新来的", "idNumber": "110105194912310046", "phone": "13800001234"]

    private func ask(_ line: AccessMatrix.Line, _ dossier: (id: String, version: Int, revision: Int, file: String), as person: World.Name?, _ site: TestSite) async throws -> Answer
    {
        let browser = if let person { try await site.browser(person) } else { site.visitor }
        // Whose binding is reset has signed in before.
        if line.route.hasSuffix("/binding") { _ = try await site.browser(.schoolFirst) }
        let path = line.route.replacing(":id", with: dossier.id).replacing(":section", with: "summary").replacing(
            ":file", with: line.route.hasPrefix("/public") ? "none.css" : dossier.file
        ).replacing(":page", with: "1").replacing(":printout", with: "dossier").replacing(":year", with: "2026")
            .replacing(":direction", with: "outside")
        let query = line.route.hasSuffix("/attaching") ? "?part=basics&row=basics" : line.route == "/statistics/people" ? "?dimension=origin&group=%E5%86%85%E5%9C%B0" : ""
        guard line.method == .post else { return try await browser.get(path + query) }
        let isSection = line.route.hasSuffix(":section")
        var fields = try await browser.token(for: path, version: isSection ? dossier.revision : line.route == "/unit" ? 1 : dossier.version)
        switch line.route {
        case "/my/dossiers/:id/files": fields.merge(["part": "basics", "row": "basics"]) { $1 }
        case "/my/dossiers": fields["plan"] = site.world.plan.id.text
        case "/my/dossiers/:id/submission": fields.merge(["pledge": "1", "edition": "\(dossier.revision)-2"]) { $1 }
        case "/my/dossiers/:id/sections/:section": fields["summary.summary.summary"] = "总结"
        case "/regions": fields.merge(["affiliation": "演示高新区", "superior": "511100"]) { $1 }
        case "/unit": fields.merge(Self.unit.merging(["affiliation": "1"]) { $1 }) { $1 }
        case "/unit/superior": fields.merge(["reason": "改革", "superior": site.world.unit(.otherBureau).id.text, "action": "submit"]) { $1 }
        case "/unit/correction": fields.merge(["reason": "有误", "name": "新名", "creditCode": "91350100M000100Y43", "action": "submit"]) { $1 }
        case "/registration": fields.merge(Self.unit.merging(["superior": site.world.unit(.bureau).id.text, "affiliation": "1", "action": "submit"]) { $1 }) { $1 }
        case "/profiles/reach": fields["reach"] = "authority"
        case "/person-requests/:id": fields.merge(["action": "giveBack", "opinion": "请补充。"]) { $1 }
        case "/person-requests/:id/cancellation": fields["confirmed"] = "1"
        case "/my/profile/form", "/my/entrustments/:direction", "/plans", "/plans/:id": fields["action"] = "submit"
        case "/unit-requests/:id": fields.merge(["action": "pass", "opinion": ""]) { $1 }
        case "/subordinates":
            fields.merge(Self.unit.merging(Self.administrator) { $1 }.merging(["name": "新单位", "creditCode": "91350100M000100Y43", "step": "administrator"]) { $1 }) { $1 }
        case "/subordinates/:id": fields.merge(Self.unit) { $1 }
        case "/subordinates/:id/suspension": fields.merge(["action": "disable", "confirmed": "1"]) { $1 }
        case "/subordinates/:id/administrators": fields.merge(Self.administrator) { $1 }
        case "/staff":
            fields.merge(["name": "新来的", "idNumber": "110105194912310046", "phone": "13800001234", "department": "教务处"]) { $1 }
        case "/staff/:id": fields.merge(["department": "教务处", "role.\(try await site.world.role(of: .schoolFirst))": "1"]) { $1 }
        case "/subordinates/:id/hand-overs": fields.merge(["action": "take", "confirmed": "1"]) { $1 }
        case "/staff/:id/deputies":
            fields.merge(["deputy": site.world.staff[.schoolSecond]?.text ?? "", "from": World.start.day.description, "until": World.start.day.description]) { $1 }
        case "/staff/:id/deputies/end": fields["deputy"] = World.key()
        case "/staff/:id/suspension": fields["action"] = "disable"
        case "/roles": fields.merge(["name": "新角色", "permission.staff": "1"]) { $1 }
        case "/roles/:id": fields.merge(["name": "改名", "permission.firstReview": "1"]) { $1 }
        case "/circulars/drafts/:id": fields.merge(["subject": "通知", "body": "请及时办理。", "audience": "chosen", "action": "send"]) { $1 }
        case "/common-opinions": fields.merge(["kind": "pass", "body": "同意上报"]) { $1 }
        case "/common-opinions/:id": fields.merge(["action": "save", "body": "同意上报"]) { $1 }
        case "/dossiers/:id/hand-over-requests", "/my/dossiers/:id/hand-over-requests": fields["handOverReason"] = "无人可以办理"
        case "/reviews/archive/export": fields.merge(["purpose": "年度统计", "format": "csv", "back": "archive"]) { $1 }
        case "/reviews/own-first/bulk": fields.merge(["action": "giveBack", "back": "own-first", "d.\(dossier.id)": "2"]) { $1 }
        case "/bulks":
            fields.merge(["kind": "giveBack", "back": "own-first", "d.\(dossier.id)": "2", "opinion": "补充", "deadline": World.start.day.adding(9).description, "action": "submit"])
            { $1 }
            return try await browser.upload(path, fields, [])
        case "/reviews/own-first/person": fields["idNumber"] = "11010519491231002X"
        case "/reviews/own-first/views", "/reviews/own-first/views/deletion": fields.merge(["name": "视图", "back": "own-first?year=2026"]) { $1 }
        case "/my/dossiers/:id/resubmissions":
            let edition = try await ID<Dossier>(dossier.id).asyncMap { id in try await site.world.database.read { try $0.draft(of: id).edition } }
            fields.merge(["pledge": "1", "edition": edition ?? ""]) { $1 }
        case "/my/dossiers/:id/abandonments": fields["confirmed"] = "1"
        case "/dossiers/:id/returns", "/dossiers/:id/failures", "/dossiers/:id/corrections", "/dossiers/:id/refusals", "/dossiers/:id/recusals", "/dossiers/:id/extensions",
            "/dossiers/:id/reopenings":
            fields["opinion"] = "原因"
            if line.route.hasSuffix("/failures") || line.route.hasSuffix("/refusals") { fields["confirmed"] = "1" }
            if ["/returns", "/corrections", "/extensions"].contains(where: line.route.hasSuffix) { fields["deadline"] = World.start.day.adding(9).description }
            fields["seen"] = try await site.seen(of: dossier.id)
        case "/dossiers/:id/passes": fields.merge(["opinion": "同意", "action": "pass", "seen": try await site.seen(of: dossier.id)]) { $1 }
        case "/dossiers/:id/acceptances": fields.merge(["opinion": "同意", "seen": try await site.seen(of: dossier.id)]) { $1 }
        case _: break
        }
        return try await browser.post(path, fields)
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ body: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await body(self)
    }
}
