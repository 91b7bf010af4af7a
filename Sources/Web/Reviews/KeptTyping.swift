import Domain
import HTTPTypes
import Hummingbird
import Markup
import NIOCore
import Storage

extension Site {
    /// Keeps what a reviewer is typing, for him alone; of a dossier that waits for him.
    func keep(_ form: Form, for step: StepName, on id: ID<Dossier>, _ context: StaffContext, _ isTyped: @escaping @Sendable (String) -> Bool) async throws -> Response {
        let typed = Dictionary(uniqueKeysWithValues: form.keys.filter(isTyped).map { ($0, form[$0]) })
        let (member, actor, now) = (context.member, context.actor, context.now)
        try await database.write { connection in
            guard try connection.dossier(id, for: actor).awaits(actor) else { throw Problem.refused("材料现在不由您办理，没有暂存。") }
            try connection.keep(typed, for: step, on: id, by: member, at: now)
        }
        let said: HTML = "<output data-saved>已暂存 \(now.clock)，只有您本人可见</output>"
        return Response(status: .ok, headers: [.contentType: "text/html; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: said.bytes)))
    }
}

/// Where a form says that what is typed into it was kept.
struct Kept {
    /// When what stands in it was kept; nil where it was not.
    let at: Instant?

    var html: HTML { "<output class=\"kept\" data-saved>\(at.map { "已恢复您 \($0.text) 暂存的内容" } ?? "")</output>" }
}
