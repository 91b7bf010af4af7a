import Domain
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    /// Keeps what a reviewer is typing, for him alone; of a dossier that waits for him, and only what differs from what stood in the form.
    func keep(_ form: Form, for step: StepName, on id: ID<Dossier>, _ context: StaffContext, _ isTyped: @escaping @Sendable (String) -> Bool) async throws -> Response {
        let typed = form.keys.filter(isTyped).map { (key: $0, text: form[$0]) }
        let (member, actor, now) = (context.member, context.actor, context.now)
        try await database.write { connection in
            let dossier = try connection.dossier(id, for: actor)
            guard dossier.awaits(actor) else { throw Problem.refused("材料现在不由您办理，没有暂存。") }
            let stood = step == .pass ? try connection.recommendation(of: dossier, for: actor)?.values ?? [:] : [:]
            let differing = typed.filter { $0.text != stood[$0.key] ?? "" && !($0.text.trimmed.isEmpty && stood[$0.key] == nil) }
            try connection.keep(Dictionary(uniqueKeysWithValues: differing.map { ($0.key, $0.text) }), for: step, on: dossier, by: member, at: now)
        }
        let said: HTML = "<output data-saved>已暂存 \(now.clock)，只有您本人可见</output>"
        return Response(status: .ok, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: said.bytes)))
    }
}

extension ReviewState {
    /// Puts in again what the reviewer had typed and not sent; where the dossier has moved since, only for him to copy (A-15).
    mutating func restore(_ draft: OpinionDraft, on dossier: Dossier) {
        guard draft.version == dossier.version else {
            outdated = draft
            return
        }
        form.restore(draft.typed)
        restoredAt = draft.savedAt
    }
}

/// Where a form says that what is typed into it was kept.
struct Kept {
    /// When what stands in it was kept; nil where it was not.
    let at: Instant?

    var html: HTML { "<output class=\"kept\" data-saved>\(at.map { "已恢复您 \($0.text) 暂存的内容" } ?? "")</output>" }
}

/// What a reviewer had typed before a dossier moved: to copy from, and in no form.
struct OutdatedDraft {
    let draft: OpinionDraft

    var html: HTML {
        let texts = draft.typed.sorted { $0.key < $1.key }.map(\.value).filter { !$0.trimmed.isEmpty }
        guard !texts.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="outdated"><h2 id="outdated">您 \(draft.savedAt.text) 暂存的内容</h2><p>此后材料有变化，没有填入，保留在此供您复制。</p>\
            \(texts.map { "<p class=\"opinion\">\($0)</p>" as HTML })</section>
            """
    }
}
