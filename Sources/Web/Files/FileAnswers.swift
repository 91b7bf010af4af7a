import Domain
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    /// A file of a dossier as it was uploaded: never shown by the browser, always saved.
    @Sendable func file(_ request: Request, _ context: StaffContext) async throws -> Response { try await original(try await found(context, by: context.actor), context) }
    @Sendable func myFile(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        try await original(try await found(context, by: context.actor), context)
    }

    /// A page of a file as a picture.
    @Sendable func filePage(_ request: Request, _ context: StaffContext) async throws -> Response { try await picture(try await found(context, by: context.actor), context) }
    @Sendable func myFilePage(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        try await picture(try await found(context, by: context.actor), context)
    }

    /// The file's pages one by one, for whoever has no scripts.
    @Sendable func fileView(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        return try await view(try await found(context, by: context.actor), at: Path.files(id), back: Path.dossier(id), request, context)
    }

    @Sendable func myFileView(_ request: Request, _ context: ApplicantContext) async throws -> Response {
        let id: ID<Dossier> = try context.id()
        return try await view(try await found(context, by: context.actor), at: Path.myFiles(id), back: Path.myDossier(id), request, context)
    }

    /// Asks the one rule at every request (D24).
    private func found(_ context: some SiteContext, by actor: Actor) async throws -> Attachment {
        let (dossier, file): (ID<Dossier>, ID<Attachment>) = (try context.id(), try context.id("file"))
        return try await database.read { try $0.attachment(file, of: dossier, for: actor) }
    }

    func original(_ file: Attachment, _ context: some SiteContext) async throws -> Response {
        guard try await intake.store.holds(file.digest) else {
            context.logger.critical("a stored file is missing or altered", metadata: ["digest": "\(file.digest)"])
            throw Problem.unavailable("文件“\(file.name)”未通过完整性校验，暂时不能下载，请联系管理员（编号 \(context.id)）。")
        }
        let store = intake.store
        let body = ResponseBody(contentLength: try await store.size(of: file.digest)) { writer in
            try await store.read(file.digest) { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok, headers: [.contentType: file.kind.mediaType], body: body)
        // The plain name is for programs that know nothing newer (RFC 6266, 5987).
        response.headers[.contentDisposition] =
            "attachment; filename=\"file-\(file.id.text.prefix(6)).\(file.name.split(separator: ".").last ?? "bin")\"; filename*=UTF-8''\(Path.percentEncode(file.name))"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return response
    }

    func picture(_ file: Attachment, _ context: some SiteContext) async throws -> Response {
        guard let page = context.parameters.get("page").flatMap({ Int($0) }) else { throw Problem.notFound }
        let picture: Data?
        do {
            picture = try await intake.drawing.picture(of: file, page: page, for: context.currentSession?.signedIn.account.text ?? "")
        } catch let refusal as FileRefusal {
            throw Problem.unavailable(refusal.sentence)
        }
        guard let picture else { throw Problem.notFound }
        return Response(status: .ok, headers: [.contentType: "image/jpeg"], body: .init(byteBuffer: ByteBuffer(bytes: picture)))
    }

    func view(_ file: Attachment, at base: String, back: String, _ request: Request, _ context: some SiteContext) async throws -> Response {
        let asked = request.uri.queryParameters["page"].flatMap { Int($0) } ?? 1
        let frame = await frame(for: context)
        return page(FileViewPage(frame: frame, file: file, path: "\(base)/\(file.id.text)", back: back, page: min(max(asked, 1), file.pages)).html)
    }
}

/// One page of a file, with the way to the next.
struct FileViewPage {
    let frame: Frame
    let file: Attachment
    let path: String
    let back: String
    let page: Int

    var html: HTML {
        frame.page(
            file.name,
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(back)">返回</a></nav><h1>\(file.name)</h1></div>
                <section class="card paper"><div class="head"><p>第 \(page) 页，共 \(file.pages) 页 · \(file.size)</p><p class="buttons">\(turn("上一页", to: page - 1))\(turn("下一页", to: page + 1))\
                <a class="button" href="\(path)">下载原件</a></p></div><img src="\(path)/pages/\(page)" alt="\(file.name) 第 \(page) 页"></section>
                """)
    }

    private func turn(_ word: String, to page: Int) -> HTML {
        (1...max(file.pages, 1)).contains(page) ? "<a class=\"button\" href=\"\(path)/view?page=\(page)\">\(word)</a>" : .empty
    }
}

/// Links to files, each of which the page's script opens beside what is being read.
struct FileLinks {
    let files: [Attachment]
    let base: String

    var html: HTML {
        guard !files.isEmpty else { return .empty }
        return """
            <ul class="files">\(files.map { file in
                """
                <li><a href="\(base)/\(file.id.text)/view" data-file="\(base)/\(file.id.text)" data-pages="\(file.pages)">\(file.name)</a> <small>\(file.pages > 1 ? "\(file.pages) 页 · " : "")\(file.size)</small></li>
                """ as HTML
            })</ul>
            """
    }
}
