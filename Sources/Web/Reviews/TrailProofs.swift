import Domain
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

extension Site {
    /// 经办流程证明, as a reviewer may have it.
    @Sendable func trailProof(_ request: Request, _ context: StaffContext) async throws -> Response { try await proof(of: try context.id(), for: context.actor) }

    /// 经办流程证明, as the applicant may have it (D25).
    @Sendable func myTrailProof(_ request: Request, _ context: ApplicantContext) async throws -> Response { try await proof(of: try context.id(), for: context.actor) }

    private func proof(of id: ID<Dossier>, for actor: Actor) async throws -> Response {
        let proof = try await database.read { try $0.trailProof(of: id, for: actor) }
        var response = json(try proof.json)
        response.headers[.contentDisposition] =
            "attachment; filename=\"trail-\(id.text.prefix(6)).json\"; filename*=UTF-8''\(Path.percentEncode("经办流程证明-\(id.text.prefix(6)).json"))"
        return response
    }

    /// The public halves of the keys that sign, for everybody.
    @Sendable func verificationKeys(_ request: Request, _ context: VisitorContext) async throws -> Response {
        let keys = try await database.read { try $0.signingKeys() }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return json(try encoder.encode(["keys": keys]))
    }

    private func json(_ data: Data) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json; charset=utf-8"], body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
