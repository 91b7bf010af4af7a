import Domain
import HTTPTypes
import Markup

/// What was typed into a form that could not be saved, and why.
struct Typing: Sendable {
    let form: Form?
    let problems: [FieldProblem]
    let alert: String
    let status: HTTPResponse.Status
    /// A form that is shown again is still the same one, unless somebody was faster.
    let key: String?
    /// The version that the form was made on; nil where it is to be made on the newest.
    let version: Int?

    /// Throws a problem on that is not to be mended in the form.
    init(_ form: Form?, after problem: Problem, _ token: FormToken) throws(Problem) {
        self.form = form
        switch problem {
        case .invalid(let problems): (self.problems, alert, status, key, version) = (problems, "", .unprocessableContent, token.key, token.version)
        case .refused(let reason): (problems, alert, status, key, version) = ([], reason, .conflict, token.key, token.version)
        case .changedMeanwhile(let change): (problems, alert, status, key, version) = ([], change.sentence, .conflict, nil, nil)
        case .signInFirst, .notFound, .notAllowed, .forgedForm, .unavailable, .malformed, .tooLarge: throw problem
        }
    }

    /// A form that is shown again because something was put into it.
    init(_ form: Form, shownAgain token: FormToken) {
        (self.form, problems, alert, status, key, version) = (form, [], "", .ok, token.key, token.version)
    }

    var notice: HTML { notice("没有保存") }

    func notice(_ title: String) -> HTML {
        guard !alert.isEmpty else { return .empty }
        return "<div class=\"notice error\" role=\"alert\" tabindex=\"-1\" data-focus><h2>\(title)</h2><p>\(alert)</p></div>"
    }
}
