import Markup

/// Says what this is. One signs in from a business system, never here.
func frontPage() -> HTML {
    shell(
        title: "首页",
        """
        <h1>模拟统一身份认证平台</h1>
        <p class="lead">这是四川省统一身份认证平台的模拟，仅用于演示和测试，与真实平台没有任何连接。\
        登录请从业务系统进入：业务系统会把您带到本平台的登录页面，登录后自动返回。</p>
        <div class="cards">
        \(card("person-heading", heading: "个人登录", corner: corner(.person), """
            <p>申报人等以个人身份办事的人员使用。凭身份证号和密码登录。</p>
            <p>没有账户的，先<a href="/register/person">注册个人账户</a>并完成实名认证。</p>
            """))
        \(card("unit-heading", heading: "法人登录", corner: corner(.unit), """
            <p>工作单位的经办人使用。凭单位的统一社会信用代码、经办人身份证号和经办人密码登录。</p>
            <p>单位没有账户的，先<a href="/register/unit">注册法人账户</a>；经办人须先完成个人注册和实名认证。</p>
            """))
        </div>
        """)
}

private func corner(_ kind: AccountKind) -> HTML {
    "<a class=\"corner\" href=\"/register/\(kind.rawValue)\" aria-describedby=\"\(kind.rawValue)-heading\">注册</a>"
}
