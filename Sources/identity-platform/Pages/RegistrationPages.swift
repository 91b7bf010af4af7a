import Domain
import Markup

func personRegistrationPage(_ typed: TypedPerson, _ continuation: Continuation, _ problems: Problems? = nil) -> HTML {
    let fields = [
        Field(name: "name", label: "姓名", value: typed.name, autocomplete: "name", hint: "与身份证一致"),
        Field(name: "idNumber", label: "身份证号", value: typed.idNumber, autocomplete: "username", hint: "18 位，末位可为 X"),
        Field(name: "phone", label: "手机号", value: typed.phone, type: "tel", autocomplete: "tel", inputmode: "tel"),
        Field(name: "password", label: "密码", type: "password", autocomplete: "new-password", hint: "10 至 200 个字符"),
        Field(name: "passwordAgain", label: "再次输入密码", type: "password", autocomplete: "new-password"),
    ]
    return registrationPage(
        .person, title: "个人注册和实名认证", heading: "个人信息", fields, continuation, problems,
        """
        <p>以下各项均须填写。模拟平台不连接公安人口库，提交后即视为通过实名认证。</p>
        """)
}

func unitRegistrationPage(_ typed: TypedUnit, _ continuation: Continuation, _ problems: Problems? = nil) -> HTML {
    let fields = [
        Field(name: "creditCode", label: "统一社会信用代码", value: typed.creditCode, hint: "18 位，见单位证照"),
        Field(name: "unitName", label: "单位名称", value: typed.unitName, autocomplete: "organization", hint: "与单位证照一致"),
        Field(name: "representative", label: "法定代表人姓名", value: typed.representative),
        Field(name: "idNumber", label: "经办人身份证号", value: typed.idNumber, autocomplete: "username"),
        Field(name: "password", label: "经办人密码", type: "password", autocomplete: "current-password", hint: "经办人个人账户的密码"),
    ]
    return registrationPage(
        .unit, title: "法人注册和认证", heading: "单位和经办人信息", fields, continuation, problems,
        """
        <p>以下各项均须填写。经办人须先完成个人注册和实名认证：<a href="\(continuation.registrationPath(.person))">个人注册</a>。\
        模拟平台不连接市场监管等部门的登记库，提交后即视为通过认证。</p>
        """)
}

private func registrationPage(
    _ kind: AccountKind, title: String, heading: String, _ fields: [Field], _ continuation: Continuation, _ problems: Problems?,
    _ introduction: HTML
) -> HTML {
    let back: HTML? = continuation.loginPath.map { "<p><a href=\"\($0)\">已注册，返回登录</a></p>" }
    let form = postForm(
        kind.rawValue, to: "/register/\(kind.rawValue)", hidden: [("continue", continuation.carried)], fields,
        problems?.list ?? [], button: "提交注册"
    )
    return shell(
        title: title, hasProblems: problems != nil,
        """
        <h1>\(title)</h1>
        <div class="cards">
        \(card("\(kind.rawValue)-heading", heading: heading, "\(introduction)\(form)\(back)"))
        </div>
        """)
}

/// After a registration that began here and not at a business system.
func registeredPage() -> HTML {
    shell(
        title: "注册完成",
        """
        <h1>注册完成</h1>
        <section class="card narrow">
        <p role="status">注册和认证已完成。请打开要办理业务的系统，从那里登录。</p>
        <p><a href="/">返回平台首页</a></p>
        </section>
        """)
}
