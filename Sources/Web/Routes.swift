import Hummingbird

extension Site {
    /// Every route, by whom it serves. A handler gets the context that proves its asker.
    public func router() -> Router<VisitorContext> {
        let router = Router(context: VisitorContext.self, options: .autoGenerateHeadEndpoints)
        router.addMiddleware {
            AccessLog(measures: measures)
            Serving(database: database)
            SecurityHeaders(settings: settings)
            Problems(site: self)
            Limits()
        }
        // Under any name of this machine and without a session: what the page looks like that tells the right name.
        router.get("/public/:file", use: asset)
        // What is added here surrounds only the routes below.
        router.addMiddleware {
            OwnHost(settings: settings)
            Sessions(database: database, settings: settings, clock: clock)
        }
        // Anybody.
        router.get("/", use: entry)
        router.get("/verification-keys", use: verificationKeys)
        router.get("/sign-in/person") { try await startSignIn($0, $1, as: .person) }
        router.get("/sign-in/unit") { try await startSignIn($0, $1, as: .unit) }
        router.get("/sign-in/callback", use: finishSignIn)

        let signedIn = router.group(context: SignedInContext.self)
        signedIn.get("/home", use: home)
        signedIn.post("/sign-out", use: signOut)
        addReceivedMessages(to: signedIn)

        signedIn.get("/unit-requests/:id", use: unitRequest)
        signedIn.post("/unit-requests/:id/cancellation", use: cancelUnitRequest)
        signedIn.get("/unit-requests/:id/files/:file", use: unitRequestFile)
        signedIn.get("/unit-requests/:id/files/:file/view", use: unitRequestFileView)
        signedIn.get("/unit-requests/:id/files/:file/pages/:page", use: unitRequestPicture)

        let registrant = signedIn.group(context: RegistrantContext.self)
        registrant.get("/registration", use: registration)
        registrant.post("/registration", use: register)

        let staff = signedIn.group(context: StaffContext.self)
        staff.get("/reviews/:list", use: worklist)
        staff.get("/dossiers/:id", use: review)
        staff.get("/dossiers/:id/trail", use: trail)
        staff.get("/dossiers/:id/trail/proof", use: trailProof)
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

        staff.get("/unit", use: ownUnit)
        staff.post("/unit", use: changeOwnUnit)
        staff.get("/unit/superior", use: superiorChange)
        staff.post("/unit/superior", use: askForSuperior)
        staff.get("/unit/correction", use: correction)
        staff.post("/unit/correction", use: askForCorrection)
        staff.get("/unit-requests", use: unitRequestList)
        staff.post("/unit-requests/:id", use: decideUnitRequest)
        staff.get("/subordinates", use: subordinateList)
        staff.get("/subordinates/new", use: newSubordinate)
        staff.post("/subordinates", use: addSubordinate)
        addImports(to: staff)
        staff.get("/subordinates/export", use: exportSubordinates)
        staff.get("/subordinates/:id", use: subordinate)
        staff.post("/subordinates/:id", use: changeSubordinate)
        staff.post("/subordinates/:id/suspension", use: suspendSubordinate)
        staff.post("/subordinates/:id/administrators", use: appointAdministrator)
        staff.post("/subordinates/:id/hand-overs", use: handOver)
        staff.get("/subordinates/:id/administration", use: subordinateAdministration)
        staff.get("/subordinates/:id/administration/export", use: exportSubordinateAdministration)
        staff.get("/subordinates/branch", use: branch)
        staff.get("/staff", use: staffList)
        staff.get("/staff/new", use: newStaff)
        staff.post("/staff", use: addStaff)
        staff.get("/staff/export", use: exportStaff)
        staff.get("/staff/:id", use: staffMember)
        staff.post("/staff/:id", use: changeStaff)
        staff.post("/staff/:id/suspension", use: suspendStaff)
        staff.post("/staff/:id/binding", use: resetStaffBinding)
        staff.post("/staff/:id/deputies", use: nameDeputy)
        staff.post("/staff/:id/deputies/end", use: endDeputy)
        staff.get("/roles", use: roleList)
        staff.get("/roles/new", use: newRole)
        staff.post("/roles", use: addRole)
        staff.get("/roles/:id", use: role)
        staff.post("/roles/:id", use: changeRole)
        staff.post("/roles/:id/deletion", use: deleteRole)
        staff.get("/regions", use: regionList)
        staff.post("/regions", use: addRegion)
        staff.get("/administration", use: administration)
        staff.get("/administration/export", use: exportAdministration)

        let applicant = signedIn.group(context: ApplicantContext.self)
        applicant.post("/my/dossiers", use: openDossier)
        applicant.get("/my/dossiers/:id", use: myDossier)
        applicant.get("/my/dossiers/:id/sections/:section", use: section)
        applicant.post("/my/dossiers/:id/sections/:section", use: saveSection)
        applicant.get("/my/dossiers/:id/submission", use: submission)
        applicant.post("/my/dossiers/:id/submission", use: submit)
        applicant.post("/my/dossiers/:id/resubmissions", use: resubmit)
        applicant.get("/my/dossiers/:id/trail", use: myTrail)
        applicant.get("/my/dossiers/:id/trail/proof", use: myTrailProof)
        applicant.get("/my/dossiers/:id/attaching", use: attaching)
        applicant.post("/my/dossiers/:id/files", use: attach)
        applicant.get("/my/dossiers/:id/files/:file", use: myFile)
        applicant.get("/my/dossiers/:id/files/:file/view", use: myFileView)
        applicant.get("/my/dossiers/:id/files/:file/pages/:page", use: myFilePage)
        addSteps(to: staff, applicant)
        addWorklistTools(to: staff)
        addCommonOpinions(to: staff)
        addBulks(to: staff)
        addExports(to: staff)
        addHandOverRequests(to: staff, applicant)
        addCirculars(to: staff)
        addPrintouts(to: staff, applicant)
        return router
    }

    @Sendable func asset(_ request: Request, _ context: VisitorContext) async throws -> Response {
        try assets.response(for: request.uri.path)
    }
}
