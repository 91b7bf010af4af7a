import Domain
import Files
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    func addExports(to staff: RouterGroup<StaffContext>) {
        staff.get("/reviews/:list/export", use: exportWorklist)
        staff.post("/reviews/:list/export", use: exportArchive)
        staff.post("/reviews/:list/exports", use: beginExport)
        staff.get("/exports/:id", use: export)
        staff.get("/exports/:id/file", use: exportFile)
    }

    /// Exactly what is filtered, in its order, with every column the list can show; numbers stay masked. What is large is offered to be made
    /// in the background.
    @Sendable private func exportWorklist(_ request: Request, _ context: StaffContext) async throws -> Response {
        let query = request.uri.queryParameters
        let list = try await offeredList(context) { query[Substring($0)].map(String.init) }
        guard list.scope != .archive, let format = TableFormat(rawValue: String(query["format"] ?? "xlsx")) else { throw Problem.notFound }
        let (member, now) = (context.member, context.now)
        let most = settings.mostExportedAtOnce
        if format == .xlsx, try await database.read({ try $0.worklistCount(list, for: member, most: most, everyRow: true, at: now) }) > most {
            return page(LargeExportPage(frame: await frame(for: context), list: list, session: context.session, alert: "").html)
        }
        return try await answer(with: table(of: list, for: context.unit), as: format, rows(of: list, for: member, at: now))
    }

    /// The archive leaves the system for a purpose, which is recorded with the filter before the first row is sent.
    @Sendable private func exportArchive(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { ["back", "purpose", "format"].contains($0) }
        let list = back(form, try await offeredList(context) { _ in nil })
        guard list.scope == .archive, let format = TableFormat(rawValue: form["format"]) else { throw Problem.notFound }
        let reading = FieldReading([WorklistTools.purpose], from: { form[$0] }, complete: true, in: reference, today: context.now.day)
        if let problem = reading.problems.first { return page(try await worklistPage(list, context, purposeComplaint: problem.message), status: .unprocessableContent) }
        // The page stays, and its form may be sent again: each file that leaves is a record of its own. One that is made in the background
        // is one for its form.
        var numbers = SystemRandomNumberGenerator()
        let (purpose, now) = (reading.values["purpose"] ?? "", context.now)
        let rows = try await database.read { try $0.worklistCount(list, for: context.member, most: 10_000_000, at: now) }
        let isLarge = format == .xlsx && rows > settings.mostExportedAtOnce
        let key = isLarge ? token.key : randomText(characters: 26, from: &numbers)
        let conditions = list.conditions(in: reference, offices: try await database.read { try $0.acceptanceUnits() })
        guard let id = ID<Export>(key) else { throw Problem.malformed }
        do {
            try await database.write {
                try $0.recordExport(of: list, named: list.tabTitle, narrowedTo: conditions, for: purpose, rows: rows, by: Administrator(context.member, key: key, at: now))
                if isLarge { try $0.addExport(id, of: list.reference, people: rows, by: context.member, at: now) }
            }
        } catch Problem.refused(let reason) {
            return page(try await worklistPage(list, context, purposeComplaint: reason), status: .conflict)
        }
        if isLarge { return see(Path.export(id)) }
        return try await answer(with: table(of: list, for: context.unit), as: format, self.rows(of: list, for: context.member, at: now))
    }

    /// Begins what is large.
    @Sendable private func beginExport(_ request: Request, _ context: StaffContext) async throws -> Response {
        let form = try await Form(request)
        let token = try FormToken(form, of: request, in: context.session, origin: settings.origin)
        try form.only { $0 == "back" }
        let list = back(form, try await offeredList(context) { _ in nil })
        guard list.scope != .archive, let id = ID<Export>(token.key) else { throw Problem.notFound }
        let (member, now) = (context.member, context.now)
        let people = try await database.read { try $0.worklistCount(list, for: member, most: Export.most + 1, everyRow: true, at: now) }
        do {
            try await database.write { try $0.addExport(id, of: list.reference, people: people, by: member, at: now) }
            return see(Path.export(id))
        } catch Problem.refused(let reason) {
            return page(LargeExportPage(frame: await frame(for: context), list: list, session: context.session, alert: reason).html, status: .conflict)
        }
    }

    /// How far an export is, and its file.
    @Sendable private func export(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Export> = try context.id()
        let (session, member, now) = (context.session, context.member, context.now)
        let shown = try await database.read { connection in
            let export = try connection.export(id, of: member)
            let list = Worklist(reference: export.list) ?? Worklist(scope: .own, tab: .firstReview)
            return ExportPage(frame: try frame(for: session, connection, current: Path.worklist(list.whole)), export: export, list: list, now: now)
        }
        return page(shown.html)
    }

    /// The file, for as long as it is kept and its author may see the list.
    @Sendable private func exportFile(_ request: Request, _ context: StaffContext) async throws -> Response {
        let id: ID<Export> = try context.id()
        let (member, now) = (context.member, context.now)
        let (export, offered) = try await database.read { (try $0.export(id, of: member), try self.offeredLists(for: member, $0)) }
        guard let list = Worklist(reference: export.list), export.state == .made, !export.isGone(at: now) else { throw Problem.notFound }
        guard offered.contains(list.whole) else { throw Problem.notAllowed("您没有查看该列表的权限。") }
        guard export.rights == member.limits.text else { throw Problem.notAllowed("您的办理范围在导出之后有变更，请重新导出。") }
        let (store, digest) = (intake.store, export.digest)
        let size: Int
        do { size = try await store.size(of: digest) } catch let failure as FileStore.Failure where failure.kind == .content { throw Problem.refused("文件已不在，请重新导出。") }
        let body = ResponseBody(contentLength: size) { writer in
            try await store.read(digest) { try await writer.write(ByteBuffer(bytes: $0)) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: .workbook(named: "\(table(of: list, for: context.unit).name).xlsx"), body: body)
    }

    private func table(of list: Worklist, for unit: WorkUnit) -> Table {
        let columns = WorklistColumn.possible(in: list)
        return Table(
            name: "\(list.menuTitle)-\(list.tabTitle)-\(unit.name)", sheet: list.tabTitle, heading: columns.map { $0.label(in: list) }, widths: columns.map(\.width))
    }

    /// The rows of a list, read in pieces: no transaction stays open while they are written.
    private func rows(of list: Worklist, for member: StaffMember, at now: Instant) -> @Sendable (_ add: ([[String]]) async throws -> Void) async throws -> Void {
        let (calendar, reference, database, columns) = (calendar, reference, database, WorklistColumn.possible(in: list))
        let (pageSize, details) = (500, Set(columns.compactMap(\.detail)))
        return { add in
            var key: Worklist.Key?
            while true {
                let entries = try await database.read { [key] in try $0.worklist(list, for: member, after: key, limit: pageSize, telling: details, at: now) }
                try await add(entries.map { entry in columns.map { $0.text(entry, reference, calendar, now: now) } })
                guard entries.count == pageSize, let last = entries.last else { return }
                key = last.key
            }
        }
    }
}

extension Site {
    /// Makes what was asked for, one after the other, each with the rights that its author has now; begun again, from its beginning. One that
    /// cannot be made is given up, and keeps nobody waiting.
    func makeExports(_ shift: Shift) async throws {
        var failure: String?
        while let export = try await database.read({ try $0.nextExport() }) {
            try Task.checkCancellation()
            do {
                try await make(export, shift)
            } catch let error where !(error is CancellationError || error is Lease.Lost || Task.isCancelled) {
                // Where nothing can be written at all, this throws, and the job is tried again as any other.
                try await shift.write { try $0.settle(export.id, written: 0, reason: "生成时出错，请重新导出；如仍出错，请告诉管理员。", at: shift.clock()) }
                failure = summary(of: error)
            }
        }
        if let failure { throw JobFinding("export failed: \(failure)") }
    }

    private func make(_ export: Export, _ shift: Shift) async throws {
        let now = shift.clock()
        let found = try await database.read { connection -> (member: StaffMember, unit: WorkUnit, list: Worklist)? in
            guard let member = try connection.staff(export.staff, on: now.day), let unit = try connection.unit(member.unit), unit.enabled,
                let list = Worklist(reference: export.list), try self.offeredLists(for: member, connection).contains(list.whole)
            else { return nil }
            return (member, unit, list)
        }
        guard let found else { return try await shift.write { try $0.settle(export.id, written: 0, reason: "您已没有查看该列表的权限。", at: now) } }
        let (fill, progress) = (rows(of: found.list, for: found.member, at: now), Progress())
        let path = try await written(table(of: found.list, for: found.unit)) { add in
            try await fill { rows in
                try Task.checkCancellation()
                try await add(rows)
                if let written = progress.add(rows.count) { try await shift.write { try $0.note(written, of: export.id) } }
            }
        }
        defer { path.remove() }
        let digest = try await intake.store.keep(made: path)
        try await shift.write { try $0.settle(export.id, written: progress.written, digest: digest, within: found.member.limits, at: shift.clock()) }
    }

    /// Rows written, told now and then.
    private final class Progress: @unchecked Sendable {
        private(set) var written = 0
        private var told = 0

        /// How many there are, where that is to be told.
        func add(_ rows: Int) -> Int? {
            written += rows
            guard written - told >= 5000 else { return nil }
            told = written
            return written
        }
    }
}

extension Path {
    static func export(_ id: ID<Export>) -> String { "/exports/\(id)" }
    static func exportFile(_ id: ID<Export>) -> String { "/exports/\(id)/file" }
}

/// A list too large to be waited for.
struct LargeExportPage {
    let frame: Frame
    let list: Worklist
    let session: Session
    let alert: String

    var html: HTML {
        let path = Path.worklistPart(list, "exports")
        return frame.page(
            "导出",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.worklist(list))">\(list.menuTitle) · \(list.tabTitle)</a></nav><h1>导出</h1></div>\
                <section class="card">\(alert.isEmpty ? .empty : "<p class=\"complaint\" role=\"alert\">\(alert)</p>" as HTML)<p>这个列表人数较多，工作簿在后台生成，可以看到进度，生成后下载。</p>\
                <form method="post" action="\(path)" data-once>\(FormToken.fields(for: path, in: session))<input type="hidden" name="back" value="\(list.reference)">\
                <p class="buttons"><button class="primary">生成 xlsx</button><a class="button" href="\(Path.export(list, as: .csv))">直接下载 csv</a></p></form></section>
                """)
    }
}

/// How far an export is.
struct ExportPage {
    let frame: Frame
    let export: Export
    let list: Worklist
    let now: Instant

    var html: HTML {
        frame.page(
            "导出",
            body: """
                <div class="title"><nav class="crumbs" aria-label="位置"><a href="\(Path.worklist(list))">\(list.menuTitle) · \(list.tabTitle)</a></nav><h1>导出<small>\(export.createdAt.text)</small></h1></div>
                <section class="card" aria-labelledby="progress"><h2 id="progress">生成进度</h2><div role="status"\(" data-reload", if: export.state == .waiting)>\
                <progress max="\(max(export.people, export.written, 1))" value="\(export.state == .made ? max(export.people, export.written, 1) : export.written)" aria-label="已写入"></progress>\(sentence)</div></section>
                """)
    }

    private var sentence: HTML {
        switch export.state {
        case .waiting:
            "<p>共 \(export.people) 人，已写入 \(export.written) 人。可以离开本页，生成会继续进行。</p><p class=\"buttons\"><a class=\"button\" href=\"\(Path.export(export.id))\">刷新</a></p>"
        case .failed: "<p>没有生成：\(export.reason)</p>"
        case .made where export.isGone(at: now): "<p>文件已超过保存期限（24 小时），请重新导出。</p>"
        case .made:
            "<p>已生成，共 \(export.written) 人，保存至 \(export.until?.text ?? "")。</p><p class=\"buttons\"><a class=\"button primary\" href=\"\(Path.exportFile(export.id))\">下载 xlsx</a></p>"
        }
    }
}
