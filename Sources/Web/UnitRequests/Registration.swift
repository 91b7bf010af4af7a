import Domain
import Hummingbird
import Markup
import Storage

extension Site {
    /// 基本信息维护 of a legal person that is not registered here (M3).
    @Sendable func registration(_ request: Request, _ context: RegistrantContext) async throws -> Response {
        if let request = context.request, request.state == .waiting || request.state == .returned && request.person != context.session.signedIn.person.id {
            return see(Path.unitRequest(request.id))
        }
        return page(try await registrationPage(context))
    }

    @Sendable func register(_ request: Request, _ context: RegistrantContext) async throws -> Response {
        let posted = try await postedRequest(.registration, request, context.session, today: context.now.day)
        return try await settle(posted) { posted in
            guard let superior = posted.superior else { throw Problem.malformed }
            let signedIn = context.session.signedIn
            let form = UnitRequestForm(
                .registration, of: context.creditCode, named: signedIn.unitName, to: superior, values: posted.values, files: posted.files)
            return try await database.write {
                try $0.register(form, over: posted.token.version, by: Requester(signedIn, key: posted.token.key, at: context.now))
            }
        } show: { posted, typing in
            try await registrationPage(context, posted, typing)
        }
    }

    private func registrationPage(_ context: RegistrantContext, _ posted: PostedRequest? = nil, _ typing: Typing? = nil) async throws -> HTML {
        let (session, signedIn) = (context.session, context.session.signedIn)
        let mended = context.request?.state == .returned ? context.request : nil
        return try await database.read { connection in
            let choices = try choices(posted, given: mended?.superior, for: nil, connection)
            return RequestFormPage(
                frame: try frame(for: session, connection, current: Path.registration), kind: .registration, path: Path.registration,
                facts: [("单位名称", signedIn.unitName), ("统一社会信用代码", signedIn.creditCode), ("经办人员（超级管理员）", signedIn.person.name)],
                given: mended?.values ?? ["steps": "two", "singleClerk": "0", "postManagement": "0"], superior: choices.chosen, found: choices.found,
                search: posted?.search ?? "",
                files: try FormFiles(
                    UnitRequest.fileRule(of: .registration), field: UnitRequest.fileField, isRequired: true, files: posted?.files ?? mended?.files ?? [],
                    with: FileTicket(vault: connection.vault, session: session)),
                typing: typing, version: mended?.version ?? 0, givenBack: try mended.flatMap { try connection.steps(of: $0.id).last?.opinion },
                explanation: "<p class=\"hint\">单位名称和统一社会信用代码以统一身份认证平台的认证为准，不能修改。提交后由所选上级单位审核，审核通过后开放申报、经办功能，您为本单位的超级管理员。</p>",
                session: session, reference: reference
            ).html
        }
    }
}
