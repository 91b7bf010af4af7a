import Hummingbird

extension Site {
    /// Every route, by whom it serves. A handler gets the context that proves its asker.
    public func router() -> Router<VisitorContext> {
        let router = Router(context: VisitorContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            AccessLog()
            SecurityHeaders(settings: settings)
            Problems(site: self)
            Limits()
        }
        // Under any name of this machine and without a session: monitors, and what the page looks like that tells the right name.
        router.get("/healthz", use: health)
        router.get("/readyz", use: readiness)
        router.get("/public/:file", use: asset)
        // What is added here surrounds only the routes below.
        router.addMiddleware {
            OwnHost(settings: settings)
            Sessions(database: database, settings: settings, clock: clock)
        }
        // Anybody.
        router.get("/", use: entry)
        router.get("/sign-in/person") { try await startSignIn($0, $1, as: .person) }
        router.get("/sign-in/unit") { try await startSignIn($0, $1, as: .unit) }
        router.get("/sign-in/callback", use: finishSignIn)

        let signedIn = router.group(context: SignedInContext.self)
        signedIn.get("/home", use: home)
        signedIn.post("/sign-out", use: signOut)

        let staff = signedIn.group(context: StaffContext.self)
        staff.get("/reviews/:list", use: worklist)
        staff.get("/dossiers/:id", use: review)
        staff.get("/dossiers/:id/trail", use: trail)
        staff.post("/dossiers/:id/passes", use: pass)
        staff.post("/dossiers/:id/acceptances", use: accept)
        staff.post("/dossiers/:id/revelations", use: reveal)
        staff.post("/dossiers/:id/proofs", use: uploadProofs)
        staff.get("/dossiers/:id/files/:file", use: file)
        staff.get("/dossiers/:id/files/:file/view", use: fileView)
        staff.get("/dossiers/:id/files/:file/pages/:page", use: filePage)
        staff.get("/post-tables", use: postTables)
        staff.get("/post-tables/:year", use: postTable)
        staff.post("/post-tables/:year", use: savePostTable)
        staff.get("/post-tables/:year/files/:file", use: postTableFile)
        staff.get("/post-tables/:year/files/:file/view", use: postTableFileView)
        staff.get("/post-tables/:year/files/:file/pages/:page", use: postTablePicture)

        let applicant = signedIn.group(context: ApplicantContext.self)
        applicant.post("/my/dossiers", use: openDossier)
        applicant.get("/my/dossiers/:id", use: myDossier)
        applicant.get("/my/dossiers/:id/sections/:section", use: section)
        applicant.post("/my/dossiers/:id/sections/:section", use: saveSection)
        applicant.get("/my/dossiers/:id/submission", use: submission)
        applicant.post("/my/dossiers/:id/submission", use: submit)
        applicant.get("/my/dossiers/:id/trail", use: myTrail)
        applicant.get("/my/dossiers/:id/attaching", use: attaching)
        applicant.post("/my/dossiers/:id/files", use: attach)
        applicant.get("/my/dossiers/:id/files/:file", use: myFile)
        applicant.get("/my/dossiers/:id/files/:file/view", use: myFileView)
        applicant.get("/my/dossiers/:id/files/:file/pages/:page", use: myFilePage)
        return router
    }

    @Sendable func asset(_ request: Request, _ context: VisitorContext) async throws -> Response {
        try assets.response(for: request.uri.path)
    }
}
