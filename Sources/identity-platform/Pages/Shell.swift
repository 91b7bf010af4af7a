import Markup

/// The frame of every page.
func shell(title: String, hasProblems: Bool = false, _ main: HTML) -> HTML {
    let prefix: HTML = hasProblems ? "需要更正：" : ""
    return """
        <!DOCTYPE html>
        <html lang="zh-CN">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(prefix)\(title) - 四川省统一身份认证平台（模拟）</title>
        <link rel="stylesheet" href="/public/platform.css"><link rel="icon" href="/public/icon.svg">
        </head>
        <body>
        <a class="skip" href="#main">跳到主要内容</a>
        <header class="bar"><a class="brand" href="/">四川省统一身份认证平台（模拟）</a></header>
        <main id="main" tabindex="-1">
        \(main)
        </main>
        <footer>
        <p>本页面为演示用的模拟平台：模拟统一身份认证平台，仅用于演示和测试。请勿填写真实的个人信息。</p>
        </footer>
        </body>
        </html>
        """
}

/// A card with a heading and, at its upper right, at most one link.
func card(_ id: String, heading: String, corner: HTML? = nil, _ content: HTML) -> HTML {
    """
    <section class="card" aria-labelledby="\(id)">
    <div class="card-top"><h2 id="\(id)">\(heading)</h2>\(corner)</div>
    \(content)
    </section>
    """
}

func refusalPage(_ sentence: String) -> HTML {
    shell(
        title: "无法继续",
        """
        <h1>无法继续</h1>
        <section class="card narrow"><p>\(sentence)</p><p><a href="/">返回平台首页</a></p></section>
        """)
}
