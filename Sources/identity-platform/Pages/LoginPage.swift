import Domain
import Markup

/// The login page: the box the relying party asked for, or both.
func loginPage(
    _ authorization: AuthorizationRequest, _ typed: TypedLogin? = nil, _ problems: Problems? = nil, registered: AccountKind? = nil
) -> HTML {
    let kinds = authorization.account.map { [$0] } ?? AccountKind.allCases
    let boxes = kinds.map { kind in
        let concerned = typed?.kind == kind
        return loginBox(kind, authorization, concerned ? typed : nil, concerned ? problems?.list ?? [] : [])
    }
    return shell(
        title: kinds.count == 1 ? kinds.map(loginTitle).joined() : "登录", hasProblems: problems != nil,
        """
        <h1>用户登录</h1>
        \(registered.map(registeredNotice))
        <div class="cards">
        \(boxes)
        </div>
        """)
}

private func loginTitle(_ kind: AccountKind) -> String {
    switch kind {
    case .person: "个人登录"
    case .unit: "法人登录"
    }
}

private func registeredNotice(_ kind: AccountKind) -> HTML {
    switch kind {
    case .person: "<p class=\"notice\" role=\"status\">个人注册和实名认证已完成，请登录。</p>"
    case .unit: "<p class=\"notice\" role=\"status\">法人注册和认证已完成，请由经办人登录。</p>"
    }
}

private func loginBox(
    _ kind: AccountKind, _ authorization: AuthorizationRequest, _ typed: TypedLogin?, _ problems: [FieldProblem]
) -> HTML {
    let box = kind.rawValue
    // Both boxes may be on one page, where "注册" alone would not say which registration.
    let register: HTML = """
        <a class="corner" href="\(Continuation(authorization).registrationPath(kind))" aria-describedby="\(box)-heading">注册</a>
        """
    return card(
        "\(box)-heading", heading: loginTitle(kind), corner: register,
        postForm(
            box, to: "/authorize", hidden: authorization.fields + [("kind", kind.rawValue)], loginFields(kind, typed), problems,
            button: "登录"
        ))
}

private func loginFields(_ kind: AccountKind, _ typed: TypedLogin?) -> [Field] {
    let number = typed?.idNumber ?? ""
    switch kind {
    case .person:
        return [
            Field(name: "idNumber", label: "身份证号", value: number, autocomplete: "username"),
            Field(name: "password", label: "密码", type: "password", autocomplete: "current-password"),
        ]
    case .unit:
        return [
            Field(name: "creditCode", label: "统一社会信用代码", value: typed?.creditCode ?? "", hint: "18 位，见单位证照"),
            Field(name: "idNumber", label: "经办人身份证号", value: number, autocomplete: "username"),
            Field(name: "password", label: "经办人密码", type: "password", autocomplete: "current-password", hint: "经办人个人账户的密码"),
        ]
    }
}
