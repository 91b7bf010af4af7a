import Domain
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Printing
import Storage

extension Site {
    func addPrintouts(to staff: RouterGroup<StaffContext>, _ applicant: RouterGroup<ApplicantContext>) {
        staff.get("/dossiers/:id/printouts/:printout") { try await shown(try await printout($1, by: $1.actor, base: Path.printouts), $1) }
        staff.get("/dossiers/:id/printouts/:printout/pdf") { try await drawn(try await printout($1, by: $1.actor, base: Path.printouts), $1) }
        applicant.get("/my/dossiers/:id/printouts/:printout") { try await shown(try await printout($1, by: $1.actor, base: Path.myPrintouts), $1) }
        applicant.get("/my/dossiers/:id/printouts/:printout/pdf") { try await drawn(try await printout($1, by: $1.actor, base: Path.myPrintouts), $1) }
        staff.get("/reviews/:list/publicity") { try await shown(try await publicity($0, $1), $1) }
        staff.get("/reviews/:list/publicity/pdf") { try await drawn(try await publicity($0, $1), $1) }
    }

    /// What is to be printed, where it is, and the way back.
    private struct Asked {
        let printout: Printout
        /// What its file is called, without an extension.
        let name: String
        let path: String
        let back: (path: String, title: String)
        /// What the address of the PDF says besides.
        var query: [(name: String, value: String?)] = []
        /// What may be chosen before it is printed.
        var choice: HTML = .empty
    }

    /// A printout of one dossier, for whoever may read it.
    private func printout(_ context: some SiteContext, by actor: Actor, base: @escaping @Sendable (ID<Dossier>) -> String) async throws -> Asked {
        let id: ID<Dossier> = try context.id()
        guard let kind = context.parameters.get("printout").flatMap({ PrintoutKind(rawValue: String($0)) }) else { throw Problem.notFound }
        let now = context.now
        let isApplicant = if case .applicant = actor { true } else { false }
        let files = isApplicant ? Path.myFiles(id) : Path.files(id)
        let (reading, unit, pledge) = try await database.read { connection in
            let reading = try self.reading(id, for: actor, at: now, files: files, connection)
            guard let unit = try connection.unit(reading.dossier.unit) else { throw Problem.notFound }
            return (reading, unit, try connection.pledge(of: id))
        }
        guard PrintoutKind.offered(for: reading, to: actor).contains(kind) else { throw Problem.notFound }
        let printouts = DossierPrintouts(
            reading: reading, unit: unit, pledge: pledge, calendar: calendar, today: now.day,
            portrait: kind == .publicity || kind == .materials ? nil : try await portrait(of: reading.view, for: context))
        return Asked(
            printout: printouts.printout(kind), name: "\(kind.title)-\(reading.dossier.applicantName)", path: "\(base(id))/\(kind.rawValue)",
            back: isApplicant ? (Path.myDossier(id), "我的申报") : (Path.dossier(id), "\(reading.dossier.applicantName)的申报材料"))
    }

    /// The applicant's photo; a printout is made without it where it cannot be drawn.
    private func portrait(of view: DossierView, for context: some SiteContext) async throws -> Printout.Portrait? {
        guard let photo = view.content.single(.basics).files.first else { return nil }
        do {
            guard let picture = try await intake.drawing.picture(of: photo, page: 1, for: context.currentSession?.signedIn.account.text ?? "") else { return nil }
            return Printout.Portrait(picture: picture, address: "\(view.files)/\(photo.id.text)/pages/1", description: "\(view.person.name)的照片")
        } catch FileRefusal.busy {
            throw Problem.unavailable("同时查看图片的人较多，请稍后再打印。")
        } catch is FileRefusal {
            return nil
        } catch let failure as FileStore.Failure where failure.kind == .content {
            context.logger.critical("a stored file is missing or altered", metadata: ["digest": "\(photo.digest)"])
            return nil
        }
    }

    /// Most people on one 公示表.
    private static var mostPublicised: Int { 500 }

    /// 公示表 of the own people in a list, as it is filtered: one publicity may cover many (D4).
    private func publicity(_ request: Request, _ context: StaffContext) async throws -> Asked {
        let query = request.uri.queryParameters
        let list = try await offeredList(context) { query[Substring($0)].map(String.init) }
        guard list.scope == .own, list.tab == .firstReview || list.tab == .secondReview else { throw Problem.notFound }
        let typed = query["begin"].map { String($0).trimmed } ?? ""
        let begin = Day(typed) ?? context.now.day
        let (member, unit, now) = (context.member, context.unit, context.now)
        if try await database.read({ try $0.worklistCount(list, for: member, most: Self.mostPublicised, at: now) }) > Self.mostPublicised {
            throw Problem.notAllowed("一张公示表最多 \(Self.mostPublicised) 人，请先用查询条件缩小范围。")
        }
        let (applicants, workingDays) = try await database.read { connection in
            var (applicants, plans): ([PublicityNotice.Applicant], Set<ID<ReviewPlan>>) = ([], [])
            for entry in try connection.worklist(list, for: member, limit: Self.mostPublicised, at: now) {
                let dossier = try connection.dossier(entry.dossier, for: .staff(member))
                guard let person = try connection.person(dossier.applicant), let content = try connection.content(of: entry.dossier)?.content else { continue }
                applicants.append(.init(person: person, content: content))
                plans.insert(dossier.plan)
            }
            return (applicants, try plans.compactMap { try connection.plan($0)?.publicity.workingDays }.max() ?? PublicityRule.leastWorkingDays)
        }
        let through = PublicityNotice.end(from: begin, workingDays, calendar)
        let notice = PublicityNotice(
            unit: unit, applicants: applicants, publicity: .init(from: begin, through: through, workingDays: calendar.workingDays(from: begin, through: through)),
            reference: reference)
        let complaint = !typed.isEmpty && Day(typed) == nil ? "公示开始“\(typed.cut(to: 20))”不是有效日期，请按 2026-01-31 的格式填写" : nil
        return Asked(
            printout: notice.printout, name: "公示表-\(unit.name)", path: Path.worklistPart(list, "publicity"), back: (Path.worklist(list), "\(list.menuTitle) · \(list.tabTitle)"),
            query: list.values + [("begin", begin.description)], choice: BeginChoice(list: list, begin: complaint == nil ? begin.description : typed, complaint: complaint).html)
    }

    private func shown(_ asked: Asked, _ context: some SiteContext) async throws -> Response {
        page(
            PrintoutPage(
                frame: await frame(for: context), printout: asked.printout, mark: mark(context), pdf: Path.with(asked.query, "\(asked.path)/pdf"), back: asked.back,
                choice: asked.choice
            ).html)
    }

    private func drawn(_ asked: Asked, _ context: some SiteContext) async throws -> Response {
        let bytes = try await printer.pdf(of: asked.printout, marked: mark(context), at: context.now, for: context.currentSession?.signedIn.account.text ?? "")
        var response = Response(status: .ok, headers: [.contentType: "application/pdf"], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        response.headers[.contentDisposition] = "attachment; filename=\"printout.pdf\"; filename*=UTF-8''\(Path.percentEncode("\(asked.name).pdf"))"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        return response
    }

    /// Who prints, for whom, and when.
    private func mark(_ context: some SiteContext) -> String {
        guard let signedIn = context.currentSession?.signedIn else { return context.now.text }
        let unit = signedIn.kind == .unit ? signedIn.unit?.name ?? signedIn.unitName : "申报人"
        return "\(unit) \(signedIn.person.name) \(context.now.text) 打印"
    }
}

/// Draws PDFs, few at once.
struct Printer: Sendable {
    private let pdf: PDFPrinter
    private let gate = Gate(places: 1, most: 64, mostOfOne: 4)

    private let check: Task<Bool, Never>

    init(font: String) {
        let pdf = PDFPrinter(font: font)
        self.pdf = pdf
        // The machine's fonts take a while to be read, for which no page waits but a PDF.
        check = Task { do { return try await blocking { pdf.canSetChinese } } catch { return false } }
    }

    /// Whether PDFs can be read; looked at once, beside the start.
    var canPrint: Bool { get async { await check.value } }

    /// `asker`: an account, which has its share of those that wait.
    func pdf(of printout: Printout, marked mark: String, at now: Instant, for asker: String) async throws -> [UInt8] {
        guard await canPrint else { throw Problem.unavailable("生成 PDF 的中文字体没有安装，请用浏览器打印，并告诉管理员。") }
        let mark = PDFPrinter.Mark(text: mark, date: now.iso)
        do {
            return try await gate.letting(asker) { try await blocking { try pdf.pdf(of: printout, marked: mark) } }
        } catch is Gate.Crowded {
            throw Problem.unavailable("同时生成 PDF 的人较多，请稍后再试。")
        }
    }
}
