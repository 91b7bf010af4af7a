import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 首页 for whoever is not signed in: 单位登录 and 个人登录 side by side.
    @Sendable func entry(_ request: Request, _ context: VisitorContext) async throws -> Response {
        if context.session != nil { return see(Path.home) }
        let personas = settings.issuerIsLoopback ? try await database.read { try $0.demoPersonas() } : []
        return page(EntryPage(frame: await frame(for: context), personas: personas, wanted: ReturnPath(request, origin: settings.origin)).html)
    }
}

struct EntryPage {
    let frame: Frame
    let personas: [DemoPersona]
    /// The page that was asked for before signing in.
    let wanted: ReturnPath?

    var html: HTML {
        frame.page(
            "登录",
            body: """
                <div class="entry"><div class="welcome"><h1>专业技术人才职称评审</h1>\
                <p>职称申报实行逐级管理：申报人提交，所在单位审核、推荐、公示，逐级报送至职称授权管理单位和评审委员会办事机构。</p>\(back)</div>\
                <div class="doors">
                <section class="door card" aria-labelledby="unit-door"><h2 id="unit-door">单位登录</h2><p>工作单位、主管部门和评审机构的工作人员，通过统一身份认证平台的法人登录进入。</p>\
                <a class="button primary large" href="\(Path.signIn(as: .unit, returningTo: wanted))">单位登录</a>\
                <p class="corner"><a href="\(Path.signIn(as: .unit, returningTo: wanted))">单位注册</a></p></section>
                <section class="door card" aria-labelledby="person-door"><h2 id="person-door">个人登录</h2><p>申报人本人，通过统一身份认证平台的个人登录进入，填报材料、查看进度。</p>\
                <a class="button primary large" href="\(Path.signIn(as: .person, returningTo: wanted))">个人登录</a></section></div>
                \(chooser)</div>
                """)
    }

    private var back: HTML { wanted == nil ? .empty : "<p class=\"notice\" role=\"status\">请先登录，登录后将打开您要访问的页面。</p>" }

    private var chooser: HTML {
        guard !personas.isEmpty else { return .empty }
        return """
            <section class="personas card" aria-labelledby="personas"><h2 id="personas">演示身份</h2>\
            <p>本系统现为演示省份，单位和人员均为虚构。点击任一身份，经模拟的统一身份认证平台登录。</p>\
            <ul>\(personas.map { "<li><a class=\"persona\" href=\"\(Path.signIn(as: $0.kind, persona: $0.loginHint, returningTo: wanted))\">\($0.label)</a></li>" as HTML })</ul></section>
            """
    }
}
